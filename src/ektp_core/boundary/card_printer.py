"""What a card printer must be able to tell and do (pencetak kartu).

The words here are final: a driver for a new model brings code, not a new contract. They
follow what real devices know (IPP printer-state-reasons, RFC 3805 alerts, vendor codes):
marking is split from feeding because a card is spoiled at the first panel, not at the feed;
position, counters and job records are evidence, accepted bytes are not.

No operation retries inside. Every one takes a deadline and either returns or raises `DriverError`; after an error in or
after `mark`, the truth is whatever `observe`, `status` and `counters` can still show, and if they show nothing UNKNOWN.
"""

from enum import Enum, Flag, auto
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from ektp_core.errors import EktpError
from ektp_core.vocabulary.verdict import Verdict


class DriverError(EktpError):
    """A device did not answer as agreed. The outcome of the act is not known from this."""


class DriverTimeout(DriverError, TimeoutError):
    """The deadline passed. Whether the device acted is unknown."""


class DriverLost(DriverError, ConnectionError):
    """The device is gone: cable, power, or it was unplugged."""


class Can(Flag):
    """Capabilities; each exists on at least one real device. A driver declares what holds."""

    NOTHING = 0
    FEEDER = auto()
    MANUAL_FEED = auto()
    FLIP = auto()
    REJECT_TRAY = auto()
    LOCKED_OUTPUT = auto()
    CONTACT_STATION = auto()
    CONTACTLESS_STATION = auto()
    MAGNETIC = auto()
    SCANNER = auto()
    LAMINATOR = auto()
    RETRANSFER = auto()
    LASER = auto()
    HOLD_AFTER_PRINT = auto()
    JOB_ID = auto()
    JOB_LOG = auto()  # a finished job can be asked for by id
    CARD_POSITION = auto()
    BOOT_MARKER = auto()  # tells that it restarted since the last look
    COUNTS_FED = auto()
    COUNTS_PRINTED = auto()
    COUNTS_EJECTED = auto()
    COUNTS_REJECTED = auto()
    RESERVATION = auto()
    HOST_ERROR_MODE = auto()  # the host, not the printer, decides after an error
    READS_UID = auto()
    READS_TEMPERATURE = auto()
    RETRIES_BY_ITSELF = auto()  # danger: must be switched off and read back
    PRINTS_FROM_MEMORY = auto()  # danger: must be switched off and read back
    OPAQUE_QUEUE = auto()  # danger: certainty is never above TRANSPORT
    READS_CHIP = auto()  # what was written to the chip can be read again, also after a restart


#: What a device must have for an interrupted card to be judged without people. A driver
#: that lacks any of these is blind: each open intent becomes SUSPECT.
EVIDENCE = Can.CARD_POSITION | Can.COUNTS_FED | Can.READS_UID


@frozen
class Capabilities:
    """What a device can do and how its cards are made."""

    can: Can
    width_px: int
    height_px: int
    dpi: int
    hoppers: int = 1
    ribbon_panels: str = "YMCKO"

    @property
    def is_blind(self) -> bool:
        """Whether interrupted cards on this device can only be judged by people."""
        return (self.can & EVIDENCE) != EVIDENCE or bool(self.can & Can.OPAQUE_QUEUE)


class Condition(Enum):
    """What is the matter, in the words of IPP printer-state-reasons where it has one."""

    READY = "none"
    COVER_OPEN = "cover-open"
    HOPPER_EMPTY = "media-empty"
    HOPPER_LOW = "media-low"
    NOT_FED = "media-needed"
    JAM = "media-jam"
    CARD_LOST = "media-jam-card-lost"
    RIBBON_EMPTY = "marker-print-ribbon-empty"
    RIBBON_LOW = "marker-print-ribbon-almost-empty"
    RIBBON_MISSING = "marker-print-ribbon-missing"
    FILM_EMPTY = "marker-supply-empty"
    OUTPUT_FULL = "output-area-full"
    REJECT_FULL = "output-area-full-reject"
    TOO_HOT = "over-temperature"
    WARMING_UP = "warming-up"
    LOW_VOLTAGE = "power-low"
    LOCKED = "interlock-open"
    CLEANING_DUE = "cleaning-due"
    CLEANING_NEEDED = "cleaning-needed"
    REBOOTED = "power-up"
    PANEL_CANCEL = "panel-cancel"
    PANEL_RETRY = "panel-retry"
    BUSY = "moving"
    OFFLINE = "offline"
    OTHER = "other"


class Severity(Enum):
    """IPP's three suffixes."""

    REPORT = "report"
    WARNING = "warning"  # new cards wait
    ERROR = "error"  # the card inside is at stake


class CardPosition(Enum):
    """Where the card in the machine is."""

    NONE = "none"
    HOPPER_EXIT = "hopper-exit"
    CONTACT = "contact"
    CONTACTLESS = "contactless"
    FLIP = "flip"
    HEAD = "head"
    TRANSFER = "transfer"
    EXIT = "exit"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


@frozen
class Notice:
    """One condition with the vendor's own code and text, which are evidence and are kept."""

    condition: Condition
    severity: Severity
    alert_code: int = 2  # RFC 3805 prtAlertCode; 2 is unknown
    vendor_code: str = ""
    vendor_text: str = ""


@frozen
class Status:
    """One look at the device, taken in one exchange."""

    notices: tuple[Notice, ...]
    position: CardPosition
    session: int  # rises at each start of the device; job ids belong to one session
    rebooted: bool  # restarted since the last look
    temperature_c: int | None = None

    @property
    def stops(self) -> tuple[Notice, ...]:
        """What keeps the next card from being started."""
        return tuple(n for n in self.notices if n.severity is not Severity.REPORT)


class CounterName(Enum):
    """What a counter counts."""

    FED = "fed"
    PRINTED = "printed"
    EJECTED = "ejected"
    REJECTED = "rejected"
    PANELS = "panels"
    ERRORS = "errors"


@frozen
class Counter:
    """One counter of the device."""

    name: CounterName
    value: int
    increments_at: str  # "feed", "mark", "deliver", "reject", "error"
    resets_on: str = "never"  # "never", "power", "service"
    width_bits: int = 32

    def since(self, earlier: int) -> int:
        """How far it moved since it showed `earlier`, over a wrap."""
        return (self.value - earlier) % (1 << self.width_bits)


@frozen
class Counters:
    """All counters of the device at one look."""

    values: tuple[Counter, ...]

    def get(self, name: CounterName) -> Counter | None:
        """The counter of that name, if the device has one."""
        return next((one for one in self.values if one.name is name), None)


@frozen
class Supply:
    """A consumable; its level is a forecast, never evidence."""

    name: str  # "ribbon", "film", "blanks"
    remaining: int | None  # cards; None when the device cannot tell
    capacity: int | None = None
    batch: str = ""
    told: str = ""  # the device's own word where it does not count cards: "37 %", "unavailable", "unknown", "some left"


@frozen
class Identity:
    """Who the device says it is."""

    make: str
    model: str
    serial: str
    firmware: str = ""
    head_serial: str = ""
    ieee1284_id: str = ""


@frozen
class Found:
    """A device that can be opened, named by its own serial and never by its port."""

    driver: str
    address: str
    serial: str


@frozen
class Settings:
    """Settings the host requires: no retry by the device, one copy, errors to the host."""

    host_handles_errors: bool = True
    device_retries: int = 0
    copies: int = 1
    keeps_bitmaps: bool = False
    digest: str = ""  # digest of the whole settings as read back


@frozen
class PrintToken:
    """Leave to mark one card once. Made after the intent to mark is durable."""

    record: str
    attempt: int
    try_no: int

    @property
    def job_key(self) -> str:
        """Name of the job towards the device."""
        return f"{self.record}/{self.attempt}/{self.try_no}"


@frozen
class Artwork:
    """The picture of one card, as PNG bytes of the size the capabilities name."""

    front_png: bytes = field(repr=False)
    back_png: bytes = field(default=b"", repr=False)


class Station(Enum):
    """Where a card can be moved to inside the machine."""

    CONTACT = "contact"
    CONTACTLESS = "contactless"
    HEAD = "head"


class Bin(Enum):
    """Where a card can be delivered."""

    OUTPUT = "output"
    REJECT = "reject"


class Recovery(Enum):
    """What an operator may order after an error. Restart (a new card) does not exist."""

    RESUME_SAME_CARD = "resume"
    REJECT_CARD = "reject"
    CLEAR_ERROR = "clear"


class ResetLevel(Enum):
    """How hard to reset; never by itself, and never unasked with a card inside."""

    SOFT = "soft"
    BUS = "bus"
    REBOOT = "reboot"


@frozen
class JobRecord:
    """What the device itself keeps about a job. An unknown or old job has ended `UNKNOWN`."""

    job_id: str
    session: int
    verdict: Verdict


@frozen
class Look:
    """Everything a device can say at one moment: the evidence recovery works from."""

    status: Status
    counters: Counters
    job: JobRecord | None = None
    uid: str = ""  # chip UID of the card inside, hexadecimal; empty when none was read


@runtime_checkable
class CardPrinter(Protocol):
    """One open device. All operations block until `timeout_ms` at most.

    Raises:
        DriverTimeout, DriverLost, DriverError: as their names say. None of them means that
        nothing happened.
    """

    def identify(self, timeout_ms: int) -> Identity:
        """Who is there."""

    def capabilities(self, timeout_ms: int) -> Capabilities:
        """What it can do."""

    def reserve(self, owner: str, timeout_ms: int) -> None:
        """Keep everybody else from starting a card; hold until `release`."""

    def release(self, timeout_ms: int) -> None:
        """Give the device free again."""

    def configure(self, settings: Settings, timeout_ms: int) -> Settings:
        """Require settings and return them as read back from the device."""

    def status(self, timeout_ms: int) -> Status:
        """One look at conditions and card position."""

    def counters(self, timeout_ms: int) -> Counters:
        """All counters."""

    def supplies(self, timeout_ms: int) -> tuple[Supply, ...]:
        """Forecasts of ribbon, film and blanks."""

    def prepare(self, art: Artwork, timeout_ms: int) -> None:
        """Download the picture, where that moves no card."""

    def feed(self, timeout_ms: int) -> None:
        """Take one blank from the hopper."""

    def move(self, to: Station, timeout_ms: int) -> None:
        """Move the card inside."""

    def flip(self, timeout_ms: int) -> None:
        """Turn the card over."""

    def read_uid(self, timeout_ms: int) -> str:
        """Read the chip's UID (hexadecimal); empty when there is no readable chip."""

    def read_chip(self, timeout_ms: int) -> bytes | None:
        """What the chip holds: empty bytes if nothing was written yet, None if it reads as neither whole nor empty.

        Only of a device that declares `READS_CHIP`. It must tell a half-written chip from a
        whole one (a length or a seal in the content itself). A driver that got no sure answer
        from the chip raises: None says that the card is no good, also where it is printed already.
        """

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Write the chip and return what was read back."""

    def mark(self, token: PrintToken, timeout_ms: int) -> str:
        """Print: the irrevocable step. Returns the device's job id, empty if it has none."""

    def observe(self, job_id: str, timeout_ms: int) -> JobRecord:
        """Ask what became of a job. Never decides more than the device knows."""

    def deliver(self, to: Bin, timeout_ms: int) -> None:
        """Move the card out."""

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """Carry out what an operator ordered after an error."""

    def look(self, job_id: str, timeout_ms: int) -> Look:
        """Status, counters, job record and UID together, for recovery."""

    def reset(self, level: ResetLevel, timeout_ms: int) -> None:
        """Reset the device, only when ordered."""

    def close(self) -> None:
        """Let go of the device."""

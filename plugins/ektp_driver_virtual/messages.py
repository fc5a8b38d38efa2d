"""What is said to the virtual printer and what it answers (pesan), as values.

Two doors, two vocabularies: the driver's door knows what any card printer can be told; the
front panel's door is for people standing beside the machine, who load blanks, take cards
out, cut the power, or are told by a test to make something go wrong. No message of the
driver's door can cause a fault. Answers reuse the values of `card_printer`.
"""

from enum import Enum

from attrs import field, frozen

from ektp_core.boundary.card_printer import Bin, Recovery, ResetLevel, Settings, Station

# -- the driver's door ------------------------------------------------------------------


@frozen
class Identify:
    """Who is there."""


@frozen
class Reserve:
    """Let nobody but `owner` start a card."""

    owner: str


@frozen
class Release:
    """End the reservation."""


@frozen
class Configure:
    """Require settings; answered with what the printer then has."""

    settings: Settings


@frozen
class AskStatus:
    """Conditions and card position."""


@frozen
class AskCounters:
    """All counters."""


@frozen
class AskSupplies:
    """Forecasts of ribbon and blanks."""


@frozen
class Prepare:
    """Download the picture of the next card."""

    front_png: bytes = field(repr=False)


@frozen
class Feed:
    """Take one blank from the hopper."""


@frozen
class Move:
    """Move the card inside."""

    to: Station


@frozen
class ReadUid:
    """Read the chip's UID; the card must lie at the contactless station."""


@frozen
class ReadChip:
    """Read what was written to the chip; the card must lie at the contactless station."""


@frozen
class Encode:
    """Write the chip; answered with what was read back."""

    content: bytes = field(repr=False)


@frozen
class Mark:
    """Print the prepared picture on the card inside: irrevocable."""

    job_key: str


@frozen
class Observe:
    """Ask what became of a job, by its id or by the key the host gave it."""

    job: str


@frozen
class Deliver:
    """Move the card out."""

    to: Bin


@frozen
class Recover:
    """What an operator ordered after an error."""

    action: Recovery


@frozen
class AskLook:
    """Status, counters, job record and UID in one exchange."""

    job: str


@frozen
class Reset:
    """Reset the printer."""

    level: ResetLevel


# -- the front panel's door -------------------------------------------------------------


class FaultKind(Enum):
    """What can be made to go wrong."""

    MISPRINT = "misprint"  # gagal cetak; the printer does not notice
    JAM = "jam"  # macet
    RUN_OUT = "run-out"  # the ribbon ends
    POWER_LOSS = "power-loss"  # listrik padam
    DEAD_CHIP = "dead-chip"  # the blank's chip does not answer


class Step(Enum):
    """Where in a card's way it goes wrong."""

    FEED = "feed"
    ENCODE = "encode"
    MARK = "mark"
    EJECT = "eject"


class Flaw(Enum):
    """How a spoiled picture looks; chosen by the card when nobody says."""

    ANY = "any"
    PANEL_MISSING = "panel-missing"
    STREAKS = "streaks"
    LETTERS_MISSING = "letters-missing"
    HALF = "half"


@frozen
class SetFault:
    """Make something go wrong at a card to come: 1 is the next one fed, 0 the one inside."""

    kind: FaultKind
    step: Step
    at_card: int = 1
    flaw: Flaw = Flaw.ANY


@frozen
class LoadBlanks:
    """A person puts blanks into the hopper, in this order."""

    series: str
    lo: int
    uids: tuple[str, ...]


@frozen
class NewRibbon:
    """A person puts in a fresh ribbon."""


class TakeFrom(Enum):
    """Where a person takes cards from."""

    OUTPUT = "output"
    REJECT = "reject"
    JAMMED = "jammed"
    HOPPER = "hopper"


@frozen
class TakeOut:
    """A person takes cards out of the machine."""

    places: tuple[TakeFrom, ...]


@frozen
class SwitchPower:
    """A person switches the machine on or off."""

    on: bool


@frozen
class AskPanel:
    """What the panel's display shows."""


@frozen
class Tell:
    """An order in words that only one kind of machine knows, such as a mishap of its own."""

    words: tuple[str, ...]


# -- answers ----------------------------------------------------------------------------


@frozen
class Done:
    """It was done."""


@frozen
class Text:
    """A word: a UID or a job id."""

    value: str


@frozen
class Content:
    """Bytes read back from a chip."""

    value: bytes = field(repr=False)


@frozen
class ChipContent:
    """What a chip holds: empty before anything was written, None after a write that did not end."""

    value: bytes | None = field(repr=False)


class Reason(Enum):
    """Why the printer does not do it. Declining moves no card, except where it says so."""

    BUSY = "busy"
    RESERVED = "reserved"
    NOT_READY = "not-ready"
    NO_CARD = "no-card"
    CARD_INSIDE = "card-inside"
    WRONG_PLACE = "wrong-place"
    NO_PICTURE = "no-picture"
    BAD_PICTURE = "bad-picture"
    ALREADY_MARKED = "already-marked"
    JOB_KNOWN = "job-known"
    NO_CHIP = "no-chip"
    UNSUPPORTED = "unsupported"
    BAD_ORDER = "bad-order"
    JAM = "jam"  # the card moved and is stuck
    RIBBON = "ribbon"  # the ribbon ended in the middle of the card


@frozen
class Declined:
    """It was not done, or not to the end."""

    reason: Reason
    text: str


@frozen
class PanelView:
    """What the front panel shows."""

    serial: str
    powered: bool
    session: int
    position: str
    inside: str
    in_hopper: int
    next_blank: str
    in_output: int
    in_reject: int
    ribbon: int
    counters: dict[str, int]
    conditions: tuple[str, ...]
    faults: tuple[str, ...]
    taken: tuple[str, ...] = ()


COMMANDS: tuple[type, ...] = (
    Identify, Reserve, Release, Configure, AskStatus, AskCounters, AskSupplies, Prepare, Feed,
    Move, ReadUid, Encode, Mark, Observe, Deliver, Recover, AskLook, Reset, ReadChip,
)  # fmt: skip
PANEL_COMMANDS: tuple[type, ...] = (SetFault, LoadBlanks, NewRibbon, TakeOut, SwitchPower, AskPanel, Tell)

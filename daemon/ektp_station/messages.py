"""What goes into the station's step and what comes out (masukan dan keluaran langkah): plain values.

Inputs are what the shell saw; effects are what it shall do. The state is all that the step
remembers between two inputs; a crash may lose it, because book and device tell it again.
"""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from ektp_core.boundary.card_printer import Capabilities
from ektp_core.boundary.store import Answer, Payload, Work
from ektp_core.errors import Refused
from ektp_core.vocabulary.state import Profile
from ektp_core.wire.upload import Receipt
from ektp_station.acts import Order, Result
from ektp_station.driver_seen import DriverSeen
from ektp_station.duty import Limits
from ektp_station.freeing import Freeing
from ektp_station.press import Press


@frozen
class Ticked:
    """Time went by."""


@frozen
class PrinterUp:
    """A driver opened its device."""

    printer: str
    can: Capabilities


@frozen
class PrinterAbsent:
    """An attempt to open a device ended without one: it is not there, does not answer, or may not be used."""

    printer: str


@frozen
class Drove:
    """An order ended."""

    printer: str
    result: Result


@frozen
class Persisted:
    """The answers to an earlier `Persist`."""

    token: int
    answers: tuple[Answer, ...]


@frozen
class Entry:
    """A verified feed entry, and the personal data it refers to, if it does."""

    body: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    signed_by: str
    payloads: tuple[Payload, ...] = ()


@frozen
class FeedCame:
    """Entries of the feed, in order; none when there was nothing new."""

    entries: tuple[Entry, ...]


@frozen
class Acknowledged:
    """The hub's receipt for an upload, or why it said no. `is_signed`: this follows from what the hub signed."""

    answer: Receipt | Refused
    is_signed: bool = False


@frozen
class LinkFailed:
    """The hub was not reached for a fetch or an upload."""

    was_upload: bool


@frozen
class AskArrived:
    """An ask by people at the station, opened and verified: a count, a load, a verdict."""

    request: int
    work: Work


@frozen
class HubHeard:
    """The hub's word of now came: how far it has this station's chain, and whether this book holds that commit.

    `back_ms`: by how much it takes back the time it had said before.
    """

    chain_n: int
    is_ours: bool
    back_ms: int = 0


@frozen
class Lacking:
    """Authorisations, as (record, attempt), whose personal data is not here: they cannot be printed."""

    attempts: frozenset[tuple[str, int]]


Input = (
    Ticked | PrinterUp | PrinterAbsent | DriverSeen | Drove | Persisted | FeedCame | Acknowledged | LinkFailed
    | AskArrived | HubHeard | Lacking
)  # fmt: skip


@frozen
class Persist:
    """Commit these; the answers come back as `Persisted` with the same token."""

    token: int
    works: tuple[Work, ...]


@frozen
class Perform:
    """Let a printer's worker carry out an order; the result comes back as `Drove`."""

    printer: str
    order: Order


@frozen
class Fetch:
    """Fetch the feed after entry `after`; comes back as `FeedCame` or `LinkFailed`."""

    after: int


@frozen
class Upload:
    """Upload the commits after `after`; comes back as `Acknowledged` or `LinkFailed`."""

    after: int


@frozen
class Remember:
    """Keep a note outside the chain."""

    name: str
    value: bytes


@frozen
class Reply:
    """Answer a request of people at the station."""

    request: int
    answer: Answer


@frozen
class Alarm:
    """Something the operator must look at."""

    what: str
    facts: Mapping[str, str | int] = field(factory=dict)


Effect = Persist | Perform | Fetch | Upload | Remember | Reply | Alarm


@frozen
class Settings:
    """How this station works. Times in milliseconds."""

    station: str
    key: str
    operator_looks: bool = True
    profile: Profile = Profile.ENCODE_FIRST
    poll_ms: int = 1_000
    retry_ms: int = 1_000
    retry_most_ms: int = 30_000
    limits: Mapping[str, Limits] = field(factory=dict)  # printer -> its duty; one that is not named has none
    shift_ms: int = 8 * 3_600_000  # a card in doubt for longer is told
    failed_blanks: int = 3  # so many in a row that failed before printing shut their printer


@frozen
class StationState:
    """What the station remembers between inputs; all of it is rebuilt after a crash."""

    settings: Settings
    presses: Mapping[str, Press] = field(factory=dict)
    next_token: int = 1
    waiting: Mapping[int, str] = field(factory=dict)  # token -> printer, "feed", or a request
    acked_n: int = 0  # by the last receipt the hub signed
    gap_n: int | None = None  # the hub says, unsigned, that it has less: brought again from there on
    uploading: bool = False
    fetching: bool = False
    next_fetch_ms: int = 0
    next_upload_ms: int = 0
    next_return_ms: int = 0
    wait_ms: int = 0
    stopped_why: str = ""
    no_room: str = ""  # why no new card is begun: the disk is nearly full
    wait_hub_ms: int = 0  # no card is begun before this, unless the hub is heard or found away first
    unfit_ms: int = 0  # no card is begun before this: somebody says that this book is not the one the hub has
    is_time_known: bool = True  # False: the machine was off and its clock is behind; no card is begun
    is_time_sure: bool = True  # the hub's time was heard; a guessed one gives nothing back
    lacking: frozenset[tuple[str, int]] = frozenset()  # (record, attempt) without personal data
    told: Mapping[str, str] = field(factory=dict)
    doubts: Any = None  # suspects.Doubts
    care: Mapping[str, Any] = field(factory=dict)  # printer -> step_care.Cared
    absent: frozenset[str] = frozenset()  # printers that were looked for and not found
    drivers: Mapping[str, DriverSeen] = field(factory=dict)  # printer -> its driver's sandbox and settings
    freed: Mapping[str, Freeing] = field(factory=dict)  # printer -> the last time a person had it freed

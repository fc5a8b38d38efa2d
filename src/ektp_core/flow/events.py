"""What happened (kejadian): past participles, one class a kind, with numbers that never change.

An event holds all that `apply` needs, so that the book of today can be folded from zero in
twenty years. A changed event gets a new version beside the old one and an upcaster in
`ektp_core.flow.codec`. When it was recorded stands in the seal of its commit (rule 38); the
number and date of a paper stand in the event.
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.flow.allotting_events import AllottingEvent
from ektp_core.flow.cards_events import CardsEvent
from ektp_core.flow.care_events import CareEvent
from ektp_core.flow.closing_day_events import ClosingDayEvent
from ektp_core.flow.counting_events import CountingEvent
from ektp_core.flow.custody_events import CustodyEvent
from ektp_core.flow.moving_events import MovingEvent
from ektp_core.flow.office_events import OfficeEvent
from ektp_core.flow.printer_events import PrinterClosed as PrinterClosed
from ektp_core.flow.printer_events import PrinterLoaded as PrinterLoaded
from ektp_core.flow.queueing_events import BatchChosen as BatchChosen
from ektp_core.flow.queueing_events import PapersTaken as PapersTaken
from ektp_core.flow.queueing_events import PrinterPaused as PrinterPaused
from ektp_core.flow.queueing_events import ProposalAnswered as ProposalAnswered
from ektp_core.flow.queueing_events import ProposalMade as ProposalMade
from ektp_core.flow.queueing_events import QueueingEvent
from ektp_core.flow.rows import Ranges
from ektp_core.flow.station_loss_events import StationLossEvent
from ektp_core.flow.suspect_evidence_events import EvidenceAdded
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import Cause, Certainty


@frozen
class TakenIn:
    """Blanks crossed the border of this book inward: supply at the hub, dispatch at a station."""

    KIND: ClassVar[int] = 1
    series: str
    lo: int
    hi: int
    party: str
    bucket: Bucket
    blank_class: str
    source: str
    paper: str = ""
    paper_date: str = ""
    assumed: bool = False  # nobody read these serials; the numbers stand for a count (rule 10)


@frozen
class Moved:
    """One run of blanks went from one place to another. Never edited; reversed by another."""

    KIND: ClassVar[int] = 2
    series: str
    lo: int
    hi: int
    party: str
    bucket: Bucket
    to_party: str
    to_bucket: Bucket
    reference: str = ""


@frozen
class GivenOut:
    """Blanks crossed the border of this book outward."""

    KIND: ClassVar[int] = 3
    series: str
    lo: int
    hi: int
    party: str
    bucket: Bucket
    reference: str = ""


@frozen
class Entered:
    """A print-ready record came in; its lock is READY."""

    KIND: ClassVar[int] = 4
    record: str
    person: bytes
    office: str
    reason: Reason
    previous: PreviousCard
    letter: str
    letter_date: str
    payload: bytes
    signer: str
    checked_ms: int


@frozen
class Authorised:
    """A station may print this record once; written first at the hub, copied at the station.

    Attributes:
        place: of its class in the policy, before it rises by waiting. ageing_days: after how many it rises; 0: never.
        since_ms: since when it waits, 0 where the number alone gives the order. checked_ms: last look at its source.
    """

    KIND: ClassVar[int] = 5
    record: str
    n: int
    station: str
    until_ms: int
    feed_m: int
    place: int = 0
    since_ms: int = 0
    ageing_days: int = 0
    checked_ms: int = 0


@frozen
class Stepped:
    """A lock took one row of the table. `by` names the officers, if any, whose word it was."""

    KIND: ClassVar[int] = 6
    record: str
    n: int
    event: LockEvent
    state: LockState
    cause: Cause = Cause.NONE
    by: tuple[str, ...] = ()
    reference: str = ""
    certainty: Certainty | None = None


@frozen
class Pressed:
    """One durable step of a card in the machine. `number` 0: no blank named here; `counter` -1: not known."""

    KIND: ClassVar[int] = 7
    record: str
    n: int
    step: PressStep
    printer: str
    counter: int = -1
    series: str = ""
    number: int = 0
    uid: str = ""
    at_ms: int = 0
    profile: Profile | None = None


@frozen
class ChipLinked:
    """The supplier's list says which chip sits in which blank, from `lo` upward."""

    KIND: ClassVar[int] = 8
    series: str
    lo: int
    uids: tuple[str, ...]


@frozen
class ChipRead:
    """A chip was read in a blank whose chip nobody had named: bound for ever (rule 6)."""

    KIND: ClassVar[int] = 9
    uid: str
    series: str
    number: int


@frozen
class CardMade:
    """A good card came to be: this chip, of this attempt."""

    KIND: ClassVar[int] = 10
    uid: str
    record: str
    n: int


@frozen
class CardRevoked:
    """A chip or serial went on the stop list."""

    KIND: ClassVar[int] = 11
    thing: str
    why: str
    record: str


@frozen
class PartyNamed:
    """A party was registered."""

    KIND: ClassVar[int] = 12
    party: str
    name: str


@frozen
class OfficerNamed:
    """An officer was registered."""

    KIND: ClassVar[int] = 13
    officer: str
    name: str
    unit: str
    roles: tuple[Role, ...]


@frozen
class KeyTrusted:
    """A public key was registered for its owner."""

    KIND: ClassVar[int] = 14
    key: str
    owner: str
    hand: Hand
    public: bytes


@frozen
class KeyRevoked:
    """A key is not taken any more."""

    KIND: ClassVar[int] = 15
    key: str
    why: str


@frozen
class StationEnrolled:
    """A station may work, with these blank classes."""

    KIND: ClassVar[int] = 16
    station: str
    classes: tuple[str, ...]


@frozen
class StationFrozen:
    """A station is stopped until two people examined it."""

    KIND: ClassVar[int] = 17
    station: str
    why: str


@frozen
class Granted:
    """Blanks were granted to an office as one allotment."""

    KIND: ClassVar[int] = 18
    allotment: str
    party: str
    blank_class: str
    ranges: Ranges
    paper: str = ""
    paper_date: str = ""


@frozen
class Dispatched:
    """A consignment left."""

    KIND: ClassVar[int] = 19
    consignment: str
    sender: str
    receiver: str
    ranges: Ranges
    at_ms: int = 0  # when it left, where that was noted


@frozen
class Received:
    """A consignment was counted in by people: found, short and damaged are separate moves."""

    KIND: ClassVar[int] = 20
    consignment: str
    party: str
    by: tuple[str, ...]
    rest: Ranges = ()  # what is still on the road after this count
    minutes: str = ""
    minutes_date: str = ""


@frozen
class FeedQueued:
    """A numbered message to a station, with its exact bytes."""

    KIND: ClassVar[int] = 21
    station: str
    m: int
    kind: str
    record: str
    n: int
    body: bytes


@frozen
class FeedTaken:
    """The station took entry m of its feed; the `effects` events before it align its copy."""

    KIND: ClassVar[int] = 22
    station: str
    m: int
    digest: bytes
    record: str
    n: int
    effects: int


@frozen
class Absorbed:
    """The hub took commit n of a station's chain, in its own commit `hub_n`, by its own time `at_ms`."""

    KIND: ClassVar[int] = 23
    station: str
    n: int
    head: bytes
    hub_n: int
    at_ms: int = 0  # 0: not known


@frozen
class Disputed:
    """A fact that could not be taken as it stands was kept as evidence."""

    KIND: ClassVar[int] = 24
    station: str
    n: int
    index: int
    objection: Objection
    record: str
    attempt: int
    event: bytes


@frozen
class Reported:
    """A spoilage report was accepted."""

    KIND: ClassVar[int] = 25
    report: str
    allotment: str
    cut_seq: int
    digest: bytes
    reporter: str
    good: int
    bad: int
    suspect: int
    is_final: bool
    paper: str = ""
    paper_date: str = ""
    cut_ms: int = 0  # a time the cut is not older than; 0: not known


@frozen
class PolicySet:
    """A policy came into force."""

    KIND: ClassVar[int] = 26
    name: str
    version: int
    unlock_people: int
    receive_people: int
    tries: int
    lease_count: int
    lease_ms: int
    checked_ms: int
    message_ms: int
    grace_ms: int


@frozen
class Recalled:
    """The centre called an authorisation back; the station answers with RETURN or its outcome."""

    KIND: ClassVar[int] = 29
    record: str
    n: int


# fmt: off
Event = (
    TakenIn | Moved | GivenOut | Entered | Authorised | Stepped | Pressed | ChipLinked | ChipRead | CardMade
    | CardRevoked | PartyNamed | OfficerNamed | KeyTrusted | KeyRevoked | StationEnrolled | StationFrozen
    | Granted | Dispatched | Received | FeedQueued | FeedTaken | Absorbed | Disputed | Reported | PolicySet
    | PrinterLoaded | PrinterClosed | Recalled | QueueingEvent
    | CountingEvent | CardsEvent | OfficeEvent | StationLossEvent | MovingEvent | CustodyEvent | AllottingEvent
    | CareEvent | EvidenceAdded | ClosingDayEvent
)
# fmt: on

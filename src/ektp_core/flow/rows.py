"""The rows of a book (baris buku): the current state of one store, as plain values.

A row's class has a table number that never changes; its first `KEY` fields are its key. Rows
are rebuilt from the events, never migrated, and hold no personal data: `person` is a keyed hash.
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.flow.allotting_rows import AllottingRow
from ektp_core.flow.cards_rows import CardsRow
from ektp_core.flow.care_rows import CareRow
from ektp_core.flow.closing_day_rows import StationDay as StationDay
from ektp_core.flow.counting_rows import Count as Count
from ektp_core.flow.counting_rows import Counting as Counting
from ektp_core.flow.counting_rows import DeclaredUse as DeclaredUse
from ektp_core.flow.counting_rows import FoundBlank as FoundBlank
from ektp_core.flow.counting_rows import Opening as Opening
from ektp_core.flow.custody_rows import CustodyRow
from ektp_core.flow.index_rows import Bound as Bound
from ektp_core.flow.index_rows import ChipOf as ChipOf
from ektp_core.flow.index_rows import Lease as Lease
from ektp_core.flow.index_rows import Ready as Ready
from ektp_core.flow.index_rows import Spoil as Spoil
from ektp_core.flow.index_rows import TakenEntry as TakenEntry
from ektp_core.flow.moving_rows import BookPlace as BookPlace
from ektp_core.flow.moving_rows import MovingRow as MovingRow
from ektp_core.flow.office_rows import OfficeRow
from ektp_core.flow.printer_rows import Printer as Printer
from ektp_core.flow.queueing_rows import CounterReceipt as CounterReceipt
from ektp_core.flow.queueing_rows import PrintingBatch as PrintingBatch
from ektp_core.flow.queueing_rows import Proposal as Proposal
from ektp_core.flow.queueing_rows import QueueingRow
from ektp_core.flow.queueing_rows import ReceiptsGiven as ReceiptsGiven
from ektp_core.flow.station_loss_rows import Contact as Contact
from ektp_core.flow.station_loss_rows import DisputedAttempt as DisputedAttempt
from ektp_core.flow.station_loss_rows import Evidence as Evidence
from ektp_core.flow.station_loss_rows import FedBlank as FedBlank
from ektp_core.flow.station_loss_rows import LostStation as LostStation
from ektp_core.flow.station_loss_rows import ReleasedByCode as ReleasedByCode
from ektp_core.flow.station_loss_rows import StationLossRow as StationLossRow
from ektp_core.flow.station_loss_rows import WrongCodes as WrongCodes
from ektp_core.flow.suspect_evidence_rows import OpenSuspect as OpenSuspect
from ektp_core.ledger.holding import Holding as Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.state import CardState, LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import Cause

Ranges = tuple[tuple[str, int, int], ...]


@frozen
class Tally:
    """How many blanks of a class a party has in a bucket."""

    TABLE: ClassVar[int] = 2
    KEY: ClassVar[int] = 3
    party: str
    bucket: Bucket
    blank_class: str
    count: int


@frozen
class Lock:
    """The print lock of one record; `taken` when the station's book holds the authorisation."""

    TABLE: ClassVar[int] = 3
    KEY: ClassVar[int] = 1
    record: str
    state: LockState
    n: int = 0
    station: str = ""
    taken: bool = False


@frozen
class Attempt:
    """One attempt at one record. `number` is 0 while no blank is bound."""

    TABLE: ClassVar[int] = 4
    KEY: ClassVar[int] = 2
    record: str
    n: int
    station: str
    until_ms: int
    feed_m: int = 0
    series: str = ""
    number: int = 0
    uid: str = ""
    outcome: LockEvent | None = None
    cause: Cause = Cause.NONE
    operator: tuple[str, ...] = ()
    reporter: tuple[str, ...] = ()
    report: str = ""
    tries: int = 0
    printer: str = ""
    step: PressStep | None = None
    reached: PressStep | None = None  # the last step before the outcome
    counter: int = 0
    recalled: bool = False
    started_ms: int = 0
    profile: Profile | None = None
    place: int = 0  # as in `Authorised`, with the two below
    since_ms: int = 0
    ageing_days: int = 0


@frozen
class Person:
    """A citizen, by keyed hash: the one open record, and the last card's record."""

    TABLE: ClassVar[int] = 5
    KEY: ClassVar[int] = 1
    person: bytes
    open_record: str = ""
    last_record: str = ""
    before: str = ""  # its card is to be surrendered when the last one is handed over
    ended: str = ""  # withdrawn or void: only the registry opens another (rule 16)
    card_before: str = ""  # the record that says that a card from before this book is out


@frozen
class Record:
    """One issuance (penerbitan): one reason for one card of one person (rule 3)."""

    TABLE: ClassVar[int] = 6
    KEY: ClassVar[int] = 1
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
    since_ms: int = 0  # the first check, where there was another: whoever is looked at again keeps the place


@frozen
class Chip:
    """A chip UID: the blank it sits in, and the card it became, if it did."""

    TABLE: ClassVar[int] = 7
    KEY: ClassVar[int] = 1
    uid: str
    series: str
    number: int
    record: str = ""
    n: int = 0
    state: CardState | None = None


@frozen
class RunningNumber:
    """The last record number given in a region (dense keys, rule 2)."""

    TABLE: ClassVar[int] = 8
    KEY: ClassVar[int] = 1
    region: str
    last: int


@frozen
class Party:
    """Somebody who can hold blanks."""

    TABLE: ClassVar[int] = 9
    KEY: ClassVar[int] = 1
    party: str
    name: str


@frozen
class Officer:
    """A person who signs (petugas)."""

    TABLE: ClassVar[int] = 10
    KEY: ClassVar[int] = 1
    officer: str
    name: str
    unit: str
    roles: tuple[Role, ...]


@frozen
class Key:
    """A public key and whose hand it is."""

    TABLE: ClassVar[int] = 11
    KEY: ClassVar[int] = 1
    key: str
    owner: str
    hand: Hand
    public: bytes
    revoked: bool = False


@frozen
class Station:
    """A station as enrolled, and whether it is stopped."""

    TABLE: ClassVar[int] = 12
    KEY: ClassVar[int] = 1
    station: str
    classes: tuple[str, ...]
    frozen_why: str = ""


@frozen
class Desk:
    """The counters between hub and one station.

    `outstanding`: authorisations given and not yet started or returned; `queued_m`, `taken_m`:
    last feed entry queued and known to be taken; `chain_n`, `chain_head`: last absorbed commit.
    """

    TABLE: ClassVar[int] = 13
    KEY: ClassVar[int] = 1
    station: str
    outstanding: int = 0
    queued_m: int = 0
    taken_m: int = 0
    chain_n: int = 0
    chain_head: bytes = b""


@frozen
class Pen:
    """Additive digest of the rows under a station's pen."""

    TABLE: ClassVar[int] = 14
    KEY: ClassVar[int] = 1
    station: str
    digest: bytes


@frozen
class Allotment:
    """An allotment (jatah): the blanks granted to an office, whose report unlocks (rule 24).

    From `granted_ms` on: its terms, as in `GrantExplained`; a loan has none.
    """

    TABLE: ClassVar[int] = 15
    KEY: ClassVar[int] = 1
    allotment: str
    party: str
    blank_class: str
    count: int
    ranges: Ranges
    report: str = ""
    is_final: bool = False
    granted_ms: int = 0
    previous: str = ""
    policy: str = ""
    bound_by: str = ""
    limits: tuple[tuple[str, int], ...] = ()
    facts: tuple[tuple[str, int], ...] = ()
    push: str = ""
    exception: str = ""


@frozen
class Consignment:
    """Blanks on the road; received once."""

    TABLE: ClassVar[int] = 16
    KEY: ClassVar[int] = 1
    consignment: str
    sender: str
    receiver: str
    ranges: Ranges
    is_received: bool = False


@frozen
class FeedRow:
    """One numbered message to a station, its exact bytes."""

    TABLE: ClassVar[int] = 17
    KEY: ClassVar[int] = 2
    station: str
    m: int
    kind: str
    record: str
    n: int
    body: bytes


@frozen
class AbsorbedCommit:
    """A commit of a station's chain that was taken, and the hub's commit it is in: its receipt."""

    TABLE: ClassVar[int] = 18
    KEY: ClassVar[int] = 2
    station: str
    n: int
    head: bytes
    hub_n: int


@frozen
class Dispute:
    """A fact that could not be taken as it stands."""

    TABLE: ClassVar[int] = 19
    KEY: ClassVar[int] = 3
    station: str
    n: int
    index: int
    objection: Objection
    record: str
    attempt: int
    event: bytes


@frozen
class Report:
    """An accepted spoilage report (berita acara); `cut_ms` as in `Reported`."""

    TABLE: ClassVar[int] = 20
    KEY: ClassVar[int] = 1
    report: str
    allotment: str
    cut_seq: int
    digest: bytes
    reporter: str
    good: int
    bad: int
    suspect: int
    cut_ms: int = 0


@frozen
class Policy:
    """Numbers that are policy, not code; the row in force. Times in milliseconds.

    Numbers of people are never below 2 (rule 25); `tries` are blanks one attempt may spend before ink (rule 17);
    `lease_count`, `lease_ms`: N and T (rule 23); `checked_ms`, `message_ms`: how old a record's check and a message
    may be; `grace_ms`: how long after T a silent station is waited for.
    """

    TABLE: ClassVar[int] = 22
    KEY: ClassVar[int] = 1
    name: str
    version: int
    unlock_people: int = 2
    receive_people: int = 2
    tries: int = 3
    lease_count: int = 50
    lease_ms: int = 8 * 3_600_000
    checked_ms: int = 30 * 86_400_000
    message_ms: int = 15 * 60_000
    grace_ms: int = 24 * 3_600_000


@frozen
class Revoked:
    """The stop list: a chip or serial that must never be accepted again."""

    TABLE: ClassVar[int] = 23
    KEY: ClassVar[int] = 1
    thing: str
    why: str
    record: str


# fmt: off
Row = (
    Holding | Tally | Lock | Attempt | Person | Record | Chip | RunningNumber | Party | Officer | Key
    | Station | Desk | Pen | Allotment | Consignment | FeedRow | AbsorbedCommit | Dispute | Report | Printer
    | Policy | Revoked | Lease | ChipOf | Spoil | TakenEntry | Ready | Bound
    | Counting | Opening | DeclaredUse | FoundBlank | Count
    | CardsRow
    | OfficeRow
    | StationLossRow
    | MovingRow
    | CustodyRow
    | AllottingRow
    | QueueingRow
    | CareRow
    | OpenSuspect | StationDay
)
# fmt: on

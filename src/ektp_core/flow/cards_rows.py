"""Rows about cards and their holders' waiting (baris kartu): what no lock knows (rules 2, 3, 5, 16, 18, 35)."""

from typing import ClassVar

from attrs import frozen

from ektp_core.handover.activation import When
from ektp_core.handover.delivery import Receiver
from ektp_core.vocabulary.card_words import Judgement, ListKind
from ektp_core.vocabulary.hold import HoldKind


@frozen
class Adjudication:
    """A person recorded a second time, by another office: a line for people to judge, never printable (rule 2)."""

    TABLE: ClassVar[int] = 44
    KEY: ClassVar[int] = 2
    record: str  # the first recording's, which keeps the lock
    office: str  # the office of the second recording
    payload: bytes
    signer: str
    at_ms: int
    judgement: Judgement | None = None
    by: tuple[str, ...] = ()
    reference: str = ""


@frozen
class Elsewhere:
    """A record that another office than the home one opened, and why (rule 20)."""

    TABLE: ClassVar[int] = 52
    KEY: ClassVar[int] = 1
    record: str
    office: str
    home: str
    purpose: str
    by: tuple[str, ...]


@frozen
class CardFacts:
    """What happened to one finished card: activated and handed over are independent; times in UTC, 0 for never.

    `out_on`: the list it was carried out with; `missed`: the minutes that say it is not there.
    """

    TABLE: ClassVar[int] = 45
    KEY: ClassVar[int] = 2
    record: str
    n: int
    activated_ms: int = 0
    activated_by: tuple[str, ...] = ()
    exception: str = ""
    handed_ms: int = 0
    handed_by: tuple[str, ...] = ()
    receiver: Receiver | None = None
    out_on: str = ""
    missed: str = ""


@frozen
class Hold:
    """A record is held back; `until`: local ISO date on which it lifts itself, or nothing."""

    TABLE: ClassVar[int] = 46
    KEY: ClassVar[int] = 2
    record: str
    kind: HoldKind
    why: str
    until: str
    by: tuple[str, ...]
    since_ms: int


@frozen
class HeldPerson:
    """Where a person's holds lie: a hold on any record of theirs holds them all (rule 5), but a batch's."""

    TABLE: ClassVar[int] = 63
    KEY: ClassVar[int] = 3
    person: bytes
    record: str
    kind: HoldKind


@frozen
class CardList:
    """A named list of records: a batch to be opened, or cards carried out to be handed over elsewhere."""

    TABLE: ClassVar[int] = 47
    KEY: ClassVar[int] = 1
    name: str
    kind: ListKind
    office: str
    place: str
    members: tuple[str, ...]
    urgent: tuple[str, ...]
    by: tuple[str, ...]
    since_ms: int
    closed_ms: int = 0
    missing: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


@frozen
class CardPolicy:
    """Policy about cards from a local date on: when they are activated, and how long they may wait uncollected."""

    TABLE: ClassVar[int] = 48
    KEY: ClassVar[int] = 1
    since: str
    activation: When
    uncollected_days: int
    reference: str


CardsRow = Adjudication | CardFacts | Hold | HeldPerson | CardList | CardPolicy | Elsewhere

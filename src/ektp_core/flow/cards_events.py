"""Events about cards and their holders' waiting (kejadian kartu): kinds 60 to 69, 75, 86 and 87."""

from typing import ClassVar

from attrs import frozen

from ektp_core.handover.activation import When
from ektp_core.handover.delivery import OldCard, Receiver
from ektp_core.vocabulary.card_words import Judgement, ListKind
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.imported_status import ImportedStatus
from ektp_core.vocabulary.prr import PreviousCard, Reason


@frozen
class EnteredLocked:
    """A half-finished life came in from the old system: its lock is LOCKED_BEFORE, no blank of ours (rule 4)."""

    KIND: ClassVar[int] = 60
    record: str
    person: bytes
    office: str
    status: ImportedStatus
    reason: Reason
    previous: PreviousCard
    letter: str
    letter_date: str
    payload: bytes
    signer: str
    checked_ms: int


@frozen
class DuplicateNoted:
    """A second recording of a person by another office was noted, or (with a judgement) judged (rule 2)."""

    KIND: ClassVar[int] = 61
    record: str
    office: str
    payload: bytes
    signer: str
    at_ms: int
    judgement: Judgement | None = None
    by: tuple[str, ...] = ()
    reference: str = ""


@frozen
class CardPolicySet:
    """A policy about cards is in force from a local date on."""

    KIND: ClassVar[int] = 62
    since: str
    activation: When
    uncollected_days: int
    reference: str


@frozen
class HoldPlaced:
    """A record is held back (rule 5)."""

    KIND: ClassVar[int] = 63
    record: str
    kind: HoldKind
    why: str
    until: str
    by: tuple[str, ...]
    at_ms: int


@frozen
class HoldLifted:
    """A hold was lifted by somebody who may."""

    KIND: ClassVar[int] = 64
    record: str
    kind: HoldKind
    why: str
    by: tuple[str, ...]


@frozen
class HandedOver:
    """A card went to its holder; `letter`: of the old card's loss; `proxy_letter`: of whoever fetched it."""

    KIND: ClassVar[int] = 65
    record: str
    n: int
    receiver: Receiver
    old_card: OldCard
    letter: str
    letter_date: str
    proxy_letter: str
    by: tuple[str, ...]
    at_ms: int


@frozen
class Activated:
    """A card was activated; `exception`: why, where the section head did so in spite of the finger (rule 18)."""

    KIND: ClassVar[int] = 66
    record: str
    n: int
    uid: str
    exception: str
    by: tuple[str, ...]
    at_ms: int


@frozen
class CardMissed:
    """A finished card is not where it was kept (rule 16); the lock stays as it is."""

    KIND: ClassVar[int] = 67
    record: str
    n: int
    minutes: str
    by: tuple[str, ...]


@frozen
class ListMade:
    """A named list of records was made: a batch, or cards carried out (rule 35)."""

    KIND: ClassVar[int] = 68
    name: str
    kind: ListKind
    office: str
    place: str
    members: tuple[str, ...]
    urgent: tuple[str, ...]
    by: tuple[str, ...]
    at_ms: int


@frozen
class ListClosed:
    """A batch was opened without the missing ones, or a list came back with the returned ones."""

    KIND: ClassVar[int] = 69
    name: str
    missing: tuple[str, ...]
    returned: tuple[str, ...]
    by: tuple[str, ...]
    at_ms: int


@frozen
class EnteredElsewhere:
    """A record was opened away from its person's home, for this purpose (rule 20)."""

    KIND: ClassVar[int] = 75
    record: str
    office: str
    home: str
    purpose: str
    by: tuple[str, ...]


@frozen
class CardOfBefore:
    """A card of this person from before this book is out (`is_out`), as that record says, or no longer (rule 3)."""

    KIND: ClassVar[int] = 86
    person: bytes
    record: str
    is_out: bool


@frozen
class Rechecked:
    """Whoever may bring a record in looked at its source again: it still stands as it is (rules 23, 42)."""

    KIND: ClassVar[int] = 87
    record: str
    signer: str
    checked_ms: int
    by: tuple[str, ...]


# fmt: off
CardsEvent = (
    EnteredLocked | DuplicateNoted | CardPolicySet | HoldPlaced | HoldLifted | HandedOver | Activated | CardMissed
    | ListMade | ListClosed | EnteredElsewhere | CardOfBefore | Rechecked
)
# fmt: on

"""The people at the counters of two offices, and cards ready to be handed out, for the tests of cards."""

from ektp_core.boundary.store import Answer
from ektp_core.flow.founding import NewOfficer, NewParty, Register
from ektp_core.flow.handing_over import HandOver
from ektp_core.flow.holds import LiftHold, PlaceHold
from ektp_core.handover.delivery import OldCard, Receiver
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.role import Role
from tests.core.flow.office_cards import entered, printed, stocked
from tests.core.flow.offices import NOW, OFFICE, PAIR, Offices, accepted, ask, exchange, new_key

OTHER = "office/52.01"
GIVER, SECTION, HEAD, CLERK = "key-giver", "key-section", "key-head", "key-clerk"
CHECKER = "key-checker"
#: Two closers of different units, none of whom runs a printer.
CLOSERS = (CHECKER, "key-verifier-1")

UIDS = tuple(f"04{number:012X}" for number in range(1, 21))

_PEOPLE = (
    NewOfficer("giver", "Giver", OFFICE, (Role.HANDOVER,)),
    NewOfficer("section", "Section head", OFFICE, (Role.SECTION_HEAD,)),
    NewOfficer("head", "Head", OFFICE, (Role.HEAD,)),
    NewOfficer("checker", "Checker", OFFICE, (Role.CHECKER,)),
    NewOfficer("clerk", "Clerk of the other office", OTHER, (Role.COUNTER, Role.HANDOVER, Role.SECTION_HEAD)),
)


def staffed(count: int = 8) -> Offices:
    """A stocked station with chips, and everybody who works at a counter."""
    books = stocked(count, UIDS[:count])
    people = Register(
        parties=(NewParty(OTHER, "Lombok Barat"),),
        officers=_PEOPLE,
        keys=tuple(new_key(f"key-{one.officer}", one.officer) for one in _PEOPLE),
    )
    accepted(ask(books.hub, people, *PAIR))
    exchange(books)
    return books


def card_of(books: Offices, number: int, uid: str = "", **changes: object) -> str:
    """A record of that citizen, printed well."""
    record = entered(books, number, **changes)
    printed(books, record, uid=uid)
    return record


def hand(
    books: Offices, record: str, *, n: int = 1, old: OldCard = OldCard.NONE, key: str = GIVER, at_ms: int = NOW
) -> Answer:
    """Hand a card to its holder."""
    letter = ("B/7", "2018-11-18") if old is OldCard.DECLARED_LOST else ("", "")
    return ask(books.hub, HandOver(record, n, Receiver.HOLDER, old, *letter), key, at_ms=at_ms)


def hold(books: Offices, record: str, kind: HoldKind, *keys: str, until: str = "") -> Answer:
    """Hold a record back."""
    return ask(books.hub, PlaceHold(record, kind, "a reason", until), *(keys or (SECTION,)))


def lift(books: Offices, record: str, kind: HoldKind, *keys: str) -> Answer:
    """Take a hold away."""
    return ask(books.hub, LiftHold(record, kind, "it is settled"), *(keys or (SECTION,)))

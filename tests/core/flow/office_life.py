"""More offices and people, and counts of the store, for the tests of periods, daily reports and letters."""

from datetime import UTC, datetime

from ektp_core.flow.codec import decode_event
from ektp_core.flow.counting import CountDay, PileCount
from ektp_core.flow.daily_count import DayBook, day_book, first_commit
from ektp_core.flow.founding import NewOfficer, NewParty, Register
from ektp_core.flow.periods import ClosePeriod
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Role
from ektp_core.wire.chain import read_header
from tests.core.flow.office_cards import held
from tests.core.flow.offices import CLASS, OFFICE, ONE, OPERATOR, PAIR, VERIFIER_2, Offices, accepted, ask, new_key

OTHER = "office/52.01"
PROVINCE = "province/52"
HEAD, HEAD_2, CLERK, GOVERNOR, AUDITOR = "key-head", "key-head-2", "key-clerk", "key-governor", "key-auditor"
BOTH = (OPERATOR, VERIFIER_2)

_PEOPLE = (
    NewOfficer("head", "Head", OFFICE, (Role.HEAD,)),
    NewOfficer("head-2", "Other head", OTHER, (Role.HEAD,)),
    NewOfficer("clerk", "Clerk of another office", OTHER, (Role.COUNTER, Role.STOREKEEPER)),
    NewOfficer("governor", "Province", PROVINCE, (Role.PROVINCE,)),
    NewOfficer("auditor", "Auditor", "audit", (Role.AUDITOR,)),
)


def at(day: str, hour: int = 4) -> int:
    """Milliseconds UTC; 04:00 UTC is noon in Lombok."""
    return int(datetime.fromisoformat(f"{day}T{hour:02}:00").replace(tzinfo=UTC).timestamp() * 1000)


def with_people(books: Offices) -> Offices:
    """A second office without stations, a province, and people for them."""
    body = Register(
        parties=(NewParty(OTHER, "Lombok Barat"), NewParty(PROVINCE, "Nusa Tenggara Barat")),
        officers=_PEOPLE,
        keys=tuple(new_key(f"key-{one.officer}", one.officer) for one in _PEOPLE),
    )
    accepted(ask(books.hub, body, *PAIR))
    return books


def in_store(books: Offices) -> int:
    """Unprinted blanks in the office's own store."""
    return held(books.hub, (OFFICE, Bucket.STOCK))


def counted(books: Offices, minutes: str, day: str, *, unprinted: int = -1) -> None:
    """The office counted its store; by default what is there."""
    number = in_store(books) if unprinted < 0 else unprinted
    piles = (PileCount(Pile.UNPRINTED, CLASS, number, explanation="counted twice"),)
    body = CountDay(OFFICE, day, books.hub.position().seq, piles, (), minutes)
    accepted(ask(books.hub, body, *BOTH, at_ms=at(day)))


def at_stations(books: Offices) -> tuple[tuple[str, str, str, int], ...]:
    """What lies at the first station, pile by pile, as its people found it."""
    piles = {
        Pile.UNPRINTED: (Bucket.STOCK, Bucket.IN_MACHINE),
        Pile.FINISHED: (Bucket.GOOD_HELD,),
        Pile.WASTE: (Bucket.WASTE_HELD, Bucket.VOID_HELD),
    }
    return tuple(
        (ONE, pile.value, CLASS, held(books.hub, *((ONE, bucket) for bucket in buckets)))
        for pile, buckets in piles.items()
    )


def closed(books: Offices, month: str, minutes: str, day: str) -> None:
    """A month closed from a count of that day."""
    counted(books, minutes, day)
    body = ClosePeriod(OFFICE, month, minutes, at_stations(books))
    accepted(ask(books.hub, body, *BOTH, at_ms=at(day)))


def days_of(books: Offices, since_ms: int = 0) -> DayBook:
    """The hub's book by local days, read from its commits sealed at or after that instant."""
    commits = books.hub.sealed_since(0, 1_000_000)
    times = [read_header(one.header).at_ms for one in commits]
    first = first_commit(len(times), lambda n: times[n - 1], since_ms)
    with books.hub.read() as view:
        read = zip(times[first - 1 :], commits[first - 1 :], strict=True)
        return day_book(view, ((at_ms, map(decode_event, one.events)) for at_ms, one in read))

"""A hub and two stations in memory, and the people of East Lombok, for the tests of the flow.

Books are founded here, asks are signed by naming keys (the core checks no signatures), and
what each side owes the other is carried by hand: `ship` takes the station's sealed commits to
the hub, `deliver` takes the hub's feed to the station. Nothing is carried unless a test says so.
What the books are then about, blanks and cards and reports, is in `office_cards`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import TypeVar

from attrs import field, frozen

from ektp_core.boundary.store import Accepted, Answer, Store, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask, Body
from ektp_core.flow.codec import encode_event, to_json
from ektp_core.flow.decide import Decider
from ektp_core.flow.events import Event
from ektp_core.flow.founding import Found, NewKey, NewOfficer, NewParty, NewStation, Register
from ektp_core.flow.rows import AbsorbedCommit, Desk, FeedRow, Policy, Row
from ektp_core.flow.station_book import TakeFeed
from ektp_core.vocabulary.region import Regions
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.wire.chain import Header, read_header, seal
from ektp_store.memory import MemoryStore

R = TypeVar("R", bound=Row)
E = TypeVar("E", bound=Event)

NOW = 1_542_600_000_000  # 19 November 2018
HOUR_MS = 3_600_000

CENTRE, SUPPLIER, OFFICE = "centre", "supplier/PNRI", "office/52.03"
ONE, TWO = "station/52.03/1", "station/52.03/2"
CLASS = "v5"
SERIES = "PNRI-2018"
PRINTER = "VP-1"

HUB_KEY, REGISTRY_KEY = "key-hub", "key-registry"
OPERATOR, VERIFIER_1, VERIFIER_2 = "key-operator", "key-verifier-1", "key-verifier-2"
PAIR = (VERIFIER_1, VERIFIER_2)

REGIONS = Regions({"52": "Nusa Tenggara Barat", "52.03": "Lombok Timur", "52.01": "Lombok Barat"})

_OFFICERS = (
    NewOfficer(
        "operator", "Operator", OFFICE, (Role.PRINT_OPERATOR, Role.STOREKEEPER, Role.COUNTER),
    ),
    NewOfficer("verifier-1", "Verifier 1", "verification", (Role.CENTRE_VERIFIER, Role.CENTRE_STORE)),
    NewOfficer("verifier-2", "Verifier 2", "store", (Role.CENTRE_VERIFIER, Role.CHECKER)),
)  # fmt: skip


def station_key(station: str) -> str:
    """The id of a station's key."""
    return f"key-{station}"


def new_key(key: str, owner: str, hand: Hand = Hand.OFFICER) -> NewKey:
    """A key to register; its public half is made up."""
    return NewKey(key, owner, hand, digest_of(key.encode()).hex())


def registrations(policy: Policy | None = None) -> Register:
    """Everybody and everything a book of these offices begins with."""
    return Register(
        parties=(NewParty(CENTRE, "Centre"), NewParty(SUPPLIER, "Perum PNRI"), NewParty(OFFICE, "Lombok Timur")),
        officers=_OFFICERS,
        stations=tuple(NewStation(name, name, (CLASS,)) for name in (ONE, TWO)),
        keys=(
            new_key(HUB_KEY, CENTRE, Hand.HUB),
            new_key(REGISTRY_KEY, CENTRE, Hand.REGISTRY),
            *(new_key(station_key(name), name, Hand.STATION) for name in (ONE, TWO)),
            *(new_key(f"key-{one.officer}", one.officer) for one in _OFFICERS),
        ),
        policy=policy,
    )


@frozen
class Offices:
    """The hub's book, the books of its stations, and numbers for new ids."""

    hub: MemoryStore
    stations: Mapping[str, MemoryStore]
    numbers: Iterator[int] = field(factory=lambda: count(1))


def founded(policy: Policy | None = None) -> Offices:
    """Books with their first registrations and nothing else."""
    books = Offices(
        MemoryStore(Decider(REGIONS), apply),
        {name: MemoryStore(Decider(REGIONS, owner=name), apply, owner=name) for name in (ONE, TWO)},
    )
    for store in (books.hub, *books.stations.values()):
        accepted(ask(store, Found(registrations(policy)), ask_id="founding"))
    for name in books.stations:
        ship(books, name)
    return books


# -- asking -------------------------------------------------------------------------------


def digest_of(raw: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(raw).digest()


def signed(body: Body, *keys: str, ask_id: str = "", at_ms: int = NOW) -> Ask:
    """An ask whose signatures were verified."""
    return Ask(ask_id, body, keys, at_ms, digest_of(type(body).__name__.encode() + to_json(body)))


def ask(store: Store, body: Body, *keys: str, ask_id: str = "", at_ms: int = NOW) -> Answer:
    """Ask one book, in a commit of its own."""
    return store.commit([Work(signed(body, *keys, ask_id=ask_id, at_ms=at_ms))], at_ms)[0]


def ask_all(store: Store, bodies: Iterable[Body], *keys: str, at_ms: int = NOW) -> list[Accepted]:
    """Ask many things in one commit; all must be taken."""
    works = [Work(signed(body, *keys, at_ms=at_ms)) for body in bodies]
    return [accepted(one) for one in store.commit(works, at_ms)]


def accepted(answer: Answer) -> Accepted:
    """The answer, which must not be a refusal."""
    assert isinstance(answer, Accepted), answer
    return answer


def refusal(answer: Answer) -> Refusal:
    """Which refusal the answer is."""
    assert isinstance(answer, Refused), answer
    return answer.refusal


def facts(answer: Answer) -> Mapping[str, object]:
    """What a refusal says."""
    assert isinstance(answer, Refused), answer
    return answer.facts


def row(store: Store, kind: type[R], *key: object) -> R:
    """A row that must be there."""
    found = maybe(store, kind, *key)
    assert found is not None, f"no {kind.__name__} {key}"
    return found


def maybe(store: Store, kind: type[R], *key: object) -> R | None:
    """A row, or None."""
    with store.read() as view:
        return view.row(kind, *key)


def rows(store: Store, kind: type[R], *prefix: object) -> list[R]:
    """All rows of a kind."""
    with store.read() as view:
        return list(view.rows(kind, *prefix))


def log(store: Store, kind: type[E]) -> list[E]:
    """All events of a kind, in order."""
    return [event for _, event in store.events() if isinstance(event, kind)]


# -- carrying -----------------------------------------------------------------------------


def ship(books: Offices, station: str = ONE, at_ms: int = NOW) -> list[Answer]:
    """Take what the station sealed and the hub has not absorbed to the hub, in one commit there."""
    desk = maybe(books.hub, Desk, station) or Desk(station)
    commits = books.stations[station].sealed_since(desk.chain_n, 1_000_000)
    works = []
    for one in commits:
        header = read_header(one.header)
        body = AbsorbCommit(station, one.n, header.previous, one.head, header.at_ms, header.pen, one.events)
        works.append(Work(Ask("", body, (station_key(station),), at_ms, one.head)))
    return list(books.hub.commit(works, at_ms)) if works else []


def deliver(books: Offices, station: str = ONE, at_ms: int = NOW, limit: int = 1_000_000) -> list[Answer]:
    """Take the hub's feed entries that the station has not taken to it, in one commit there."""
    book = books.stations[station]
    after = (maybe(book, Desk, station) or Desk(station)).taken_m
    queued = row(books.hub, Desk, station).queued_m
    works = [
        Work(signed(feed_ask(books, station, m), HUB_KEY, at_ms=at_ms))
        for m in range(after + 1, min(queued, after + limit) + 1)
    ]
    return list(book.commit(works, at_ms)) if works else []


def feed_ask(books: Offices, station: str, m: int) -> TakeFeed:
    """Entry m of a station's feed, as the station asks its book to take it."""
    body = row(books.hub, FeedRow, station, m).body
    return TakeFeed(body, digest_of(body))


def exchange(books: Offices, station: str = ONE, at_ms: int = NOW) -> None:
    """Carry everything both ways until neither side owes anything; all of it must be taken."""
    for _ in range(10):
        moved = [*deliver(books, station, at_ms), *ship(books, station, at_ms)]
        for answer in moved:
            accepted(answer)
        if not moved:
            return
    raise AssertionError("the exchange does not end")


def forged(books: Offices, station: str, *events: Event, pen: bytes | None = None, at_ms: int = NOW) -> Answer:
    """A commit that only the station's key was needed for: its next one, with these events."""
    desk = row(books.hub, Desk, station)
    header = Header(desk.chain_n + 1, desk.chain_head, at_ms, pen=pen or b"")
    one = seal(header, tuple(map(encode_event, events)))
    body = AbsorbCommit(station, one.n, desk.chain_head, one.head, at_ms, header.pen, one.events)
    return books.hub.commit([Work(Ask("", body, (station_key(station),), at_ms, one.head))], at_ms)[0]


def absorbed(books: Offices, station: str, n: int) -> AbsorbedCommit | None:
    """The hub's receipt for a commit."""
    return maybe(books.hub, AbsorbedCommit, station, n)

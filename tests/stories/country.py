"""A hub, and the offices of one paper with their people and machines, on the day the paper was written.

The stories name real places; regions are the list this project ships. Everything is asked at
noon of `today`, which a story moves on by hand. Keys are named by office and desk: the
storekeeper of South Jakarta signs with `key-31.74-store`.
"""

from collections.abc import Iterable, Mapping, Sequence

from attrs import define

from ektp_core.boundary.store import Accepted, Answer
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Body
from ektp_core.flow.custody import Grant, Issue, Receive, TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Found, NewOfficer, NewParty, NewStation, Register
from ektp_core.flow.opening import OpenBalance, OpeningLine
from ektp_core.flow.printing import Authorise, Enter
from ektp_core.flow.rows import Consignment, Ranges, Tally
from ektp_core.flow.sending import Send
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.party import PartyId, PartyKind
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.state import PressStep
from ektp_data.regions import load_regions
from ektp_store.memory import MemoryStore
from tests.core.flow.office_cards import GOOD, card, lock, person
from tests.core.flow.office_life import at
from tests.core.flow.offices import (
    CENTRE,
    HUB_KEY,
    PRINTER,
    REGISTRY_KEY,
    SUPPLIER,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    ask_all,
    deliver,
    digest_of,
    exchange,
    new_key,
    row,
    rows,
    ship,
    station_key,
)

CLASS, SERIES = "v5", "PNRI-1"
#: By default a station may hold fifty permissions at once.
AT_ONCE = 50

_OFFICE: Mapping[str, tuple[Role, ...]] = {
    "store": (Role.STOREKEEPER, Role.PRINT_OPERATOR, Role.COUNTER),
    "checker": (Role.CHECKER,),
    "section": (Role.SECTION_HEAD,),
    "head": (Role.HEAD,),
    "giver": (Role.HANDOVER,),
    "village": (Role.VILLAGE,),
}
_DESKS_OF: Mapping[PartyKind, Mapping[str, tuple[Role, ...]]] = {
    PartyKind.OFFICE: _OFFICE,
    PartyKind.PROVINCE: {"store": (Role.PROVINCE,), "checker": (Role.PROVINCE,)},
}


def key_of(party: str, desk: str) -> str:
    """The key of whoever sits at a desk of an office or province."""
    return f"key-{PartyId(party).region}-{desk}"


def pair_of(party: str) -> tuple[str, str]:
    """Two people who may count what a party has; at the centre its two verifiers, who also count for groups."""
    if PartyId(party).kind in (PartyKind.OFFICE, PartyKind.PROVINCE):
        return key_of(party, "store"), key_of(party, "checker")
    return VERIFIER_1, VERIFIER_2


@define
class Country:
    """The books of a story, and which day it is."""

    books: Offices
    today: str

    @property
    def now_ms(self) -> int:
        """04:00 UTC: about noon everywhere."""
        return at(self.today)

    def ask(self, body: Body, *keys: str) -> Answer:
        """Ask the hub, today."""
        return ask(self.books.hub, body, *keys, at_ms=self.now_ms)

    def done(self, body: Body, *keys: str) -> Accepted:
        """Ask the hub, today; it must be taken."""
        return accepted(self.ask(body, *keys))

    def exchange(self, station: str) -> None:
        """Carry everything between hub and station."""
        exchange(self.books, station, self.now_ms)

    def has(self, party: str, bucket: Bucket = Bucket.STOCK, blank_class: str = CLASS) -> int:
        """How many blanks a party has there, by the book's own tally."""
        found = [one for one in rows(self.books.hub, Tally, party) if one.bucket is bucket]
        return sum(one.count for one in found if one.blank_class == blank_class)


def country(today: str, parties: Iterable[tuple[str, str]], stations: Sequence[str] = ()) -> Country:
    """Books on that day with these parties (id and name) besides the centre and its supplier."""
    first = _registrations(tuple(parties), stations)
    regions = load_regions()
    books = Offices(
        MemoryStore(Decider(regions), apply),
        {name: MemoryStore(Decider(regions, owner=name), apply, owner=name) for name in stations},
    )
    found = Country(books, today)
    for store in (books.hub, *books.stations.values()):
        accepted(ask(store, Found(first), ask_id="founding", at_ms=found.now_ms))
    for name in stations:
        ship(books, name, found.now_ms)
    return found


def _registrations(parties: tuple[tuple[str, str], ...], stations: Sequence[str]) -> Register:
    officers = [
        NewOfficer("verifier-1", "Verifier 1", "verification", (Role.CENTRE_VERIFIER, Role.CENTRE_STORE)),
        NewOfficer("verifier-2", "Verifier 2", "store", (Role.CENTRE_VERIFIER, Role.CHECKER)),
    ]
    for party, name in parties:
        kind, region = PartyId(party).kind, PartyId(party).region
        desks = _DESKS_OF.get(kind, {})
        officers += [NewOfficer(f"{region}-{desk}", f"{desk} of {name}", party, roles) for desk, roles in desks.items()]
    return Register(
        parties=(NewParty(CENTRE, "Centre"), NewParty(SUPPLIER, "PNRI"), *(NewParty(*one) for one in parties)),
        officers=tuple(officers),
        stations=tuple(NewStation(name, name, (CLASS,)) for name in stations),
        keys=(
            new_key(HUB_KEY, CENTRE, Hand.HUB),
            new_key(REGISTRY_KEY, CENTRE, Hand.REGISTRY),
            *(new_key(station_key(name), name, Hand.STATION) for name in stations),
            *(new_key(f"key-{one.officer}", one.officer) for one in officers),
        ),
    )


# -- blanks ---------------------------------------------------------------------------------


def supplied(of: Country, count: int) -> None:
    """The supplier delivers so many blanks to the centre, numbered from 1."""
    of.done(TakeSupply(SUPPLIER, CLASS, ((SERIES, 1, count),), "BAST-1", of.today), VERIFIER_1)


def opened(of: Country, party: str, *counts: tuple[Condition, int], members: tuple[str, ...] = ()) -> None:
    """The opening count of a party that knows only how many it has; `members` of a group."""
    lines = tuple(OpeningLine(condition, CLASS, count=count) for condition, count in counts)
    of.done(OpenBalance(party, lines, f"BA-SALDO/{party}", of.today, members), *pair_of(party))


def sent(  # noqa: PLR0917  # as the paper reads: name, from, to, what, for which allotment or loan
    of: Country, name: str, sender: str, receiver: str, ranges: Ranges, reference: str = "", letter: str = "SK-1"
) -> Answer:
    """A consignment fetched by the receiver's own people."""
    papers = ("petugas gudang penerima", letter, "mobil dinas", f"BAST/{name}")
    body = Send(name, sender, receiver, ranges, Condition.BLANK, *papers, reference=reference)
    return of.ask(body, VERIFIER_1 if sender == CENTRE else key_of(sender, "store"))


def received(of: Country, name: str, party: str) -> None:
    """Two people of the receiver count a consignment in and find all of it."""
    of.done(Receive(name, party, row(of.books.hub, Consignment, name).ranges), *pair_of(party))


def granted(of: Country, allotment: str, party: str, count: int) -> None:
    """The centre holds so many blanks apart for a party."""
    of.done(Grant(allotment, party, CLASS, count), VERIFIER_1)


def allotted(of: Country, allotment: str, party: str, count: int, lo: int) -> Ranges:
    """Grant, send and receive an allotment, which begins at blank `lo` of the series."""
    granted(of, allotment, party, count)
    ranges = ((SERIES, lo, lo + count - 1),)
    accepted(sent(of, f"road/{allotment}", CENTRE, party, ranges, allotment))
    received(of, f"road/{allotment}", party)
    return ranges


def loaded(of: Country, station: str, count: int, printer: str = PRINTER) -> None:
    """The office's store issues blanks to its station, which puts them into a machine."""
    office = PartyId(station).home.value
    name = f"issue/{station}/{printer}/{of.books.hub.position().seq}"
    of.done(Issue(name, station, CLASS, count), key_of(office, "store"))
    of.exchange(station)
    book = of.books.stations[station]
    ranges = row(book, Consignment, name).ranges
    accepted(ask(book, Receive(name, station, ranges), *pair_of(office), at_ms=of.now_ms))
    of.exchange(station)
    accepted(ask(book, LoadPrinter(printer, ranges, 0), station_key(station), at_ms=of.now_ms))
    of.exchange(station)


# -- cards ----------------------------------------------------------------------------------


def recording(
    of: Country, office: str, number: int, reason: Reason = Reason.FIRST, previous: PreviousCard = PreviousCard.NONE
) -> Enter:
    """The print-ready record of a made-up citizen, checked today."""
    payload = digest_of(f"{office} {number}".encode())
    return Enter(office, person(number), payload, reason, previous, checked_ms=of.now_ms)


def entered(of: Country, office: str, numbers: Iterable[int], reason: Reason = Reason.FIRST) -> tuple[str, ...]:
    """Records of these citizens; other reasons than the first card mean that an old card is still out."""
    previous = PreviousCard.NONE if reason is Reason.FIRST else PreviousCard.AT_HANDOVER
    bodies = [recording(of, office, number, reason, previous) for number in numbers]
    answers = ask_all(of.books.hub, bodies, key_of(office, "store"), at_ms=of.now_ms)
    return tuple(str(getattr(answer.events[-1], "record")) for answer in answers)  # noqa: B009  # any of the events


def printed(of: Country, station: str, records: Sequence[str], printer: str = PRINTER) -> None:
    """All of them printed, and well. Only start and end of each are noted, to be quick."""
    book = of.books.stations[station]
    for first in range(0, len(records), AT_ONCE):
        some = records[first : first + AT_ONCE]
        ask_all(of.books.hub, [Authorise(record, station) for record in some], HUB_KEY, at_ms=of.now_ms)
        for answer in deliver(of.books, station, of.now_ms):
            accepted(answer)
        acts: list[Body] = []
        for record in some:
            n = lock(of.books.hub, record).n
            acts += card(record, n, GOOD, (PressStep.FED, PressStep.INTENT_MARK), printer)
        ask_all(book, acts, station_key(station), at_ms=of.now_ms)
        for answer in ship(of.books, station, of.now_ms):
            accepted(answer)
    of.exchange(station)

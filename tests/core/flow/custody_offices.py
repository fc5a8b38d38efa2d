"""A province's store and a second office beside the hub of `offices`, for the tests of custody and loans."""

from typing import Any

from ektp_core.boundary.store import Answer
from ektp_core.flow.ask import Body
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.custody import Grant, Receive
from ektp_core.flow.founding import NewOfficer, NewParty, Register
from ektp_core.flow.lending import AgreeLoan
from ektp_core.flow.rows import Consignment, Ranges
from ektp_core.flow.sending import ReturnLoan, Send
from ektp_core.vocabulary.bucket import Condition
from ektp_core.vocabulary.role import Role
from tests.core.flow.office_cards import allot, supply, true_report
from tests.core.flow.offices import (
    CLASS,
    NOW,
    OFFICE,
    OPERATOR,
    PAIR,
    SERIES,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    founded,
    new_key,
    row,
)

PROVINCE, OTHER = "province/52", "office/52.01"
STOREMAN, HEAD, PROVINCIAL, STOREMAN_2 = "key-storeman", "key-head", "key-provincial", "key-storeman-2"
PAPERS = ("Bapak Amir, staf gudang", "SK-7/2018", "truk DR 1234 A", "BAST-7")

_MORE = (
    NewOfficer("storeman", "Storekeeper of Lombok Barat", OTHER, (Role.STOREKEEPER,)),
    NewOfficer("storeman-2", "Checker of Lombok Barat", OTHER, (Role.CHECKER,)),
    NewOfficer("head", "Head of Lombok Timur", OFFICE, (Role.HEAD,)),
    NewOfficer("provincial", "Storekeeper of the province", PROVINCE, (Role.PROVINCE,)),
)


def widened() -> Offices:
    """Founded books with a province and a second office, nothing held."""
    books = founded()
    parties = (NewParty(PROVINCE, "Nusa Tenggara Barat"), NewParty(OTHER, "Lombok Barat"))
    keys = tuple(new_key(f"key-{one.officer}", one.officer) for one in _MORE)
    accepted(ask(books.hub, Register(parties=parties, officers=_MORE, keys=keys), *PAIR))
    return books


def two_offices(count: int = 10) -> Offices:
    """Both offices hold an allotment of that size: `A-1` is Lombok Timur's 1.., `A-2` Lombok Barat's."""
    books = widened()
    supply(books, 1, 2 * count)
    allot(books, "A-1", count)
    accepted(ask(books.hub, Grant("A-2", OTHER, CLASS, count), VERIFIER_1))
    send(books, VERIFIER_1, "road/A-2", "centre", OTHER, run(count + 1, 2 * count), reference="A-2")
    receive(books, "road/A-2", OTHER)
    return books


def run(lo: int, hi: int) -> Ranges:
    """One run of the usual series."""
    return ((SERIES, lo, hi),)


def sending(name: str, sender: str, receiver: str, ranges: Ranges, **changes: Any) -> Send:
    """A consignment of blanks with sound papers, unless told otherwise."""
    papers = dict(zip(("collector", "letter", "vehicle", "minutes"), PAPERS, strict=True))
    fields = {"carries": Condition.BLANK, **papers, **changes}
    return Send(name, sender, receiver, ranges, **fields)


def send(  # noqa: PLR0917  # as the paper reads: name, from, to, what
    books: Offices, key: str, name: str, sender: str, receiver: str, ranges: Ranges, **changes: Any
) -> None:
    """Send it; it must be taken."""
    accepted(ask(books.hub, sending(name, sender, receiver, ranges, **changes), key))


def receive(books: Offices, name: str, party: str, ranges: Ranges = (), **changes: Any) -> None:
    """Count a consignment in by two people, all of it found unless told otherwise."""
    found = ranges or row(books.hub, Consignment, name).ranges
    accepted(counted_in(books, Receive(name, party, found, **changes)))


def counted_in(books: Offices, body: Receive) -> Answer:
    """Ask by two people who may count there."""
    keys = {OFFICE: (OPERATOR, VERIFIER_2), OTHER: (STOREMAN, STOREMAN_2), PROVINCE: (PROVINCIAL, VERIFIER_2)}
    return ask(books.hub, body, *keys.get(body.party, PAIR))


def agreed(books: Offices, count: int = 5, loan: str = "L-1") -> None:
    """Lombok Timur lends to Lombok Barat."""
    body = AgreeLoan(loan, OFFICE, OTHER, CLASS, count, "2019-01-31", PROVINCE, "SP-3/2018")
    accepted(ask(books.hub, body, PROVINCIAL))


def returning(name: str, ranges: Ranges, loan: str = "L-1") -> ReturnLoan:
    """A return of blanks with sound papers."""
    return ReturnLoan(loan, name, ranges, *PAPERS)


def filed(books: Offices, name: str, allotment: str) -> None:
    """Lombok Barat's true report of an allotment or loan."""
    accepted(ask(books.hub, true_report(books, name, allotment), STOREMAN))


def size(ranges: Ranges) -> int:
    """How many blanks these are."""
    return len(serials_of(ranges))


def refused_at(books: Offices, body: Body, *keys: str, at_ms: int = NOW) -> Answer:
    """The answer to an ask that must leave the book as it was."""
    before = books.hub.position()
    answer = ask(books.hub, body, *keys, at_ms=at_ms)
    assert books.hub.position() == before
    return answer

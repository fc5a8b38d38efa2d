"""Evidence stays where it is, at the centre, in a store and at a station; who lets go of it is whom it concerns."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.ask import Body
from ektp_core.flow.custody import Dispatch, Grant, Issue
from ektp_core.flow.custody_rows import Inquiry
from ektp_core.flow.destroying import HoldForInquiry, LiftInquiry
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.rows import Allotment, Consignment
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.flow.taking_back import GiveBack, TakeBack
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.role import Role
from tests.core.flow.custody_offices import HEAD, OTHER, PROVINCE, PROVINCIAL, refused_at, run, two_offices, widened
from tests.core.flow.office_cards import BAD, allot, entered, issue, load, place_of, printed, supply
from tests.core.flow.offices import (
    CLASS,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    maybe,
    new_key,
    refusal,
    row,
    station_key,
)
from tests.core.flow.soundness import agree, check_books, check_refold

pytestmark = pytest.mark.rule(26)

STRANGER, PROVINCE_HEAD = "key-stranger", "key-province-head"


def held(books: Offices, lo: int, hi: int, name: str = "INQ-1") -> None:
    accepted(ask(books.hub, HoldForInquiry(name, run(lo, hi), "the police ask"), VERIFIER_1))


# -- what is chosen by count --------------------------------------------------------------


def test_an_issue_takes_other_blanks_than_those_an_inquiry_holds() -> None:
    books = two_offices()
    held(books, 2, 4)
    accepted(ask(books.hub, Issue("I-1", ONE, CLASS, 5), OPERATOR))
    assert row(books.hub, Consignment, "I-1").ranges == (*run(1, 1), *run(5, 8))
    assert place_of(books.hub, 2) == (OFFICE, Bucket.STOCK)
    check_books(books)


def test_an_issue_that_needs_evidence_is_refused_with_the_inquiry_and_goes_when_it_is_lifted() -> None:
    books = two_offices()
    held(books, 1, 4)
    answer = refused_at(books, Issue("I-1", ONE, CLASS, 7), OPERATOR)
    assert refusal(answer) is Refusal.UNDER_INQUIRY and facts(answer)["inquiry"] == "INQ-1"
    assert refusal(refused_at(books, Issue("I-1", ONE, CLASS, 11), OPERATOR)) is Refusal.TOO_FEW
    accepted(ask(books.hub, LiftInquiry("INQ-1", "closed"), HEAD, VERIFIER_1))
    accepted(ask(books.hub, Issue("I-1", ONE, CLASS, 7), OPERATOR))


def test_a_grant_leaves_evidence_and_a_dispatch_of_it_is_refused() -> None:
    books = widened()
    supply(books, 1, 10)
    held(books, 1, 2)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 4), VERIFIER_1))
    assert row(books.hub, Allotment, "A-1").ranges == run(3, 6)
    held(books, 6, 6, "INQ-2")
    answer = refused_at(books, Dispatch("C-1", "A-1"), VERIFIER_1)
    assert refusal(answer) is Refusal.UNDER_INQUIRY and facts(answer)["inquiry"] == "INQ-2"
    short = Grant("A-2", OTHER, CLASS, 5)
    assert refusal(refused_at(books, short, VERIFIER_1)) is Refusal.UNDER_INQUIRY


# -- a station's own blanks ---------------------------------------------------------------


def at_work() -> Offices:
    """Station one has blanks 1 to 8, of which 1 is a finished card and 2 waste; the rest of 3 is evidence."""
    books = two_offices()
    load(books, issue(books, "I-1", 8))
    exchange(books)
    printed(books, entered(books, 1))
    printed(books, entered(books, 2), BAD)
    held(books, 1, 3)
    exchange(books)
    return books


@pytest.mark.parametrize(
    ("body", "key"), [(GiveBack("P-1", run(3, 5)), OPERATOR), (LoadPrinter(PRINTER, run(3, 8), 0), station_key(ONE))]
)
def test_a_station_is_told_and_neither_gives_evidence_back_nor_puts_it_into_a_printer(body: Body, key: str) -> None:
    books = at_work()
    station = books.stations[ONE]
    assert refusal(ask(station, body, key)) is Refusal.UNDER_INQUIRY
    accepted(ask(books.hub, LiftInquiry("INQ-1", "closed"), HEAD, VERIFIER_1))
    exchange(books)
    accepted(ask(station, body, key))
    exchange(books)
    assert agree(books, ONE)
    check_books(books)
    check_refold(books.hub)
    check_refold(station)


def test_a_stations_cards_and_waste_that_are_evidence_are_not_taken_back() -> None:
    books = at_work()
    for carries, number in ((Condition.GOOD, 1), (Condition.WASTE, 2)):
        body = TakeBack(ONE, "P-1", carries, run(number, number))
        assert refusal(refused_at(books, body, OPERATOR, VERIFIER_2)) is Refusal.UNDER_INQUIRY


# -- who lifts it -------------------------------------------------------------------------


def with_heads() -> Offices:
    """Two offices, their heads, the province's head; the centre holds Lombok Timur's blank 1 as evidence."""
    books = two_offices()
    people = (
        NewOfficer("stranger", "Head of Lombok Barat", OTHER, (Role.HEAD,)),
        NewOfficer("province-head", "Head of the province", PROVINCE, (Role.HEAD,)),
    )
    keys = tuple(new_key(f"key-{one.officer}", one.officer) for one in people)
    accepted(ask(books.hub, Register(officers=people, keys=keys), *PAIR))
    held(books, 1, 1)
    return books


@pytest.mark.rule(5)
@pytest.mark.parametrize("keys", [(STRANGER, PROVINCE_HEAD), (STRANGER, VERIFIER_1), (HEAD, PROVINCE_HEAD)])
def test_heads_of_elsewhere_and_those_it_is_held_from_alone_do_not_lift_an_inquiry(keys: tuple[str, str]) -> None:
    books = with_heads()
    assert refusal(refused_at(books, LiftInquiry("INQ-1", "fine"), *keys)) is Refusal.NOT_ALLOWED
    assert row(books.hub, Inquiry, False, "INQ-1").by == ("verifier-1",)


@pytest.mark.rule(5)
@pytest.mark.parametrize("keys", [(HEAD, VERIFIER_1), (PROVINCE_HEAD, VERIFIER_2), PAIR])
def test_the_centre_with_somebody_it_concerns_lifts_it(keys: tuple[str, str]) -> None:
    accepted(ask(with_heads().hub, LiftInquiry("INQ-1", "closed"), *keys))


@pytest.mark.rule(5)
def test_who_opened_an_inquiry_lifts_it_with_its_province() -> None:
    books = with_heads()
    accepted(ask(books.hub, HoldForInquiry("INQ-2", run(2, 2), "our own"), HEAD))
    accepted(ask(books.hub, LiftInquiry("INQ-2", "closed"), HEAD, PROVINCE_HEAD))


def test_the_name_of_a_lifted_inquiry_is_never_used_again() -> None:
    books = with_heads()
    accepted(ask(books.hub, LiftInquiry("INQ-1", "closed"), HEAD, VERIFIER_1))
    assert maybe(books.hub, Inquiry, False, "INQ-1") is None and row(books.hub, Inquiry, True, "INQ-1").is_lifted
    again = HoldForInquiry("INQ-1", run(11, 12), "another matter")
    assert refusal(refused_at(books, again, PROVINCIAL)) is Refusal.ALREADY_KNOWN
    lifted = LiftInquiry("INQ-1", "twice")
    assert refusal(refused_at(books, lifted, HEAD, VERIFIER_1)) is Refusal.UNKNOWN_INQUIRY
    check_refold(books.hub)


def test_an_allotment_can_be_sent_when_nothing_of_it_is_evidence() -> None:
    books = widened()
    supply(books, 1, 10)
    held(books, 9, 10)
    allot(books, "A-1", 8)
    assert place_of(books.hub, 8) == (OFFICE, Bucket.STOCK)

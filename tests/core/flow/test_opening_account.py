"""What an office opened with is reported on like an allotment, and nobody opens the same blanks twice (rules 9, 24)."""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.custody import Grant
from ektp_core.flow.destroying import Destroy
from ektp_core.flow.founding import NewParty, Register
from ektp_core.flow.opening import OpenBalance, OpeningLine, opening_account
from ektp_core.flow.rows import Allotment
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.destruction_method import Method
from ektp_core.vocabulary.state import LockState
from tests.core.flow.office_cards import (
    BAD,
    allot,
    entered,
    issue,
    load,
    place_of,
    printed,
    reported,
    state,
    supply,
    true_report,
    unlocked,
)
from tests.core.flow.offices import (
    CLASS,
    HOUR_MS,
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
    exchange,
    facts,
    founded,
    refusal,
    row,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(9)

SIGNED = (OPERATOR, VERIFIER_2)
OLD, DAY, OTHER, GROUP = "OLD-17", "2018-11-19", "office/52.01", "group/52/lombok"
ACCOUNT = opening_account(OFFICE, CLASS)
BLANKS = OpeningLine(Condition.BLANK, CLASS, ((OLD, 1, 10),))
WASTE = OpeningLine(Condition.WASTE, CLASS, count=3)
CARDS = OpeningLine(Condition.GOOD, CLASS, count=2)
BODY = OpenBalance(OFFICE, (BLANKS, WASTE, CARDS), "SA-1", DAY)
GROUPED = OpenBalance(GROUP, (OpeningLine(Condition.BLANK, CLASS, count=100),), "SA-2", DAY, (OFFICE, OTHER))


def opened() -> Offices:
    books = founded()
    accepted(ask(books.hub, BODY, *SIGNED))
    return books


@pytest.mark.rule(24)
def test_an_opening_is_reported_with_all_it_began_with() -> None:
    books = opened()
    report = true_report(books, "R-1", ACCOUNT)
    assert report.columns == Columns(received=15, good=2, bad_without=3, remaining=10)
    accepted(ask(books.hub, report, OPERATOR))
    assert row(books.hub, Allotment, ACCOUNT).report == "R-1"
    check_refold(books.hub)


@pytest.mark.rule(25)
def test_a_misprint_on_an_opening_blank_is_unlocked_after_the_openings_report() -> None:
    books = opened()
    load(books, issue(books, "I-1", 10))
    exchange(books)
    record = entered(books, 1)
    printed(books, record, BAD)
    assert state(books.hub, record) is LockState.MISPRINTED
    reported(books, "R-1", ACCOUNT)
    unlocked(books, record, 1)
    assert state(books.hub, record) is LockState.READY
    check_books(books)


@pytest.mark.rule(26)
def test_opening_waste_burns_after_the_openings_report() -> None:
    books = opened()
    late = NOW + 40 * 24 * HOUR_MS
    burn = Destroy(OFFICE, "BP-1", "2018-12-20", Method.BURN, (("COUNT.52.03", 1, 3),), 0, ("Pak Lurah",))
    assert refusal(ask(books.hub, burn, *SIGNED, at_ms=late)) is Refusal.WASTE_NOT_REPORTED
    reported(books, "R-1", ACCOUNT)
    accepted(ask(books.hub, burn, *SIGNED, at_ms=late))
    assert place_of(books.hub, 1, "COUNT.52.03") == (OFFICE, Bucket.DESTROYED)


@pytest.mark.rule(27)
def test_the_first_grant_does_not_wait_for_the_opening_and_the_second_does() -> None:
    books = opened()
    supply(books, 1, 20)
    allot(books, "A-1", 5)
    reported(books, "R-1", "A-1")
    second = Grant("A-2", OFFICE, CLASS, 5)
    answer = ask(books.hub, second, VERIFIER_1)
    assert refusal(answer) is Refusal.ALLOTMENT_UNREPORTED
    assert (facts(answer)["allotment"], facts(answer)["since"]) == (ACCOUNT, DAY)
    reported(books, "R-2", ACCOUNT)
    accepted(ask(books.hub, second, VERIFIER_1))


@pytest.mark.rule(27)
def test_an_exception_does_not_wait_for_the_opening_either() -> None:
    books = opened()
    supply(books, 1, 20)
    allot(books, "A-1", 5)
    accepted(ask(books.hub, Grant("A-2", OFFICE, CLASS, 5, exception="SE-1"), *PAIR))


# -- a group and its offices --------------------------------------------------------------


def grouped() -> Offices:
    books = founded()
    parties = (NewParty(GROUP, "Lima dinas"), NewParty(OTHER, "Lombok Barat"))
    accepted(ask(books.hub, Register(parties=parties), *PAIR))
    return books


@pytest.mark.rule(10)
def test_an_office_whose_blanks_a_group_counted_does_not_open_them_again() -> None:
    books = grouped()
    accepted(ask(books.hub, GROUPED, *PAIR))
    answer = ask(books.hub, BODY, *SIGNED)
    assert (refusal(answer), facts(answer)["party"]) == (Refusal.BOOK_BEGUN, OFFICE)
    check_refold(books.hub)


@pytest.mark.rule(10)
def test_a_group_does_not_count_what_its_office_opened() -> None:
    books = grouped()
    accepted(ask(books.hub, BODY, *SIGNED))
    answer = ask(books.hub, GROUPED, *PAIR)
    assert (refusal(answer), facts(answer)["party"]) == (Refusal.BOOK_BEGUN, OFFICE)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (evolve(GROUPED, members=()), Refusal.BAD_VALUE),
        (evolve(GROUPED, members=(OFFICE, OFFICE)), Refusal.BAD_VALUE),
        (evolve(GROUPED, members=("province/52",)), Refusal.BAD_VALUE),
        (evolve(GROUPED, members=("office/31.01",)), Refusal.BAD_VALUE),
        (evolve(GROUPED, members=("office/52.77",)), Refusal.UNKNOWN_PARTY),
        (evolve(BODY, members=(OTHER,)), Refusal.BAD_VALUE),
    ],
)
def test_a_group_names_its_offices_and_nobody_else_does(body: OpenBalance, expected: Refusal) -> None:
    answer: Answer = ask(grouped().hub, body, *PAIR)
    assert refusal(answer) is expected


def test_more_serials_than_an_office_has_are_refused() -> None:
    """They would block the supplier's own."""
    body = evolve(BODY, lines=(evolve(BLANKS, ranges=((SERIES, 1, 10**7),)),))
    answer = ask(founded().hub, body, *SIGNED)
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, "ranges")

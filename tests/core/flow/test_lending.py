"""Loans between offices, and the columns of both reports."""

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.errors import Refusal
from ektp_core.flow.ask import Body
from ektp_core.flow.custody import Dispatch, Grant, Receive
from ektp_core.flow.custody_rows import Loan
from ektp_core.flow.lending import AgreeLoan, ForgiveLoan, overdue_loans
from ektp_core.flow.reporting import FileReport
from ektp_core.flow.rows import Allotment
from ektp_core.flow.taking_back import TakeBack
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket, Condition
from tests.core.flow.custody_offices import (
    HEAD,
    OTHER,
    PROVINCE,
    PROVINCIAL,
    STOREMAN,
    agreed,
    counted_in,
    filed,
    receive,
    refused_at,
    returning,
    run,
    send,
    sending,
    two_offices,
    widened,
)
from tests.core.flow.office_cards import BAD, entered, issue, load, place_of, printed, reported, supply, true_report
from tests.core.flow.offices import (
    CLASS,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    refusal,
    row,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(30)


def loan(books: Offices) -> Loan:
    return row(books.hub, Loan, OTHER, "L-1")


def lent() -> Offices:
    """Lombok Timur lent blanks 1 to 5 of its ten to Lombok Barat, which counted them in."""
    books = two_offices()
    agreed(books)
    send(books, OPERATOR, "C-1", OFFICE, OTHER, run(1, 5), reference="L-1")
    receive(books, "C-1", OTHER)
    return books


def columns(books: Offices, allotment: str, cut: int = 0) -> Columns:
    """The true report's columns, which must add up."""
    found = true_report(books, "draft", allotment, cut).columns
    assert found.difference == 0
    return found


def test_a_loan_is_agreed_delivered_returned_in_kind_and_closed() -> None:
    books = two_offices()
    agreed(books)
    assert (loan(books).agreed, loan(books).outstanding, loan(books).due_date) == (5, 0, "2019-01-31")
    send(books, OPERATOR, "C-1", OFFICE, OTHER, run(1, 3), reference="L-1")
    assert loan(books).outstanding == 3
    receive(books, "C-1", OTHER)
    send(books, OPERATOR, "C-2", OFFICE, OTHER, run(4, 5), reference="L-1")
    receive(books, "C-2", OTHER)
    assert (loan(books).delivered, loan(books).outstanding) == (run(1, 5), 5)
    accepted(ask(books.hub, returning("C-3", run(11, 14)), STOREMAN))
    assert loan(books).outstanding == 5  # not before the lender has counted them
    receive(books, "C-3", OFFICE)
    assert (loan(books).returned, loan(books).outstanding) == (4, 1)
    accepted(ask(books.hub, ForgiveLoan("L-1", 1, "the flood"), HEAD))
    assert (loan(books).forgiven, loan(books).outstanding) == (1, 0)
    check_books(books)
    check_refold(books.hub)


def test_what_is_short_at_the_return_is_still_owed() -> None:
    books = lent()
    accepted(ask(books.hub, returning("C-3", run(11, 13)), STOREMAN))
    accepted(counted_in(books, Receive("C-3", OFFICE, run(11, 12), short=run(13, 13))))
    assert (loan(books).returned, loan(books).outstanding) == (2, 3)


def test_what_is_on_the_road_back_is_neither_returned_again_nor_forgiven() -> None:
    books = lent()
    accepted(ask(books.hub, returning("B-1", run(11, 14)), STOREMAN))
    again = refused_at(books, returning("B-2", run(15, 16)), STOREMAN)
    assert refusal(again) is Refusal.TOO_FEW and (facts(again)["held"], facts(again)["asked"]) == (1, 2)
    assert refusal(refused_at(books, ForgiveLoan("L-1", 2, "the flood"), HEAD)) is Refusal.TOO_FEW
    accepted(ask(books.hub, ForgiveLoan("L-1", 1, "the flood"), HEAD))
    accepted(counted_in(books, Receive("B-1", OFFICE, run(11, 13), short=run(14, 14))))
    assert (loan(books).returned, loan(books).forgiven, loan(books).outstanding) == (3, 1, 1)
    accepted(ask(books.hub, returning("B-3", run(15, 15)), STOREMAN))
    receive(books, "B-3", OFFICE)
    assert loan(books).outstanding == 0
    check_refold(books.hub)


@pytest.mark.rule(24)
def test_a_lent_blank_that_comes_back_as_waste_is_bad_in_one_report_alone_wherever_it_goes() -> None:
    books = two_offices()
    agreed(books)
    send(books, OPERATOR, "C-1", OFFICE, OTHER, run(1, 5), reference="L-1")
    receive(books, "C-1", OTHER, run(1, 4), damaged=run(5, 5))
    filed(books, "R-L", "L-1")
    before = columns(books, "A-1")
    send(books, STOREMAN, "W-1", OTHER, OFFICE, run(5, 5), carries=Condition.WASTE)
    receive(books, "W-1", OFFICE)
    assert columns(books, "A-1") == before == Columns(received=10, lent=5, remaining=5)
    assert columns(books, "L-1") == Columns(borrowed=5, bad_without=1, remaining=4)
    send(books, OPERATOR, "W-2", OFFICE, PROVINCE, run(5, 5), carries=Condition.WASTE)
    receive(books, "W-2", PROVINCE)
    assert columns(books, "A-1") == before
    assert columns(books, "L-1") == Columns(borrowed=5, bad_without=1, remaining=4)


@pytest.mark.rule(24)
def test_a_lent_blank_that_came_back_whole_and_went_bad_then_is_the_lenders() -> None:
    books = lent()
    accepted(ask(books.hub, returning("B-1", run(1, 5)), STOREMAN))
    receive(books, "B-1", OFFICE, run(1, 4), damaged=run(5, 5))
    assert columns(books, "A-1") == Columns(received=10, bad_without=1, remaining=9)
    assert columns(books, "L-1") == Columns(borrowed=5, returned=5)


@pytest.mark.rule(24)
def test_a_card_made_of_a_blank_that_came_back_whole_stays_good_when_it_travels() -> None:
    books = lent()
    accepted(ask(books.hub, returning("B-1", run(1, 5)), STOREMAN, at_ms=NOW + 1))
    receive(books, "B-1", OFFICE)
    load(books, issue(books, "I-1", 3))
    exchange(books)
    printed(books, entered(books, 1))
    accepted(ask(books.hub, TakeBack(ONE, "P-1", Condition.GOOD, run(1, 1)), OPERATOR, VERIFIER_2))
    there = sending("G-1", OFFICE, OTHER, run(1, 1), carries=Condition.GOOD)
    accepted(ask(books.hub, there, OPERATOR, at_ms=NOW + 2))
    receive(books, "G-1", OTHER)
    assert columns(books, "A-1") == Columns(received=10, good=1, remaining=9)
    back = sending("G-2", OTHER, OFFICE, run(1, 1), carries=Condition.GOOD)
    accepted(ask(books.hub, back, STOREMAN, at_ms=NOW + 3))
    receive(books, "G-2", OFFICE)
    assert columns(books, "A-1") == Columns(received=10, good=1, remaining=9)


def test_a_loan_that_is_owed_after_its_day_is_listed_and_costs_nothing() -> None:
    books = lent()
    with books.hub.read() as view:
        assert overdue_loans(view, "2019-01-31") == ()
        assert [one.loan for one in overdue_loans(view, "2019-02-01")] == ["L-1"]
    accepted(ask(books.hub, ForgiveLoan("L-1", 5, "the flood"), HEAD))
    with books.hub.read() as view:
        assert overdue_loans(view, "2019-02-01") == ()


AGREED = ("L-2", OFFICE, OTHER, CLASS, 5, "2019-01-31", PROVINCE, "SP-3/2018")
NOT_AGREED: list[tuple[dict[int, object], str, Refusal]] = [
    ({1: OTHER}, PROVINCIAL, Refusal.BAD_VALUE),
    ({1: "centre"}, PROVINCIAL, Refusal.BAD_VALUE),
    ({2: ONE}, PROVINCIAL, Refusal.BAD_VALUE),
    ({1: "office/52.09"}, PROVINCIAL, Refusal.UNKNOWN_PARTY),
    ({4: 0}, PROVINCIAL, Refusal.BAD_VALUE),
    ({4: 2**62}, PROVINCIAL, Refusal.BAD_VALUE),
    ({4: -5}, PROVINCIAL, Refusal.BAD_VALUE),
    ({5: "31-01-2019"}, PROVINCIAL, Refusal.BAD_VALUE),
    ({5: "2019-02-30"}, PROVINCIAL, Refusal.BAD_VALUE),
    ({6: OFFICE}, PROVINCIAL, Refusal.BAD_VALUE),
    ({7: ""}, PROVINCIAL, Refusal.BAD_VALUE),
    ({7: "5203054408990001"}, PROVINCIAL, Refusal.BAD_VALUE),
    ({0: "A-1"}, PROVINCIAL, Refusal.ALREADY_KNOWN),
    ({0: "L-1"}, PROVINCIAL, Refusal.ALREADY_KNOWN),
    ({}, HEAD, Refusal.NOT_ALLOWED),
]


@pytest.mark.parametrize(("changes", "key", "expected"), NOT_AGREED, ids=str)
def test_a_loan_that_cannot_be_is_refused(changes: dict[int, object], key: str, expected: Refusal) -> None:
    books = two_offices()
    agreed(books)
    fields = [changes.get(at, one) for at, one in enumerate(AGREED)]
    assert refusal(refused_at(books, AgreeLoan(*fields), key)) is expected  # type: ignore[arg-type]  # made by hand


MOVES: list[tuple[Body, str, Refusal]] = [
    (sending("C-9", OFFICE, OTHER, run(6, 6), reference="L-1"), OPERATOR, Refusal.TOO_FEW),
    (sending("C-9", OFFICE, PROVINCE, run(6, 6), reference="L-1"), OPERATOR, Refusal.BAD_VALUE),
    (sending("C-9", OFFICE, OTHER, run(6, 6), reference="L-9"), OPERATOR, Refusal.UNKNOWN_LOAN),
    (returning("C-9", run(11, 16)), STOREMAN, Refusal.TOO_FEW),
    (returning("C-9", run(6, 6)), STOREMAN, Refusal.NOT_HELD),
    (returning("C-9", run(11, 12), "L-9"), STOREMAN, Refusal.UNKNOWN_LOAN),
    (returning("C-9", run(11, 12)), OPERATOR, Refusal.NOT_ALLOWED),
    (ForgiveLoan("L-9", 1, "the flood"), HEAD, Refusal.UNKNOWN_LOAN),
    (ForgiveLoan("L-1", 6, "the flood"), HEAD, Refusal.TOO_FEW),
    (ForgiveLoan("L-1", 0, "the flood"), HEAD, Refusal.BAD_VALUE),
    (ForgiveLoan("L-1", 1, ""), HEAD, Refusal.BAD_VALUE),
    (ForgiveLoan("L-1", 1, "the flood"), STOREMAN, Refusal.NOT_ALLOWED),
]


@pytest.mark.parametrize(("body", "key", "expected"), MOVES)
def test_more_than_was_agreed_or_is_owed_does_not_move(body: Body, key: str, expected: Refusal) -> None:
    assert refusal(refused_at(lent(), body, key)) is expected


def test_the_province_that_ordered_a_loan_may_forgive_it() -> None:
    books = lent()
    accepted(ask(books.hub, ForgiveLoan("L-1", 5, "ordered so"), PROVINCIAL))
    assert loan(books).outstanding == 0


def test_a_loan_is_of_one_class() -> None:
    books = two_offices()
    body = AgreeLoan("L-1", OFFICE, OTHER, "v4.8", 5, "2019-01-31", PROVINCE, "SP-3/2018")
    accepted(ask(books.hub, body, PROVINCIAL))
    answer = refused_at(books, sending("C-1", OFFICE, OTHER, run(1, 2), reference="L-1"), OPERATOR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["expected"] == "blanks of class v4.8"


def test_a_borrower_is_not_lent_its_own_blanks() -> None:
    books = lent()
    accepted(ask(books.hub, returning("C-3", run(11, 12)), STOREMAN))
    receive(books, "C-3", OFFICE)
    agreed(books, 5, "L-2")
    answer = refused_at(books, sending("C-4", OFFICE, OTHER, run(11, 11), reference="L-2"), OPERATOR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "ranges"


# -- the reports --------------------------------------------------------------------------


@pytest.mark.rule(24)
def test_both_reports_show_the_loan_from_its_departure_to_its_return() -> None:
    books = two_offices()
    agreed(books)
    send(books, OPERATOR, "C-1", OFFICE, OTHER, run(1, 5), reference="L-1")
    assert columns(books, "A-1") == Columns(received=10, lent=5, remaining=5)
    assert columns(books, "L-1") == Columns()  # on the road
    receive(books, "C-1", OTHER)
    lent_at = books.hub.position().seq
    assert columns(books, "A-1") == Columns(received=10, lent=5, remaining=5)
    assert columns(books, "L-1") == Columns(borrowed=5, remaining=5)
    accepted(ask(books.hub, returning("C-3", (*run(4, 5), *run(11, 12))), STOREMAN))
    assert columns(books, "L-1") == Columns(borrowed=5, returned=2, remaining=3)
    assert columns(books, "A-2") == Columns(received=10, returned=2, remaining=8)
    assert columns(books, "A-1") == Columns(received=10, lent=5, remaining=5)
    receive(books, "C-3", OFFICE)
    assert columns(books, "A-1") == Columns(received=10, lent=3, remaining=7)  # 4 and 5 are home again
    assert columns(books, "C-3") == Columns(received=2, remaining=2)  # 11 and 12, in kind
    assert columns(books, "A-1", lent_at) == Columns(received=10, lent=5, remaining=5)
    assert columns(books, "A-2", lent_at) == Columns(received=10, remaining=10)


@pytest.mark.rule(24)
def test_a_cut_before_the_loan_left_knows_nothing_of_it() -> None:
    books = two_offices()
    before = books.hub.position().seq
    agreed(books)
    send(books, OPERATOR, "C-1", OFFICE, OTHER, run(1, 5), reference="L-1")
    receive(books, "C-1", OTHER)
    assert columns(books, "A-1", before) == Columns(received=10, remaining=10)
    assert columns(books, "L-1", before) == Columns()


@pytest.mark.rule(24)
def test_a_misprint_on_a_borrowed_blank_is_reported_by_the_borrower_and_stays_lent_at_the_lender() -> None:
    books = two_offices()
    # Lombok Timur borrows instead, since it has the stations.
    swap = AgreeLoan("L-2", OTHER, OFFICE, CLASS, 4, "2019-01-31", PROVINCE, "SP-4/2018")
    accepted(ask(books.hub, swap, PROVINCIAL))
    send(books, OPERATOR, "C-0", OFFICE, PROVINCE, run(1, 10))
    send(books, STOREMAN, "C-2", OTHER, OFFICE, run(11, 14), reference="L-2")
    receive(books, "C-2", OFFICE)
    load(books, issue(books, "I-1", 4))
    exchange(books)
    record = entered(books, 1)
    printed(books, record, BAD)
    printed(books, entered(books, 2))
    assert columns(books, "L-2") == Columns(borrowed=4, good=1, bad_of_person=1, remaining=2)
    assert columns(books, "A-2") == Columns(received=10, lent=4, remaining=6)
    assert columns(books, "A-1") == Columns(received=10, returned=10)
    reported(books, "R-1", "L-2")
    answer = ask(books.hub, FileReport("R-2", "L-2", books.hub.position().seq, Columns(), ()), STOREMAN)
    assert refusal(answer) is Refusal.NOT_ALLOWED
    check_books(books)


@pytest.mark.rule(24)
def test_what_is_returned_upward_is_a_column_and_waste_stays_bad_wherever_it_is() -> None:
    books = two_offices()
    load(books, issue(books, "I-1", 4))
    exchange(books)
    printed(books, entered(books, 1), BAD)
    accepted(ask(books.hub, TakeBack(ONE, "P-1", Condition.WASTE, run(1, 1)), OPERATOR, VERIFIER_2))
    reported(books, "R-1")
    send(books, OPERATOR, "C-1", OFFICE, PROVINCE, run(1, 1), carries=Condition.WASTE)
    send(books, OPERATOR, "C-2", OFFICE, PROVINCE, run(9, 10))
    receive(books, "C-1", PROVINCE)
    receive(books, "C-2", PROVINCE)
    assert columns(books, "A-1") == Columns(received=10, bad_of_person=1, returned=2, remaining=7)
    assert [line.number for line in true_report(books, "R-2").lines] == [1]
    reported(books, "R-2")


@pytest.mark.rule(24)
def test_a_province_reports_what_it_sent_on_and_an_office_what_it_got() -> None:
    books = widened()
    supply(books, 1, 10)
    accepted(ask(books.hub, Grant("P-1", PROVINCE, CLASS, 10), VERIFIER_1))
    accepted(ask(books.hub, Dispatch("road/P-1", "P-1"), VERIFIER_1))
    receive(books, "road/P-1", PROVINCE)
    send(books, PROVINCIAL, "C-1", PROVINCE, OTHER, run(1, 4))
    assert columns(books, "P-1") == Columns(received=10, lent=4, remaining=6)
    accepted(counted_in(books, Receive("C-1", OTHER, run(1, 3), short=run(4, 4))))
    assert columns(books, "P-1") == Columns(received=10, lent=4, remaining=6)
    assert columns(books, "C-1") == Columns(received=4, lost=1, remaining=3)


@pytest.mark.rule(24)
def test_an_allotment_on_its_way_through_the_province_is_not_received() -> None:
    books = widened()
    supply(books, 1, 10)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 10), VERIFIER_1))
    send(books, VERIFIER_1, "C-1", "centre", PROVINCE, run(1, 10), reference="A-1")
    count = Receive("C-1", PROVINCE, run(1, 8), short=run(9, 9), damaged=run(10, 10), minutes="BA-1")
    accepted(counted_in(books, count))
    assert columns(books, "A-1") == Columns()
    send(books, PROVINCIAL, "C-2", PROVINCE, OFFICE, run(1, 8), reference="A-1")
    receive(books, "C-2", OFFICE)
    assert columns(books, "A-1") == Columns(received=8, remaining=8)


WAYS = st.lists(
    st.tuples(st.sampled_from([OFFICE, OTHER, PROVINCE]), st.sampled_from([OFFICE, OTHER, PROVINCE]),
              st.integers(1, 20), st.integers(0, 4), st.sampled_from(["", "L-1", "L-2", "A-1", "A-2"]),
              st.sampled_from(["found", "short", "open"])),
    max_size=12,
)  # fmt: skip


@pytest.mark.rule(24)
@settings(max_examples=60, deadline=None)
@given(ways=WAYS)
def test_whatever_goes_round_every_report_adds_up_and_counts_each_blank_once(
    ways: list[tuple[str, str, int, int, str, str]],
) -> None:
    books = two_offices()
    agreed(books, 6)
    back = AgreeLoan("L-2", OTHER, OFFICE, CLASS, 6, "2019-01-31", PROVINCE, "SP-4/2018")
    accepted(ask(books.hub, back, PROVINCIAL))
    for number, (sender, receiver, lo, more, reference, ending) in enumerate(ways):
        body = sending(f"C-{number}", sender, receiver, run(lo, min(lo + more, 20)), reference=reference)
        keys = [{OFFICE: OPERATOR, OTHER: STOREMAN, PROVINCE: PROVINCIAL}[sender]]
        if sender == PROVINCE and not reference:
            body, keys = evolve(body, exception="SK-9"), [*keys, VERIFIER_1]
        ask(books.hub, body, *keys, at_ms=1_542_600_000_000 + number)
        found, short = (body.ranges, ()) if ending == "found" else ((), body.ranges)
        if ending != "open":
            counted_in(books, Receive(body.consignment, receiver, found, short))
    check_books(books)
    with books.hub.read() as view:
        allotments = list(view.rows(Allotment))
    for one in allotments:
        columns(books, one.allotment)
    assert sum(columns(books, name).received for name in ("A-1", "A-2")) == 20
    here = sum(columns(books, one.allotment).remaining for one in allotments if one.party in (OFFICE, OTHER))
    kept = [place_of(books.hub, number) for number in range(1, 21)]
    assert here == sum(place in ((OFFICE, Bucket.STOCK), (OTHER, Bucket.STOCK)) for place in kept)

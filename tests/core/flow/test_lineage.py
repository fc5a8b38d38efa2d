"""A reading stays within its party, and the papers that named a placeholder name what was read (rules 10, 24)."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal
from ektp_core.flow.counting_events import Reidentified
from ektp_core.flow.custody_rows import Waybill
from ektp_core.flow.declaring import Reidentify
from ektp_core.flow.destroying import HoldForInquiry
from ektp_core.flow.lineage import in_place
from ektp_core.flow.opening import OpenBalance, OpeningLine, opening_account
from ektp_core.flow.rows import Allotment
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.state import LockState
from tests.core.flow.custody_offices import OTHER, STOREMAN, STOREMAN_2, widened
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
    true_report,
)
from tests.core.flow.offices import (
    CENTRE,
    CLASS,
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
    rows,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(10)

SIGNED, DAY = (OPERATOR, VERIFIER_2), "2018-11-19"
READ = Reidentify(OFFICE, Bucket.STOCK, CLASS, ((SERIES, 1, 10),), "BA-1")


def granted_by_count() -> Offices:
    """The centre knows its blanks by count alone, and an office was granted ten of them."""
    books = founded()
    accepted(ask(books.hub, OpenBalance(CENTRE, (OpeningLine(Condition.BLANK, CLASS, count=30),), "SA", DAY), *PAIR))
    allot(books, "A-1", 10)
    return books


@pytest.mark.rule(24)
def test_what_is_read_counts_to_the_allotment_of_the_number_it_replaces() -> None:
    books = granted_by_count()
    accepted(ask(books.hub, READ, *SIGNED))
    assert row(books.hub, Allotment, "A-1").ranges == ((SERIES, 1, 10),)
    (centre,) = [one for one in rows(books.hub, Allotment) if one.party == CENTRE]
    assert centre.ranges == (("COUNT.CENTRE", 11, 30), (SERIES, 1, 10))
    assert [one.ranges for one in rows(books.hub, Waybill)] == [((SERIES, 1, 10),)]
    assert true_report(books, "R-1").columns == Columns(received=10, remaining=10)
    check_books(books)
    check_refold(books.hub)


@pytest.mark.rule(25)
def test_a_misprint_on_a_blank_that_was_read_is_reported() -> None:
    books = granted_by_count()
    accepted(ask(books.hub, READ, *SIGNED))
    load(books, issue(books, "I-1", 10))
    exchange(books)
    record = entered(books, 1)
    printed(books, record, BAD)
    reported(books, "R-1")
    assert state(books.hub, record) is LockState.REPORTED


@pytest.mark.rule(24)
def test_a_part_that_is_read_replaces_a_part() -> None:
    books = granted_by_count()
    accepted(ask(books.hub, evolve(READ, ranges=((SERIES, 5, 7),)), *SIGNED))
    found = row(books.hub, Allotment, "A-1")
    assert found.ranges == (("COUNT.CENTRE", 4, 10), (SERIES, 5, 7))
    assert true_report(books, "R-1").columns.received == 10


def test_nothing_is_read_out_of_the_store_of_another_office() -> None:
    books = widened()
    line = OpeningLine(Condition.BLANK, CLASS, ((SERIES, 1, 10),), is_assumed=True)
    accepted(ask(books.hub, OpenBalance(OTHER, (line,), "SA", DAY), STOREMAN, STOREMAN_2))
    accepted(ask(books.hub, OpenBalance(OFFICE, (OpeningLine(Condition.BLANK, CLASS, count=20),), "SA", DAY), *SIGNED))
    answer = ask(books.hub, READ, *SIGNED)
    assert refusal(answer) is Refusal.HELD_ELSEWHERE
    assert facts(answer)["found"] == (f"{SERIES} 1-10 in STOCK of {OTHER}, class {CLASS}",)
    assert true_report(books, "R-1", opening_account(OTHER, CLASS)).columns.received == 10


@pytest.mark.rule(11)
@pytest.mark.parametrize("condition", [Condition.WASTE, Condition.GOOD, Condition.VOID])
def test_no_waste_and_no_card_becomes_a_blank_by_reading(condition: Condition) -> None:
    books = founded()
    lines = (
        OpeningLine(Condition.BLANK, CLASS, count=5),
        OpeningLine(condition, CLASS, ((SERIES, 50, 52),), is_assumed=True),
    )
    accepted(ask(books.hub, OpenBalance(OFFICE, lines, "SA", DAY), *SIGNED))
    answer = ask(books.hub, evolve(READ, ranges=((SERIES, 50, 52),)), *SIGNED)
    assert refusal(answer) is Refusal.HELD_ELSEWHERE
    assert place_of(books.hub, 50) == (OFFICE, condition_bucket(condition))


@pytest.mark.rule(11)
def test_no_waste_becomes_a_blank_in_exchange_for_one_that_is_read_among_the_waste() -> None:
    """A number for a count may; a serial that somebody once saw in the waste may not."""
    books = founded()
    lines = (
        OpeningLine(Condition.BLANK, CLASS, ((SERIES, 1, 5),), is_assumed=True),
        OpeningLine(Condition.WASTE, CLASS, ((SERIES, 50, 52),), is_assumed=True),
    )
    accepted(ask(books.hub, OpenBalance(OFFICE, lines, "SA", DAY), *SIGNED))
    spoiled = Reidentify(OFFICE, Bucket.WASTE_HELD, CLASS, ((SERIES, 1, 1),), "BA-1")
    assert refusal(ask(books.hub, spoiled, *SIGNED)) is Refusal.TOO_FEW
    assert place_of(books.hub, 50) == (OFFICE, Bucket.WASTE_HELD)


@pytest.mark.rule(26)
def test_what_an_inquiry_holds_is_not_read_away() -> None:
    books = granted_by_count()
    accepted(ask(books.hub, HoldForInquiry("INQ-1", (("COUNT.CENTRE", 3, 4),), "police"), VERIFIER_1))
    assert refusal(ask(books.hub, READ, *SIGNED)) is Refusal.UNDER_INQUIRY


def condition_bucket(condition: Condition) -> Bucket:
    return {
        Condition.WASTE: Bucket.WASTE_HELD, Condition.GOOD: Bucket.GOOD_HELD, Condition.VOID: Bucket.VOID_HELD,
    }[condition]  # fmt: skip


NUMBERS = st.lists(st.integers(1, 40), unique=True, min_size=1, max_size=12).map(sorted)


@given(named=NUMBERS, went=NUMBERS, data=st.data())
def test_one_comes_for_each_that_went_whatever_the_runs(named: list[int], went: list[int], data: st.DataObject) -> None:
    came = data.draw(st.lists(st.integers(1, 90), unique=True, min_size=len(went), max_size=len(went)).map(sorted))
    event = Reidentified(
        OFFICE, Bucket.STOCK, CLASS, (), (), "BA", (), _ranges("B", came), _ranges("COUNT.52.03", went), ()
    )
    found = in_place(_ranges("COUNT.52.03", named), event)
    expected = {("COUNT.52.03", n) for n in named if n not in went}
    expected |= {("B", new) for old, new in zip(went, came, strict=True) if old in named}
    assert {(series, n) for series, lo, hi in found for n in range(lo, hi + 1)} == expected


def _ranges(series: str, numbers: list[int]) -> tuple[tuple[str, int, int], ...]:
    """Neighbours in one range where the first of them is even, so that runs of both sides differ."""
    found: list[tuple[str, int, int]] = []
    for number in numbers:
        if found and found[-1][2] == number - 1 and found[-1][1] % 2 == 0:
            found[-1] = (series, found[-1][1], number)
        else:
            found.append((series, number, number))
    return tuple(found)

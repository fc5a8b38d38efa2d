"""A report is of one allotment, as at a cut whose time is known or counts for nothing (rules 24, 27)."""

import msgspec
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.codec import decode_event
from ektp_core.flow.events import Reported
from ektp_core.flow.report_cut import allotments_of, cut_time
from ektp_core.flow.reporting import FileReport
from ektp_core.flow.rows import Allotment, Report
from ektp_core.flow.settling import FailCard
from ektp_core.spoilage.report import Columns, Line
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.allotment_offices import DAY_MS
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    allot,
    entered,
    grant,
    issue,
    printed,
    state,
    stocked,
    supply,
    true_report,
    unlocked,
)
from tests.core.flow.offices import (
    CLASS,
    NOW,
    OFFICE,
    OPERATOR,
    SERIES,
    Offices,
    accepted,
    ask,
    facts,
    founded,
    refusal,
    row,
)


def two(first: int = 6, second: int = 4) -> Offices:
    """Two allotments that arrived, the second by an exception."""
    books = founded()
    supply(books, 1, 40)
    allot(books, "A-1", first)
    allot(books, "A-2", second)
    return books


def file(books: Offices, body: FileReport, day: int = 0) -> Answer:
    return ask(books.hub, body, OPERATOR, at_ms=NOW + day * DAY_MS)


# -- one allotment ------------------------------------------------------------------------


@pytest.mark.rule(24)
def test_a_report_that_counts_two_allotments_in_one_is_refused_naming_the_other() -> None:
    books = two()
    both = evolve(true_report(books, "R-1"), columns=Columns(received=10, remaining=10))
    answer = file(books, both)
    assert refusal(answer) is Refusal.REPORT_SPANS
    assert facts(answer) == {"allotment": "A-1", "other": "A-2", "serials": ("-",)}


@pytest.mark.rule(24)
def test_a_report_that_names_a_blank_of_another_allotment_is_refused_naming_both() -> None:
    books = two()
    true = true_report(books, "R-2", "A-2")
    columns = evolve(true.columns, remaining=3, bad_without=1)
    answer = file(books, evolve(true, columns=columns, lines=(Line(SERIES, 6, cause="macet"),)))
    assert facts(answer) == {"allotment": "A-2", "other": "A-1", "serials": (f"{SERIES} 6",)}


@pytest.mark.rule(24)
def test_a_blank_of_no_allotment_is_a_difference_as_before() -> None:
    books = two()
    true = true_report(books, "R-1")
    columns = evolve(true.columns, remaining=5, bad_without=1)
    answer = file(books, evolve(true, columns=columns, lines=(Line(SERIES, 39, cause="macet"),)))
    assert refusal(answer) is Refusal.REPORT_DIFFERS


@pytest.mark.rule(24)
@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(-3, 9))
def test_only_true_columns_are_taken_and_a_neighbours_count_is_called_so(first: int, second: int, by: int) -> None:
    books = two(first, second)
    true = true_report(books, "R-1")
    changed = evolve(true.columns, received=first + by, remaining=first + by)
    answer = file(books, evolve(true, columns=changed))
    if by == 0:
        accepted(answer)
    else:
        assert refusal(answer) is (Refusal.REPORT_SPANS if by == second else Refusal.REPORT_DIFFERS)


def test_allotments_are_walked_from_the_last_and_only_those_of_the_class() -> None:
    books = two()
    with books.hub.read() as view:
        assert [one.allotment for one in allotments_of(view, OFFICE, CLASS)] == ["A-2", "A-1"]
        assert list(allotments_of(view, OFFICE, "v4.8")) == list(allotments_of(view, "office/52.01", CLASS)) == []


# -- a card that turns bad later ----------------------------------------------------------


@pytest.mark.rule(24)
def test_a_card_that_turns_bad_after_the_final_report_is_a_line_of_a_supplementary_one() -> None:
    books = stocked(2)
    one, other = entered(books, 1), entered(books, 2)
    printed(books, one, GOOD)
    printed(books, other, BAD)
    final = evolve(true_report(books, "R-1"), is_final=True)
    accepted(file(books, final))
    assert row(books.hub, Allotment, "A-1").is_final
    accepted(ask(books.hub, FailCard(one, 1, Cause.DATA_WRONG), OPERATOR))
    assert state(books.hub, one) is LockState.MISPRINTED
    supplementary = evolve(true_report(books, "R-2"), is_final=True)
    assert supplementary.columns == evolve(final.columns, good=0, bad_of_person=2)
    accepted(file(books, supplementary))
    assert (state(books.hub, one), row(books.hub, Allotment, "A-1").report) == (LockState.REPORTED, "R-2")
    assert row(books.hub, Report, "R-1").bad == 1  # the first stays as it was accepted
    unlocked(books, one, 1)


# -- the time of the cut ------------------------------------------------------------------


@pytest.mark.rule(27)
def test_a_cut_after_which_no_blank_moved_is_of_the_moment_it_is_filed() -> None:
    books = stocked(4)
    body = evolve(true_report(books, "R-1"), cut_ms=NOW - DAY_MS)
    entered(books, 1)  # written since, but no movement
    accepted(file(books, body, day=5))
    assert row(books.hub, Report, "R-1").cut_ms == NOW + 5 * DAY_MS


@pytest.mark.rule(27)
@pytest.mark.parametrize(("sealed_ms", "kept_ms"), [(NOW - 7, NOW - 7), (0, 0), (NOW + 99 * DAY_MS, NOW + DAY_MS)])
def test_of_an_older_cut_the_time_of_its_seal_is_kept_and_never_one_to_come(sealed_ms: int, kept_ms: int) -> None:
    books = two()
    body = evolve(true_report(books, "R-1"), cut_ms=sealed_ms)
    issue(books, "I-1", 2)
    accepted(file(books, body, day=1))
    assert row(books.hub, Report, "R-1").cut_ms == kept_ms


@pytest.mark.rule(27)
@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.data())
def test_the_time_kept_is_never_later_than_the_next_movement_after_the_cut(
    days: list[int], data: st.DataObject
) -> None:
    """Each movement is of a day; whatever cut is filed at the end, its age is not made smaller."""
    books, day = founded(), 0
    supply(books, 1, 40)
    moved: list[tuple[int, int]] = []
    for number, passed in enumerate(days):
        day += passed
        grant(books, f"A-{number}", 1, NOW + day * DAY_MS)
        moved.append((next(seq for seq, event in _log(books) if f"A-{number}" in repr(event)), day))
    cut = data.draw(st.integers(1, books.hub.position().seq))
    sealed = [when for seq, when in moved if seq <= cut]
    with books.hub.read() as view:
        found = cut_time(view, cut, NOW + (sealed[-1] if sealed else 0) * DAY_MS, NOW + day * DAY_MS)
    later = [when for seq, when in moved if seq > cut]
    assert found <= NOW + (later[0] if later else day) * DAY_MS


def _log(books: Offices) -> list[tuple[int, object]]:
    return list(books.hub.events())


def test_a_report_of_an_older_book_has_no_known_time() -> None:
    old = msgspec.msgpack.encode([25, 1, "R", "A", 5, b"d", "operator", 3, 1, 0, True, "BA-1", "2018-11-01"])
    assert decode_event(old) == Reported("R", "A", 5, b"d", "operator", 3, 1, 0, True, "BA-1", "2018-11-01", 0)

"""Filing a daily report: evidence, corrected only by a later one that names it (rule 32)."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.daily.columns import COLUMN, MOST, checked_values
from ektp_core.errors import Refusal
from ektp_core.flow.daily import FileDaily, latest
from ektp_core.flow.office_rows import Daily
from ektp_core.flow.periods import late_papers
from tests.core.flow.office_cards import stocked
from tests.core.flow.office_life import AUDITOR, CLERK, HEAD, OTHER, PROVINCE, at, closed, with_people
from tests.core.flow.offices import (
    OFFICE,
    ONE,
    OPERATOR,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    facts,
    founded,
    refusal,
    rows,
)
from tests.core.flow.soundness import check_refold

pytestmark = pytest.mark.rule(32)

DAY = "2018-11-19"
FIRST = FileDaily(OFFICE, DAY, (("printed_first", 10), ("remaining", 90)))


@pytest.fixture
def books() -> Offices:
    return with_people(founded())


def counts(books: Offices, office: str = OFFICE, day: str = DAY) -> Daily | None:
    with books.hub.read() as view:
        return latest(view, office, day)


def test_a_report_is_kept_as_it_was_said(books: Offices) -> None:
    accepted(ask(books.hub, evolve(FIRST, columns=FIRST.columns[::-1]), OPERATOR))
    assert counts(books) == Daily(DAY, OFFICE, 1, FIRST.columns, "typed", ("operator",))


def test_a_correction_names_the_report_it_corrects_and_both_stay(books: Offices) -> None:
    accepted(ask(books.hub, FIRST, OPERATOR))
    right = evolve(FIRST, columns=(("printed_first", 9),), corrects=1, how="pasted")
    accepted(ask(books.hub, right, HEAD))
    assert [one.columns for one in rows(books.hub, Daily)] == [FIRST.columns, right.columns]
    found = counts(books)
    assert found is not None and (found.number, found.how, found.by) == (2, "pasted", ("head",))
    check_refold(books.hub)


def test_a_report_that_does_not_add_up_is_kept_all_the_same(books: Offices) -> None:
    wrong = (("opening", 100), ("good", 10), ("remaining", 5))
    accepted(ask(books.hub, evolve(FIRST, columns=wrong), OPERATOR))
    found = counts(books)
    assert found is not None and found.columns == wrong


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(sorted(COLUMN)), st.integers(0, MOST), min_size=1), min_size=1, max_size=5))
def test_every_report_ever_sent_can_still_be_read_and_the_last_counts(said: list[dict[str, int]]) -> None:
    books = founded()
    for number, values in enumerate(said):
        body = FileDaily(OFFICE, DAY, tuple(values.items()), corrects=number)
        accepted(ask(books.hub, body, OPERATOR))
    assert [dict(one.columns) for one in rows(books.hub, Daily)] == said
    found = counts(books)
    assert found is not None and found.columns == checked_values(said[-1])


@pytest.mark.parametrize(
    ("changes", "expected", "field"),
    [
        ({"office": ONE}, Refusal.BAD_VALUE, "office"),
        ({"office": PROVINCE}, Refusal.BAD_VALUE, "office"),
        ({"office": "somewhere"}, Refusal.BAD_VALUE, "office"),
        ({"date": ""}, Refusal.BAD_VALUE, "date"),
        ({"date": "19-11-2018"}, Refusal.BAD_VALUE, "date"),
        ({"date": "2018-11-20"}, Refusal.BAD_VALUE, "date"),
        ({"how": "shouted"}, Refusal.BAD_VALUE, "how"),
        ({"columns": ()}, Refusal.BAD_VALUE, "columns"),
        ({"columns": (("blank", 1),)}, Refusal.BAD_VALUE, "columns"),
        ({"columns": (("remaining", -1),)}, Refusal.BAD_VALUE, "remaining"),
        ({"columns": (("remaining", 10**12),)}, Refusal.BAD_VALUE, "remaining"),
        ({"corrects": 1}, Refusal.BAD_VALUE, "corrects"),
        ({"corrects": -1}, Refusal.BAD_VALUE, "corrects"),
    ],
)
def test_what_is_no_report_is_refused_by_its_field(
    books: Offices, changes: dict[str, Any], expected: Refusal, field: str
) -> None:
    answer = ask(books.hub, evolve(FIRST, **changes), OPERATOR, at_ms=at(DAY))
    assert (refusal(answer), facts(answer)["field"]) == (expected, field)
    assert rows(books.hub, Daily) == []


def test_a_second_report_that_corrects_nothing_is_refused_and_names_the_first(books: Offices) -> None:
    accepted(ask(books.hub, FIRST, OPERATOR))
    answer = ask(books.hub, evolve(FIRST, columns=(("remaining", 1),)), OPERATOR)
    assert (refusal(answer), facts(answer)["id"]) == (Refusal.ALREADY_KNOWN, f"{OFFICE} {DAY} (1)")
    accepted(ask(books.hub, evolve(FIRST, corrects=1), OPERATOR))
    stale = ask(books.hub, evolve(FIRST, corrects=1), OPERATOR)
    assert (refusal(stale), facts(stale)["expected"]) == (Refusal.BAD_VALUE, "2, the last report of that day")


@pytest.mark.parametrize("key", [CLERK, AUDITOR])
def test_nobody_else_reports_for_an_office(books: Offices, key: str) -> None:
    assert refusal(ask(books.hub, FIRST, key)) is Refusal.NOT_ALLOWED


def test_the_centre_may_enter_what_an_office_sent_it(books: Offices) -> None:
    accepted(ask(books.hub, evolve(FIRST, office=OTHER, how="pasted"), VERIFIER_1))
    assert counts(books, OTHER) is not None


def test_an_office_nobody_registered_has_no_reports() -> None:
    assert refusal(ask(founded().hub, evolve(FIRST, office=OTHER), VERIFIER_1)) is Refusal.UNKNOWN_PARTY


@pytest.mark.rule(38)
def test_a_report_of_a_closed_month_is_listed_as_late() -> None:
    books = stocked(4)
    closed(books, "2018-11", "BA-O-1", "2018-11-30")
    accepted(ask(books.hub, evolve(FIRST, date="2018-11-28"), OPERATOR, at_ms=at("2018-12-02")))
    with books.hub.read() as view:
        assert [(one.what, one.paper_date) for one in late_papers(view, OFFICE)] == [("the daily report", "2018-11-28")]

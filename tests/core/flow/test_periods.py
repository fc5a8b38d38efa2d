"""Months of a party, late papers and the dates of papers (rule 38)."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.errors import Refusal
from ektp_core.flow.custody import Dispatch, Issue
from ektp_core.flow.office_events import PaperPostedLate
from ektp_core.flow.office_rows import Period
from ektp_core.flow.office_stock import balance_of
from ektp_core.flow.periods import CarryOver, ClosePeriod, carry_over, last_closed, late_papers
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.local_calendar import last_day
from tests.core.flow.office_cards import BAD, GOOD, allot, entered, grant, issue, load, printed, supply, true_report
from tests.core.flow.office_life import AUDITOR, BOTH, CLERK, at, at_stations, closed, counted, in_store, with_people
from tests.core.flow.offices import (
    CLASS,
    OFFICE,
    ONE,
    OPERATOR,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    facts,
    founded,
    log,
    maybe,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_refold

pytestmark = pytest.mark.rule(38)


@pytest.fixture
def busy() -> Offices:
    """Twelve blanks: seven in the store, five at the station, of which two are printed, one badly."""
    books = founded()
    supply(books, 1, 12)
    allot(books, "A-1", 12)
    load(books, issue(books, "I-1", 5))
    printed(books, entered(books, 1))
    printed(books, entered(books, 2), BAD)
    return books


def carried(books: Offices, party: str = OFFICE) -> CarryOver | None:
    with books.hub.read() as view:
        return carry_over(view, party)


def test_a_close_carries_over_every_place_and_class_by_hand(busy: Offices) -> None:
    closed(busy, "2018-11", "BA-O-1", "2018-11-30")
    found = carried(busy)
    assert found is not None
    assert (found.closed, found.opens, found.minutes, found.is_year) == ("2018-11", "2018-12", "BA-O-1", False)
    assert {(one.bucket, one.blank_class): one.count for one in found.lines} == {
        (Bucket.STOCK, CLASS): 10, (Bucket.GOOD_HELD, CLASS): 1, (Bucket.WASTE_HELD, CLASS): 1,
    }  # fmt: skip
    check_refold(busy.hub)


def test_the_opening_of_a_month_is_the_closing_of_the_one_before(busy: Offices) -> None:
    closed(busy, "2018-11", "BA-O-1", "2018-11-30")
    before = row(busy.hub, Period, OFFICE, "2018-11")
    printed(busy, entered(busy, 3))
    opening = carried(busy)
    assert opening is not None and sum(one.count for one in opening.lines) == 12
    assert row(busy.hub, Period, OFFICE, "2018-11") == before
    closed(busy, "2018-12", "BA-O-2", "2018-12-31")
    year = carried(busy)
    assert year is not None and year.is_year and year.opens == "2019-01"
    assert {one.bucket: one.count for one in year.lines}[Bucket.GOOD_HELD] == 2
    assert row(busy.hub, Period, OFFICE, "2018-11") == before


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["good", "bad", "close"]), max_size=6))
def test_a_closed_month_never_changes_whatever_happens_after_it(steps: list[str]) -> None:
    books = founded()
    supply(books, 1, 12)
    allot(books, "A-1", 12)
    load(books, issue(books, "I-1", 8))
    kept: dict[str, Period] = {}
    months = iter(("2018-11", "2018-12", "2019-01", "2019-02", "2019-03", "2019-04"))
    for number, one in enumerate(steps, start=1):
        if one == "close":
            month = next(months)
            closed(books, month, f"BA-{number}", last_day(month))
            kept[month] = row(books.hub, Period, OFFICE, month)
            assert sum(count for _, _, count in kept[month].balance) == 12
        else:
            printed(books, entered(books, number), BAD if one == "bad" else GOOD)
        assert {found.month: found for found in rows(books.hub, Period)} == kept
    check_refold(books.hub)


def test_a_party_that_never_closed_has_no_carry_over(busy: Offices) -> None:
    assert carried(busy) is None
    with busy.hub.read() as view:
        assert last_closed(view, OFFICE) == ""


def test_blanks_on_the_road_to_an_office_are_not_in_its_balance_and_those_to_its_station_are(busy: Offices) -> None:
    supply(busy, 13, 20)
    grant(busy, "A-2", 8)
    accepted(ask(busy.hub, Dispatch("road/A-2", "A-2"), VERIFIER_1))
    accepted(ask(busy.hub, Issue("I-2", ONE, CLASS, 3), OPERATOR))
    with busy.hub.read() as view:
        balance = {Bucket(bucket): count for bucket, _, count in balance_of(view, OFFICE)}
    assert sum(balance.values()) == 12 and balance[Bucket.IN_TRANSIT] == 3


# -- what is refused ----------------------------------------------------------------------------


CLOSE = ClosePeriod(OFFICE, "2018-11", "BA-O-1")


@pytest.mark.parametrize(
    ("changes", "expected", "field"),
    [
        ({"month": "2018-13"}, Refusal.BAD_VALUE, "month"),
        ({"month": "2018-12"}, Refusal.BAD_VALUE, "month"),
        ({"party": ONE}, Refusal.BAD_VALUE, "party"),
        ({"party": "supplier/PNRI"}, Refusal.BAD_VALUE, "party"),
        ({"party": "nobody"}, Refusal.BAD_VALUE, "party"),
        ({"minutes": "BA-9"}, Refusal.BAD_VALUE, "minutes"),
        ({"minutes": ""}, Refusal.BAD_VALUE, "minutes"),
        ({"minutes": "BA-early"}, Refusal.BAD_VALUE, "minutes"),
        ({"stations": ((ONE, "heap", CLASS, 1),)}, Refusal.BAD_VALUE, "stations"),
        ({"stations": ((ONE, "waste", CLASS, -1),)}, Refusal.BAD_VALUE, "stations"),
        ({"stations": ((ONE, "waste", CLASS, 1), (ONE, "waste", CLASS, 1))}, Refusal.BAD_VALUE, "stations"),
        ({"stations": (("station/52.01/1", "waste", CLASS, 1),)}, Refusal.BAD_VALUE, "stations"),
        ({"stations": ((OFFICE, "unprinted", CLASS, 7),)}, Refusal.BAD_VALUE, "stations"),
    ],
)
def test_a_close_that_is_none_is_refused_by_its_field(
    busy: Offices, changes: dict[str, Any], expected: Refusal, field: str
) -> None:
    counted(busy, "BA-early", "2018-11-29")
    counted(busy, "BA-O-1", "2018-11-30")
    body = evolve(CLOSE, **{"stations": at_stations(busy), **changes})
    before = busy.hub.position()
    answer = ask(busy.hub, body, *BOTH, at_ms=at("2018-11-30"))
    assert (refusal(answer), facts(answer)["field"]) == (expected, field)
    assert busy.hub.position() == before


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((OPERATOR,), Refusal.NEEDS_PEOPLE),
        ((OPERATOR, AUDITOR), Refusal.NOT_ALLOWED),
        ((OPERATOR, CLERK), Refusal.NOT_ALLOWED),
        ((), Refusal.NOT_ALLOWED),
    ],
)
def test_two_people_of_the_party_close_its_month(busy: Offices, keys: tuple[str, ...], expected: Refusal) -> None:
    counted(with_people(busy), "BA-O-1", "2018-11-30")
    body = evolve(CLOSE, stations=at_stations(busy))
    assert refusal(ask(busy.hub, body, *keys, at_ms=at("2018-11-30"))) is expected


def test_an_office_nobody_registered_closes_nothing(busy: Offices) -> None:
    answer = ask(busy.hub, evolve(CLOSE, party="office/52.01"), VERIFIER_1, VERIFIER_2, at_ms=at("2018-11-30"))
    assert refusal(answer) is Refusal.UNKNOWN_PARTY


def test_a_month_is_closed_once_and_in_order(busy: Offices) -> None:
    closed(busy, "2018-11", "BA-O-1", "2018-11-30")
    counted(busy, "BA-O-2", "2019-01-31")
    again = evolve(CLOSE, minutes="BA-O-2", stations=at_stations(busy))
    late = at("2019-01-31")
    assert refusal(ask(busy.hub, again, *BOTH, at_ms=late)) is Refusal.ALREADY_KNOWN
    skipping = ask(busy.hub, evolve(again, month="2019-01"), *BOTH, at_ms=late)
    assert (refusal(skipping), facts(skipping)["expected"]) == (Refusal.BAD_VALUE, "2018-12")
    accepted(ask(busy.hub, evolve(again, month="2018-12"), *BOTH, at_ms=late))
    accepted(ask(busy.hub, evolve(again, month="2019-01"), *BOTH, at_ms=late))


def test_a_month_is_not_over_before_its_last_day_has_come_where_the_office_is(busy: Offices) -> None:
    counted(busy, "BA-O-1", "2018-11-30")
    body = evolve(CLOSE, stations=at_stations(busy))
    too_early = ask(busy.hub, body, *BOTH, at_ms=at("2018-11-29", hour=15))  # 23:00 of the 29th in Lombok
    assert (refusal(too_early), facts(too_early)["field"]) == (Refusal.BAD_VALUE, "month")
    accepted(ask(busy.hub, body, *BOTH, at_ms=at("2018-11-29", hour=16)))  # midnight there


def test_a_station_that_was_counted_otherwise_keeps_the_month_open(busy: Offices) -> None:
    counted(busy, "BA-O-1", "2018-11-30")
    unprinted, finished, waste = at_stations(busy)
    one_less = (*unprinted[:3], unprinted[3] - 1)
    answer = ask(busy.hub, evolve(CLOSE, stations=(one_less, finished)), *BOTH, at_ms=at("2018-11-30"))
    assert refusal(answer) is Refusal.MONTH_DIFFERS
    assert facts(answer)["difference"] == (
        f"{ONE} unprinted {CLASS}", f"{ONE} waste {CLASS}",
    ), "by name alone: who counts is not told the figure (rule 33)"  # fmt: skip
    assert waste[3] == 1 and maybe(busy.hub, Period, OFFICE, "2018-11") is None


def test_a_count_that_something_moved_after_closes_nothing(busy: Offices) -> None:
    counted(busy, "BA-O-1", "2018-11-30")
    issue(busy, "I-9", 2)
    answer = ask(busy.hub, evolve(CLOSE, stations=at_stations(busy)), *BOTH, at_ms=at("2018-11-30"))
    assert refusal(answer) is Refusal.MONTH_DIFFERS
    assert facts(answer)["difference"] == (f"{OFFICE} unprinted {CLASS}",)


@pytest.mark.rule(11)
def test_what_a_count_found_too_many_is_carried_over_apart(busy: Offices) -> None:
    counted(busy, "BA-O-1", "2018-11-30", unprinted=in_store(busy) + 2)
    accepted(ask(busy.hub, evolve(CLOSE, stations=at_stations(busy)), *BOTH, at_ms=at("2018-11-30")))
    found = carried(busy)
    assert found is not None
    assert {one.bucket: one.count for one in found.lines}[Bucket.FOUND_HELD] == 2


# -- papers -------------------------------------------------------------------------------------


def report_dated(books: Offices, report: str, date: str, day: str) -> Any:
    body = evolve(true_report(books, report), paper=f"BA/{report}", paper_date=date)
    return ask(books.hub, body, OPERATOR, at_ms=at(day))


def test_a_paper_of_a_closed_month_is_posted_in_the_open_one_and_listed_as_late(busy: Offices) -> None:
    closed(busy, "2018-11", "BA-O-1", "2018-11-30")
    before = row(busy.hub, Period, OFFICE, "2018-11")
    accepted(report_dated(busy, "R-1", "2018-11-30", "2018-12-03"))
    accepted(report_dated(busy, "R-2", "2018-12-01", "2018-12-03"))
    with busy.hub.read() as view:
        (late,) = late_papers(view, OFFICE)
    assert (late.what, late.paper, late.paper_date, late.posted_on) == (
        "the spoilage report", "BA/R-1", "2018-11-30", "2018-12-03",
    )  # fmt: skip
    assert row(busy.hub, Period, OFFICE, "2018-11") == before
    check_refold(busy.hub)


def test_without_a_closed_month_no_paper_is_late(busy: Offices) -> None:
    accepted(report_dated(busy, "R-1", "2017-01-01", "2018-12-03"))
    assert log(busy.hub, PaperPostedLate) == []


@pytest.mark.parametrize("date", ["2018-12-04", "2018-02-30", "3 December 2018", "2018-12-3"])
def test_a_paper_of_tomorrow_or_of_no_day_is_refused(busy: Offices, date: str) -> None:
    answer = report_dated(busy, "R-1", date, "2018-12-03")
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, "paper_date")


def test_tomorrow_begins_at_the_offices_own_midnight(busy: Offices) -> None:
    """At 16:30 UTC it is the 4th in Lombok already, and still the 3rd in Jakarta."""
    body = evolve(true_report(busy, "R-1"), paper="BA/R-1", paper_date="2018-12-04")
    assert refusal(ask(busy.hub, body, OPERATOR, at_ms=at("2018-12-03", hour=15))) is Refusal.BAD_VALUE
    accepted(ask(busy.hub, body, OPERATOR, at_ms=at("2018-12-03", hour=16)))

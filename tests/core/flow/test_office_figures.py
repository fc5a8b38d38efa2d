"""The figures of an office straight from the book, so that the plan runs on it (rules 8, 28, 29, 30)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.allotment.figures import OfficeFigures, checked
from ektp_core.allotment.plan import plan
from ektp_core.allotment.policy import Policy
from ektp_core.allotment.rule import Rule
from ektp_core.flow.custody import Dispatch, Issue, Receive
from ektp_core.flow.founding import NewStation, Register
from ektp_core.flow.holds import PlaceHold
from ektp_core.flow.office_figures import Given, all_figures, figures_of, supply_of
from ektp_core.flow.rows import Allotment
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.hold import HoldKind
from tests.core.flow.allotment_offices import (
    DAY_MS,
    OTHER,
    PROVINCE,
    asked,
    granted,
    registered,
    reported_on,
    with_heads,
)
from tests.core.flow.office_cards import BAD, GOOD, entered, held, issue, load, printed
from tests.core.flow.offices import (
    CLASS,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    row,
)


def figures(books: Offices, party: str = OFFICE, blank_class: str = CLASS, day: int = 0, **given_: Any) -> OfficeFigures:
    with books.hub.read() as view:
        return checked(figures_of(view, party, blank_class, NOW + day * DAY_MS, Given(**given_)))


def sent(books: Offices, allotment: str) -> None:
    accepted(ask(books.hub, Dispatch(f"road/{allotment}", allotment), VERIFIER_1))


def arrived(books: Offices, allotment: str) -> None:
    sent(books, allotment)
    ranges = row(books.hub, Allotment, allotment).ranges
    accepted(ask(books.hub, Receive(f"road/{allotment}", OFFICE, ranges), OPERATOR, VERIFIER_2))


def test_nothing_is_known_of_an_office_that_had_nothing() -> None:
    assert figures(with_heads()) == OfficeFigures(OFFICE, CLASS)


@pytest.mark.rule(28)
def test_blanks_are_on_the_road_from_the_grant_until_they_are_counted_in() -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    assert (figures(books).stock, figures(books).in_transit) == (0, 10)
    sent(books, "A-1")
    assert (figures(books).stock, figures(books).in_transit) == (0, 10)
    short = Receive("road/A-1", OFFICE, (("PNRI-2018", 1, 8),), (("PNRI-2018", 9, 9),), (("PNRI-2018", 10, 10),))
    accepted(ask(books.hub, short, OPERATOR, VERIFIER_2))
    assert (figures(books).stock, figures(books).in_transit) == (8, 0)


@pytest.mark.rule(28)
def test_blanks_between_store_and_station_are_on_hand() -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    arrived(books, "A-1")
    accepted(ask(books.hub, Issue("I-1", ONE, CLASS, 4), OPERATOR))
    assert (figures(books).stock, figures(books).in_transit) == (10, 0)


@pytest.mark.rule(28)
def test_the_office_by_hand_after_two_cards() -> None:
    """Ten came, six were issued, one good, one bad: eight usable; three people wait; a second grant of five is due."""
    books = with_heads()
    accepted(registered(books, 2, 100, 20, poor=1, broken=1))
    accepted(granted(books, "A-1", 10))
    arrived(books, "A-1")
    load(books, issue(books, "I-1", 6))
    for number, ending in enumerate((GOOD, BAD), start=1):
        printed(books, entered(books, number), ending)
    for number in (3, 4, 5):
        entered(books, number)
    reported_on(books, "R-1", "A-1", day=2)
    accepted(asked(books, "U-1", 5))
    accepted(asked(books, "U-2", 6))
    assert figures(books, day=4, printed=(3, 9), stock_out_days=(1, 0), own_backlog=7) == OfficeFigures(
        OFFICE, CLASS, stock=8, in_transit=0, backlog=3, own_backlog=7, requested=11,
        printed_per_month=(3, 9), stock_out_days=(1, 0),
        printers_good=2, printers_poor=1, printers_broken=1, daily_cap=100, working_days=20, best_month=9,
        accounted_for=True, report_age_days=2, remaining_of_last=8, grant_age_days=4,
    )  # fmt: skip


@pytest.mark.rule(27)
def test_an_allotment_without_a_report_is_not_accounted_for() -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    assert (figures(books).accounted_for, figures(books).remaining_of_last) == (False, 10)


@pytest.mark.rule(8)
def test_who_waits_counts_to_one_class_only() -> None:
    books = with_heads()
    accepted(ask(books.hub, Register(stations=(NewStation("station/52.03/3", "Old", ("v4.8",)),)), *PAIR))
    entered(books, 1)
    assert [figures(books, blank_class=one).backlog for one in (CLASS, "v4.8")] == [1, 0]


@pytest.mark.rule(5)
def test_a_record_that_is_held_back_is_not_print_ready() -> None:
    """Its blank is not needed yet (paper 000: nine of ten recordings are unique)."""
    books = with_heads()
    first, _ = entered(books, 1), entered(books, 2)
    accepted(ask(books.hub, PlaceHold(first, HoldKind.DUPLICATE_CHECK, "recorded twice"), *PAIR[:1]))
    assert figures(books).backlog == 1


def test_a_provinces_store_prints_nothing() -> None:
    assert figures(with_heads(), PROVINCE).is_store and not figures(with_heads()).is_store


@pytest.mark.rule(29)
def test_the_plan_runs_on_the_book_and_changes_nothing() -> None:
    books = with_heads()
    accepted(registered(books, 1, 10, 2))
    accepted(asked(books, "U-1", 50))
    before = books.hub.position()
    with books.hub.read() as view:
        offices, supply = all_figures(view, NOW), supply_of(view)
    assert supply == {CLASS: 100}
    assert [one.office for one in offices] == [OFFICE]
    (grant,) = plan(Policy(name="2018"), supply, offices).grants
    assert (grant.count, grant.bound_by) == (20, Rule.CAPACITY)
    assert books.hub.position() == before
    accepted(granted(books, "A-1", grant.count))


def test_every_office_and_class_there_is_anything_to_say_of_is_listed_once() -> None:
    books = with_heads()
    accepted(granted(books, "B-1", 5, party=OTHER))
    accepted(granted(books, "P-1", 5, party=PROVINCE))
    given_ = {(OFFICE, CLASS): Given(printed=(4,))}
    with books.hub.read() as view:
        found = all_figures(view, NOW, given_)
    assert sorted((one.office, one.blank_class, one.best_month) for one in found) == [
        (OTHER, CLASS, 0), (OFFICE, CLASS, 4), (PROVINCE, CLASS, 0),
    ]  # fmt: skip


@pytest.mark.rule(28)
@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["grant", "arrive", "issue", "print"]), st.integers(1, 5)), max_size=10))
def test_what_an_office_can_still_use_is_what_was_granted_less_what_was_run(steps: list[tuple[str, int]]) -> None:
    books, waiting, run, number = with_heads(60), list[str](), 0, 0
    for at, (what, size) in enumerate(steps):
        one = figures(books)
        if what == "grant":
            accepted(granted(books, f"A-{at}", size, exception="SK-1"))
            waiting.append(f"A-{at}")
        elif what == "arrive" and waiting:
            arrived(books, waiting.pop(0))
        elif what == "issue" and _in_store(books) >= size:
            load(books, issue(books, f"I-{at}", size))
        elif what == "print" and one.stock - _in_store(books) > 0:
            number += 1
            printed(books, entered(books, number), GOOD)
            run += 1
    with books.hub.read() as view:
        granted_in_all = 60 - supply_of(view).get(CLASS, 0)
    one = figures(books)
    assert one.stock + one.in_transit == granted_in_all - run


def _in_store(books: Offices) -> int:
    return held(books.hub, (OFFICE, Bucket.STOCK))

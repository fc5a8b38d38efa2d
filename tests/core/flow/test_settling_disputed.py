"""A suspect of a disputed start has no blank until people name it, and is not freed before its station knows."""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal
from ektp_core.flow.finding import CloseSuspectBlank
from ektp_core.flow.founding import Register
from ektp_core.flow.settling import Found, Settle
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from tests.core.flow.office_cards import (
    BAD,
    attempt,
    authorised,
    card,
    entered,
    person,
    place_of,
    printed,
    state,
    stocked,
    true_report,
    unlocked,
)
from tests.core.flow.offices import (
    HOUR_MS,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    refusal,
    ship,
    signed,
    station_key,
)
from tests.core.flow.soundness import check_books
from tests.core.flow.suspect_cards import settled


def disputed() -> tuple[Offices, str]:
    """A record whose station started too late: the hub bound no blank, one blank is suspect in both books."""
    books = stocked(10)
    record = entered(books, 1)
    authorised(books, record)
    start, *rest = card(record, 1, BAD)
    station, key = books.stations[ONE], station_key(ONE)
    late = Work(signed(start, key))
    for answer in station.commit([late], NOW + 9 * HOUR_MS):
        accepted(answer)
    for body in rest:
        accepted(ask(station, body, key))
    ship(books)
    assert attempt(books.hub, record).number == 0
    assert place_of(books.hub, 1) == (ONE, Bucket.SUSPECT)
    return books, record


def test_the_people_name_the_suspect_blank_where_the_press_bound_none() -> None:
    books, record = disputed()
    exchange(books)
    bad = Settle(record, 1, Found.BAD, "BA-1")
    assert refusal(settled(books, bad)) is Refusal.BAD_VALUE
    assert refusal(settled(books, evolve(bad, found=Found.LOST))) is Refusal.BAD_VALUE
    assert refusal(settled(books, evolve(bad, series=SERIES, number=2))) is Refusal.NOT_HELD
    accepted(settled(books, evolve(bad, series=SERIES, number=1)))
    exchange(books)
    for store in (books.hub, books.stations[ONE]):
        assert (state(store, record), place_of(store, 1)) == (LockState.MISPRINTED, (ONE, Bucket.WASTE_HELD))
    check_books(books)


@pytest.mark.rule(24)
@pytest.mark.parametrize("found", [Found.BAD, Found.LOST])
def test_a_blank_named_by_people_is_in_the_report_with_its_person_and_opens_the_lock(found: Found) -> None:
    books, record = disputed()
    exchange(books)
    accepted(settled(books, Settle(record, 1, found, "BA-1", SERIES, 1)))
    exchange(books)
    report = true_report(books, "R-1")
    assert [(one.number, one.person, one.n) for one in report.lines] == [(1, person(1).hex(), 1)]
    accepted(ask(books.hub, report, OPERATOR))
    unlocked(books, record, 1)
    assert printed(books, record) == 2


def test_nothing_is_freed_before_the_station_took_the_dispute() -> None:
    books, record = disputed()
    body = Settle(record, 1, Found.BAD, "BA-1", SERIES, 1)
    answer = settled(books, body)
    assert refusal(answer) is Refusal.STILL_LEASED and facts(answer) == {"station": ONE, "record": record}
    exchange(books)
    accepted(settled(books, body))
    assert state(books.hub, record) is LockState.MISPRINTED
    exchange(books)
    check_books(books)


@pytest.mark.rule(11)
def test_a_card_that_a_disputed_fact_says_came_out_is_not_closed_as_unused() -> None:
    """The hub's copy knows no step of it; the station's signed word is kept, and only restricts."""
    books, record = disputed()
    exchange(books)
    assert attempt(books.hub, record).reached is None
    answer = settled(books, Settle(record, 1, Found.UNUSED, "BA-1"))
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, "found")
    loose = CloseSuspectBlank(SERIES, 1, Found.UNUSED, "BA-2")
    accepted(settled(books, Settle(record, 1, Found.BAD, "BA-1", SERIES, 1)))
    assert refusal(ask(books.hub, loose, *PAIR)) is Refusal.NOT_HELD


def test_a_station_that_never_answers_is_waited_for_until_its_key_is_gone_and_its_time_over() -> None:
    books, record = disputed()
    body = Settle(record, 1, Found.BAD, "BA-1", SERIES, 1)
    late = NOW + (8 + 24) * HOUR_MS + 1  # T and the grace
    assert refusal(ask(books.hub, body, *PAIR, at_ms=late)) is Refusal.STILL_LEASED
    accepted(ask(books.hub, Register(revoked_keys=(station_key(ONE),)), *PAIR))
    assert refusal(ask(books.hub, body, *PAIR, at_ms=late - 1)) is Refusal.STILL_LEASED
    accepted(ask(books.hub, body, *PAIR, at_ms=late))

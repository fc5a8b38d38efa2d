"""What the hub believes of a station's close, and how it books it: each serial once, each close alone (rule 33)."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.errors import Refusal
from ektp_core.flow.closing_day import OLDEST_DAYS, MarkDay
from ektp_core.flow.closing_day_booking import BookVariance
from ektp_core.flow.closing_day_events import BookClosed, DayMark, DayMarked, VarianceBooked
from ektp_core.flow.rows import Dispute, Revoked, StationDay
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.local_calendar import DAY_MS
from tests.core.flow.office_cards import place_of, stocked
from tests.core.flow.offices import (
    CLASS,
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    SERIES,
    Offices,
    accepted,
    ask,
    exchange,
    forged,
    log,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_books
from tests.core.flow.test_closing_day import COUNTERS, TODAY, begun, booked, close, closed, office, pile

pytestmark = pytest.mark.rule(33)

HIGHEST = 10**12


def told(**change: Any) -> BookClosed:
    """A close that finds five cards of an unknown series."""
    lines = tuple((kind, CLASS, 9, 0, 9, 0, "strange") for kind in (Pile.FINISHED, Pile.WASTE))
    sound = BookClosed(
        ONE, 1, TODAY, "BA-1", 5, lines, (), (), ((Pile.FINISHED, CLASS, "ZZ", 1, 5),), (), 0, (),
        ("operator", "verifier-2"),
    )  # fmt: skip
    return evolve(sound, **change)


def test_a_sound_close_is_absorbed() -> None:
    books = stocked(3)
    accepted(forged(books, ONE, told()))
    assert not rows(books.hub, Dispute) and row(books.hub, StationDay, ONE, 1).minutes == "BA-1"


@pytest.mark.parametrize(
    "change",
    [
        {"extra": ((Pile.FINISHED, CLASS, "ZZ", 1, 5), (Pile.WASTE, CLASS, "ZZ", 5, 7))},
        {"missing": ((Pile.FINISHED, SERIES, 1, 1), (Pile.FINISHED, SERIES, 1, 1))},
        {"missing": ((Pile.FINISHED, "ZZ", 5, 5),)},
        {"extra": ((Pile.FINISHED, "nonsense", "ZZ", 1, 5),)},
        {"extra": ((Pile.OLD_CARDS, "", "ZZ", 1, 5),)},
        {"missing": ((Pile.OLD_CARDS, SERIES, 1, 1),)},
        {"extra": ((Pile.FINISHED, CLASS, "COUNT.52.03", 1, 5),)},
        {"extra": ((Pile.FINISHED, CLASS, "ZZ", 1, HIGHEST),)},
        {"extra": ((Pile.FINISHED, CLASS, "ZZ", 1, 10),)},
        {"lines": ((Pile.FINISHED, CLASS, HIGHEST, 0, 5, 0, ""),)},
        {"lines": ((Pile.FINISHED, CLASS, 9, 0, -5, 0, ""),)},
        {"minutes": ""},
        {"minutes": "dispute"},
        {"minutes": "NIK 5203054408990001"},
        {"day": "zzz"},
        {"day": "2999-01-01"},
        {"day": "2018-09-01"},
    ],
    ids=str,
)
def test_a_close_that_cannot_be_booked_is_disputed(change: dict[str, Any]) -> None:
    books = stocked(3)
    accepted(forged(books, ONE, told(**change)))
    assert len(rows(books.hub, Dispute)) == 1 and not rows(books.hub, StationDay)


@pytest.mark.parametrize("day", ["zzz", "", "2999-01-01", "2018-09-01"])
def test_a_mark_is_of_these_days(day: str) -> None:
    books = stocked(3)
    accepted(forged(books, ONE, DayMarked(ONE, DayMark.COUNT_BEGUN, day, 1, ("operator",))))
    assert len(rows(books.hub, Dispute)) == 1


def test_the_oldest_day_a_station_may_close_is_believed_and_none_before_it() -> None:
    books = office()
    station = books.stations[ONE]
    later_ms = NOW + OLDEST_DAYS * DAY_MS
    too_late = ask(station, MarkDay(DayMark.COUNT_BEGUN, TODAY), OPERATOR, at_ms=later_ms + DAY_MS)
    assert refusal(too_late) is Refusal.BAD_VALUE
    cut = begun(books, TODAY, later_ms)
    accepted(closed(books, close(books, cut), at_ms=later_ms))
    exchange(books)
    assert not rows(books.hub, Dispute) and row(books.hub, StationDay, ONE, 1).day == TODAY


_RANGES = st.tuples(st.sampled_from([SERIES, "ZZ"]), st.integers(1, 12), st.integers(0, 4))


@given(st.lists(_RANGES, max_size=5), st.lists(_RANGES, max_size=5))
@settings(max_examples=40, deadline=None)
def test_whatever_ranges_a_close_names_the_hub_books_it_and_keeps_every_blank(
    missing: list[tuple[str, int, int]], extra: list[tuple[str, int, int]]
) -> None:
    """Also one that was absorbed before such closes were held against a station: the row is put as it was then."""
    books = office()
    exchange(books)
    event = told(
        missing=tuple((Pile.FINISHED, series, lo, lo + more) for series, lo, more in missing),
        extra=tuple((Pile.WASTE, CLASS, series, lo, lo + more) for series, lo, more in extra),
    )
    accepted(forged(books, ONE, event, pen=b""))
    if maybe_day(books):
        accepted(ask(books.hub, BookVariance(ONE, 1), HUB_KEY))
    check_books(books)


def maybe_day(books: Offices) -> bool:
    return any(one.number for one in rows(books.hub, StationDay))


@pytest.mark.rule(16)
def test_a_card_that_a_later_count_of_the_day_found_is_not_lost() -> None:
    books = office()
    not_found = (pile(Pile.UNPRINTED, 7), pile(Pile.FINISHED, 0, why="not found"), pile(Pile.WASTE, 1))
    accepted(closed(books, close(books, begun(books), *not_found)))
    accepted(ask(books.stations[ONE], MarkDay(DayMark.REOPENED, TODAY, "it lay under the tray"), *COUNTERS))
    accepted(closed(books, close(books, begun(books), minutes="BA-2")))
    first = booked(books)
    assert (first.lost, first.explained) == ((), ((Pile.FINISHED, SERIES, 1, 1),))
    assert booked(books, 2).lost == ()
    assert place_of(books.hub, 1) == (ONE, Bucket.GOOD_HELD) and not rows(books.hub, Revoked)


def test_a_card_that_no_count_of_the_day_found_is_lost_once() -> None:
    books = office()
    not_found = (pile(Pile.UNPRINTED, 7), pile(Pile.FINISHED, 0, why="not found"), pile(Pile.WASTE, 1))
    accepted(closed(books, close(books, begun(books), *not_found)))
    accepted(ask(books.stations[ONE], MarkDay(DayMark.REOPENED, TODAY, "ten wait"), *COUNTERS))
    accepted(closed(books, close(books, begun(books), *not_found, minutes="BA-2")))
    assert booked(books).lost == ((Pile.FINISHED, SERIES, 1, 1),)
    assert booked(books, 2).lost == () and place_of(books.hub, 1) == (ONE, Bucket.LOST_GOOD)


def test_a_close_left_to_people_moves_nothing_and_shows_all_it_names() -> None:
    books = office()
    not_found = (pile(Pile.UNPRINTED, 7), pile(Pile.FINISHED, 0, why="not found"), pile(Pile.WASTE, 1))
    accepted(closed(books, close(books, begun(books), *not_found)))
    exchange(books)
    accepted(ask(books.hub, BookVariance(ONE, 1, left_to_people=True), HUB_KEY))
    (event,) = log(books.hub, VarianceBooked)
    assert (event.lost, event.found, event.elsewhere) == ((), (), ((Pile.FINISHED, SERIES, 1, 1),))
    assert place_of(books.hub, 1) == (ONE, Bucket.GOOD_HELD)
    assert row(books.hub, StationDay, ONE, 0).booked == 1

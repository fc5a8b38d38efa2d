"""A station's day is counted blind, closed once, and what differs is booked where the pen is (rule 33)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.closing_day import CloseDay, MarkDay, StationPile, page_of
from ektp_core.flow.closing_day_booking import BookVariance
from ektp_core.flow.closing_day_events import BookClosed, DayMark, DayMarked, VarianceBooked
from ektp_core.flow.counting import SealedBox
from ektp_core.flow.events import Moved
from ektp_core.flow.pressing import StartCard
from ektp_core.flow.rows import Dispute, Revoked, StationDay
from ektp_core.flow.taking_back import TakeBack
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.local_calendar import DAY_MS
from ektp_core.vocabulary.state import LockState, Profile
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    UNKNOWN,
    authorised,
    card,
    entered,
    place_of,
    printed,
    state,
    stocked,
    supply,
)
from tests.core.flow.offices import (
    CLASS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    TWO,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    forged,
    log,
    refusal,
    row,
    rows,
    station_key,
)
from tests.core.flow.soundness import agree, check_books

pytestmark = pytest.mark.rule(33)

TODAY = "2018-11-19"
COUNTERS = (OPERATOR, VERIFIER_2)


def office() -> Offices:
    """Ten blanks; 1 printed good, 2 printed bad, 3 in doubt, 4 to 10 unprinted."""
    books = stocked(10)
    for number, ending in enumerate((None, BAD, UNKNOWN), 1):
        record = entered(books, number)
        printed(books, record, ending) if ending else printed(books, record)
    return books


def begun(books: Offices, day: str = TODAY, at_ms: int = NOW) -> int:
    """A count is under way; its cut."""
    station = books.stations[ONE]
    accepted(ask(station, MarkDay(DayMark.COUNT_BEGUN, day), OPERATOR, at_ms=at_ms))
    with station.read() as view:
        return page_of(view, ONE).cut_seq


def pile(kind: Pile, counted: int, *present: tuple[int, int], why: str = "", place: str = "") -> StationPile:
    """A pile as counted."""
    listed = tuple((SERIES, lo, hi) for lo, hi in present)
    where = place or ("safe" if kind is Pile.UNPRINTED else "")
    return StationPile(kind, "" if kind is Pile.OLD_CARDS else CLASS, counted, where, listed, why)


def true_piles() -> tuple[StationPile, ...]:
    return (pile(Pile.UNPRINTED, 7), pile(Pile.FINISHED, 1), pile(Pile.WASTE, 1), pile(Pile.OLD_CARDS, 4))


def close(books: Offices, cut: int, *piles: StationPile, minutes: str = "BA-1", day: str = TODAY) -> CloseDay:
    return CloseDay(day, cut, piles or true_piles(), (), minutes)


def closed(books: Offices, body: CloseDay, *keys: str, at_ms: int = NOW) -> Answer:
    return ask(books.stations[ONE], body, *(keys or COUNTERS), at_ms=at_ms)


def booked(books: Offices, number: int = 1) -> VarianceBooked:
    """Both sides know, and the hub books the close."""
    exchange(books)
    accepted(ask(books.hub, BookVariance(ONE, number), HUB_KEY))
    exchange(books)
    assert not rows(books.hub, Dispute) and agree(books, ONE)
    check_books(books)
    (found,) = [one for one in log(books.hub, VarianceBooked) if one.number == number]
    return found


@settings(max_examples=25)
@given(there=st.sets(st.integers(4, 10)), finished=st.booleans(), waste=st.booleans())
def test_whatever_is_not_there_is_lost_in_both_books_and_nothing_else_moves(
    there: set[int], finished: bool, waste: bool
) -> None:
    books = office()
    piles = (
        pile(Pile.UNPRINTED, len(there), *((one, one) for one in sorted(there)), why="counted twice"),
        pile(Pile.FINISHED, int(finished), why="counted twice"),
        pile(Pile.WASTE, int(waste), why="counted twice"),
    )
    accepted(closed(books, close(books, begun(books), *piles)))
    booked(books)
    lost = {Bucket.STOCK: Bucket.LOST, Bucket.GOOD_HELD: Bucket.LOST_GOOD, Bucket.WASTE_HELD: Bucket.LOST_WASTE}
    was = {1: Bucket.GOOD_HELD, 2: Bucket.WASTE_HELD, **dict.fromkeys(range(4, 11), Bucket.STOCK)}
    is_there = {1: finished, 2: waste, **{number: number in there for number in range(4, 11)}}
    for store in (books.hub, books.stations[ONE]):
        for number, place in was.items():
            assert place_of(store, number) == (ONE, place if is_there[number] else lost[place])
        assert place_of(store, 3) == (ONE, Bucket.SUSPECT)


def test_a_day_that_agrees_is_closed_and_moves_nothing() -> None:
    books = office()
    answer = accepted(closed(books, close(books, begun(books))))
    assert [type(event) for event in answer.events] == [BookClosed]
    told = row(books.stations[ONE], StationDay, ONE, 1)
    assert [(line[0], line[2], line[3]) for line in told.lines] == [
        (Pile.FINISHED, 1, 1), (Pile.UNPRINTED, 7, 7), (Pile.WASTE, 1, 1), (Pile.OLD_CARDS, 4, 0),
    ]  # fmt: skip
    assert (told.suspects, told.by) == (1, ("operator", "verifier-2"))
    assert booked(books).lost == ()
    assert row(books.hub, StationDay, ONE, 1).lines == told.lines


def test_safe_hopper_and_machine_are_one_pile_and_sealed_boxes_lie_in_it() -> None:
    books = office()
    piles = (
        pile(Pile.UNPRINTED, 2, place="hopper"), pile(Pile.UNPRINTED, 1, place="machine"), *true_piles()[1:],
    )  # fmt: skip
    body = CloseDay(TODAY, begun(books), piles, (SealedBox("SEAL-9", CLASS, 4),), "BA-1")
    accepted(closed(books, body))
    assert row(books.stations[ONE], StationDay, ONE, 1).places == ((CLASS, "hopper", 2), (CLASS, "machine", 1))


def test_a_count_that_differs_is_refused_by_the_names_of_the_piles_alone() -> None:
    books = office()
    cut = begun(books)
    answer = closed(books, close(books, cut, pile(Pile.UNPRINTED, 6, (4, 9)), *true_piles()[1:]))
    assert refusal(answer) is Refusal.COUNT_UNEXPLAINED
    assert facts(answer) == {"party": ONE, "pile": (f"unprinted, blanks of class {CLASS}",)}
    unnamed = closed(books, close(books, cut, pile(Pile.UNPRINTED, 6, why="seen by nobody"), *true_piles()[1:]))
    assert refusal(unnamed) is Refusal.SERIALS_NEEDED


def test_a_missing_blank_is_named_by_its_serial_and_lost_in_both_books() -> None:
    books = office()
    listed = pile(Pile.UNPRINTED, 6, (4, 7), (9, 10), why="one is not there")
    accepted(closed(books, close(books, begun(books), listed, *true_piles()[1:])))
    assert booked(books).lost == ()
    for store in (books.hub, books.stations[ONE]):
        assert place_of(store, 8) == (ONE, Bucket.LOST)
    assert row(books.hub, StationDay, ONE, 1).missing == ((Pile.UNPRINTED, SERIES, 8, 8),)


def test_where_no_serial_can_be_read_the_last_of_the_run_stands_for_the_missing_one() -> None:
    books = office()
    unread = StationPile(Pile.UNPRINTED, CLASS, 5, "safe", explanation="two short", unread=True)
    accepted(closed(books, close(books, begun(books), unread, *true_piles()[1:])))
    booked(books)
    assert [place_of(books.hub, number) for number in (8, 9, 10)] == [
        (ONE, Bucket.STOCK), (ONE, Bucket.LOST), (ONE, Bucket.LOST),
    ]  # fmt: skip
    assert row(books.hub, StationDay, ONE, 1).by_run == (CLASS,)


@pytest.mark.rule(16)
def test_a_missing_finished_card_is_the_hubs_to_book_and_its_person_is_reported() -> None:
    books = office()
    gone = pile(Pile.FINISHED, 0, why="not in the drawer")
    accepted(closed(books, close(books, begun(books), true_piles()[0], gone, *true_piles()[2:])))
    assert place_of(books.stations[ONE], 1) == (ONE, Bucket.GOOD_HELD)
    assert booked(books).lost == ((Pile.FINISHED, SERIES, 1, 1),)
    for store in (books.hub, books.stations[ONE]):
        assert place_of(store, 1) == (ONE, Bucket.LOST_GOOD)
        assert state(store, "52.03-000001") is LockState.MISPRINTED
        assert rows(store, Revoked)


def test_cards_the_hub_took_to_the_store_meanwhile_are_not_lost() -> None:
    books = office()
    accepted(ask(books.hub, TakeBack(ONE, "P-1", Condition.GOOD, ((SERIES, 1, 1),)), OPERATOR, VERIFIER_2))
    gone = pile(Pile.FINISHED, 0, why="taken to the store this noon, paper P-1")
    accepted(closed(books, close(books, begun(books), true_piles()[0], gone, *true_piles()[2:])))
    told = booked(books)
    assert (told.lost, told.explained) == ((), ((Pile.FINISHED, SERIES, 1, 1),))
    assert place_of(books.hub, 1) == (OFFICE, Bucket.GOOD_HELD)


@pytest.mark.rule(11)
def test_a_serial_nobody_knows_is_found_at_the_office_and_one_known_elsewhere_is_only_shown() -> None:
    books = office()
    waste = StationPile(Pile.WASTE, CLASS, 2, "", ((SERIES, 2, 2), ("X", 7, 7)), "one is of an old delivery")
    accepted(closed(books, close(books, begun(books), *true_piles()[:2], waste)))
    told = booked(books)
    assert (told.found, told.surplus) == (((Pile.WASTE, "X", 7, 7),), 0)
    assert place_of(books.hub, 7, "X") == (OFFICE, Bucket.FOUND_HELD)


def test_what_is_too_many_and_bears_no_serial_moves_nothing() -> None:
    books = office()
    many = pile(Pile.FINISHED, 3, why="two more than we thought")
    accepted(closed(books, close(books, begun(books), true_piles()[0], many, *true_piles()[2:])))
    told = booked(books)
    assert (told.surplus, told.lost, told.found) == (2, (), ())
    assert row(books.hub, StationDay, ONE, 1).surplus == 2


def test_no_card_is_begun_between_count_and_close_nor_on_a_closed_day() -> None:
    books = office()
    record = entered(books, 4)
    authorised(books, record)
    start = StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP)
    station, key = books.stations[ONE], station_key(ONE)
    cut = begun(books)
    during = ask(station, start, key)
    assert (refusal(during), facts(during)["why"]) == (Refusal.PRINTER_CLOSED, "the blanks are being counted")
    accepted(closed(books, close(books, cut)))
    after = ask(station, start, key)
    assert (refusal(after), facts(after)["why"]) == (Refusal.PRINTER_CLOSED, "the day is closed")
    exchange(books)
    assert refusal(ask(station, start, key, at_ms=NOW + DAY_MS)) is Refusal.LEASE_OVER


def test_a_count_that_is_given_up_lets_cards_begin_again() -> None:
    books = office()
    record = entered(books, 4)
    authorised(books, record)
    begun(books)
    accepted(ask(books.stations[ONE], MarkDay(DayMark.COUNT_GIVEN_UP, TODAY, "power cut"), OPERATOR))
    accepted(ask(books.stations[ONE], StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP), station_key(ONE)))
    exchange(books)
    assert agree(books, ONE) and not rows(books.hub, Dispute)


@pytest.mark.rule(38)
def test_a_closed_day_is_closed_once_unless_two_people_open_it_again() -> None:
    books = office()
    cut = begun(books)
    accepted(closed(books, close(books, cut)))
    station = books.stations[ONE]
    assert refusal(closed(books, close(books, cut, minutes="BA-2"))) is Refusal.ALREADY_KNOWN
    assert refusal(ask(station, MarkDay(DayMark.COUNT_BEGUN, TODAY), OPERATOR)) is Refusal.ALREADY_KNOWN
    assert refusal(ask(station, MarkDay(DayMark.COUNT_BEGUN, "2018-11-18"), OPERATOR)) is Refusal.BAD_VALUE
    reopen = MarkDay(DayMark.REOPENED, TODAY, "ten people still wait")
    assert refusal(ask(station, reopen, *COUNTERS, at_ms=NOW + DAY_MS)) is Refusal.BAD_VALUE
    assert refusal(ask(station, reopen, OPERATOR)) is Refusal.NEEDS_PEOPLE
    accepted(ask(station, reopen, *COUNTERS))
    accepted(closed(books, close(books, begun(books), minutes="BA-2")))
    days = [(one.number, one.day, one.minutes) for one in rows(station, StationDay, ONE) if one.number]
    assert days == [(1, TODAY, "BA-1"), (2, TODAY, "BA-2")]
    exchange(books)
    assert refusal(ask(books.hub, BookVariance(ONE, 2), HUB_KEY)) is Refusal.ALREADY_KNOWN
    booked(books, 1)
    booked(books, 2)


def test_the_next_day_is_counted_from_what_the_last_close_left() -> None:
    books = office()
    listed = pile(Pile.UNPRINTED, 6, (4, 7), (9, 10), why="one is not there")
    accepted(closed(books, close(books, begun(books), listed, *true_piles()[1:])))
    booked(books)
    later = NOW + DAY_MS
    cut = begun(books, "2018-11-20", later)
    body = close(books, cut, pile(Pile.UNPRINTED, 6), *true_piles()[1:], minutes="BA-2", day="2018-11-20")
    accepted(closed(books, body, at_ms=later))


@pytest.mark.parametrize(
    ("change", "keys", "expected"),
    [
        ({}, (OPERATOR,), Refusal.NEEDS_PEOPLE),
        ({}, (station_key(ONE),), Refusal.NOT_ALLOWED),
        ({"cut_seq": 1}, COUNTERS, Refusal.STALE_CUT),
        ({"minutes": ""}, COUNTERS, Refusal.BAD_VALUE),
        ({"minutes": "dispute"}, COUNTERS, Refusal.BAD_VALUE),
        ({"day": "2018-11-20"}, COUNTERS, Refusal.BAD_VALUE),
        ({"piles": (pile(Pile.FINISHED, 1, place="safe"),)}, COUNTERS, Refusal.BAD_VALUE),
        ({"piles": (pile(Pile.FINISHED, 1), pile(Pile.FINISHED, 1))}, COUNTERS, Refusal.ALREADY_KNOWN),
        ({"piles": (pile(Pile.FINISHED, -1),)}, COUNTERS, Refusal.BAD_VALUE),
    ],
)
def test_a_close_that_is_not_sound_is_refused(change: dict[str, object], keys: tuple[str, ...], expected: Refusal) -> None:
    books = office()
    fields = {"day": TODAY, "cut_seq": begun(books), "piles": true_piles(), "boxes": (), "minutes": "BA-1", **change}
    assert refusal(closed(books, CloseDay(**fields), *keys)) is expected  # type: ignore[arg-type]  # by hand


def test_a_day_cannot_be_closed_before_its_count_began() -> None:
    books = office()
    assert refusal(closed(books, close(books, 1))) is Refusal.BAD_VALUE
    assert refusal(ask(books.stations[ONE], MarkDay(DayMark.COUNT_GIVEN_UP, TODAY, "x"), OPERATOR)) is Refusal.BAD_VALUE
    assert refusal(ask(books.hub, BookVariance(ONE, 1), *PAIR)) is Refusal.NOT_ALLOWED
    assert refusal(ask(books.hub, BookVariance(ONE, 1), HUB_KEY)) is Refusal.ALREADY_KNOWN


@pytest.mark.parametrize(
    "event",
    [
        DayMarked(TWO, DayMark.COUNT_BEGUN, TODAY, 1, ("operator",)),
        DayMarked(ONE, DayMark.COUNT_BEGUN, TODAY, 1, ()),
        DayMarked(ONE, DayMark.REOPENED, TODAY, 1, ("operator",)),
        BookClosed(ONE, 1, TODAY, "BA-1", 1, (), (), (), (), (), 0, (), ("operator",)),
        BookClosed(TWO, 1, TODAY, "BA-1", 1, (), (), (), (), (), 0, (), ("operator", "verifier-2")),
        BookClosed(
            ONE, 1, TODAY, "BA-1", 1, (), (), ((Pile.FINISHED, SERIES, 5, 1),), (), (), 0, (),
            ("operator", "verifier-2"),
        ),
    ],
)  # fmt: skip
def test_a_stations_senseless_word_about_its_day_is_disputed(event: DayMarked | BookClosed) -> None:
    books = stocked(3)
    accepted(forged(books, ONE, event))
    assert len(rows(books.hub, Dispute)) == 1 and not rows(books.hub, StationDay)


def test_blanks_leave_a_stations_stock_for_the_lost_only_as_its_close_names_them() -> None:
    books = stocked(3)
    closed_by_two = BookClosed(
        ONE, 1, TODAY, "BA-1", 1, (), (), ((Pile.UNPRINTED, SERIES, 2, 2),), (), (), 0, (), ("operator", "verifier-2")
    )
    other = Moved(SERIES, 3, 3, ONE, Bucket.STOCK, ONE, Bucket.LOST, "BA-1")
    accepted(forged(books, ONE, closed_by_two, other))
    assert len(rows(books.hub, Dispute)) == 1 and place_of(books.hub, 3) == (ONE, Bucket.SUSPECT)


def test_a_card_that_comes_out_before_the_machines_stand_still_is_counted_where_it_lies() -> None:
    books = office()
    station, key = books.stations[ONE], station_key(ONE)
    record = entered(books, 4)
    authorised(books, record)
    asks = card(record, 1, GOOD)
    accepted(ask(station, asks[0], key))
    begun(books)
    for body in asks[1:-1]:
        accepted(ask(station, body, key))
    cut = station.position().seq
    accepted(ask(station, asks[-1], key))
    as_in_the_machine = (pile(Pile.UNPRINTED, 6), pile(Pile.UNPRINTED, 1, place="machine"), *true_piles()[1:])
    accepted(closed(books, close(books, cut, *as_in_the_machine)))
    assert booked(books).lost == ()


def test_a_blank_that_should_be_in_a_machine_and_is_not_belongs_to_its_card() -> None:
    books = office()
    record = entered(books, 4)
    authorised(books, record)
    accepted(ask(books.stations[ONE], card(record, 1, GOOD)[0], station_key(ONE)))
    listed = pile(Pile.UNPRINTED, 6, (5, 10), why="the machine is empty")
    answer = closed(books, close(books, begun(books), listed, *true_piles()[1:]))
    assert (refusal(answer), facts(answer)["serial"]) == (Refusal.HELD_BY_RECORD, f"{SERIES} 4")


@pytest.mark.rule(11)
def test_a_serial_that_the_hub_has_elsewhere_moves_nothing_and_is_shown() -> None:
    books = office()
    supply(books, 11, 12)
    waste = StationPile(Pile.WASTE, CLASS, 2, "", ((SERIES, 2, 2), (SERIES, 11, 11)), "one is strange")
    accepted(closed(books, close(books, begun(books), *true_piles()[:2], waste)))
    before = place_of(books.hub, 11)
    told = booked(books)
    assert (told.elsewhere, told.found, place_of(books.hub, 11)) == (((Pile.WASTE, SERIES, 11, 11),), (), before)
    assert row(books.hub, StationDay, ONE, 1).elsewhere == told.elsewhere


def test_a_station_enrolled_anew_begins_its_numbers_again_and_no_close_is_lost() -> None:
    books = stocked(3)
    by = ("operator", "verifier-2")
    for minutes in ("BA-1", "BA-2"):
        accepted(forged(books, ONE, BookClosed(ONE, 1, TODAY, minutes, 1, (), (), (), (), (), 0, (), by)))
    assert [(one.number, one.minutes) for one in rows(books.hub, StationDay, ONE)][1:] == [(1, "BA-1"), (2, "BA-2")]
    assert not rows(books.hub, Dispute)

"""The hub tells of cards in doubt that are old, and books what a station counted (rules 21, 33, 39)."""

import pytest

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.closing_day import CloseDay, MarkDay, StationPile, page_of
from ektp_core.flow.closing_day_booking import BookVariance
from ektp_core.flow.closing_day_events import DayMark, DayMarked
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Station, StationDay
from ektp_core.flow.suspect_evidence import SHIFT_MS
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.local_calendar import DAY_MS
from ektp_hub import doubts, reads
from ektp_hub.step import Alarm, HubState, NotPersisted, Persist, Persisted, Ticked, step
from tests.core.flow.office_cards import UNKNOWN, allot, entered, issue, place_of, printed, stocked, supply
from tests.core.flow.offices import (
    CLASS,
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    SERIES,
    TWO,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    forged,
    row,
)

ALARM = "a card is in doubt for longer than a shift"
TODAY = "2018-11-19"


def ticked(books: Offices, state: HubState, now_ms: int) -> tuple[HubState, list[Alarm], list[Persist]]:
    with books.hub.read() as view:
        state, effects = step(state, view, Ticked(), now_ms)
    alarms = [one for one in effects if isinstance(one, Alarm)]
    return state, alarms, [one for one in effects if isinstance(one, Persist)]


@pytest.fixture
def books() -> Offices:
    """Blank 1 is a finished card, 2 is in doubt, 3 to 5 are unprinted."""
    made = stocked(5)
    printed(made, entered(made, 1))
    printed(made, entered(made, 2), UNKNOWN)
    return made


def test_a_card_in_doubt_for_longer_than_a_shift_is_told_once(books: Offices) -> None:
    state, alarms, _ = ticked(books, HubState(HUB_KEY), NOW + SHIFT_MS)
    assert alarms == []
    state, alarms, _ = ticked(books, state, NOW + SHIFT_MS + doubts.EVERY_MS)
    assert [(one.what, one.facts["record"], one.facts["hours"]) for one in alarms] == [(ALARM, "52.03-000002", 8)]
    _, again, _ = ticked(books, state, NOW + 2 * SHIFT_MS)
    assert again == []


def test_a_suspect_is_shown_with_one_sentence_of_what_is_known_and_one_of_what_to_do(books: Offices) -> None:
    with books.hub.read() as view:
        (one,) = reads.suspects(view)["suspects"]
    assert (one["record"], one["known"], one["todo"], one["evidence"]) == ("52.03-000002", "INKED", "SEARCH", [])
    assert one["since_ms"] == NOW and one["sentence"].startswith("Printing was begun")


def closed(books: Offices) -> None:
    """The finished card is not there."""
    station = books.stations[ONE]
    accepted(ask(station, MarkDay(DayMark.COUNT_BEGUN, TODAY), OPERATOR))
    with station.read() as view:
        cut = page_of(view, ONE).cut_seq
    piles = (
        StationPile(Pile.UNPRINTED, CLASS, 3, "safe"),
        StationPile(Pile.FINISHED, CLASS, 0, explanation="not in the drawer"),
    )
    accepted(ask(station, CloseDay(TODAY, cut, piles, (), "BA-1"), OPERATOR, VERIFIER_2))
    exchange(books)


@pytest.mark.rule(33)
def test_the_hub_books_a_stations_close_by_itself_and_once(books: Offices) -> None:
    _, _, nothing = ticked(books, HubState(HUB_KEY), NOW)
    assert nothing == []
    closed(books)
    state, _, (persist,) = ticked(books, HubState(HUB_KEY), NOW)
    assert [one.ask.body for one in persist.works] == [BookVariance(ONE, 1)]
    answers = books.hub.commit(persist.works, NOW)
    accepted(answers[0])
    with books.hub.read() as view:
        state, _ = step(state, view, Persisted(persist.token, answers), NOW)
    assert place_of(books.hub, 1) == (ONE, Bucket.LOST_GOOD)
    assert ticked(books, state, NOW)[2] == []
    assert row(books.hub, StationDay, ONE, 0).booked == 1
    again = books.hub.commit([Work(persist.works[0].ask)], NOW)[0]
    assert not accepted(again).is_first


@pytest.mark.rule(33)
def test_the_closed_days_of_a_station_are_shown_with_what_is_left_to_look_into(books: Offices) -> None:
    with books.hub.read() as view:
        assert doubts.closes(view, ONE) == {"station": ONE, "booked": 0, "closes": []}
    closed(books)
    with books.hub.read() as view:
        (one,) = doubts.closes(view, ONE)["closes"]
    assert (one["day"], one["minutes"], one["missing"], one["suspects"]) == (TODAY, "BA-1", [f"{SERIES}:1-1"], 1)
    assert one["by"] == ["operator", "verifier-2"]


LEFT = "a close cannot be booked and is left to people"


def bookings(persists: list[Persist]) -> list[Persist]:
    return [one for one in persists if isinstance(one.works[0].ask.body, BookVariance)]


@pytest.mark.rule(33)
def test_a_close_is_booked_in_a_commit_of_its_own_and_holds_up_no_authorisation(books: Offices) -> None:
    closed(books)
    supply(books, 101, 101)
    allot(books, "A-2", 1)
    issue(books, "I-2", 1, TWO)
    entered(books, 4)
    state, _, persists = ticked(books, HubState(HUB_KEY), NOW)
    (booking,) = bookings(persists)
    assert len(booking.works) == 1 and len(persists) == 2
    with books.hub.read() as view:
        state, _ = step(state, view, NotPersisted(booking.token), NOW)
    _, _, again = ticked(books, state, NOW)
    assert len(bookings(again)) == 1  # the authorisations are still under way, and the close is tried once more


@pytest.mark.rule(33)
@pytest.mark.parametrize("answer", [None, Refused(Refusal.BAD_VALUE, {}), Refused(Refusal.BOOK_FULL, {})])
def test_a_close_that_cannot_be_booked_is_left_to_people_with_one_alarm(books: Offices, answer: Refused | None) -> None:
    closed(books)
    state, alarms = HubState(HUB_KEY), []
    for _ in range(doubts.MOST_TRIES):
        state, _, (persist,) = ticked(books, state, NOW)
        what = Persisted(persist.token, (answer,)) if answer else NotPersisted(persist.token)
        with books.hub.read() as view:
            state, effects = step(state, view, what, NOW)
        alarms += [one for one in effects if isinstance(one, Alarm)]
    state, _, (persist,) = ticked(books, state, NOW)
    if answer and answer.refusal is Refusal.BOOK_FULL:  # that is not the close's fault
        assert not alarms and persist.works[0].ask.body == BookVariance(ONE, 1)
        return
    assert [(one.what, one.facts["station"], one.facts["number"]) for one in alarms] == [(LEFT, ONE, 1)]
    assert persist.works[0].ask.body == BookVariance(ONE, 1, left_to_people=True)
    accepted(books.hub.commit(persist.works, NOW)[0])
    assert place_of(books.hub, 1) == (ONE, Bucket.GOOD_HELD) and row(books.hub, StationDay, ONE, 0).booked == 1


@pytest.mark.rule(33)
def test_no_close_of_a_stopped_station_is_booked(books: Offices) -> None:
    closed(books)
    accepted(forged(books, ONE, DayMarked(ONE, DayMark.COUNT_BEGUN, TODAY, 1, ("operator",)), pen=b"x" * 32))
    assert row(books.hub, Station, ONE).frozen_why
    assert bookings(ticked(books, HubState(HUB_KEY), NOW)[2]) == []


@pytest.mark.rule(33)
def test_a_station_that_is_counted_or_closed_for_the_day_gets_no_permission_until_the_next_day(books: Offices) -> None:
    closed(books)
    accepted(books.hub.commit(ticked(books, HubState(HUB_KEY), NOW)[2][0].works, NOW)[0])
    record = entered(books, 4)
    assert ticked(books, HubState(HUB_KEY), NOW)[2] == []
    (persist,) = ticked(books, HubState(HUB_KEY), NOW + DAY_MS)[2]
    assert [one.ask.body for one in persist.works] == [Authorise(record, ONE)]

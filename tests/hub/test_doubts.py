"""The hub tells of cards in doubt that are old, and books what a station counted (rules 21, 33, 39)."""

import pytest

from ektp_core.boundary.store import Work
from ektp_core.flow.closing_day import CloseDay, MarkDay, StationPile, page_of
from ektp_core.flow.closing_day_booking import BookVariance
from ektp_core.flow.closing_day_events import DayMark
from ektp_core.flow.rows import StationDay
from ektp_core.flow.suspect_evidence import SHIFT_MS
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket
from ektp_hub import doubts, reads
from ektp_hub.step import Alarm, HubState, Persist, Persisted, Ticked, step
from tests.core.flow.offices import (
    CLASS,
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    SERIES,
    UNKNOWN,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    entered,
    exchange,
    place_of,
    printed,
    row,
    stocked,
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

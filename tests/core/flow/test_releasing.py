"""Giving an authorisation back by telephone (rule 19)."""

from typing import Any

import pytest

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.locks import lock_of
from ektp_core.flow.pressing import StartCard
from ektp_core.flow.releasing import LIED, MOST_WRONG, AcceptRelease, BurnForCode, NoteWrongCode, may_be_read_out
from ektp_core.flow.rows import Dispute, ReleasedByCode, Revoked, Station, WrongCodes
from ektp_core.flow.station_loss_events import ReleaseSeen
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from tests.core.flow.office_cards import (
    GOOD,
    allot,
    authorised,
    card,
    conclusion,
    entered,
    issue,
    load,
    place_of,
    printed,
    state,
    stocked,
    supply,
)
from tests.core.flow.offices import (
    HOUR_MS,
    NOW,
    ONE,
    OPERATOR,
    PRINTER,
    SERIES,
    TWO,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    ask_all,
    exchange,
    founded,
    maybe,
    refusal,
    row,
    rows,
    ship,
    station_key,
)
from tests.core.flow.soundness import check_books

pytestmark = pytest.mark.rule(19)
CODE = (VERIFIER_1, station_key(ONE))
NOT_FED = (Outcome.NOT_STARTED, BlankPlace.NONE, Certainty.COUNTER_POSITION, Cause.NONE)


def burnt() -> tuple[Offices, str]:
    """The line is dead; the station has burnt the authorisation of a person who stands at another counter."""
    books = founded()
    supply(books, 1, 10)
    allot(books, "A-1", 10)
    load(books, issue(books, "I-1", 5))
    record = entered(books, 1)
    authorised(books, record)
    exchange(books)
    accepted(ask(books.stations[ONE], BurnForCode(record, 1), station_key(ONE)))
    return books, record


def test_the_code_makes_the_record_ready_before_the_line_is_back() -> None:
    books, record = burnt()
    accepted(ask(books.hub, AcceptRelease(record, 1), *CODE))
    assert state(books.hub, record) is LockState.READY
    assert maybe(books.hub, ReleasedByCode, ONE, record, 1) is not None


def test_the_stations_own_word_comes_later_and_is_no_second_fact() -> None:
    books, record = burnt()
    accepted(ask(books.hub, AcceptRelease(record, 1), *CODE))
    answers = [accepted(answer) for answer in ship(books)]
    assert any(isinstance(event, ReleaseSeen) for answer in answers for event in answer.events)
    assert rows(books.hub, Dispute) == []
    assert rows(books.hub, ReleasedByCode) == []
    assert row(books.hub, Station, ONE).frozen_why == ""
    exchange(books)
    check_books(books)


def test_another_station_prints_the_card_while_the_first_is_still_cut_off() -> None:
    books, record = burnt()
    accepted(ask(books.hub, AcceptRelease(record, 1), *CODE))
    load(books, issue(books, "I-2", 3, TWO), TWO)
    exchange(books, TWO)
    assert printed(books, record, GOOD, TWO) == 2
    for answer in ship(books):
        accepted(answer)
    assert state(books.hub, record) is LockState.PRINTED
    assert rows(books.hub, Dispute) == []
    check_books(books)


@pytest.mark.rule(22)
def test_a_station_that_printed_all_the_same_is_stopped_and_its_card_never_used() -> None:
    """The code was a lie: the facts are kept as disputed, the card is on the stop list, the station examined."""
    books = stocked(5)
    record = entered(books, 1)
    authorised(books, record)
    exchange(books)
    accepted(ask(books.hub, AcceptRelease(record, 1), *CODE))
    ask_all(books.stations[ONE], card(record, 1, GOOD), station_key(ONE))
    for answer in ship(books):
        accepted(answer)
    assert {one.record for one in rows(books.hub, Dispute)} == {record}
    assert row(books.hub, Station, ONE).frozen_why == LIED
    assert row(books.hub, Revoked, f"{SERIES} 1").why
    assert place_of(books.hub, 1) == (ONE, Bucket.SUSPECT)


def test_what_was_begun_once_is_not_given_back_by_code() -> None:
    books = stocked()
    record = entered(books, 1)
    authorised(books, record)
    exchange(books)
    key = station_key(ONE)
    accepted(ask(books.stations[ONE], StartCard(record, 1, PRINTER, -1, Profile.ENCODE_FIRST), key))
    accepted(ask(books.stations[ONE], conclusion(record, 1, NOT_FED), key))
    assert state(books.stations[ONE], record) is LockState.AUTHORISED
    assert refusal(ask(books.stations[ONE], BurnForCode(record, 1), key)) is Refusal.BEGUN_ONCE


def test_after_days_without_a_line_an_honest_release_stops_nobody() -> None:
    """The commits before the burning one arrive late and still know the lock; they were sealed in time."""
    books = stocked()
    first, second = entered(books, 1), entered(books, 2)
    for record in (first, second):
        authorised(books, record)
    exchange(books)
    ask_all(books.stations[ONE], card(first, 1, GOOD), station_key(ONE))
    accepted(ask(books.stations[ONE], BurnForCode(second, 1), station_key(ONE)))
    accepted(ask(books.hub, AcceptRelease(second, 1), *CODE))
    for answer in ship(books, at_ms=NOW + 80 * HOUR_MS):
        accepted(answer)
    assert row(books.hub, Station, ONE).frozen_why == ""
    assert rows(books.hub, Dispute) == []


def test_without_the_stations_code_nobody_gives_it_back() -> None:
    books, record = burnt()
    for keys in ((VERIFIER_1,), (VERIFIER_1, station_key(TWO))):
        assert refusal(ask(books.hub, AcceptRelease(record, 1), *keys)) is Refusal.NOT_ALLOWED
    assert refusal(ask(books.hub, AcceptRelease(record, 1), OPERATOR, station_key(ONE))) is Refusal.NOT_ALLOWED


def test_only_the_current_unstarted_attempt_can_be_given_back() -> None:
    books, record = burnt()
    assert refusal(ask(books.hub, AcceptRelease(record, 2), *CODE)) is Refusal.STALE_ATTEMPT
    assert refusal(ask(books.hub, AcceptRelease("52.03-000009", 1), *CODE)) is Refusal.UNKNOWN_RECORD
    accepted(ask(books.hub, AcceptRelease(record, 1), *CODE))
    assert refusal(ask(books.hub, AcceptRelease(record, 1), *CODE)) is Refusal.NO_SUCH_STEP


def wrong(books: Offices, record: str, at_ms: int = NOW, key: str = VERIFIER_1) -> Answer:
    """One wrong code more, as the edge notes it."""
    return ask(books.hub, NoteWrongCode(ONE, record, 1), key, at_ms=at_ms)


def test_after_a_few_wrong_codes_none_is_taken_for_an_hour() -> None:
    books, record = burnt()
    for number in range(MOST_WRONG):
        accepted(wrong(books, record, NOW + number))
    assert refusal(wrong(books, record, NOW + 10)) is Refusal.CODES_SPENT
    late = NOW + HOUR_MS
    assert refusal(ask(books.hub, AcceptRelease(record, 1), *CODE, at_ms=late - 1)) is Refusal.CODES_SPENT
    accepted(ask(books.hub, AcceptRelease(record, 1), *CODE, at_ms=late))
    assert state(books.hub, record) is LockState.READY


def test_wrong_codes_of_another_hour_and_of_another_station_are_not_counted_together() -> None:
    books, record = burnt()
    for hour in range(MOST_WRONG + 2):
        accepted(wrong(books, record, NOW + hour * HOUR_MS))
    assert row(books.hub, WrongCodes, ONE).count == 1
    assert maybe(books.hub, WrongCodes, TWO) is None


def test_only_the_centre_notes_a_wrong_code_and_only_of_a_station() -> None:
    books, record = burnt()
    assert refusal(wrong(books, record, key=OPERATOR)) is Refusal.NOT_ALLOWED
    assert refusal(ask(books.hub, NoteWrongCode("station/52.03/9", record, 1), VERIFIER_1)) is Refusal.UNKNOWN_STATION


@pytest.mark.parametrize("ending", [GOOD, NOT_FED])
def test_a_code_is_read_out_only_of_what_was_returned_unbegun(ending: Any) -> None:
    books, record = burnt()
    other = entered(books, 2)
    authorised(books, other)
    station = books.stations[ONE]
    with station.read() as view:
        assert may_be_read_out(view, lock_of(view, record))
        assert not may_be_read_out(view, lock_of(view, other))
    for body in card(other, 1, ending, () if ending == NOT_FED else None):
        accepted(ask(station, body, station_key(ONE)))
    with station.read() as view:
        assert not may_be_read_out(view, lock_of(view, other))

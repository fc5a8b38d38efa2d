"""One card at the station: each step durable before the act."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.pressing import NoteStep, ReturnCard, StartCard
from ektp_core.flow.rows import Desk, Dispute, Printer, Station
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.vocabulary.state import LockState, PressStep, Profile
from tests.core.flow.office_cards import attempt, authorised, entered, load, place_of, printed, state, stocked
from tests.core.flow.offices import (
    HOUR_MS,
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    accepted,
    ask,
    exchange,
    facts,
    feed_ask,
    forged,
    refusal,
    row,
    rows,
    station_key,
)
from tests.core.flow.pressing_cards import MACHINE, begun, noted, started
from tests.core.flow.soundness import check_books

# -- start --------------------------------------------------------------------------------


def test_lock_and_blank_move_together_before_the_feed() -> None:
    books, record = begun()
    station = books.stations[ONE]
    assert state(station, record) is LockState.IN_PRESS
    assert place_of(station, 1) == MACHINE
    assert (attempt(station, record).number, attempt(station, record).started_ms) == (1, NOW)
    exchange(books)
    assert place_of(books.hub, 1) == MACHINE and state(books.hub, record) is LockState.IN_PRESS
    check_books(books)


def test_the_lowest_blank_of_the_loaded_range_is_taken() -> None:
    books = stocked(10)
    load(books, ((SERIES, 4, 6),))
    for number, expected in ((1, 4), (2, 5), (3, 6)):
        record = entered(books, number)
        printed(books, record)
        assert attempt(books.hub, record).number == expected
    record = entered(books, 4)
    authorised(books, record)
    assert refusal(started(books, record)) is Refusal.NO_BLANK


def test_a_lease_ends_at_its_last_millisecond() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    assert refusal(started(books, record, at_ms=NOW + 8 * HOUR_MS + 1)) is Refusal.LEASE_OVER
    accepted(started(books, record, at_ms=NOW + 8 * HOUR_MS))


def test_an_attempt_is_started_once_and_by_its_number() -> None:
    books, record = begun()
    assert refusal(started(books, record)) is Refusal.NO_SUCH_STEP
    assert refusal(started(books, record, n=2)) is Refusal.STALE_ATTEMPT
    assert refusal(started(books, "52.03-000077")) is Refusal.UNKNOWN_RECORD


def test_a_printer_must_be_loaded_open_and_its_count_explained() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    station, key = books.stations[ONE], station_key(ONE)
    unknown = StartCard(record, 1, "VP-9", 0, Profile.NO_CHIP)
    assert refusal(ask(station, unknown, key)) is Refusal.PRINTER_CLOSED
    answer = started(books, record, counter=1)
    assert refusal(answer) is Refusal.COUNTER_UNEXPLAINED
    assert facts(answer) == {"printer": PRINTER, "found": 1, "explained": 0}
    accepted(ask(station, ClosePrinter(PRINTER, "one card too many"), key))
    assert facts(started(books, record)) == {"printer": PRINTER, "why": "one card too many"}
    accepted(ask(station, ClosePrinter(PRINTER, "", 0), *PAIR))
    accepted(started(books, record, counter=0))


def test_the_count_of_fed_cards_is_explained_by_the_steps() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    accepted(started(books, record, counter=0))
    accepted(ask(books.stations[ONE], NoteStep(record, 1, PressStep.FED, 1), station_key(ONE)))
    assert row(books.stations[ONE], Printer, ONE, PRINTER).explained == 1
    exchange(books)
    assert row(books.hub, Printer, ONE, PRINTER).explained == 1


def test_only_the_stations_key_starts_a_card() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    body = StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP)
    assert refusal(ask(books.stations[ONE], body, OPERATOR)) is Refusal.NOT_ALLOWED


def test_a_stopped_station_starts_nothing() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    accepted(forged(books, ONE, pen=b"\x01" * 32))
    assert "differs" in row(books.hub, Station, ONE).frozen_why
    accepted(ask(books.stations[ONE], feed_ask(books, ONE, row(books.hub, Desk, ONE).queued_m), HUB_KEY))
    assert refusal(started(books, record)) is Refusal.STATION_FROZEN
    # Nor does it say that nothing was begun: its book may not be the newest.
    answer = ask(books.stations[ONE], ReturnCard(record, 1, "stopped"), station_key(ONE))
    assert refusal(answer) is Refusal.STATION_FROZEN


# -- steps --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "order"),
    [
        (Profile.ENCODE_FIRST, ("FED", "INTENT_ENCODE", "INTENT_MARK", "EJECTED")),
        (Profile.PRINT_FIRST, ("FED", "INTENT_MARK", "INTENT_ENCODE", "EJECTED")),
        (Profile.NO_CHIP, ("FED", "INTENT_MARK", "EJECTED")),
    ],
)
def test_steps_follow_each_other_as_the_profile_has_them(profile: Profile, order: tuple[str, ...]) -> None:
    books, record = begun(profile=profile)
    follow = [PressStep[name] for name in order]
    for index, step in enumerate(follow):
        for other in PressStep:
            if other not in (step, PressStep.UID_BOUND):
                assert refusal(noted(books, record, other)) is Refusal.BAD_VALUE, (index, other)
        accepted(noted(books, record, step))
    exchange(books)
    assert attempt(books.hub, record).step is follow[-1]
    assert not rows(books.hub, Dispute)


def test_no_step_is_noted_of_a_card_that_is_not_in_the_machine() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    answer = noted(books, record, PressStep.FED)
    assert refusal(answer) is Refusal.NO_SUCH_STEP
    assert facts(answer)["allowed"] == "RETURN, START, DISPUTE"

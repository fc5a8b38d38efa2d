"""One card at the station: each step durable before the act, the blank settled when its chip is read."""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.events import CardMade, ChipRead, Moved, Pressed, Stepped
from ektp_core.flow.founding import Register
from ektp_core.flow.pressing import Conclude, NoteStep, ReturnCard, StartCard, lock_event
from ektp_core.flow.rows import Attempt, Chip, ChipOf, Desk, Dispute, Policy, Printer, Spoil, Station
from ektp_core.flow.settling import FailCard
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from tests.core.flow.offices import (
    BAD,
    GOOD,
    HOUR_MS,
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    TWO,
    UNFED,
    UNKNOWN,
    VERIFIER_2,
    Ending,
    Offices,
    accepted,
    allot,
    ask,
    attempt,
    authorised,
    conclusion,
    entered,
    exchange,
    facts,
    feed_ask,
    forged,
    founded,
    issue,
    load,
    lock,
    place_of,
    printed,
    refusal,
    row,
    rows,
    state,
    station_key,
    stocked,
    supply,
)
from tests.core.flow.soundness import agree, check_books

UIDS = tuple(f"04{number:012X}" for number in range(1, 21))
STOCK, MACHINE, SUSPECT = (ONE, Bucket.STOCK), (ONE, Bucket.IN_MACHINE), (ONE, Bucket.SUSPECT)


def started(
    books: Offices, record: str, n: int = 1, *, profile: Profile = Profile.NO_CHIP, counter: int = -1, at_ms: int = NOW
) -> Answer:
    return ask(books.stations[ONE], StartCard(record, n, PRINTER, counter, profile), station_key(ONE), at_ms=at_ms)


def noted(books: Offices, record: str, *steps: PressStep, uid: str = "") -> Answer:
    answers = [
        ask(books.stations[ONE], NoteStep(record, 1, s, uid=uid if s is PressStep.UID_BOUND else ""), station_key(ONE))
        for s in steps
    ]
    return answers[-1]


def concluded(books: Offices, record: str, ending: Ending, *keys: str) -> Answer:
    return ask(books.stations[ONE], conclusion(record, 1, ending), *(keys or (station_key(ONE),)))


def begun(chips: tuple[str, ...] = (), count: int = 10, profile: Profile = Profile.NO_CHIP) -> tuple[Offices, str]:
    """A card of one record in the machine."""
    books = stocked(count, chips)
    record = entered(books, 1)
    authorised(books, record)
    accepted(started(books, record, profile=profile))
    return books, record


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


@pytest.mark.rule(6)
@pytest.mark.parametrize("step", [PressStep.FED, PressStep.INTENT_MARK])
def test_a_chip_is_named_where_it_is_read_and_nowhere_else(step: PressStep) -> None:
    books, record = begun()
    if step is not PressStep.FED:
        accepted(noted(books, record, PressStep.FED))
    answer = ask(books.stations[ONE], NoteStep(record, 1, step, uid=UIDS[0]), station_key(ONE))
    assert refusal(answer) is Refusal.BAD_VALUE
    assert refusal(noted(books, record, PressStep.UID_BOUND)) is Refusal.BAD_VALUE


# -- the chip: rules 6, 7, 15 -------------------------------------------------------------

READ = (PressStep.FED, PressStep.UID_BOUND)


@pytest.mark.rule(6)
def test_the_first_reading_binds_a_chip_to_the_blank_of_its_box_for_ever() -> None:
    books, record = begun()
    accepted(noted(books, record, *READ, uid=UIDS[0]))
    accepted(noted(books, record, PressStep.INTENT_MARK))
    accepted(concluded(books, record, GOOD))
    exchange(books)
    for store in (books.hub, books.stations[ONE]):
        assert row(store, ChipOf, SERIES, 1).uid == UIDS[0]
        assert row(store, Chip, UIDS[0]).record == record
    second = entered(books, 2)
    authorised(books, second)
    accepted(started(books, second))
    answer = noted(books, second, *READ, uid=UIDS[0])
    assert refusal(answer) is Refusal.UID_KNOWN


@pytest.mark.rule(6)
def test_a_chip_of_the_suppliers_list_is_where_the_list_says() -> None:
    books, record = begun(UIDS[:10])
    accepted(noted(books, record, *READ, uid=UIDS[0]))
    assert place_of(books.stations[ONE], 1) == MACHINE


@pytest.mark.rule(7)
def test_another_blank_of_this_station_takes_the_place_of_the_reserved_one() -> None:
    books, record = begun(UIDS[:10])
    answer = accepted(noted(books, record, *READ, uid=UIDS[6]))
    assert [type(event) for event in answer.events] == [Moved, Moved, Pressed]
    station = books.stations[ONE]
    assert (place_of(station, 1), place_of(station, 7)) == (STOCK, MACHINE)
    accepted(noted(books, record, PressStep.INTENT_MARK))
    accepted(concluded(books, record, GOOD))
    exchange(books)
    for store in (books.hub, station):
        assert (place_of(store, 1), place_of(store, 7)) == (STOCK, (ONE, Bucket.GOOD_HELD))
        assert attempt(store, record).number == 7
        assert row(store, Chip, UIDS[6]).record == record
    assert not rows(books.hub, Dispute)
    assert agree(books, ONE)
    check_books(books)


@pytest.mark.rule(7)
def test_after_an_exchange_the_next_card_takes_the_blank_that_came_back() -> None:
    books, record = begun(UIDS[:10])
    accepted(noted(books, record, *READ, uid=UIDS[6]))
    accepted(noted(books, record, PressStep.INTENT_MARK))
    accepted(concluded(books, record, GOOD))
    second = entered(books, 2)
    authorised(books, second)
    accepted(started(books, second))
    assert attempt(books.stations[ONE], second).number == 1


def foreign_chips() -> list[tuple[str, str]]:
    return [
        ("never heard of, where every blank's chip is listed", "04FFFFFFFFFFFF"),
        ("of the other station", UIDS[14]),
    ]


@pytest.mark.rule(7)
@pytest.mark.parametrize("uid", [uid for _, uid in foreign_chips()], ids=[name for name, _ in foreign_chips()])
def test_any_other_chip_stops_the_card_as_a_foreign_one(uid: str) -> None:
    books = founded()
    supply(books, 1, 20, UIDS)
    allot(books, "A-1", 20)
    load(books, issue(books, "I-1", 10))
    issue(books, "I-2", 10, TWO)
    exchange(books)
    record = entered(books, 1)
    authorised(books, record)
    accepted(started(books, record))
    answer = noted(books, record, *READ, uid=uid)
    assert refusal(answer) is Refusal.FOREIGN_BLANK and facts(answer) == {"uid": uid}
    foreign = (Outcome.UNKNOWN, BlankPlace.IN_PRINTER, Certainty.STATUS_IDLE, Cause.FOREIGN_BLANK)
    accepted(concluded(books, record, foreign))
    exchange(books)
    assert (state(books.hub, record), place_of(books.hub, 1)) == (LockState.SUSPECT, SUSPECT)
    assert attempt(books.hub, record).cause is Cause.FOREIGN_BLANK


@pytest.mark.rule(7)
def test_a_chip_of_a_blank_that_left_the_stock_is_foreign() -> None:
    books, record = begun(UIDS[:10])
    accepted(concluded(books, record, BAD))
    second = entered(books, 2)
    authorised(books, second)
    accepted(started(books, second))
    assert refusal(noted(books, second, *READ, uid=UIDS[0])) is Refusal.FOREIGN_BLANK


@pytest.mark.rule(15)
def test_a_chip_on_the_stop_list_is_never_accepted() -> None:
    books = stocked(10, UIDS[:10])
    first = entered(books, 1)
    printed(books, first, uid=UIDS[0])
    accepted(ask(books.hub, FailCard(first, 1, Cause.ACTIVATION_FAILED), OPERATOR))
    exchange(books)
    second = entered(books, 2)
    authorised(books, second)
    accepted(started(books, second))
    assert refusal(noted(books, second, *READ, uid=UIDS[0])) is Refusal.UID_KNOWN


@pytest.mark.parametrize("uid", ["", "04", "04zz0000000001", "3201054408990001"])
def test_a_reading_that_is_no_uid_is_refused(uid: str) -> None:
    books, record = begun()
    accepted(noted(books, record, PressStep.FED))
    answer = noted(books, record, PressStep.UID_BOUND, uid=uid)
    assert (refusal(answer) is Refusal.BAD_VALUE and uid not in str(facts(answer).values())) or not uid


# -- the outcome --------------------------------------------------------------------------

SPOILED = Outcome.SPOILED, BlankPlace.REJECT, Certainty.COUNTER_POSITION, Cause.JAM
MARKED = (PressStep.FED, PressStep.INTENT_MARK)


@pytest.mark.parametrize(
    ("steps", "ending", "event", "lock_state", "bucket"),
    [
        (MARKED, GOOD, LockEvent.VERDICT_GOOD, LockState.PRINTED, Bucket.GOOD_HELD),
        (MARKED, BAD, LockEvent.VERDICT_BAD, LockState.MISPRINTED, Bucket.WASTE_HELD),
        (MARKED, SPOILED, LockEvent.VERDICT_BAD, LockState.MISPRINTED, Bucket.WASTE_HELD),
        (MARKED, UNKNOWN, LockEvent.DOUBT, LockState.SUSPECT, Bucket.SUSPECT),
        (MARKED, UNFED, LockEvent.DOUBT, LockState.SUSPECT, Bucket.SUSPECT),
        ((PressStep.FED,), UNFED, LockEvent.DOUBT, LockState.SUSPECT, Bucket.SUSPECT),
        ((), UNFED, LockEvent.PROVE_NOT_FED, LockState.AUTHORISED, Bucket.STOCK),
        ((), SPOILED, LockEvent.BLANK_FAILED, LockState.AUTHORISED, Bucket.WASTE_HELD),
        ((PressStep.FED,), SPOILED, LockEvent.BLANK_FAILED, LockState.AUTHORISED, Bucket.WASTE_HELD),
    ],
)
def test_a_verdict_is_one_step_of_the_lock_and_one_place_of_the_blank(
    steps: tuple[PressStep, ...], ending: Ending, event: LockEvent, lock_state: LockState, bucket: Bucket
) -> None:
    books, record = begun()
    if steps:
        accepted(noted(books, record, *steps))
    answer = accepted(concluded(books, record, ending))
    assert next(one.event for one in answer.events if isinstance(one, Stepped)) is event
    exchange(books)
    for store in (books.hub, books.stations[ONE]):
        assert (state(store, record), place_of(store, 1)) == (lock_state, (ONE, bucket))
    assert not rows(books.hub, Dispute) and agree(books, ONE)
    check_books(books)


@pytest.mark.rule(15)
@pytest.mark.parametrize("certainty", [one for one in Certainty if one < Certainty.COUNTER_POSITION])
def test_not_fed_is_proved_by_position_and_counter_or_not_at_all(certainty: Certainty) -> None:
    books, record = begun()
    accepted(concluded(books, record, (Outcome.NOT_STARTED, BlankPlace.NONE, certainty, Cause.NONE)))
    assert state(books.stations[ONE], record) is LockState.SUSPECT


@pytest.mark.rule(22)
@pytest.mark.parametrize("certainty", [one for one in Certainty if one < Certainty.COUNTER_POSITION])
def test_accepted_bytes_are_no_good_card(certainty: Certainty) -> None:
    books, record = begun()
    answer = concluded(books, record, (Outcome.GOOD, BlankPlace.OUTPUT, certainty, Cause.NONE))
    assert refusal(answer) is Refusal.CERTAINTY_TOO_LOW
    assert state(books.stations[ONE], record) is LockState.IN_PRESS


def test_an_operators_look_is_an_officers_word_and_names_the_officer() -> None:
    books, record = begun()
    accepted(noted(books, record, *MARKED, PressStep.EJECTED))
    look = (Outcome.GOOD, BlankPlace.OUTPUT, Certainty.OPERATOR, Cause.NONE)
    assert refusal(concluded(books, record, look)) is Refusal.NOT_ALLOWED
    assert refusal(concluded(books, record, look, VERIFIER_2)) is Refusal.NOT_ALLOWED
    accepted(concluded(books, record, look, OPERATOR))
    exchange(books)
    assert attempt(books.hub, record).operator == ("operator",)


def test_a_card_is_concluded_once() -> None:
    books, record = begun()
    accepted(concluded(books, record, BAD))
    accepted(started(books, record))
    accepted(noted(books, record, *MARKED))
    accepted(concluded(books, record, BAD))
    answer = concluded(books, record, GOOD)
    assert refusal(answer) is Refusal.NO_SUCH_STEP and facts(answer)["state"] == "MISPRINTED"


def test_a_blank_that_fails_before_ink_costs_a_try_and_the_third_is_a_misprint() -> None:
    books, record = begun()
    for tries in (1, 2):
        accepted(concluded(books, record, SPOILED))
        assert state(books.stations[ONE], record) is LockState.AUTHORISED
        assert attempt(books.stations[ONE], record).tries == tries
        accepted(started(books, record))
        assert attempt(books.stations[ONE], record).number == tries + 1
    accepted(concluded(books, record, SPOILED))
    exchange(books)
    assert state(books.hub, record) is LockState.MISPRINTED
    assert [(spoil.number, spoil.of_person) for spoil in rows(books.hub, Spoil)] == [(1, False), (2, False), (3, True)]
    check_books(books)


def test_a_failed_blank_that_is_not_in_hand_is_a_misprint_at_once() -> None:
    books, record = begun()
    accepted(concluded(books, record, (Outcome.SPOILED, BlankPlace.IN_PRINTER, Certainty.COUNTER, Cause.JAM)))
    assert state(books.stations[ONE], record) is LockState.MISPRINTED


def test_tries_that_policy_took_back_meanwhile_are_not_used() -> None:
    books, record = begun()
    accepted(concluded(books, record, SPOILED))
    accepted(ask(books.hub, Register(policy=Policy("default", 5, tries=1)), *PAIR))
    exchange(books)
    answer = started(books, record)
    assert refusal(answer) is Refusal.TRIES_SPENT
    assert facts(answer) == {"record": record, "tries": 1, "limit": 1}
    accepted(ask(books.stations[ONE], ReturnCard(record, 1, "tries spent"), station_key(ONE)))


@pytest.mark.parametrize(
    ("profile", "step", "expected"),
    [
        (Profile.ENCODE_FIRST, PressStep.INTENT_ENCODE, LockEvent.BLANK_FAILED),
        (Profile.ENCODE_FIRST, PressStep.INTENT_MARK, LockEvent.VERDICT_BAD),
        (Profile.PRINT_FIRST, PressStep.UID_BOUND, LockEvent.BLANK_FAILED),
        (Profile.PRINT_FIRST, PressStep.INTENT_MARK, LockEvent.VERDICT_BAD),
        (Profile.PRINT_FIRST, PressStep.INTENT_ENCODE, LockEvent.VERDICT_BAD),
        (Profile.NO_CHIP, PressStep.EJECTED, LockEvent.VERDICT_BAD),
        (None, PressStep.FED, LockEvent.VERDICT_BAD),
    ],
)
def test_whether_ink_may_be_on_a_card_is_a_question_of_its_profile(
    profile: Profile | None, step: PressStep, expected: LockEvent
) -> None:
    at = Attempt("52.03-000001", 1, ONE, NOW, step=step, profile=profile)
    body = Conclude("52.03-000001", 1, *SPOILED)
    assert lock_event(body, at, tries_limit=3) is expected


def test_a_good_card_with_a_chip_is_a_card_and_one_without_is_not() -> None:
    books, record = begun(UIDS[:10])
    accepted(noted(books, record, *READ, uid=UIDS[0]))
    accepted(noted(books, record, PressStep.INTENT_MARK))
    answer = accepted(concluded(books, record, GOOD))
    assert CardMade(UIDS[0], record, 1) in answer.events
    second = entered(books, 2)
    authorised(books, second)
    accepted(started(books, second))
    assert refusal(concluded(books, second, GOOD)) is Refusal.BAD_VALUE, "nothing was printed yet"
    accepted(noted(books, second, PressStep.FED, PressStep.INTENT_MARK))
    answer = accepted(concluded(books, second, GOOD))
    assert not any(isinstance(event, CardMade | ChipRead) for event in answer.events)


def test_an_authorisation_is_given_back_unused_and_only_unused() -> None:
    books, record = begun()
    back = ReturnCard(record, 1, "no blank")
    assert refusal(ask(books.stations[ONE], back, station_key(ONE))) is Refusal.NO_SUCH_STEP
    second = entered(books, 2)
    authorised(books, second)
    accepted(ask(books.stations[ONE], evolve(back, record=second), station_key(ONE)))
    exchange(books)
    assert lock(books.hub, second).state is LockState.READY
    check_books(books)

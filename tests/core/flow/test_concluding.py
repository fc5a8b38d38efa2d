"""The outcome of a card: one step of the lock, one place of the blank, and no more than the evidence says."""

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.events import CardMade, ChipRead, Stepped
from ektp_core.flow.founding import Register
from ektp_core.flow.pressing import Conclude, ReturnCard, lock_event
from ektp_core.flow.rows import Attempt, Dispute, Policy, Spoil
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    UNFED,
    UNKNOWN,
    Ending,
    attempt,
    authorised,
    entered,
    lock,
    place_of,
    state,
)
from tests.core.flow.offices import (
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    VERIFIER_2,
    accepted,
    ask,
    exchange,
    facts,
    refusal,
    rows,
    station_key,
)
from tests.core.flow.pressing_cards import MARKED, READ, SPOILED, UIDS, begun, concluded, noted, started
from tests.core.flow.soundness import agree, check_books


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

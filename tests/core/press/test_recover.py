"""The crash matrix: every step times everything that can be seen, and each case typed by hand."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from attrs import evolve, fields

from ektp_core.press.evidence import NOTHING_KNOWN, Evidence, Inside
from ektp_core.press.recover import MATRIX, Answer, explain, recover
from ektp_core.vocabulary.state import PressStep
from ektp_core.vocabulary.verdict import Certainty, Outcome

#: Every value a field can have that the matrix could tell apart.
VALUES: dict[str, tuple[object, ...]] = {
    "fed_since": (None, -1, 0, 1, 2),
    "inside": (None, *Inside),
    "same_uid": (None, True, False),
    "chip_written": (None, True, False),
    "job": (None, *Outcome),
    "job_certainty": tuple(Certainty),
    "blind": (False, True),
}


def everything_seen() -> Iterator[Evidence]:
    for values in product(*VALUES.values()):
        yield Evidence(*values)  # type: ignore[arg-type]  # the product of a mapping has lost its types


@pytest.fixture(scope="module")
def answers() -> dict[tuple[PressStep, Evidence], Answer]:
    """The whole matrix, asked once."""
    return {(step, seen): recover(step, seen) for seen in everything_seen() for step in PressStep}


Answers = dict[tuple[PressStep, Evidence], Answer]


def test_the_product_covers_every_field_of_the_evidence(answers: Answers) -> None:
    assert list(VALUES) == [field.name for field in fields(Evidence)]
    assert len(answers) == 5 * 4 * 3 * 3 * 5 * 6 * 2 * len(PressStep)


def test_after_an_interruption_no_card_is_good_by_a_machines_word(answers: Answers) -> None:
    """An operator's verdict is an ask of its own; the matrix only says when one may be asked."""
    assert "GOOD" not in Answer.__members__
    asked = [(step, seen) for (step, seen), answer in answers.items() if answer is Answer.ASK]
    assert asked
    for step, seen in asked:
        assert step is PressStep.EJECTED
        assert (seen.fed_since, seen.inside, seen.blind) == (1, Inside.NOWHERE, False)


@pytest.mark.rule(22)
def test_work_goes_on_before_ink_or_when_the_device_itself_says_never_begun(answers: Answers) -> None:
    for (step, seen), answer in answers.items():
        if answer is not Answer.CONTINUE:
            continue
        assert (seen.fed_since, seen.inside) == (1, Inside.INSIDE)
        assert seen.same_uid is not False
        assert not seen.blind
        if step in (PressStep.UID_BOUND, PressStep.INTENT_ENCODE, PressStep.INTENT_MARK):
            assert seen.same_uid is True
        if step >= PressStep.INTENT_MARK:
            assert step is PressStep.INTENT_MARK
            assert (seen.job, seen.job_certainty) == (Outcome.NOT_STARTED, Certainty.DEVICE_JOB_RECORD)


def test_a_card_is_not_fed_only_by_position_and_counter_of_a_device_that_sees(answers: Answers) -> None:
    found = [(step, seen) for (step, seen), answer in answers.items() if answer is Answer.NOT_FED]
    assert found
    for step, seen in found:
        assert step is PressStep.START
        assert (seen.fed_since, seen.inside, seen.blind) == (0, Inside.NOWHERE, False)


def test_a_blind_device_leaves_doubt_at_every_step(answers: Answers) -> None:
    assert {answer for (_, seen), answer in answers.items() if seen.blind} == {Answer.DOUBT}


def test_another_chip_than_the_bound_one_is_always_doubt(answers: Answers) -> None:
    """A foreign card: stop, suspect, alarm (rule 7)."""
    assert {answer for (_, seen), answer in answers.items() if seen.same_uid is False} == {Answer.DOUBT}


def test_a_count_that_is_neither_none_nor_one_card_proves_nothing(answers: Answers) -> None:
    assert {answer for (_, seen), answer in answers.items() if seen.fed_since not in (None, 0, 1)} == {Answer.DOUBT}


def test_a_card_bears_ink_only_by_the_word_of_somebody_who_knows(answers: Answers) -> None:
    """Spoiled after the intent to mark: the device counts what it spoils."""
    for (step, seen), answer in answers.items():
        if answer in (Answer.BAD, Answer.REJECT) and step >= PressStep.INTENT_MARK:
            assert seen.job is Outcome.SPOILED and seen.job_certainty >= Certainty.COUNTER


def test_a_spoiled_card_is_bad_only_when_it_is_out(answers: Answers) -> None:
    for (_, seen), answer in answers.items():
        if answer is Answer.BAD:
            assert seen.inside is Inside.NOWHERE


def test_a_card_is_moved_only_when_it_is_seen_inside(answers: Answers) -> None:
    for (step, seen), answer in answers.items():
        if answer in (Answer.REJECT, Answer.SET_APART):
            assert seen.inside in (Inside.INSIDE, Inside.JAMMED)
        if answer is Answer.SET_APART:
            assert step is PressStep.INTENT_MARK


def test_a_card_set_apart_stays_suspect(answers: Answers) -> None:
    """Out of the machine with nothing more known it is doubt, and only people can close that."""
    for (step, seen), answer in answers.items():
        if answer is Answer.SET_APART:
            assert recover(step, evolve(seen, inside=Inside.NOWHERE)) is Answer.DOUBT


@pytest.mark.parametrize("step", PressStep, ids=lambda step: step.name)
def test_nothing_known_is_doubt(step: PressStep) -> None:
    assert recover(step, NOTHING_KNOWN) is Answer.DOUBT
    assert recover(step, Evidence()) is Answer.DOUBT


def test_asking_again_gives_the_same_answer(answers: Answers) -> None:
    """A crash during recovery changes nothing."""
    assert all(recover(step, seen) is answer for (step, seen), answer in list(answers.items())[::7])


def test_every_row_of_the_matrix_decides_somewhere() -> None:
    deciding = {id(explain(step, seen)) for seen in everything_seen() for step in PressStep}
    assert [case.why for case in MATRIX if id(case) not in deciding] == []


def test_every_row_says_why_in_a_sentence() -> None:
    assert all(case.why.endswith(".") and case.why[0].isupper() for case in MATRIX)
    assert len({case.why for case in MATRIX}) == len(MATRIX)


# -- the crash matrix of one print job, typed by hand -----------------------------------------

INSIDE = Evidence(fed_since=1, inside=Inside.INSIDE)
BOUND = evolve(INSIDE, same_uid=True)
OUT = Evidence(fed_since=1, inside=Inside.NOWHERE)
RECORD = Certainty.DEVICE_JOB_RECORD
#: What the device's own record says of the job.
NEVER_BEGUN: dict[str, Any] = {"job": Outcome.NOT_STARTED, "job_certainty": RECORD}
PRINTED: dict[str, Any] = {"job": Outcome.GOOD, "job_certainty": RECORD}
SPOILED: dict[str, Any] = {"job": Outcome.SPOILED, "job_certainty": RECORD}

START, FED, UID_BOUND, INTENT_ENCODE, INTENT_MARK, EJECTED, OUTCOME = PressStep


@pytest.mark.parametrize(
    ("step", "seen", "answer"),
    [
        # intent to feed written, the card still in the hopper
        pytest.param(START, Evidence(0, Inside.NOWHERE), Answer.NOT_FED, id="proven in the hopper"),
        pytest.param(START, Evidence(0), Answer.DOUBT, id="in the hopper by the counter alone"),
        pytest.param(START, Evidence(None, Inside.NOWHERE), Answer.DOUBT, id="in the hopper by the sensor alone"),
        pytest.param(START, Evidence(0, Inside.NOWHERE, blind=True), Answer.DOUBT, id="a blind device proves nothing"),
        # fed, the chip not read yet
        pytest.param(START, INSIDE, Answer.CONTINUE, id="inside before the note that it was fed"),
        pytest.param(FED, INSIDE, Answer.CONTINUE, id="inside, chip untouched"),
        pytest.param(FED, Evidence(1), Answer.DOUBT, id="fed, and no sensor tells where it is"),
        pytest.param(FED, OUT, Answer.DOUBT, id="fed and gone"),
        pytest.param(FED, evolve(INSIDE, inside=Inside.JAMMED), Answer.REJECT, id="jammed before ink"),
        # chip bound
        pytest.param(UID_BOUND, BOUND, Answer.CONTINUE, id="same chip inside"),
        pytest.param(UID_BOUND, evolve(INSIDE, same_uid=False), Answer.DOUBT, id="another chip inside"),
        pytest.param(UID_BOUND, INSIDE, Answer.DOUBT, id="chip not readable again"),
        pytest.param(UID_BOUND, OUT, Answer.DOUBT, id="bound and gone"),
        # intent to encode
        pytest.param(INTENT_ENCODE, evolve(BOUND, chip_written=True), Answer.CONTINUE, id="chip full"),
        pytest.param(INTENT_ENCODE, evolve(BOUND, chip_written=False), Answer.CONTINUE, id="chip empty"),
        pytest.param(INTENT_ENCODE, BOUND, Answer.REJECT, id="chip half written"),
        pytest.param(INTENT_ENCODE, INSIDE, Answer.DOUBT, id="half written and not readable"),
        pytest.param(INTENT_ENCODE, evolve(INSIDE, same_uid=False), Answer.DOUBT, id="another chip while encoding"),
        # intent to mark, nothing sent yet
        pytest.param(INTENT_MARK, evolve(BOUND, **NEVER_BEGUN), Answer.CONTINUE, id="job never begun by its record"),
        pytest.param(INTENT_MARK, evolve(BOUND, **NEVER_BEGUN | {"job_certainty": Certainty.COUNTER_POSITION}), Answer.SET_APART, id="job never begun, but not by a record of the job"),
        pytest.param(INTENT_MARK, evolve(INSIDE, **NEVER_BEGUN), Answer.SET_APART, id="never begun, chip not read"),
        pytest.param(INTENT_MARK, evolve(OUT, **NEVER_BEGUN), Answer.DOUBT, id="never begun, and no card inside"),
        # while data is sent, or after printing: the card is inside
        pytest.param(INTENT_MARK, BOUND, Answer.SET_APART, id="inside with or without ink"),
        pytest.param(INTENT_MARK, evolve(INSIDE, inside=Inside.JAMMED), Answer.SET_APART, id="jammed, perhaps with ink"),
        pytest.param(INTENT_MARK, evolve(BOUND, **PRINTED), Answer.SET_APART, id="inside, printed well by the record: people look"),
        pytest.param(INTENT_MARK, evolve(BOUND, **SPOILED), Answer.REJECT, id="inside, spoiled by the record"),
        pytest.param(INTENT_MARK, evolve(BOUND, **SPOILED | {"job_certainty": Certainty.STATUS_IDLE}), Answer.SET_APART, id="inside, spoiled by hearsay"),
        pytest.param(INTENT_MARK, evolve(BOUND, fed_since=None), Answer.DOUBT, id="inside, but of an unknown count"),
        # printed and out, before the note that it was ejected
        pytest.param(INTENT_MARK, OUT, Answer.DOUBT, id="out, in a tray or in a hand"),
        pytest.param(INTENT_MARK, evolve(OUT, **PRINTED), Answer.DOUBT, id="out, printed well by the record, not noted as ejected"),
        pytest.param(INTENT_MARK, evolve(OUT, **SPOILED), Answer.BAD, id="out, spoiled by the record"),
        # ejected, not judged yet
        pytest.param(EJECTED, evolve(OUT, **PRINTED), Answer.ASK, id="ejected, good by the record"),
        pytest.param(EJECTED, evolve(OUT, job=Outcome.UNKNOWN, job_certainty=Certainty.TRANSPORT), Answer.ASK, id="ejected, and the record of the job is gone"),
        pytest.param(EJECTED, Evidence(None, Inside.NOWHERE), Answer.DOUBT, id="ejected by the sensor alone"),
        pytest.param(EJECTED, Evidence(0, Inside.NOWHERE), Answer.DOUBT, id="ejected, and the counter denies it"),
        pytest.param(EJECTED, evolve(OUT, blind=True), Answer.DOUBT, id="ejected by a blind device"),
        pytest.param(EJECTED, evolve(OUT, **SPOILED), Answer.BAD, id="ejected, spoiled by the record"),
        pytest.param(EJECTED, evolve(BOUND, **SPOILED), Answer.DOUBT, id="ejected, and yet a card is inside"),
        pytest.param(EJECTED, OUT, Answer.ASK, id="ejected and nobody looked yet"),
        # the blind printer
        pytest.param(START, NOTHING_KNOWN, Answer.DOUBT, id="blind after the intent to feed"),
        pytest.param(INTENT_MARK, NOTHING_KNOWN, Answer.DOUBT, id="blind after the intent to mark"),
        # an outcome was noted and not concluded
        pytest.param(OUTCOME, OUT, Answer.DOUBT, id="an outcome without its verdict"),
    ],
)
def test_a_crash_is_answered_as_typed(step: PressStep, seen: Evidence, answer: Answer) -> None:
    assert recover(step, seen) is answer

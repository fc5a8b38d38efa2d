"""The crash matrix (matriks pemulihan) as a table: an open intent and evidence give one answer.

After a crash, a power cut or a dead cable nobody knows whether the card in the machine is
good. This file says what may be concluded, row by row, first match wins, and the last row
of every step is doubt. After INTENT_MARK nothing is ever printed again, unless the device's
own record says that the job never began. No row says good: that is said by the device's record of
a job that was not interrupted, or by an operator who holds the card.

`recover` is pure and idempotent: the same evidence gives the same answer, and doubt stays
doubt until people or new evidence close it (rules 15, 17 and 22). It does not know the
profile: where a card is printed before it is encoded, going on at INTENT_ENCODE writes the
chip of the same card and prints nothing, and REJECT is taken for SET_APART unless the device
itself shows that the card is no good.

>>> recover(PressStep.START, Evidence(fed_since=0, inside=Inside.NOWHERE)).name
'NOT_FED'
>>> recover(PressStep.INTENT_MARK, Evidence(fed_since=1, inside=Inside.NOWHERE)).name
'DOUBT'
"""

from collections.abc import Callable
from enum import Enum

from attrs import frozen

from ektp_core.press.evidence import Evidence, Inside
from ektp_core.vocabulary.state import PressStep
from ektp_core.vocabulary.verdict import Certainty, Outcome


class Answer(Enum):
    """What recovery concludes."""

    NOT_FED = "not-fed"  # no blank left the hopper: back to authorised
    CONTINUE = "continue"  # the same blank is inside, and no ink has been sent to it: go on with it
    BAD = "bad"  # spoiled, and out of the machine
    REJECT = "reject"  # move the card to the reject tray, then it is bad
    SET_APART = "set-apart"  # move the card to the reject tray; it stays suspect until people look at it
    ASK = "ask"  # the card is out; an operator must look at it
    DOUBT = "doubt"  # suspect: locked, counted, closed by people


@frozen
class Case:
    """One row of the matrix: at these steps, if this holds, conclude that."""

    steps: tuple[PressStep, ...]
    holds: Callable[[Evidence], bool]
    answer: Answer
    why: str


def _any(_: Evidence) -> bool:
    return True


def _is_inside(seen: Evidence) -> bool:
    return seen.inside in (Inside.INSIDE, Inside.JAMMED)


def _blind(seen: Evidence) -> bool:
    return seen.blind


def _strange_count(seen: Evidence) -> bool:
    return seen.fed_since not in (None, 0, 1)


def _not_fed(seen: Evidence) -> bool:
    return seen.fed_since == 0 and seen.inside is Inside.NOWHERE


def _fed_and_inside(seen: Evidence) -> bool:
    return seen.fed_since == 1 and seen.inside is Inside.INSIDE


def _same_blank(seen: Evidence) -> bool:
    return _fed_and_inside(seen) and seen.same_uid is True


def _whole_chip(seen: Evidence) -> bool:
    return _same_blank(seen) and seen.chip_written is not None


def _wrong_blank(seen: Evidence) -> bool:
    return seen.same_uid is False


def _jammed(seen: Evidence) -> bool:
    return seen.inside is Inside.JAMMED and seen.fed_since == 1


def _never_marked(seen: Evidence) -> bool:
    return _same_blank(seen) and _own_record(seen, Outcome.NOT_STARTED)


def _own_record(seen: Evidence, outcome: Outcome) -> bool:
    return seen.job is outcome and seen.job_certainty is Certainty.DEVICE_JOB_RECORD


def _job_spoiled(seen: Evidence) -> bool:
    known = seen.job_certainty >= Certainty.COUNTER
    return seen.job is Outcome.SPOILED and known and seen.fed_since != 0


def _spoiled_inside(seen: Evidence) -> bool:
    return _job_spoiled(seen) and _is_inside(seen)


def _spoiled_and_out(seen: Evidence) -> bool:
    return _job_spoiled(seen) and seen.inside is Inside.NOWHERE


def _inside_after_mark(seen: Evidence) -> bool:
    return _is_inside(seen) and seen.fed_since == 1


def _came_out(seen: Evidence) -> bool:
    return seen.inside is Inside.NOWHERE and seen.fed_since == 1


_S = PressStep
_ALL = tuple(PressStep)
_BEFORE_MARK = (_S.START, _S.FED, _S.UID_BOUND, _S.INTENT_ENCODE)
_AFTER_MARK = (_S.INTENT_MARK, _S.EJECTED)

MATRIX: tuple[Case, ...] = (
    Case(_ALL, _wrong_blank, Answer.DOUBT, "Another card is inside than the one bound."),
    Case(_ALL, _blind, Answer.DOUBT, "The driver cannot show position, counter and chip: people must judge."),
    Case(_ALL, _strange_count, Answer.DOUBT, "More cards were fed than this one; the counter proves nothing."),
    Case((_S.START,), _not_fed, Answer.NOT_FED, "Position and counter both show that no blank left the hopper."),
    Case(
        (_S.START, _S.FED),
        _fed_and_inside,
        Answer.CONTINUE,
        "The blank is inside and untouched; its chip is read and bound next.",
    ),
    Case((_S.UID_BOUND,), _same_blank, Answer.CONTINUE, "The bound blank is inside, with nothing personal on it."),
    Case(
        (_S.INTENT_ENCODE,),
        _whole_chip,
        Answer.CONTINUE,
        "The bound blank is inside and its chip is whole: empty or fully written.",
    ),
    Case(
        (_S.INTENT_ENCODE,),
        _same_blank,
        Answer.REJECT,
        "The bound blank is inside, and its chip reads neither as empty nor as fully written.",
    ),
    Case(_BEFORE_MARK, _jammed, Answer.REJECT, "The blank is jammed inside before it was finished."),
    Case(
        (_S.INTENT_MARK,),
        _never_marked,
        Answer.CONTINUE,
        "The device's own record says the job never began and the bound blank is inside.",
    ),
    Case(
        (_S.INTENT_MARK,),
        _spoiled_inside,
        Answer.REJECT,
        "The device's own account says the card was spoiled, and it is still inside.",
    ),
    Case(
        (_S.INTENT_MARK,),
        _inside_after_mark,
        Answer.SET_APART,
        "The card is inside and may bear ink: it is moved to the reject tray, and stays suspect until people look.",
    ),
    Case(
        _AFTER_MARK,
        _spoiled_and_out,
        Answer.BAD,
        "The device's own account says the card was spoiled, and it is out.",
    ),
    Case(
        (_S.EJECTED,),
        _came_out,
        Answer.ASK,
        "The card was delivered and the machine is empty: an operator must look at it, or say that it is gone.",
    ),
    Case(_ALL, _any, Answer.DOUBT, "There is no sufficient evidence."),
)


def recover(step: PressStep, seen: Evidence) -> Answer:
    """What may be concluded from an intent left open at `step`. Never raises."""
    return explain(step, seen).answer


def explain(step: PressStep, seen: Evidence) -> Case:
    """The row of the matrix that decides, with its reason."""
    return next(case for case in MATRIX if step in case.steps and case.holds(seen))

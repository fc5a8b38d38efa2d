"""Whose word ends a card: an operator's only where a press asks for it, and nobody's twice."""

import pytest

from ektp_core.boundary.store import Accepted, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import KeyTrusted, OfficerNamed
from ektp_core.flow.lifting import LiftRecord
from ektp_core.flow.pressing import Conclude
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_station import messages
from ektp_station.messages import StationState
from ektp_station.press import Phase
from tests.station.press_bench import FIRST, OPERATOR, Bench

S, L = PressStep, LockState
pytestmark = pytest.mark.rule(15)


def _word(outcome: Outcome) -> Conclude:
    cause = {Outcome.GOOD: Cause.NONE, Outcome.SPOILED: Cause.MISPRINT}.get(outcome, Cause.NO_EVIDENCE)
    return Conclude(FIRST, 1, outcome, BlankPlace.OUTPUT, Certainty.OPERATOR, cause)


def _printer_away(bench: Bench) -> None:
    """The station starts again, and its printer does not."""
    bench.performs, bench.persists = [], []
    bench.state = StationState(bench.settings)


@pytest.mark.parametrize("outcome", [Outcome.GOOD, Outcome.SPOILED])
@pytest.mark.parametrize("step", [S.START, S.FED, S.UID_BOUND, S.INTENT_ENCODE, S.INTENT_MARK, S.EJECTED])
def test_a_card_is_judged_by_one_operator_only_where_its_press_asks(step: PressStep, outcome: Outcome) -> None:
    bench = Bench()
    bench.run_to(step)
    if step is not S.START:
        bench.work_unseen() if bench.performs else None
    _printer_away(bench)
    bench.ask(_word(outcome), OPERATOR)
    bench.settle()
    assert isinstance(bench.replies[-1].answer, Refused)
    assert (bench.lock_state(), bench.bucket(1)) == (L.IN_PRESS, Bucket.IN_MACHINE)


def test_that_nobody_knows_can_be_said_also_while_the_printer_is_away_and_not_while_it_works() -> None:
    bench = Bench()
    bench.run_to(S.FED)
    bench.ask(_word(Outcome.UNKNOWN), OPERATOR)
    assert isinstance(bench.replies[-1].answer, Refused)
    _printer_away(bench)
    bench.ask(_word(Outcome.UNKNOWN), OPERATOR)
    bench.settle()
    assert (bench.lock_state(), bench.bucket(1)) == (L.SUSPECT, Bucket.SUSPECT)


@pytest.mark.parametrize("blind", [False, True])
def test_the_same_word_sent_again_gets_the_same_answer(blind: bool) -> None:
    bench = Bench(blind=blind)
    bench.start()
    bench.settle()
    work = Work(Ask("look/1", _word(Outcome.GOOD), (OPERATOR,), bench.now_ms, b"look"))
    for _ in range(2):
        bench.put(messages.AskArrived(1, work))
        bench.settle()
    first, second = (one.answer for one in bench.replies)
    assert isinstance(first, Accepted) and isinstance(second, Accepted)
    assert (first.events, bench.lock_state()) == (second.events, L.PRINTED)


@pytest.mark.parametrize("step", [S.START, S.INTENT_MARK])
def test_the_book_itself_takes_no_look_at_a_card_that_was_not_noted_as_out(step: PressStep) -> None:
    bench = Bench()
    bench.run_to(step)
    for outcome in (Outcome.GOOD, Outcome.SPOILED):
        work = Work(Ask(f"look/{outcome.value}", _word(outcome), (OPERATOR,), bench.now_ms, outcome.value.encode()))
        (answer,) = bench.store.commit([work], bench.now_ms)
        assert isinstance(answer, Refused) and answer.refusal is Refusal.BAD_VALUE


def test_an_ask_about_the_record_sent_again_does_not_free_a_printer_that_waits_for_its_operator() -> None:
    bench = Bench(blind=True)
    named = OfficerNamed("head", "head", "office/52.03", (Role.SECTION_HEAD,))
    bench.happen(KeyTrusted("key/head", "head", Hand.OFFICER, b""), named)
    lift = Work(Ask("lift/1", LiftRecord(FIRST, "old and ill"), ("key/head",), bench.now_ms, b"lift"))
    bench.put(messages.AskArrived(1, lift))
    bench.commit()
    assert isinstance(bench.replies[-1].answer, Accepted)
    bench.start()
    bench.settle()
    bench.put(messages.AskArrived(2, lift))
    bench.settle()
    bench.tick()
    bench.settle()
    assert (bench.phase, bench.lock_state()) == (Phase.ASKING, L.IN_PRESS)

"""A printer behind an opaque queue: whatever it says, a person looks at every card."""

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import (
    Can,
    CardPosition,
    Condition,
    Counters,
    JobRecord,
    Look,
    Notice,
    Severity,
    Status,
)
from ektp_core.flow.pressing import Conclude
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_station import messages
from ektp_station.acts import Act, Done
from ektp_station.press import Phase, device_says
from ektp_station.press_state import idle
from tests.station.press_bench import FIRST, OPERATOR, PRINTER, Bench

pytestmark = pytest.mark.rule(22)


class QueueBench(Bench):
    """The same press; its printer declares that it is a queue, and can lie about a job."""

    said = Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT)

    def up(self) -> None:
        can = self.machine.capabilities(0)
        self.put(messages.PrinterUp(PRINTER, evolve(can, can=Can.OPAQUE_QUEUE | Can.JOB_ID)))

    def work(self) -> messages.Perform:
        """Every act comes back as a queue's: no position, no counter, and the job's record as it likes."""
        order = self.performs.pop(0)
        status = Status((), CardPosition.UNKNOWN, 0, rebooted=False)
        record = JobRecord("7", 0, self.said)
        job = record if order.order.act is Act.MARK else None
        self.put(messages.Drove(PRINTER, Done(Look(status, Counters(()), record), job=job)))
        return order


@pytest.mark.parametrize("operator_looks", [True, False])
@pytest.mark.parametrize("certainty", list(Certainty))
@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.GOOD])
def test_a_card_of_a_queue_waits_for_the_operator_whatever_policy_and_queue_say(
    outcome: Outcome, certainty: Certainty, operator_looks: bool
) -> None:
    bench = QueueBench(operator_looks=operator_looks)
    bench.said = Verdict(outcome, BlankPlace.OUTPUT, certainty)
    bench.start()
    bench.settle()
    assert (bench.lock_state(), bench.phase) == (LockState.IN_PRESS, Phase.ASKING)
    bench.ask(Conclude(FIRST, 1, Outcome.GOOD, BlankPlace.OUTPUT, Certainty.OPERATOR), OPERATOR)
    bench.settle()
    assert bench.lock_state() is LockState.PRINTED


@pytest.mark.parametrize("certainty", [one for one in Certainty if not one.shows_a_good_card])
def test_a_record_that_rests_on_too_little_concludes_nothing_of_any_printer(certainty: Certainty) -> None:
    bench = Bench(operator_looks=False)
    bench.run_to(PressStep.EJECTED)
    assert bench.phase is Phase.ASKING or bench.persists or bench.performs
    weak = Verdict(Outcome.GOOD, BlankPlace.OUTPUT, certainty)
    seen = bench.press.seen
    assert seen is not None
    press = evolve(bench.press, seen=evolve(seen, look=evolve(seen.look, job=JobRecord("1", 1, weak))))
    assert device_says(press) is None
    strong = evolve(weak, certainty=Certainty.DEVICE_JOB_RECORD)
    assert device_says(evolve(press, seen=evolve(seen, look=evolve(seen.look, job=JobRecord("1", 1, strong)))))


@pytest.mark.parametrize("step", [PressStep.START, PressStep.FED, PressStep.INTENT_MARK, PressStep.EJECTED])
def test_an_interrupted_card_of_a_queue_is_suspect_at_every_step(step: PressStep) -> None:
    bench = QueueBench()
    bench.said = Verdict(Outcome.GOOD, BlankPlace.OUTPUT, Certainty.DEVICE_JOB_RECORD)
    bench.run_to(step)
    bench.kill()
    bench.settle()
    for _ in range(3):
        bench.tick()
        bench.settle()
    assert bench.lock_state() is LockState.SUSPECT


def test_what_a_queue_has_no_word_for_is_told_in_its_own() -> None:
    bench = QueueBench()
    bench.start()
    told = Notice(Condition.OTHER, Severity.WARNING, 2, "jobs-of-others", "2 jobs of others are in the queue card")
    status = Status((told,), CardPosition.UNKNOWN, 0, rebooted=False)
    bench.performs.clear()
    bench.put(messages.Drove(PRINTER, Done(Look(status, Counters(())))))
    (alarm,) = [one for one in bench.alarms if one.what == "the printer cannot start"]
    assert alarm.facts["why"] == told.vendor_text
    assert (bench.lock_state(), bench.press.record) == (LockState.AUTHORISED, idle(bench.press).record)

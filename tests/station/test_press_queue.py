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
from ektp_core.flow.events import Stepped
from ektp_core.flow.pressing import Conclude, NoteStep
from ektp_core.flow.rows import OpenSuspect
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_station import messages
from ektp_station.acts import Act, Done
from ektp_station.messages import StationState
from ektp_station.press import Phase, device_says
from ektp_station.press_state import idle
from tests.station.press_bench import FIRST, OPERATOR, PRINTER, SECOND, STATION, Bench

pytestmark = pytest.mark.rule(22)


class QueueBench(Bench):
    """The same press; its printer declares that it is a queue, and can lie about a job."""

    said = Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT)
    more = Can.NOTHING
    uid = ""

    def up(self) -> None:
        can = self.machine.capabilities(0)
        self.put(messages.PrinterUp(PRINTER, evolve(can, can=Can.OPAQUE_QUEUE | Can.JOB_ID | self.more)))

    def work(self) -> messages.Perform:
        """Every act comes back as a queue's: no position, no counter, and the job's record as it likes."""
        order = self.performs.pop(0)
        status = Status((), CardPosition.UNKNOWN, 0, rebooted=False)
        record = JobRecord("7", 0, self.said)
        job = record if order.order.act is Act.MARK else None
        fits = False if order.order.act is Act.ENCODE else None
        self.put(messages.Drove(PRINTER, Done(Look(status, Counters(()), record), self.uid, chip_fits=fits, job=job)))
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


class Claims(QueueBench):
    """It claims chips and a place too; it moves a card no more for that."""

    more = Can.READS_UID | Can.READS_CHIP | Can.CARD_POSITION


@pytest.mark.rule(15)
@pytest.mark.parametrize("uid", ["", "00000000000001"])
def test_a_chip_that_fails_behind_a_queue_leaves_doubt_and_no_word_of_a_reject_tray(uid: str) -> None:
    bench = Claims(records=2)
    bench.uid = uid
    bench.start()
    for _ in range(10):
        bench.settle()
        bench.tick()
    assert (bench.lock_state(), bench.bucket(1), bench.attempt().tries) == (LockState.SUSPECT, Bucket.SUSPECT, 0)
    assert (bench.phase, bench.lock_state(SECOND)) == (Phase.SHUT, LockState.AUTHORISED)
    assert "hopper" in bench.printer().closed_why, "its blank lies there still: the next card would be printed on it"


@pytest.mark.parametrize(
    ("step", "is_shut"),
    [(PressStep.FED, True), (PressStep.UID_BOUND, True), (PressStep.INTENT_MARK, False)],
)
def test_a_card_of_a_queue_that_was_stopped_has_no_place_and_its_blank_may_be_the_next(
    step: PressStep, is_shut: bool
) -> None:
    bench = Claims()
    bench.uid = "00000000000001"
    bench.settings = evolve(bench.settings, profile=Profile.PRINT_FIRST)
    bench.state = StationState(bench.settings)
    bench.run_to(step)
    bench.happen(Stepped(FIRST, 1, LockEvent.DISPUTE, LockState.SUSPECT))
    bench.settle()
    with bench.store.read() as view:
        suspect = view.row(OpenSuspect, STATION, FIRST, 1)
    assert suspect is not None and not suspect.evidence, "it moves no card, so nothing is said of a tray"
    assert (bench.phase is Phase.SHUT) is is_shut
    assert bench.has_alarm("the card was stopped in the machine") == 1


def _stop(bench: Bench) -> None:
    bench.happen(Stepped(FIRST, 1, LockEvent.DISPUTE, LockState.SUSPECT))


@pytest.mark.parametrize(("step", "is_shut"), [(PressStep.FED, True), (PressStep.INTENT_MARK, False)])
def test_a_card_of_a_queue_that_was_stopped_while_it_was_looked_at_is_treated_alike(
    step: PressStep, is_shut: bool
) -> None:
    bench = QueueBench(profile=Profile.NO_CHIP, records=2)
    bench.run_to(step)
    bench.kill()
    assert bench.performs[0].order.act is Act.LOOK
    _stop(bench)
    bench.work()
    bench.settle()
    assert (bench.phase is Phase.SHUT) is is_shut


def test_a_mark_that_was_announced_and_never_ordered_took_no_blank_from_a_queue() -> None:
    bench = QueueBench(profile=Profile.NO_CHIP)
    bench.start()
    while not (bench.persists and _announces_ink(bench)):
        bench.commit() if bench.persists else bench.work()
    noted = bench.persists[0]
    answers = bench.store.commit(noted.works, bench.now_ms)
    bench.persists.clear()
    _stop(bench)
    bench.put(messages.Persisted(noted.token, answers))
    assert not bench.performs, "no mark was ordered"
    bench.settle()
    assert bench.phase is Phase.SHUT and "hopper" in bench.printer().closed_why


def _announces_ink(bench: Bench) -> bool:
    body = bench.persists[0].works[0].ask.body
    return isinstance(body, NoteStep) and body.step is PressStep.INTENT_MARK


@pytest.mark.parametrize("step", [PressStep.START, PressStep.FED, PressStep.INTENT_MARK])
def test_a_blank_no_queue_has_taken_yet_shuts_the_printer_after_an_interruption(step: PressStep) -> None:
    bench = QueueBench(profile=Profile.NO_CHIP)
    bench.run_to(step)
    bench.kill()
    bench.settle()
    assert bench.lock_state() is LockState.SUSPECT
    assert bool(bench.printer().closed_why) is (step is not PressStep.INTENT_MARK)


@pytest.mark.rule(15)
@pytest.mark.parametrize("position", [CardPosition.UNKNOWN, CardPosition.EXIT])
def test_a_card_nobody_saw_leave_is_in_doubt_and_not_in_the_reject_tray(position: CardPosition) -> None:
    bench = Bench(profile=Profile.ENCODE_FIRST)
    bench.run_to(PressStep.FED)
    assert bench.machine.inside is not None
    bench.machine.inside.has_dead_chip = True
    bench.work()
    assert bench.performs[0].order.act is Act.SET_ASIDE
    bench.performs.clear()
    status = Status((), position, 1, rebooted=False)
    bench.put(messages.Drove(PRINTER, Done(Look(status, bench.machine.counters(0)))))
    bench.settle()
    assert (bench.lock_state(), bench.bucket(1)) == (LockState.SUSPECT, Bucket.SUSPECT)


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

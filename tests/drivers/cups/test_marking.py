"""One card's job, step by step, before a spooler that does something else meanwhile; on a clock of its own."""

from typing import Any

import pytest

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_cups import marking
from ektp_driver_cups.hint import Hint
from ektp_driver_cups.marking import LAST_S, LeftStopped, Marking
from ektp_driver_cups.queue import Job, JobState, QueueState, job_name
from ektp_driver_cups.spooler import Ask
from ektp_driving.deadline import Deadline
from tests.drivers.cups.scripted_spooler import HOLDER, OURS, THEIRS, ScriptedSpooler, Values
from tests.drivers.stepped_clock import stepped_clock

pytestmark = pytest.mark.rule(22)
CARD, OLDER = job_name("this card"), job_name("a card of before")
MS = 30_000
DONE: Values = {"job-state": (9,), "number-of-documents": (0,)}


def at_work(began_s: int = 100) -> Values:
    return {"job-state": (5,), "time-at-processing": (began_s,)}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Its one number is the time in seconds: each look at a job that goes on moves it."""
    return stepped_clock(monkeypatch, marking)


@pytest.fixture
def at(clock: list[float]) -> ScriptedSpooler:
    """A queue in our hands, and a printer that makes a card well."""
    made = ScriptedSpooler(way=[{}, at_work(), at_work(), DONE])
    made.hold()
    return made


def run(at: ScriptedSpooler, timeout_ms: int = MS) -> Job:
    made = Marking(at.desk, Hint("/run/cups.sock", "card"), HOLDER, "om_card_54x86mm")
    return made.run(CARD, "application/pdf", b"%PDF", Deadline.after(timeout_ms))


def is_held(at: ScriptedSpooler, holder: str = HOLDER) -> bool:
    return at.queue["printer-state"] == (QueueState.STOPPED.value,) and holder in at.queue["printer-state-message"][0]


def test_a_card_runs_once_and_the_queue_only_for_it(at: ScriptedSpooler) -> None:
    assert run(at).state is JobState.COMPLETED
    orders = [one for one in at.asked if one not in (Ask.GET_QUEUE, Ask.GET_JOBS, Ask.GET_JOB)]
    assert orders == [Ask.CREATE_JOB, Ask.SEND_DOCUMENT, Ask.RELEASE_JOB, Ask.RESUME_QUEUE, Ask.PAUSE_QUEUE]
    assert is_held(at)


# -- before it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "words", "says"),
    [
        (QueueState.IDLE, "", "somebody let the queue run"),
        (QueueState.STOPPED, "out of film", "stopped by somebody else: out of film"),
        (QueueState.STOPPED, f"Held by EKTP; cupsenable gives it back [{THEIRS}.01]", "another station has taken"),
    ],
)
def test_a_queue_that_is_not_in_our_hands_gets_no_job(
    at: ScriptedSpooler, state: QueueState, words: str, says: str
) -> None:
    at.say(state, words)
    with pytest.raises(DriverLost, match=says):
        run(at)
    assert not at.jobs and at.queue["printer-state-message"] == (words,)


def test_a_queue_that_lost_its_guard_gets_no_job(at: ScriptedSpooler) -> None:
    at.queue["device-uri"] = ("usb://Fargo/HDP5000?serial=CB-0001",)
    with pytest.raises(DriverError, match="ektp-once"):
        run(at)
    assert not at.jobs


@pytest.mark.parametrize(
    ("name", "says", "is_lost"), [("Document1", "1 jobs of others", False), (OLDER, "nobody ordered now", True)]
)
def test_a_job_that_waits_already_keeps_the_card_back(
    at: ScriptedSpooler, name: str, says: str, is_lost: bool
) -> None:
    at.add(name, JobState.PENDING)
    with pytest.raises(DriverError, match=says) as caught:
        run(at)
    assert isinstance(caught.value, DriverLost) is is_lost, "a job of others is waited for; our own needs a new opening"
    assert at.states == {name: JobState.PENDING}


@pytest.mark.parametrize("state", [JobState.COMPLETED, JobState.CANCELED, JobState.ABORTED])
def test_a_card_that_had_a_job_is_not_sent_again(at: ScriptedSpooler, state: JobState) -> None:
    at.add(CARD, state)
    with pytest.raises(DriverError, match="not sent again"):
        run(at)
    assert Ask.CREATE_JOB not in at.asked


@pytest.mark.parametrize("sending", [Ask.CREATE_JOB, Ask.SEND_DOCUMENT])
@pytest.mark.parametrize("comes", ["let run", "others job", "own older card", "another station", "no guard"])
def test_whoever_comes_while_the_picture_goes_over_finds_no_card_let_go(
    at: ScriptedSpooler, sending: Ask, comes: str
) -> None:
    def come() -> None:
        match comes:
            case "let run":
                at.say(QueueState.IDLE)
            case "others job":
                at.add("Document1", JobState.PENDING, "")
            case "own older card":
                at.add(OLDER, JobState.PENDING)
            case "another station":
                at.hold(f"{THEIRS}.01")
            case _:
                at.queue["device-uri"] = ("usb://Fargo/HDP5000",)

    at.after[sending] = come
    with pytest.raises(DriverError):
        run(at)
    assert not {Ask.RELEASE_JOB, Ask.RESUME_QUEUE} & set(at.asked)
    assert at.states[CARD] is JobState.CANCELED
    assert is_held(at, THEIRS if comes == "another station" else HOLDER)


# -- while it runs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "again",
    [at_work(160), {"job-state": (3,)}, {"job-state": (4,)}, {"job-state": (6,)}, {"time-at-processing": ()}],
)
def test_a_job_that_is_begun_anew_or_waits_again_is_cancelled_at_once(at: ScriptedSpooler, again: Values) -> None:
    at.way = [at_work(), again]
    with pytest.raises(DriverError, match="wants to print it a second time"):
        run(at)
    assert at.states[CARD] is JobState.CANCELED and is_held(at)
    assert at.asked.count(Ask.RESUME_QUEUE) == 1


@pytest.mark.parametrize("state", [4, 6])
def test_a_job_that_does_not_begin_is_cancelled(at: ScriptedSpooler, state: int) -> None:
    at.way = [{"job-state": (state,)}, at_work(), DONE]
    with pytest.raises(DriverError, match="did not begin"):
        run(at)
    assert at.states[CARD] is JobState.CANCELED and is_held(at)


@pytest.mark.parametrize(("state", "ended"), [(7, "canceled"), (8, "aborted")])
def test_a_job_that_ended_in_another_way_is_no_card(at: ScriptedSpooler, state: int, ended: str) -> None:
    at.way = [at_work(), {"job-state": (state,)}]
    with pytest.raises(DriverError, match=f"did not end as completed: job 1 is {ended}"):
        run(at)
    assert is_held(at)


@pytest.mark.parametrize("kept", [{"number-of-documents": (1,)}, {"job-preserved": (True,)}])
def test_a_picture_that_is_kept_ends_our_hold_on_the_card_in_words(
    at: ScriptedSpooler, kept: dict[str, tuple[Any, ...]]
) -> None:
    at.way = [at_work(), {**DONE, **kept}]
    with pytest.raises(DriverLost, match="PreserveJobFiles changed"):
        run(at)
    assert is_held(at)


def test_words_of_the_printers_program_stay_beside_the_queue_it_stopped(at: ScriptedSpooler) -> None:
    def gives_up() -> None:
        at.say(QueueState.STOPPED, "out of film")
        at.jobs[1] |= {"job-state": (3,)}

    at.way = [at_work()]
    at.before[Ask.RELEASE_JOB] = lambda: at.after.update({Ask.GET_JOB: gives_up})  # after it was seen at work
    with pytest.raises(LeftStopped, match="stopped the queue: out of film"):
        run(at)
    assert at.queue["printer-state-message"] == ("out of film",) and Ask.PAUSE_QUEUE not in at.asked
    assert at.states[CARD] is JobState.CANCELED


def test_a_program_that_gave_up_before_anybody_looked_is_told_of_and_not_waited_for(at: ScriptedSpooler) -> None:
    at.before[Ask.RESUME_QUEUE] = lambda: at.after.update({
        Ask.RESUME_QUEUE: lambda: at.say(QueueState.STOPPED, "out of film")
    })  # fmt: skip
    with pytest.raises(LeftStopped, match="out of film"):
        run(at)
    assert at.states[CARD] is JobState.CANCELED


@pytest.mark.parametrize("then", [at_work(), DONE], ids=["goes on", "is done"])
def test_a_job_that_begins_between_two_questions_stops_its_queue_and_is_not_cancelled_for_that(
    at: ScriptedSpooler, then: Values
) -> None:
    """`ektp-once` stops the queue when a job begins: the job was seen waiting before it, and the queue stopped after."""

    def begins() -> None:
        at.say(QueueState.STOPPED)
        at.jobs[1] |= then
        at.after[Ask.GET_JOB] = lambda: at.jobs[1].update(DONE)

    at.way = [{}]
    at.before[Ask.RESUME_QUEUE] = lambda: at.after.update({Ask.GET_JOB: begins})
    assert run(at).state is JobState.COMPLETED
    assert Ask.CANCEL_JOB not in at.asked and is_held(at)


@pytest.mark.parametrize(("timeout_ms", "left_s"), [(30_000, LAST_S), (90_000, LAST_S), (3_000, 1.0)])
def test_a_job_without_an_end_is_cancelled_while_there_is_time_to_stop_the_queue(
    at: ScriptedSpooler, clock: list[float], timeout_ms: int, left_s: float
) -> None:
    at.way = [at_work()] * 10_000
    end_s = clock[0] + timeout_ms / 1000
    cancelled: list[float] = []
    at.before[Ask.CANCEL_JOB] = lambda: cancelled.append(clock[0])
    with pytest.raises(DriverTimeout, match="no end before the deadline"):
        run(at, timeout_ms)
    assert at.states[CARD] is JobState.CANCELED and is_held(at)
    assert end_s - left_s <= cancelled[0] < end_s - left_s + 0.5


def test_a_queue_another_takes_before_the_job_begins_is_not_told_as_the_printers_doing(at: ScriptedSpooler) -> None:
    at.before[Ask.RESUME_QUEUE] = lambda: at.after.update({Ask.RESUME_QUEUE: lambda: at.hold(f"{THEIRS}.01")})
    with pytest.raises(DriverTimeout, match="no end before the deadline: job 1 is pending"):
        run(at)
    assert at.states[CARD] is JobState.CANCELED and is_held(at, THEIRS)


# -- after it ---------------------------------------------------------------------------------


def test_the_queue_is_not_stopped_in_a_job_of_somebody_else_which_would_be_begun_anew(at: ScriptedSpooler) -> None:
    def others() -> None:
        at.say(QueueState.PROCESSING)
        at.add("Document1", JobState.PROCESSING, "")

    at.before[Ask.RESUME_QUEUE] = lambda: at.after.update({Ask.RESUME_QUEUE: others})
    assert run(at).state is JobState.COMPLETED
    assert Ask.PAUSE_QUEUE not in at.asked and at.states["Document1"] is JobState.PROCESSING


def test_a_queue_another_took_meanwhile_stays_his(at: ScriptedSpooler) -> None:
    def comes() -> None:
        at.hold(f"{OURS}.ffff")
        at.jobs[1] |= DONE

    at.before[Ask.RESUME_QUEUE] = lambda: at.after.update({Ask.RESUME_QUEUE: comes})
    assert run(at).state is JobState.COMPLETED
    assert is_held(at, f"{OURS}.ffff") and Ask.PAUSE_QUEUE not in at.asked

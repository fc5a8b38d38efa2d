"""Taking a queue, step by step, before a spooler that does not do as it is told or has others' jobs in it."""

from typing import Any

import pytest

from ektp_core.boundary.card_printer import DriverError, Settings
from ektp_driver_cups.hint import Hint
from ektp_driver_cups.holding import Taken, take
from ektp_driver_cups.queue import PROBE, JobState, QueueState, job_name
from ektp_driver_cups.spooler import Ask
from ektp_driving.deadline import Deadline
from tests.drivers.cups.scripted_spooler import HOLDER, OURS, THEIRS, ScriptedSpooler

pytestmark = pytest.mark.rule(22)
MS = 60_000
CARD = job_name("a card")
STOP = Ask.PAUSE_QUEUE


def taken(at: ScriptedSpooler) -> Taken:
    return take(at.desk, Hint("/run/cups.sock", "card"), HOLDER, Settings(), Deadline.after(MS))


def refused(at: ScriptedSpooler, says: str) -> None:
    """It is not taken, and says so."""
    with pytest.raises(DriverError, match=says):
        taken(at)


def test_a_fit_queue_is_held_and_told_as_it_was_read_back() -> None:
    at = ScriptedSpooler()
    found = taken(at)
    assert (found.medium, found.formats, found.leftovers) == ("om_card_54x86mm", ("application/pdf",), ())
    assert found.settings == Settings(digest=found.settings.digest) and found.settings.digest
    assert Ask.CHANGE_QUEUE not in at.asked and at.states == {PROBE: JobState.CANCELED}
    assert at.queue["printer-state"] == (QueueState.STOPPED.value,) and HOLDER in at.queue["printer-state-message"][0]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"printer-is-accepting-jobs": (False,)}, "takes no jobs; type: cupsaccept card"),
        ({"printer-is-accepting-jobs": ()}, "takes no jobs"),
        ({"media-supported": ("iso_a4_210x297mm",), "media-default": ("iso_a4_210x297mm",)}, "no medium of a card's size"),
        ({"document-format-supported": ("application/postscript",)}, "takes neither"),
        ({"device-uri": ("usb://Fargo/HDP5000",)}, "lpadmin -p card -v 'ektp-once:usb://Fargo/HDP5000'"),
        ({"printer-state": (5,), "printer-state-message": ("out of film",)}, "was stopped: out of film"),
        ({"printer-state": (5,), "printer-state-message": ("",)}, "was stopped; when that is settled type: cupsenable"),
    ],
)
def test_a_queue_that_is_not_fit_is_neither_stopped_nor_changed(values: dict[str, tuple[Any, ...]], says: str) -> None:
    at = ScriptedSpooler()
    at.queue |= values
    before = dict(at.queue)
    refused(at, says)
    assert at.queue == before and not at.jobs


def test_a_queue_that_names_no_medium_at_all_is_taken() -> None:
    at = ScriptedSpooler()
    at.queue |= {"media-supported": ()}
    assert taken(at).medium == ""


WRONG = [
    ("printer-error-policy", ("retry-job",)),
    ("job-sheets-default", ("standard", "none")),
    ("copies-default", (2,)),
    ("copies-default", (True,)),
    ("job-hold-until-default", ("indefinite",)),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_each_setting_that_is_wrong_is_set_and_where_it_stays_the_queue_is_refused(
    name: str, value: tuple[Any, ...]
) -> None:
    at = ScriptedSpooler()
    at.queue[name] = value
    taken(at)
    assert at.asked.count(Ask.CHANGE_QUEUE) == 1 and repr(at.queue[name]) != repr(value)
    deaf = ScriptedSpooler(deaf={Ask.CHANGE_QUEUE})
    deaf.queue[name] = value
    refused(deaf, "keeps other settings; type: lpadmin -p card")
    assert STOP not in deaf.asked


def test_what_this_account_may_not_do_is_said_with_what_to_type() -> None:
    at = ScriptedSpooler(denied={Ask.CHANGE_QUEUE})
    at.queue["copies-default"] = (2,)
    refused(at, "may not set it; type: lpadmin -p card")
    refused(ScriptedSpooler(denied={STOP}), "usermod -aG lpadmin ektp")


def test_a_queue_that_does_not_stay_stopped_or_is_stopped_by_another_at_once_is_refused() -> None:
    refused(ScriptedSpooler(deaf={STOP}), "does not stay stopped")
    let_run, other = ScriptedSpooler(), ScriptedSpooler()
    let_run.after[STOP] = lambda: let_run.say(QueueState.IDLE)
    other.after[STOP] = lambda: other.hold(f"{OURS}.ffffffffffffffff")
    for at in (let_run, other):
        refused(at, "does not stay stopped")
        assert Ask.CREATE_JOB not in at.asked


# -- what the spooler keeps ---------------------------------------------------------------------


@pytest.mark.parametrize("kept", [{"number-of-documents": (1,)}, {"number-of-documents": (0,), "job-preserved": (True,)}])
def test_a_spooler_that_keeps_pictures_is_refused(kept: dict[str, tuple[Any, ...]]) -> None:
    refused(ScriptedSpooler(keeps=kept), "PreserveJobFiles=No")


def test_a_spooler_without_a_history_or_that_cancels_nothing_is_refused() -> None:
    refused(ScriptedSpooler(has_history=False), "PreserveJobHistory=Yes")
    refused(ScriptedSpooler(deaf={Ask.CANCEL_JOB}), "does not cancel a job")


# -- whose it is --------------------------------------------------------------------------------


def test_a_queue_another_station_holds_is_left_to_it() -> None:
    at = ScriptedSpooler()
    at.hold(f"{THEIRS}.0123456789abcdef")
    at.add(CARD, JobState.PENDING)
    refused(at, "another station holds the queue card")
    assert at.states == {CARD: JobState.PENDING}


@pytest.mark.parametrize("state", [JobState.HELD, JobState.PENDING, JobState.PROCESSING, JobState.STOPPED])
def test_another_stations_card_is_not_cancelled_and_a_card_of_this_one_is(state: JobState) -> None:
    theirs = ScriptedSpooler()
    theirs.add(CARD, state, THEIRS)
    refused(theirs, "a card of another station is in the queue card.*cancel card-1")
    assert theirs.states == {CARD: state}
    ours = ScriptedSpooler()
    ours.add(CARD, state)
    assert taken(ours).leftovers == (f"job 1 is {state.name.lower()} (no reason given)",)
    assert ours.states[CARD] is JobState.CANCELED


def test_another_stations_card_that_comes_while_ours_are_cancelled_is_left_alone() -> None:
    at = ScriptedSpooler()
    at.add(job_name("our own"), JobState.PENDING)
    at.after[Ask.GET_JOBS] = lambda: at.add(CARD, JobState.PENDING, THEIRS)
    assert len(taken(at).leftovers) == 1
    assert at.states[CARD] is JobState.PENDING


def test_a_try_of_another_station_that_died_in_it_is_cleared_away_and_is_no_card() -> None:
    at = ScriptedSpooler()
    at.add(PROBE, JobState.HELD, THEIRS)
    assert taken(at).leftovers == ()
    assert set(at.states.values()) == {JobState.CANCELED}


def test_a_stopped_queue_is_taken_where_this_stations_card_was_left_in_it() -> None:
    at = ScriptedSpooler()
    at.say(QueueState.STOPPED, "Rendering completed")
    at.add(CARD, JobState.PENDING)
    assert len(taken(at).leftovers) == 1


@pytest.mark.parametrize("name", ["Document1", "ektp-antrian"])
def test_a_job_of_somebody_else_is_waited_for_where_the_queue_runs_and_never_cancelled(name: str) -> None:
    at = ScriptedSpooler()
    at.add(name, JobState.PROCESSING, "")
    refused(at, "works on a job of somebody else")
    assert STOP not in at.asked
    at.hold()
    taken(at)
    assert at.states[name] is JobState.PROCESSING


def test_reasons_of_before_are_forgotten_where_a_person_let_the_queue_run_again() -> None:
    at = ScriptedSpooler()
    at.queue["printer-state-reasons"] = ("media-empty-error",)
    taken(at)
    assert at.queue["printer-state-reasons"] == ("none",)
    held = ScriptedSpooler()
    held.hold()
    held.queue["printer-state-reasons"] = ("media-empty-error",)
    taken(held)
    assert held.queue["printer-state-reasons"] == ("media-empty-error",), "nobody has looked at it yet"

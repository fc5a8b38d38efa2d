"""A spooler that dies in the middle of a card prints it again by itself: shown, hindered, and told of.

Each case is the same card on a real cupsd, with and without the backend that lets a card
through once; the plastic is the judge.
"""

import signal
from collections.abc import Callable
from time import sleep, time

import pytest

from ektp_core.boundary.card_printer import Artwork, DriverError, Severity
from ektp_core.boundary.driver_bench import Moment, Strike
from ektp_core.vocabulary.verdict import Outcome
from ektp_driver_cups import bench_house
from ektp_driver_cups.queue import QueueState, job_name
from ektp_driving.deadline import Deadline
from tests.drivers.cups.conftest import MS, Office
from tests.drivers.cups.waiting import card_kept_inside, until
from tests.drivers.queue_office import token

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]

CARD_MS = 2_600  # longer than it takes this spooler to write its state to the disk
NAME = "ektp-0123456789abcdef0123456789abcdef"


def _until_started_again(at: Office) -> None:
    """The strike ends the spooler and starts it when the card is out."""
    until(lambda: at.marked() and at.marked()[0].lies.value == "output")
    until(lambda: bench_house.is_running(at.bench.place, "spooler"))


def _begin_and_kill(at: Office, how: int = signal.SIGKILL) -> None:
    """A card is under way for longer than a flush; then cupsd ends and starts again, and nobody of ours is there.

    The job is made as the driver makes it: held, released, in a queue that runs for it alone.
    """
    desk, deadline = at.bench.desk(), Deadline.after(MS)
    at.open().close()
    job_id = desk.create(NAME, "", deadline)
    desk.send(job_id, "application/pdf", b"%PDF-1.4\n%%EOF\n", deadline)
    desk.release(job_id, deadline)
    desk.resume(deadline)
    began_s = time()
    with card_kept_inside(at.bench.place):
        until(lambda: bench_house.wait_written(at.bench.place, began_s))  # what it has not written it prints no more
        at.bench.kill_spooler(how)
    until(lambda: at.marked() and at.marked()[0].lies.value == "output")
    sleep(CARD_MS / 1000)


def test_a_killed_spooler_prints_the_card_again_where_nothing_hinders_it(office: Callable[..., Office]) -> None:
    at = office(card_ms=CARD_MS, is_guarded=False)
    _begin_and_kill(at)
    until(lambda: len([one for one in at.bench.cards() if one.job_keys]) == 2)
    assert {one.job_keys for one in at.bench.cards() if one.job_keys} == {(NAME,)}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_behind_the_backend_that_lets_a_card_through_once_it_is_not_printed_again(
    office: Callable[..., Office], how: int
) -> None:
    at = office(card_ms=CARD_MS)
    _begin_and_kill(at, how)
    assert [one.job_keys for one in at.bench.cards() if one.job_keys] == [(NAME,)]
    assert at.bench.desk().queue(Deadline.after(MS)).state is QueueState.STOPPED


def test_even_a_queue_that_a_person_lets_run_then_does_not_print_it_again(office: Callable[..., Office]) -> None:
    at = office(card_ms=CARD_MS)
    _begin_and_kill(at)
    at.bench.enable_queue()
    until(lambda: not at.bench.desk().jobs("not-completed", Deadline.after(MS)))
    assert len([one for one in at.bench.cards() if one.job_keys]) == 1


def test_a_spooler_that_dies_during_mark_leaves_the_card_unknown_and_marked_once(
    office: Callable[..., Office],
) -> None:
    at = office(card_ms=1_000)
    printer = at.prepared()
    at.bench.strike(Strike.SPOOLER_KILLED, Moment.MARK)
    with pytest.raises(DriverError):
        printer.mark(token(), MS)
    _until_started_again(at)
    at.bench.mend()
    until(lambda: not at.bench.desk().jobs("not-completed", Deadline.after(MS)))  # it is begun again, and cancelled
    again = at.prepared()
    assert again.observe(token().job_key, MS).verdict.outcome is Outcome.UNKNOWN
    with pytest.raises(DriverError):
        again.mark(token(), MS)  # also a process that knows nothing of the first cannot print it again
    assert [one.marks for one in at.bench.cards()] == [1, 0, 0, 0]


def test_a_leftover_job_is_cancelled_before_anything_else_and_told_of(office: Callable[..., Office]) -> None:
    at = office(is_guarded=False)
    at.open().close()
    desk, deadline = at.bench.desk(), Deadline.after(MS)
    job_id = desk.create("ektp-00000000000000000000000000000000", "", deadline)
    desk.send(job_id, "application/pdf", b"%PDF-1.4\n%%EOF\n", deadline)
    printer = at.open()
    assert desk.job(job_id, deadline).is_over
    (told,) = printer.status(MS).notices
    assert (told.vendor_code, told.severity, printer.status(MS).stops) == ("leftover", Severity.REPORT, ())
    printer.prepare(Artwork(at.picture), MS)
    printer.mark(token(), MS)
    assert [one.job_keys for one in at.marked()] == [(job_name(token().job_key),)]


def test_a_card_that_the_spooler_prints_a_second_time_during_mark_is_cancelled_and_never_good(
    office: Callable[..., Office],
) -> None:
    at = office(card_ms=CARD_MS, is_guarded=False)
    printer = at.prepared()
    at.bench.strike(Strike.SPOOLER_KILLED, Moment.MARK)
    with pytest.raises(DriverError):
        printer.mark(token(), MS)
    until(lambda: len([one for one in at.bench.cards() if one.job_keys]) == 2)  # the same strike as behind the backend
    at.bench.mend()
    again = at.raw()
    assert again.observe(token().job_key, MS).verdict.outcome is Outcome.UNKNOWN
    at.open()
    assert not at.bench.desk().jobs("not-completed", Deadline.after(MS))
    assert {one.job_keys for one in at.bench.cards() if one.job_keys} == {(job_name(token().job_key),)}

"""A card through a Windows queue, and everything that keeps a second one from coming out."""

from collections.abc import Callable
from contextlib import suppress
from subprocess import Popen
from sys import executable
from threading import Thread
from time import sleep

import pytest

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Can,
    CardPosition,
    CardPrinter,
    Condition,
    DriverError,
    DriverLost,
    DriverTimeout,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Station,
)
from ektp_core.boundary.driver_bench import Lies, Moment, Strike
from ektp_core.press.evidence import Evidence
from ektp_core.press.recover import Answer, recover
from ektp_core.vocabulary.state import PressStep
from ektp_core.vocabulary.verdict import Certainty, Outcome
from ektp_driver_windows.bits import Attribute, PrinterBit, PrinterControl
from ektp_driver_windows.queue import HELD, job_name
from ektp_driving.deadline import Deadline
from ektp_driving.declined import NotAllowed
from ektp_station.acts import Act, Done, Order, Result
from ektp_station.config import PrinterConfig
from ektp_station.machine import Machine
from tests.drivers.queue_office import token
from tests.drivers.windows.conftest import MS, Office, jobs_of, window_of

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]
Make = Callable[..., Office]


def _done(result: Result) -> Done:
    assert isinstance(result, Done), result
    return result


# -- cards ------------------------------------------------------------------------------------


def test_a_station_makes_a_card_through_a_queue_and_is_left_with_nothing_but_the_operators_eyes(office: Make) -> None:
    at = office()
    config = PrinterConfig("A", "windows", at.bench.hint, at.bench.serial, timeout_ms=90_000)
    machine = Machine(config, lambda _: Artwork(at.picture))
    try:
        assert machine.open().is_blind
        assert _done(machine.carry_out(Order(Act.LOOK))).look.status.stops == ()
        for act in (Act.FEED, Act.PREPARE, Act.MARK, Act.EJECT):
            seen = _done(machine.carry_out(Order(act, token(), b"payload")))
        assert seen.look.job is not None
        assert (seen.look.job.verdict.outcome, seen.look.job.verdict.certainty) == (
            Outcome.UNKNOWN,
            Certainty.TRANSPORT,
        )
        assert [(one.lies, one.marks, one.whole) for one in at.marked()] == [(Lies.OUTPUT, 1, True)]
    finally:
        machine.let_go()


def test_of_a_queue_every_interrupted_step_is_in_doubt(office: Make) -> None:
    can = office().open().capabilities(MS)
    assert Can.OPAQUE_QUEUE in can.can
    assert all(recover(step, Evidence(blind=can.is_blind)) is Answer.DOUBT for step in PressStep)


def test_cards_follow_each_other_and_nothing_of_a_person_stands_in_the_spool(office: Make) -> None:
    at = office()
    printer = at.open()
    for number in (1, 2, 3):
        printer.prepare(Artwork(at.picture), MS)
        printer.mark(token(number), MS)
        printer.deliver(Bin.OUTPUT, MS)
    assert [one.job_keys for one in at.marked()] == [(job_name(token(one).job_key),) for one in (1, 2, 3)]
    assert "52.03" not in str([one.job_keys for one in at.marked()])
    assert jobs_of(at) == (), "what printed is taken out of the list, with its picture"


def test_between_cards_the_queue_is_stopped_and_the_offices_own_comment_is_kept(office: Make) -> None:
    at = office()
    at.prepared().mark(token(), MS)
    queue = window_of(at).queue(Deadline.after(MS))
    assert queue.is_paused and queue.comment.startswith(HELD) and queue.own_comment == "second floor"


def test_a_queue_shows_no_position_no_counters_and_no_supplies(office: Make) -> None:
    printer = office().open()
    assert printer.status(MS).position is CardPosition.UNKNOWN
    assert (printer.counters(MS).values, printer.supplies(MS)) == ((), ())


def test_what_a_queue_cannot_do_is_refused(office: Make) -> None:
    printer = office().open()
    for call in (
        lambda: printer.flip(MS),
        lambda: printer.read_uid(MS),
        lambda: printer.read_chip(MS),
        lambda: printer.encode(b"x", MS),
        lambda: printer.recover(Recovery.CLEAR_ERROR, MS),
        lambda: printer.reset(ResetLevel.SOFT, MS),
        lambda: printer.prepare(Artwork(b"x", b"y"), MS),
        lambda: printer.prepare(Artwork(b"x"), MS),
        lambda: printer.mark(token(), MS),
    ):
        with pytest.raises(DriverError):
            call()
    printer.move(Station.HEAD, MS)


# -- settings ---------------------------------------------------------------------------------


def test_keeping_printed_jobs_is_switched_off_and_read_back(office: Make) -> None:
    at = office()
    before = window_of(at).queue(Deadline.after(MS)).attributes
    assert Attribute.KEEP_PRINTED_JOBS in before
    got = at.open().configure(Settings(), MS)
    assert (got.keeps_bitmaps, got.device_retries, got.copies) == (False, 0, 1) and got.digest
    assert Attribute.KEEP_PRINTED_JOBS not in window_of(at).queue(Deadline.after(MS)).attributes


def test_a_danger_that_cannot_be_switched_off_refuses_the_queue(office: Make) -> None:
    with pytest.raises(DriverError, match="keeps other settings"):
        office("keeps").open()


def test_an_account_without_the_right_is_told_where_to_give_it(office: Make) -> None:
    with pytest.raises(NotAllowed, match="Manage this printer"):
        office("denies").open()


def test_settings_that_somebody_changed_are_seen_before_the_next_card(office: Make) -> None:
    at = office()
    printer = at.prepared()
    at.bench.strike(Strike.SETTINGS_DRIFT, Moment.NOW)
    with pytest.raises(DriverLost, match="settings"):
        printer.status(MS)
    with pytest.raises(DriverLost, match="settings"):
        printer.mark(token(), MS)
    assert at.marked() == []


# -- who else is there ------------------------------------------------------------------------


def test_a_queue_that_a_person_paused_stays_as_it_is(office: Make) -> None:
    at = office()
    window_of(at).order(PrinterControl.PAUSE, Deadline.after(MS))
    with pytest.raises(DriverError, match="paused by a person"):
        at.open()
    assert window_of(at).queue(Deadline.after(MS)).comment == "second floor"


def test_a_queue_that_a_person_let_run_is_not_used(office: Make) -> None:
    at = office()
    printer = at.prepared()
    window_of(at).order(PrinterControl.RESUME, Deadline.after(MS))
    with pytest.raises(DriverLost, match="let the queue"):
        printer.mark(token(), MS)
    assert at.marked() == []


def test_a_job_of_somebody_else_is_never_touched_and_new_cards_wait(office: Make) -> None:
    at = office()
    printer = at.prepared()
    at.bench.strike(Strike.FOREIGN_PRINT, Moment.NOW)
    assert any(one.vendor_code == "jobs-of-others" for one in printer.status(MS).stops)
    with pytest.raises(DriverError, match="jobs of others"):
        printer.mark(token(), MS)
    assert [one.name for one in jobs_of(at)] == ["Document1"] and at.marked() == []
    printer.close()
    with pytest.raises(DriverError, match="jobs of others"):
        at.open().feed(MS)
    assert [one.name for one in jobs_of(at)] == ["Document1"]


def test_the_last_station_to_open_a_queue_has_it_and_the_other_hears_it(office: Make) -> None:
    at = office()
    first = at.prepared()
    at.open()
    with pytest.raises(DriverLost, match="another station"):
        first.mark(token(), MS)
    assert at.marked() == []


def test_a_leave_is_used_once_also_after_it_failed(office: Make) -> None:
    at = office()
    printer = at.prepared()
    at.bench.strike(Strike.JAM, Moment.MARK)
    with pytest.raises(DriverError):
        printer.mark(token(), MS)
    printer.prepare(Artwork(at.picture), MS)
    with pytest.raises(DriverError, match="used before"):
        printer.mark(token(), MS)


# -- once -------------------------------------------------------------------------------------


def test_a_service_that_dies_in_a_card_prints_it_again_where_nothing_hinders_it(office: Make) -> None:
    at = office(is_guarded=False)
    printer = at.prepared()
    at.bench.strike(Strike.SPOOLER_KILLED, Moment.MARK)
    with pytest.raises(DriverError):
        printer.mark(token(), MS)
    assert len(at.marked()) == 2, "this is the danger; if it is gone, the guard is not needed"


def test_a_service_that_dies_in_a_card_finds_a_stopped_queue_and_the_job_is_deleted_first(office: Make) -> None:
    at = office()
    printer = at.prepared()
    at.bench.strike(Strike.SPOOLER_KILLED, Moment.MARK)
    with pytest.raises(DriverError):
        printer.mark(token(), MS)
    assert len(at.marked()) == 1
    assert [one.name for one in jobs_of(at)] == [job_name(token().job_key)]
    printer.close()
    again = at.open()
    assert jobs_of(at) == () and len(at.marked()) == 1
    assert [one.vendor_code for one in again.status(MS).notices] == ["leftover"]


def test_where_a_stopped_queue_halts_the_card_it_is_in_doubt_at_the_deadline_and_never_twice(office: Make) -> None:
    at = office("pause-stalls", card_ms=400)
    with pytest.raises(DriverTimeout):
        at.prepared().mark(token(), 2_000)
    assert jobs_of(at) == () and sum(one.marks for one in at.marked()) <= 1


@pytest.mark.parametrize("what", [Strike.HOPPER_EMPTY, Strike.BLANK_FEED, Strike.JAM, Strike.RIBBON_OUT])
def test_a_job_that_waits_for_a_person_is_deleted_so_that_it_does_not_print_by_itself(
    office: Make, what: Strike
) -> None:
    at = office()
    printer = at.prepared()
    at.bench.strike(what, Moment.MARK)
    with pytest.raises(DriverError, match="stands still"):
        printer.mark(token(), MS)
    before = at.marked()
    at.bench.mend()
    assert len(at.marked()) == len(before) <= 1 and jobs_of(at) == ()
    assert printer.status(MS).stops == ()


def test_a_job_that_is_gone_from_the_list_is_unknown_and_not_sent_again(office: Make) -> None:
    at = office("forgets")
    printer = at.prepared()
    with pytest.raises(DriverError, match="gone from the list"):
        printer.mark(token(), MS)
    record = printer.observe(token().job_key, MS)
    assert (record.verdict.outcome, record.verdict.certainty) == (Outcome.UNKNOWN, Certainty.TRANSPORT)
    assert len(at.marked()) == 1


def test_a_job_that_a_person_deletes_in_the_window_is_unknown(office: Make) -> None:
    at = office()
    printer = at.prepared()
    at.bench.strike(Strike.PANEL_CANCEL, Moment.MARK)
    with pytest.raises(DriverError, match="gone from the list"):
        printer.mark(token(), MS)
    assert [one.whole for one in at.marked()] == [False]


def test_a_job_that_never_ends_is_given_up_at_the_deadline(office: Make) -> None:
    at = office("stuck")
    with pytest.raises(DriverTimeout):
        at.prepared().mark(token(), 1_500)
    assert jobs_of(at) == () and len(at.marked()) == 1


def test_a_makers_driver_that_makes_two_pages_of_one_is_seen_before_anything_is_printed(office: Make) -> None:
    at = office("renders-twice")
    with pytest.raises(DriverError, match="became 2 pages"):
        at.prepared().mark(token(), MS)
    assert at.marked() == [] and jobs_of(at) == ()


def test_a_makers_driver_that_prints_twice_and_says_so_late_is_seen_too(office: Make) -> None:
    at = office("renders-twice-late")
    with pytest.raises(DriverError, match="became 2 pages"):
        at.prepared().mark(token(), MS)
    assert len(at.marked()) == 2


def test_a_spooler_that_does_not_hold_a_job_gets_no_card(office: Make) -> None:
    at = office("no-hold")
    with pytest.raises(DriverError, match="does not hold"):
        at.prepared().mark(token(), MS)
    assert at.marked() == [] and jobs_of(at) == ()


@pytest.mark.parametrize("state", ["spooling", "waiting"])
def test_what_a_killed_process_left_is_deleted_before_anything_else(office: Make, state: str) -> None:
    at = office()
    at.open().close()
    window = window_of(at)
    window.begin(job_name("an earlier process"), Deadline.after(MS))
    if state == "waiting":
        window.end(Deadline.after(MS))
    assert len(jobs_of(at)) == 1
    at.open()
    assert jobs_of(at) == () and at.marked() == []


def test_a_driver_killed_in_a_card_leaves_one_card_and_no_job(office: Make) -> None:
    at = office(card_ms=400)
    code = (
        "import sys\n"
        "from ektp_core.boundary.card_printer import *\n"
        "from ektp_driver_windows.plugin import *\n"
        "(found,) = ektp_discover_printers(sys.argv[1]); printer = ektp_open_printer(found)\n"
        "printer.configure(Settings(), 9000); printer.prepare(Artwork(open(0, 'rb').read()), 9000)\n"
        "print('ready', flush=True); printer.mark(PrintToken('r', 1, 1), 9000)\n"
    )
    with Popen([executable, "-c", code, at.bench.hint], stdin=-1, stdout=-1) as driver:
        assert driver.stdin and driver.stdout
        driver.stdin.write(at.picture)
        driver.stdin.close()
        driver.stdout.readline()
        while not any(one.lies is Lies.INSIDE for one in at.bench.cards()):
            sleep(0.01)
        driver.kill()
    assert len(at.marked()) == 1
    at.open()
    assert len(at.marked()) == 1 and jobs_of(at) == ()


# -- trouble ----------------------------------------------------------------------------------


def test_a_spooler_that_is_silent_is_given_up_at_the_deadline(office: Make) -> None:
    at = office()
    printer = at.open()
    at.bench.strike(Strike.SILENCE, Moment.NOW)
    with pytest.raises(DriverTimeout):
        printer.status(300)
    at.bench.mend()
    assert printer.status(MS).stops == ()


def test_a_lost_answer_to_the_order_that_lets_it_run_is_unknown(office: Make) -> None:
    at = office()
    printer = at.prepared()
    at.bench.strike(Strike.LOST_REPLY, Moment.MARK)
    with pytest.raises(DriverTimeout):
        printer.mark(token(), 1_500)
    assert len(at.marked()) <= 1 and jobs_of(at) == ()
    assert window_of(at).queue(Deadline.after(MS)).is_paused


def test_bits_of_the_printer_stop_the_next_card(office: Make) -> None:
    at = office()
    printer = at.prepared()
    at.bench.tell("show", status=int(PrinterBit.OFFLINE | PrinterBit.DOOR_OPEN))
    assert {one.condition for one in printer.status(MS).stops} == {Condition.OFFLINE, Condition.COVER_OPEN}
    with pytest.raises(DriverError, match="offline, door-open"):
        printer.mark(token(), MS)
    assert jobs_of(at) == ()


def test_a_queue_set_to_work_offline_gets_no_card(office: Make) -> None:
    at = office()
    printer = at.open()
    at.bench.tell("set", attributes=int(Attribute.QUEUED | Attribute.WORK_OFFLINE), is_paused=True)
    with pytest.raises(DriverError, match="work offline"):
        printer.feed(MS)
    assert any(one.condition is Condition.OFFLINE for one in printer.status(MS).stops)


def test_two_leaves_at_once_give_no_card_twice(office: Make) -> None:
    at = office(card_ms=300)
    first, second = at.prepared(), at.raw()
    acting = Thread(target=lambda: _mark_quietly(first, token(1)))
    acting.start()
    sleep(0.1)
    second.configure(Settings(), MS)
    second.prepare(Artwork(at.picture), MS)
    _mark_quietly(second, token(2))
    acting.join()
    keys = [key for one in at.marked() for key in one.job_keys]
    assert len(keys) == len(set(keys)) and all(one.marks == 1 for one in at.marked())


def _mark_quietly(printer: CardPrinter, leave: PrintToken) -> None:
    with suppress(DriverError):
        printer.mark(leave, MS)

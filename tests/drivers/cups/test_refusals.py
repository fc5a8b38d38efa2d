"""Every reason for which a queue is not used, each with what a person types to mend it; and whose queue it is."""

from collections.abc import Callable

import pytest
from ippx import Attribute, Tag

from ektp_core.boundary.card_printer import Artwork, Condition, DriverError, DriverLost, Found, Settings, Severity
from ektp_driver_cups.driver import CupsPrinter
from ektp_driver_cups.plugin import ektp_discover_printers
from ektp_driver_cups.queue import HELD, JobState, QueueState
from ektp_driving.deadline import Deadline
from tests.drivers.cups.conftest import MS, Office
from tests.drivers.queue_office import token

pytestmark = pytest.mark.processes


@pytest.mark.parametrize(
    ("manner", "says"),
    [
        ({"keeps_history": False}, "cupsctl PreserveJobHistory=Yes"),
        ({"keeps_files": True}, "cupsctl PreserveJobFiles=No"),
        ({"denied": ("CUPS-Add-Modify-Printer",)}, "lpadmin -p card -o printer-error-policy=abort-job"),
        ({"denied": ("Pause-Printer",), "policy": "abort-job"}, "usermod -aG lpadmin"),
        ({"denied": ("CUPS-Add-Modify-Printer",), "policy": "abort-job", "sheets": "standard none"}, "job-sheets-default"),
        ({"accepts": False}, "cupsaccept card"),
        ({"state": "Stopped"}, "cupsenable card"),
    ],
)
def test_a_queue_that_is_not_safe_is_refused_with_what_to_type(
    office: Callable[..., Office], manner: dict[str, object], says: str
) -> None:
    at = office(**manner)
    printer = at.raw()
    with pytest.raises(DriverError, match=says):
        printer.configure(Settings(), MS)
    with pytest.raises(DriverError, match="not configured"):
        printer.feed(MS)
    assert not at.marked()


def test_a_queue_without_the_backend_is_refused_unless_the_office_says_otherwise(
    office: Callable[..., Office],
) -> None:
    at = office(is_guarded=False)
    strict = CupsPrinter(Found("cups", at.bench.hint.removesuffix("?unguarded"), at.bench.serial))
    at.opened.append(strict)
    with pytest.raises(DriverError, match="lpadmin -p card -v 'ektp-once:ipp://localhost"):
        strict.configure(Settings(), MS)
    at.prepared().mark(token(), MS)
    assert len(at.marked()) == 1


@pytest.mark.parametrize("denied", [(), ("CUPS-Add-Modify-Printer",)])
def test_settings_that_are_right_already_need_no_right_to_set_them(
    office: Callable[..., Office], denied: tuple[str, ...]
) -> None:
    at = office(policy="abort-job", denied=denied)
    read_back = at.raw().configure(Settings(), MS)
    assert (read_back.host_handles_errors, read_back.device_retries, read_back.copies) == (True, 0, 1)
    assert (read_back.keeps_bitmaps, len(read_back.digest)) == (False, 32)


def test_a_queue_or_a_spooler_that_is_not_there_is_not_seen(
    office: Callable[..., Office], capfd: pytest.CaptureFixture[str]
) -> None:
    at = office()
    socket = at.bench.hint.partition("#")[0]
    for hint in (f"{socket}#another", f"{socket}.gone#card"):
        assert ektp_discover_printers(hint) == []
    words = capfd.readouterr().err
    assert "0x0406" in words and "no spooler answers" in words


@pytest.mark.parametrize("name", ["letter to the head", "ektp-antrian"])
@pytest.mark.parametrize(
    "manner", [{}, {"is_guarded": False}], ids=["guarded", "unguarded"]
)
def test_while_a_job_of_somebody_else_waits_no_card_is_begun_and_the_job_is_left_alone(
    office: Callable[..., Office], manner: dict[str, object], name: str
) -> None:
    at = office(**manner)
    printer = at.prepared()
    job_id = at.bench.print_as_somebody_else(name)
    (told,) = printer.status(MS).stops
    assert (told.condition, told.severity, told.vendor_code) == (Condition.OTHER, Severity.WARNING, "jobs-of-others")
    with pytest.raises(DriverError, match="jobs of others"):
        printer.feed(MS)
    with pytest.raises(DriverError, match="jobs of others"):
        printer.mark(token(), MS)
    printer = at.open()  # another opening leaves it alone too
    assert not at.bench.desk().job(job_id, Deadline.after(MS)).is_over and not at.marked()
    at.bench.desk().cancel(job_id, Deadline.after(MS))
    assert printer.status(MS).stops == ()


def test_a_queue_that_works_for_somebody_else_is_waited_for_and_never_interrupted(
    office: Callable[..., Office],
) -> None:
    at = office(card_ms=1_500, is_guarded=False)
    job_id = at.bench.print_as_somebody_else()
    printer = at.raw()
    with pytest.raises(DriverError, match="job of somebody else"):
        printer.configure(Settings(), MS)
    deadline = Deadline.after(MS)
    while not at.bench.desk().job(job_id, deadline).is_over:
        assert deadline.left_s
    printer.configure(Settings(), MS)
    assert [one.job_keys for one in at.marked()] == [("",)]


def test_a_queue_that_a_person_stops_stays_stopped_and_new_cards_wait(office: Callable[..., Office]) -> None:
    at = office()
    printer = at.prepared()
    at.bench.stop_queue("the technician is at it")
    (told,) = printer.status(MS).stops
    assert (told.condition, told.vendor_code) == (Condition.OTHER, "paused")
    assert "the technician is at it" in told.vendor_text and "cupsenable card" in told.vendor_text
    with pytest.raises(DriverError, match="technician"):
        printer.mark(token(), MS)
    with pytest.raises(DriverError, match="technician"):
        at.open()
    assert at.bench.desk().queue(Deadline.after(MS)).message == "the technician is at it"
    at.bench.enable_queue()
    at.prepared().mark(token(2), MS)
    assert len(at.marked()) == 1


def test_of_two_processes_of_one_station_only_the_last_to_open_the_queue_prints(office: Callable[..., Office]) -> None:
    at = office()
    first, second = at.prepared(), at.prepared()
    with pytest.raises(DriverLost, match="another station"):
        first.status(MS)
    with pytest.raises(DriverLost, match="another station"):
        first.mark(token(1), MS)
    assert second.status(MS).stops == ()
    second.mark(token(2), MS)
    assert [len(one.job_keys) for one in at.marked()] == [1]


def test_the_queue_is_held_between_cards_and_after_the_driver_went(office: Callable[..., Office]) -> None:
    at = office()
    desk = at.bench.desk()
    printer = at.prepared()
    for act in (lambda: None, lambda: printer.mark(token(), MS), lambda: printer.release(MS), printer.close):
        act()
        queue = desk.queue(Deadline.after(MS))
        assert queue.state is QueueState.STOPPED and queue.message.startswith(HELD)
    # A spooler begins a job while it answers to its last document, if its queue runs.
    held, run = (_sent(at, let_run) for let_run in (False, True))
    assert (held, run) == (JobState.PENDING, JobState.PROCESSING)


def _sent(at: Office, let_run: bool) -> JobState | None:
    """The state of somebody else's job as soon as it was sent."""
    if let_run:
        at.bench.mend()
        at.bench.enable_queue()
    return at.bench.desk().job(at.bench.print_as_somebody_else(), Deadline.after(MS)).state


def test_settings_that_came_with_the_queue_are_set_and_read_back(office: Callable[..., Office]) -> None:
    at = office(sheets="standard standard")
    at.bench.change(Attribute("copies-default", Tag.INTEGER, [3]))
    printer = at.raw()
    assert printer.configure(Settings(), MS).copies == 1
    queue = at.bench.desk().queue(Deadline.after(MS))
    assert (queue.policy, queue.sheets, queue.copies, queue.hold) == ("abort-job", (), 1, "no-hold")
    printer.prepare(Artwork(at.picture), MS)
    printer.mark(token(), MS)
    assert [one.marks for one in at.bench.cards()] == [1, 0, 0, 0]

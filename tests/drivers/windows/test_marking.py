"""One card's job, step by step, before a spooler that does something else meanwhile; on a clock of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_windows import marking
from ektp_driver_windows.bits import JobBit, JobControl, PrinterBit
from ektp_driver_windows.marking import LAST_S, Marking
from ektp_driver_windows.picture import Bitmap
from ektp_driver_windows.queue import Job, job_name
from ektp_driving.deadline import Deadline
from tests.drivers.stepped_clock import stepped_clock
from tests.drivers.windows.spooler_here import HOLDER, OTHER, SpoolerHere, held

pytestmark = pytest.mark.rule(22)
CARD = job_name("this card")
MS = 30_000
AT_WORK = {"bits": JobBit.PRINTING | JobBit.RETAINED}
DONE = {"bits": JobBit.PRINTED | JobBit.RETAINED, "printed": 1}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Its one number is the time in seconds: each look at a job that goes on moves it."""
    return stepped_clock(monkeypatch, marking)


@pytest.fixture
def at(clock: list[float]) -> SpoolerHere:
    """A queue in our hands, and a printer that makes a card well."""
    return SpoolerHere(now=held(), way=[{}, AT_WORK, AT_WORK, DONE])


def run(at: SpoolerHere, timeout_ms: int = MS, is_guarded: bool = True) -> Job:
    return Marking(at, HOLDER, is_guarded).run(CARD, Bitmap(1016, 648, b""), Deadline.after(timeout_ms))


def orders(at: SpoolerHere) -> list[object]:
    return [one for one in at.asked if one not in ("queue", "jobs")]


@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_card_runs_once_and_the_queue_only_until_it_is_under_way(at: SpoolerHere, is_guarded: bool) -> None:
    assert run(at, is_guarded=is_guarded).is_over
    assert orders(at) == [
        "begin", JobControl.PAUSE, "page", "end", JobControl.RETAIN, JobControl.RESUME, "let run", "stop",
        JobControl.RELEASE, JobControl.DELETE,
    ] if is_guarded else [
        "begin", JobControl.PAUSE, "page", "end", JobControl.RETAIN, JobControl.RESUME, "let run",
        JobControl.RELEASE, JobControl.DELETE, "stop",
    ]  # fmt: skip
    assert at.now.is_held_by(HOLDER) and not at.found


def test_a_guarded_queue_is_stopped_while_the_card_is_under_way(at: SpoolerHere) -> None:
    stopped: list[bool] = []
    at.before["stop"] = lambda: stopped.append(JobBit.PRINTING in max(at.found.items())[1].bits)
    run(at)
    assert stopped == [True]


# -- before it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"status": PrinterBit.NOTHING}, "let the queue Card run"),
        ({"comment": held(OTHER).comment}, "another station"),
        ({"copies": 3}, "settings"),
    ],
)
def test_a_queue_that_is_not_in_our_hands_gets_no_job(at: SpoolerHere, values: dict[str, Any], says: str) -> None:
    at.let(**values)
    with pytest.raises(DriverLost, match=says):
        run(at)
    assert "begin" not in at.asked


@pytest.mark.parametrize("bits", [JobBit.NOTHING, JobBit.PRINTED, JobBit.PRINTED | JobBit.RETAINED])
def test_a_card_that_has_a_job_is_not_sent_again(at: SpoolerHere, bits: JobBit) -> None:
    at.add(CARD, bits)
    with pytest.raises(DriverError, match="not sent again"):
        run(at)
    assert "begin" not in at.asked


def test_a_spooler_that_does_not_hold_a_job_draws_no_page(at: SpoolerHere) -> None:
    at.deaf.add(JobControl.PAUSE)
    with pytest.raises(DriverError, match="does not hold"):
        run(at)
    assert not {"page", "let run"} & set(at.asked) and not at.found


@pytest.mark.parametrize("sending", ["begin", "page", "end"])
@pytest.mark.parametrize("comes", ["let run", "others job", "another station", "door open", "two pages"])
def test_whoever_comes_while_the_page_is_drawn_finds_no_card_let_go(at: SpoolerHere, sending: str, comes: str) -> None:
    def two_pages() -> None:
        at.found = {number: evolve(one, pages=2) for number, one in at.found.items()}

    ways: dict[str, Callable[[], object]] = {
        "let run": lambda: at.let(status=PrinterBit.NOTHING),
        "others job": lambda: at.found.update({0: Job(0, "Document1")}),
        "another station": lambda: at.let(comment=held(OTHER).comment),
        "door open": lambda: at.let(status=PrinterBit.PAUSED | PrinterBit.DOOR_OPEN),
        "two pages": two_pages,
    }
    at.after[sending] = ways[comes]
    with pytest.raises(DriverError):
        run(at)
    assert not {JobControl.RESUME, "let run"} & set(at.asked)
    assert CARD not in at.names and at.now.is_paused


# -- while it runs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way",
    [
        [AT_WORK, {"bits": JobBit.NOTHING}],
        [AT_WORK, {"bits": JobBit.RETAINED}],
        [AT_WORK, {"bits": JobBit.PRINTING | JobBit.RESTART}],
        [{"bits": JobBit.RESTART}],
        [AT_WORK, {"bits": JobBit.PRINTED | JobBit.RESTART}],
    ],
)
def test_a_job_that_is_to_be_printed_again_is_deleted_at_once(at: SpoolerHere, way: list[dict[str, Any]]) -> None:
    at.way = way
    with pytest.raises(DriverError, match="a second time"):
        run(at)
    assert not at.found and at.now.is_held_by(HOLDER) and at.asked.count("let run") == 1


@pytest.mark.parametrize(
    "bit", [JobBit.ERROR, JobBit.OFFLINE, JobBit.PAPER_OUT, JobBit.BLOCKED, JobBit.USER_INTERVENTION, JobBit.DELETING, JobBit.DELETED]
)  # fmt: skip
@pytest.mark.parametrize("under", [JobBit.NOTHING, JobBit.PRINTING])
def test_a_job_that_stands_still_for_a_person_is_deleted(at: SpoolerHere, bit: JobBit, under: JobBit) -> None:
    at.way = [{"bits": bit | under | JobBit.RETAINED}]
    with pytest.raises(DriverError, match="it stands still: job"):
        run(at)
    assert not at.found and at.now.is_held_by(HOLDER)


def test_a_printer_that_stands_still_ends_the_job_too(at: SpoolerHere) -> None:
    at.way = [{}]
    at.after["let run"] = lambda: at.let(status=PrinterBit.PAPER_JAM)
    with pytest.raises(DriverError, match=r"the printer stands still.*paper-jam"):
        run(at)
    assert not at.found and at.now.is_held_by(HOLDER)


@pytest.mark.parametrize("way", [[AT_WORK, {"pages": 2}], [AT_WORK, {**DONE, "printed": 2}], [{"printed": 2}]])
def test_a_card_that_becomes_two_pages_is_an_error_also_at_its_end(at: SpoolerHere, way: list[dict[str, Any]]) -> None:
    at.way = way
    with pytest.raises(DriverError, match="one card became 2 pages"):
        run(at)
    assert not at.found


def test_a_job_that_is_gone_from_the_list_did_not_say_that_it_printed(at: SpoolerHere) -> None:
    at.after["let run"] = at.found.clear
    with pytest.raises(DriverError, match="is gone from the list"):
        run(at)


@pytest.mark.parametrize(("timeout_ms", "left_s"), [(30_000, LAST_S), (90_000, LAST_S), (3_000, 1.0)])
def test_a_job_without_an_end_is_deleted_while_there_is_time_to_stop_the_queue(
    at: SpoolerHere, clock: list[float], timeout_ms: int, left_s: float
) -> None:
    at.way = [{"bits": JobBit.RETAINED}] * 10_000
    end_s = clock[0] + timeout_ms / 1000
    deleted: list[float] = []
    at.before[JobControl.DELETE] = lambda: deleted.append(clock[0])
    with pytest.raises(DriverTimeout, match="no end before the deadline"):
        run(at, timeout_ms)
    assert not at.found and at.now.is_held_by(HOLDER)
    assert end_s - left_s <= deleted[0] < end_s - left_s + 0.5


# -- after it ---------------------------------------------------------------------------------


def test_the_queue_is_not_stopped_in_a_job_of_somebody_else(at: SpoolerHere) -> None:
    at.way = [DONE]
    at.after[JobControl.RELEASE] = lambda: at.found.update({0: Job(0, "Document1", JobBit.PRINTING)})
    assert run(at).is_over
    assert "stop" not in at.asked and at.names == ["Document1"]


def test_a_job_of_somebody_else_that_came_meanwhile_stays_in_the_list(at: SpoolerHere) -> None:
    at.after["let run"] = lambda: at.found.update({0: Job(0, "Document1")})
    assert run(at).is_over
    assert at.names == ["Document1"] and at.now.is_held_by(HOLDER)

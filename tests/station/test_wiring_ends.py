"""How a station ends: stopped, failed or refused, all of it and never half."""

import os
import signal
import time
from typing import Any

import pytest

from ektp_core.boundary.store import StoreUnsure
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.station_book import LoadPrinter
from ektp_station import keeper, wiring
from ektp_station.wiring import EXIT_FAULT, EXIT_FULL, EXIT_UNSURE, StationProcess
from tests.station.running_station import NIK, Make, marked
from tests.station.running_station import line as line  # a fixture
from tests.station.running_station import printer as printer  # a fixture
from tests.station.station_bench import SERIES, SOON_S, WAIT_S, refused, until

pytestmark = pytest.mark.processes


def test_stopping_lets_the_card_under_way_come_out_and_begins_no_other(line: Make) -> None:
    at_work = line(cards=2).open()
    marked(at_work)
    assert at_work.end() == 0
    assert at_work.process.printers["A"].is_working is False
    assert at_work.now("printers")[0]["card"]["step"] == "EJECTED"
    assert [one.place.value for one in at_work.printer.truth().good] == ["output"]
    at_work.start()
    at_work.judge()
    at_work.judge()
    at_work.until_absorbed()
    assert set(at_work.hub.locks().values()) == {"PRINTED"}
    assert len(at_work.printer.truth().job_keys) == 2


def test_told_twice_to_stop_it_ends_at_once(line: Make) -> None:
    at_work = line(cards=1).open()
    marked(at_work)
    pid = at_work.process.printers["A"].machine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    at_work.process.stop()
    began = time.monotonic()
    assert at_work.end() == 0
    assert time.monotonic() - began < SOON_S
    until(lambda: not at_work.process.printers["A"].is_working, "its worker ends")


def test_after_the_end_nobody_waits_for_an_answer(line: Make) -> None:
    at_work = line().start()
    at_work.end()
    assert refused(at_work.process.people_ask(b"{}", timeout_s=60)).facts["why"] == "it was stopped"
    with pytest.raises(Refused, match="it was stopped"):
        at_work.process.ask_main(lambda: 1)


def test_an_answer_that_does_not_come_in_time_is_a_refusal_too(line: Make) -> None:
    at_work = line()
    at_work.build()  # nobody runs it
    assert refused(at_work.process.people_ask(b"{}", timeout_s=0.05)).refusal is Refusal.NOT_REACHED
    at_work.process.store.close()


def test_a_driver_that_hangs_does_not_hold_up_the_end_and_does_not_outlive_it(
    line: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "STOP_S", 0.3)
    monkeypatch.setattr(wiring, "END_S", 0.1)
    at_work = line(cards=1).open()
    marked(at_work)
    pid = at_work.process.printers["A"].machine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    assert at_work.end() == 0
    assert time.monotonic() - began < SOON_S
    until(lambda: not at_work.process.printers["A"].is_working, "its worker ends")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    "fault",
    [
        (StoreUnsure("COMMIT did not say whether it was kept"), EXIT_UNSURE, Refusal.BOOK_UNSURE),
        (Refused(Refusal.BOOK_FULL, {"path": "station.db"}), EXIT_FULL, Refusal.BOOK_FULL),
        (Refused(Refusal.BOOK_DAMAGED, {"path": "station.db"}), EXIT_UNSURE, Refusal.BOOK_DAMAGED),
        (KeyError(NIK), EXIT_FAULT, Refusal.BOOK_UNSURE),
    ],
)  # fmt: skip
def test_a_fault_of_the_book_ends_the_whole_process_and_whoever_waits_is_told(
    line: Make,
    fault: tuple[Exception, int, Refusal],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    error, code, told = fault
    at_work = line(cards=1).open()

    def commit(*_: object) -> Any:
        raise error

    raw = at_work.ask(LoadPrinter("A", ((SERIES, 1, 5),), 0), "station")
    monkeypatch.setattr(at_work.process.store, "commit", commit)
    assert refused(at_work.process.people_ask(raw)).refusal is told
    at_work.thread.join(WAIT_S)
    assert at_work.code == [code]
    assert NIK not in capfd.readouterr().err
    at_work.start()  # the book was let go of, and what is in it is found
    assert at_work.end() == 0


def test_a_fault_in_the_step_ends_the_whole_process(line: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work = line().start()

    def step(*_: object) -> Any:
        raise AssertionError("a bug")

    monkeypatch.setattr(keeper, "step", step)
    at_work.thread.join(WAIT_S)
    assert at_work.code == [EXIT_FAULT]


def test_a_second_station_on_the_same_folder_is_refused(line: Make) -> None:
    at_work = line().start()
    with pytest.raises(Refused, match="BOOK_IN_USE"):
        StationProcess(at_work.office.folder, at_work.config, at_work.office.keys["station"])


def test_a_station_that_cannot_be_founded_lets_its_book_go(line: Make) -> None:
    at_work = line()
    founding = at_work.office.folder / "founding.json"
    kept = founding.read_bytes()
    founding.unlink()
    with pytest.raises(Refused, match="BAD_FILE"):
        at_work.build()
    founding.write_bytes(kept)
    with pytest.raises(Refused, match="NOT_ALLOWED"):
        StationProcess(at_work.office.folder, at_work.config, at_work.office.keys["operator"])
    at_work.start()
    assert at_work.end() == 0

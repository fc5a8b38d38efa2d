"""The station's threads: every order to a printer brings something back."""

import os
import signal
import time
from typing import Any

import pytest

from ektp_driver_virtual import launch
from ektp_station.machine import Machine
from tests.station.running_station import NIK, SLOW, Make, marked
from tests.station.running_station import line as line  # a fixture
from tests.station.running_station import printer as printer  # a fixture  # a fixture
from tests.station.station_bench import until

pytestmark = pytest.mark.processes


def test_a_card_is_printed_from_record_to_receipt(line: Make) -> None:
    at_work = line(cards=2).open()
    serials = [at_work.judge(), at_work.judge()]
    at_work.until_absorbed()
    assert sorted(at_work.hub.locks().values()) == ["PRINTED", "PRINTED"]
    assert [at_work.printer.truth().cards[one].printed_good for one in serials] == [True, True]
    assert at_work.now("counts")["STOCK"] == 18
    assert at_work.end() == 0


@SLOW
def test_a_driver_killed_while_a_card_is_marked_makes_one_suspect_and_printing_goes_on(line: Make) -> None:
    at_work = line(cards=2).open()
    marked(at_work)
    pid = at_work.process.printers["A"].machine.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    at_work.judge()
    at_work.until_absorbed()
    assert sorted(at_work.hub.locks().values()) == ["PRINTED", "SUSPECT"]
    truth = at_work.printer.truth()
    assert len(truth.job_keys) == 2 and at_work.now("counts") == {"GOOD_HELD": 1, "STOCK": 18, "SUSPECT": 1}


@SLOW
def test_a_printer_that_loses_power_while_it_marks_is_judged_and_prints_on(line: Make) -> None:
    at_work = line(cards=2).open()
    marked(at_work)
    at_work.printer.kill()
    time.sleep(0.3)
    at_work.printer = launch.start(at_work.printer.folder, at_work.printer.serial, card_ms=60, reboot_ms=50)
    at_work.judge()
    at_work.until_absorbed()
    assert sorted(at_work.hub.locks().values()) in (["MISPRINTED", "PRINTED"], ["PRINTED", "SUSPECT"])
    cards = at_work.printer.truth().cards.values()
    assert sum(one.marked for one in cards) == 2


def test_a_record_that_cannot_be_drawn_costs_no_blank(line: Make) -> None:
    at_work = line(cards=1)

    def draw(_: bytes) -> Any:
        raise KeyError(NIK)

    at_work.build().printers["A"].machine.draw = draw
    at_work.run()
    at_work.count_in()
    before = at_work.now("commits")
    until(lambda: at_work.now("commits") >= before + 2, "the start is taken back")
    until(lambda: at_work.now("counts").get("IN_MACHINE", 0) == 0, "the blank is in stock again")
    assert not any(one.fed for one in at_work.printer.truth().cards.values())


def test_a_printer_that_is_not_there_is_named_and_taken_when_it_comes(line: Make) -> None:
    at_work = line(cards=1)
    at_work.printer.kill()
    at_work.start()
    until(lambda: "printer A" in at_work.now("troubles"), "the trouble is shown")
    assert at_work.now("printers") == []
    at_work.printer = launch.start(at_work.printer.folder, at_work.printer.serial, card_ms=60)
    at_work.count_in()
    at_work.judge()
    assert "printer A" not in at_work.now("troubles")


def test_a_fault_while_opening_does_not_lose_the_printer(line: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    works, tries = Machine.open, []

    def faulty(self: Machine) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise ValueError(NIK)
        return works(self)

    monkeypatch.setattr(Machine, "open", faulty)
    at_work = line().start()
    until(lambda: "printer A" in at_work.now("troubles"), "the trouble is shown")
    assert NIK not in str(at_work.now("troubles"))
    until(lambda: at_work.press()["phase"] == "idle", "the printer is there")

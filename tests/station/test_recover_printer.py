"""`ektp station recover-printer` at a station that runs: jam, freed, and it goes on, or says why not."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ektp_core.boundary.card_printer import CardPosition
from ektp_core.flow.rows import Tally
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_driver_virtual.messages import FaultKind, Step, TakeFrom
from ektp_driver_virtual.truth import Place
from ektp_station import machine
from ektp_station.api import station_app
from ektp_station.commands import station
from ektp_station.config import ADDRESS_FILE, PrinterConfig, write_config
from ektp_station.driver_link import DriverLink
from ektp_station.wiring import serve_in_thread
from tests.station.station_bench import CALL_MS, WAIT_S, Line, until
from tests.station.test_bad_drivers import ROOT
from tests.station.wedging_driver import LATCH, NAME

pytestmark = [pytest.mark.processes, pytest.mark.rule(15), pytest.mark.rule(22)]

#: How long a driver that hangs may take here.
HANG_MS = 3_000


class Freed(Line):
    """A station with its own page, which commands reach, and a person at its printer."""

    def serve(self) -> None:
        """Its page, as the station's own process has it."""
        write_config(self.office.folder, self.config)
        app = station_app(lambda: self.process.now, self.process.people_ask, lambda _: b"")

        def announce(port: int) -> None:
            (self.office.folder / ADDRESS_FILE).write_text(f"http://127.0.0.1:{port}\n", encoding="utf-8")

        serve_in_thread(app, 0, announce)
        until((self.office.folder / ADDRESS_FILE).exists, "its page is there")

    def command(self, name: str, *arguments: str) -> Result:
        """What a person types."""
        return CliRunner().invoke(station, [name, str(self.office.folder), *arguments])

    def free(self, *arguments: str) -> Result:
        """The printer is freed."""
        return self.command("recover-printer", "--printer", "A", *arguments)

    def locks(self) -> list[str]:
        """States of all locks at the hub."""
        return sorted(self.hub.locks().values())

    def every_blank(self) -> int:
        """Every blank of the book, wherever it is."""
        with self.process.store.read() as view:
            return sum(one.count for one in view.rows(Tally, "station/52.03/1"))

    def must_be_whole(self, good: int) -> None:
        """No second card of a permission, and no blank lost."""
        truth = self.printer.truth()
        jobs = [one.job_key.rpartition("/")[0] for one in truth.cards.values() if one.printed_good]
        assert len(jobs) == len(set(jobs)) == good, jobs
        assert self.every_blank() == self.blanks
        assert len(truth.lying(Place.HOPPER)) == self.now("counts")["STOCK"]


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "printer", "VP-0001", card_ms=200, reboot_ms=50)
    yield running
    if running.process.poll() is None:
        running.kill()


Make = Callable[..., Freed]


@pytest.fixture
def line(tmp_path: Path, printer: RunningPrinter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("EKTP_LANG", "en")
    monkeypatch.setattr("ektp_station.press.LOOK_GAP_MS", 50)
    made: list[Freed] = []

    def make(deed: str = "", cards: int = 2, call_ms: int = CALL_MS) -> Freed:
        def link(kind: str, hint: str, serial: str, **more: Any) -> DriverLink:
            return DriverLink(kind, hint, serial, plugins=("tests.station.wedging_driver",), **more)

        one = PrinterConfig("A", "virtual", str(printer.folder), printer.serial, call_ms, look_ms=200)
        if deed:
            monkeypatch.setattr(machine, "DriverLink", link)
            monkeypatch.setattr(machine, "permits", lambda *_: None)  # it is of no distribution
            one = PrinterConfig("A", NAME, f"{deed}@{printer.folder}", printer.serial, call_ms, look_ms=200)
        at_work = Freed(tmp_path, printer, cards, printers=(one,))
        made.append(at_work)
        at_work.start()
        at_work.serve()
        return at_work

    yield make
    for one in made:
        one.close()


def wedged(at_work: Freed) -> Freed:
    """The first card is stuck for good and in doubt; the second waits."""
    at_work.printer.panel.fault(FaultKind.JAM, 1, Step.MARK)
    at_work.count_in()
    until(lambda: len(at_work.now("suspects")) == 1, "the first card is in doubt")
    until(lambda: (at_work.press().get("waits") or {}).get("code") == "device", "the printer stands still")
    return at_work


def left_inside(at_work: Freed) -> Freed:
    """The power went while the first card was marked, and stayed away for long: it is in doubt, and still inside."""
    truth = at_work.printer.folder / "truth.jsonl"
    at_work.count_in()
    until(lambda: b'"mark_begun"' in truth.read_bytes(), "a card is being marked")
    at_work.printer.panel.power(False)
    until(lambda: len(at_work.now("suspects")) == 1, "the first card is in doubt")
    at_work.printer.panel.power(True)
    until(lambda: (at_work.press().get("waits") or {}).get("code") == "card-inside", "its card is seen inside")
    return at_work


def test_a_jam_is_freed_and_the_next_card_is_printed_without_a_restart(line: Make) -> None:
    at_work = wedged(line("plain"))
    assert at_work.printer.panel.take(TakeFrom.JAMMED) == ("PNRI-2026 1",)
    assert "Printer A reports a stuck card" in at_work.command("printers").output
    said = at_work.free("--clear")
    assert said.exit_code == 0 and said.output == "Printer A says that it is ready and empty, and goes on.\n", said.output
    at_work.judge()
    at_work.until_absorbed()
    assert at_work.locks() == ["PRINTED", "SUSPECT"] and at_work.now("counts")["SUSPECT"] == 1
    at_work.must_be_whole(good=1)


def test_who_clears_it_with_the_card_inside_is_told_so_and_nothing_is_printed(line: Make) -> None:
    at_work = wedged(line("plain"))
    said = at_work.free("--clear")
    assert said.exit_code == 1, said.output
    assert "Printer A said no" in said.output and "Printer A still has a card inside" in said.output
    until(lambda: at_work.press()["phase"] == "resting", "it takes no other card")
    assert len(at_work.printer.truth().job_keys) == 1
    at_work.printer.panel.take(TakeFrom.JAMMED)
    assert at_work.free("--clear").exit_code == 0
    at_work.judge()
    at_work.until_absorbed()
    assert at_work.locks() == ["PRINTED", "SUSPECT"]
    at_work.must_be_whole(good=1)


def test_a_card_left_inside_goes_to_the_reject_tray_and_stays_in_doubt(line: Make) -> None:
    at_work = left_inside(line())
    assert at_work.free("--clear").exit_code == 1, "it has no error, and its card is still inside"
    assert at_work.printer.panel.view().position != CardPosition.NONE.value
    said = at_work.free("--reject")
    assert said.exit_code == 0, said.output
    assert at_work.printer.truth().cards["PNRI-2026 1"].place is Place.REJECT
    at_work.judge()
    at_work.until_absorbed()
    assert at_work.locks() == ["PRINTED", "SUSPECT"]
    at_work.must_be_whole(good=1)


@pytest.mark.parametrize(("deed", "says"), [("crash", "ended during recover"), ("hang", "no answer to recover")])
def test_a_driver_that_dies_in_it_leaves_the_printer_to_two_people(line: Make, deed: str, says: str) -> None:
    at_work = wedged(line(deed, call_ms=HANG_MS if deed == "hang" else CALL_MS))
    at_work.printer.panel.take(TakeFrom.JAMMED)
    said = at_work.free("--clear")
    assert said.exit_code == 1 and says in said.output and "until two people explain it" in said.output, said.output
    (at_work.printer.folder / LATCH).unlink()  # it is as good as new, and still two people look
    until(lambda: "out of service" in at_work.command("printers").output, "it says so")
    assert at_work.press()["phase"] == "shut" and "nobody knows what it did" in at_work.press()["closed"]
    assert len(at_work.printer.truth().job_keys) == 1
    at_work.must_be_whole(good=0)


def test_a_driver_killed_in_the_middle_of_it_is_the_same(line: Make) -> None:
    at_work = wedged(line("hang"))
    at_work.printer.panel.take(TakeFrom.JAMMED)

    def kill() -> None:
        until(lambda: at_work.press().get("freed", {}).get("stage") == "acting", "it is being freed")
        pid = at_work.process.printers["A"].machine.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    said = at_work.free("--clear")
    killer.join(WAIT_S)
    assert said.exit_code == 1 and "ended during recover" in said.output, said.output
    until(lambda: at_work.press()["phase"] == "shut", "it is out of service")
    at_work.must_be_whole(good=0)


def test_what_makes_no_sense_is_refused_with_its_reason(line: Make) -> None:
    at_work = line(cards=0)
    at_work.count_in()
    until(lambda: at_work.press()["phase"] == "idle", "it is idle")
    for arguments, says in (
        (("--printer", "A", "--clear"), "CANNOT_RECOVER"),
        (("--printer", "A", "--reject"), "CANNOT_RECOVER"),
        (("--printer", "Z", "--clear"), "BAD_VALUE"),
    ):
        said = at_work.command("recover-printer", *arguments)
        assert said.exit_code == 1 and says in str(said.exception), said.output
    assert at_work.free().exit_code == 2 and at_work.free("--clear", "--reject").exit_code == 2

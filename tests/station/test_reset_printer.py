"""A printer is reset only by a person, with the station stopped and no card in it by the book."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ektp_core.vocabulary.state import PressStep
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_station import command_reset_printer
from ektp_station.commands import station
from ektp_station.config import PrinterConfig, StationConfig, write_config
from ektp_station.resetting import card_in
from tests.station.press_bench import FIRST, PRINTER, STATION, Bench


def test_a_card_in_the_press_is_the_books_word() -> None:
    bench = Bench()
    with bench.store.read() as view:
        assert card_in(view, STATION, PRINTER) == ""
    bench.run_to(PressStep.START)
    with bench.store.read() as view:
        assert card_in(view, STATION, PRINTER) == f"{FIRST}/1"
        assert card_in(view, STATION, "another") == ""
    bench.settle()
    with bench.store.read() as view:  # it came out, and waits for somebody to look: it is still this printer's
        assert card_in(view, STATION, PRINTER) == f"{FIRST}/1"


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[RunningPrinter]:
    started = launch.start(tmp_path / "vp", "VP-0001", card_ms=60)
    yield started
    started.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "station"
    made.mkdir()
    write_config(made, StationConfig(STATION, "http://hub", (PrinterConfig("A", "virtual", str(tmp_path / "vp"), "VP-0001"),)))
    return made


def ask(folder: Path, *arguments: str) -> Any:
    return CliRunner().invoke(station, ["reset-printer", str(folder), *arguments])


@pytest.mark.processes
def test_an_empty_printer_is_reset_when_a_person_says_so(folder: Path, printer: RunningPrinter) -> None:
    said = ask(folder, "A", "--level", "soft")
    assert said.exit_code == 0 and said.output == "Printer A was reset.\n", said.output


def test_with_a_card_in_it_by_the_book_nothing_is_sent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_reset_printer, "_in_book", lambda *_: ("52.03-000001/1", None))
    monkeypatch.setattr(command_reset_printer, "_machine", lambda *_: pytest.fail("the printer is opened"))
    said = ask(folder, "A")
    assert said.exit_code == 1 and "The book has 52.03-000001/1 in printer A" in said.output


def test_while_the_station_runs_it_has_the_printer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_reset_printer, "answer", lambda *_: {})
    monkeypatch.setattr(command_reset_printer, "_machine", lambda *_: pytest.fail("the printer is opened"))
    said = ask(folder, "A")
    assert said.exit_code == 1 and "Stop it first" in said.output


def test_an_unknown_printer_and_one_that_is_not_there_are_named(folder: Path) -> None:
    assert ask(folder, "B").exit_code != 0
    said = ask(folder, "A")
    assert said.exit_code == 1 and "A: driver virtual sees no printer VP-0001" in said.output

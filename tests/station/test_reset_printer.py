"""A printer is reset only by a person, with the station stopped and no card in it by the book."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.rows import Attempt
from ektp_core.flow.suspect_evidence_rows import OpenSuspect
from ektp_core.vocabulary.state import PressStep
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_station import command_reset_printer
from ektp_station.commands import station
from ektp_station.config import BOOK_FILE, PrinterConfig, StationConfig, write_config
from ektp_station.resetting import card_in
from ektp_store.ownership import disown, own
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


def test_a_station_that_refuses_to_answer_runs_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise Refused(Refusal.BOOK_IN_USE, {"path": "x"})

    monkeypatch.setattr(command_reset_printer, "answer", refused)
    monkeypatch.setattr(command_reset_printer, "_machine", lambda *_: pytest.fail("the printer is opened"))
    said = ask(folder, "A")
    assert said.exit_code == 1 and "Stop it first" in said.output


def test_a_station_that_does_not_answer_but_has_its_book_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / BOOK_FILE).touch()
    monkeypatch.setattr(command_reset_printer, "_in_book", lambda *_: pytest.fail("the book is read"))
    monkeypatch.setattr(command_reset_printer, "_machine", lambda *_: pytest.fail("the printer is opened"))
    lock = own(str(folder / BOOK_FILE))
    try:
        said = ask(folder, "A")
    finally:
        disown(lock)
    assert said.exit_code == 1 and "Stop it first" in said.output


class Rows:
    """A view of a few rows."""

    def __init__(self, *rows: Any) -> None:
        self.held = rows

    def rows(self, kind: type, *_: object) -> list[Any]:
        return [one for one in self.held if type(one) is kind]

    def row(self, kind: type, *_: object) -> Any:
        return next(iter(self.rows(kind)), None)


def test_a_card_in_doubt_may_still_lie_in_its_printer() -> None:
    view: Any = Rows(OpenSuspect(STATION, FIRST, 1), Attempt(FIRST, 1, STATION, 0, printer=PRINTER))
    assert card_in(view, STATION, PRINTER) == f"{FIRST}/1"
    assert card_in(view, STATION, "another") == ""


@pytest.mark.parametrize(("state", "said"), [
    (TestState.ORDERED, ""), (TestState.BEGUN, "a test card"), (TestState.DOUBT, "a test card"),
    (TestState.WASTE, ""), (TestState.UNUSED, ""),
])  # fmt: skip
def test_a_test_card_that_is_begun_or_in_doubt_may_still_lie_in_its_printer(state: TestState, said: str) -> None:
    view: Any = Rows(Testing(STATION, PRINTER, state))
    assert card_in(view, STATION, PRINTER) == said
    assert card_in(view, STATION, "another") == ""

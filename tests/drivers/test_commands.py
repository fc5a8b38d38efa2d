"""`ektp printer`: what a person types beside the machine."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from ektp_core.boundary.card_printer import DriverLost
from ektp_driver_virtual import launch
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.commands import printer
from ektp_driver_virtual.launch import RunningPrinter
from ektp_driver_virtual.messages import FaultKind


def said(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(printer, [str(word) for word in words])
    return result.exit_code, result.output


@pytest.mark.parametrize("command", ["", "run", "load", "fault", "status", "take", "power", "truth"])
def test_every_command_explains_itself(command: str) -> None:
    code, text = said(*[command] if command else [], "--help")
    assert code == 0
    assert len(text) > 150


def test_the_help_of_fault_explains_every_fault() -> None:
    _, text = said("fault", "--help")
    assert all(f"\n  {kind.value} " in text for kind in FaultKind)


@pytest.mark.parametrize("words", [
    ["load", "--series", "T-1", "--count", "2"], ["fault", "jam"], ["status"], ["take"], ["power", "off"],
])  # fmt: skip
def test_without_a_printer_every_command_says_so(tmp_path: Path, words: list[str]) -> None:
    code, text = said(*words, "--folder", tmp_path)
    assert code == 1
    assert "no printer runs in" in text


@pytest.mark.processes
def test_a_person_loads_breaks_looks_takes_and_switches(started: Callable[..., RunningPrinter], tmp_path: Path) -> None:
    folder = started().folder
    assert said("load", "--folder", folder, "--series", "T-1", "--from", "5", "--count", "3", "--seed", "s") == (
        0, "3 blanks loaded, 3 in the hopper, next T-1 5\n")  # fmt: skip
    uids = tmp_path / "uids.txt"
    uids.write_text(uid_of("T-2", 1, "other").upper() + "\n\n")
    assert said("load", "--folder", folder, "--series", "T-2", "--count", "1", "--uids", uids, "--ribbon")[0] == 0
    assert said("load", "--folder", folder, "--series", "T-2", "--from", "7", "--count", "2", "--uids", uids)[0] == 1
    assert said("load", "--folder", folder)[0] == 2
    assert said("fault", "--folder", folder, "jam", "--at-card", "2", "--at-step", "feed") == (0, "jam will happen\n")
    code, text = said("fault", "--folder", folder, "misprint", "--at-step", "feed")
    assert code == 1 and "misprint cannot strike at feed" in text
    shown = json.loads(said("status", "--folder", folder, "--json")[1])
    assert (shown["in_hopper"], shown["faults"]) == (4, ["jam at feed of card 2"])
    assert "in hopper    4" in said("status", "--folder", folder)[1]
    assert said("power", "--folder", folder, "off")[0] == said("power", "--folder", folder, "on")[0] == 0
    assert said("take", "--folder", folder) == (0, "nothing to take\n")
    assert said("take", "--folder", folder, "hopper")[1].splitlines() == ["T-1 5", "T-1 6", "T-1 7", "T-2 1"]
    truth = json.loads(said("truth", "--folder", folder, "--json")[1])
    assert truth["cards"]["T-1 5"]["uid"] == uid_of("T-1", 5, "s")
    assert truth["session"] == 2
    assert said("truth", "--folder", folder)[1] == "0 good, 0 spoiled, 0 blanks in the hopper\n"


def test_a_truth_somebody_changed_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_text("{}\n")
    code, text = said("truth", "--folder", tmp_path)
    assert code == 1
    assert "BAD_FILE" in text


@pytest.mark.processes
def test_a_printer_that_is_ended_says_goodbye_to_its_address(tmp_path: Path) -> None:
    running = launch.start(tmp_path)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"printer.log", "truth.jsonl"}
    assert not running.truth().powered


@pytest.mark.processes
def test_a_second_printer_in_one_folder_is_refused(started: Callable[..., RunningPrinter]) -> None:
    folder = started().folder
    command = [sys.executable, "-m", "ektp_driver_virtual", "run", "--folder", str(folder)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert second.returncode == 1
    assert "a printer already runs in" in second.stderr


@pytest.mark.processes
def test_a_printer_that_cannot_start_is_reported(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_text("{}\n")
    with pytest.raises(DriverLost, match=r"printer\.log"):
        launch.start(tmp_path)
    assert "BAD_FILE" in (tmp_path / "printer.log").read_text()

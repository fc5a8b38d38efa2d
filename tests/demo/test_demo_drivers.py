"""The demo on real drivers: the same story on a model of an Evolis printer and through a real CUPS queue."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]


def demo(folder: Path, driver: str) -> tuple[dict[str, Any], str]:
    """One short run: its findings and what it said."""
    findings = folder / "findings.json"
    command = [sys.executable, "-m", "ektp_cli", "demo", "--driver", driver, "--people", "16"]
    command += ["--folder", str(folder / "d"), "--json", str(findings)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return json.loads(findings.read_text(encoding="utf-8")), said


def pictures(folder: Path) -> list[Path]:
    found = sorted(folder.glob("d/printer-?/cards/*.png"))
    for path in found:
        with Image.open(path) as picture:
            assert picture.size == (1016, 648)
    return found


def test_on_a_model_of_an_evolis_printer_every_blank_is_accounted_for(tmp_path: Path) -> None:
    found, said = demo(tmp_path, "evolis")
    assert (found["received"], found["conserved"], found["double_prints"], found["broken"]) == (300, True, 0, [])
    # 3 misprints the operator saw, a card stuck half printed, and one that a dead station left half printed inside.
    assert (found["good"], found["misprinted"], found["reprinted"]) == (16, 5, 5)
    # The stuck card, the one inside at the kill, and the one in B's tray that nobody had judged yet.
    assert found["suspect"] == 3
    assert found["buckets"] == {"GOOD_HELD": 16, "STOCK": 279, "WASTE_HELD": 5}
    assert "profile no-chip" in said and "always suspect" in said and "through pyusb" in said
    assert "printer B is jammed" in said and "left inside printer A" in said
    assert len(pictures(tmp_path)) >= 19, "16 good cards and 3 misprints at least were to be looked at"


def test_through_a_real_queue_every_blank_is_accounted_for(
    tmp_path: Path, needs_system: Callable[[str, str], str]
) -> None:
    needs_system("cupsd", "cups")
    needs_system("ippeveprinter", "cups-ipp-utils")
    needs_system("gcc", "gcc")
    found, said = demo(tmp_path, "cups")
    assert (found["received"], found["conserved"], found["double_prints"], found["broken"]) == (300, True, 0, [])
    # 3 misprints the operator saw and a stuck card; the card in the press at the kill came out, and is good.
    assert (found["good"], found["misprinted"], found["reprinted"]) == (16, 4, 4)
    assert found["suspect"] == 3
    assert found["buckets"] == {"GOOD_HELD": 16, "STOCK": 280, "WASTE_HELD": 4}
    assert "ektp-once" in said and "never what became of the card" in said and "(cupsenable)" in said
    assert "printer B is jammed" in said
    assert len(pictures(tmp_path)) == 19, "16 good cards and 3 misprints; the stuck one never came out"
    assert not list(tmp_path.glob("d/printer-?/cards/*.part"))
    plastic = json.loads((tmp_path / "d" / "printer-A" / "plastic.json").read_text(encoding="utf-8"))
    assert max(one["marks"] for one in plastic["cards"]) == 1

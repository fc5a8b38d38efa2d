"""The demo's printers: what is missing is said before anything starts, and a hand that reaches into one leaves truth."""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from ektp_cli.demo import machines
from ektp_cli.demo.story import FEWEST, story_of
from ektp_cli.demo.usb_machines import start_evolis
from ektp_cli.demo_command import demo
from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.driver_bench import Lies
from ektp_driver_virtual.truth import Place
from ektp_firmware_evolis import launch
from ektp_firmware_evolis.printer import EvolisPrinter
from tests.drivers.firmware.line import Line, command, download


def test_without_a_spooler_the_packages_are_named_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ippx")
    monkeypatch.setattr("ektp_driver_cups.bench_house.missing", lambda: "cupsd (system package cups)")
    ran = CliRunner().invoke(demo, ["--driver", "cups", "--folder", str(tmp_path / "d")])
    assert ran.exit_code == 1
    assert "cupsd" in ran.output and "apt-get install cups cups-ipp-utils gcc" in ran.output
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(("driver", "module", "extra"), [("evolis", "usb", "usb"), ("cups", "ippx", "cups")])
def test_without_its_library_the_extra_is_named(
    driver: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {name: None if name == module else find_spec(name) for name in ("usb", "ippx", "httpx", "PIL")}
    monkeypatch.setattr("ektp_cli.demo.machines.find_spec", found.get)
    ran = CliRunner().invoke(demo, ["--driver", driver])
    assert ran.exit_code == 1
    assert f'pip install "ektp[{extra}]"' in ran.output


def test_a_story_too_short_for_its_accidents_is_no_choice() -> None:
    ran = CliRunner().invoke(demo, ["--people", str(FEWEST - 1)])
    assert ran.exit_code == 2 and "--people" in ran.output


def test_a_short_story_has_every_accident_of_the_long_one() -> None:
    for story in (story_of(FEWEST), story_of(209)):
        assert (sum(map(len, story.misprints.values())), len(story.jams)) == (3, 1)
        assert story.without_hub > 0


@pytest.mark.parametrize(
    ("first", "then", "struck"),
    [
        (((1, 3), 0), ((), 0), ["misprint", "", "misprint"]),
        (((2,), 0), ((), 1), ["jam", "misprint"]),
        (((1,), 0), ((), 1), ["misprint", "jam"]),
    ],
)
def test_what_is_arranged_for_a_queue_comes_card_by_card(
    tmp_path: Path, first: tuple[tuple[int, ...], int], then: tuple[tuple[int, ...], int], struck: list[str]
) -> None:
    pytest.importorskip("ippx")
    from ektp_cli.demo.queue_machine import QueueMachine

    machine = QueueMachine(tmp_path, SimpleNamespace(place=tmp_path))  # type: ignore[arg-type]  # its plastic is enough
    machine.arrange(*first)
    machine.arrange(*then)
    assert json.loads((tmp_path / "plastic.json").read_text(encoding="utf-8"))["strikes"] == struck


@pytest.mark.rule(22)
def test_a_card_taken_out_of_the_model_by_hand_is_half_printed_and_the_next_one_is_whole(tmp_path: Path) -> None:
    line = Line(EvolisPrinter(tmp_path))
    line.printer.switch_on()
    line.open()
    line.load(2)
    for word in ("Pem;2;s", "Pmi;B", "Pmk;s;s", "Si", "Ss", "Sr"):
        assert line.ask(word) == "OK"
    for colour in "ymc":
        assert line.say(download(colour)) == "OK"
    line.tell("take-out")
    card = line.truth.cards["T 1"]
    assert (card.place, card.taken, card.spoiled, card.printed_good) == (Place.JAMMED_REMOVED, True, True, False)
    assert line.say(command("Se")) != "OK", "its print is over"
    for word in ("Wcb;a", "Si", "Ss", "Sr"):
        line.ask(word)
    for colour in "ymcko":
        assert line.say(download(colour)) == "OK"
    assert line.ask("Se") == "OK" and line.truth.cards["T 2"].printed_good


@pytest.mark.processes
def test_from_an_empty_model_nothing_can_be_taken(tmp_path: Path) -> None:
    machine = start_evolis(tmp_path / "p", "EV-0001", 10)
    try:
        machine.load("T", 1, 1)
        assert machine.hint == launch.hint_of(machine.folder)
        with pytest.raises(DriverError, match="no card lies still inside"):
            machine.running.panel.tell("take-out")
        cards: Mapping[str, machines.Card] = machine.cards()
        assert [(one.lies, one.fed) for one in cards.values()] == [(Lies.HOPPER, False)]
        assert machine.put_right(is_away=False) == ""
    finally:
        machine.stop()

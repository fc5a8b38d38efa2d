"""What people at a station are told: the real cause with fitting advice, plain words, no class names, no log lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ektp_core.boundary.card_printer import Condition, DriverError, DriverLost, DriverTimeout
from ektp_core.errors import Refusal, Refused
from ektp_data.phrases import TERMS
from ektp_driver_virtual import launch
from ektp_station import asking_station
from ektp_station.acts import failed
from ektp_station.asking_station import say
from ektp_station.checks import Mark
from ektp_station.checks_beside import _opened, _running
from ektp_station.checks_driver import LOOK, advice
from ektp_station.commands import station
from ektp_station.config import ADDRESS_FILE, PrinterConfig, StationConfig, write_config
from ektp_station.driver_host import build_manager, open_device
from ektp_station.driver_link import DriverLink
from ektp_station.driver_words import once
from ektp_station.machine import House
from ektp_station.press import Phase
from ektp_station.showing_status import show_status
from tests.station.press_bench import STATION
from tests.station.test_driver_frames import module

NIK = "5203054408999001"
#: A queue whose spooler does not run: the driver itself knows that.
GONE = "cups:/run/ektp-none/cups.sock#card"


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKTP_LANG", "en")


def blind_to(*lines: str) -> Any:
    """A driver that sees no device and says why."""

    def discover(hint: str) -> list[object]:
        import sys

        sys.stderr.write("".join(lines))
        return []

    return module("blind", {"ektp_discover_printers": discover})


# -- the cause ----------------------------------------------------------------------------------------


@pytest.mark.rule(40)
@pytest.mark.parametrize(("lines", "said"), [
    ((), "driver a sees no printer 1"),
    (("\n", " \n"), "driver a sees no printer 1"),
    (("the port is\tshut\n\n",), "driver a sees no printer 1: the port is shut"),
    (("looking\n", "no spooler\x1b[2J answers"), "driver a sees no printer 1: no spooler [2J answers"),
    ((f"card of {NIK}\n",), f"driver a sees no printer 1: card of {NIK[:4]}************"),
])  # fmt: skip
def test_what_a_driver_said_while_it_looked_is_the_reason(
    lines: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DriverLost) as lost:
        open_device(build_manager("none", [blind_to(*lines)]), "a", "hint", "1")
    assert str(lost.value) == said
    assert capsys.readouterr().err == "".join(lines), "it goes on to the log, where a driver that hangs is read too"


def test_a_driver_that_goes_on_saying_the_same_is_logged_once_a_change() -> None:
    told: list[str] = []
    before: set[str] = set()
    for lines in (["no spooler"], ["no spooler"], ["no queue", "no queue"], ["no spooler"]):
        now: set[str] = set()
        tell = once(told.append, before, now)
        for line in lines:
            tell(line)
        before = now
    assert told == ["no spooler", "no queue", "no queue", "no spooler"]


@pytest.mark.processes
def test_a_driver_opened_again_and_again_is_logged_once(capfd: pytest.CaptureFixture[str]) -> None:
    link = DriverLink("cups", GONE, "A1B2C3", starts=False)
    for _ in range(3):
        with pytest.raises(DriverLost, match=r"sees no printer A1B2C3: no spooler answers at /run/ektp-none/cups\.sock"):
            link.restart()
    printed = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [one["event"] for one in printed] == ["a driver printed"]


@pytest.mark.processes
def test_a_spooler_that_does_not_run_is_no_loose_cable(capfd: pytest.CaptureFixture[str]) -> None:
    one = PrinterConfig("A", "cups", GONE, "A1B2C3", timeout_ms=180_000)
    (found,) = _opened(one, House(tells=False))
    assert found.mark is Mark.STOP and "no spooler answers" in str(found.facts["why"])
    assert "cable" not in found.do and found.do == advice(str(found.facts["why"]), "A1B2C3")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("why", "is_bare"), [
    ("driver cups sees no printer A1", True),
    ("no answer to start within 30000 ms", True),
    ("the driver process ended during start", True),
    ("driver cups sees no printer A1: no spooler answers at /run/cups/cups.sock (Connection refused)", False),
    ("driver acme of acme-cards is not allowed here; a person who has looked at it says so", False),
    ("the device keeps settings that let it print by itself: it tries again by itself", False),
])  # fmt: skip
def test_cable_and_power_are_advised_only_where_nothing_better_is_known(why: str, is_bare: bool) -> None:
    page = {"troubles": {"printer A": why}}
    found = _running(PrinterConfig("A", "cups", "cups:/x#card", "A1"), page)
    assert (found.do == LOOK) is is_bare and found.do
    assert say(found.found, **found.facts) == f"A: {why}"


# -- no class names ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [DriverError, DriverLost, DriverTimeout])
def test_a_failure_is_told_without_the_name_of_a_class(kind: type[DriverError]) -> None:
    assert failed(kind("unplugged")).why == "unplugged"
    assert failed(kind()).why == "its driver does not say why"


def test_a_station_that_is_gone_is_told_without_the_name_of_a_class(tmp_path: Path) -> None:
    (tmp_path / ADDRESS_FILE).write_text("http://127.0.0.1:9\n")
    with pytest.raises(Refused) as refused:
        asking_station.answer(tmp_path, "GET", "/v1/now")
    assert refused.value.refusal is Refusal.NOT_REACHED
    assert refused.value.facts["why"] == "no station answers there; is `ektp station run` still running?"


# -- plain words ---------------------------------------------------------------------------------------


def test_each_phase_and_each_condition_has_plain_words() -> None:
    assert set(TERMS["phase"]) == {one.value for one in Phase}
    assert set(TERMS["condition"]) == {one.value for one in Condition} - {Condition.READY.value}


def test_check_and_status_say_what_a_printer_does() -> None:
    page = {
        "station": STATION,
        "printers": [{"name": "A", "phase": "idle"}, {"name": "B", "phase": "shut", "closed": "broken"}],
        "troubles": {"printer C": "unplugged", "driver of printer A": "shut in", "settings of printer B": "new", "hub": "away"},
    }
    found = _running(PrinterConfig("A", "virtual", "x", "1"), page)
    assert say(found.found, **found.facts) == "A waits for a card."
    shown = show_status(page, say).splitlines()
    assert any("waits for a card" in line and line.startswith("A") for line in shown)
    assert any("is out of service" in line and line.startswith("B") for line in shown)
    assert shown[-4:] == [
        "Trouble with printer C: unplugged",
        "Trouble with the driver of printer A: shut in",
        "Trouble with the settings of printer B: new",
        "Trouble with hub: away",
    ]


# -- drivers that are not there --------------------------------------------------------------------------


def test_a_driver_nobody_installed_is_no_chip_encoder_either_and_how_to_install_it_is_said(tmp_path: Path) -> None:
    write_config(tmp_path, StationConfig(STATION, "http://hub"))
    before = (tmp_path / "station.toml").read_bytes()
    done = CliRunner().invoke(station, ["allow-driver", str(tmp_path), "acme", "--yes"])
    assert done.exit_code == 1
    assert "Neither a driver nor a chip encoder called acme is installed here." in done.output
    assert "pip" in done.output
    assert (tmp_path / "station.toml").read_bytes() == before


# -- no log lines, and what a reset can do ------------------------------------------------------------------


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Commands at a station whose printer is a queue without a spooler."""
    one = PrinterConfig("A", "cups", GONE, "A1B2C3", timeout_ms=180_000)
    folder = tmp_path / "station"
    folder.mkdir(mode=0o700)
    write_config(folder, StationConfig(STATION, "http://127.0.0.1:9", (one,)))
    return lambda *arguments: CliRunner().invoke(station, [arguments[0], str(folder), *arguments[1:]])


@pytest.mark.processes
@pytest.mark.parametrize("command", [("check",), ("reset-printer", "A")])
def test_lines_of_a_drivers_log_are_shown_only_to_who_asks_for_them(
    ask: Callable[..., Result], command: tuple[str, ...]
) -> None:
    quiet, loud = ask(*command), ask(*command, "-v")
    assert "no spooler answers" in quiet.output and quiet.exit_code == loud.exit_code == 1
    assert "a driver printed" not in quiet.output and '"event"' not in quiet.output
    assert '"event": "a driver printed"' in loud.output


@pytest.mark.processes
@pytest.mark.parametrize("level", ["soft", "bus", "reboot"])
def test_the_virtual_printer_takes_each_level(tmp_path: Path, level: str) -> None:
    printer = launch.start(tmp_path / "vp", "VP-0001")
    try:
        folder = tmp_path / "station"
        folder.mkdir()
        write_config(folder, StationConfig(STATION, "http://hub", (PrinterConfig("A", "virtual", str(tmp_path / "vp"), "VP-0001"),)))
        done = CliRunner().invoke(station, ["reset-printer", str(folder), "A", "--level", level])
        said = "starts anew. When it is back" if level == "reboot" else "was reset"
        assert done.exit_code == 0 and said in done.output, done.output
    finally:
        printer.kill()


def test_help_says_which_printer_takes_which_level() -> None:
    shown = " ".join(CliRunner().invoke(station, ["reset-printer", "--help"]).output.split())
    assert "an Evolis takes soft alone" in shown and "queue none" in shown

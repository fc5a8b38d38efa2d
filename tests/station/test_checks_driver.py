"""What check and status say of a driver: how it is shut in, and whether its settings are as they were."""

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Refused
from ektp_station import sandbox
from ektp_station.checks import Mark
from ektp_station.checks_beside import _opened
from ektp_station.checks_driver import driver_findings, seen_in
from ektp_station.config import PrinterConfig, StationConfig, load_config, write_config
from ektp_station.driver_list import AllowedDriver
from ektp_station.driver_seen import DriverSeen, noted, shown
from ektp_station.machine import House
from ektp_station.messages import Settings, StationState
from ektp_station.sandbox import Wanted
from ektp_station.showing_status import show_status

SEEN = DriverSeen("A", "bubblewrap", "", "abc")


def say(message: str, **facts: Any) -> str:
    return message.format(**facts)


def test_all_well_is_said_with_sandbox_and_digest() -> None:
    found = list(driver_findings(SEEN))
    assert [one.mark for one in found] == [Mark.WELL, Mark.WELL]
    assert [say(one.found, **one.facts) for one in found] == [
        "The driver of A is shut in: bubblewrap.", "The settings of A have digest abc.",
    ]  # fmt: skip
    assert list(driver_findings(None)) == []


def test_a_weaker_sandbox_is_a_note_and_names_what_is_missing() -> None:
    first, _ = driver_findings(evolve(SEEN, sandbox="none, without: files", missing="files"))
    assert first.mark is Mark.MEND and "without: files" in say(first.found, **first.facts) and "bubblewrap" in first.do


def test_changed_settings_stop_and_say_how_they_are_confirmed() -> None:
    _, found = driver_findings(evolve(SEEN, drift="its settings were x and are abc now"))
    assert found.mark is Mark.STOP
    assert 'settings_digest = "abc"' in say(found.do, **found.facts)


def test_the_running_station_says_the_same() -> None:
    state, _ = noted(StationState(Settings("station/52.03/1", "k")), evolve(SEEN, drift="other"))
    page = {"printers": [{"name": "A", **shown(state, "A")}, {"name": "B", **shown(state, "B")}]}
    assert seen_in(page, "A") == evolve(SEEN, drift="other")
    assert seen_in(page, "B") is None
    assert "Driver of A: sandbox bubblewrap, settings abc." in show_status(page, say)


def test_settings_for_drivers_are_written_and_read_again(tmp_path: Path) -> None:
    config = StationConfig(
        "station/52.03/1", "http://hub", (PrinterConfig("A", "acme", "usb", "A-1", settings_digest="abc"),),
        sandbox=Wanted.REQUIRE, drivers=(AllowedDriver("acme", "acme-cards", "00"),),
    )  # fmt: skip
    write_config(tmp_path, config)
    assert load_config(tmp_path) == config


@pytest.mark.parametrize("line", [
    'sandbox = "maybe"', '[[drivers]]\nname = "a"', '[[drivers]]\nname = "a"\ndistribution = "d"\nsha = "0"',
    '[[drivers]]\nname = "a"\ndistribution = "d"\nsha256 = "0"\n[[drivers]]\nname = "a"\ndistribution = "e"\nsha256 = "1"',
])  # fmt: skip
def test_a_wrong_setting_for_drivers_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "station.toml").write_text(f'station = "station/52.03/1"\nhub = "http://hub"\n{line}\n')
    with pytest.raises(Refused):
        load_config(tmp_path)


@pytest.mark.processes
def test_check_names_an_address_that_holds_the_station(tmp_path: Path) -> None:
    one = PrinterConfig("A", "virtual", str(tmp_path), "VP-1")
    (found,) = _opened(one, House(tmp_path / "station"))
    assert found.mark is Mark.STOP and "holds the station's own folder" in str(found.facts["why"])


def test_where_no_sandbox_is_known_none_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")  # type: ignore[attr-defined]  # as on a Mac
    assert sandbox.box_for(Wanted.USE, "/") == sandbox.Box(sandbox.Kind.NONE)

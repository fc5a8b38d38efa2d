"""The unit the station runs under: systemd understands it, and what it shuts off stays shut off."""

import configparser
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import ektp_station
from ektp_station.checks_beside import UNIT
from ektp_station.journal_key import CREDENTIAL
from ektp_station.wiring import EXIT_FAULT, EXIT_FULL, EXIT_UNSURE

FILE = Path(ektp_station.__file__).parent / "systemd" / UNIT

#: Of systemd's own scale from 0 (shut) to 10 (open), times ten: USB printers and a network are needed.
THRESHOLD = 20


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit of one station, with a program that is there."""
    path = tmp_path / UNIT.replace("@", "@station-52.03-1")
    path.write_text(FILE.read_text("utf-8").replace("/opt/ektp/bin/ektp", "/bin/true"), "utf-8")
    return path


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in FILE.read_text("utf-8").splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_systemd_understands_the_unit(installed: Path, needs_system: Callable[[str, str], str]) -> None:
    analyze = needs_system("systemd-analyze", "systemd")
    done = subprocess.run([analyze, "verify", "--man=no", str(installed)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_finds_it_well_shut(installed: Path, needs_system: Callable[[str, str], str]) -> None:
    analyze = needs_system("systemd-analyze", "systemd")
    done = subprocess.run(
        [analyze, "security", "--offline=true", f"--threshold={THRESHOLD}", "--no-pager", str(installed)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_station_is_started_again_after_each_of_its_own_exit_codes() -> None:
    assert settings()["RestartForceExitStatus"] == [f"{EXIT_UNSURE} {EXIT_FAULT} {EXIT_FULL}"]
    assert settings()["Restart"] == ["on-failure"]


def test_a_refusal_to_start_is_not_tried_for_ever() -> None:
    assert "1" in settings()["RestartPreventExitStatus"][0].split()


def test_a_disk_that_is_full_for_long_does_not_use_up_the_starts() -> None:
    """A start takes seconds; with a limit of starts an office would come back to a station that gave up."""
    assert settings()["StartLimitIntervalSec"] == ["0"] and int(settings()["RestartSec"][0]) >= 10


@pytest.mark.rule(40)
def test_the_passphrase_is_a_credential_of_this_machine_under_the_name_the_station_looks_for() -> None:
    assert settings()["LoadCredentialEncrypted"] == [CREDENTIAL]


@pytest.mark.rule(40)
def test_no_memory_is_written_to_a_dump() -> None:
    assert settings()["LimitCORE"] == ["0"]


def test_the_watchdog_waits_longer_than_a_slow_disk_and_the_end_longer_than_a_card() -> None:
    from ektp_station.wiring import END_S, STOP_S

    assert int(settings()["WatchdogSec"][0]) >= 30
    assert int(settings()["TimeoutStopSec"][0]) > STOP_S + END_S
    assert settings()["Type"] == ["notify"]


def test_a_driver_can_shut_itself_in_under_the_unit() -> None:
    """Among the calls a system service may make Landlock's are not; the last filter adds them."""
    landlock = {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}
    assert set(settings()["SystemCallFilter"][-1].split()) == landlock
    assert settings()["SystemCallFilter"][0] == "@system-service"


def test_the_drop_in_of_the_docs_lets_bubblewrap_work_and_systemd_understands_it(
    installed: Path, needs_system: Callable[[str, str], str]
) -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/keep-a-station-safe.md").read_text("utf-8")
    lines = [one.strip() for one in page.splitlines() if one.startswith("    ")]
    drop_in = lines[lines.index("[Service]") : lines.index("[Service]") + 3]
    assert drop_in[1].startswith("RestrictNamespaces=") and {"mount", "pivot_root"} <= set(drop_in[2].split("=")[1].split())
    folder = installed.parent / f"{installed.name}.d"
    folder.mkdir()
    (folder / "bubblewrap.conf").write_text("\n".join(drop_in) + "\n", "utf-8")
    analyze = needs_system("systemd-analyze", "systemd")
    done = subprocess.run([analyze, "verify", "--man=no", str(installed)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_line_is_a_setting_of_a_section_or_a_comment() -> None:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their letters
    parser.read_string(FILE.read_text("utf-8"))
    assert set(parser.sections()) == {"Unit", "Service", "Install"}

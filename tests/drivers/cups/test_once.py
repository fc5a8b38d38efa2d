"""The backend `ektp-once` by itself: what it hands on, what it lets through once, what it refuses."""

import subprocess
from pathlib import Path

import pytest
from attrs import frozen

import ektp_driver_cups

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]

ONCE = Path(ektp_driver_cups.__path__[0]) / "backend" / "ektp-once"
CANCEL, STOP = 5, 4
NAME = "ektp-0123456789abcdef0123456789abcdef"


@frozen
class Spool:
    """A folder for marks, and a printer's own backend that writes down what it was given."""

    folder: Path

    def run(self, title: str, uri: str = "ektp-once:fake://printer?serial=1", jobs: int = 7) -> "subprocess.CompletedProcess[str]":
        """Start it as cupsd does."""
        environment = {
            "PATH": "/usr/bin:/bin", "DEVICE_URI": uri, "CUPS_CACHEDIR": str(self.folder / "cache"),
            "CUPS_SERVERBIN": str(self.folder),
        }  # fmt: skip
        command = ["sh", str(ONCE), str(jobs), "ektp", title, "1", "copies=1", "/spool/d00007-001"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    @property
    def printed(self) -> list[str]:
        """What the printer's own backend was given, in order."""
        path = self.folder / "printed"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    (tmp_path / "backend").mkdir()
    (tmp_path / "cache").mkdir()
    inner = tmp_path / "backend" / "fake"
    inner.write_text(f'#!/bin/sh\necho "$DEVICE_URI|$*" >> {tmp_path}/printed\nexit 3\n')
    inner.chmod(0o755)
    return Spool(tmp_path)


def test_a_card_is_handed_on_with_everything_and_the_queue_is_stopped_behind_it(spool: Spool) -> None:
    ended = spool.run(NAME)
    assert (ended.returncode, "STATE: +paused" in ended.stderr) == (3, True)  # the printer's own word is kept
    assert spool.printed == [f"fake://printer?serial=1|7 ektp {NAME} 1 copies=1 /spool/d00007-001"]


def test_the_same_card_is_cancelled_ever_after_whatever_number_its_job_has(spool: Spool) -> None:
    spool.run(NAME)
    for number in (7, 8):
        ended = spool.run(NAME, jobs=number)
        assert (ended.returncode, "STATE" in ended.stderr) == (CANCEL, False)
    assert len(spool.printed) == 1
    spool.run(NAME.replace("0", "9"))
    assert len(spool.printed) == 2


def test_jobs_of_others_are_handed_on_as_often_as_they_come(spool: Spool) -> None:
    for _ in range(2):
        spool.run("surat edaran / 2018")
    assert len(spool.printed) == 2 and not list((spool.folder / "cache").iterdir())


@pytest.mark.parametrize("name", ["ektp-../../etc/passwd", "ektp-A", "ektp-a b", "ektp-a\nb", "ektp-$(id)"])
def test_a_name_that_we_do_not_give_is_cancelled(spool: Spool, name: str) -> None:
    assert spool.run(name).returncode == CANCEL
    assert spool.printed == []


@pytest.mark.parametrize("uri", ["ektp-once:", "ektp-once:../x:/y", "ektp-once:ektp-once:fake://p", "ektp-once:FAKE:/p"])
def test_without_a_printer_behind_it_the_queue_stops(spool: Spool, uri: str) -> None:
    assert spool.run(NAME, uri).returncode == STOP
    assert spool.printed == []


def test_where_no_mark_can_be_left_nothing_is_printed(spool: Spool) -> None:
    (spool.folder / "cache").rmdir()
    (spool.folder / "cache").write_text("a file where a folder should be")
    assert spool.run(NAME).returncode == STOP
    assert spool.printed == []


def test_asked_for_devices_it_names_none() -> None:
    ended = subprocess.run(["sh", str(ONCE)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")

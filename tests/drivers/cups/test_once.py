"""The backend `ektp-once` by itself: what it hands on, what it lets through once, what it refuses."""

import subprocess
from pathlib import Path

import pytest
from attrs import frozen

import ektp_driver_cups
from ektp_driver_cups.queue import Job

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]

ONCE = Path(ektp_driver_cups.__path__[0]) / "backend" / "ektp-once"
CANCEL, STOP = 5, 4
URI = "ektp-once:fake://printer?serial=1"
NAME = "ektp-0123456789abcdef0123456789abcdef"


@frozen
class Spool:
    """A folder for marks, and a printer's own backend that writes down what it was given."""

    folder: Path

    def start(self, title: str, uri: str = URI, jobs: int = 7) -> "subprocess.Popen[str]":
        """Start it as cupsd does."""
        environment = {
            "PATH": "/usr/bin:/bin", "DEVICE_URI": uri, "CUPS_CACHEDIR": str(self.folder / "cache"),
            "CUPS_SERVERBIN": str(self.folder),
        }  # fmt: skip
        command = ["sh", str(ONCE), str(jobs), "ektp", title, "1", "copies=1", "/spool/d00007-001"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def run(self, title: str, uri: str = URI, jobs: int = 7, data: str = "") -> "subprocess.CompletedProcess[str]":
        """Start it, and wait for its end."""
        running = self.start(title, uri, jobs)
        said, told = running.communicate(data)
        return subprocess.CompletedProcess((), running.returncode, said, told)

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


@pytest.mark.parametrize(
    "name",
    ["ektp-antrian", "ektp-../../etc/passwd", NAME[:-1], NAME + "0", NAME.upper(), NAME[:-1] + "g", NAME + "\n", "ektp-$(id)"],
)
def test_a_name_that_only_looks_like_one_of_ours_is_somebody_elses_and_leaves_no_mark(spool: Spool, name: str) -> None:
    for _ in range(2):
        assert spool.run(name).returncode == 3
    assert sum(line.startswith("fake://") for line in spool.printed) == 2
    assert not list((spool.folder / "cache").iterdir())
    assert not Job(1, name, None).is_ours, "driver and backend agree on which names are ours"


def test_a_backend_that_may_not_be_run_stops_the_queue_and_leaves_no_mark(spool: Spool) -> None:
    """As where ektp-once was installed for everybody and the printer's own backend is for root alone."""
    (spool.folder / "backend" / "fake").chmod(0o644)  # root too may not run a file that nobody may run
    ended = spool.run(NAME)
    assert (ended.returncode, "mode 744" in ended.stderr, "STATE" in ended.stderr) == (STOP, True, False)
    assert not list((spool.folder / "cache").iterdir())
    (spool.folder / "backend" / "fake").chmod(0o744)
    assert spool.run(NAME).returncode == 3
    assert len(spool.printed) == 1, "the card was not lost by the first attempt"


def test_the_picture_on_standard_input_reaches_the_printer(spool: Spool) -> None:
    (spool.folder / "backend" / "fake").write_text(f"#!/bin/sh\ncat > {spool.folder}/printed\n")
    assert spool.run(NAME, data="picture of a card").returncode == 0
    assert spool.printed == ["picture of a card"]


def test_last_words_say_that_nobody_saw_the_end_and_a_backend_that_stops_keeps_its_own(spool: Spool) -> None:
    assert spool.run(NAME).stderr.splitlines()[-1].startswith("NOTICE: EKTP: a card was sent")
    (spool.folder / "backend" / "fake").write_text("#!/bin/sh\necho 'ERROR: out of ribbon' >&2\nexit 4\n")
    ended = spool.run(NAME.replace("0", "9"))
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (STOP, "ERROR: out of ribbon")


def test_a_cancelled_job_ends_the_printers_backend_and_its_own_end_is_waited_for(spool: Spool) -> None:
    (spool.folder / "backend" / "fake").write_text(
        "#!/bin/sh\ntrap 'echo told to end >&2; exit 9' TERM\necho begun >&2\nwhile :; do sleep 0.05; done\n"
    )
    with spool.start(NAME) as running:
        assert running.stderr is not None
        while "begun" not in running.stderr.readline():
            assert running.poll() is None
        running.terminate()
        rest = running.stderr.read()
    assert (running.returncode, "told to end" in rest, "NOTICE" in rest) == (9, True, False)


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

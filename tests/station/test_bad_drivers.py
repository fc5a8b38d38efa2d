"""Drivers as bad as they come: each misdeed is a clear error in time, and another process works."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_station.driver_link import WORDS, DriverLink
from ektp_station.driver_words import PRINTED_BYTES, PRINTED_LINES
from tests.station.station_bench import SOON_S, until

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
PLUGINS = ("tests.station.bad_driver",)
#: The deadline of what hangs, and of what does not.
HANG_MS, MS = 300, 60_000


@pytest.fixture(autouse=True)
def _can_import_bad_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def second(tmp_path: Path) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "second", "VP-0002", card_ms=60, reboot_ms=50)
    yield running
    if running.process.poll() is None:
        running.kill()


@pytest.fixture
def opened(second: RunningPrinter) -> Iterator[Any]:
    links: list[DriverLink] = []

    def link(deed: str, start_ms: int = MS) -> DriverLink:
        links.append(DriverLink("bad", f"{deed}@{second.folder}", "VP-0002", PLUGINS, start_ms))
        return links[-1]

    yield link
    for one in links:
        one.close()


def is_gone(pid: int) -> bool:
    """Ended, or ended and not yet collected by its parent. It may go while it is looked at."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def started_by(pid: int) -> tuple[int, ...]:
    """Every process below this one."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        below = [int(one) for one in (task / "children").read_text().split()]
        found += [one for child in below for one in (child, *started_by(child))]
    return tuple(found)


# -- one call ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "kind", "ends"),
    [
        ("hang", DriverTimeout, True),
        ("crash", DriverLost, True),
        ("flood-frames", DriverLost, True),
        ("garbage", DriverLost, True),
        ("huge", DriverLost, True),
        ("half", DriverTimeout, True),
        ("value", DriverError, False),
        ("bug", DriverError, False),
        ("raise", DriverError, False),
    ],
)
def test_each_misdeed_is_an_error_in_time_and_another_process_works(
    opened: Any, deed: str, kind: type[DriverError], ends: bool
) -> None:
    link = opened(f"{deed}@status")
    pid = link.pid
    began = time.monotonic()
    with pytest.raises(DriverError) as caught:
        link.call("status", timeout_ms=HANG_MS if kind is DriverTimeout else MS)
    assert type(caught.value) is kind
    assert time.monotonic() - began < SOON_S
    assert link.lost is ends and is_gone(pid) is ends
    link.restart()
    assert link.call("identify", timeout_ms=MS).serial == "VP-0002"


def test_a_drivers_long_words_become_one_line_that_a_person_reads(opened: Any) -> None:
    with pytest.raises(DriverError) as caught:
        opened("raise@status").call("status", timeout_ms=MS)
    said = str(caught.value)
    assert said.startswith("a long [31m story zzz") and len(said) <= WORDS + 4 and said.isprintable()


def test_a_driver_that_floods_its_output_goes_on_and_only_the_beginning_is_kept(
    opened: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    link = opened("flood-words@status")
    assert link.call("status", timeout_ms=MS).session >= 1
    link.close()
    said = capfd.readouterr().err
    assert 0 < said.count("x") + said.count("y") <= PRINTED_BYTES + 2 * PRINTED_LINES
    assert len(said.splitlines()) <= PRINTED_LINES


def test_what_a_driver_started_ends_with_it(opened: Any) -> None:
    link = opened("helper@status")
    with pytest.raises(DriverError, match="helper") as caught:
        link.call("status", timeout_ms=MS)
    assert str(caught.value).startswith("helper ")
    started = started_by(link.pid)  # by the numbers of this machine: inside its sandbox it has another
    assert len(started) >= 2 and not any(is_gone(one) for one in started)
    link.close()
    until(lambda: all(is_gone(one) for one in started), "the helper is gone")


def test_a_driver_that_hangs_does_not_outlive_a_station_that_was_killed(second: RunningPrinter) -> None:
    import signal
    import subprocess
    import sys

    code = (
        "import sys, threading\n"
        "from ektp_station.driver_link import DriverLink\n"
        f"link = DriverLink('bad', 'hang@status@{second.folder}', 'VP-0002', {PLUGINS!r})\n"
        "threading.Thread(target=lambda: link.call('status', timeout_ms=60_000), daemon=True).start()\n"
        "print(link.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    pipe = subprocess.PIPE
    station = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe)
    assert station.stdout is not None
    pid = int(station.stdout.readline())
    station.send_signal(signal.SIGKILL)
    station.wait()
    until(lambda: is_gone(pid), "its driver is gone too")
    for one in (station.stdin, station.stdout):
        assert one is not None
        one.close()


@pytest.mark.parametrize(
    ("deed", "kind"), [("hang@discover", DriverTimeout), ("crash@open", DriverLost), ("bug@open", DriverError)]
)
def test_a_driver_that_does_not_open_is_given_up(opened: Any, deed: str, kind: type[DriverError]) -> None:
    with pytest.raises(kind):
        opened(deed, 1_500 if kind is DriverTimeout else MS)


def test_an_unknown_driver_is_named() -> None:
    with pytest.raises(DriverError, match="no driver is called nobody"):
        DriverLink("nobody", "x", "VP-0002")


def test_another_printer_at_that_address_is_named(second: RunningPrinter) -> None:
    with pytest.raises(DriverError, match="another printer is there: VP-0002 and not VP-0001"):
        DriverLink("virtual", str(second.folder), "VP-0001")


def test_a_kill_interrupts_a_call_at_once_and_nothing_starts_again(opened: Any) -> None:
    import threading

    link = opened("hang@status")
    errors: list[Exception] = []

    def call() -> None:
        try:
            link.call("status", timeout_ms=60_000)
        except DriverError as error:
            errors.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    time.sleep(0.2)
    link.kill()
    caller.join(SOON_S)
    assert not caller.is_alive() and isinstance(errors[0], DriverLost)
    with pytest.raises(DriverLost, match="not wanted any more"):
        link.restart()

"""The guard of a driver's process, and the kernel's word that ends one: each alone, with the other taken away."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.station.station_bench import WAIT_S, until
from tests.station.test_sandbox import marked

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux has guards"),
]

#: A driver's process, which starts a helper; what it prints last is the helper's process id.
DRIVER = """
import os, sys, time
from ektp_station import confining, driver_guard
{shut}
try:
    os.waitpid(-1, os.WNOHANG)
    print('a child it did not start', flush=True)
except ChildProcessError:
    print('no child', flush=True)
helper = os.fork()
if helper == 0:
    time.sleep(600)
print(helper, flush=True)
time.sleep(600)
"""
GUARD_ALONE = "assert driver_guard.set_guard()"
KERNEL_ALONE = (
    "from ektp_station.sandbox import Kind, Told\nconfining.set_guard = lambda: False\n"
    "held = confining.confine(Told(Kind.NONE))\nassert held.closed"
)
#: A station: starts the driver as a station does, passes on what it says, and waits.
STATION = """
import subprocess, sys, time
driver = subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[2]], start_new_session=True, stdout=subprocess.PIPE)
print(driver.pid, driver.stdout.readline().decode().strip(), driver.stdout.readline().decode().strip(), sep='|', flush=True)
time.sleep(600)
"""


class Started:
    """A station, its driver, the driver's helper, and the guard where there is one."""

    def __init__(self, shut: str, mark: str) -> None:
        code = DRIVER.format(shut=shut)
        self.mark = mark
        command = [sys.executable, "-c", STATION, code, mark]
        self.station = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.station.stdout is not None
        try:
            assert select.select([self.station.stdout], [], [], WAIT_S)[0], "the driver does not start"
            driver, self.said, helper = self.station.stdout.readline().strip().split("|")
        except BaseException:
            self.close()
            raise
        self.driver, self.helper = int(driver), int(helper)

    @property
    def others(self) -> tuple[int, ...]:
        """Of all it started what is neither station nor driver nor helper."""
        return tuple(one for one in marked(self.mark) if one not in {self.station.pid, self.driver, self.helper})

    @property
    def guard(self) -> int:
        (guard,) = self.others
        return guard

    def all_gone(self) -> None:
        until(lambda: not [one for one in marked(self.mark) if one != self.station.pid], "driver, helper and guard")

    def close(self) -> None:
        for one in marked(self.mark):
            with suppress(ProcessLookupError):  # the guard may be quicker
                os.kill(one, signal.SIGKILL)
        self.station.kill()
        self.station.wait()
        assert self.station.stdout is not None
        self.station.stdout.close()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Started]:
    """By the guard alone: the kernel was not asked."""
    started = Started(GUARD_ALONE, f"mark-guard-{tmp_path.name}-{os.getpid()}")
    yield started
    started.close()


def test_the_guard_ends_driver_and_helper_with_a_station_that_was_killed(guarded: Started) -> None:
    guarded.station.kill()
    guarded.station.wait()
    guarded.all_gone()


def test_the_guard_ends_a_helper_with_its_driver(guarded: Started) -> None:
    os.kill(guarded.driver, signal.SIGKILL)
    guarded.all_gone()
    assert guarded.station.poll() is None


def test_no_signal_that_can_be_held_off_ends_the_guard(guarded: Started) -> None:
    guard = guarded.guard
    until(lambda: _held_off(guard) == _held_off_by_all(), "it holds off all")
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM):
        os.kill(guard, one)
    guarded.station.kill()
    guarded.station.wait()
    guarded.all_gone()


def _held_off(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("SigBlk"))


def _held_off_by_all() -> int:
    """Bit 0 is signal 1; KILL and STOP cannot be held off."""
    return sum(1 << one - 1 for one in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


def test_the_guard_holds_the_two_ends_it_waits_for_and_no_file_or_pipe_else(guarded: Started) -> None:
    held = Path(f"/proc/{guarded.guard}/fd")
    until(lambda: {one.name for one in held.iterdir()} == {"0", "1"}, "it let go of the rest")
    assert all("pidfd" in os.readlink(one) for one in held.iterdir())


def test_the_guard_is_no_child_of_the_driver_and_in_a_session_of_its_own(guarded: Started) -> None:
    assert guarded.said == "no child"
    guard = guarded.guard
    until(lambda: os.getsid(guard) == guard, "it left the driver's session")
    assert os.getpgid(guard) == guard != os.getpgid(guarded.helper) == guarded.driver


def test_where_there_can_be_no_guard_the_kernel_ends_the_driver_with_its_station(tmp_path: Path) -> None:
    started = Started(KERNEL_ALONE, f"mark-kernel-{tmp_path.name}-{os.getpid()}")
    try:
        assert started.others == ()
        started.station.kill()
        started.station.wait()
        until(lambda: started.driver not in marked(started.mark), "the driver is gone")
        assert started.helper in marked(started.mark)  # what the guard is for
    finally:
        started.close()


def test_no_guard_is_set_over_a_group_that_is_somebody_elses() -> None:
    code = "import os\nfrom ektp_station.driver_guard import set_guard\nassert os.getpgrp() != os.getpid()\nprint(set_guard())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

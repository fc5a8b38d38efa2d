"""A driver's process shuts itself in (mengurung diri), before a line of the driver is loaded.

`bwrap` has done most of it where it works; the filter of system calls and the limits are put on here, and
Landlock where it stands alone; the filter also where nothing else does. Nothing here raises: what could not
be shut is missing from the answer.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from ektp_station.call_filter import shut_calls
from ektp_station.driver_guard import set_guard
from ektp_station.landlock import fence
from ektp_station.sandbox import Closed, Held, Kind, Told, closed_by

#: Bytes of addresses, bytes of one file, open files, processes and threads (beside what the user already runs).
MEMORY, FILE, FILES, PROCESSES = 4 << 30, 256 << 20, 512, 256

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
#: Of the kernel's own files what says nothing of other processes.
_KERNEL = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/kernel/osrelease")


def confine(told: Told) -> Held:
    """Shut this process in, for good, and say what holds."""
    if sys.platform == "win32":
        return Held()
    is_boxed = told.kind is Kind.BUBBLEWRAP
    is_linux = sys.platform.startswith("linux")
    guarded = is_boxed or set_guard()
    # In a name space of users the kernel counts anew; elsewhere all that this user runs counts.
    limits = _limit(PROCESSES if is_boxed else PROCESSES + _running_now() if is_linux else None)
    if not is_linux:
        return Held(Kind.NONE, (Closed.LIMITS,) if limits else ())
    _end_with_parent()
    _be_first_without_memory()
    wants_fence = told.kind is Kind.LANDLOCK
    version = fence((*told.read, *_KERNEL), (*told.use, *_DEVICES)) if wants_fence else 0
    calls = shut_calls(has_own_processes=is_boxed)
    found = closed_by(told.kind, version, calls, limits, guarded=guarded)
    return Held(told.kind if is_boxed or version else Kind.NONE, found)


def _limit(processes: int | None) -> bool:
    import resource

    wanted = {
        resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: MEMORY, resource.RLIMIT_FSIZE: FILE,
        resource.RLIMIT_NOFILE: FILES, **({} if processes is None else {resource.RLIMIT_NPROC: processes}),
    }  # fmt: skip
    try:
        for name, value in wanted.items():
            highest = resource.getrlimit(name)[1]
            most = value if highest == resource.RLIM_INFINITY else min(value, highest)
            resource.setrlimit(name, (most, most))
    except (OSError, ValueError):
        return False
    return True


def _running_now() -> int:
    """Processes and threads of this user, as far as they are seen."""
    me, found = os.getuid(), 0
    with suppress(OSError):
        for one in os.scandir("/proc"):
            with suppress(OSError):
                if one.name.isdigit() and one.stat().st_uid == me:
                    found += len(os.listdir(f"{one.path}/task"))
    return found


def _be_first_without_memory() -> None:
    """Where the machine has no memory left, a driver ends before the station does."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _end_with_parent() -> None:
    """Ask the kernel to end this process with the thread that started it; that thread lives as long as the link."""
    if sys.platform.startswith("linux"):
        import ctypes
        import signal

        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)

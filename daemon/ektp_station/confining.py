"""A driver's process shuts itself in (mengurung diri), before a line of the driver is loaded.

`bwrap` has done most of it where it works; the filter of system calls and the limits are put on here, and
Landlock where it stands alone. Nothing here raises: what could not be shut is missing from the answer.
"""

import sys
from contextlib import suppress

from ektp_station.call_filter import shut_calls
from ektp_station.landlock import fence
from ektp_station.sandbox import Closed, Held, Kind, Told, closed_by

#: Bytes of addresses, bytes of one file, open files, processes and threads.
MEMORY, FILE, FILES, PROCESSES = 4 << 30, 256 << 20, 512, 256

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
#: Of the kernel's own files what says nothing of other processes.
_KERNEL = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/kernel/osrelease")


def confine(told: Told) -> Held:
    """Shut this process in, for good, and say what holds."""
    if sys.platform == "win32":
        return Held()
    limits = _limit()
    _end_with_parent()
    if told.kind is Kind.NONE or not sys.platform.startswith("linux"):
        return Held(Kind.NONE, (Closed.LIMITS,) if limits else ())
    is_boxed = told.kind is Kind.BUBBLEWRAP
    version = 0 if is_boxed else fence((*told.read, *_KERNEL), (*told.use, *_DEVICES))
    calls = shut_calls(has_own_processes=is_boxed)
    return Held(told.kind if is_boxed or version else Kind.NONE, closed_by(told.kind, version, calls, limits))


def _limit() -> bool:
    import resource

    wanted = {
        resource.RLIMIT_CORE: 0, resource.RLIMIT_AS: MEMORY, resource.RLIMIT_FSIZE: FILE,
        resource.RLIMIT_NOFILE: FILES, resource.RLIMIT_NPROC: PROCESSES,
    }  # fmt: skip
    try:
        for name, value in wanted.items():
            highest = resource.getrlimit(name)[1]
            most = value if highest == resource.RLIM_INFINITY else min(value, highest)
            resource.setrlimit(name, (most, most))
    except (OSError, ValueError):
        return False
    return True


def _end_with_parent() -> None:
    """Ask the kernel to end this process with the thread that started it; that thread lives as long as the link."""
    if sys.platform.startswith("linux"):
        import ctypes
        import signal

        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)

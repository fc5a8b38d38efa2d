"""The guard of a driver's process (penjaga driver): ends what a driver started when the driver or the station ends.

Where processes have no name space of their own, the kernel ends a driver with its station, and not what that
driver started. The guard is forked off before anything is shut in, and waits for the end of either; then it kills
the whole process group, which the filter of system calls lets nobody leave. It stands in a session of its own,
holds no file, no pipe and no child, and does nothing else.
"""

import os
import select
import signal
import sys


def set_guard() -> bool:
    """Set one over this process and its group; whether it stands. To be called before any thread is started."""
    group = os.getpid()
    if not sys.platform.startswith("linux") or not hasattr(os, "pidfd_open") or os.getpgrp() != group:
        return False
    try:
        ends = os.pidfd_open(group), os.pidfd_open(os.getppid())
    except OSError:
        return False
    try:
        between = os.fork()
    except OSError:
        between = -1
    if between == 0:  # a second time, so that the driver has no child it did not start
        _leave_a_guard(group, ends)
    for one in ends:
        os.close(one)
    return between > 0 and os.waitpid(between, 0)[1] == 0


def _leave_a_guard(group: int, ends: tuple[int, ...]) -> None:
    try:
        if os.fork():
            os._exit(0)
    except OSError:
        os._exit(1)
    try:
        import fcntl

        os.setsid()
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        high = [fcntl.fcntl(one, fcntl.F_DUPFD, max(ends) + 3) for one in ends]  # above the three they go to
        for place, one in enumerate(high):
            os.dup2(one, place)
        os.closerange(len(ends), os.sysconf("SC_OPEN_MAX"))
        watch = select.poll()
        for place in range(len(ends)):
            watch.register(place, select.POLLIN)
        watch.poll()
        os.killpg(group, signal.SIGKILL)
    finally:
        os._exit(0)

"""A driver's process in name spaces of its own (kotak bubblewrap): the command line of `bwrap`.

It sees its own processes, no network, an empty /tmp of its own, and of the file system what it is given.
It has no rights of root, whoever starts it, and ends when the station does. Whether `bwrap` works here is
found out by trying it, each time: a service manager or a kernel may forbid what was allowed yesterday.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import product

from ektp_station.sandbox_paths import Reach

PROGRAM = "bwrap"
#: How long an attempt may take that does nothing.
_TRY_S = 5.0

_ALWAYS = ("--unshare-all", "--die-with-parent", "--cap-drop", "ALL")
#: Bytes of the memory behind /tmp, and behind shared memory.
TMP, SHARED = 256 << 20, 64 << 20
_SIZES = ("--size", str(SHARED), "--tmpfs", "/dev/shm", "--size", str(TMP), "--tmpfs", "/tmp")  # noqa: S108  # inside the box
_NO_SIZES = ("--tmpfs", "/dev/shm", "--tmpfs", "/tmp")  # noqa: S108  # bubblewrap before 0.7 has no sizes


def works() -> tuple[str, ...] | None:
    """The command's beginning, as it works on this machine; None where it does not."""
    program = shutil.which(PROGRAM)
    if program is None:
        return None
    # Where parts of /proc are hidden from us, no new one can be mounted.
    for sizes, proc in product((_SIZES, _NO_SIZES), (("--proc", "/proc"), ())):
        start = (program, *_ALWAYS, *proc, "--dev", "/dev", *sizes)
        trial = (*start, "--ro-bind", "/", "/", "--remount-ro", "/", "--", "/bin/true")
        try:
            done = subprocess.run(trial, capture_output=True, timeout=_TRY_S, check=False, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode == 0:
            return start
    return None


def boxed(start: tuple[str, ...], reach: Reach, told: int) -> list[str]:
    """Everything before the program to run. `told`: descriptor for the process id of the box."""
    here = os.getcwd()
    command = [*start, "--info-fd", str(told)]
    for path in reach.read:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path] if path.count("/") == 1 else _real(path)
        else:
            command += ["--ro-bind-try", path, path]
    for path in reach.hidden:
        if reach.uncovers() and os.path.isdir(path):
            command += ["--tmpfs", path, "--remount-ro", path]
    for path in reach.use:
        kind = "--dev-bind-try" if path.startswith("/dev/") else "--bind-try"
        command += [kind, os.path.realpath(path), path]
    command += ["--setenv", "TMPDIR", "/tmp", "--unsetenv", "TEMP", "--dir", here, "--chdir", here]  # noqa: S108  # inside the box
    # What is left of the memory behind / and /dev is nobody's to fill.
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--"]


def process_in(told: bytes) -> int | None:
    """The process id of the box, from what `bwrap` wrote about itself."""
    try:
        return int(json.loads(told)["child-pid"])
    except (ValueError, KeyError, TypeError):
        return None


def _real(path: str) -> Iterator[str]:
    yield from ("--ro-bind-try", os.path.realpath(path), path)

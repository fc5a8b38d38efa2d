"""A driver that works on files and processes by calls that no fence of files sees; its firmware says what succeeded.

The hint is `steering:FOLDER`; in the folder stands `wanted.json`: a victim process, and files of the station.
"""

import ctypes
import fcntl
import json
import os
import socket
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ektp_core.boundary.card_printer import DriverError, Found, Identity
from ektp_core.boundary.hookspecs import hookimpl

F_SETOWN, F_SETSIG, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP = 8, 10, 15, 0x8901, 0x8902
IOPRIO_SET = {"x86_64": 251, "aarch64": 30}[os.uname().machine]
TRUNCATE = {"x86_64": 76, "aarch64": 45}[os.uname().machine]


def _c(name: str, *arguments: object) -> str:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
    return "done"


def _limits(wanted: dict[str, Any]) -> str:
    return _c("prlimit", wanted["victim"], 7, struct.pack("QQ", 300, 300), None)


def _watches(wanted: dict[str, Any]) -> str:
    watch = ctypes.CDLL(None).inotify_init1(0)
    return _c("inotify_add_watch", watch, wanted["folder"].encode(), 0xFFF)


def _owner(work: Callable[[socket.socket, int], object]) -> Callable[[dict[str, Any]], object]:
    def attempt(wanted: dict[str, Any]) -> object:
        one, other = socket.socketpair()
        with one, other:
            return work(one, wanted["victim"])

    return attempt


TRIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "chmod": lambda w: os.chmod(w["folder"], 0o777),  # noqa: S103  # what is to fail
    "fchmodat": lambda w: _c("fchmodat", -100, w["key"].encode(), 0o666, 0),
    "chown": lambda w: os.chown(w["key"], os.getuid(), os.getgid()),
    "lchown": lambda w: os.lchown(w["key"], os.getuid(), os.getgid()),
    "set a mark": lambda w: os.setxattr(w["key"], "user.x", b"1"),
    "take a mark": lambda w: os.removexattr(w["key"], "user.there"),
    "utime": lambda w: os.utime(w["key"], (1, 1)),
    "cut": lambda w: _c("syscall", TRUNCATE, w["key"].encode(), 7),
    "watch": _watches,
    "limits": _limits,
    "priority": lambda w: os.setpriority(os.PRIO_PROCESS, w["victim"], 19),
    "priority of a group": lambda w: os.setpriority(os.PRIO_PGRP, 0, 19),
    "turns": lambda w: os.sched_setscheduler(w["victim"], os.SCHED_BATCH, os.sched_param(0)),
    "processors": lambda w: os.sched_setaffinity(w["victim"], {min(os.sched_getaffinity(0))}),
    "disk turns": lambda w: _c("syscall", IOPRIO_SET, 1, w["victim"], 3 << 13),
    "owner": _owner(lambda one, victim: fcntl.fcntl(one, F_SETOWN, victim)),
    "owner's signal": _owner(lambda one, _: fcntl.fcntl(one, F_SETSIG, 9)),
    "owner of a kind": _owner(lambda one, victim: fcntl.fcntl(one, F_SETOWN_EX, struct.pack("ii", 1, victim))),
    "owner by device": _owner(lambda one, victim: fcntl.ioctl(one, FIOSETOWN, struct.pack("i", victim))),
    "group by device": _owner(lambda one, victim: fcntl.ioctl(one, SIOCSPGRP, struct.pack("i", victim))),
    "outlive the station": lambda _: _c("prctl", 1, 0, 0, 0, 0),
}
#: The same for itself, which any program may.
HARMLESS: dict[str, Callable[[dict[str, Any]], object]] = {
    "own limits": lambda _: __import__("resource").setrlimit(4, (0, 0)),
    "own priority": lambda _: os.setpriority(os.PRIO_PROCESS, 0, 19),
    "own processors": lambda _: os.sched_setaffinity(0, os.sched_getaffinity(0)),
    "flags": _owner(lambda one, _: fcntl.fcntl(one, fcntl.F_SETFL, os.O_NONBLOCK)),
    "a file for a while": lambda _: tempfile.mkdtemp(),
    "bytes waiting": _owner(lambda one, _: fcntl.ioctl(one, 0x541B, struct.pack("i", 0))),
}


class Steering:
    """Tries all; `reserve` leaves a helper that writes on and on; `release` says how it stands in memory."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.wanted = wanted

    def identify(self, timeout_ms: int) -> Identity:
        """What worked, as firmware."""
        said = {}
        for name, attempt in {**TRIES, **HARMLESS}.items():
            try:
                attempt(self.wanted)
                said[name] = "did"
            except OSError as error:
                said[name] = f"failed: {error.errno}"
        return Identity("steering", "steering", "S-1", firmware=json.dumps(said))

    def reserve(self, owner: str, timeout_ms: int) -> None:
        """A helper that shall outlive the station."""
        if os.fork() == 0:
            while True:
                time.sleep(0.05)
                Path(self.wanted["printer"], "helper").write_text(str(time.monotonic()))

    def release(self, timeout_ms: int) -> None:
        """Where it could write without end, and whether it ends first."""
        sizes = {}
        for folder in ("/", "/dev", "/dev/shm", "/tmp"):  # noqa: S108  # inside the box
            try:
                Path(folder, "steering").write_text("1")
                Path(folder, "steering").unlink()
                sizes[folder] = os.statvfs(folder).f_blocks * os.statvfs(folder).f_frsize
            except OSError:
                continue
        raise DriverError(json.dumps([Path("/proc/self/oom_score_adj").read_text().strip(), sizes]))

    def close(self) -> None:
        """Nothing to close."""


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    """Itself."""
    return [Found("steering", hint, "S-1")]


@hookimpl
def ektp_open_printer(found: Found) -> Any:
    """It opens."""
    return Steering(json.loads((Path(found.address.partition(":")[2]) / "wanted.json").read_text()))

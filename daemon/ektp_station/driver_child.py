"""The process of one driver as the station holds it (proses anak): started in its box, ended with all it started.

The kernel is asked to end it with the thread that started it, so a thread of its own starts it and stays
until it is over. In a box of name spaces the end of the outer process is not the end of the driver: a
device may hold that inside the kernel, and only when the whole box is gone nobody touches the printer.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from queue import Queue
from threading import Event, Thread

import msgspec
from attrs import define, field

from ektp_station import bubblewrap
from ektp_station.sandbox import Box, Kind

#: Whether a process can be watched that is no child of ours.
_CAN_WATCH = hasattr(os, "pidfd_open")
_TOLD_BYTES = 4096
#: How long the thread that only waited may take to end.
_KEEPER_S = 1.0


@define(eq=False)
class DriverChild:
    """One process and everything it started.

    Attributes:
        process: the outermost one; killing it kills the box.
    """

    process: subprocess.Popen[bytes]
    _over: Event
    _folder: str = ""
    _box: int | None = field(default=None)  # descriptor of the box's first process
    _keeper: Thread | None = field(default=None)

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is left that could hold the device."""
        return self.process.poll() is not None and self._box_is_gone(0.0)

    def kill(self) -> None:
        """End it and whatever it started."""
        self.process.kill()
        if hasattr(os, "killpg"):
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def end(self, within_s: float) -> bool:
        """Kill it and wait; whether all of it is gone. What is left of it on the disk is removed."""
        until = time.monotonic() + within_s
        self.kill()
        try:
            self.process.wait(within_s)
            gone = self._box_is_gone(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            gone = False
        self._over.set()
        if self._keeper:
            self._keeper.join(_KEEPER_S)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        return gone

    def _box_is_gone(self, within_s: float) -> bool:
        if self._box is None:
            return True
        watch = select.poll()
        watch.register(self._box, select.POLLIN)
        if not watch.poll(within_s * 1000):
            return False
        os.close(self._box)
        self._box = None
        return True


def start(arguments: Sequence[str], environment: dict[str, str], box: Box | None) -> DriverChild:
    """Start this Python with `arguments` in its box; without one as it is.

    Raises:
        OSError: it cannot be started.
    """
    over, made = Event(), Queue[DriverChild | OSError]()

    def keep() -> None:
        try:
            made.put(_started(arguments, environment, box, over))
        except OSError as error:
            made.put(error)
            return
        over.wait()

    keeper = Thread(target=keep, name="driver", daemon=True)
    keeper.start()
    found = made.get()
    if isinstance(found, OSError):
        raise found
    found._keeper = keeper
    return found


def _started(arguments: Sequence[str], environment: dict[str, str], box: Box | None, over: Event) -> DriverChild:
    command, folder = [sys.executable, "-P", *arguments], ""  # -P: never a module from the current folder
    if box is None or box.kind is not Kind.BUBBLEWRAP:
        if box is not None:
            folder = tempfile.mkdtemp(prefix="ektp-driver-")
            environment = {**environment, "TMPDIR": folder}
            command += ["--box", msgspec.json.encode(box.told(folder)).decode()]
        return DriverChild(_opened(command, environment), over, folder)
    reading, told = os.pipe()
    try:
        command += ["--box", msgspec.json.encode(box.told("")).decode()]
        child = _opened([*bubblewrap.boxed(box.start, box.reach, told), *command], environment, (told,))
        os.close(told)
        told = -1
        return DriverChild(child, over, "", _first_in(_read_all(reading)))
    finally:
        os.close(reading)
        if told >= 0:
            os.close(told)


def _opened(command: Sequence[str], environment: dict[str, str], more: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, close_fds=True, start_new_session=True,
        pass_fds=more,
    )  # fmt: skip


def _read_all(reading: int) -> bytes:
    """To the end: a box that is told nobody listens any more ends while it is built."""
    whole = b""
    while part := os.read(reading, _TOLD_BYTES):
        whole += part
    return whole


def _first_in(told: bytes) -> int | None:
    """A descriptor of the box's first process; it can be read when the whole box is gone."""
    number = bubblewrap.process_in(told)
    if number is None or not _CAN_WATCH:
        return None
    with suppress(OSError):
        return os.pidfd_open(number)
    return None

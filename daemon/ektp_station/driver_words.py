"""What a driver prints (kata driver): the beginning of it goes into the station's log, as lines, masked.

A maker's library may print what it was given, so a line is a line of the log like any other:
long numbers are hidden, and nothing stands there raw. A name cannot be told from other words
and is not hidden. Whoever holds the pipe when the driver is gone is not waited for.
"""

import os
import selectors
from collections.abc import Callable, Set
from contextlib import suppress
from typing import BinaryIO, TextIO

from attrs import define, field

from ektp_core.errors import masked
from ektp_station.logs import station_log

#: How much of what one child prints is kept.
PRINTED_BYTES, PRINTED_LINES = 16 * 1024, 100

#: A line that is longer is no line for people.
LINE_BYTES = 2_000

#: How often it is looked whether the pipe is still wanted.
LOOK_S = 0.2


def driver_log(stream: TextIO, driver: str, serial: str) -> Callable[[str], object]:
    """Tells the log one line that a driver printed."""
    log = station_log(stream, "").unbind("station").bind(driver=driver, serial=serial)
    return lambda line: log.info("a driver printed", line=line)


def not_told(_: str) -> None:
    """For a person at a terminal, who asked something else."""


def once(tell: Callable[[str], object], before: Set[str], now: set[str]) -> Callable[[str], object]:
    """Tells only lines that the process before did not print: one that is tried again and again says the same.

    Args:
        before: what that one printed. now: gets what this one prints.
    """

    def tell_new(line: str) -> None:
        now.add(line)
        if line not in before:
            tell(line)

    return tell_new


@define(eq=False)
class Lines:
    """Bytes become lines, masked; of a line that is too long nothing is shown, because a cut may hide half a number.

    Attributes:
        tell: gets each line.
    """

    tell: Callable[[str], object]
    _left_bytes: int = field(init=False, default=PRINTED_BYTES)
    _left_lines: int = field(init=False, default=PRINTED_LINES)
    _line: bytes = field(init=False, default=b"")
    _skips: bool = field(init=False, default=False)

    def take(self, part: bytes) -> None:
        """Some bytes more."""
        if not self._left_bytes:
            return
        *lines, self._line = (self._line + part[: self._left_bytes]).split(b"\n")
        self._left_bytes -= min(self._left_bytes, len(part))
        for line in lines:
            self._show(line)
        if len(self._line) > LINE_BYTES or not self._left_bytes:
            self._line, self._skips = b"", True

    def end(self) -> None:
        """No bytes more: the last line has no end."""
        self._show(self._line)

    def _show(self, line: bytes) -> None:
        skipped, self._skips = self._skips or len(line) > LINE_BYTES, False
        text = line.decode("utf-8", "replace").replace("\x00", "")
        text = str(masked("".join(one if one.isprintable() else " " for one in text).strip()))
        if text and self._left_lines:
            self._left_lines -= 1
            self.tell("(a line that is too long)" if skipped else text)


def relay(pipe: BinaryIO, is_over: Callable[[], bool], tell: Callable[[str], object]) -> None:
    """Tell the beginning of what a child prints; the rest is read, so that it goes on, and dropped."""
    lines = Lines(tell)
    with suppress(OSError, ValueError), pipe, selectors.DefaultSelector() as waiting:
        if os.name == "posix":  # elsewhere a pipe cannot be waited for
            waiting.register(pipe, selectors.EVENT_READ)
        while not is_over():
            if os.name == "posix" and not waiting.select(LOOK_S):
                continue
            part = os.read(pipe.fileno(), PRINTED_BYTES)
            if not part:
                break
            lines.take(part)
        lines.end()

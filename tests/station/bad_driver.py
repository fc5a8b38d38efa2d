"""A driver of the virtual printer that misbehaves in one operation, as its address says: `WHAT@OPERATION@FOLDER`.

It runs in a driver's process, where the frames to the station are one open pipe among others.
"""

import os
import stat
import subprocess
import sys
import time
from typing import Any

from attrs import evolve

from ektp_core.boundary.card_printer import DriverError, Found
from ektp_core.boundary.hookspecs import hookimpl
from ektp_driver_virtual import plugin

NAME = "bad"
LIE = "VP-LIAR"


def _frames() -> int:
    """The pipe to the station."""
    for number in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                return number
        except OSError:
            continue
    raise AssertionError("no pipe to the station")


def _flood_frames() -> None:
    from ektp_station.driver_frames import Answer, pack

    body = pack(Answer(7_000_000))
    frame = len(body).to_bytes(4, "big") + body
    while True:
        os.write(_frames(), frame * 100)


def _flood_words() -> None:
    for _ in range(3_000):
        print("x" * 999)
        sys.stderr.write("y" * 999 + "\n")


def _garbage() -> None:
    os.write(_frames(), b"\x00\x00\x00\x05hello" * 3)


def _huge() -> None:
    os.write(_frames(), b"\xff\xff\xff\xff")
    time.sleep(60)


def _half() -> None:
    os.write(_frames(), b"\x00\x00\x01\x00half")
    time.sleep(60)


def _raise() -> None:
    raise DriverError("a\nlong\x1b[31m story " + "z" * 100_000)


def _helper() -> None:
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    raise DriverError(f"helper {helper.pid}")


_DEEDS: dict[str, Any] = {
    "hang": lambda: time.sleep(60),
    "crash": lambda: os._exit(139),
    "flood-frames": _flood_frames,
    "flood-words": _flood_words,
    "garbage": _garbage,
    "huge": _huge,
    "half": _half,
    "raise": _raise,
    "helper": _helper,
    "bug": lambda: int("no number"),
}


class Bad:
    """The virtual printer's own driver, but for one operation."""

    def __init__(self, device: Any, what: str, where: str) -> None:
        self.device, self.what, self.where = device, what, where

    def __getattr__(self, name: str) -> Any:
        honest = getattr(self.device, name)
        if name != self.where:
            return honest

        def misbehaving(*arguments: Any) -> Any:
            if self.what == "lie":
                return evolve(honest(*arguments), serial=LIE)
            if self.what == "value":
                return "seven"
            _DEEDS[self.what]()
            return honest(*arguments)

        return misbehaving


def _parts(hint: str) -> tuple[str, str, str]:
    what, where, folder = hint.split("@", 2)
    return what, where, folder


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    """What the virtual driver sees there, under another name."""
    if hint.count("@") != 2:
        return []
    what, where, folder = _parts(hint)
    if where == "discover":
        _DEEDS[what]()
    return [evolve(one, driver=NAME, address=hint) for one in plugin.ektp_discover_printers(folder)]


@hookimpl
def ektp_open_printer(found: Found) -> Any:
    """The virtual printer, in bad hands."""
    if found.driver != NAME:
        return None
    what, where, folder = _parts(found.address)
    if where == "open":
        _DEEDS[what]()
    (one,) = plugin.ektp_discover_printers(folder)
    return Bad(plugin.ektp_open_printer(one), what, where)

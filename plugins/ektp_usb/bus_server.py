"""Serves a bus made of software to other processes (pelayan bus), through a unix socket. POSIX only.

One thread a connection. When a connection ends, however it ends, what was opened through it
is closed and what was claimed is free, as a kernel does for a process that died. The device
itself goes on.
"""

import socket
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError
from ektp_usb import wire
from ektp_usb.bus import GONE, INPUT_OUTPUT, INVALID, BusError, UsbBus

LONGEST_PATH = 100


@define(eq=False)
class BusServer:
    """A served bus; ends with `close`."""

    path: Path
    _bus: UsbBus
    _door: socket.socket
    _lines: set[socket.socket] = field(init=False, factory=set)
    _lock: Lock = field(init=False, factory=Lock)

    def close(self) -> None:
        """Serve nobody any more; whoever was connected finds every device gone."""
        self.path.unlink(missing_ok=True)
        with self._lock:
            for line in (self._door, *self._lines):
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
            self._door.close()

    def run(self) -> None:
        """Take connections until `close`."""
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            with self._lock:
                self._lines.add(line)
            Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        opened: set[int] = set()
        try:
            while True:
                name, arguments = wire.read_question(_frame(line))
                line.sendall(self._carry_out(name, arguments, opened))
        except (OSError, BusError):
            pass  # the line ended, or spoke no sense; what it held is let go below
        finally:
            for handle in opened:
                self._bus.close(handle)
            with self._lock:
                self._lines.discard(line)
            line.close()

    def _carry_out(self, name: str, arguments: tuple[Any, ...], opened: set[int]) -> bytes:
        if name not in {"devices", "open"} and arguments[0] not in opened:
            return wire.refusal(INVALID)
        try:
            value = getattr(self._bus, name)(*arguments)
        except BusError as error:
            return wire.refusal(error.errno if error.errno >= 0 else INPUT_OUTPUT)
        if name == "open":
            opened.add(value)
        if name == "close":
            opened.discard(arguments[0])
        return wire.answer(name, value)


def serve(bus: UsbBus, path: str | Path) -> BusServer:
    """Serve a bus at this socket, in threads of their own.

    Raises:
        DriverError: the path is too long for a socket, somebody serves there already, or the
            system has no unix sockets.
    """
    where = Path(path).absolute()
    if not hasattr(socket, "AF_UNIX"):
        raise DriverError("this system has no unix sockets; a bus made of software cannot be served on it")
    if len(str(where)) > LONGEST_PATH:
        raise DriverError(f"the socket's path has {len(str(where))} signs; at most {LONGEST_PATH} fit")
    if _is_served(where):
        raise DriverError("somebody serves a bus at this path already")
    where.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.bind(str(where))
    where.chmod(0o600)
    door.listen(8)
    server = BusServer(where, bus, door)
    Thread(target=server.run, daemon=True).start()
    return server


def _is_served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(1)
        try:
            line.connect(str(path))
        except OSError:
            return False
        return True


def _frame(line: socket.socket) -> bytes:
    return _exactly(line, wire.body_length(_exactly(line, wire.HEADER_BYTES)))


def _exactly(line: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = line.recv(count - len(data))
        if not part:
            raise BusError(GONE)
        data += part
    return bytes(data)

"""A bus made of software in another process (bus jauh), reached through a unix socket.

So the device lives on when a driver's process is killed. POSIX only, as are `bus_server` and
the hint `bus:`; a system without unix sockets refuses at the first call. When the server is
gone, every device is gone; handles from before never reach a server that came later.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Any

from attrs import define, field

from ektp_usb import wire
from ektp_usb.bus import GONE, BusError, Device, Setup

GRACE_S = 3.0  # how long the server may take beside the time the call itself may wait


@define(eq=False)
class RemoteBus:
    """Implements `ektp_usb.bus.UsbBus`; connects at the first call and again after a loss."""

    path: str
    _line: socket.socket | None = field(init=False, default=None)
    _generation: int = field(init=False, default=0)
    _handles: dict[int, tuple[int, int]] = field(init=False, factory=dict)
    _next_handle: int = field(init=False, default=1)
    _lock: RLock = field(init=False, factory=RLock)

    def devices(self) -> tuple[Device, ...]:
        """What is plugged in now (GONE when nobody serves the bus)."""
        with self._resting():
            found: tuple[Device, ...] = self._call("devices")
            return found

    def open(self, device: Device) -> int:
        """Get a handle."""
        with self._resting():
            theirs: int = self._call("open", device)
            ours, self._next_handle = self._next_handle, self._next_handle + 1
            self._handles[ours] = (self._generation, theirs)
            return ours

    def close(self, handle: int) -> None:
        """Let go."""
        with self._resting():
            self._quietly("close", handle)
            self._handles.pop(handle, None)

    def hang_up(self) -> None:
        """End the connection; the next call makes a new one."""
        with self._lock:
            self._drop()

    def configuration(self, handle: int) -> int:
        """The configuration in force."""
        value: int = self._at(handle, "configuration")
        return value

    def configure(self, handle: int, value: int) -> None:
        """Set the configuration."""
        self._at(handle, "configure", value)

    def alternate(self, handle: int, interface: int, alternate: int) -> None:
        """Choose an alternate setting."""
        self._at(handle, "alternate", interface, alternate)

    def has_kernel_driver(self, handle: int, interface: int) -> bool:
        """Whether the system's driver holds the interface."""
        truth: bool = self._at(handle, "has_kernel_driver", interface)
        return truth

    def detach(self, handle: int, interface: int) -> None:
        """Take the interface from the system's driver."""
        self._at(handle, "detach", interface)

    def attach(self, handle: int, interface: int) -> None:
        """Give it back."""
        self._quietly("attach", handle, interface)

    def claim(self, handle: int, interface: int) -> None:
        """Take the interface."""
        self._at(handle, "claim", interface)

    def release(self, handle: int, interface: int) -> None:
        """Give the interface free."""
        self._quietly("release", handle, interface)

    def control(self, handle: int, setup: Setup, data: bytes, timeout_ms: int) -> bytes:
        """One class or vendor request."""
        answer: bytes = self._at(handle, "control", setup, data, timeout_ms, wait_ms=timeout_ms)
        return answer

    def write(self, handle: int, endpoint: int, data: bytes, timeout_ms: int) -> int:
        """Send."""
        went: int = self._at(handle, "write", endpoint, data, timeout_ms, wait_ms=timeout_ms)
        return went

    def read(self, handle: int, endpoint: int, most: int, timeout_ms: int) -> bytes:
        """Receive."""
        answer: bytes = self._at(handle, "read", endpoint, most, timeout_ms, wait_ms=timeout_ms)
        return answer

    def clear_halt(self, handle: int, endpoint: int) -> None:
        """End a stall."""
        self._at(handle, "clear_halt", endpoint)

    def reset(self, handle: int) -> None:
        """Reset the port."""
        self._at(handle, "reset")

    # -- within ---------------------------------------------------------------------------

    @contextmanager
    def _resting(self) -> Iterator[None]:
        """Without an open device there is no connection: nothing is left behind."""
        with self._lock:
            try:
                yield
            finally:
                if not self._handles:
                    self._drop()

    def _quietly(self, name: str, handle: int, *arguments: object) -> None:
        with suppress(BusError):  # whoever lets go has nothing more to learn
            self._at(handle, name, *arguments)

    def _at(self, handle: int, name: str, *arguments: object, wait_ms: int = 0) -> Any:
        generation, theirs = self._handles.get(handle, (-1, 0))
        return self._call(name, theirs, *arguments, wait_ms=wait_ms, generation=generation)

    def _call(self, name: str, *arguments: object, wait_ms: int = 0, generation: int | None = None) -> Any:
        asked = wire.question(name, arguments)
        with self._lock:
            if generation is not None and (self._line is None or generation != self._generation):
                raise BusError(GONE)
            try:
                line = self._connected()
                line.settimeout(wait_ms / 1000 + GRACE_S)
                line.sendall(asked)
                header = _exactly(line, wire.HEADER_BYTES)
                body = _exactly(line, wire.body_length(header))
            except (OSError, BusError):
                self._drop()
                raise BusError(GONE) from None
        return wire.read_answer(name, body)

    def _connected(self) -> socket.socket:
        if self._line is None:
            if not hasattr(socket, "AF_UNIX"):
                raise BusError(GONE)
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                line.settimeout(GRACE_S)
                line.connect(self.path)
            except OSError:
                line.close()
                raise
            self._line = line
            self._generation += 1
        return self._line

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _exactly(line: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = line.recv(count - len(data))
        if not part:
            raise BusError(GONE)
        data += part
    return bytes(data)

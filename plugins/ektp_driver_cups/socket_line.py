"""The bytes to and from a spooler (bita ke spooler): a unix socket on which every byte is held to one deadline.

A library's own timeout begins anew with every byte that comes, so a spooler that drips would
hold a driver for as long as it likes. Here each read and each write gets what is left of the
deadline, and an answer has a largest size.
"""

import socket
from collections.abc import Iterable
from time import monotonic

from attrs import define, field
from httpcore import SOCKET_OPTION, NetworkBackend, NetworkStream, ReadError, WriteError

#: No answer is longer: 5,000 jobs are about a third of it.
MOST_BYTES = 4 << 20


class LongAnswer(Exception):
    """More came than any answer needs."""


@define(eq=False)
class SocketLines(NetworkBackend):
    """Opens lines, all under the deadline that was told last."""

    _at: float = field(init=False, default=0.0)

    def begin(self, at: float) -> None:
        """What follows must be over at that moment of this machine's steady clock."""
        self._at = at

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SOCKET_OPTION] | None = None
    ) -> NetworkStream:
        """Open a line to a socket."""
        line = SocketLine(socket.socket(socket.AF_UNIX), self._at)
        try:
            line.wait_for_rest().connect(path)
        except BaseException:
            line.close()
            raise
        return line


@define(eq=False)
class SocketLine(NetworkStream):
    """One line, for one question."""

    _socket: socket.socket
    _at: float
    _came: int = field(init=False, default=0)

    def wait_for_rest(self) -> socket.socket:
        """The socket, which waits no longer than is left.

        Raises:
            TimeoutError: nothing is left.
        """
        left_s = self._at - monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._socket.settimeout(left_s)
        return self._socket

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What came. Raises LongAnswer, TimeoutError, ReadError."""
        try:
            data = self.wait_for_rest().recv(max_bytes)
        except TimeoutError:
            raise
        except OSError as error:
            raise ReadError(str(error)) from None
        self._came += len(data)
        if self._came > MOST_BYTES:
            raise LongAnswer
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send it all. Raises TimeoutError; WriteError, after which an answer may still be read."""
        rest = memoryview(buffer)
        try:
            while rest:
                rest = rest[self.wait_for_rest().send(rest) :]
        except TimeoutError:
            raise
        except OSError as error:
            raise WriteError(str(error)) from None

    def close(self) -> None:
        """Let go of it."""
        self._socket.close()

"""Word to the service manager (kabar ke pengawas layanan): ready, alive, what we do, ending.

Only the main loop says that we are alive, because only it owns the book: a page that still
answers while the loop hangs must not keep a dead station running. Without a manager that asked
for it (NOTIFY_SOCKET), nothing is sent.
"""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

from attrs import define, field

from ektp_station import steady

Send = Callable[[bytes], None]

#: Told this often where the manager names no time.
_USUAL_MS = 10_000


def _nobody(_: bytes) -> None:
    """No service manager listens."""


def send_to(address: str) -> Send:
    """A way to send datagrams to that address; one that starts with @ is in the abstract name space."""
    family = getattr(socket, "AF_UNIX", None)
    if not address or family is None:
        return _nobody
    place = "\0" + address[1:] if address.startswith("@") else address

    def send(word: bytes) -> None:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as line:
            line.settimeout(1.0)  # a manager that does not listen is no reason to stand still
            line.sendto(word, place)

    return send


@define(eq=False)
class Watchdog:
    """Tells the manager that the main loop goes round.

    Attributes:
        every_ms: how often; half of what the manager waits for.
        turned_ms: when the main loop last went round, as `passed_ms` counts.
    """

    send: Send = _nobody
    every_ms: int = _USUAL_MS
    turned_ms: int = field(factory=steady.passed_ms)
    _next_ms: int = field(init=False, default=0)
    _said: str = field(init=False, default="")

    def ready(self) -> None:
        """The book is open, the page answers."""
        self.send(b"READY=1")

    def turned(self, passed_ms: int, doing: str) -> None:
        """The main loop went round once. `doing`: one line, without personal data."""
        self.turned_ms = passed_ms
        if doing != self._said:
            self._said = doing
            self.send(f"STATUS={doing}".encode())
        if passed_ms >= self._next_ms:
            self._next_ms = passed_ms + self.every_ms
            self.send(b"WATCHDOG=1")

    def stopping(self) -> None:
        """Cards under way come out, then we end."""
        self.send(b"STOPPING=1")


def watchdog_of(environment: Mapping[str, str], pid: int) -> Watchdog:
    """As the service manager asks by its environment; one that means another process is not ours."""
    send = send_to(environment.get("NOTIFY_SOCKET", ""))
    usec, whose = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(pid))
    asked = int(usec) // 2_000 if usec.isdecimal() and whose == str(pid) else _USUAL_MS
    return Watchdog(send, max(100, asked))

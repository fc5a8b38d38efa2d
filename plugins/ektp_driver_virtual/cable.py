"""A cable that can be pulled, and that loses answers (kabel yang bisa dicabut), between driver and printer.

A door of its own stands before the printer's: what a driver says goes on to the printer, and the
answer back, one after the other. On order the next exchange of a kind is lost, garbled, never
delivered, or the cable comes out. The printer itself never notices: it does what reached it.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.driver_bench import Moment, Strike
from ektp_driver_virtual import messages, protocol, wire
from ektp_driver_virtual.protocol import Frame

_MOMENTS: dict[type, Moment] = {
    messages.Feed: Moment.FEED,
    messages.Move: Moment.MOVE,
    messages.Encode: Moment.ENCODE,
    messages.Mark: Moment.MARK,
    messages.Deliver: Moment.DELIVER,
}
#: What a cable can do to an exchange.
TROUBLES = (Strike.LOST_REPLY, Strike.GARBLED_REPLY, Strike.SILENCE, Strike.UNPLUG)


@define(eq=False)
class Cable:
    """Between a printer's door and drivers that come to `address`."""

    folder: Path
    to: Callable[[], str]  # the printer's own door, now
    address: str = field(init=False)
    _door: socket.socket = field(init=False)
    _lock: Lock = field(init=False, factory=Lock)
    _lines: set[socket.socket] = field(init=False, factory=set)
    _waiting: dict[Moment, Strike] = field(init=False, factory=dict)
    _pulled: bool = field(init=False, default=False)
    _mute: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        self._door, self.address = wire.listen(self.folder, "cable")
        Thread(target=self._welcome, daemon=True).start()

    def trouble(self, what: Strike, at: Moment) -> None:
        """Let it happen: now, or at the next exchange of that kind."""
        if at is not Moment.NOW:
            self._waiting[at] = what
        elif what is Strike.UNPLUG:
            self._pull()
        else:
            self._mute = True

    def mend(self) -> None:
        """The cable is in again and whole."""
        self._pulled = self._mute = False
        self._waiting.clear()

    def close(self) -> None:
        """Take it away."""
        self._pull()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        wire.forget(self.address)

    def _pull(self) -> None:
        self._pulled = True
        with self._lock:
            for line in self._lines:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def _welcome(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            if self._pulled:
                line.close()
                continue
            Thread(target=self._carry, args=(line,), daemon=True).start()

    def _carry(self, driver: socket.socket) -> None:
        lines = [driver]
        try:
            lines.append(wire.connect(self.to(), wire.deadline_in(5_000)))
            with self._lock:
                self._lines.update(lines)
            while True:
                self._exchange(driver, lines[1])
        except DriverError:
            pass  # one end is gone; so is the other
        finally:
            with self._lock:
                self._lines.difference_update(lines)
            for line in lines:
                line.close()

    def _exchange(self, driver: socket.socket, printer: socket.socket) -> None:
        question = wire.receive(driver)
        moment = _MOMENTS.get(type(question.message))
        trouble = self._waiting.pop(moment, None) if moment else None
        self._mute = self._mute or trouble is Strike.SILENCE
        if self._mute:
            return
        wire.send(printer, question)
        if trouble is Strike.UNPLUG:
            self._pull()
        answer = wire.receive(printer)
        if trouble is Strike.LOST_REPLY:
            return
        if trouble is Strike.GARBLED_REPLY:
            driver.sendall(_garbled(answer))
        else:
            wire.send(driver, answer)


def _garbled(answer: Frame) -> bytes:
    """The answer with its last byte changed on the way."""
    data = protocol.encode(answer)
    return data[:-1] + bytes([data[-1] ^ 0x15])

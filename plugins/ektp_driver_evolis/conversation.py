"""One conversation with a printer (percakapan): one command, one reply, and no belief without step.

A reply that is lost, late or garbled puts the line out of step: the next reply to come may
belong to an older command. From then on nothing is believed until the printer answered a
question only one answer fits, its serial number, then fell silent, and gave its last answer
(PROTOCOL.md, section 3). After half a command nothing more is said at all: the printer may
take every further byte for a part of a picture. Nothing is ever sent twice here except that
question.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_evolis import language, replies
from ektp_driver_evolis.language import Command
from ektp_driver_evolis.replies import Declined
from ektp_driving.deadline import Deadline
from ektp_usb.device_id import DeviceId
from ektp_usb.port_status import PortStatus

SILENCE_MS = 100
PATIENCE_MS = 300
LATE_MS = 2_000  # for an answer that is late or lost
ASKED_AT_MOST = 4
READ_BYTES = 4096
END = b"\0"

Answer = TypeVar("Answer")


class Line(Protocol):
    """What this driver needs of `ektp_usb.transport.UsbLine`."""

    def write(self, data: bytes, timeout_ms: int) -> None:
        """Send all of it."""

    def read(self, timeout_ms: int, most: int = READ_BYTES) -> bytes:
        """What came; DriverTimeout when nothing did."""

    def device_id(self, timeout_ms: int) -> DeviceId:
        """The IEEE 1284 id."""

    def port_status(self, timeout_ms: int) -> PortStatus:
        """The port's one byte."""

    def soft_reset(self, timeout_ms: int) -> None:
        """Empty the printer's input and output."""

    def close(self) -> None:
        """Let go."""


@define(eq=False)
class Conversation:
    """One line to one printer, whose serial is known from the bus."""

    line: Line
    serial: str
    last_answer: str = field(init=False, default=replies.OK)
    _is_in_step: bool = field(init=False, default=False)
    _asked: int = field(init=False, default=0)  # serials asked for and not heard
    _is_cut: bool = field(init=False, default=False)
    _is_closed: bool = field(init=False, default=False)
    _came: bytearray = field(init=False, factory=bytearray, repr=False)

    def order(self, command: Command, deadline: Deadline) -> None:
        """Let something be done.

        Raises:
            Declined: the printer says that it was not done, or not to its end. DriverTimeout,
            DriverLost, DriverError: whether it was done is not known.
        """
        self.ask(command, lambda raw: replies.done(raw, command.text), deadline)

    def ask(self, command: Command, parser: Callable[[bytes], Answer], deadline: Deadline) -> Answer:
        """Send one command and read its one reply (errors as of `order`)."""
        if not self._is_in_step:
            self.catch_up(deadline)
        self._is_in_step = False
        self._say(command, deadline)
        raw = self._hear(deadline)
        if self._came:
            raise DriverError("more came than was asked for")
        try:
            answer = parser(raw)
        except Declined:
            self._is_in_step = True
            raise
        self._is_in_step = True
        return answer

    def catch_up(self, deadline: Deadline) -> None:
        """Get back in step with the printer; afterwards `last_answer` is what it said last.

        Raises:
            DriverTimeout, DriverLost, DriverError: it did not come about. The next try goes on
            where this one stopped.
        """
        self._is_in_step = False
        self._find_serial(deadline)
        self._wait_for_silence(deadline)
        self._say(language.LAST_ANSWER, deadline)
        raw = self._hear(deadline)
        while raw == self._own_serial:  # a late answer to the question before
            raw = self._hear(deadline)
        self.last_answer = replies.last_answer(raw)
        self._is_in_step, self._asked = True, 0

    def flush(self, deadline: Deadline) -> None:
        """Empty the printer's input and output, as people ordered; then the line can be spoken on again."""
        self.refuse_if_closed()
        self._is_in_step = False
        self.line.soft_reset(deadline.left_ms)
        self._is_cut, self._asked = False, 0
        self._came.clear()

    def close(self) -> None:
        """Let go of the line."""
        if not self._is_closed:
            self._is_closed = True
            self.line.close()

    @property
    def is_cut(self) -> bool:
        """Whether half a command went out, after which nothing may be said."""
        return self._is_cut

    def refuse_if_closed(self) -> None:
        """Raise DriverLost if the line was closed."""
        if self._is_closed:
            raise DriverLost("the printer was closed")

    def _find_serial(self, deadline: Deadline) -> None:
        for time in range(ASKED_AT_MOST):
            if time or not self._asked:
                self._say(language.SERIAL, deadline)
                self._asked += 1
            if self._hear_serial(deadline):
                self._hear_late_serials(deadline)
                return
        self._asked = 0
        raise DriverError(f"the printer does not answer with the serial {self.serial} that it shows on the bus")

    def _hear_serial(self, deadline: Deadline) -> bool:
        """Throw replies away until the serial comes; False if others came and then nothing for a while."""
        until = deadline
        while True:
            try:
                raw = self._hear(until)
            except DriverTimeout:
                if until is deadline:
                    raise
                deadline.check()  # it may be the whole time that is over
                return False
            if raw == self._own_serial:
                self._asked -= 1
                return True
            until = deadline.at_most(PATIENCE_MS)

    def _hear_late_serials(self, deadline: Deadline) -> None:
        """As many as were asked for: one that is still to come would be taken for the next question's answer."""
        until = deadline.at_most(LATE_MS)
        try:
            while self._asked > 0:
                self._asked -= self._hear(until) == self._own_serial
        except DriverTimeout:
            deadline.check()  # it may be the whole time that is over
            self._asked = 0  # lost

    @property
    def _own_serial(self) -> bytes:
        return self.serial.encode("ascii", "replace")

    def _wait_for_silence(self, deadline: Deadline) -> None:
        try:
            while True:
                self._hear(deadline.at_most(SILENCE_MS))
        except DriverTimeout:
            self._came.clear()

    def _say(self, command: Command, deadline: Deadline) -> None:
        self.refuse_if_closed()
        if self._is_cut:
            raise DriverLost("a command was cut off on this line; nothing can be said on it until it is reset")
        data = language.frame(command)
        try:
            self.line.write(data, deadline.left_ms)
        except DriverError as error:
            # What surely went out does not matter: what may have gone out does.
            sent = max(getattr(error, "sent", len(data)), getattr(error, "at_most", 0))
            self._is_cut = sent != 0
            raise

    def _hear(self, deadline: Deadline) -> bytes:
        """One reply without its NUL."""
        self.refuse_if_closed()
        while END not in self._came:
            if len(self._came) > replies.LONGEST:
                self._came.clear()
                raise DriverError("a reply without an end")
            self._came += self.line.read(deadline.left_ms, READ_BYTES)
        raw, _, rest = bytes(self._came).partition(END)
        self._came[:] = rest
        return raw

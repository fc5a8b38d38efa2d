"""The encoder behind a PC/SC reader (penulis chip PC/SC): every word of `ChipEncoder`, each within its time.

Writing and reading back are two sessions with a reset between them, so what is read back is
what the chip keeps, and not what it still had in mind. Each session compares the chip's UID with
the one that is meant before anything else: a card swapped at the last moment is not written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, DriverLost
from ektp_core.boundary.chip_encoder import EncoderInfo
from ektp_driving.deadline import Deadline
from ektp_encoder_pcsc.reader import Chip, Reader
from ektp_encoder_pcsc.running import Transmit, read_on, uid_on, write_on
from ektp_encoder_pcsc.script import Script
from ektp_encoder_pcsc.worker import Worker

NAME = "pcsc"

Made = TypeVar("Made")


@define(eq=False)
class PcscEncoder:
    """One reader with its script."""

    reader: Reader
    script: Script
    _worker: Worker = field(init=False)
    _is_closed: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        self._worker = Worker(self.reader.cancel)

    def connect(self, timeout_ms: int) -> EncoderInfo:
        """Find the reader; a card need not be there."""
        name = self._do(lambda _: self.reader.find(), timeout_ms)
        return EncoderInfo(name, self.script.station, self.script.title, self.script.digest)

    def uid(self, timeout_ms: int) -> str:
        """The chip's UID; empty when no chip can be read at the reader."""
        return self._do(self._uid, timeout_ms)

    def read(self, uid: str, timeout_ms: int) -> bytes | None:
        """What the chip with this UID holds, by its seal."""
        return self._do(lambda deadline: self._read(uid, deadline), timeout_ms)

    def encode(self, content: bytes, uid: str, timeout_ms: int) -> bytes:
        """Write the chip with this UID, reset it, and return what it then holds.

        Raises:
            DriverError: also when another chip is there, and when this one then holds neither
                the whole content nor nothing.
        """
        return self._do(lambda deadline: self._encode(content, uid, deadline), timeout_ms)

    def close(self) -> None:
        """Use the reader no more; a call that hangs is left behind."""
        self._is_closed = True
        self.reader.cancel()

    def _do(self, work: Callable[[Deadline], Made], timeout_ms: int) -> Made:
        if self._is_closed:
            raise DriverLost("the chip reader was closed")
        return self._worker.do(work, timeout_ms)

    def _uid(self, deadline: Deadline) -> str:
        chip = self.reader.open(deadline)
        if chip is None:
            return ""
        with _closing(chip, deadline) as transmit:
            return uid_on(self.script, transmit)

    def _read(self, uid: str, deadline: Deadline) -> bytes | None:
        with self._session(uid, deadline) as transmit:
            return read_on(self.script, transmit)

    def _encode(self, content: bytes, uid: str, deadline: Deadline) -> bytes:
        with self._session(uid, deadline) as transmit:
            write_on(self.script, content, transmit)
        with self._session(uid, deadline) as transmit:
            found = read_on(self.script, transmit)
        if found is None:
            raise DriverError("the chip does not hold all that was written")
        return found

    @contextmanager
    def _session(self, uid: str, deadline: Deadline) -> Iterator[Transmit]:
        """The chip that is meant and no other, held until all is done."""
        if not uid:
            raise DriverError("no chip was named; its number is read first")
        chip = self.reader.open(deadline)
        if chip is None:
            raise DriverError("no chip can be read at the chip reader")
        with _closing(chip, deadline) as transmit:
            if uid_on(self.script, transmit) != uid:
                raise DriverError("another card lies at the chip reader than the one that was read")
            yield transmit


@contextmanager
def _closing(chip: Chip, deadline: Deadline) -> Iterator[Transmit]:
    """Commands to the chip, none of them begun after the time is over."""

    def transmit(apdu: bytes) -> tuple[bytes, int]:
        deadline.check()
        return chip.transmit(apdu)

    try:
        yield transmit
    finally:
        chip.close()

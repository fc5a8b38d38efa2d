"""Room on the disk (ruang cakram): a card that is under way can always be written down to its end.

A file of a few megabytes is kept beside the book and means nothing. When the disk is nearly
full no new card is begun, and the page says why; when it is full all the same, that file is
given up, and the outcome of the card in the machine is written where it lay. Nobody else gets
that room: what else does not fit is refused, and asked again later. Only if the outcome does
not fit even so does the station end, with nothing lost, and its next start looks up what was kept.
Who filled the disk, and how it is emptied, is not known here.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TypeVar

from attrs import define, field

from ektp_core.boundary.store import Answer, Payload, Sealed, Store, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.blank_tests import EndTest
from ektp_core.flow.events import Event
from ektp_core.flow.pressing import Conclude, NoteStep, ReturnCard
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.view import Position, View
from ektp_station.step_link import STOPPED

T = TypeVar("T")

FILE = "station.reserve"

#: What is set aside: enough for the last commits of a dozen cards.
RESERVE_BYTES = 4 << 20

#: Below this no new card is begun.
LOW_BYTES = 64 << 20

#: How often the disk is looked at.
LOOK_MS = 1_000

#: What may take the room that was set aside: how a card under way goes on and ends, and that a printer is shut.
ENDINGS = (NoteStep, Conclude, ReturnCard, EndTest, ClosePrinter)

#: Why printing waits.
NEARLY_FULL = "the disk is nearly full; cards under way are finished, and no new one is begun before there is room"


@define(eq=False)
class DiskRoom:
    """The room on a station's disk, and the file that keeps some of it.

    Attributes:
        low_bytes: below this no new card is begun. reserve_bytes: size of the file that is set aside.
        passed_ms: time that really passed since some moment.
        why: why printing waits; empty while there is room.
    """

    folder: Path
    passed_ms: Callable[[], int]
    low_bytes: int = LOW_BYTES
    reserve_bytes: int = RESERVE_BYTES
    why: str = field(init=False, default="")
    _next_look_ms: int | None = field(init=False, default=None)

    def look(self) -> str:
        """Why printing waits; looks at the disk now and then, and sets room aside where there is enough."""
        now_ms = self.passed_ms()
        if self._next_look_ms is None or now_ms >= self._next_look_ms:
            self._next_look_ms = now_ms + LOOK_MS
            self.why = NEARLY_FULL if self._is_low() or not self._set_aside() else ""
        return self.why

    def make_way(self) -> bool:
        """Give up what was set aside; whether there was anything. No new card is begun from here on."""
        self.is_full()
        try:
            (self.folder / FILE).unlink()
        except OSError:
            return False
        return True

    def is_full(self) -> None:
        """Something did not fit: no new card is begun, whatever the disk says, before it is looked at again."""
        self.why = NEARLY_FULL
        if self._next_look_ms is not None:
            self._next_look_ms = self.passed_ms() + LOOK_MS

    def with_room(self, write: Callable[[], T]) -> T:
        """Do this; if the disk is full, once more where the reserve lay.

        Raises:
            Refused: BOOK_FULL when that was not enough: nothing was written.
        """
        try:
            return write()
        except Refused as refused:
            if refused.refusal is not Refusal.BOOK_FULL or not self.make_way():
                raise
        return write()

    def _is_low(self) -> bool:
        try:
            if os.name == "posix":
                disk = os.statvfs(self.folder)
                return disk.f_bavail * disk.f_frsize < self.low_bytes
        except OSError:
            return False  # a disk that does not tell: the reserve is there all the same
        return False

    def _set_aside(self) -> bool:
        """Whether the reserve is there, whole."""
        path = self.folder / FILE
        try:
            if path.stat().st_size == self.reserve_bytes:
                return True
        except FileNotFoundError:
            pass
        except OSError:
            return False
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _fill(handle, self.reserve_bytes)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError:
            with suppress(OSError):
                path.unlink()
            return False
        return True


def _fill(handle: int, size: int) -> None:
    """Really take the room: an empty stretch of a file takes none."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, size)
        return
    os.lseek(handle, 0, os.SEEK_SET)
    for _ in range(0, size, 1 << 16):
        os.write(handle, bytes(1 << 16))


class RoomyStore:
    """A `Store` that gives up the reserve for the endings of cards, before it says that the disk is full."""

    def __init__(self, inner: Store, room: DiskRoom, endings: tuple[type, ...] = ENDINGS) -> None:
        self._inner = inner
        self._room = room
        self._endings = endings

    def commit(self, group: Sequence[Work], at_ms: int, counters: Sequence[tuple[str, int]] = ()) -> tuple[Answer, ...]:
        """Decide, apply and seal a group; on a full disk only the endings in it, the others are refused BOOK_FULL.

        Raises:
            Refused: BOOK_FULL when there is an ending in it that does not fit where the reserve lay either.
        """
        try:
            return self._inner.commit(group, at_ms, counters)
        except Refused as refused:
            if refused.refusal is not Refusal.BOOK_FULL:
                raise
            full = refused
        self._room.is_full()
        ends = [work for work in group if isinstance(work.ask.body, self._endings)]
        kept = iter(self._room.with_room(lambda: self._inner.commit(ends, at_ms, counters)) if ends else ())
        return tuple(next(kept) if isinstance(work.ask.body, self._endings) else full for work in group)

    def read(self) -> AbstractContextManager[View]:
        """A consistent view of the last sealed commit."""
        return self._inner.read()

    def position(self) -> Position:
        """The last sealed commit."""
        return self._inner.position()

    def sealed_since(self, n: int, limit: int) -> Sequence[Sealed]:
        """Commits n+1, n+2, ... up to `limit` of them."""
        return self._inner.sealed_since(n, limit)

    def payload(self, digest: bytes) -> Payload | None:
        """The payload of that digest, unless erased."""
        return self._inner.payload(digest)

    def erase(self, digest: bytes, instead: Payload | None = None) -> bool:
        """Destroy the key of a payload; whether there was one. That can wait, so it costs no reserve."""
        return self._inner.erase(digest, instead)

    def link(self, name: str) -> bytes | None:
        """A note outside chain and fold."""
        return self._inner.link(name)

    def set_link(self, name: str, value: bytes) -> None:
        """Keep such a note, durably. On a full disk a note is left out; but not that printing is stopped for good."""
        try:
            self._inner.set_link(name, value)
        except Refused as refused:
            if refused.refusal is not Refusal.BOOK_FULL:
                raise
            self._room.is_full()
            if name == STOPPED:
                self._room.with_room(lambda: self._inner.set_link(name, value))

    def events(self) -> Iterator[tuple[int, Event]]:
        """The whole log, numbered from 1."""
        return self._inner.events()

    def close(self) -> None:
        """Let go of the book."""
        self._inner.close()

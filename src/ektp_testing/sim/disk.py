"""A disk of the simulated country (cakram tiruan): what is written is lost in a power cut unless it was synced.

An SQLite file system in memory, one folder a book. A write lands in the page cache; `xSync`
makes it durable. When the power goes, each write since the last sync is kept, lost or torn at a
sector, each by the dice and in any order; when only the process dies, nothing is lost. A disk
may be full, may fail one sync or write, and may be set back whole to an earlier image.

What a book means by its bytes is not known here. The write-ahead index lives in the heap, so
each connection is told to keep its file for itself (`locking_mode = EXCLUSIVE`); all else is
SQLite as an office runs it.
"""

import os
from collections.abc import Callable
from random import Random
from typing import Any

import apsw
from attrs import Factory, define, field, frozen

SECTOR_BYTES = 512
VFS_NAME = "ektp-simulated-disk"

_POWERSAFE_OVERWRITE = 0x1000  # as the unix file system says of itself
_Write = tuple[int, bytes]


@frozen
class Image:
    """The files of a disk as they were at one moment."""

    files: tuple[tuple[str, bytes], ...] = field(repr=False)


@define(eq=False)
class File:
    """One file: as the process sees it, as the platter has it, and what is between the two."""

    now: bytearray = Factory(bytearray)
    durable: bytearray = Factory(bytearray)
    unsynced: list[_Write] = Factory(list)  # an offset of -1 - n is a truncation to n bytes
    is_durable: bool = False  # whether its name would be found after a power cut

    def write(self, offset: int, data: bytes) -> None:
        """Into the page cache."""
        _put(self.now, offset, data)
        self.unsynced.append((offset, data))

    def truncate(self, size: int) -> None:
        """Cut, in the page cache."""
        del self.now[size:]
        self.unsynced.append((-1 - size, b""))

    def sync(self) -> None:
        """To the platter."""
        for offset, data in self.unsynced:
            _put(self.durable, offset, data)
        self.unsynced.clear()
        self.is_durable = True


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if offset < 0:
        del content[-1 - offset :]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


@define(eq=False)
class Disk:
    """One machine's disk.

    Attributes:
        dice: decides what a power cut leaves.
        lost, torn: how likely an unsynced write is lost, or torn, in a power cut.
        is_full: no write is taken.
        countdown: writes and syncs until the power goes, in the middle of whatever is done; -1 never.
        failing: how many of the next syncs fail.
        counts: what was done to it, by name.
        is_left: the process is gone; nothing it still does has an effect.
    """

    dice: Random
    lost: float = 0.3
    torn: float = 0.2
    files: dict[str, File] = Factory(dict)
    is_full: bool = False
    countdown: int = -1
    failing: int = 0
    is_dead: bool = False
    counts: dict[str, int] = Factory(dict)
    is_left: bool = False

    def count(self, what: str) -> None:
        """Note that something happened."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def takes(self, is_sync: bool) -> bool:
        """Whether a write or a sync has an effect. Raises apsw's errors for what stands in its way."""
        if self.is_left:
            return False
        if self.is_dead:
            raise apsw.IOError("there is no power")
        if self.countdown >= 0:
            self.countdown -= 1
            if self.countdown < 0:
                self.is_dead = True
                raise apsw.IOError("the power goes")
        if self.is_full and not is_sync:
            self.count("writes refused by a full disk")
            raise apsw.FullError("no space left on this disk")
        if is_sync and self.failing:
            self.failing -= 1
            self.count("syncs that failed")
            raise apsw.IOError("the disk did not say whether it was kept")
        return True

    def leave(self, close: Callable[[], None]) -> None:
        """The process is gone. What it left open is closed without any effect on the files, all of which stay."""
        self.is_left = True
        close()
        self.is_left = False
        self.countdown, self.failing, self.is_dead = -1, 0, False

    def power_cut(self) -> None:
        """What was not synced is kept, lost or torn. The process is gone already."""
        for name in sorted(self.files):
            one = self.files[name]
            if not one.is_durable and self.dice.random() < self.lost:
                del self.files[name]
                continue
            for offset, data in one.unsynced:
                self._survive(one.durable, offset, data)
            one.unsynced.clear()
            one.now = bytearray(one.durable)
            one.is_durable = True

    def _survive(self, durable: bytearray, offset: int, data: bytes) -> None:
        thrown = self.dice.random()
        if thrown < self.lost:
            self.count("unsynced writes lost")
            return
        if thrown < self.lost + self.torn and len(data) > SECTOR_BYTES:
            self.count("unsynced writes torn")
            data = data[: SECTOR_BYTES * self.dice.randrange(1, len(data) // SECTOR_BYTES + 1)]
        _put(durable, offset, data)

    def image(self) -> Image:
        """The files as they are now, as somebody would copy them."""
        return Image(tuple((name, bytes(one.now)) for name, one in sorted(self.files.items())))

    def restore(self, image: Image) -> None:
        """Set the disk back, or fill a new one. No process has files open here."""
        self.files = {
            name: File(bytearray(content), bytearray(content), [], is_durable=True) for name, content in image.files
        }


class _Handle:
    """An open file, as SQLite asks for it. The names are apsw's."""

    __slots__ = ("_disk", "_file")

    def __init__(self, disk: Disk, file: File) -> None:
        self._disk = disk
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self._file.now[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._disk.takes(is_sync=False):
            self._file.write(offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        if self._disk.takes(is_sync=False):
            self._file.truncate(size)

    def xSync(self, flags: int) -> None:
        if self._disk.takes(is_sync=True):
            self._file.sync()

    def xFileSize(self) -> int:
        return len(self._file.now)

    def xClose(self) -> None:
        """Nothing to let go."""

    def xLock(self, level: int) -> None:
        """One process has a disk for itself."""

    def xUnlock(self, level: int) -> None:
        """As `xLock`."""

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return SECTOR_BYTES

    def xDeviceCharacteristics(self) -> int:
        return _POWERSAFE_OVERWRITE


class Disks(apsw.VFS):
    """All disks of one process of ours, as one file system: the folder of a path names the disk."""

    def __init__(self) -> None:
        super().__init__(VFS_NAME, "")
        self.by_folder: dict[str, Disk] = {}

    def _of(self, path: str) -> tuple[Disk, str]:
        folder, name = os.path.split(path)
        return self.by_folder[folder], name

    def xFullPathname(self, name: str) -> str:
        """A path is what it is."""
        return name

    def xAccess(self, path: str, flags: int) -> bool:
        """Whether the file is there."""
        disk, name = self._of(path)
        return name in disk.files

    def xDelete(self, path: str, syncdir: bool) -> None:
        """Remove a file, durably."""
        disk, name = self._of(path)
        if disk.takes(is_sync=True):
            disk.files.pop(name, None)

    def xOpen(self, name: Any, flags: list[int]) -> Any:
        """Open a file, and make it where it is missing."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        disk, own = self._of(path)
        return _Handle(disk, disk.files.setdefault(own, File()))

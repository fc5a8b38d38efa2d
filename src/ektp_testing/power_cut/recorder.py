"""A disk that remembers every write (cakram perekam): a file system for SQLite that notes what is done to it.

It passes everything on to the real one. For a book that is encrypted it stands below the
cipher, so that what is cut is what lies on the disk. What becomes of the notes is not known here.
"""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

import apsw

from ektp_testing.power_cut.images import Create, Delete, Mark, Op, Sync, Truncate, Write


class Recorder(apsw.VFS):
    """A file system that notes what is done to it.

    Open books with `vfs=recorder.name`, encrypted ones with `vfs=recorder.below_cipher`, and
    say `mark()` whenever somebody was told that something is kept. Files that are there
    before the recorder sees them count as safely on the disk.

    Attributes:
        ops: what was done, in order, by file name without folder.
        found: files as they were when first seen.
        drops_syncs: a disk that says it has written and has not; a planted bug, to see that it is found.
    """

    def __init__(self, name: str) -> None:
        base = apsw.vfs_names()[0].removeprefix("multipleciphers-")
        super().__init__(name, base)
        self.base = base
        self.name = name
        self.below_cipher = f"multipleciphers-{name}"
        self.ops: list[Op] = []
        self.found: dict[str, bytes] = {}
        self.drops_syncs = False

    def begin(self, *, drops_syncs: bool = False) -> None:
        """Forget what was noted; no file may be open."""
        self.ops, self.found, self.drops_syncs = [], {}, drops_syncs

    def mark(self) -> None:
        """Somebody was told that what was done so far is kept."""
        self.ops.append(Mark())

    def xOpen(self, name: "str | apsw.URIFilename | None", flags: list[int]) -> "_File":
        """Open a file, and note if that made it."""
        path = "" if name is None else name if isinstance(name, str) else name.filename()
        short = os.path.basename(path)
        if path and short not in self.found:
            with suppress(FileNotFoundError):
                self.found[short] = Path(path).read_bytes()
        is_new = bool(path) and not os.path.exists(path)
        opened = _File(self, short, name, flags)
        if is_new:
            self.found.setdefault(short, b"")
            self.ops.append(Create(short))
        return opened

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Remove a file."""
        super().xDelete(filename, syncdir)
        self.ops.append(Delete(os.path.basename(filename), bool(syncdir) and not self.drops_syncs))


class _File(apsw.VFSFile):
    def __init__(self, recorder: Recorder, short: str, name: "str | apsw.URIFilename | None", flags: list[int]) -> None:
        super().__init__(recorder.base, name, flags)
        self._recorder = recorder
        self._short = short

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._note(Write(self._short, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self._note(Truncate(self._short, newsize))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        if not self._recorder.drops_syncs:
            self._note(Sync(self._short))

    def _note(self, op: Op) -> None:
        if self._short:
            self._recorder.ops.append(op)


@cache
def the_recorder() -> Recorder:
    """The one recorder of this process: SQLite keeps what stands on a file system as long as it runs."""
    return Recorder("power-cut")

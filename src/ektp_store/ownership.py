"""One process keeps a book (satu penulis): an exclusive lock of the operating system beside it.

SQLite itself would let two processes write in turns, and both would believe they know where
the book stands. The lock is on a file of its own, so that readers such as `verify` may open
the book while it is in use. The operating system lets go of it when the process dies.
"""

import os
import sys

from attrs import frozen

from ektp_core.boundary.store import StoreError
from ektp_core.errors import Refusal, Refused

SUFFIX = "-owner"


@frozen
class Owned:
    """The lock of a book, held: an open file, and the process that opened it."""

    handle: int
    process_id: int


def own(path: str) -> Owned:
    """Take the lock of a book; what is returned keeps it until `disown`.

    Raises:
        Refused: BOOK_IN_USE.
        StoreError: the folder cannot be written.
    """
    try:
        handle = os.open(path + SUFFIX, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    try:
        _lock(handle)
    except OSError:
        os.close(handle)
        raise Refused(Refusal.BOOK_IN_USE, {"path": path}) from None
    return Owned(handle, os.getpid())


def disown(owned: Owned) -> None:
    """Let go. The file stays: removing it would let two processes lock two files of one name.

    A process that is being started holds, for a moment, a copy of every open file. So the lock is
    undone and not only closed; but never by such a copy, whose parent still keeps the book.
    """
    if owned.process_id == os.getpid():
        _unlock(owned.handle)
    os.close(owned.handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_UN)

"""A copy of a book (salinan buku), whole and of one moment, also while the book is in use.

The copy is read in one transaction and written as a new file: what was erased from the book is
not in it, not even on a free page. An encrypted book's copy is encrypted under the same key. A
copy can leave the keys of the personal data out: then it can prove and go on, and shows nobody.
"""

import os
from pathlib import Path

import apsw

from ektp_core.boundary.store import StoreError
from ektp_store.opening import open_to_read, translated, unlock


def copy_book(book: Path, copy: Path, key: bytes | None = None, *, with_personal_data: bool = True) -> None:
    """Copy a book to a new file that only its owner can read.

    Raises:
        Refused: BOOK_DAMAGED, BOOK_NEWER, BOOK_FULL; BAD_FILE when the key does not open it.
        StoreError: the copy cannot be written; there may be a file of that name.
    """
    open_to_read(str(book), key=key).close()  # whether it is a book, and ours to read
    try:
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(f"{copy}: {error.strerror}") from error
    try:
        with translated(str(book), "a page"):
            _copy(book, copy, key)
            if not with_personal_data:
                _without_keys(copy, key)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def _copy(book: Path, copy: Path, key: bytes | None) -> None:
    connection = _open(book, key, apsw.SQLITE_OPEN_READONLY)
    try:
        # A bare name: the copy gets the key of this connection, and no error can quote it.
        connection.execute("VACUUM INTO ?", (os.path.abspath(copy),))
    finally:
        connection.close()


def _without_keys(copy: Path, key: bytes | None) -> None:
    connection = _open(copy, key, apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.execute("PRAGMA secure_delete = ON").fetchall()
        connection.execute("DELETE FROM payload_key")
    finally:
        connection.close()


def _open(path: Path, key: bytes | None, flags: int) -> apsw.Connection:
    connection = apsw.Connection(os.path.abspath(path), flags=flags)
    try:
        unlock(connection, str(path), key)
    except BaseException:
        connection.close()
        raise
    return connection

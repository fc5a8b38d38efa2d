"""A book that was written in the clear becomes an encrypted one (penyandian buku), whole or not at all.

The encrypted copy is made beside the book, brought to the disk, and takes the book's name in
one step: a power cut leaves the one or the other. What the clear file left on the disk is
overwritten by the file system in its own time; that is the price of having begun in the
clear, and a reason to begin with a key. The log, the seals and the rows stay what they were.
"""

import os
from contextlib import suppress
from urllib.parse import quote

import apsw

from ektp_core.boundary.store import StoreError
from ektp_store.opening import CIPHER, is_plain, key_setting, open_to_write, told, translated
from ektp_store.ownership import disown, own

_NEW = "-encrypting"


def encrypt_book(path: str, key: bytes) -> bool:
    """Encrypt a book that is in the clear; whether there was one. `key`: 32 bytes.

    Raises:
        Refused: BOOK_IN_USE, BOOK_FULL, BOOK_DAMAGED, BOOK_NEWER.
        StoreError: it cannot be written, or somebody is reading it.
    """
    if not is_plain(path):
        return False
    owned = own(path)
    try:
        new = path + _NEW
        for left in (new, f"{new}-journal"):
            with suppress(FileNotFoundError):
                os.unlink(left)
        _copy(path, new, key)
        _synced(new)
        os.replace(new, path)
        _synced(os.path.dirname(os.path.abspath(path)))
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    finally:
        disown(owned)
    return True


def _copy(path: str, new: str, key: bytes) -> None:
    connection = open_to_write(path)
    try:
        with translated(path, "a page"):
            # A log left beside the new file would be read as its own.
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
            if busy:
                raise StoreError(f"{path}: somebody reads it; encrypting waits until they are done")
            os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        _vacuum(path, new, key)
    finally:
        connection.close()


def _vacuum(path: str, new: str, key: bytes) -> None:
    """The key stands in the address, which the engine quotes in its errors: none of them leaves this function."""
    failed: Exception | None = None
    try:
        source = apsw.Connection(_address(path), flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI)
        try:
            source.execute("VACUUM INTO ?", (f"{_address(new)}?cipher={CIPHER}&key={key_setting(key)}",))
        finally:
            source.close()
    except apsw.Error as error:
        failed = told(error, path, "a page")
    if failed:  # raised here, so that it does not carry the engine's error along
        raise failed


def _address(path: str) -> str:
    """The path as the engine's own kind of address."""
    return f"file:{quote(os.path.abspath(path))}"


def _synced(path: str) -> None:
    is_folder = os.path.isdir(path)
    if is_folder and os.name != "posix":  # elsewhere a folder cannot be opened
        return
    handle = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)  # Windows flushes only what it may write
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Opening a book's file (membuka buku): what must be true before the first question is asked.

A new book is created under `synchronous=EXTRA` before it is switched to WAL, because a
rollback journal that returns after a power cut would take the whole book with it. From then
on it is WAL with `synchronous=FULL`: a commit that returned is on the disk. Engines with the
known WAL fault are refused, and so are newer books and files that are no books.

With a key every page is encrypted (ChaCha20, with a check value on each page) before it
reaches the file or its write-ahead log (rule 40). A book opens with its own key or not at
all; one that was written without a key is opened without one. Where keys lie is not known here.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import apsw

from ektp_core.boundary.store import StoreError
from ektp_core.errors import Refusal, Refused
from ektp_store.schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION

#: From here on the WAL-reset fault, which can lose commits, is mended.
OLDEST_ENGINE = "3.51.3"

_SETTINGS = """
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA cache_size = -65536;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA temp_store = MEMORY;
"""

#: Length of the key of an encrypted book.
KEY_BYTES = 32

#: The cipher, named in each opening: a file cannot ask for a weaker one.
CIPHER = "chacha20"

#: A key as the engine is told it: it may quote the address of a file, with the key in it.
_KEY = re.compile(r"raw:[0-9A-Fa-f]*")

_PLAIN_START = b"SQLite format 3\x00"
_PAYLOAD_FRACTIONS = b"\x40\x20\x20"  # bytes 21 to 23 of every SQLite file, left readable by the cipher

#: More than a piece of the log's index, so that a disk with hardly that much left is a full one.
_INDEX_BYTES = 65_536

#: How long to wait for a reader that is in the way.
WAIT_MS = 5_000


def check_engine(found: str) -> None:
    """Refuse an SQLite that can lose commits.

    Raises:
        Refused: BOOK_TOO_OLD_ENGINE.
    """
    if _parts(found) < _parts(OLDEST_ENGINE):
        raise Refused(Refusal.BOOK_TOO_OLD_ENGINE, {"found": found, "needed": OLDEST_ENGINE})


def open_to_write(path: str, vfs: str | None = None, key: bytes | None = None) -> apsw.Connection:
    """The one connection that writes a book; makes the book when there is none. `key`: 32 bytes, or none.

    Raises:
        Refused: BOOK_TOO_OLD_ENGINE, BOOK_NEWER, BOOK_DAMAGED, BOOK_FULL; BAD_FILE when the key
            is missing or another's.
        StoreError: the file cannot be opened.
    """
    check_engine(apsw.sqlite_lib_version())
    _make_file(path)
    with translated(path, "the beginning of the file"):
        connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
        try:
            unlock(connection, path, key)
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def open_to_read(path: str, vfs: str | None = None, key: bytes | None = None) -> apsw.Connection:
    """A connection that can only read, also while the book is in use. `key`: 32 bytes, or none.

    Raises:
        Refused: BOOK_TOO_OLD_ENGINE, BOOK_NEWER, BOOK_DAMAGED; BAD_FILE when the key is missing
            or another's.
    """
    check_engine(apsw.sqlite_lib_version())
    if not os.path.isfile(path):
        raise damaged(path, "the file", "there is no such file")
    with translated(path, "the beginning of the file"):
        connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
        try:
            connection.set_busy_timeout(WAIT_MS)
            unlock(connection, path, key)
            _run(connection, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON")
            _check_kind(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def is_encrypted(path: str) -> bool:
    """Whether this file is an encrypted book; an empty or missing one is not."""
    try:
        with open(path, "rb") as file:
            start = file.read(24)
    except OSError:
        return False
    return not start.startswith(_PLAIN_START) and start[21:] == _PAYLOAD_FRACTIONS


def is_plain(path: str) -> bool:
    """Whether this file is a book that anybody can read."""
    try:
        with open(path, "rb") as file:
            return file.read(16) == _PLAIN_START
    except OSError:
        return False


def key_setting(key: bytes) -> str:
    """What the engine is told to use exactly this key.

    Raises:
        Refused: BAD_VALUE for a key of another length.
    """
    if len(key) != KEY_BYTES:
        facts = {"field": "key", "expected": f"{KEY_BYTES} bytes", "shape": f"{len(key)} bytes"}
        raise Refused(Refusal.BAD_VALUE, facts)
    return f"raw:{key.hex()}"


def damaged(path: str, place: str, found: str) -> Refused:
    """The refusal that names where a book is damaged."""
    return Refused(Refusal.BOOK_DAMAGED, {"path": path, "place": place, "found": found})


@contextmanager
def translated(path: str, place: str) -> Iterator[None]:
    """Turn the engine's errors inside into ours."""
    try:
        yield
    except apsw.Error as error:
        raise told(error, path, place) from error


def told(error: apsw.Error, path: str, place: str) -> Refused | StoreError:
    """What an error of the engine means for a book; in its words there is no key."""
    words = _KEY.sub("raw:...", str(error))
    if isinstance(error, apsw.FullError) or _has_no_room_for_index(error, path):
        return Refused(Refusal.BOOK_FULL, {"path": path})
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return damaged(path, place, words)
    if isinstance(error, apsw.ConstraintError):
        return StoreError(f"the schema refuses: {words}")
    return StoreError(f"{path}: {type(error).__name__}: {words}")


def _has_no_room_for_index(error: apsw.Error, path: str) -> bool:
    """Whether the engine could not make the small file through which its connections see the log for want of room.

    It says the same of a disk that fails, and keeps the system's own word to itself: the disk is asked.
    """
    if getattr(error, "extendedresult", 0) != apsw.SQLITE_IOERR_SHMSIZE:
        return False
    probe = f"{path}-room"
    try:
        handle = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(handle, bytes(_INDEX_BYTES))
            os.fsync(handle)
        finally:
            os.close(handle)
            os.unlink(probe)
    except OSError as found:
        return found.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


def sync_folder(path: str) -> None:
    """Make the names beside a book durable: its log's too, of which the engine syncs the folder and does not look how.

    Raises:
        StoreError: the disk does not say that it did.
    """
    if os.name != "posix":
        return
    try:
        folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StoreError(f"{path}: its folder: {error.strerror}") from error


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _make_file(path: str) -> None:
    """Create the file, readable by its owner only, and make its name durable."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    sync_folder(path)


def _prepare(connection: apsw.Connection, path: str) -> None:
    connection.set_busy_timeout(WAIT_MS)
    _run(connection, "PRAGMA secure_delete = ON; PRAGMA synchronous = EXTRA")
    if _is_empty(connection):
        _run(
            connection,
            f"BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
            f"{SCHEMA} COMMIT",
        )
    else:
        _check_kind(connection, path)
    if _value(connection, "PRAGMA journal_mode = WAL") != "wal":
        raise StoreError(f"{path}: this disk does not let SQLite keep a write-ahead log")
    _run(connection, _SETTINGS)
    _make_durable(connection)
    sync_folder(path)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)


def unlock(connection: apsw.Connection, path: str, key: bytes | None) -> None:
    """Give the engine the key, and see at the first page whether it is the right one."""
    if key is None:
        if is_encrypted(path):
            raise _not_opened(path, "it is encrypted", "its key")
        return
    setting = key_setting(key)
    if is_plain(path):
        raise _not_opened(path, "it is not encrypted", "an encrypted book, or no key")
    _run(connection, f"PRAGMA cipher = '{CIPHER}'; PRAGMA key = '{setting}'")
    try:
        _run(connection, "SELECT count(*) FROM sqlite_schema")
    except apsw.NotADBError:
        if not is_encrypted(path):
            raise  # not even the shape of a book
        raise _not_opened(path, "its key does not open it, or its beginning was changed", "its own key") from None


def _not_opened(path: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": path, "shape": shape, "expected": expected})


def _make_durable(connection: apsw.Connection) -> None:
    """Sync what a process before wrote and perhaps did not: it is read as kept, and may be told from here on.

    The log is synced before a page leaves it; so a disk too full for the pages is no reason not to open.
    """
    with suppress(apsw.FullError):
        _run(connection, "PRAGMA wal_checkpoint(PASSIVE)")


def _is_empty(connection: apsw.Connection) -> bool:
    return _value(connection, "PRAGMA page_count") == 0 or (
        _value(connection, "PRAGMA application_id") == 0
        and _value(connection, "SELECT count(*) FROM sqlite_schema") == 0
    )


def _check_kind(connection: apsw.Connection, path: str) -> None:
    if _value(connection, "PRAGMA page_count") == 0:
        raise damaged(path, "the file", "it is empty")
    if _value(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise damaged(path, "the beginning of the file", "this is no book")
    version = _value(connection, "PRAGMA user_version")
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise Refused(Refusal.BOOK_NEWER, {"path": path, "found": str(version), "known": SCHEMA_VERSION})
    if version < SCHEMA_VERSION:
        raise damaged(path, "the beginning of the file", f"schema {version}, which never was")


def _run(connection: apsw.Connection, sql: str) -> None:
    """Run all statements: a pragma that answers holds up those after it until the answer is taken."""
    connection.execute(sql).fetchall()


def _value(connection: apsw.Connection, sql: str) -> object:
    found: object = connection.execute(sql).get
    return found

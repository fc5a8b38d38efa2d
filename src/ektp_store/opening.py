"""Opening a book's file (membuka buku): what must be true before the first question is asked.

A new book is created under `synchronous=EXTRA` before it is switched to WAL, because a
rollback journal that returns after a power cut would take the whole book with it. From then
on it is WAL with `synchronous=FULL`: a commit that returned is on the disk. Engines with the
known WAL fault are refused, and so are newer books and files that are no books.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

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
"""

#: How long to wait for a reader that is in the way.
WAIT_MS = 5_000


def check_engine(found: str) -> None:
    """Refuse an SQLite that can lose commits.

    Raises:
        Refused: BOOK_TOO_OLD_ENGINE.
    """
    if _parts(found) < _parts(OLDEST_ENGINE):
        raise Refused(Refusal.BOOK_TOO_OLD_ENGINE, {"found": found, "needed": OLDEST_ENGINE})


def open_to_write(path: str, vfs: str | None = None) -> apsw.Connection:
    """The one connection that writes a book; makes the book when there is none.

    Raises:
        Refused: BOOK_TOO_OLD_ENGINE, BOOK_NEWER, BOOK_DAMAGED, BOOK_FULL.
        StoreError: the file cannot be opened.
    """
    check_engine(apsw.sqlite_lib_version())
    _make_file(path)
    with translated(path, "the beginning of the file"):
        connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def open_to_read(path: str, vfs: str | None = None) -> apsw.Connection:
    """A connection that can only read, also while the book is in use.

    Raises:
        Refused: BOOK_TOO_OLD_ENGINE, BOOK_NEWER, BOOK_DAMAGED.
    """
    check_engine(apsw.sqlite_lib_version())
    if not os.path.isfile(path):
        raise damaged(path, "the file", "there is no such file")
    with translated(path, "the beginning of the file"):
        connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
        try:
            connection.set_busy_timeout(WAIT_MS)
            _run(connection, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON")
            _check_kind(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


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
    """What an error of the engine means for a book."""
    if isinstance(error, apsw.FullError):
        return Refused(Refusal.BOOK_FULL, {"path": path})
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return damaged(path, place, str(error))
    if isinstance(error, apsw.ConstraintError):
        return StoreError(f"the schema refuses: {error}")
    return StoreError(f"{path}: {type(error).__name__}: {error}")


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
    if os.name == "posix":
        folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


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
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)


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

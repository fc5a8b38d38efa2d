"""A station's book, read beside the process that keeps it (membaca buku): nothing is written, nobody is held up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from ektp_core.flow.view import View
from ektp_station.config import BOOK_FILE
from ektp_store.opening import open_to_read, translated
from ektp_store.sqlite import SqliteGround


@frozen
class BookRead:
    """The book as last sealed, and its notes outside the chain, by name."""

    view: View
    note: Callable[[str], bytes | None]


@contextmanager
def book_read(folder: Path, key: bytes | None = None) -> Iterator[BookRead]:
    """A look at the book in a folder, all of one moment.

    Raises:
        Refused: BOOK_DAMAGED, BOOK_NEWER; BAD_FILE when the key does not open it.
    """
    path = str(folder / BOOK_FILE)
    connection = open_to_read(path, key=key)
    try:
        with translated(path, "a page"):
            connection.execute("BEGIN")
            ground = SqliteGround(connection, path)
            yield BookRead(ground.book, ground.link)
    finally:
        connection.close()

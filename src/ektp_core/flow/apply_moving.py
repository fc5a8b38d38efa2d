"""The fold of moved and restored books (lipatan pindah buku)."""

from collections.abc import Callable, Mapping
from typing import Any

from ektp_core.flow.moving_events import BookArrived, BookMoved
from ektp_core.flow.moving_rows import BookPlace
from ektp_core.flow.view import Book


def _moved(book: Book, event: BookMoved) -> None:
    book.put(BookPlace(event.station, True, event.to, event.token))


def _arrived(book: Book, event: BookArrived) -> None:
    old = book.row(BookPlace, event.station)
    book.put(BookPlace(event.station, False, old.to if old else "", event.token, event.how, event.n))


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {BookMoved: _moved, BookArrived: _arrived}

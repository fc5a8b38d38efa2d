"""The fold of moved and restored books (lipatan pindah buku)."""

from collections.abc import Callable, Mapping
from typing import Any

from ektp_core.flow.moving_events import BookArrived, BookMoved, Coming
from ektp_core.flow.moving_rows import BookPlace
from ektp_core.flow.rows import Desk
from ektp_core.flow.view import Book


def _moved(book: Book, event: BookMoved) -> None:
    old = book.row(BookPlace, event.station)
    doubted_m, was_restored = (old.doubted_m, old.was_restored) if old else (0, False)
    new = BookPlace(event.station, True, event.to, event.token, doubted_m=doubted_m, was_restored=was_restored)
    book.put(new)


def _arrived(book: Book, event: BookArrived) -> None:
    old = book.row(BookPlace, event.station)
    doubted_m = old.doubted_m if old else 0
    if event.how is Coming.DOUBTED:
        desk = book.row(Desk, event.station)
        doubted_m = desk.taken_m if desk else 0
    was_restored = event.how is Coming.RESTORED or (old is not None and old.was_restored)
    to = old.to if old else ""
    book.put(BookPlace(event.station, False, to, event.token, event.how, event.n, doubted_m, was_restored))


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {BookMoved: _moved, BookArrived: _arrived}

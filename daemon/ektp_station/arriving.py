"""A book that came here from a file (kedatangan buku): it says so in its chain before anything else.

`ektp station unpack` and `restore` leave a note beside the book; the first start turns it into a
commit. From then on the book itself says what may be done: a packed one does nothing, and a restored
one waits until the hub has taken its arrival, which it does only if it has heard nothing newer.
"""

import hashlib
from pathlib import Path

from attrs import frozen

from ektp_core.boundary.store import Store, Work
from ektp_core.errors import Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import to_json
from ektp_core.flow.moving import ArriveBook
from ektp_core.flow.moving_events import Coming
from ektp_core.flow.old_copy import RESTORED
from ektp_core.flow.rows import BookPlace, Printer
from ektp_core.flow.station_book import ClosePrinter
from ektp_keys.private_file import read_private, write_private
from ektp_station.config import StationConfig

NOTE_FILE = "arriving.json"


@frozen
class Arriving:
    """The note: how the book came, and a token that is used once."""

    how: Coming
    token: str


def note_arrival(folder: Path, how: Coming, token: str) -> None:
    """Leave the note for the first start.

    Raises:
        Refused: BAD_FILE when it cannot be written.
    """
    write_private(folder / NOTE_FILE, Arriving(how, token))


def note_in(folder: Path) -> Arriving | None:
    """The note of a book that was not started here yet.

    Raises:
        Refused: BAD_FILE when it is damaged or open to others.
    """
    path = folder / NOTE_FILE
    return read_private(path, Arriving) if path.exists() else None


def arrive(store: Store, folder: Path, config: StationConfig, key: str, now_ms: int) -> None:
    """Commit the arrival, if there is a note and the book does not say it already.

    In a book that was restored, ever, printers with names it does not know wait for two people too.

    Raises:
        Refused: what the note is refused for; ALREADY_KNOWN, BOOK_MOVED for a book that did not come so.
    """
    path = folder / NOTE_FILE
    if path.exists():
        note = read_private(path, Arriving)
        with store.read() as view:
            place = view.row(BookPlace, config.station)
        if place is None or place.is_packed or (place.how, place.token) != (note.how, note.token):
            body = ArriveBook(note.how, note.token, tuple(one.name for one in config.printers))
            _commit(store, body, key, now_ms)
        path.unlink()
    _shut_unknown(store, config, key, now_ms)


def _shut_unknown(store: Store, config: StationConfig, key: str, now_ms: int) -> None:
    """A name the restored copy never knew may be that of a printer which printed for the book that is gone."""
    with store.read() as view:
        place = view.row(BookPlace, config.station)
        known = {one.printer for one in view.rows(Printer, config.station)}
    if place and place.was_restored and not place.is_packed:
        for one in config.printers:
            if one.name not in known:
                _commit(store, ClosePrinter(one.name, RESTORED), key, now_ms)


def _commit(store: Store, body: ArriveBook | ClosePrinter, key: str, now_ms: int) -> None:
    work = Work(Ask("", body, (key,), now_ms, hashlib.sha256(to_json(body)).digest()))
    answer = store.commit([work], now_ms)[0]
    if isinstance(answer, Refused):
        raise answer

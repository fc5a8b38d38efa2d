"""Whose pen writes a row first (pena): the digest of all rows under a station's pen.

A station writes first the holdings of its own stock and machines, and the locks it has
taken that are AUTHORISED or IN_PRESS; the hub writes everything else. Both books keep an
additive digest of these rows, changed as rows change, so that two books can be compared
after each absorbed commit at the cost of comparing 32 bytes.
"""

import hashlib

from ektp_core.flow.codec import row_key, row_value
from ektp_core.flow.rows import Holding, Lock, Pen
from ektp_core.flow.view import Book
from ektp_core.lock.step import STATION_STATES
from ektp_core.vocabulary.party import is_station

MODULUS = 1 << 256
EMPTY = bytes(32)


def holder(row: Holding | Lock) -> str:
    """The station whose pen writes this row, or nothing if it is the hub's."""
    if isinstance(row, Holding):
        return row.party if row.bucket.station_writes and is_station(row.party) else ""
    return row.station if row.taken and row.state in STATION_STATES else ""


def noted(book: Book, row: Holding | Lock, sign: int) -> None:
    """Count a row in (+1) or out (-1) of the digest of the pen that writes it."""
    station = holder(row)
    if not station:
        return
    pen = book.row(Pen, station) or Pen(station, EMPTY)
    digest = hashlib.sha256(row_key(row) + b"\0" + row_value(row)).digest()
    total = (int.from_bytes(pen.digest, "big") + sign * int.from_bytes(digest, "big")) % MODULUS
    book.put(Pen(station, total.to_bytes(32, "big")))

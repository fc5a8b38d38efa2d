"""The book as `decide` and `apply` meet it (buku): one class over any keeping.

It turns rows into bytes and back, keeps the additive digest while they change, and leaves
the keeping to three parts: rows, holdings, log. Rows come back in key order: numbers by
value, text by length and then by its bytes (the order of the key bytes); holdings by series
and first serial. Which rule allows a change is not known here.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Protocol, cast

from attrs import field, frozen

from ektp_core.flow.codec import key_bytes, make_row, row_key, row_value, split_key
from ektp_core.flow.events import Event
from ektp_core.flow.rows import Row
from ektp_core.flow.view import Position, R
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.wire.merkle import Frontier
from ektp_store.pending import Change, PendingRows
from ektp_store.sums import MODULUS, weight


@frozen(slots=False)
class Tip:
    """Where a book stands: its last seal, the sum of its rows, the right edge of its tree."""

    n: int = 0
    seq: int = 0
    head: bytes = b""
    rows: int = 0
    frontier: Frontier = field(factory=Frontier)

    @cached_property
    def position(self) -> Position:
        """The same as a view shows it; the root costs hashes, so it is made when asked for."""
        return Position(self.n, self.seq, self.head, self.frontier.root())


class Holdings(Protocol):
    """Where runs of blanks are kept."""

    def covering(self, series: str, number: int) -> Holding | None:
        """The run that holds this blank."""

    def overlapping(self, series: str, lo: int, hi: int) -> Sequence[Holding]:
        """All runs that share a blank with lo..hi, in order."""

    def lowest(self, party: str, bucket: Bucket, blank_class: str, after: tuple[str, int]) -> Holding | None:
        """The first run of that place above `after`."""

    def runs(self, *series: object) -> Iterator[Holding]:
        """All runs (of that series), in order."""

    def insert(self, run: Holding) -> None:
        """Keep a run."""

    def remove(self, run: Holding) -> None:
        """Let go of exactly this run."""


class Log(Protocol):
    """Where events and seals are kept."""

    tip: Tip

    def head_of(self, n: int) -> bytes | None:
        """The head of seal `n`."""

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Numbered movements after `seq`, in order."""


class StoredBook:
    """A `Book` over rows, holdings and log."""

    def __init__(self, rows: PendingRows, holdings: Holdings, log: Log) -> None:
        self._rows = rows
        self._holdings = holdings
        self._log = log
        self._held = 0  # what holdings added to the sum since the last seal
        self._held_before = 0

    @property
    def position(self) -> Position:
        """The last sealed commit."""
        return self._log.tip.position

    def head_of(self, n: int) -> bytes | None:
        """The head of a sealed commit."""
        return self._log.head_of(n)

    def row(self, kind: type[R], *key: object) -> R | None:
        """The row of that kind and key."""
        value = self._rows.get(key_bytes(kind, *key))
        return None if value is None else make_row(kind, key, value)

    def rows(self, kind: type[R], *prefix: object) -> Iterator[R]:
        """All rows of that kind whose key starts with `prefix`, in key order."""
        if kind is Holding:
            yield from cast(Iterator[R], self._holdings.runs(*prefix))
            return
        for key, value in self._rows.scan(key_bytes(kind, *prefix)):
            yield make_row(kind, split_key(kind, key), value)

    def covering(self, series: str, number: int) -> Holding | None:
        """The run that holds this blank."""
        return self._holdings.covering(series, number)

    def overlapping(self, series: str, lo: int, hi: int) -> Sequence[Holding]:
        """All runs that share a blank with lo..hi, in order."""
        return self._holdings.overlapping(series, lo, hi)

    def lowest(self, party: str, bucket: Bucket, blank_class: str, after: tuple[str, int] = ("", 0)) -> Holding | None:
        """The first run of that place above `after`."""
        return self._holdings.lowest(party, bucket, blank_class, after)

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Numbered movements after `seq`, in order."""
        return self._log.moves_since(seq)

    def put(self, row: Row) -> None:
        """Insert or replace a row; a holding is only ever inserted."""
        if isinstance(row, Holding):
            self._holdings.insert(row)
            self._held += weight(row_key(row), row_value(row))
        else:
            self._rows.set(row_key(row), row_value(row))

    def drop(self, row: Row) -> None:
        """Remove a row."""
        if isinstance(row, Holding):
            self._holdings.remove(row)
            self._held -= weight(row_key(row), row_value(row))
        else:
            self._rows.set(row_key(row), None)

    # -- for the commit ---------------------------------------------------------------

    def keep(self) -> None:
        """The open ask was taken."""
        self._rows.keep()
        self._held_before = self._held

    def undo(self) -> None:
        """The open ask was refused; the keeping takes back the holdings."""
        self._rows.undo()
        self._held = self._held_before

    def changes(self) -> tuple[list[Change], int]:
        """The rows changed since the last seal, and the sum of all rows with them."""
        changed = self._rows.changes()
        total = self._log.tip.rows + self._held
        for key, old, new in changed:
            total += (0 if new is None else weight(key, new)) - (0 if old is None else weight(key, old))
        return changed, total % MODULUS

    def clear(self) -> None:
        """The commit is over, one way or the other."""
        self._rows.clear()
        self._held = self._held_before = 0

"""A book on top of a view (lembar sementara): what the book would be, without writing it.

Absorbing a station's commit applies its events one after the other, and each is judged
against what the ones before it left. The overlay holds those changes and nothing else; it
is thrown away, and the store applies the same events again for good.
"""

import heapq
from collections.abc import Iterator, Sequence

from ektp_core.flow.codec import key_bytes, row_key
from ektp_core.flow.events import Event
from ektp_core.flow.rows import Holding, Row
from ektp_core.flow.view import Position, R, View
from ektp_core.vocabulary.bucket import Bucket


class Overlay:
    """A `Book` whose writes stay in memory."""

    def __init__(self, base: View) -> None:
        self._base = base
        self._changed: dict[bytes, Row | None] = {}
        self._added: dict[tuple[str, int], Holding] = {}
        self._removed: set[tuple[str, int]] = set()

    @property
    def position(self) -> Position:
        """The last sealed commit of the book below."""
        return self._base.position

    def head_of(self, n: int) -> bytes | None:
        """The head of a sealed commit of the book below."""
        return self._base.head_of(n)

    def row(self, kind: type[R], *key: object) -> R | None:
        """The row as changed here, or as it is below."""
        name = key_bytes(kind, *key)
        if name in self._changed:
            found = self._changed[name]
            return found if isinstance(found, kind) else None
        return self._base.row(kind, *key)

    def rows(self, kind: type[R], *prefix: object) -> Iterator[R]:
        """All rows of that kind and prefix, in key order; holdings are found by the methods below."""
        start = key_bytes(kind, *prefix)
        changed = sorted(name for name in self._changed if name.startswith(start))
        here = (row for name in changed if isinstance(row := self._changed[name], kind))
        below = (row for row in self._base.rows(kind, *prefix) if row_key(row) not in self._changed)
        return heapq.merge(here, below, key=row_key)

    def covering(self, series: str, number: int) -> Holding | None:
        """The run that holds this blank."""
        return next(iter(self.overlapping(series, number, number)), None)

    def overlapping(self, series: str, lo: int, hi: int) -> Sequence[Holding]:
        """All runs that share a blank with lo..hi."""
        below = [run for run in self._base.overlapping(series, lo, hi) if (series, run.lo) not in self._removed]
        here = [run for run in self._added.values() if run.series == series and run.lo <= hi and lo <= run.hi]
        return sorted(below + here, key=lambda run: run.lo)

    def lowest(self, party: str, bucket: Bucket, blank_class: str, after: tuple[str, int] = ("", 0)) -> Holding | None:
        """The first run of that place; changes made here are seen."""
        place = (party, bucket, blank_class)
        found = [run for run in self._added.values() if run.place == place and (run.series, run.lo) > after]
        below = self._base.lowest(party, bucket, blank_class, after)
        while below and (below.series, below.lo) in self._removed:
            below = self._base.lowest(party, bucket, blank_class, (below.series, below.lo))
        return min([*found, *([below] if below else [])], key=lambda run: (run.series, run.lo), default=None)

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Movements of the book below."""
        return self._base.moves_since(seq)

    def put(self, row: Row) -> None:
        """Write here."""
        if isinstance(row, Holding):
            self._added[row.series, row.lo] = row
        else:
            self._changed[row_key(row)] = row

    def drop(self, row: Row) -> None:
        """Remove here."""
        if isinstance(row, Holding):
            if self._added.pop((row.series, row.lo), None) is None:
                self._removed.add((row.series, row.lo))
        else:
            self._changed[row_key(row)] = None

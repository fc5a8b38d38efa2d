"""Rows, runs and log in SQLite (tabel buku): what a book asks of its tables, one statement each.

Every answer is fetched whole before it is returned, in pages where it may be long, so that
no statement stays open while the fold writes.
"""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import apsw

from ektp_core.boundary.store import StoreError
from ektp_core.flow.codec import decode_event
from ektp_core.flow.events import Event
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_store.known_runs import KnownRuns
from ektp_store.movement import may_move
from ektp_store.pending import Change

Found = list[tuple[Any, ...]]
Value = str | int | bytes | None
Run = Callable[[str, Sequence[Value]], Found]
Write = Callable[[str, Sequence[Value]], object]

_PAGE = 500
_EXACTLY = "series = ? AND lo = ? AND hi = ? AND party = ? AND bucket = ? AND blank_class = ? AND assumed = ?"
_DELETE = f"DELETE FROM holding WHERE {_EXACTLY}"  # noqa: S608  # made of constants
_MOVE_FIRST = f"UPDATE holding SET lo = ? WHERE {_EXACTLY}"  # noqa: S608  # as above
_MOVE_LAST = f"UPDATE holding SET hi = ? WHERE {_EXACTLY}"  # noqa: S608  # as above
_columns_of = attrgetter("series", "lo", "hi", "party", "bucket", "blank_class", "assumed")
_BUCKETS = {int(bucket): bucket for bucket in Bucket}


def runner(connection: apsw.Connection) -> Run:
    """Runs a statement and gives all its rows, on one cursor of its own."""
    execute = connection.cursor().execute

    def run(sql: str, bindings: Sequence[Value] = ()) -> Found:
        return execute(sql, bindings).fetchall()

    return run


class TableRows:
    """All rows but holdings."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def value(self, key: bytes) -> bytes | None:
        """The value of a row, if there is one."""
        found = self._run("SELECT value FROM row WHERE key = ?", (key,))
        return found[0][0] if found else None

    def values(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All rows whose key starts with `prefix`, in the order of the key bytes."""
        end = _behind(prefix)
        while True:
            page = self._run(
                "SELECT key, value FROM row WHERE key >= ? AND key < ? ORDER BY key LIMIT ?", (prefix, end, _PAGE)
            )
            yield from page
            if len(page) < _PAGE:
                return
            prefix = page[-1][0] + b"\0"  # the next key there can be

    def write(self, changes: Sequence[Change], write_many: Callable[[str, Sequence[Any]], object]) -> None:
        """Make the changes of a commit."""
        new = [(key, value) for key, old, value in changes if old is None]
        changed = [(value, key) for key, old, value in changes if old is not None and value is not None]
        gone = [(key,) for key, _, value in changes if value is None]
        if new:
            write_many("INSERT INTO row VALUES(?, ?)", new)
        if changed:
            write_many("UPDATE row SET value = ? WHERE key = ?", changed)
        if gone:
            write_many("DELETE FROM row WHERE key = ?", gone)


class TableRuns:
    """All holdings. Those this process has met are answered without asking the tables."""

    def __init__(self, run: Run, connection: apsw.Connection) -> None:
        self._run = run
        self._execute: Write = connection.cursor().execute
        self.written: list[tuple[str, Sequence[Value]]] = []  # since somebody emptied it
        self._leaving: Holding | None = None  # removed, but its row is still there
        self._changes = connection.changes
        self.known = KnownRuns()
        self._known_covering = self.known.covering

    def covering(self, series: str, number: int) -> Holding | None:
        """The run that holds this blank."""
        if self._leaving is not None:
            self.settle()
        known = self._known_covering(series, number)
        if known is not None:
            return known
        found = self._run(
            "SELECT * FROM holding WHERE series = ? AND lo <= ? ORDER BY lo DESC LIMIT 1", (series, number)
        )
        if not found:
            return None
        run = holding_of(found[0])
        self.known.read(run)
        return run if run.hi >= number else None

    def overlapping(self, series: str, lo: int, hi: int) -> Sequence[Holding]:
        """All runs that share a blank with lo..hi, in order."""
        if self._leaving is not None:
            self.settle()
        known = self._known_covering(series, lo)
        if known is not None and known.hi >= hi:
            return [known]
        found = self._run(
            "SELECT * FROM holding WHERE series = ?1 AND lo <= ?3 AND hi >= ?2 AND lo >="
            " coalesce((SELECT max(lo) FROM holding WHERE series = ?1 AND lo <= ?2), ?2) ORDER BY lo",
            (series, lo, hi),
        )
        return [holding_of(columns) for columns in found]

    def lowest(self, party: str, bucket: Bucket, blank_class: str, after: tuple[str, int]) -> Holding | None:
        """The first run of that place above `after`."""
        if self._leaving is not None:
            self.settle()
        is_first = after == ("", 0)
        known = self.known.lowest((party, bucket, blank_class)) if is_first else None
        if known is not None:
            return known
        found = self._run(
            "SELECT * FROM holding WHERE party = ? AND bucket = ? AND blank_class = ?"
            " AND (series, lo) > (?, ?) ORDER BY series, lo LIMIT 1",
            (party, int(bucket), blank_class, *after),
        )
        if not found:
            return None
        run = holding_of(found[0])
        self.known.read(run)
        if is_first:
            self.known.is_lowest(run)
        return run

    def runs(self, *series: object) -> Iterator[Holding]:
        """All runs (of that series), in order."""
        only = str(series[0]) if series else None
        last: tuple[str, int] = (only or "", 0)
        while True:
            if self._leaving is not None:
                self.settle()
            page = self._run(
                "SELECT * FROM holding WHERE (series, lo) > (?1, ?2) AND (?3 IS NULL OR series = ?3)"
                " ORDER BY series, lo LIMIT ?4",
                (*last, only, _PAGE),
            )
            for columns in page:
                yield holding_of(columns)
            if len(page) < _PAGE:
                return
            last = page[-1][:2]

    def write(self, sql: str, bindings: Sequence[Value]) -> None:
        """Write now, after what waits, and note it."""
        if self._leaving is not None:
            self.settle()
        self._execute(sql, bindings)
        self.written.append((sql, bindings))

    def insert(self, run: Holding) -> None:
        """Keep a run; one that another just made room for takes its row, with one end moved."""
        old = self._leaving
        is_at_its_place = (
            old is not None
            and old.party == run.party
            and old.bucket is run.bucket
            and old.series == run.series
            and old.blank_class == run.blank_class
            and old.assumed is run.assumed
        )
        if old is not None and is_at_its_place and old.lo == run.lo:
            self._move_end(_MOVE_LAST, run.hi, old, run)
        elif old is not None and is_at_its_place and old.hi == run.hi:
            self._move_end(_MOVE_FIRST, run.lo, old, run)
        else:
            self.write("INSERT INTO holding VALUES(?, ?, ?, ?, ?, ?, ?)", _columns_of(run))
            self.known.came(run)

    def remove(self, run: Holding) -> None:
        """Let go of exactly this run; its row waits for the next write."""
        if self._leaving is not None:
            self.settle()
        self._leaving = run

    def settle(self) -> None:
        """Delete the row that waits, if one does."""
        run, self._leaving = self._leaving, None
        if run is not None:
            self.known.went(run)
            bindings = _columns_of(run)
            self._execute(_DELETE, bindings)
            if not self._changes():
                raise _absent(run)
            self.written.append((_DELETE, bindings))

    def _move_end(self, sql: str, end: int, old: Holding, run: Holding) -> None:
        self._leaving = None
        bindings = (end, *_columns_of(old))
        self._execute(sql, bindings)
        if not self._changes():
            raise _absent(old)
        self.written.append((sql, bindings))
        self.known.changed(old, run)

    def forget(self) -> None:
        """The transaction was taken back: nothing waits, and nothing is known."""
        self._leaving = None
        self.known.forget()


class TableLog:
    """Events and seals, to be read."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def head_of(self, n: int) -> bytes | None:
        """The head of seal `n`."""
        found = self._run("SELECT head FROM seal WHERE n = ?", (n,))
        return found[0][0] if found else None

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Numbered movements after `seq`, in order; the sealed ones."""
        return ((number, decode_event(body)) for number, body in self._bodies_since(seq) if may_move(body))

    def events(self) -> Iterator[tuple[int, Event]]:
        """All events."""
        return ((number, decode_event(body)) for number, body in self._bodies_since(0))

    def seal_of(self, seq: int) -> int:
        """The seal that holds this sealed event: seals and events both only grow, so it is found by halving."""
        low, high = 1, self._run("SELECT max(n) FROM seal", ())[0][0]
        while low < high:
            middle = (low + high) // 2
            if self._run("SELECT last FROM seal WHERE n = ?", (middle,))[0][0] < seq:
                low = middle + 1
            else:
                high = middle
        return low

    def _bodies_since(self, seq: int) -> Iterator[tuple[int, bytes]]:
        while True:
            page = self._run("SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (seq, _PAGE))
            yield from page
            if len(page) < _PAGE:
                return
            seq = page[-1][0]


def holding_of(columns: Sequence[Any]) -> Holding:
    """A run from the columns of its row."""
    series, lo, hi, party, bucket, blank_class, assumed = columns
    return Holding(series, lo, hi, party, _BUCKETS[bucket], blank_class, assumed == 1)


def _absent(run: Holding) -> StoreError:
    return StoreError(f"run {run.series} {run.lo} is not there to be removed")


def _behind(prefix: bytes) -> bytes:
    """The first key after all that start with `prefix`; a table number is never 0xff."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes([stem[-1] + 1])

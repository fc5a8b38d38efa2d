"""A book's file read from end to end (pembacaan buku), every damage named by its place.

Seals, events and ids are read side by side in one read transaction and checked against each
other: hashes, order, counts, and the check sum that tells which event of a commit was
changed. The stored bytes are hashed as they are. What they say, and what the events do to the
rows, is not known here; `verify` decodes and folds them.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from operator import eq, itemgetter
from typing import Any, get_args

import apsw
from attrs import frozen

from ektp_core.boundary.store import Sealed
from ektp_core.errors import Refused
from ektp_core.flow.codec import split_key
from ektp_core.flow.rows import Row
from ektp_core.ledger.holding import Holding
from ektp_core.wire import chain
from ektp_store.ask_id import asked_id
from ektp_store.committing import asked_digest
from ektp_store.schema import SCHEMA
from ektp_store.sums import check_sum
from ektp_store.tables import holding_of

Columns = Sequence[Any]

#: Events fetched at once.
_PAGE = 2_000

_TABLES = {kind.TABLE: kind for kind in get_args(Row)}
_WRONG = {
    "head": "its head does not fit its header",
    "number": "its header has another number",
    "previous head": "it does not follow the seal before it",
}


class Damage(Exception):
    """Something in the file is not as it was sealed."""

    def __init__(self, place: str, found: str) -> None:
        super().__init__(place, found)
        self.place = place
        self.found = found


@frozen
class StoredCommit:
    """One seal of the file, and the number of its first event."""

    sealed: Sealed
    header: chain.Header
    first: int


class Reading:
    """The file in one read transaction. `place` says what is being read, should reading fail."""

    def __init__(self, connection: apsw.Connection, *, check_sums: bool = True) -> None:
        self._check_sums = check_sums
        self.place = "the beginning of the file"
        self._connection = connection
        self._last = 0  # the event before the next seal's first
        self._previous = b""
        self.header = chain.Header(0, b"", 0)  # the last one read

    def cursor(self) -> apsw.Cursor:
        """A cursor inside the read transaction."""
        return self._connection.cursor()

    def begin(self) -> None:
        """From now on nothing the writer does is seen."""
        self._connection.execute("BEGIN")
        self._seals = self.count("seal")

    def count(self, table: str) -> int:
        """How many rows a table has."""
        self.place = f"the table {table}"
        found: int = self._connection.execute(f"SELECT count(*) FROM {table}").get  # noqa: S608  # our own names
        return found

    def heads(self, until: int) -> Iterator[bytes]:
        """The heads of the seals up to `until`, which are taken as they stand; the last is checked."""
        found = self._rows("seal", "SELECT n, last, head, header FROM seal WHERE n <= ? ORDER BY n", (until,))
        for expected, (n, last, head, header) in enumerate(found, 1):
            self.place = place = f"seal {expected}"
            if n != expected:
                raise Damage(place, "it is missing")
            if n == until:
                self.header = _header(_bytes(header, place), head, place)
            self._last, self._previous = last, _bytes(head, place)
            yield self._previous
        if until > self._seals:
            raise Damage("the end of the book", f"there is no seal {until}; the last is {self._seals}")

    def commits(self, since: int) -> Iterator[StoredCommit]:
        """Every seal after `since`, checked, with its events."""
        expected = since
        events = _Pages(self, "event", "SELECT seq, body, crc FROM event WHERE seq > ? ORDER BY seq", self._last, 0)
        asked = _Pages(
            self, "asked", "SELECT id, digest, first, count FROM asked WHERE first > ? ORDER BY first", self._last, 2
        )
        for n, first, last, head, header in self._rows("seal", "SELECT * FROM seal WHERE n > ? ORDER BY n", (since,)):
            expected += 1
            if n != expected:
                raise Damage(f"seal {expected}", "it is missing")
            self.place = f"seal {n}"
            commit = self._commit((n, first, last, head, header), events)
            notes = asked.until(last)
            if asked_digest(notes) != commit.header.asked:
                _name_wrong_id(notes, commit)
            self._last, self._previous, self.header = last, head, commit.header
            yield commit
        for columns in asked.rest():
            raise Damage(f"asked id {_asked_id(columns[0])}", "no seal knows it")
        for columns in events.rest():
            raise Damage(f"event {columns[0]}", "it is not sealed")

    def frontier(self) -> tuple[int, bytes] | None:
        """The right edge of the tree that is kept, and the seal it was kept at."""
        for n, frontier in self._rows("the tree", "SELECT n, frontier FROM kept"):
            return n, _bytes(frontier, "the tree")
        return None

    def holdings(self) -> Iterator[tuple[tuple[str, int], Holding]]:
        """Every run, with what it is sorted by."""
        for columns in self._rows("holding", "SELECT * FROM holding ORDER BY series, lo"):
            try:
                run = holding_of(columns)
            except KeyError:
                raise Damage(f"holding {columns[0]} {columns[1]}", "there is no such bucket") from None
            yield (run.series, run.lo), run

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        """Every other row, as bytes."""
        for key, value in self._rows("row", "SELECT key, value FROM row ORDER BY key"):
            if not isinstance(key, bytes) or not isinstance(value, bytes):
                _bytes(value, shown_row(_bytes(key, "the table row")))
            yield key, value

    def totals(self) -> dict[str, tuple[int, int, int]]:
        """What the schema counted, by series."""
        found = self._rows("total", "SELECT series, taken, given, held FROM total")
        return {series: (taken, given, held) for series, taken, given, held in found}

    def check_pages(self) -> None:
        """The rest of the file: schema, pages, indexes, references."""
        self.place = "the schema"
        found, expected = _schema(self._connection), _schema_of_this_version()
        for name in sorted({*found, *expected}):
            if found.get(name) != expected.get(name):
                raise Damage(f"the schema ({name})", "it is not the one of this version")
        if self.count("moving"):
            raise Damage("the table moving", "it is not empty")
        for check in ("PRAGMA integrity_check(1)", "PRAGMA foreign_key_check"):
            self.place = "the pages of the file"
            for result, *_ in self._connection.execute(check):
                if result != "ok":
                    raise Damage(self.place, str(result))

    def _commit(self, seal: Columns, events: "_Pages") -> StoredCommit:
        n, first, last, head, header = seal
        place = f"seal {n}"
        if first != self._last + 1 or last < first:
            raise Damage(place, "it does not begin after the last event of the seal before it")
        found = events.until(last)
        numbers, bodies, sums = tuple(zip(*found, strict=True)) or ((), (), ())
        if numbers != (*range(first, last + 1),) or (self._check_sums and not _fit(bodies, sums)):
            _name_wrong_event(first, last, found)
        sealed = Sealed(n, _bytes(head, place), _bytes(header, place), bodies)
        try:
            checked = chain.check(sealed, self._previous)
        except Refused as refused:
            wrong = str(refused.facts["field"]).rpartition(": ")[2]
            if wrong == "events":
                _name_wrong_event(first, last, found)
                raise Damage(f"events {first} to {last}", f"they are not those of seal {n}") from None
            raise Damage(place, _WRONG.get(wrong, "its header cannot be read")) from None
        return StoredCommit(sealed, checked, first)

    def _rows(self, table: str, sql: str, bindings: tuple[Any, ...] = ()) -> Iterator[Columns]:
        """Rows one by one; should the engine fail, the place names the one after the last read."""
        self.place, before = f"the beginning of the table {table}", self.place
        for columns in self._connection.cursor().execute(sql, bindings):
            self.place = before
            yield columns
            before, self.place = self.place, f"{table} after {_short(columns[0])}"
        self.place = before


class _Pages:
    """Rows in order of a number they carry, fetched many at a time and handed out by that number."""

    def __init__(self, reading: Reading, table: str, sql: str, after: int, column: int) -> None:
        self._reading = reading
        self._table = table
        self._number = itemgetter(column)
        self._last = after
        self._found: list[Any] = []
        self._at = 0
        self._cursor = reading.cursor()
        self._cursor.execute(sql, (after,))

    def until(self, last: int) -> list[Any]:
        """The next rows whose number is at most `last`."""
        taken: list[Any] = []
        while True:
            end = bisect_right(self._found, last, self._at, key=self._number)
            taken += self._found[self._at : end]
            self._at = end
            if end < len(self._found) or not self._fetch():
                return taken

    def rest(self) -> list[Any]:
        """The next row, if there is one."""
        return self._found[self._at : self._at + 1] if self._at < len(self._found) or self._fetch() else []

    def _fetch(self) -> bool:
        before, self._reading.place = self._reading.place, f"{self._table} after {_short(self._last)}"
        self._found, self._at = list(islice(self._cursor, _PAGE)), 0
        self._reading.place = before
        if self._found:
            self._last = self._number(self._found[-1])
        return bool(self._found)


def shown_row(key: bytes) -> str:
    """The name of a row for people: its kind and key."""
    kind = _TABLES.get(key[0]) if key else None
    if kind is None:
        return "a row of no kind"
    try:
        fields = split_key(kind, key)
    except Refused:
        return f"row {kind.__name__} with a broken key"
    return " ".join(["row", kind.__name__, *map(_short, fields)])


def _short(value: object) -> str:
    return value.hex()[:16] if isinstance(value, bytes) else str(value)


def _bytes(value: object, place: str) -> bytes:
    if not isinstance(value, bytes):
        raise Damage(place, "it is not bytes")
    return value


def _header(raw: bytes, head: object, place: str) -> chain.Header:
    """The header of a seal that is taken as it stands, if it fits its own head."""
    if hashlib.sha256(raw).digest() != head:
        raise Damage(place, _WRONG["head"])
    try:
        return chain.read_header(raw)
    except Refused:
        raise Damage(place, "its header cannot be read") from None


def _name_wrong_event(first: int, last: int, found: Sequence[Columns]) -> None:
    """Find which of the events first..last is missing or changed."""
    for seq, columns in enumerate(found, first):
        if columns[0] != seq:
            raise Damage(f"event {seq}", "it is missing")
        if check_sum(_bytes(columns[1], f"event {seq}")) != columns[2]:
            raise Damage(f"event {seq}", "its bytes were changed")
    if len(found) <= last - first:
        raise Damage(f"event {first + len(found)}", "it is missing")


def _fit(bodies: Sequence[bytes], sums: Sequence[int]) -> bool:
    try:
        return all(map(eq, map(check_sum, bodies), sums))
    except TypeError:
        return False


def _name_wrong_id(notes: Sequence[Columns], commit: StoredCommit) -> None:
    """Find which id does not fit its seal, if one alone does not."""
    for stored, digest, first, count in notes:
        is_inside = commit.first <= first <= first + count - 1 < commit.first + len(commit.sealed.events)
        if not is_inside or not isinstance(digest, bytes):
            raise Damage(f"asked id {_asked_id(stored)}", f"it does not fit seal {commit.sealed.n}")
    raise Damage(f"the ids asked in seal {commit.sealed.n}", "they are not those it was sealed over")


def _asked_id(stored: object) -> str:
    return asked_id(stored) if isinstance(stored, bytes | str) else str(stored)


def _schema(connection: apsw.Connection) -> dict[str, str | None]:
    sql = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
    found: list[Any] = connection.execute(sql).fetchall()
    return dict(found)


@cache
def _schema_of_this_version() -> dict[str, str | None]:
    connection = apsw.Connection(":memory:")
    try:
        connection.execute(SCHEMA)
        return _schema(connection)
    finally:
        connection.close()

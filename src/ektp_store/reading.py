"""A book's file read from end to end (pembacaan buku), every damage named by its place.

Seals, events and ids are read side by side in one read transaction and checked against each
other: hashes, order, counts, and the check sum that tells which event of a commit was
changed. What the events do to the rows is not known here; `verify` folds them.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, get_args

import apsw
from attrs import frozen

from ektp_core.boundary.store import Sealed
from ektp_core.errors import Refused
from ektp_core.flow.codec import decode_event, split_key
from ektp_core.flow.events import Event
from ektp_core.flow.rows import Row
from ektp_core.ledger.holding import Holding
from ektp_core.wire import chain
from ektp_store.committing import Asked, asked_digest
from ektp_store.movement import NO_COLUMNS, movement_of
from ektp_store.schema import SCHEMA
from ektp_store.tables import holding_of

Columns = Sequence[Any]

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
    """One seal of the file, its events and the number of the first one."""

    sealed: Sealed
    header: chain.Header
    first: int
    events: tuple[Event, ...]


class Reading:
    """The file in one read transaction. `place` says what is being read, should reading fail."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.place = "the beginning of the file"
        self._connection = connection
        self._last = 0  # the event before the next seal's first
        self._previous = b""
        self.header = chain.Header(0, b"", 0)  # the last one read

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
        events = self._rows("event", "SELECT * FROM event WHERE seq > ? ORDER BY seq", (self._last,))
        asked = self._rows(
            "asked", "SELECT id, digest, first, count, n FROM asked WHERE first > ? ORDER BY first, id", (self._last,)
        )
        waiting = next(asked, None)
        expected = since
        for n, first, last, head, header in self._rows("seal", "SELECT * FROM seal WHERE n > ? ORDER BY n", (since,)):
            expected += 1
            if n != expected:
                raise Damage(f"seal {expected}", "it is missing")
            commit = self._commit((n, first, last, head, header), events)
            entries = []
            while waiting is not None and waiting[2] <= last:
                entries.append(_asked(waiting, commit))
                waiting = next(asked, None)
            if asked_digest(entries) != commit.header.asked:
                raise Damage(f"the ids asked in seal {n}", "they are not those it was sealed over")
            self._last, self._previous, self.header = last, head, commit.header
            yield commit
        if waiting is not None:
            raise Damage(f"asked id {waiting[0]}", "no seal knows it")
        for seq, *_ in events:
            raise Damage(f"event {seq}", "it is not sealed")

    def frontier(self) -> bytes | None:
        """The kept right edge of the tree."""
        for (frontier,) in self._rows("the tree", "SELECT frontier FROM kept"):
            return _bytes(frontier, "the tree")
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
            name = shown_row(_bytes(key, "the table row"))
            yield key, _bytes(value, name)

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
        if self.count("touched"):
            raise Damage("the table touched", "it is not empty")
        for check in ("PRAGMA integrity_check(1)", "PRAGMA foreign_key_check"):
            self.place = "the pages of the file"
            for result, *_ in self._connection.execute(check):
                if result != "ok":
                    raise Damage(self.place, str(result))

    def _commit(self, seal: Columns, events: Iterator[Columns]) -> StoredCommit:
        n, first, last, head, header = seal
        place = f"seal {n}"
        if first != self._last + 1 or last < first:
            raise Damage(place, "it does not begin after the last event of the seal before it")
        bodies, decoded = [], []
        for seq in range(first, last + 1):
            self.place = f"event {seq}"
            body, event = _event(seq, next(events, None))
            bodies.append(body)
            decoded.append(event)
        sealed = Sealed(n, _bytes(head, place), _bytes(header, place), tuple(bodies))
        self.place = place
        try:
            checked = chain.check(sealed, self._previous)
        except Refused as refused:
            wrong = str(refused.facts["field"]).rpartition(": ")[2]
            if wrong == "events":
                raise Damage(f"events {first} to {last}", f"they are not those of seal {n}") from None
            raise Damage(place, _WRONG.get(wrong, "its header cannot be read")) from None
        return StoredCommit(sealed, checked, first, tuple(decoded))

    def _rows(self, table: str, sql: str, bindings: tuple[Any, ...] = ()) -> Iterator[Columns]:
        """Rows one by one; should the engine fail, the place names the one after the last read."""
        self.place, before = f"the beginning of the table {table}", self.place
        for columns in self._connection.cursor().execute(sql, bindings):
            self.place = before
            yield columns
            before, self.place = self.place, f"{table} after {_short(columns[0])}"
        self.place = before


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


def _event(seq: int, columns: Columns | None) -> tuple[bytes, Event]:
    place = f"event {seq}"
    if columns is None or columns[0] != seq:
        raise Damage(place, "it is missing")
    body = _bytes(columns[8], place)
    if zlib.crc32(body) != columns[9]:
        raise Damage(place, "its bytes were changed")
    try:
        event = decode_event(body)
    except Refused:
        raise Damage(place, "its bytes are no event") from None
    movement = movement_of(event)
    if tuple(columns[1:8]) != (movement.columns() if movement else NO_COLUMNS):
        raise Damage(place, "its columns are not what its bytes say")
    return body, event


def _asked(columns: Columns, commit: StoredCommit) -> Asked:
    entry = Asked(*columns)
    ends = entry.first + entry.count - 1
    is_inside = commit.first <= entry.first <= ends < commit.first + len(commit.events)
    if entry.n != commit.sealed.n or not is_inside or not isinstance(entry.digest, bytes):
        raise Damage(f"asked id {entry.id}", f"it does not fit seal {commit.sealed.n}")
    return entry


def _schema(connection: apsw.Connection) -> dict[str, str | None]:
    sql = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
    found: list[Any] = connection.execute(sql).fetchall()
    return dict(found)


def _schema_of_this_version() -> dict[str, str | None]:
    connection = apsw.Connection(":memory:")
    try:
        connection.execute(SCHEMA)
        return _schema(connection)
    finally:
        connection.close()

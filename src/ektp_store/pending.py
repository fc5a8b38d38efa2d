"""Rows on their way to the book (baris tertunda): read through, written once a commit.

A group of asks rewrites the same rows many times: the tally of a station, the digest of its
pen. They are kept here as values, in two layers, and become bytes at the seal, each once. The
upper layer is the open ask's, dropped when it is refused. Below lies what was last read of the
sealed rows: one process writes a book, so what it knows of a row stays true until it writes
the row itself. How rows are kept is not known here.
"""

import heapq
from collections.abc import Iterator
from typing import Any, Protocol

from ektp_core.flow.codec import key_bytes, make_row, row_key, row_value, split_key
from ektp_core.flow.rows import Row
from ektp_store.sums import weight

Layer = dict[bytes, Row | None]
Change = tuple[bytes, bytes | None, bytes | None]  # key, sealed value, new value
_Sealed = tuple[Row | None, bytes | None, int]  # a row as the base has it, its bytes, what it weighs (-1: not known)

#: More sealed rows than this are not remembered; then all are forgotten at once.
REMEMBERED = 50_000


class RowBase(Protocol):
    """Where rows are kept for good."""

    def value(self, key: bytes) -> bytes | None:
        """The value of a row, if there is one."""

    def values(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All rows whose key starts with `prefix`, in the order of the key bytes."""


class PendingRows:
    """A base, what is known of it, and what the open commit has written over it."""

    def __init__(self, base: RowBase) -> None:
        self._base = base
        self._sealed: dict[bytes, _Sealed] = {}
        self._group: Layer = {}
        self._ask: Layer = {}
        self._settling: dict[bytes, _Sealed] = {}
        self._names: dict[tuple[Any, ...], bytes] = {}

    def get(self, kind: type[Any], *key: object) -> Any:
        """The row as the open ask sees it."""
        asked = (kind, *key)
        name = self._names.get(asked)
        if name is None:
            name = self._named(asked)
        if name in self._ask:
            return self._ask[name]
        if name in self._group:
            return self._group[name]
        known = self._sealed.get(name)
        return (known or self._before(name, kind))[0]

    def put(self, row: Row) -> None:
        """Write a row."""
        self._ask[row_key(row)] = row

    def drop(self, row: Row) -> None:
        """Remove a row."""
        self._ask[row_key(row)] = None

    def scan(self, kind: type[Any], prefix: tuple[object, ...]) -> Iterator[Row]:
        """All rows of that kind whose key starts with `prefix`, in the order of the key bytes."""
        start = key_bytes(kind, *prefix)
        written = {k: row for layer in (self._group, self._ask) for k, row in layer.items() if k.startswith(start)}
        base = ((k, make_row(kind, split_key(kind, k), v)) for k, v in self._base.values(start) if k not in written)
        changed = sorted((k for k, row in written.items() if row is not None))
        if not changed:
            return (row for _, row in base)
        here = ((k, row) for k in changed if (row := written[k]) is not None)
        return (row for _, row in heapq.merge(here, base, key=lambda pair: pair[0]))

    def keep(self) -> None:
        """The open ask was taken."""
        self._group.update(self._ask)
        self._ask.clear()

    def undo(self) -> None:
        """The open ask was refused."""
        self._ask.clear()

    def changes(self) -> tuple[list[Change], int]:
        """Every row that differs from the base, and what they add to the sum of all rows."""
        changed: list[Change] = []
        total = 0
        for name, row in self._group.items():
            _, old, weighed = self._sealed.get(name) or self._before(name, type(row) if row is not None else None)
            new = None if row is None else row_value(row)
            if old == new:
                continue
            after = 0 if new is None else weight(name, new)
            before = 0 if old is None else weighed if weighed >= 0 else weight(name, old)
            total += after - before
            changed.append((name, old, new))
            self._settling[name] = (row, new, after)
        return changed, total

    def settle(self) -> None:
        """The commit was kept: its rows are the sealed ones now."""
        if len(self._sealed) > REMEMBERED:
            self._sealed.clear()
        self._sealed.update(self._settling)
        self.clear()

    def clear(self) -> None:
        """The commit is over."""
        for layer in (self._group, self._ask, self._settling):
            layer.clear()

    def _named(self, asked: tuple[Any, ...]) -> bytes:
        """The key of a row by kind and key fields; the same few are asked for all the time."""
        if len(self._names) > REMEMBERED:
            self._names.clear()
        name = self._names[asked] = key_bytes(*asked)
        return name

    def _before(self, name: bytes, kind: type[Any] | None) -> _Sealed:
        """The row in the base; its kind is needed only where it is to be looked at."""
        value = self._base.value(name)
        row = None if value is None or kind is None else make_row(kind, split_key(kind, name), value)
        known = (row, value, -1)
        if kind is not None:
            self._sealed[name] = known
        return known

"""Rows on their way to the book (baris tertunda): read through, written once a commit.

A group of asks rewrites the same rows many times: the tally of a station, the digest of its
pen. They are kept here as values, by kind and key fields, and become bytes at the seal, each
once. What the open ask replaced is remembered, to be put back when it is refused. One process
writes a book, so what it knows of a row stays true until it writes the row itself. How rows are
kept is not known here.
"""

import heapq
from collections.abc import Iterator
from typing import Any, Protocol

from ektp_core.flow.codec import key_bytes, make_row, row_name, row_value, split_key
from ektp_core.flow.rows import Row
from ektp_store.sums import weight

Name = tuple[Any, ...]  # kind and key fields
Change = tuple[bytes, bytes | None, bytes | None]  # key, sealed value, new value
_Sealed = tuple[bytes, bytes | None, int]  # key and value as the base has them, what they weigh (-1: not known)

#: More rows than this are not remembered; then all are forgotten at once.
REMEMBERED = 50_000

_UNREAD: Any = object()


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
        self._now: dict[Name, Row | None] = {}  # as the open ask sees them
        self._sealed: dict[Name, _Sealed] = {}
        self._group: dict[Name, object] = {}  # written since the last seal, in that order
        self._ask: dict[Name, Row | None] = {}  # written by the open ask, and what was there before
        self._settling: dict[Name, _Sealed] = {}

    def get(self, kind: type[Any], *key: object) -> Any:
        """The row as the open ask sees it."""
        name = (kind, *key)
        row = self._now.get(name, _UNREAD)
        return self._read(name) if row is _UNREAD else row

    def put(self, row: Row) -> None:
        """Write a row."""
        name = row_name(row)
        if name not in self._ask:
            self._ask[name] = self._now.get(name, _UNREAD)
        self._now[name] = row

    def drop(self, row: Row) -> None:
        """Remove a row."""
        self.put(row)
        self._now[row_name(row)] = None

    def scan(self, kind: type[Any], prefix: tuple[object, ...]) -> Iterator[Row]:
        """All rows of that kind whose key starts with `prefix`, in the order of the key bytes."""
        start, end = key_bytes(kind, *prefix), 1 + len(prefix)
        names = [name for name in {**self._group, **self._ask} if name[0] is kind and name[1:end] == prefix]
        written = {key_bytes(*name): self._now[name] for name in names}
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
        for name, row in self._ask.items():
            if row is _UNREAD:
                del self._now[name]
            else:
                self._now[name] = row
        self._ask.clear()

    def changes(self) -> tuple[list[Change], int]:
        """Every row that differs from the base, and what they add to the sum of all rows."""
        changed: list[Change] = []
        total = 0
        for name in self._group:
            row = self._now[name]
            key, old, weighed = self._sealed.get(name) or self._before(name)
            new = None if row is None else row_value(row)
            if old == new:
                continue
            after = 0 if new is None else weight(key, new)
            before = 0 if old is None else weighed if weighed >= 0 else weight(key, old)
            total += after - before
            changed.append((key, old, new))
            self._settling[name] = (key, new, after)
        return changed, total

    def settle(self) -> None:
        """The commit was kept: its rows are the sealed ones now."""
        self._sealed.update(self._settling)
        for layer in (self._group, self._ask, self._settling):
            layer.clear()
        self._spare()

    def clear(self) -> None:
        """The commit is over, and nothing of it was kept."""
        self.undo()
        for name in self._group:
            del self._now[name]
        self._group.clear()
        self._settling.clear()

    def _spare(self) -> None:
        """Forget all that is known, when it is much and nothing is being written."""
        if len(self._now) > REMEMBERED and not self._group and not self._ask:
            self._now.clear()
            self._sealed.clear()

    def _read(self, name: Name) -> Any:
        self._spare()
        key, value, _ = self._sealed.get(name) or self._before(name)
        row = None if value is None else make_row(name[0], split_key(name[0], key), value)
        self._now[name] = row
        return row

    def _before(self, name: Name) -> _Sealed:
        """Key and value of the row in the base."""
        key = key_bytes(*name)
        known = self._sealed[name] = (key, self._base.value(key), -1)
        return known

"""Rows on their way to the book (baris tertunda): read through, written once a commit.

A group of asks rewrites the same rows many times: the tally of a station, the digest of its
pen. They are kept here, in two layers, and reach the base at the seal, each once. The upper
layer is the open ask's, dropped when it is refused. Only plain bytes pass through; what a
row means is not known here.
"""

import heapq
from collections.abc import Iterator
from typing import Protocol

Layer = dict[bytes, bytes | None]
Change = tuple[bytes, bytes | None, bytes | None]


class RowBase(Protocol):
    """Where rows are kept for good."""

    def value(self, key: bytes) -> bytes | None:
        """The value of a row, if there is one."""

    def values(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All rows whose key starts with `prefix`, in the order of the key bytes."""


class PendingRows:
    """A base, and what the open commit has written over it."""

    def __init__(self, base: RowBase) -> None:
        self._base = base
        self._sealed: Layer = {}  # as the base has them, for every key looked at
        self._group: Layer = {}
        self._ask: Layer = {}

    def get(self, key: bytes) -> bytes | None:
        """The value as the open ask sees it."""
        if key in self._ask:
            return self._ask[key]
        if key in self._group:
            return self._group[key]
        return self._before(key)

    def set(self, key: bytes, value: bytes | None) -> None:
        """Write a value, or remove the row."""
        self._ask[key] = value

    def scan(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All rows whose key starts with `prefix`, in the order of the key bytes."""
        written = {k: v for layer in (self._group, self._ask) for k, v in layer.items() if k.startswith(prefix)}
        base = self._base.values(prefix)
        if not written:
            return base
        changed = sorted((key, value) for key, value in written.items() if value is not None)
        return heapq.merge((pair for pair in base if pair[0] not in written), changed)

    def keep(self) -> None:
        """The open ask was taken."""
        self._group.update(self._ask)
        self._ask.clear()

    def undo(self) -> None:
        """The open ask was refused."""
        self._ask.clear()

    def changes(self) -> list[Change]:
        """Key, sealed value and new value of every row that differs from the base."""
        found = ((key, self._before(key), value) for key, value in self._group.items())
        return [change for change in found if change[1] != change[2]]

    def clear(self) -> None:
        """The commit is over, one way or the other."""
        for layer in (self._sealed, self._group, self._ask):
            layer.clear()

    def _before(self, key: bytes) -> bytes | None:
        if key not in self._sealed:
            self._sealed[key] = self._base.value(key)
        return self._sealed[key]

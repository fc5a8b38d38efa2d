"""What `decide` may see and `apply` may do (pandangan): two protocols over one book.

A view is read-only access inside the open transaction. It finds a row by its key, and
holdings by serial or by place; nothing else, so that the cost of a decision is the cost of
what it touches and never the length of history.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from attrs import frozen

from ektp_core.flow.events import Event
from ektp_core.flow.rows import Holding, Row
from ektp_core.vocabulary.bucket import Bucket

R = TypeVar("R", bound=Row)


@frozen
class Position:
    """How long the log is: commits, events, head of the chain, root of the tree."""

    n: int
    seq: int
    head: bytes
    root: bytes


class View(Protocol):
    """Read-only access to one book."""

    @property
    def position(self) -> Position:
        """The last sealed commit."""

    def head_of(self, n: int) -> bytes | None:
        """The head of sealed commit `n`, or None when the log does not reach that far."""

    def row(self, kind: type[R], *key: object) -> R | None:
        """The row of that kind and key. Holdings are found by the methods below."""

    def rows(self, kind: type[R], *prefix: object) -> Iterator[R]:
        """All rows of that kind whose key starts with `prefix`, in key order."""

    def covering(self, series: str, number: int) -> Holding | None:
        """The run that holds this blank, or None for a blank the book does not know."""

    def overlapping(self, series: str, lo: int, hi: int) -> Sequence[Holding]:
        """All runs that share a blank with lo..hi, in order."""

    def lowest(self, party: str, bucket: Bucket, blank_class: str, after: tuple[str, int] = ("", 0)) -> Holding | None:
        """The first run of that place with (series, lo) above `after`."""

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Numbered events after `seq` that move blanks (`TakenIn`, `Moved`, `GivenOut`), in order."""


class Book(View, Protocol):
    """A view that the fold may write to."""

    def put(self, row: Row) -> None:
        """Insert or replace a row (a holding: insert; it must not overlap another)."""

    def drop(self, row: Row) -> None:
        """Remove a row."""

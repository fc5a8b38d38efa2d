"""What keeps a book (penyimpan buku): log, rows and seals of one party, in one transaction.

A store takes a group of asks, has each decided against the book as the ones before it left
it, applies the events and seals them: all of it or none. It decides nothing itself. A
refused ask leaves no trace. A commit that fails is unknown (`StoreUnsure`): the process
stops, opens the book again and looks.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from attrs import field, frozen

from ektp_core.errors import EktpError, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.view import Position, View

Decide = Callable[[View, Ask], "tuple[Event, ...] | Refused"]


class StoreError(EktpError):
    """The book could not be read or written; what was asked was not done."""


class StoreUnsure(StoreError):
    """A commit returned an error: it may or may not have been kept. Stop, reopen, look up."""


@frozen
class Sealed:
    """One commit of a book: its exact header bytes, the head they hash to, its events' bytes."""

    n: int
    head: bytes
    header: bytes
    events: tuple[bytes, ...]


@frozen
class Payload:
    """Personal data, encrypted under a key of its own: erased by destroying the key."""

    digest: bytes
    key_id: str
    key: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


@frozen
class Accepted:
    """An ask that was taken: the commit it is in and its events. `is_first` is false for a repeat."""

    n: int
    events: tuple[Event, ...]
    is_first: bool = True


Answer = Accepted | Refused


@frozen
class Work:
    """One ask of a group, and the payloads to keep if it is taken."""

    ask: Ask
    payloads: tuple[Payload, ...] = ()


class Store(Protocol):
    """One book. One process writes; `read` may be used from the writing thread only."""

    def commit(self, group: Sequence[Work], at_ms: int, counters: Sequence[tuple[str, int]] = ()) -> tuple[Answer, ...]:
        """Decide, apply and seal a group; one answer each, in order. `counters` go into the seal.

        Raises:
            StoreUnsure: the commit itself failed; nothing may be concluded.
            Refused: BOOK_FULL when the disk was full before anything was sealed.
        """

    def read(self) -> AbstractContextManager[View]:
        """A consistent view of the last sealed commit."""

    def position(self) -> Position:
        """The last sealed commit."""

    def sealed_since(self, n: int, limit: int) -> Sequence[Sealed]:
        """Commits n+1, n+2, ... up to `limit` of them, exact bytes."""

    def payload(self, digest: bytes) -> Payload | None:
        """The payload of that digest; None when it never was or its key is destroyed."""

    def erase(self, digest: bytes, instead: Payload | None = None) -> bool:
        """Destroy the key of a payload; whether there was one. `instead` is kept in the same transaction, if so."""

    def link(self, name: str) -> bytes | None:
        """A note outside chain and fold: receipts, acknowledged heads."""

    def set_link(self, name: str, value: bytes) -> None:
        """Keep such a note, durably."""

    def events(self) -> Iterator[tuple[int, Event]]:
        """The whole log, numbered from 1."""

    def close(self) -> None:
        """Let go of the book."""

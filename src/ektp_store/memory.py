"""A book in memory (buku di memori): for simulations and for the fold of `verify`.

It answers as the SQLite store does, bytes and seals included, and forgets everything when
the process ends. It is held to the same checks as the schema makes (`ektp_store.checks`).
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ektp_core.boundary.store import Answer, Decide, Payload, Sealed, StoreError, Work
from ektp_core.flow.codec import decode_event
from ektp_core.flow.events import Event
from ektp_core.flow.view import Position, View
from ektp_store.book import StoredBook, Tip
from ektp_store.checks import Checks
from ektp_store.committing import Apply, Asked, Commit, Committer
from ektp_store.movement import movement_of
from ektp_store.pending import Change, PendingRows
from ektp_store.runs import Runs


class MemoryRows:
    """All rows but holdings, by table; a table is kept sorted once somebody has listed it."""

    def __init__(self) -> None:
        self._tables: dict[int, dict[bytes, bytes]] = {}
        self._orders: dict[int, list[bytes]] = {}

    def value(self, key: bytes) -> bytes | None:
        """The value of a row, if there is one."""
        return self._tables.get(key[0], {}).get(key)

    def values(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All rows whose key starts with `prefix`, in the order of the key bytes."""
        table = self._tables.get(prefix[0], {})
        if prefix[0] not in self._orders:
            self._orders[prefix[0]] = sorted(table)
        order = self._orders[prefix[0]]
        at = bisect_left(order, prefix)
        while at < len(order) and order[at].startswith(prefix):
            yield order[at], table[order[at]]
            at += 1

    def all(self) -> Iterator[tuple[bytes, bytes]]:
        """Every row, in the order of the key bytes."""
        for table in sorted(self._tables):
            yield from sorted(self._tables[table].items())

    def write(self, changes: Sequence[Change]) -> None:
        """Make the changes of a commit."""
        for key, old, new in changes:
            order = self._orders.get(key[0])
            if new is None:
                del self._tables[key[0]][key]
            else:
                self._tables.setdefault(key[0], {})[key] = new
            if order is not None and new is None:
                del order[bisect_left(order, key)]
            elif order is not None and old is None:
                insort(order, key)


class MemoryGround:
    """Rows, runs, log and notes in memory, with the undo a commit needs."""

    def __init__(self) -> None:
        self.tip = Tip()
        self.rows = MemoryRows()
        self.runs = Runs()
        self.checks = Checks(self.runs)
        self.book = StoredBook(PendingRows(self.rows), self.runs, self)
        self.log: list[bytes] = []
        self.moves: list[int] = []
        self.seals: list[Sealed] = []
        self.notes: dict[bytes | str, Asked] = {}
        self.payloads: dict[bytes, Payload] = {}
        self._noted: list[Asked] = []
        self._payloads: list[Payload] = []
        self._mark = (0, 0)

    def head_of(self, n: int) -> bytes | None:
        """The head of seal `n`."""
        return self.seals[n - 1].head if 0 < n <= len(self.seals) else None

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Numbered movements after `seq`, in order."""
        for found in self.moves[bisect_right(self.moves, seq) :]:
            yield found, decode_event(self.log[found - 1])

    def begin(self) -> None:
        """Nothing to open."""

    def mark(self) -> None:
        """Set the savepoint of an ask."""
        self._mark = (len(self.log), len(self.moves))
        self.runs.mark()
        self.checks.mark()

    def keep(self) -> None:
        """Nothing to let go."""

    def undo(self) -> None:
        """Go back to the savepoint."""
        del self.log[self._mark[0] :], self.moves[self._mark[1] :]
        self.runs.undo()
        self.checks.undo()

    def asked(self, stored: bytes | str) -> Asked | None:
        """The note of an id."""
        return self.notes.get(stored)

    def bodies(self, first: int, count: int) -> Sequence[bytes]:
        """The exact bytes of these events."""
        return self.log[first - 1 : first - 1 + count]

    def append(self, seq: int, event: Event, body: bytes) -> None:
        """Keep an event."""
        movement = movement_of(event)
        if movement:
            self.checks.before(movement)
            self.moves.append(seq)
        self.log.append(body)

    def note(self, asked: Asked) -> None:
        """Keep the note of an id."""
        self.notes[asked.id] = asked
        self._noted.append(asked)

    def keep_payload(self, payload: Payload) -> None:
        """Keep a payload with the commit."""
        self._payloads.append(payload)

    def seal(self, commit: Commit) -> None:
        """Check the commit."""
        self.checks.at_seal()

    def finish(self, commit: Commit) -> None:
        """The book now stands after the commit."""
        self.rows.write(commit.changes)
        self.seals.append(commit.sealed)
        for payload in self._payloads:
            self.payloads.setdefault(payload.digest, payload)
        self.tip = commit.tip
        self._forget()

    def abandon(self) -> None:
        """Take everything back."""
        del self.log[self.tip.seq :], self.moves[bisect_right(self.moves, self.tip.seq) :]
        for asked in self._noted:
            del self.notes[asked.id]
        self.runs.undo_all()
        self._forget()

    def _forget(self) -> None:
        self.runs.forget()
        self.checks.forget()
        self._noted.clear()
        self._payloads.clear()


class MemoryStore:
    """A `Store` that lives as long as the process."""

    def __init__(self, decide: Decide, apply: Apply, owner: str = "") -> None:
        self._ground = MemoryGround()
        self._committer = Committer(self._ground, decide, apply, owner)
        self._links: dict[str, bytes] = {}
        self._readers = 0

    def commit(self, group: Sequence[Work], at_ms: int, counters: Sequence[tuple[str, int]] = ()) -> tuple[Answer, ...]:
        """Decide, apply and seal a group."""
        if self._readers:
            raise StoreError("a view of this book is still open; close it before the next commit")
        return self._committer.commit(group, at_ms, counters)

    @contextmanager
    def read(self) -> Iterator[View]:
        """The book as last sealed; nothing is committed while it is open."""
        self._readers += 1
        try:
            yield self._ground.book
        finally:
            self._readers -= 1

    def position(self) -> Position:
        """The last sealed commit."""
        return self._ground.tip.position

    def sealed_since(self, n: int, limit: int) -> Sequence[Sealed]:
        """Commits n+1, n+2, ... up to `limit` of them."""
        return self._ground.seals[n : n + limit]

    def payload(self, digest: bytes) -> Payload | None:
        """The payload of that digest, unless erased."""
        return self._ground.payloads.get(digest)

    def erase(self, digest: bytes, instead: Payload | None = None) -> bool:
        """Destroy a payload; whether there was one. `instead` is kept, if so."""
        was_there = self._ground.payloads.pop(digest, None) is not None
        if was_there and instead:
            self._ground.payloads.setdefault(instead.digest, instead)
        return was_there

    def link(self, name: str) -> bytes | None:
        """A note outside chain and fold."""
        return self._links.get(name)

    def set_link(self, name: str, value: bytes) -> None:
        """Keep such a note."""
        self._links[name] = value

    def events(self) -> Iterator[tuple[int, Event]]:
        """The whole log, numbered from 1."""
        for seq in range(1, self._ground.tip.seq + 1):
            yield seq, decode_event(self._ground.log[seq - 1])

    def close(self) -> None:
        """Nothing to let go."""

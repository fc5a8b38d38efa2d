"""A book in one SQLite file (buku di berkas): log, rows and seals in one transaction.

One process, one connection, group commit. A commit that returns is on the disk. All pages
of a commit are written before COMMIT, so that a full disk is met while everything can still
be taken back; an error of COMMIT itself leaves the outcome unknown, and the store then
refuses all further use until it is opened again. Erasing a payload destroys its key in the
file and in the write-ahead log. What an ask means is not known here.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import apsw

from ektp_core.boundary.store import (
    Answer,
    Decide,
    Payload,
    Sealed,
    StoreError,
    StoreUnsure,
    Work,
)
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import FOLD
from ektp_core.flow.events import Event
from ektp_core.flow.view import Position, View
from ektp_core.wire.chain import read_header
from ektp_core.wire.merkle import Frontier
from ektp_store.book import StoredBook, Tip
from ektp_store.committing import Apply, Asked, Commit, Committer
from ektp_store.movement import NO_COLUMNS, movement_of
from ektp_store.opening import WAIT_MS, damaged, open_to_write, translated
from ektp_store.ownership import disown, own
from ektp_store.pending import PendingRows
from ektp_store.tables import TableLog, TableRows, TableRuns, runner


class SqliteGround(TableLog):
    """The tables of a book, with the transaction a commit needs."""

    def __init__(self, connection: apsw.Connection, path: str) -> None:
        run = runner(connection)
        super().__init__(run)
        self._connection = connection
        self._rows = TableRows(run)
        self.book = StoredBook(PendingRows(self._rows), TableRuns(run, connection), self)
        self.is_unsure = False
        self.tip = self._read_tip(path)

    def begin(self) -> None:
        """Open the transaction, as the one writer."""
        self._run("BEGIN IMMEDIATE", ())

    def mark(self) -> None:
        """Set the savepoint of an ask."""
        self._run("SAVEPOINT ask", ())

    def keep(self) -> None:
        """Let the savepoint go."""
        self._run("RELEASE ask", ())

    def undo(self) -> None:
        """Go back to the savepoint."""
        self._run("ROLLBACK TO ask", ())
        self._run("RELEASE ask", ())

    def asked(self, ask_id: str) -> Asked | None:
        """The note of an id."""
        found = self._run("SELECT id, digest, first, count, n FROM asked WHERE id = ?", (ask_id,))
        return Asked(*found[0]) if found else None

    def bodies(self, first: int, count: int) -> Sequence[bytes]:
        """The exact bytes of these events."""
        found = self._run("SELECT body FROM event WHERE seq >= ? AND seq < ? ORDER BY seq", (first, first + count))
        return [body for (body,) in found]

    def append(self, seq: int, event: Event, body: bytes) -> None:
        """Keep an event; the schema looks at its source first."""
        movement = movement_of(event)
        self._run(
            "INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, *(movement.columns() if movement else NO_COLUMNS), body, zlib.crc32(body)),
        )

    def note(self, asked: Asked) -> None:
        """Keep the note of an id."""
        self._run(
            "INSERT INTO asked VALUES(?, ?, ?, ?, ?)", (asked.id, asked.digest, asked.first, asked.count, asked.n)
        )

    def keep_payload(self, payload: Payload) -> None:
        """Keep a payload and its key; one that is there with its key stays as it is."""
        if self._run("SELECT 1 FROM payload JOIN payload_key USING(key_id) WHERE digest = ?", (payload.digest,)):
            return
        self._run(
            "INSERT INTO payload VALUES(?, ?, ?) ON CONFLICT(digest)"
            " DO UPDATE SET key_id = excluded.key_id, ciphertext = excluded.ciphertext",
            (payload.digest, payload.key_id, payload.ciphertext),
        )
        self._run("INSERT INTO payload_key VALUES(?, ?)", (payload.key_id, payload.key))

    def seal(self, commit: Commit) -> None:
        """Write rows and seal, and bring every page to the log before COMMIT."""
        self._rows.write(commit.changes)
        sealed, tip = commit.sealed, commit.tip
        self._run(
            "INSERT INTO seal VALUES(?, ?, ?, ?, ?)", (sealed.n, commit.first, tip.seq, sealed.head, sealed.header)
        )
        self._run("INSERT OR REPLACE INTO kept VALUES(1, ?)", (tip.frontier.to_bytes(),))
        self._connection.cache_flush()

    def finish(self, commit: Commit) -> None:
        """Make the transaction durable."""
        self.commit_now()
        self.tip = commit.tip

    def commit_now(self) -> None:
        """COMMIT; after an error nothing more is done here."""
        try:
            self._run("COMMIT", ())
        except BaseException as error:
            self.is_unsure = True
            raise StoreUnsure(f"COMMIT did not say whether it was kept ({type(error).__name__})") from error

    def abandon(self) -> None:
        """Take everything back; the engine may have done so already."""
        if self._connection.in_transaction:
            self._run("ROLLBACK", ())

    def erase(self, digest: bytes) -> bool:
        """Destroy the key of a payload, in the file and in the log."""
        with self._alone():
            self._run("DELETE FROM payload_key WHERE key_id = (SELECT key_id FROM payload WHERE digest = ?)", (digest,))
            was_there = self._connection.changes() > 0
        if was_there:
            self._empty_the_log()
        return was_there

    def _empty_the_log(self) -> None:
        """Old pages with the key stand in the log; while somebody reads, the next erasure or close takes them."""
        self._connection.set_busy_timeout(0)
        with suppress(apsw.Error):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        self._connection.set_busy_timeout(WAIT_MS)

    def payload(self, digest: bytes) -> Payload | None:
        """The payload of that digest, unless erased."""
        found = self._run(
            "SELECT digest, key_id, key, ciphertext FROM payload JOIN payload_key USING(key_id) WHERE digest = ?",
            (digest,),
        )
        return Payload(*found[0]) if found else None

    def link(self, name: str) -> bytes | None:
        """A note outside chain and fold."""
        found = self._run("SELECT value FROM link WHERE name = ?", (name,))
        return found[0][0] if found else None

    def set_link(self, name: str, value: bytes) -> None:
        """Keep such a note, durably."""
        with self._alone():
            self._run("INSERT OR REPLACE INTO link VALUES(?, ?)", (name, value))

    def sealed_since(self, n: int, limit: int) -> Sequence[Sealed]:
        """Commits n+1, n+2, ... up to `limit` of them."""
        found = self._run("SELECT n, head, header, first, last FROM seal WHERE n > ? ORDER BY n LIMIT ?", (n, limit))
        return [
            Sealed(number, head, header, tuple(self.bodies(first, last - first + 1)))
            for number, head, header, first, last in found
        ]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A small transaction beside the chain."""
        self.begin()
        try:
            yield
            self._connection.cache_flush()
        except BaseException:
            self.abandon()
            raise
        self.commit_now()

    def _read_tip(self, path: str) -> Tip:
        """Where the book stands, from its last seal; a whole look at it is `verify`."""
        found = self._run("SELECT n, last, head, header, frontier FROM seal, kept ORDER BY n DESC LIMIT 1", ())
        seq = self._run("SELECT coalesce(max(seq), 0) FROM event", ())[0][0]
        if not found and not seq:
            return Tip()
        if not found or found[0][1] != seq:
            raise damaged(path, f"event {seq}", "it is not sealed")
        n, last, head, header, frontier = found[0]
        if hashlib.sha256(header).digest() != head:
            raise damaged(path, f"seal {n}", "its head does not fit its header")
        try:
            said, tree = read_header(header), Frontier.from_bytes(frontier)
        except Refused as refused:
            raise damaged(path, f"seal {n}", str(refused.facts["field"])) from None
        if said.fold > FOLD:
            raise Refused(Refusal.BOOK_NEWER, {"path": path, "found": said.fold, "known": FOLD})
        return Tip(n, last, head, int.from_bytes(said.rows, "big"), tree)


class SqliteStore:
    """A `Store` in one file."""

    def __init__(self, path: str, decide: Decide, apply: Apply, owner: str = "", vfs: str | None = None) -> None:
        self._path = path
        self._owned = own(path)
        try:
            self._connection = open_to_write(path, vfs)
            with translated(path, "the last seal"):
                self._ground = SqliteGround(self._connection, path)
        except BaseException:
            disown(self._owned)
            raise
        self._committer = Committer(self._ground, decide, apply, owner)
        self._readers = 0
        self._is_closed = False

    def commit(self, group: Sequence[Work], at_ms: int, counters: Sequence[tuple[str, int]] = ()) -> tuple[Answer, ...]:
        """Decide, apply and seal a group."""
        if self._readers:
            raise StoreError("a view of this book is still open; close it before the next commit")
        with self._using():
            return self._committer.commit(group, at_ms, counters)

    @contextmanager
    def read(self) -> Iterator[View]:
        """The book as last sealed; nothing is committed while it is open."""
        with self._using() as ground:
            self._readers += 1
            try:
                yield ground.book
            finally:
                self._readers -= 1

    def position(self) -> Position:
        """The last sealed commit."""
        with self._using() as ground:
            return ground.tip.position

    def sealed_since(self, n: int, limit: int) -> Sequence[Sealed]:
        """Commits n+1, n+2, ... up to `limit` of them."""
        with self._using() as ground:
            return ground.sealed_since(n, limit)

    def payload(self, digest: bytes) -> Payload | None:
        """The payload of that digest, unless erased."""
        with self._using() as ground:
            return ground.payload(digest)

    def erase(self, digest: bytes) -> bool:
        """Destroy the key of a payload; whether there was one."""
        with self._using() as ground:
            return ground.erase(digest)

    def link(self, name: str) -> bytes | None:
        """A note outside chain and fold."""
        with self._using() as ground:
            return ground.link(name)

    def set_link(self, name: str, value: bytes) -> None:
        """Keep such a note, durably."""
        with self._using() as ground:
            ground.set_link(name, value)

    def events(self) -> Iterator[tuple[int, Event]]:
        """The whole log, numbered from 1."""
        with self._using() as ground:
            yield from ground.events()

    def close(self) -> None:
        """Let go of the book; a second time does nothing."""
        if not self._is_closed:
            self._is_closed = True
            self._connection.close(force=True)
            disown(self._owned)

    @contextmanager
    def _using(self) -> Iterator[SqliteGround]:
        if self._is_closed:
            raise StoreError(f"{self._path} is closed")
        if self._ground.is_unsure:
            raise StoreUnsure(f"{self._path}: open the book again and look what was kept")
        with translated(self._path, "a page"):
            yield self._ground

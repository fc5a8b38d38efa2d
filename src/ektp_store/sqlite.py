"""A book in one SQLite file (buku di berkas): log, rows and seals in one transaction.

One process, one connection, group commit. A commit that returns is on the disk. All pages
of a commit are written before COMMIT, so that a full disk is met while everything can still
be taken back; an error of COMMIT itself leaves the outcome unknown, and the store then
refuses all further use until it is opened again. Erasing a payload destroys its key in the
file and in the write-ahead log. What an ask means is not known here.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import apsw

from ektp_core.boundary.store import Answer, Decide, Payload, Sealed, StoreError, StoreUnsure, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import FOLD, decode_event
from ektp_core.flow.events import Event
from ektp_core.flow.view import Position, View
from ektp_core.wire.chain import read_header
from ektp_core.wire.merkle import Frontier
from ektp_store.book import StoredBook, Tip
from ektp_store.committing import Apply, Asked, Commit, Committer
from ektp_store.kept_tree import KEPT_EVERY
from ektp_store.movement import columns_of, may_move
from ektp_store.opening import WAIT_MS, damaged, open_to_write, told, translated
from ektp_store.ownership import disown, own
from ektp_store.pending import PendingRows
from ektp_store.sums import check_sum
from ektp_store.tables import TableLog, TableRows, TableRuns, runner

_MOVING = "INSERT INTO moving VALUES(?, ?, ?, ?, ?, ?, ?, ?)"


class SqliteGround(TableLog):
    """The tables of a book, with the transaction a commit needs.

    Runs and announced movements are written at once, so that the schema sees each movement
    against the book as it is then; events, ids, rows and payloads follow at the seal, each
    table in one go. There is no savepoint: the rare ask that is refused after it was begun is
    undone by beginning again and repeating what the asks before it wrote.
    """

    def __init__(self, connection: apsw.Connection, path: str) -> None:
        run = runner(connection)
        super().__init__(run)
        self._connection = connection
        cursor = connection.cursor()
        self._execute = cursor.execute
        self._write_many = cursor.executemany
        self._events: list[tuple[int, bytes, int]] = []
        self._noted: dict[bytes | str, Asked] = {}
        self._payloads: list[Payload] = []
        self._mark = (0, 0)
        self._rows = TableRows(run)
        self._runs = TableRuns(run, connection)
        self._written = self._runs.written
        self.book = StoredBook(PendingRows(self._rows), self._runs, self)
        self.is_unsure = False
        self.tip = self._read_tip(path)
        last = run("SELECT id FROM asked ORDER BY id DESC LIMIT 1", ())
        self._highest: bytes = last[0][0] if last and isinstance(last[0][0], bytes) else b""

    def begin(self) -> None:
        """Open the transaction, as the one writer."""
        self._execute("BEGIN IMMEDIATE")

    def mark(self) -> None:
        """Note where `undo` goes back to."""
        self._runs.settle()
        self._mark = (len(self._written), len(self._events))

    def keep(self) -> None:
        """Nothing to let go."""

    def undo(self) -> None:
        """Go back to the mark."""
        written, events = self._mark
        del self._events[events:]
        del self._written[written:]
        self._runs.forget()
        self._execute("ROLLBACK")
        self.begin()
        for sql, bindings in self._written:
            self._execute(sql, bindings)

    def asked(self, stored: bytes | str) -> Asked | None:
        """The note of an id."""
        if stored in self._noted:
            return self._noted[stored]
        if isinstance(stored, bytes) and stored > self._highest:  # ids in the order of time: surely a new one
            return None
        found = self._run("SELECT digest, first, count FROM asked WHERE id = ?", (stored,))
        if not found:
            return None
        digest, first, count = found[0]
        return Asked(stored, digest, first, count, self.seal_of(first))

    def bodies(self, first: int, count: int) -> Sequence[bytes]:
        """The exact bytes of these events."""
        if first > self.tip.seq:
            at = first - self.tip.seq - 1
            return [body for _, body, _ in self._events[at : at + count]]
        found = self._run("SELECT body FROM event WHERE seq >= ? AND seq < ? ORDER BY seq", (first, first + count))
        return [body for (body,) in found]

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Numbered movements after `seq`, in order, with those of the open commit."""
        yield from super().moves_since(seq)
        for number, body, _ in tuple(self._events):
            if number > seq and may_move(body):
                yield number, decode_event(body)

    def append(self, seq: int, event: Event, body: bytes) -> None:
        """Keep an event; if it is a movement, the schema looks at its source first."""
        columns = columns_of(event)
        if columns:
            self._runs.write(_MOVING, (seq, *columns))
        self._events.append((seq, body, check_sum(body)))

    def note(self, asked: Asked) -> None:
        """Keep the note of an id."""
        self._noted[asked.id] = asked

    def keep_payload(self, payload: Payload) -> None:
        """Keep a payload with the commit."""
        self._payloads.append(payload)

    def seal(self, commit: Commit) -> None:
        """Write everything and the seal, and bring every page to the log before COMMIT."""
        self._runs.settle()
        self._write_many("INSERT INTO event VALUES(?, ?, ?)", self._events)
        if self._noted:
            self._write_many("INSERT INTO asked VALUES(?, ?, ?, ?)", [one[:4] for one in self._noted.values()])
        self._rows.write(commit.changes, self._write_many)
        for payload in self._payloads:
            self._write_payload(payload)
        sealed, tip = commit.sealed, commit.tip
        self._execute(
            "INSERT INTO seal VALUES(?, ?, ?, ?, ?)", (sealed.n, commit.first, tip.seq, sealed.head, sealed.header)
        )
        if not sealed.n % KEPT_EVERY:
            self._execute("INSERT OR REPLACE INTO kept VALUES(1, ?, ?)", (sealed.n, tip.frontier.to_bytes()))
        self._connection.cache_flush()

    def _write_payload(self, payload: Payload) -> None:
        """Write a payload and its key; one that is there with its key stays as it is."""
        if self._run("SELECT 1 FROM payload JOIN payload_key USING(key_id) WHERE digest = ?", (payload.digest,)):
            return
        self._execute(
            "INSERT INTO payload VALUES(?, ?, ?) ON CONFLICT(digest)"
            " DO UPDATE SET key_id = excluded.key_id, ciphertext = excluded.ciphertext",
            (payload.digest, payload.key_id, payload.ciphertext),
        )
        self._execute("INSERT INTO payload_key VALUES(?, ?)", (payload.key_id, payload.key))

    def finish(self, commit: Commit) -> None:
        """Make the transaction durable."""
        self.commit_now()
        self.tip = commit.tip
        self._highest = max((one for one in (self._highest, *self._noted) if isinstance(one, bytes)), default=b"")
        self._forget()

    def commit_now(self) -> None:
        """COMMIT; after an error nothing more is done here."""
        try:
            self._run("COMMIT", ())
        except BaseException as error:
            self.is_unsure = True
            raise StoreUnsure(f"COMMIT did not say whether it was kept ({type(error).__name__})") from error

    def abandon(self) -> None:
        """Take everything back; the engine may have done so already."""
        if self._written or self._events:
            self._runs.forget()
        self._forget()
        if self._connection.in_transaction:
            self._run("ROLLBACK", ())

    def _forget(self) -> None:
        for pending in (self._written, self._events, self._noted, self._payloads):
            pending.clear()
        self._mark = (0, 0)

    def erase(self, digest: bytes, instead: Payload | None) -> bool:
        """Destroy the key of a payload, in the file and in the log; if there was one, keep another payload instead."""
        with self._alone():
            self._run("DELETE FROM payload_key WHERE key_id = (SELECT key_id FROM payload WHERE digest = ?)", (digest,))
            was_there = self._connection.changes() > 0
            if was_there and instead:
                self._write_payload(instead)
        if was_there:
            self._empty_the_log()
        return was_there

    def _empty_the_log(self) -> None:
        """Old pages with the key stand in the log; while somebody reads, the next erasure or close takes them.

        A disk that fails here is as unsure as one that fails at COMMIT.
        """
        self._connection.set_busy_timeout(0)
        try:
            with suppress(apsw.BusyError, apsw.LockedError, apsw.FullError):
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.Error as error:
            self.is_unsure = True
            raise StoreUnsure(f"the log could not be emptied ({type(error).__name__})") from error
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
        found = self._run("SELECT n, last, head, header FROM seal ORDER BY n DESC LIMIT 1", ())
        seq = self._run("SELECT coalesce(max(seq), 0) FROM event", ())[0][0]
        if not found and not seq:
            return Tip()
        if not found or found[0][1] != seq:
            raise damaged(path, f"event {seq}", "it is not sealed")
        n, last, head, header = found[0]
        if hashlib.sha256(header).digest() != head:
            raise damaged(path, f"seal {n}", "its head does not fit its header")
        try:
            said, tree = read_header(header), self._read_tree()
        except Refused as refused:
            raise damaged(path, f"seal {n}", str(refused.facts["field"])) from None
        if tree.size != n:
            raise damaged(path, "the tree", f"it has {tree.size} leaves and there are {n} seals")
        if said.fold > FOLD:
            raise Refused(Refusal.BOOK_NEWER, {"path": path, "found": said.fold, "known": FOLD})
        return Tip(n, last, head, int.from_bytes(said.rows, "big"), tree)

    def _read_tree(self) -> Frontier:
        """The tree as it was kept, and the seals since."""
        kept = self._run("SELECT frontier FROM kept", ())
        tree = Frontier.from_bytes(kept[0][0]) if kept else Frontier()
        for (head,) in self._run("SELECT head FROM seal WHERE n > ? ORDER BY n", (tree.size,)):
            tree = tree.add(head)
        return tree


class SqliteStore:
    """A `Store` in one file; with a key of 32 bytes every page of it is encrypted."""

    def __init__(
        self,
        path: str,
        decide: Decide,
        apply: Apply,
        owner: str = "",
        vfs: str | None = None,
        *,
        key: bytes | None = None,
    ) -> None:
        self._path = path
        self._owned = own(path)
        try:
            self._connection = open_to_write(path, vfs, key)
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
        self._check_usable()
        try:
            return self._committer.commit(group, at_ms, counters)
        except apsw.Error as error:
            raise told(error, self._path, "a page") from error

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

    def erase(self, digest: bytes, instead: Payload | None = None) -> bool:
        """Destroy the key of a payload; whether there was one. `instead` is kept in the same transaction, if so."""
        with self._using() as ground:
            return ground.erase(digest, instead)

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
        self._check_usable()
        with translated(self._path, "a page"):
            yield self._ground

    def _check_usable(self) -> None:
        if self._is_closed:
            raise StoreError(f"{self._path} is closed")
        if self._ground.is_unsure:
            raise StoreUnsure(f"{self._path}: open the book again and look what was kept")

"""One commit (penyegelan): a group of asks decided, applied and sealed, the same in every store.

Each ask is decided against the book as the asks before it left it, and can be taken back on its
own. A refused ask leaves no trace; anything unexpected takes the whole group back. An id
that was answered is answered again with the events of then, as long as it comes with the
same digest; facts carry no id. An ask that changes nothing is not noted: asked again, it is
decided afresh. How bytes are kept is not known here: a `Ground` keeps them.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import msgspec
from attrs import frozen

from ektp_core.boundary.store import Accepted, Answer, Decide, Payload, Sealed, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import decode_event, encode_event
from ektp_core.flow.events import Event
from ektp_core.flow.rows import Pen
from ektp_core.flow.view import Book
from ektp_core.wire import chain
from ektp_store.ask_id import stored_id
from ektp_store.book import StoredBook, Tip
from ektp_store.pending import Change
from ektp_store.sums import sum_bytes

Apply = Callable[[Book, Event], None]

#: Refusals about the book itself are no answer to one ask: they end the commit.
_ABOUT_THE_BOOK = {Refusal.BOOK_DAMAGED, Refusal.BOOK_FULL, Refusal.BOOK_UNSURE}


class Asked(NamedTuple):
    """An id that was answered, as it is kept (`ektp_store.ask_id`): its digest, and its events in commit `n`."""

    id: bytes | str
    digest: bytes
    first: int
    size: int
    n: int


@frozen
class Commit:
    """A seal ready to be kept: its bytes, its first event, the rows it changes, the book after it."""

    sealed: Sealed
    first: int
    changes: Sequence[Change]
    tip: Tip


class Ground(Protocol):
    """What a kind of store supplies: a transaction with a way back to a mark, and a place for bytes."""

    @property
    def tip(self) -> Tip:
        """Where the book stands."""

    @property
    def book(self) -> StoredBook:
        """The book inside the open transaction."""

    def begin(self) -> None:
        """Open the transaction."""

    def mark(self) -> None:
        """Note where `undo` goes back to: an ask begins."""

    def keep(self) -> None:
        """The ask was taken."""

    def undo(self) -> None:
        """Go back to the mark."""

    def asked(self, stored: bytes | str) -> Asked | None:
        """The note of an id (as it is kept), also one of the open transaction."""

    def bodies(self, first: int, count: int) -> Sequence[bytes]:
        """The exact bytes of these events."""

    def append(self, seq: int, event: Event, body: bytes) -> None:
        """Keep an event; it has not been applied yet."""

    def note(self, asked: Asked) -> None:
        """Keep the note of an id."""

    def keep_payload(self, payload: Payload) -> None:
        """Keep a payload and its key."""

    def seal(self, commit: Commit) -> None:
        """Write rows and seal, checked."""

    def finish(self, commit: Commit) -> None:
        """Make the transaction durable; only now does the book stand there."""

    def abandon(self) -> None:
        """Take everything back."""


def asked_digest(entries: Sequence[tuple[bytes | str, bytes, int, int]]) -> bytes:
    """The digest by which a seal binds the ids answered in it: (id, digest, first, how many events), in order."""
    return hashlib.sha256(msgspec.msgpack.encode(entries)).digest()


@frozen
class Committer:
    """The algorithm, with the rules it is given.

    Attributes:
        owner: the station whose pen digest goes into each seal; empty at the hub.
    """

    ground: Ground
    decide: Decide
    apply: Apply
    owner: str = ""

    def commit(self, group: Sequence[Work], at_ms: int, counters: Sequence[tuple[str, int]]) -> tuple[Answer, ...]:
        """Answer each ask of the group and seal what follows, all of it or none."""
        self.ground.begin()
        try:
            draft = _Draft(self)
            answers = tuple(map(draft.answer, group))
            commit = draft.sealed(at_ms, counters)
            if commit:
                self.ground.seal(commit)
            else:
                self.ground.book.clear()
                self.ground.abandon()
        except BaseException:
            self.ground.book.clear()
            self.ground.abandon()
            raise
        if commit:
            self.ground.finish(commit)
            self.ground.book.settle()
        return answers


class _Draft:
    """The commit being written."""

    def __init__(self, rules: Committer) -> None:
        self._rules = rules
        self._ground = rules.ground
        self._n = rules.ground.tip.n + 1
        self._seq = rules.ground.tip.seq
        self._bodies: list[bytes] = []
        self._asked: list[Asked] = []

    def answer(self, work: Work) -> Answer:
        """Decide one ask and apply it, or say why not."""
        stored = stored_id(work.ask.id) if work.ask.id else ""
        seen = self._ground.asked(stored) if stored else None
        if seen:
            return self._repeated(seen, work.ask)
        try:
            events = self._rules.decide(self._ground.book, work.ask)
        except Refused as refused:
            return _answerable(refused)
        if isinstance(events, Refused):
            return events
        if not events:
            return Accepted(self._ground.tip.n, ())
        return self._taken(work, stored, events)

    def sealed(self, at_ms: int, counters: Sequence[tuple[str, int]]) -> Commit | None:
        """The seal over everything taken, or None when nothing was."""
        if not self._bodies:
            return None
        book, tip = self._ground.book, self._ground.tip
        pen = book.row(Pen, self._rules.owner) if self._rules.owner else None
        changes, rows = book.changes()
        header = chain.Header(
            n=self._n,
            previous=tip.head,
            at_ms=at_ms,
            asked=asked_digest([entry[:4] for entry in self._asked]),
            counters=tuple(counters),
            pen=pen.digest if pen else b"",
            rows=sum_bytes(rows),
        )
        sealed = chain.seal(header, tuple(self._bodies))
        after = Tip(self._n, self._seq, sealed.head, rows, tip.frontier.add(sealed.head))
        return Commit(sealed, tip.seq + 1, changes, after)

    def _repeated(self, seen: Asked, ask: Ask) -> Answer:
        if seen.digest != ask.digest:
            return Refused(Refusal.ID_REUSED, {"id": ask.id})
        events = tuple(map(decode_event, self._ground.bodies(seen.first, seen.size)))
        return Accepted(seen.n, events, is_first=False)

    def _taken(self, work: Work, stored: bytes | str, events: tuple[Event, ...]) -> Answer:
        seq, bodies = self._seq, []
        append, apply, book = self._ground.append, self._rules.apply, self._ground.book
        self._ground.mark()
        try:
            for event in events:
                seq += 1
                body = encode_event(event)
                bodies.append(body)
                append(seq, event, body)
                apply(book, event)
        except Refused as refused:
            answer = _answerable(refused)
            self._ground.undo()
            self._ground.book.undo()
            return answer
        if stored:
            entry = Asked(stored, work.ask.digest, self._seq + 1, len(events), self._n)
            self._ground.note(entry)
            self._asked.append(entry)
        for payload in work.payloads:
            self._ground.keep_payload(payload)
        self._ground.keep()
        self._ground.book.keep()
        self._seq = seq
        self._bodies += bodies
        return Accepted(self._n, events)


def _answerable(refused: Refused) -> Refused:
    if refused.refusal in _ABOUT_THE_BOOK:
        raise refused
    return refused

"""Personal data that is no longer needed is erased (penghapusan data pribadi), rule 40.

As soon as the hub has taken the commit with a card's outcome, the signed record (photo,
fingers, signature, chip payload, everything) loses its key. What the counter needs to find the
card's owner stays behind, in a small payload under a key of its own: NIK, name, where the card
is collected. That goes too when the card has left the station, when there is none, and at the
latest some days after the station's last word about it. An authorisation that went back
leaves nothing. A card in doubt keeps its record until it is settled: people compare the card
they hold with the picture.

The book's own chain is the list of what is to be done, and a mark in it is all that is
remembered: after a crash the same commits are looked at again, and erasing twice is erasing
once. A record that is authorised here again keeps what came with the new authorisation.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

import msgspec
from attrs import define, field, frozen

from ektp_core.boundary.store import Payload, Sealed, Store
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import decode_event
from ektp_core.flow.events import GivenOut, Stepped
from ektp_core.flow.rows import Attempt, Bound, Lock, Record
from ektp_core.flow.view import View
from ektp_core.vocabulary.prr import PrintReadyRecord
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.chain import read_header
from ektp_keys.payload_box import lock_payload, unlock_payload
from ektp_station.door import record_in

#: Notes beside the chain: up to which commit data was erased, and labels were thrown away.
ERASED, FORGOTTEN = "erased", "forgotten"

#: Commits looked at in one turn, and how many may be looked at again after a crash.
BATCH, NOTE_EVERY = 50, 500

#: Turns left out after the disk was full.
REST_TURNS = 200

_DAY_MS = 86_400_000
_LABEL = b"ektp.label.v1\x00"
#: Here the whole record is still needed: to print, or for two people to compare a card found in doubt.
_NEEDED = frozenset({LockState.AUTHORISED, LockState.IN_PRESS, LockState.SUSPECT})
_NOTHING_HERE = frozenset({LockState.READY, LockState.WITHDRAWN})


@frozen
class Label:
    """What the counter needs of a card that lies here: whose it is, and where it is collected."""

    nik: str = field(repr=False)
    name: str = field(repr=False)
    place: str = field(repr=False)


def label_digest(payload: bytes) -> bytes:
    """Under which digest the label of a record with that payload is kept."""
    return hashlib.sha256(_LABEL + payload).digest()


def label_in(payload: Payload) -> Label:
    """The label in a payload. Raises BOOK_DAMAGED when its key does not open it."""
    return msgspec.json.decode(unlock_payload(payload), type=Label)


@define(eq=False)
class Eraser:
    """Erases what the hub has acknowledged, a little at each turn.

    Attributes:
        label_days: how long a label stays at most after the station's last word about the card.
        read_record: the record in a payload.
    """

    store: Store
    station: str
    label_days: int = 90
    read_record: Callable[[Payload], PrintReadyRecord] = record_in
    _erased_n: int = field(init=False)
    _forgotten_n: int = field(init=False)
    _noted: dict[str, int] = field(init=False, factory=dict)
    _next_forget_ms: int = field(init=False, default=0)
    _rest: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self._noted = {name: int(self.store.link(name) or b"0") for name in (ERASED, FORGOTTEN)}
        self._erased_n, self._forgotten_n = self._noted[ERASED], self._noted[FORGOTTEN]

    def turn(self, acked_n: int, now_ms: int) -> int:
        """Erase what may be erased now; how many payloads were. Nothing to do costs nothing.

        Raises:
            StoreError: the book itself. A full disk is no reason to end: it is tried again later.
        """
        if self._rest:
            self._rest -= 1
            return 0
        try:
            return self._erase_acknowledged(acked_n) + self._forget_old(now_ms)
        except Refused as refused:
            if refused.refusal is not Refusal.BOOK_FULL:
                raise
            self._rest = REST_TURNS
            return 0

    def _erase_acknowledged(self, acked_n: int) -> int:
        if self._erased_n >= acked_n:
            return 0
        commits = [one for one in self.store.sealed_since(self._erased_n, BATCH) if one.n <= acked_n]
        if not commits:
            return 0
        with self.store.read() as view:
            todo = [one for name in _records_in(commits, view) for one in self._of(view, name)]
        done = self._erase(todo)
        self._erased_n = commits[-1].n
        self._note(ERASED, self._erased_n, is_due=bool(done))
        return done

    def _forget_old(self, now_ms: int) -> int:
        """Labels of cards about which the station has said nothing for too long."""
        if now_ms < self._next_forget_ms:
            return 0
        old: list[Sealed] = []
        for one in self.store.sealed_since(self._forgotten_n, BATCH):
            at_ms = read_header(one.header).at_ms
            if at_ms + self.label_days * _DAY_MS > now_ms or one.n > self._erased_n:
                self._next_forget_ms = max(now_ms + 1_000, at_ms + self.label_days * _DAY_MS)
                break
            old.append(one)
        if not old:
            self._next_forget_ms = max(self._next_forget_ms, now_ms + 1_000)
            return 0
        with self.store.read() as view:
            rows = [(view.row(Record, name), view.row(Lock, name)) for name in _records_in(old, view)]
        gone = [row.payload for row, lock in rows if row and lock and lock.state not in _NEEDED]
        done = self._erase([(one, None) for payload in gone for one in (payload, label_digest(payload))])
        self._forgotten_n = old[-1].n
        self._note(FORGOTTEN, self._forgotten_n, is_due=bool(done))
        return done

    def _of(self, view: View, name: str) -> Iterator[tuple[bytes, bool | None]]:
        """What is to be erased of a record, and whether a label takes its place."""
        row, lock = view.row(Record, name), view.row(Lock, name)
        if row is None or lock is None or lock.state in _NEEDED:
            return
        attempt = view.row(Attempt, name, lock.n)
        stays = lock.state not in _NOTHING_HERE and attempt is not None and self._lies_here(view, attempt)
        yield row.payload, stays or None
        if not stays:
            yield label_digest(row.payload), None

    def _lies_here(self, view: View, attempt: Attempt) -> bool:
        run = view.covering(attempt.series, attempt.number) if attempt.number else None
        return run is not None and run.party == self.station

    def _erase(self, todo: Sequence[tuple[bytes, bool | None]]) -> int:
        done = 0
        for digest, is_labelled in todo:
            done += self.store.erase(digest, self._label(digest) if is_labelled else None)
        return done

    def _label(self, digest: bytes) -> Payload | None:
        payload = self.store.payload(digest)
        if payload is None:
            return None
        try:
            record = self.read_record(payload)
        except Refused:
            return None  # what cannot be read is no help at the counter either
        label = Label(record.nik.reveal(), record.name, str(record.village))
        where = label_digest(digest)
        return lock_payload(msgspec.json.encode(label), where)

    def _note(self, name: str, n: int, *, is_due: bool) -> None:
        """Remember how far it is done; what is not remembered is looked at once more after a crash."""
        if is_due or n - self._noted[name] >= NOTE_EVERY:
            self.store.set_link(name, b"%d" % n)
            self._noted[name] = n


def _records_in(commits: Sequence[Sealed], view: View) -> list[str]:
    """Records whose last attempt ended, and those whose card left, in these commits; each once.

    The row may have moved on since, so the event itself must say that this attempt came to an end.
    """
    found: dict[str, None] = {}
    for raw in (raw for one in commits for raw in one.events):
        event = decode_event(raw)
        if isinstance(event, Stepped):
            lock = view.row(Lock, event.record)
            if lock and lock.n == event.n and event.state not in _NEEDED:
                found[event.record] = None
        elif isinstance(event, GivenOut):
            for number in range(event.lo, event.hi + 1):
                bound = view.row(Bound, event.series, number)
                if bound:
                    found[bound.record] = None
    return list(found)

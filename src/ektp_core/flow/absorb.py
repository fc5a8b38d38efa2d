"""Absorbing a station's chain (penyerapan fakta): a fact is never refused, at worst disputed.

Commit after commit, in order, each once; whatever an event holds, the chain goes on. Every
event is applied to the hub's copy by the same `apply`, or kept as `Disputed` with its objection;
a dispute stops the lock it concerns and moves its blank to suspect, and never frees anything.
The station is told by its feed, and as long as it has not taken that entry its copy may differ;
otherwise it may not. Another commit under a known number is a fork: kept as evidence, the
station stopped, every open attempt suspect.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import events, feed
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards import is_stopped, stopped
from ektp_core.flow.codec import decode_event
from ektp_core.flow.disputed_facts import named
from ektp_core.flow.events import (
    Absorbed,
    CardRevoked,
    Disputed,
    Event,
    FeedTaken,
    GivenOut,
    Moved,
    StationFrozen,
    Stepped,
)
from ektp_core.flow.evidence import kept, signed_by_an_earlier_key
from ektp_core.flow.moving_events import BookArrived, Coming
from ektp_core.flow.objections import Commit, objection
from ektp_core.flow.old_copy import doubted_blanks, doubted_locks
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.pen import EMPTY
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.releasing import LIED, is_lie, owes_a_release, release_seen
from ektp_core.flow.rows import (
    AbsorbedCommit,
    Attempt,
    Chip,
    Desk,
    FeedRow,
    Key,
    Lease,
    Lock,
    LostStation,
    Pen,
    Station,
)
from ektp_core.flow.signers import require
from ektp_core.flow.station_loss_events import EvidenceKept, StationReEnrolled
from ektp_core.flow.view import View
from ektp_core.lock.step import blank_move, step
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.serial import HIGHEST
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_core.vocabulary.uid import is_uid

DISPUTE = "dispute"
FORK = "two histories of this station's book"
LATE = "made after it was given back"

#: What a station's first commit founds its own book with; the hub has its own registrations.
_FOUNDING = (
    events.PartyNamed,
    events.OfficerNamed,
    events.KeyTrusted,
    events.StationEnrolled,
    events.PolicySet,
    StationReEnrolled,
)

#: What judging or applying a senseless event may raise; never a reason to stop the chain.
_SENSELESS = (ValueError, OverflowError, AssertionError, Refused)


@frozen
class AbsorbCommit:
    """One commit of a station's chain; the edge has checked its hashes and signature."""

    station: str
    n: int
    previous: bytes = field(repr=False)
    head: bytes = field(repr=False)
    at_ms: int
    pen: bytes = field(repr=False)
    events: tuple[bytes, ...] = field(repr=False)


def decide_absorb(view: View, ask: Ask, body: AbsorbCommit) -> tuple[Event, ...]:
    """The hub's events for one commit; none when it was absorbed before."""
    if view.row(Station, body.station) is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": body.station})
    if body.n < 1:
        raise Refused(Refusal.MALFORMED, {"field": "n", "expected": "1 or more", "shape": str(body.n)})
    if view.row(LostStation, body.station) and _signed_by_itself(view, ask, body.station):
        return kept(view, _as_evidence(body))
    if signed_by_an_earlier_key(view, ask.signed_by, body.station):
        return () if _is_absorbed(view, body) else kept(view, _as_evidence(body))
    who = require(view, ask, PERMITS[Act.STATION_WORK])
    if not who.has(Hand.STATION, body.station):
        raise Refused(Refusal.NOT_ALLOWED, {"who": who.keys[0].owner, "needs": body.station})
    desk = view.row(Desk, body.station) or Desk(body.station)
    station = view.row(Station, body.station)
    if body.n > desk.chain_n + 1 and station and station.frozen_why == FORK:
        return tuple(_forked(view, body, ask.at_ms))  # further along a second history
    if body.n > desk.chain_n + 1:
        raise Refused(Refusal.CHAIN_GAP, {"absorbed": desk.chain_n, "found": body.n, "next": desk.chain_n + 1})
    known = view.row(AbsorbedCommit, body.station, body.n) if body.n <= desk.chain_n else None
    if known and known.head == body.head:
        return ()
    if known or body.previous != desk.chain_head:
        return tuple(_forked(view, body, ask.at_ms))
    return tuple(_absorbed(view, body, ask.at_ms))


def _is_absorbed(view: View, body: AbsorbCommit) -> bool:
    known = view.row(AbsorbedCommit, body.station, body.n)
    return known is not None and known.head == body.head


def _as_evidence(body: AbsorbCommit) -> EvidenceKept:
    return EvidenceKept(body.station, body.n, body.head, body.at_ms, body.events)


def _signed_by_itself(view: View, ask: Ask, station: str) -> bool:
    """Whether one of the keys is the station's, withdrawn or not."""
    keys = (view.row(Key, name) for name in ask.signed_by)
    return any(key and (key.hand, key.owner) == (Hand.STATION, station) for key in keys)


def _absorbed(view: View, body: AbsorbCommit, at_ms: int) -> Iterator[Event]:
    book = Overlay(view)
    found = tuple(_read(raw) for raw in body.events)
    yield from _written(book, _judged(book, body, found), body.station, at_ms)
    yield from _written(book, _compared(book, body), body.station, at_ms)
    yield Absorbed(body.station, body.n, body.head, view.position.n + 1, at_ms)


def _read(raw: bytes) -> Event | None:
    """The event these bytes hold, or None for bytes that hold none."""
    try:
        return decode_event(raw)
    except Refused:
        return None


def _judged(book: Overlay, body: AbsorbCommit, found: tuple[Event | None, ...]) -> Iterator[Event]:
    """Each fact as it is, or as disputed."""
    fitting: list[Event] = []
    commit = Commit(body.station, body.at_ms, found, fitting=fitting)
    aligned = _alignment(book, body, found)
    for index, event in enumerate(found):
        if index in aligned:
            continue
        seen = release_seen(book, body.station, event)
        if seen:
            yield seen
            continue
        if is_lie(book, body.station, event):
            yield StationFrozen(body.station, LIED)
        why = _held(book, evolve(commit, at=index), event)
        if event is not None and why is None:
            fitting.append(event)
            yield event
            if isinstance(event, BookArrived) and event.how is Coming.DOUBTED:
                yield from _doubted(book, body.station, found[index:])
        else:
            yield from _disputed(book, body, index, event, why or Objection.NO_SUCH_STEP)


def _doubted(book: Overlay, station: str, rest: Sequence[Event | None]) -> Iterator[Event]:
    """Its book may be an older copy: what it calls not begun, and as many of the next blanks as may have been fed."""
    locks = doubted_locks(book, station)
    loaded = next((event for event in rest if isinstance(event, events.PrinterLoaded)), None)
    blanks = doubted_blanks(book, loaded, len(locks)) if loaded and loaded.station == station else ()
    for lock in locks:
        yield from stop_lock(book, lock)
    for series, number in blanks:
        yield Moved(series, number, number, station, Bucket.STOCK, station, Bucket.SUSPECT, DISPUTE)


def _held(book: Overlay, commit: Commit, event: Event | None) -> Objection | None:
    """What is held against an event; one that cannot be read, judged or applied is no step at all."""
    if event is None:
        return Objection.NO_SUCH_STEP
    try:
        why = objection(book, commit, event)
        if why is None:
            apply(Overlay(book), event)  # tried on a sheet of its own: half an event must not stay
    except _SENSELESS:
        return Objection.NO_SUCH_STEP
    return why


def _compared(book: Overlay, body: AbsorbCommit) -> Iterator[Event]:
    """Stop a station whose book is not what its facts make it."""
    station = book.row(Station, body.station)
    agree = (book.row(Pen, body.station) or Pen(body.station, EMPTY)).digest == (body.pen or EMPTY)
    waits = _has_open_dispute(book, body.station) or owes_a_release(book, body.station, body.at_ms)
    if not agree and station and not station.frozen_why and not waits:
        yield StationFrozen(body.station, f"its book differs from the hub's copy at commit {body.n}")


def _has_open_dispute(book: Overlay, station: str) -> bool:
    """Whether the station has yet to take an entry that tells it of a dispute."""
    desk = book.row(Desk, station) or Desk(station)
    coming = (book.row(FeedRow, station, m) for m in range(desk.taken_m + 1, desk.queued_m + 1))
    return any(entry and entry.kind == feed.DISPUTED for entry in coming)


def _written(book: Overlay, found: Iterable[Event], station: str, at_ms: int) -> Iterator[Event]:
    """Apply events as they come, and queue for the station what the hub made of its facts."""
    told: list[Event] = []
    for event in found:
        apply(book, event)
        yield event
        if _by_hub(event):
            told.append(event)
    if told:
        only_stopped = all(isinstance(event, StationFrozen) for event in told)
        entry = feed.queued(book, station, feed.FROZEN if only_stopped else feed.DISPUTED, told, at_ms)
        apply(book, entry)
        yield entry


def _by_hub(event: Event) -> bool:
    """Whether the hub wrote this in answer to a fact; no fact of a station is taken that looks so."""
    if isinstance(event, Stepped):
        return event.event is LockEvent.DISPUTE
    if isinstance(event, Moved):
        return event.reference == DISPUTE
    return isinstance(event, StationFrozen | CardRevoked)


def _alignment(book: View, body: AbsorbCommit, found: Sequence[Event | None]) -> frozenset[int]:
    """Events that only align the station's copy with what the hub wrote first; all others are its own facts."""
    skipped: set[int] = set()
    taken = (book.row(Desk, body.station) or Desk(body.station)).taken_m
    for index, event in enumerate(found):
        if body.n == 1 and isinstance(event, _FOUNDING):
            skipped.add(index)
        entry = book.row(FeedRow, body.station, taken + 1) if isinstance(event, FeedTaken) else None
        if not isinstance(event, FeedTaken) or entry is None:
            continue
        if (event.m, event.digest) == (entry.m, hashlib.sha256(entry.body).digest()):
            taken += 1
            own = [decode_event(bytes.fromhex(raw)) for raw in feed.read_entry(entry.body).events]
            before = range(max(0, index - event.effects), index)
            skipped.update(at for at in before if _is_hubs(found[at], own, body.station))
    return frozenset(skipped)


def _is_hubs(event: Event | None, own: Sequence[Event], station: str) -> bool:
    """Whether the hub said this; a blank is taken from where the station's book has it."""
    if not isinstance(event, Moved | GivenOut):
        return event in own
    return event.party == station and any(
        isinstance(one, Moved | GivenOut)
        and one.lo <= event.lo <= event.hi <= one.hi
        and evolve(event, lo=one.lo, hi=one.hi, party=one.party, bucket=one.bucket) == one
        for one in own
    )


def _disputed(book: Overlay, body: AbsorbCommit, index: int, event: Event | None, why: Objection) -> Iterator[Event]:
    record, n = named(event)
    yield Disputed(body.station, body.n, index, why, record, n, body.events[index])
    lock = book.row(Lock, record) if record else None
    if lock and (lock.station, lock.n) == (body.station, n):
        yield from stop_lock(book, lock)
    if isinstance(event, Moved):
        yield from _came_out_late(book, body.station, event, lock, n)
        yield from _suspect_run(book, body.station, event)


def _came_out_late(book: Overlay, station: str, event: Moved, lock: Lock | None, n: int) -> Iterator[Event]:
    """A card made for an attempt that was given back is on the stop list: another may be made by now (rule 22)."""
    if event.to_bucket is not Bucket.GOOD_HELD or event.lo != event.hi or not 0 < event.lo <= HIGHEST:
        return
    is_open = lock is not None and (lock.station, lock.n) == (station, n) and lock.state is LockState.SUSPECT
    run = book.covering(event.series, event.lo)
    if is_open or run is None or run.party != station:
        return
    bound = book.row(Attempt, lock.record, n) if lock else None
    yield from stopped(book, lock.record if lock else "", bound.uid if bound else "", (event.series, event.lo), LATE)


def stop_lock(book: View, lock: Lock) -> Iterator[Event]:
    """DISPUTE the lock if it is open, and its blank with it."""
    row = step(lock.state, LockEvent.DISPUTE)
    if row is None:
        return
    yield Stepped(lock.record, lock.n, row.event, row.target)
    attempt = book.row(Attempt, lock.record, lock.n)
    run = book.covering(attempt.series, attempt.number) if attempt and attempt.number else None
    change = blank_move(row, run.bucket) if run else None
    if attempt and run and change and run.party == lock.station:
        one = attempt.number
        yield Moved(attempt.series, one, one, run.party, change[0], run.party, change[1], DISPUTE)


def _suspect_run(book: Overlay, station: str, event: Moved) -> Iterator[Event]:
    """Blanks named in a disputed movement, as far as the station holds them, are suspect."""
    try:
        runs = list(book.overlapping(event.series, event.lo, event.hi))
    except _SENSELESS:
        return  # no blank has such a number
    for run in runs:
        lo, hi = max(run.lo, event.lo), min(run.hi, event.hi)
        if run.party == station and run.bucket.station_writes and lo <= hi:
            yield Moved(event.series, lo, hi, station, run.bucket, station, Bucket.SUSPECT, DISPUTE)


def _forked(view: View, body: AbsorbCommit, at_ms: int) -> Iterator[Event]:
    """Keep the whole branch, stop the station, dispute every open attempt; what is PRINTED stays."""
    evidence = kept(view, _as_evidence(body))
    if not evidence:
        raise Refused(Refusal.CHAIN_FORK, {"n": body.n, "station": body.station})
    book = Overlay(view)
    yield from evidence
    yield from _written(book, _branch(book, body), body.station, at_ms)


def _branch(book: Overlay, body: AbsorbCommit) -> Iterator[Event]:
    station = book.row(Station, body.station)
    if station and station.frozen_why != FORK:
        yield StationFrozen(body.station, FORK)
    for lease in list(book.rows(Lease, body.station)):
        lock = book.row(Lock, lease.record)
        yield from stop_lock(book, lock) if lock else ()
    for index, raw in enumerate(body.events or (b"",)):
        event = _read(raw)
        record, n = named(event)
        yield Disputed(body.station, body.n, index, Objection.WRONG_ATTEMPT, record, n, raw)
        if isinstance(event, Moved):
            yield from _suspect_run(book, body.station, event)
        yield from _chip_stopped(book, body.station, event, record)


def _chip_stopped(book: Overlay, station: str, event: Event | None, record: str) -> Iterator[Event]:
    """The chip a branch names is never a card: only one that sits in a blank of this very station."""
    uid = getattr(event, "uid", "")
    if not is_uid(uid) or is_stopped(book, uid):
        return
    chip = book.row(Chip, uid)
    blank = (chip.series, chip.number) if chip else (getattr(event, "series", ""), getattr(event, "number", 0))
    run = book.covering(*blank) if blank[0] and 0 < blank[1] <= HIGHEST else None
    if run and run.party == station and not (chip and chip.record):
        yield CardRevoked(uid, "fork", record)

"""Absorbing a station's chain (penyerapan fakta): a fact is never refused, at worst disputed.

Commit after commit, in order, each once. Every event is applied to the hub's copy by the
same `apply`, or kept as `Disputed` with its objection; a dispute stops the lock it concerns
and moves its blank to suspect, and never frees anything. Another commit under a known
number is a fork: kept as evidence, the station stopped, every open attempt suspect.
"""

from collections.abc import Iterator, Sequence

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import events
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import decode_event
from ektp_core.flow.events import Absorbed, Disputed, Event, FeedTaken, Moved, StationFrozen, Stepped
from ektp_core.flow.objections import Commit, objection
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.pen import EMPTY
from ektp_core.flow.rows import AbsorbedCommit, Attempt, Chip, Desk, Dispute, Lease, Lock, Pen, Station
from ektp_core.flow.view import View
from ektp_core.lock.step import blank_move, step
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.state import LockEvent

FORK = "two histories of this station's book"


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
    desk = view.row(Desk, body.station) or Desk(body.station)
    if body.n > desk.chain_n + 1:
        raise Refused(Refusal.CHAIN_GAP, {"absorbed": desk.chain_n, "found": body.n, "next": desk.chain_n + 1})
    known = view.row(AbsorbedCommit, body.station, body.n)
    if known and known.head == body.head:
        return ()
    if known or body.previous != desk.chain_head:
        return tuple(_forked(view, body))
    return tuple(_absorbed(view, body))


def _absorbed(view: View, body: AbsorbCommit) -> Iterator[Event]:
    book = Overlay(view)
    found = tuple(decode_event(raw) for raw in body.events)
    commit = Commit(body.station, body.at_ms, found)
    aligned = _alignment(found)
    for index, event in enumerate(found):
        if index in aligned:
            continue
        why = objection(book, commit, event)
        for one in (event,) if why is None else _disputed(book, body, index, event, why):
            apply(book, one)
            yield one
    frozen_row = book.row(Station, body.station)
    agree = (book.row(Pen, body.station) or Pen(body.station, EMPTY)).digest == (body.pen or EMPTY)
    disputes = next(iter(book.rows(Dispute, body.station)), None)
    if not agree and disputes is None and frozen_row and not frozen_row.frozen_why:
        yield StationFrozen(body.station, f"its book differs from the hub's copy at commit {body.n}")
    yield Absorbed(body.station, body.n, body.head, view.position.n + 1)


def _alignment(found: Sequence[Event]) -> frozenset[int]:
    """Events that only align the station's copy with what the hub wrote first."""
    skipped: set[int] = set()
    for index, event in enumerate(found):
        if isinstance(event, FeedTaken):
            skipped.update(range(max(0, index - event.effects), index))
    return frozenset(skipped)


def _disputed(book: Overlay, body: AbsorbCommit, index: int, event: Event, why: Objection) -> Iterator[Event]:
    record, n = getattr(event, "record", ""), getattr(event, "n", 0)
    if isinstance(event, Moved) and "/" in event.reference:
        record, _, number = event.reference.rpartition("/")
        n = int(number) if number.isdigit() else 0
    yield Disputed(body.station, body.n, index, why, record, n, body.events[index])
    lock = book.row(Lock, record) if record else None
    if lock and (lock.station, lock.n) == (body.station, n):
        yield from _stop(book, lock)
    if isinstance(event, Moved):
        yield from _suspect_run(book, body.station, event)


def _stop(book: View, lock: Lock) -> Iterator[Event]:
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
        yield Moved(attempt.series, one, one, run.party, change[0], run.party, change[1], "dispute")


def _suspect_run(book: View, station: str, event: Moved) -> Iterator[Event]:
    """Blanks named in a disputed movement, as far as the station holds them, are suspect."""
    for run in list(book.overlapping(event.series, event.lo, event.hi)):
        if run.party == station and run.bucket.station_writes:
            lo, hi = max(run.lo, event.lo), min(run.hi, event.hi)
            yield Moved(event.series, lo, hi, station, run.bucket, station, Bucket.SUSPECT, "dispute")


def _forked(view: View, body: AbsorbCommit) -> Iterator[Event]:
    """Keep the branch, stop the station, dispute every open attempt; what is PRINTED stays."""
    station = view.row(Station, body.station)
    if station and station.frozen_why == FORK and view.row(Dispute, body.station, body.n, 0):
        raise Refused(Refusal.CHAIN_FORK, {"n": body.n, "station": body.station})
    book = Overlay(view)
    yield StationFrozen(body.station, FORK)
    for lease in list(view.rows(Lease, body.station)):
        lock = book.row(Lock, lease.record)
        for event in _stop(book, lock) if lock else ():
            apply(book, event)
            yield event
    for index, raw in enumerate(body.events or (b"",)):
        branch = decode_event(raw) if raw else None
        record, n = getattr(branch, "record", ""), getattr(branch, "n", 0)
        yield Disputed(body.station, body.n, index, Objection.WRONG_ATTEMPT, record, n, raw)
        for one in _branch_effects(book, body.station, branch):
            apply(book, one)
            yield one


def _branch_effects(book: Overlay, station: str, event: Event | None) -> Iterator[Event]:
    if isinstance(event, Moved):
        yield from _suspect_run(book, station, event)
    if isinstance(event, events.CardMade):
        chip = book.row(Chip, event.uid)
        if chip is None or not chip.record:
            yield events.CardRevoked(event.uid, "fork", event.record)

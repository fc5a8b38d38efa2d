"""What can be held against a station's fact (keberatan atas fakta): one judgement per kind of event.

The first objection that applies is given, in the order of the closed list. None means the
fact fits the hub's copy and is applied as it stands. The judgement reads the hub's copy as
the earlier events of the same commit left it.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from ektp_core.flow import events, feed
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.cards import is_stopped
from ektp_core.flow.events import Event
from ektp_core.flow.rows import Attempt, Chip, ChipOf, Consignment, Desk, FeedRow, Lock
from ektp_core.flow.view import View
from ektp_core.lock.step import step
from ektp_core.lock.table import TABLE
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import By, LockEvent, LockState, PressStep
from ektp_core.vocabulary.uid import is_uid
from ektp_core.vocabulary.verdict import Certainty

#: Ways a blank may go by a station's word: the table's, and the exchange of one blank for another.
_WAYS = frozenset(
    {(source, row.blank_to) for row in TABLE if row.by is By.STN for source in row.blank_from}
    | {(Bucket.STOCK, Bucket.IN_MACHINE), (Bucket.IN_MACHINE, Bucket.STOCK)}
)
#: States of the lock that explain a movement of its blank to a bucket.
_EXPLAINED_BY: Mapping[Bucket, frozenset[LockState]] = {
    Bucket.IN_MACHINE: frozenset({LockState.IN_PRESS}),
    Bucket.STOCK: frozenset({LockState.IN_PRESS, LockState.AUTHORISED}),
    Bucket.GOOD_HELD: frozenset({LockState.PRINTED}),
    Bucket.WASTE_HELD: frozenset({LockState.MISPRINTED, LockState.AUTHORISED}),
    Bucket.SUSPECT: frozenset({LockState.SUSPECT}),
}
_ENDED = frozenset({LockState.PRINTED, LockState.MISPRINTED, LockState.SUSPECT})
_COUNTED_IN = frozenset({Bucket.STOCK, Bucket.LOST, Bucket.WASTE_HELD})


@frozen
class Commit:
    """The commit being judged: whose it is, when it was sealed, and all its events."""

    station: str
    at_ms: int
    events: tuple[Event, ...]


def objection(view: View, commit: Commit, event: Event) -> Objection | None:
    """What is held against this event, or None."""
    judge = _JUDGES.get(type(event))
    return judge(view, commit, event) if judge else Objection.NO_SUCH_STEP


def _step(view: View, commit: Commit, event: events.Stepped) -> Objection | None:
    lock = view.row(Lock, event.record)
    if lock is None or lock.station != commit.station:
        return Objection.WRONG_STATION
    if lock.n != event.n:
        return Objection.WRONG_ATTEMPT
    row = step(lock.state, event.event)
    if row is None or row.by is not By.STN or row.target is not event.state:
        return Objection.NO_SUCH_STEP
    if event.event is LockEvent.VERDICT_GOOD and not (event.certainty and event.certainty.shows_a_good_card):
        return Objection.CERTAINTY_TOO_LOW
    if event.event is LockEvent.PROVE_NOT_FED and (event.certainty or 0) < Certainty.COUNTER_POSITION:
        return Objection.CERTAINTY_TOO_LOW
    attempt = view.row(Attempt, event.record, event.n)
    if event.event is LockEvent.START and attempt and commit.at_ms > attempt.until_ms:
        return Objection.PAST_T
    return None


def _move(view: View, commit: Commit, event: events.Moved) -> Objection | None:
    if (event.party, event.to_party) != (commit.station, commit.station):
        return Objection.WRONG_STATION
    run = view.covering(event.series, event.lo)
    held = run and (run.party, run.bucket) == (event.party, event.bucket) and event.lo <= event.hi <= run.hi
    if not held:
        return Objection.NOT_UNDER_YOUR_PEN
    if event.bucket is Bucket.IN_TRANSIT:
        return _counted(view, commit, event)
    if (event.bucket, event.to_bucket) not in _WAYS:
        return Objection.NOT_UNDER_YOUR_PEN
    return _attempt_stands(view, commit, event)


def _counted(view: View, commit: Commit, event: events.Moved) -> Objection | None:
    """Blanks leave the road only by a count of their consignment in the same commit."""
    counted = any(isinstance(e, events.Received) and e.consignment == event.reference for e in commit.events)
    consignment = view.row(Consignment, event.reference) if counted else None
    named = SerialSet.of(SerialRange(event.series, event.lo, event.hi))
    fits = consignment and consignment.receiver == commit.station and not named - serials_of(consignment.ranges)
    return None if fits and event.to_bucket in _COUNTED_IN else Objection.NOT_UNDER_YOUR_PEN


def _attempt_stands(view: View, commit: Commit, event: events.Moved) -> Objection | None:
    """The movement is one blank of a current attempt of this station, and the lock's state explains it."""
    record, _, number = event.reference.rpartition("/")
    lock = view.row(Lock, record) if record else None
    if lock is None or lock.station != commit.station:
        return Objection.WRONG_STATION
    if not number.isdecimal() or lock.n != int(number):
        return Objection.WRONG_ATTEMPT
    if lock.state not in _EXPLAINED_BY.get(event.to_bucket, ()):
        return Objection.NO_SUCH_STEP
    attempt = view.row(Attempt, record, lock.n)
    its_blank = attempt and (attempt.series, attempt.number, attempt.number) == (event.series, event.lo, event.hi)
    if event.lo != event.hi or (lock.state in _ENDED and not its_blank):
        return Objection.NOT_UNDER_YOUR_PEN
    return None


def _press(view: View, commit: Commit, event: events.Pressed) -> Objection | None:
    lock = view.row(Lock, event.record)
    if lock is None or lock.station != commit.station:
        return Objection.WRONG_STATION
    if lock.n != event.n:
        return Objection.WRONG_ATTEMPT
    # The outcome is noted before the lock leaves the press; any other state has no card in a machine.
    if lock.state is not LockState.IN_PRESS:
        return Objection.NO_SUCH_STEP
    run = view.covering(event.series, event.number) if event.number else None
    if event.number and (run is None or (run.party, run.bucket) != (commit.station, Bucket.IN_MACHINE)):
        return Objection.NOT_UNDER_YOUR_PEN
    if not event.uid:
        return None
    attempt = view.row(Attempt, event.record, event.n)
    blank = (event.series, event.number) if event.number else (attempt.series, attempt.number) if attempt else ("", 0)
    fits = event.step is PressStep.UID_BOUND and _is_its_chip(view, event.uid, blank)
    return Objection.UID_KNOWN if not fits or is_stopped(view, event.uid) else None


def _is_its_chip(view: View, uid: str, blank: tuple[str, int]) -> bool:
    """Whether the chip is known to sit in this blank and is nobody's card yet."""
    chip = view.row(Chip, uid)
    return chip is not None and (chip.series, chip.number) == blank and not chip.record


def _read(view: View, commit: Commit, event: events.ChipRead) -> Objection | None:
    # Only what nobody had named is read: a chip or a blank that is bound already stays bound (rule 6).
    is_bound = view.row(Chip, event.uid) or view.row(ChipOf, event.series, event.number)
    if is_bound or not is_uid(event.uid) or is_stopped(view, event.uid):
        return Objection.UID_KNOWN
    run = view.covering(event.series, event.number)
    return None if run and run.party == commit.station else Objection.NOT_UNDER_YOUR_PEN


def _made(view: View, commit: Commit, event: events.CardMade) -> Objection | None:
    lock = view.row(Lock, event.record)
    if lock is None or lock.station != commit.station:
        return Objection.WRONG_STATION
    if lock.n != event.n or lock.state is not LockState.PRINTED:
        return Objection.WRONG_ATTEMPT
    attempt = view.row(Attempt, event.record, event.n)
    if attempt is None or attempt.uid != event.uid:
        return Objection.NO_SUCH_STEP
    fits = _is_its_chip(view, event.uid, (attempt.series, attempt.number)) and not is_stopped(view, event.uid)
    return None if fits else Objection.UID_KNOWN


def _taken(view: View, commit: Commit, event: events.FeedTaken) -> Objection | None:
    if event.station != commit.station:
        return Objection.WRONG_STATION
    desk = view.row(Desk, event.station)
    entry = view.row(FeedRow, event.station, event.m)
    if desk is None or entry is None or event.m != desk.taken_m + 1:
        return Objection.NO_SUCH_STEP
    # Only an authorisation gives the station a pen; other entries name no record when they are taken.
    names = (entry.record, entry.n) if entry.kind == feed.AUTHORISED else ("", 0)
    same = names == (event.record, event.n) and hashlib.sha256(entry.body).digest() == event.digest
    return None if same else Objection.NO_SUCH_STEP


def _received(view: View, commit: Commit, event: events.Received) -> Objection | None:
    consignment = view.row(Consignment, event.consignment)
    if event.party != commit.station or consignment is None or consignment.receiver != commit.station:
        return Objection.WRONG_STATION
    return Objection.NO_SUCH_STEP if consignment.is_received else None


def _printer(view: View, commit: Commit, event: Any) -> Objection | None:
    return None if event.station == commit.station else Objection.WRONG_STATION


_JUDGES: Mapping[type[Any], Callable[[View, Commit, Any], Objection | None]] = {
    events.Stepped: _step,
    events.Moved: _move,
    events.Pressed: _press,
    events.ChipRead: _read,
    events.CardMade: _made,
    events.FeedTaken: _taken,
    events.Received: _received,
    events.PrinterLoaded: _printer,
    events.PrinterClosed: _printer,
}

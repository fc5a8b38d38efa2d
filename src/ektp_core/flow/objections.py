"""What can be held against a station's fact (keberatan atas fakta): one judgement per kind of event.

The first objection that applies is given, in the order of the closed list. None means the
fact fits the hub's copy and is applied as it stands. The judgement reads the hub's copy as
the earlier events of the same commit left it, and an event that never comes alone is judged with
the ones that belong to it: they stand beside it in every honest book.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from ektp_core.flow import blank_tests, events, feed
from ektp_core.flow.allotting_events import RecordLifted
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.cards import is_stopped
from ektp_core.flow.care_events import BlankTested, PrinterCleaned
from ektp_core.flow.closing_day import moved_for_close
from ektp_core.flow.closing_day_booking import objection_to_close, objection_to_mark
from ektp_core.flow.closing_day_events import BookClosed, DayMarked
from ektp_core.flow.events import Event
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.moving_events import BookArrived, BookMoved
from ektp_core.flow.on_the_road import rest_of
from ektp_core.flow.pressing import may_be_seen
from ektp_core.flow.queueing_objections import lift_objection, pause_objection
from ektp_core.flow.rows import Attempt, Chip, ChipOf, Consignment, Desk, FeedRow, Lock, Officer
from ektp_core.flow.suspect_evidence import objection_to_evidence
from ektp_core.flow.suspect_evidence_events import EvidenceAdded
from ektp_core.flow.view import View
from ektp_core.lock.step import step
from ektp_core.lock.table import TABLE, Row
from ektp_core.press.table import PROFILES, bears_ink
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.party import PartyId
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
#: Steps of a card that name its blank: the provisional one, and the one whose chip was read.
_NAMES_A_BLANK = frozenset({PressStep.START, PressStep.UID_BOUND})
_COUNTED_IN = frozenset({Bucket.STOCK, Bucket.LOST, Bucket.WASTE_HELD})


@frozen
class Commit:
    """The commit being judged: whose it is, when it was sealed, all its events, and which one is judged.

    An event that cannot be read is None. `fitting` are the events before this one that nothing was held against.
    """

    station: str
    at_ms: int
    events: tuple[Event | None, ...]
    at: int = 0
    fitting: Sequence[Event] = field(default=())

    def beside(self, by: int) -> Event | None:
        """The event that stands so many places after (before, if negative) the one being judged."""
        place = self.at + by
        return self.events[place] if 0 <= place < len(self.events) else None


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
    attempt = view.row(Attempt, event.record, event.n)
    if attempt is None or not _may_step(view, attempt, event) or not _are_officers(view, event.by):
        return Objection.NO_SUCH_STEP
    if event.event is LockEvent.VERDICT_GOOD and not (event.certainty and event.certainty.shows_a_good_card):
        return Objection.CERTAINTY_TOO_LOW
    if event.event is LockEvent.PROVE_NOT_FED and (event.certainty or 0) < Certainty.COUNTER_POSITION:
        return Objection.CERTAINTY_TOO_LOW
    if event.event is LockEvent.START and commit.at_ms > attempt.until_ms:
        return Objection.PAST_T
    return None if row.blank_to is None or _moves_its_blank(view, commit, row, attempt) else Objection.NO_SUCH_STEP


def _may_step(view: View, attempt: Attempt, event: events.Stepped) -> bool:
    """Whether the card got as far as this step of the lock says, and no further."""
    reached, profile = attempt.reached, attempt.profile
    # A card of which it is not known how far it came counts as inked, and is not good either.
    inked = bears_ink(profile, reached) if profile is not None and reached is not None else None
    if not may_be_seen(event.event, event.certainty, reached):
        return False
    if event.event is LockEvent.PROVE_NOT_FED:
        return reached is PressStep.START
    if event.event is LockEvent.VERDICT_GOOD:
        return inked is True
    if event.event is LockEvent.BLANK_FAILED:
        spare = attempt.tries + 1 < policy_in_force(view).tries or _policy_is_coming(view, attempt.station)
        return inked is False and spare
    return True


def _policy_is_coming(view: View, station: str) -> bool:
    """Whether the station may still go by an older policy: it has yet to take the entry with the new one."""
    desk = view.row(Desk, station) or Desk(station)
    coming = (view.row(FeedRow, station, m) for m in range(desk.taken_m + 1, desk.queued_m + 1))
    return any(entry and entry.kind in (feed.POLICY, feed.KEYS) for entry in coming)


def _are_officers(view: View, names: tuple[str, ...]) -> bool:
    return all(view.row(Officer, name) for name in names)


def _moves_its_blank(view: View, commit: Commit, row: Row, attempt: Attempt) -> bool:
    """Whether the movement the table asks for follows the step; from the start on, of the attempt's own blank."""
    move = commit.beside(1)
    name = f"{attempt.record}/{attempt.n}"
    if not isinstance(move, events.Moved) or (move.reference, move.to_bucket) != (name, row.blank_to):
        return False
    if row.event is LockEvent.START:
        return True  # which blank it is, the movement and the card's first step are judged by
    run = view.covering(attempt.series, attempt.number) if attempt.number else None
    if run is None or run.party != commit.station or run.bucket not in row.blank_from:
        return False
    return (move.series, move.lo, move.hi, move.bucket) == (attempt.series, attempt.number, attempt.number, run.bucket)


def _move(view: View, commit: Commit, event: events.Moved) -> Objection | None:
    if (event.party, event.to_party) != (commit.station, commit.station):
        return Objection.WRONG_STATION
    run = view.covering(event.series, event.lo)
    held = run and (run.party, run.bucket) == (event.party, event.bucket) and event.lo <= event.hi <= run.hi
    if not held:
        return Objection.NOT_UNDER_YOUR_PEN
    if blank_tests.is_of_a_test(event):
        after = commit.events[commit.at + 1 : commit.at + 4]
        return blank_tests.move_objection(view, commit.station, event, after)
    if event.bucket is Bucket.IN_TRANSIT:
        return _counted(view, commit, event)
    if event.to_bucket is Bucket.IN_TRANSIT and event.bucket is Bucket.STOCK:
        return _gone_back(commit, event)
    if any(isinstance(one, BookClosed) and moved_for_close(view, one, event) for one in commit.fitting):
        return None
    if (event.bucket, event.to_bucket) not in _WAYS:
        return Objection.NOT_UNDER_YOUR_PEN
    return _attempt_stands(view, commit, event)


def _counted(view: View, commit: Commit, event: events.Moved) -> Objection | None:
    """Blanks leave the road only by a count of their consignment in the same commit."""
    counted = any(isinstance(e, events.Received) and e.consignment == event.reference for e in commit.fitting)
    consignment = view.row(Consignment, event.reference) if counted else None
    named = SerialSet.of(SerialRange(event.series, event.lo, event.hi))
    fits = consignment and consignment.receiver == commit.station and not named - serials_of(consignment.ranges)
    return None if fits and event.to_bucket in _COUNTED_IN else Objection.NOT_UNDER_YOUR_PEN


def _gone_back(commit: Commit, event: events.Moved) -> Objection | None:
    """Blanks leave for the office's store only with the paper that names them, in the same commit (rule 12)."""
    papers = [e for e in commit.fitting if isinstance(e, events.Dispatched) and e.consignment == event.reference]
    return None if papers else Objection.NOT_UNDER_YOUR_PEN


def _moved_for(commit: Commit, consignment: str, source: Bucket) -> SerialSet:
    """What moves out of this bucket for a consignment after the event being judged, up to its next paper.

    Raises:
        Refused: when they name a blank twice; such an event is no step at all.
    """
    found: list[tuple[str, int, int]] = []
    for event in commit.events[commit.at + 1 :]:
        if isinstance(event, events.Received | events.Dispatched) and event.consignment == consignment:
            break
        if isinstance(event, events.Moved) and (event.reference, event.bucket) == (consignment, source):
            found.append((event.series, event.lo, event.hi))
    return serials_of(found)


def _attempt_stands(view: View, commit: Commit, event: events.Moved) -> Objection | None:
    """The movement is one blank of a current attempt of this station, and the lock's state explains it."""
    record = event.reference.rpartition("/")[0]
    lock = view.row(Lock, record) if record else None
    if lock is None or lock.station != commit.station:
        return Objection.WRONG_STATION
    if event.reference != f"{record}/{lock.n}":
        return Objection.WRONG_ATTEMPT
    if lock.state not in _EXPLAINED_BY.get(event.to_bucket, ()):
        return Objection.NO_SUCH_STEP
    attempt = view.row(Attempt, record, lock.n)
    if attempt is None or event.lo != event.hi:
        return Objection.NOT_UNDER_YOUR_PEN
    fits = _follows_its_step(commit, event, lock) or _is_exchange(commit, event, attempt)
    return None if fits else Objection.NOT_UNDER_YOUR_PEN


def _follows_its_step(commit: Commit, event: events.Moved, lock: Lock) -> bool:
    """Whether the step of the lock right before it was taken and asked for this movement.

    Such a step was judged with this very movement, except a start: there the card's first
    step comes after, and names the blank.
    """
    before = commit.beside(-1)
    if not isinstance(before, events.Stepped) or not any(before is one for one in commit.fitting):
        return False
    if (before.record, before.n, before.state) != (lock.record, lock.n, lock.state):
        return False
    if before.event is LockEvent.START:
        return _is_named_by(commit.beside(1), event, PressStep.START)
    wanted = {row.blank_to for row in TABLE if row.event is before.event}
    return event.to_bucket in wanted


def _is_exchange(commit: Commit, event: events.Moved, attempt: Attempt) -> bool:
    """Half of rule 7's exchange: the attempt's blank back to stock, and the one whose chip was read in its place."""
    inked = attempt.profile is None or attempt.reached is None or bears_ink(attempt.profile, attempt.reached)
    if inked:  # what may bear ink never goes back among the blanks
        return False
    back = (Bucket.IN_MACHINE, Bucket.STOCK)
    is_first = (event.bucket, event.to_bucket) == back
    other = commit.beside(1 if is_first else -1)
    if not isinstance(other, events.Moved) or other.reference != event.reference:
        return False
    if is_first:
        own = (attempt.series, attempt.number) == (event.series, event.lo)
        there = (other.to_bucket, other.bucket) == back
        return own and there and _is_named_by(commit.beside(2), other, PressStep.UID_BOUND)
    gone = (other.bucket, other.to_bucket) == back and any(other is one for one in commit.fitting)
    return gone and _is_named_by(commit.beside(1), event, PressStep.UID_BOUND)


def _is_named_by(event: Event | None, move: events.Moved, at: PressStep) -> bool:
    """Whether this is that step of the card, and names the blank that was moved for it."""
    if not isinstance(event, events.Pressed) or event.step is not at:
        return False
    to_machine = move.to_bucket is Bucket.IN_MACHINE and move.reference == f"{event.record}/{event.n}"
    return to_machine and (event.series, event.number, event.number) == (move.series, move.lo, move.hi)


def _press(view: View, commit: Commit, event: events.Pressed) -> Objection | None:
    lock = view.row(Lock, event.record)
    if lock is None or lock.station != commit.station:
        return Objection.WRONG_STATION
    if lock.n != event.n:
        return Objection.WRONG_ATTEMPT
    # The outcome is noted before the lock leaves the press; any other state has no card in a machine.
    if lock.state is not LockState.IN_PRESS:
        return Objection.NO_SUCH_STEP
    attempt = view.row(Attempt, event.record, event.n)
    if attempt is None or not _comes_next(attempt, event):
        return Objection.NO_SUCH_STEP
    run = view.covering(event.series, event.number) if event.number else None
    if event.number and (run is None or (run.party, run.bucket) != (commit.station, Bucket.IN_MACHINE)):
        return Objection.NOT_UNDER_YOUR_PEN
    blank = (event.series, event.number) if event.number else (attempt.series, attempt.number)
    if blank != (attempt.series, attempt.number) and not _was_put_in(commit, event):
        return Objection.NOT_UNDER_YOUR_PEN
    if not event.uid:
        return None
    fits = event.step is PressStep.UID_BOUND and _is_its_chip(view, event.uid, blank)
    return Objection.UID_KNOWN if not fits or is_stopped(view, event.uid) else None


def _comes_next(attempt: Attempt, event: events.Pressed) -> bool:
    """Whether a card that came this far may take this step: never one behind it."""
    if event.step is PressStep.START:
        return attempt.step is None and event.profile is not None and event.number > 0
    order = PROFILES[attempt.profile] if attempt.profile is not None else ()
    if attempt.step not in order or event.step not in order:
        return False
    return order.index(event.step) > order.index(attempt.step)


def _was_put_in(commit: Commit, event: events.Pressed) -> bool:
    """Whether a blank that is not yet the attempt's was moved into the machine for it, right before."""
    move = commit.beside(-1)
    taken = any(move is one for one in commit.fitting)
    return (
        taken
        and isinstance(move, events.Moved)
        and event.step in _NAMES_A_BLANK
        and _is_named_by(event, move, event.step)
    )


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
    # Two people count (rule 25), and the hub knows them; a policy may only ask for more.
    by_people = len(set(event.by)) >= 2 and _are_officers(view, event.by)
    open_rest, counted = rest_of(view, consignment), _moved_for(commit, event.consignment, Bucket.IN_TRANSIT)
    # What was not counted in stays on the road, neither more nor less (rule 13).
    fits = counted and not counted - open_rest and serials_of(event.rest) == open_rest - counted
    return None if by_people and fits else Objection.NO_SUCH_STEP


def _given_back(view: View, commit: Commit, event: events.Dispatched) -> Objection | None:
    """Blanks of this station's stock, and no others, leave for its own store under a new name of its own."""
    home = PartyId(commit.station).home.value
    if (event.sender, event.receiver) != (commit.station, home):
        return Objection.WRONG_STATION
    is_new = view.row(Consignment, event.consignment) is None and event.consignment.startswith(f"{commit.station}/")
    named = serials_of(event.ranges)
    fits = named and named == _moved_for(commit, event.consignment, Bucket.STOCK)
    return None if is_new and fits else Objection.NO_SUCH_STEP


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
    events.Dispatched: _given_back,
    events.PrinterLoaded: _printer,
    events.PrinterClosed: _printer,
    EvidenceAdded: lambda view, commit, event: objection_to_evidence(view, commit.station, event),
    DayMarked: lambda view, commit, event: objection_to_mark(view, commit.station, commit.at_ms, event),
    BookClosed: lambda view, commit, event: objection_to_close(view, commit.station, commit.at_ms, event),
    events.PrinterPaused: lambda view, commit, event: pause_objection(view, commit.station, event),
    RecordLifted: lambda view, commit, event: lift_objection(view, commit.station, event),
    BlankTested: blank_tests.objection_to_test,
    PrinterCleaned: blank_tests.objection_to_cleaning,
    BookMoved: _printer,
    BookArrived: _printer,
}

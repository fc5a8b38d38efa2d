"""Giving an authorisation back by telephone (pengembalian izin lewat telepon): rule 19.

The station burns the authorisation in its own book first and then reads out a short code, which
only it can make and only the hub can check. The edge checks the code and names the station's key
among the signers; an officer of the centre types it in. The station's own commit follows when the
line is back: until then its book and the hub's copy may differ by this one lock.

Wrong codes are counted in the book, and after a few of them none is taken for that station for a
while, not even the right one: so a code cannot be found by trying.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply_station_loss import WRONG_WITHIN_MS
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event, Stepped
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.locks import at_attempt, attempt_of, lock_of, row_for
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Attempt, Lock, ReleasedByCode, Station, WrongCodes
from ektp_core.flow.signers import require
from ektp_core.flow.station_loss_events import CodeMistyped, Released, ReleaseSeen
from ektp_core.flow.view import View
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import LockEvent, LockState

BY_CODE = "released by code"
LIED = "it began what it had given back by code"

#: Wrong codes in a station's name, within an hour of the first, before none is taken any more.
MOST_WRONG = 5


@frozen
class BurnForCode:
    """At the station: burn an authorisation that was never begun, before its code is read out."""

    record: str
    n: int


@frozen
class AcceptRelease:
    """The station said by code that it has not started this attempt and never will."""

    record: str
    n: int


@frozen
class NoteWrongCode:
    """A code was typed that is not this station's for this attempt; the edge found it so."""

    station: str
    record: str
    n: int


def decide_burn(view: View, ask: Ask, body: BurnForCode) -> tuple[Event, ...]:
    """The station gives it back in its own book; what was begun once is answered by its outcome, not by a code."""
    require(view, ask, PERMITS[Act.STATION_WORK])
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    row = row_for(lock, LockEvent.RETURN)
    attempt = attempt_of(view, lock)
    if attempt.started_ms or attempt.tries:
        raise Refused(Refusal.BEGUN_ONCE, {"record": body.record})
    return (Stepped(body.record, body.n, row.event, row.target, reference=BY_CODE),)


def decide_release(view: View, ask: Ask, body: AcceptRelease) -> tuple[Event, ...]:
    """The record is ready again, as if the station's RETURN had arrived."""
    who = require(view, ask, PERMITS[Act.RELEASE])
    lock = lock_of(view, body.record)
    _refuse_guessing(view, lock.station, ask.at_ms)
    at_attempt(lock, body.n)
    row = row_for(lock, LockEvent.RETURN)
    assert lock.state is LockState.AUTHORISED, "the table returns from another state"
    if not who.has(Hand.STATION, lock.station):
        raise Refused(Refusal.NOT_ALLOWED, {"who": who.keys[0].owner, "needs": f"the code of {lock.station}"})
    # Who typed it stands beside the release: they ran nothing, and gave nothing back by hand (decision 36).
    done = Stepped(body.record, body.n, row.event, row.target, reference=BY_CODE)
    return Released(lock.station, body.record, body.n, who.names), done


def decide_wrong_code(view: View, ask: Ask, body: NoteWrongCode) -> tuple[Event, ...]:
    """One more wrong code of this station; whoever typed it is told so when it is in the book."""
    who = require(view, ask, PERMITS[Act.RELEASE])
    if view.row(Station, body.station) is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": body.station})
    # What is noted stands in the book for ever: only the name of an attempt that is there, whatever was typed.
    at_attempt(lock_of(view, body.record), body.n)
    _refuse_guessing(view, body.station, ask.at_ms)
    return (CodeMistyped(body.station, body.record, body.n, who.names, ask.at_ms),)


def _refuse_guessing(view: View, station: str, at_ms: int) -> None:
    wrong = view.row(WrongCodes, station)
    until_ms = wrong.since_ms + WRONG_WITHIN_MS if wrong else 0
    if wrong and wrong.count >= MOST_WRONG and at_ms < until_ms:
        raise Refused(Refusal.CODES_SPENT, {"station": station, "found": wrong.count, "until": until_ms})


def may_be_read_out(view: View, lock: Lock) -> bool:
    """Whether a code may say that this attempt of the station's own was not begun and never will be: it was returned.

    The book's RETURN is what makes it true: after it no START of the same attempt is taken.
    """
    attempt = view.row(Attempt, lock.record, lock.n)
    returned = attempt is not None and attempt.outcome is LockEvent.RETURN and lock.state is LockState.READY
    return returned and attempt is not None and not attempt.started_ms and not attempt.tries


def release_seen(view: View, station: str, event: Event | None) -> ReleaseSeen | None:
    """The station's own RETURN of what its code gave back already: seen, and not a second time a fact."""
    if not isinstance(event, Stepped) or event.event is not LockEvent.RETURN:
        return None
    known = view.row(ReleasedByCode, station, event.record, event.n)
    return ReleaseSeen(station, event.record, event.n) if known else None


def is_lie(view: View, station: str, event: Event | None) -> bool:
    """Whether the station began an attempt after its code had given it back."""
    if not isinstance(event, Stepped) or event.event is not LockEvent.START:
        return False
    return view.row(ReleasedByCode, station, event.record, event.n) is not None


def owes_a_release(view: View, station: str, at_ms: int) -> bool:
    """Whether a code was taken whose commit has not come: until then the two copies may differ.

    Not for ever: after the attempt's time and the grace, a copy that still differs is looked at.
    """
    grace_ms = policy_in_force(view).grace_ms
    owed = (view.row(Attempt, one.record, one.n) for one in view.rows(ReleasedByCode, station))
    return any(attempt and attempt.until_ms + grace_ms >= at_ms for attempt in owed)

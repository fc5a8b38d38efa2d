"""What every step of a lock needs: the row of the table, or a refusal that says what may be done.

One way to step a lock is used by all asks: look the cell up, build `Stepped`, and move the
blank as the row says. No ask names a target state or a bucket by itself.
"""

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.blanks import moves
from ektp_core.flow.events import Event, Stepped
from ektp_core.flow.rows import Attempt, Lock
from ektp_core.flow.view import View
from ektp_core.lock.step import allowed, blank_move, step
from ektp_core.lock.table import Row
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_core.vocabulary.verdict import Cause, Certainty


def lock_of(view: View, record: str) -> Lock:
    """The lock of a record.

    Raises:
        Refused: UNKNOWN_RECORD.
    """
    lock = view.row(Lock, record)
    if lock is None:
        raise Refused(Refusal.UNKNOWN_RECORD, {"record": record})
    return lock


def row_for(lock: Lock, event: LockEvent) -> Row:
    """The table's row for an event of this lock.

    Raises:
        Refused: NO_SUCH_STEP, with the state and what is possible from it.
    """
    row = step(lock.state, event)
    if row is None:
        raise no_such_step(lock.record, lock.state, event)
    return row


def no_such_step(record: str, state: LockState, event: LockEvent) -> Refused:
    """The refusal of an event that the table does not have in this state."""
    names = ", ".join(one.name for one in allowed(state)) or "nothing"
    return Refused(
        Refusal.NO_SUCH_STEP,
        {"record": record, "state": state.name, "event": event.name, "allowed": names},
    )


def at_attempt(lock: Lock, n: int) -> None:
    """Refuse a request about another attempt than the current one.

    Raises:
        Refused: STALE_ATTEMPT.
    """
    if lock.n != n:
        raise Refused(Refusal.STALE_ATTEMPT, {"record": lock.record, "current": lock.n, "named": n})


def attempt_of(view: View, lock: Lock) -> Attempt:
    """The current attempt of a lock that has one."""
    attempt = view.row(Attempt, lock.record, lock.n)
    assert attempt is not None, "a lock with a number and no attempt"
    return attempt


def stepped(
    view: View,
    lock: Lock,
    row: Row,
    blank: tuple[str, int] | None,
    *,
    cause: Cause = Cause.NONE,
    by: tuple[str, ...] = (),
    reference: str = "",
    certainty: Certainty | None = None,
) -> tuple[Event, ...]:
    """The step and the movement of the blank that belongs to it."""
    done = Stepped(lock.record, lock.n, row.event, row.target, cause, by, reference, certainty)
    if blank is None or row.blank_to is None:
        return (done,)
    series, number = blank
    run = view.covering(series, number)
    change = blank_move(row, run.bucket) if run else None
    if run is None or change is None:
        place = run.bucket.name if run else "no bucket"
        raise Refused(
            Refusal.NOT_HELD,
            {
                "serials": (f"{series} {number}",),
                "party": lock.station,
                "bucket": " or ".join(b.name for b in row.blank_from) + f" (it is in {place})",
            },
        )
    one = SerialSet.of(SerialRange.one(series, number))
    here = (run.party, change[0])
    return (done, *moves(view, one, here, (run.party, change[1]), attempt_name(lock)))


def attempt_name(lock: Lock) -> str:
    """How a movement names the attempt it belongs to."""
    return f"{lock.record}/{lock.n}"

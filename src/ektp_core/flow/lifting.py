"""Who is printed next (urutan cetak), and moving one person to the front (didahulukan). Rule 31.

Lifted people come first, the one lifted last before all others, so that lifting somebody again reorders them;
those of one lift in the order they have waited. Then come the classes of the policy in force,
a person rising one class for so many days of waiting; then whoever waits longest, then the number.
A person's class is the reason of the record ("baru", "hilang", "rusak" ...) or an urgency noted at the
counter (`queueing_class`), and the wait counts
from the first check of the data; a later check does not send anybody back. What the policy refuses is not authorised
by itself and cannot be lifted. Without classes the order is the number's, and nobody is read who is
not printed: only a policy with classes costs a step for everybody who waits.
"""

from collections.abc import Iterator, Sequence

from attrs import frozen

from ektp_core.allotment.policy import Policy
from ektp_core.allotment.priority import Waiting, lift, queue
from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.allotment_policies import policy_on
from ektp_core.flow.allotting_events import RecordLifted
from ektp_core.flow.allotting_rows import Lifted
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.locks import lock_of, row_for
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.queueing_class import class_of
from ektp_core.flow.rows import Lock, Ready, Record
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.state import LockEvent, LockState


@frozen
class LiftRecord:
    """Print one waiting record first; `why` is listed in the daily report."""

    record: str
    why: str


def decide_lift(view: View, ask: Ask, body: LiftRecord) -> tuple[Event, ...]:
    """The section head's word, for a person of the own office who waits, here or at a station that has not begun."""
    who = require(view, ask, PERMITS[Act.LIFT_RECORD])
    lock = lock_of(view, body.record)
    record = view.row(Record, body.record)
    assert record is not None, "a lock without its record"
    of_office(who, record.office)
    if lock.state is not LockState.AUTHORISED:
        row_for(lock, LockEvent.AUTHORISE)
    if is_first_lifted(view, record.office, body.record):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the lift of record", "id": body.record})
    checked_text("why", body.why)
    policy = policy_on(view, date_of(ask.at_ms, record.office)).policy
    lift(_waiting(view, record, "", policy), body.why, policy)
    lifted = RecordLifted(body.record, record.office, body.why, who.names, ask.at_ms)
    return (lifted, *told_to_stations(view, (lifted,), ask.at_ms))


def is_first_lifted(view: View, office: str, record: str) -> bool:
    """Whether a record was lifted after all others of the office: lifting it again would change nothing."""
    own = view.row(Lifted, office, record)
    others = (one for one in view.rows(Lifted, office) if one.record != record)
    return own is not None and all(one.at_ms < own.at_ms for one in others)


def told_to_stations(view: View, lifts: Sequence[RecordLifted], at_ms: int) -> Iterator[Event]:
    """One entry for each station that already holds the authorisation of somebody who was lifted."""
    locks = [(lock, lift) for lift in lifts if (lock := view.row(Lock, lift.record))]
    held = [(lock.station, lift) for lock, lift in locks if lock.state is LockState.AUTHORISED]
    for station in sorted({station for station, _ in held}):
        its_own = [lift for name, lift in held if name == station]
        yield feed.queued(view, station, feed.LIFTED, its_own, at_ms)


def printing_order(view: View, office: str, at_ms: int) -> Iterator[str]:
    """Records of an office that wait, the next first; those the policy refuses are left out."""
    policy = policy_on(view, date_of(at_ms, office)).policy
    lifted = {one.record: one for one in view.rows(Lifted, office)}
    if policy.priority_classes or policy.refused_classes:
        yield from _by_class(view, office, at_ms, policy, lifted)
        return
    first = (one for one in lifted.values() if view.row(Ready, office, one.record))
    yield from (one.record for one in sorted(first, key=lambda one: (-one.at_ms, one.record)))
    yield from (one.record for one in view.rows(Ready, office) if one.record not in lifted)


def _by_class(view: View, office: str, at_ms: int, policy: Policy, lifted: dict[str, Lifted]) -> Iterator[str]:
    records = (view.row(Record, one.record) for one in view.rows(Ready, office))
    reasons = {name: one.why for name, one in lifted.items()}
    waiting = (_waiting(view, one, reasons.get(one.record, ""), policy) for one in records if one)
    order = [one.record for one in queue(policy, waiting, at_ms).order]
    yield from sorted((one for one in order if one in lifted), key=lambda one: -lifted[one].at_ms)
    yield from (one for one in order if one not in lifted)


def _waiting(view: View, record: Record, lifted_because: str, policy: Policy) -> Waiting:
    since_ms = record.since_ms or record.checked_ms
    return Waiting(record.record, class_of(view, record, policy), since_ms, lifted_because)


def place_of(view: View, record: Record, at_ms: int) -> tuple[int, int, int]:
    """Place of a record's class, since when it waits, days after which it rises: what a station is told of it.

    All 0 where the number alone gives the order.
    """
    policy = policy_on(view, date_of(at_ms, record.office)).policy
    if not policy.priority_classes and not policy.refused_classes:
        return 0, 0, 0
    known, own = policy.priority_classes, class_of(view, record, policy)
    place = known.index(own) if own in known else len(known)
    return place, record.since_ms or record.checked_ms, policy.priority_ageing_days


def lift_of(view: View, record: Record) -> tuple[RecordLifted, ...]:
    """The section head's lift of a record, as a station is told of it."""
    one = view.row(Lifted, record.office, record.record)
    return (RecordLifted(one.record, one.office, one.why, one.by, one.at_ms),) if one else ()


def lifted_on(view: View, office: str, day: str) -> tuple[Lifted, ...]:
    """Who was lifted in an office on a local date (ISO text), for the daily report; kept a month at least."""
    return tuple(one for one in view.rows(Lifted, office) if date_of(one.at_ms, office) == day)

"""Whose turn it is (giliran cetak): one order at the hub and at the station. Rules 5, 23, 31 and 35.

The hub authorises in the order of the policy and tells the station each person's place with the
authorisation: the place of the class, since when the person waits, and after how many days a place
is risen. So the station begins its cards in the same order without knowing the policy. Left out
here is who may not be printed now: who is held, whose check is too old, and what people gave back,
until its time would have ended. While an office prints a batch, only its members and those lifted
are authorised; members that cannot be printed hold nobody up.
"""

from collections.abc import Iterator

from attrs import frozen

from ektp_core.allotment.priority import risen
from ektp_core.flow.allotment_policies import policy_on
from ektp_core.flow.allotting_rows import Lifted
from ektp_core.flow.cards_rows import CardList
from ektp_core.flow.holds import is_held
from ektp_core.flow.lifting import printing_order
from ektp_core.flow.queueing_rows import PrintingBatch
from ektp_core.flow.rows import Attempt, Lease, Lock, Policy, Ready, Record
from ektp_core.flow.view import View
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.state import LockEvent, LockState


@frozen
class Turn:
    """One authorisation a station holds and has not begun, and why it stands where it does.

    Attributes:
        place: of its class now, 0 first. lifted_because: the section head's reason, empty when not lifted.
    """

    record: str
    n: int
    place: int
    since_ms: int
    lifted_because: str
    until_ms: int


def station_order(view: View, station: str, at_ms: int) -> tuple[Turn, ...]:
    """What a station holds and has not begun, the next first."""
    found = [turn for lease in view.rows(Lease, station) if (turn := _turn(view, lease, at_ms))]
    return tuple(turn for _, turn in sorted(found, key=lambda one: one[0]))


def _turn(view: View, lease: Lease, at_ms: int) -> tuple[tuple[int, int, int, str], Turn] | None:
    lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
    record = view.row(Record, lease.record)
    if lock is None or attempt is None or record is None or lock.state is not LockState.AUTHORISED:
        return None
    lifted = view.row(Lifted, record.office, lease.record)
    place = risen(attempt.place, attempt.since_ms, attempt.ageing_days, at_ms)
    turn = Turn(lease.record, lease.n, place, attempt.since_ms, lifted.why if lifted else "", attempt.until_ms)
    if lifted:
        return (-1, -lifted.at_ms, attempt.since_ms, lease.record), turn
    return (place, 0, attempt.since_ms, lease.record), turn


def may_print(view: View, name: str, office: str, policy: Policy, at_ms: int) -> bool:
    """A record that is held, given back, or looked at too long ago would be refused, and keeps its place."""
    record = view.row(Record, name)
    is_fresh = record is not None and at_ms - record.checked_ms <= policy.checked_ms
    return is_fresh and not rests_until(view, name, at_ms) and not is_held(view, name, office, at_ms)


def rests_until(view: View, name: str, at_ms: int) -> int:
    """Until when a record waits because people at a station gave it back; 0 when it does not.

    Otherwise it would come back to the same station in the same minute.
    """
    lock = view.row(Lock, name)
    attempt = view.row(Attempt, name, lock.n) if lock and lock.n else None
    by_people = attempt is not None and attempt.outcome is LockEvent.RETURN and attempt.operator
    return attempt.until_ms if attempt and by_people and at_ms <= attempt.until_ms else 0


def is_refused(view: View, name: str, office: str, at_ms: int) -> bool:
    """Whether the policy of that day prints no record of this reason."""
    record = view.row(Record, name)
    policy = policy_on(view, date_of(at_ms, office)).policy
    return record is not None and record.reason.term in policy.refused_classes


def due(view: View, office: str, policy: Policy, at_ms: int) -> Iterator[str]:
    """Records of an office that may be authorised now, the next first."""
    able = (one for one in printing_order(view, office, at_ms) if may_print(view, one, office, policy, at_ms))
    members = batch_first(view, office, policy, at_ms)
    if not members:
        yield from able
        return
    yield from (one for one in able if one in members or view.row(Lifted, office, one))


def batch_first(view: View, office: str, policy: Policy, at_ms: int) -> frozenset[str]:
    """Members of the batch an office prints, while one of them can be printed now; none otherwise."""
    batch = printed_batch(view, office)
    members = batch.members if batch else ()
    waiting = (one for one in members if view.row(Ready, office, one) and not is_refused(view, one, office, at_ms))
    is_on = any(may_print(view, one, office, policy, at_ms) for one in waiting)
    return frozenset(members) if is_on else frozenset()


def printed_batch(view: View, office: str) -> CardList | None:
    """The batch an office prints before all others, while it is open."""
    chosen = view.row(PrintingBatch, office)
    batch = view.row(CardList, chosen.batch) if chosen else None
    return batch if batch and not batch.closed_ms else None

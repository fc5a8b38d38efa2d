"""The counter's answer from the hub's book (jawaban loket dari pusat): rules 5, 20, 31 and 34.

An office sees the records of its own; of another's it learns only which office it is, since when
its station may print, and whom to call. The centre and the auditor see all; a province sees figures,
and no person. The cost is that of the records before the person in the queue, and of what else is touched.
"""

from collections.abc import Iterator, Mapping

from ektp_core.errors import Fact
from ektp_core.flow.allotting_rows import Lifted
from ektp_core.flow.cards import stop_of
from ektp_core.flow.cards_rows import Adjudication, CardFacts, Hold
from ektp_core.flow.closing_day import rests
from ektp_core.flow.counter_answer import CounterAnswer, Why
from ektp_core.flow.elsewhere import since_ms
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.holds import POWERS, binding
from ektp_core.flow.printing import free_blanks
from ektp_core.flow.queueing import batch_first, due, is_refused, printed_batch, rests_until
from ektp_core.flow.queueing_rows import CounterReceipt
from ektp_core.flow.rows import Attempt, Desk, Lock, Party, Person, Policy, Record, Station
from ektp_core.flow.view import View
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.state import LockEvent, LockState

_DAY_MS = 86_400_000
_LEASED = (LockState.AUTHORISED, LockState.IN_PRESS)

Facts = Mapping[str, Fact]


def why_at_hub(view: View, who: bytes, office: str, at_ms: int) -> CounterAnswer:
    """Why the card of this person can or cannot be printed now.

    Args:
        who: the person's keyed hash.
        office: whose counter asks; empty for those who see all.
    """
    person = view.row(Person, who)
    name = (person.open_record or person.ended or person.last_record) if person else ""
    record = view.row(Record, name) if name else None
    lock = view.row(Lock, name) if name else None
    if person is None or record is None or lock is None:
        return CounterAnswer(Why.NOT_KNOWN)
    if office and record.office != office:
        return _of_another(view, person, record, lock, office)
    why, facts = of_state(view, record, lock, at_ms)
    taken = view.row(CounterReceipt, record.office, record.record)
    receipt: dict[str, Fact] = {"receipt": taken.receipt} if taken else {}
    return CounterAnswer(why, record.record, {"record": record.record, **facts, **receipt})


def _of_another(view: View, person: Person, record: Record, lock: Lock, office: str) -> CounterAnswer:
    party = view.row(Party, record.office)
    where: dict[str, Fact] = {"office": record.office, "name": party.name if party else record.office}
    second = view.row(Adjudication, record.record, office)
    if second and second.judgement is None:
        return CounterAnswer(Why.DUPLICATE, "", where)
    if not person.open_record:
        return CounterAnswer(Why.NOTHING_OPEN, "", where)
    if lock.state in _LEASED:
        leased: dict[str, Fact] = {"station": lock.station, "since": since_ms(view, lock)}
        return CounterAnswer(Why.LOCKED_ELSEWHERE, "", {**where, **leased})
    return CounterAnswer(Why.OPEN_ELSEWHERE, "", where)


def of_state(view: View, record: Record, lock: Lock, at_ms: int) -> tuple[Why, Facts]:
    """The reason that follows from a lock's state and what lies around it."""
    attempt = view.row(Attempt, lock.record, lock.n) if lock.n else None
    at_station: Facts = {"station": lock.station}
    match lock.state:
        case LockState.READY:
            return _ready(view, record, at_ms)
        case LockState.AUTHORISED:
            return _authorised(view, lock, attempt, at_ms)
        case LockState.IN_PRESS:
            return Why.IN_MACHINE, at_station
        case LockState.SUSPECT:
            return Why.SUSPECT, at_station
        case LockState.MISPRINTED:
            is_lost = attempt is not None and attempt.outcome is LockEvent.SETTLE_LOST
            if is_lost:
                return Why.LOST_TO_REPORT, at_station
            return Why.TO_REPORT, {**at_station, "cause": attempt.cause.value if attempt else ""}
        case LockState.REPORTED:
            return Why.TO_UNLOCK, {"report": attempt.report if attempt else ""}
        case LockState.PRINTED:
            return _printed(view, record, lock, attempt, at_ms)
        case LockState.WITHDRAWN:
            was_good = attempt is not None and attempt.outcome is LockEvent.VOID
            return (Why.CARD_VOID if was_good else Why.WITHDRAWN), {}
        case LockState.LOCKED_BEFORE:
            return Why.LOCKED_BEFORE, {}


def _authorised(view: View, lock: Lock, attempt: Attempt | None, at_ms: int) -> tuple[Why, Facts]:
    facts: dict[str, Fact] = {"station": lock.station, "until": attempt.until_ms if attempt else 0}
    station = view.row(Station, lock.station)
    if station and station.frozen_why:
        return Why.STATION_STOPPED, {**facts, "why": station.frozen_why}
    if attempt and attempt.recalled:
        return Why.CALLED_BACK, facts
    if attempt and at_ms > attempt.until_ms:
        return Why.PERMISSION_OVER, facts
    return Why.AT_STATION, facts


def _printed(view: View, record: Record, lock: Lock, attempt: Attempt | None, at_ms: int) -> tuple[Why, Facts]:
    facts = view.row(CardFacts, lock.record, lock.n) or CardFacts(lock.record, lock.n)
    stop = stop_of(view, attempt) if attempt and attempt.number else None
    if facts.handed_ms:
        return Why.HANDED_OVER, {"since": facts.handed_ms}
    if facts.missed:
        return Why.CARD_MISSING, {"minutes": facts.missed}
    if stop:
        return Why.CARD_STOPPED, {"why": stop.why}
    hold = next(binding(view, record, at_ms), None)
    if hold:
        return Why.PRINTED_HELD, _held(hold)
    return (Why.OUT_ON_LIST, {"list": facts.out_on}) if facts.out_on else (Why.TO_HAND_OVER, {})


def _held(hold: Hold) -> Facts:
    return {"hold": hold.kind.name, "since": hold.since_ms, "needs": POWERS[hold.kind].lift.needs, "day": hold.until}


def _ready(view: View, record: Record, at_ms: int) -> tuple[Why, Facts]:
    name, office = record.record, record.office
    policy = policy_in_force(view)
    hold = next((one for one in binding(view, record, at_ms) if one.kind.stops_printing), None)
    if hold:
        return (Why.UNDER_SEVENTEEN if hold.kind is HoldKind.UNDER_AGE else Why.HELD), _held(hold)
    age_ms = at_ms - record.checked_ms
    if age_ms > policy.checked_ms:
        return Why.CHECK_TOO_OLD, {"days": age_ms // _DAY_MS, "limit": policy.checked_ms // _DAY_MS}
    if is_refused(view, name, office, at_ms):
        return Why.REFUSED_BY_POLICY, {"reason": record.reason.term}
    until_ms = rests_until(view, name, at_ms)
    if until_ms:
        lock = view.row(Lock, name)
        return Why.GIVEN_BACK, {"station": lock.station if lock else "", "until": until_ms}
    lifted = view.row(Lifted, office, name) is not None
    members = batch_first(view, office, policy, at_ms)
    batch = printed_batch(view, office)
    if batch and members and name not in members and not lifted:
        return Why.BATCH_FIRST, {"list": batch.name}
    ahead = _ahead(view, name, office, policy, at_ms)
    stopped = _stations_stopped(view, office, policy, at_ms)
    if stopped:
        return stopped[0], {**stopped[1], "ahead": ahead, "office": office}
    return (Why.LIFTED if lifted else Why.WAITING), {"ahead": ahead}


def _ahead(view: View, name: str, office: str, policy: Policy, at_ms: int) -> int:
    ahead = 0
    for one in due(view, office, policy, at_ms):
        if one == name:
            break
        ahead += 1
    return ahead


def _stations_stopped(view: View, office: str, policy: Policy, at_ms: int) -> tuple[Why, Facts] | None:
    """Why no station of the office takes another record now; None when one does."""
    found = list(_stations_of(view, office))
    if not found:
        return Why.NO_STATION, {}
    at_work = [one for one in found if not one.frozen_why]
    if not at_work:
        return Why.STATION_STOPPED, {"station": found[0].station, "why": found[0].frozen_why}
    awake = [one for one in at_work if not rests(view, one.station, at_ms)]
    if not awake:
        return Why.STATION_RESTS, {"station": at_work[0].station, "why": rests(view, at_work[0].station, at_ms)}
    stocked = [one for one in awake if free_blanks(view, one) > 0]
    if not stocked:
        return Why.NO_BLANKS, {"station": awake[0].station}
    desks = (view.row(Desk, one.station) or Desk(one.station) for one in stocked)
    if all(desk.outstanding >= policy.lease_count for desk in desks):
        return Why.LEASES_SPENT, {"station": stocked[0].station}
    return None


def _stations_of(view: View, office: str) -> Iterator[Station]:
    return (one for one in view.rows(Station) if PartyId(one.station).home.value == office)

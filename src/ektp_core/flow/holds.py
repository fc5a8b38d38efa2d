"""Holding a record back (penahanan): placing and lifting holds, and what they refuse (rules 5, 18).

A hold may lie on any state before delivery; a record may have several, each kind once. It is
the person who is held: a hold on one record stops every other of the same person, until it is
lifted where it lies. Who
may set and who may lift each kind is one table. Under seventeen lifts itself on the birthday:
the local date is compared when somebody asks, no clock rings. A batch's hold (rule 35) comes
and goes with its list and stops the hand-over only. Placing a hold calls back what a station
has leave to print and has not begun.
"""

from collections.abc import Iterator, Mapping

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards_events import HoldLifted, HoldPlaced
from ektp_core.flow.cards_rows import CardFacts, HeldPerson, Hold
from ektp_core.flow.events import Event
from ektp_core.flow.locks import lock_of
from ektp_core.flow.recalling import called_back
from ektp_core.flow.rows import Record
from ektp_core.flow.signers import Permit, of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.local_calendar import date_of, local_date
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.state import LockState

_CENTRE = frozenset({Role.CENTRE_VERIFIER})
_HEADS = frozenset({Role.SECTION_HEAD, Role.HEAD})
_COUNTERS = frozenset({Role.COUNTER, Role.PRINT_OPERATOR, Role.SECTION_HEAD})
_REGISTRY = frozenset({Hand.REGISTRY})


@frozen
class Power:
    """Who may set a kind of hold, and who may lift it."""

    place: Permit
    lift: Permit


POWERS: Mapping[HoldKind, Power] = {
    HoldKind.UNDER_AGE: Power(Permit(_COUNTERS, _REGISTRY), Permit(_HEADS, _REGISTRY)),
    HoldKind.DUPLICATE_CHECK: Power(Permit(_HEADS | _CENTRE, _REGISTRY), Permit(_CENTRE)),
    HoldKind.DEATH_REPORT: Power(
        Permit(_COUNTERS | _CENTRE | {Role.DISTRICT, Role.VILLAGE}, _REGISTRY), Permit(_HEADS, _REGISTRY)
    ),
    HoldKind.BATCH: Power(Permit(_HEADS | {Role.HANDOVER}), Permit(_HEADS)),
    HoldKind.INQUIRY: Power(Permit(frozenset({Role.HEAD}) | _CENTRE), Permit(_CENTRE, people=2, two_units=True)),
    HoldKind.IDENTITY: Power(Permit(_HEADS | {Role.PRINT_OPERATOR, Role.HANDOVER}), Permit(_HEADS)),
}


@frozen
class PlaceHold:
    """Hold a record back. `until`: the birthday (local ISO date) for under seventeen, empty for all others."""

    record: str
    kind: HoldKind
    why: str
    until: str = ""


@frozen
class LiftHold:
    """Take a hold away before its time, or because its reason is gone."""

    record: str
    kind: HoldKind
    why: str


def decide_place_hold(view: View, ask: Ask, body: PlaceHold) -> tuple[Event, ...]:
    """The hold lies from now on; a station that has not begun is called back."""
    lock = lock_of(view, body.record)
    who = require(view, ask, POWERS[body.kind].place)
    of_office(who, office_of(view, body.record))
    _check_reason(body.why)
    if body.kind is HoldKind.BATCH:
        raise _bad("kind", "the hold of a batch", "a list of the batch, which sets it for its members")
    if (body.kind is HoldKind.UNDER_AGE) != bool(body.until):
        raise _bad("until", "empty" if not body.until else "a date", "the birthday, for under seventeen only")
    day = date_of(ask.at_ms, office_of(view, body.record))
    if body.until and checked_date(body.until, "until") <= day:
        raise _bad("until", "a day that has come", "the birthday, for under seventeen only")
    facts = view.row(CardFacts, body.record, lock.n)
    # A card that failed after its hand-over is made again, and may be held like any other.
    is_delivered = lock.state is LockState.PRINTED and facts is not None and facts.handed_ms > 0
    if lock.state is LockState.WITHDRAWN or is_delivered:
        raise Refused(
            Refusal.NO_SUCH_STEP,
            {"record": body.record, "state": _standing(lock.state), "event": "HOLD", "allowed": "nothing"},
        )
    hold = view.row(Hold, body.record, body.kind)
    if hold and _binds(hold, day):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the hold", "id": f"{body.record} {body.kind.name}"})
    placed = HoldPlaced(body.record, body.kind, body.why, body.until, who.names, ask.at_ms)
    recall = called_back(view, lock, ask.at_ms) if lock.state is LockState.AUTHORISED else ()
    return (placed, *recall)


def decide_lift_hold(view: View, ask: Ask, body: LiftHold) -> tuple[Event, ...]:
    """The hold is gone, by the word of somebody who may."""
    lock_of(view, body.record)
    who = require(view, ask, POWERS[body.kind].lift)
    of_office(who, office_of(view, body.record))
    _check_reason(body.why)
    hold = view.row(Hold, body.record, body.kind)
    if hold is None:
        raise _bad("kind", "no such hold", "a hold that lies on the record")
    if hold.kind is HoldKind.BATCH:
        raise _bad("kind", "the hold of a batch", "the batch to be opened")
    return (HoldLifted(body.record, body.kind, body.why, who.names),)


def office_of(view: View, record: str) -> str:
    """The office a record belongs to."""
    row = view.row(Record, record)
    assert row is not None, "a lock without its record"
    return row.office


def _binds(hold: Hold, day: str) -> bool:
    return not hold.until or day < hold.until


def _lying(view: View, record: str) -> Iterator[Hold]:
    """The holds of a record, and those on other records of the same person."""
    yield from view.rows(Hold, record)
    row = view.row(Record, record)
    for held in view.rows(HeldPerson, row.person) if row else ():
        hold = view.row(Hold, held.record, held.kind) if held.record != record else None
        if hold:
            yield hold


def binding(view: View, record: Record, at_ms: int) -> Iterator[Hold]:
    """The holds that bind a record now, its own and its person's others, the hold of a batch too."""
    day = date_of(at_ms, record.office)
    return (hold for hold in _lying(view, record.record) if _binds(hold, day))


def is_held(view: View, record: str, office: str, at_ms: int) -> bool:
    """Whether a hold keeps this record from being printed now: it is not print-ready yet (paper 000)."""
    day = date_of(at_ms, office)
    return any(hold.kind.stops_printing and _binds(hold, day) for hold in _lying(view, record))


def refuse_held(view: View, record: str, at_ms: int, *, batch: bool) -> None:
    """Refuse while a hold lies; `batch`: whether the hold of a list counts, which stops the hand-over only.

    Raises:
        Refused: ON_HOLD, naming kind, since when, and who may lift it.
    """
    held = [hold for hold in _lying(view, record) if hold.kind.stops_printing or batch]
    if not held:
        return
    office = office_of(view, record)
    day = date_of(at_ms, office)
    for hold in held:
        if _binds(hold, day):
            raise on_hold(hold, office)


def on_hold(hold: Hold, office: str) -> Refused:
    """The refusal that names a hold."""
    return Refused(
        Refusal.ON_HOLD,
        {
            "record": hold.record,
            "hold": hold.kind.name,
            "since": local_date(hold.since_ms, PartyId(office).region),
            "needs": POWERS[hold.kind].lift.needs,
        },
    )


def _standing(state: LockState) -> str:
    return "HANDED_OVER" if state is LockState.PRINTED else state.name


def _check_reason(why: str) -> None:
    if not why.strip():
        raise _bad("why", "empty", "the reason, in a few words")


def _bad(field: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": expected})

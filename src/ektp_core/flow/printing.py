"""The hub's acts on records (penerbitan): enter, authorise, withdraw, recall.

Rules 1 to 3, 38, 41 and 42: the hub is the only writer; the lock belongs to a person; one
issuance of a person is open at a time, and the previous card is closed first; the
importing officer's key signs each record, never the hub's.
"""

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards import open_card, stopped
from ektp_core.flow.events import (
    Authorised,
    CardRevoked,
    Entered,
    Event,
    Moved,
    Recalled,
    Stepped,
)
from ektp_core.flow.feed import Authorisation
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.locks import attempt_of, lock_of, row_for
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import (
    Attempt,
    Desk,
    Party,
    Person,
    Policy,
    Record,
    RunningNumber,
    Station,
    Tally,
)
from ektp_core.flow.signers import of_office, require, signers
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import PartyId, PartyKind, is_station
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.record_id import record_id
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import LockEvent, LockState


@frozen
class Enter:
    """One print-ready record. `person` is the keyed hash of the NIK, `payload` the digest of the signed record."""

    office: str
    person: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    reason: Reason = Reason.FIRST
    previous: PreviousCard = PreviousCard.NONE
    letter: str = ""
    letter_date: str = ""
    checked_ms: int = 0


@frozen
class Authorise:
    """Let a station print a record once."""

    record: str
    station: str


@frozen
class Withdraw:
    """Take a record back that lies with the hub."""

    record: str
    why: str


@frozen
class Recall:
    """Call an authorisation back from the station that holds it."""

    record: str
    why: str


def decide_enter(view: View, ask: Ask, body: Enter) -> tuple[Event, ...]:
    """A record comes in: one open issuance a person, the previous card closed."""
    who = signers(view, ask)
    if who.has(Hand.HUB):
        raise Refused(Refusal.SIGNER_NOT_REGISTRY, {"who": who.keys[0].owner})
    require(view, ask, PERMITS[Act.ENTER])
    office = PartyId.parse(body.office, "office")
    if office.kind is not PartyKind.OFFICE or view.row(Party, body.office) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": body.office})
    of_office(who, body.office)
    person = view.row(Person, body.person)
    if person and person.open_record:
        raise Refused(Refusal.PERSON_HAS_OPEN_RECORD, {"record": person.open_record})
    if person and person.before not in ("", person.last_record) and open_card(view, person.before):
        # Two cards are out already: the last was made to be exchanged for this one at its hand-over.
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": person.before})
    closed = _close_previous(view, ask, body, person.last_record if person else "")
    running = view.row(RunningNumber, office.region)
    record = record_id(office.region, (running.last if running else 0) + 1)
    entered = Entered(
        record,
        body.person,
        body.office,
        body.reason,
        body.previous,
        body.letter,
        body.letter_date,
        body.payload,
        next(key.key for key in who.keys if key.hand in (Hand.REGISTRY, Hand.OFFICER)),
        body.checked_ms,
    )
    return (*closed, entered)


def _close_previous(view: View, ask: Ask, body: Enter, last: str) -> list[Event]:
    """What closes the previous card; refused when nothing does (rule 3)."""
    if body.previous is PreviousCard.DECLARED_LOST and not (body.letter and body.letter_date):
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "previous_letter", "shape": "empty", "expected": "number and date of the letter"},
        )
    if not last:
        unknown = body.previous is PreviousCard.DECLARED_LOST
        return [CardRevoked(f"before/{body.person.hex()}", "declared lost", "")] if unknown else []
    card = open_card(view, last)
    if card is None:
        return []
    if body.previous is PreviousCard.NONE:
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": last})
    if body.previous is PreviousCard.AT_HANDOVER:
        return []
    surrendered = body.previous is PreviousCard.SURRENDERED
    why = "surrendered" if surrendered else "declared lost"
    closed: list[Event] = [*(_to_void(view, card) if surrendered else ())]
    closed += stopped(view, last, card.uid, (card.series, card.number), why)
    if is_station(card.station):
        closed.append(feed.queued(view, card.station, feed.SETTLED, closed, ask.at_ms))
    return closed


def _to_void(view: View, attempt: Attempt) -> list[Event]:
    run = view.covering(attempt.series, attempt.number)
    if run is None or run.bucket not in (Bucket.HANDED_OVER, Bucket.GOOD_HELD):
        return []
    one = attempt.number
    return [Moved(attempt.series, one, one, run.party, run.bucket, run.party, Bucket.VOID_HELD, "surrendered")]


def decide_authorise(view: View, ask: Ask, body: Authorise) -> tuple[Event, ...]:
    """A new attempt for a station that has a free blank; no blank moves."""
    require(view, ask, PERMITS[Act.AUTHORISE])
    lock = lock_of(view, body.record)
    row_for(lock, LockEvent.AUTHORISE)
    record = view.row(Record, body.record)
    assert record is not None, "a lock without its record"
    station = _fit_station(view, body.station)
    policy = policy_in_force(view)
    _fresh(record, ask.at_ms, policy)
    if free_blanks(view, station) < 1:
        raise Refused(Refusal.NO_BLANK, {"station": body.station})
    desk = view.row(Desk, body.station) or Desk(body.station)
    n, until_ms = lock.n + 1, ask.at_ms + policy.lease_ms
    allowed = Authorised(body.record, n, body.station, until_ms, desk.queued_m + 1)
    entered = Entered(
        record.record,
        record.person,
        record.office,
        record.reason,
        record.previous,
        record.letter,
        record.letter_date,
        record.payload,
        record.signer,
        record.checked_ms,
    )
    leave = Authorisation(
        f"{body.record}/{n}",
        body.record,
        n,
        record.person.hex(),
        record.payload.hex(),
        body.station,
        record.signer,
        ask.at_ms,
        until_ms,
        policy.version,
    )
    entry = feed.queued(
        view, body.station, feed.AUTHORISED, (entered, allowed), ask.at_ms, record=body.record, n=n, authorisation=leave
    )
    return allowed, entry


def free_blanks(view: View, station: Station) -> int:
    """Blanks in the station's absorbed stock beyond those its authorisations will need."""
    tallies = (view.row(Tally, station.station, Bucket.STOCK, one) for one in station.classes)
    desk = view.row(Desk, station.station)
    return sum(tally.count for tally in tallies if tally) - (desk.outstanding if desk else 0)


def _fit_station(view: View, name: str) -> Station:
    station = view.row(Station, name)
    if station is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": name})
    if station.frozen_why:
        raise Refused(Refusal.STATION_FROZEN, {"station": name, "why": station.frozen_why})
    return station


def _fresh(record: Record, at_ms: int, policy: Policy) -> None:
    age_ms = at_ms - record.checked_ms
    if age_ms > policy.checked_ms:
        raise Refused(
            Refusal.SOURCE_STALE,
            {"record": record.record, "age_s": age_ms // 1000, "limit_s": policy.checked_ms // 1000},
        )


def decide_withdraw(view: View, ask: Ask, body: Withdraw) -> tuple[Event, ...]:
    """A record that lies with the hub is withdrawn."""
    who = require(view, ask, PERMITS[Act.WITHDRAW])
    lock = lock_of(view, body.record)
    row = row_for(lock, LockEvent.WITHDRAW)
    return (Stepped(body.record, lock.n, row.event, row.target, by=who.names, reference=body.why),)


def decide_recall(view: View, ask: Ask, body: Recall) -> tuple[Event, ...]:
    """The station is asked to give an authorisation back; it answers with what it has done."""
    require(view, ask, PERMITS[Act.WITHDRAW])
    lock = lock_of(view, body.record)
    if lock.state not in (LockState.AUTHORISED, LockState.IN_PRESS):
        row_for(lock, LockEvent.RETURN)
    attempt_of(view, lock)
    called = Recalled(body.record, lock.n)
    entry = feed.queued(view, lock.station, feed.RECALL, (called,), ask.at_ms, record=body.record, n=lock.n)
    return called, entry

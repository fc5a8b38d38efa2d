"""The hub's acts on records (penerbitan): enter, authorise, withdraw, recall.

Rules 1 to 3, 38, 41 and 42: the hub is the only writer; the lock belongs to a person; one
issuance of a person is open at a time, and the previous card is closed first; the
importing officer's key signs each record, never the hub's.
"""

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.elsewhere import away_from_home, refuse_leased_elsewhere
from ektp_core.flow.events import Authorised, Entered, Event, Stepped
from ektp_core.flow.feed import Authorisation
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.holds import office_of, refuse_held
from ektp_core.flow.lifting import lift_of, place_of
from ektp_core.flow.locks import attempt_of, lock_of, row_for
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.previous_cards import (
    close_previous,
    importers,
    importing_key,
    may_open,
    may_reopen,
    next_record,
    second_recording,
)
from ektp_core.flow.recalling import called_back
from ektp_core.flow.rechecking import refuse_old_check
from ektp_core.flow.rows import Desk, Person, Record, Station, Tally
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import PreviousCard, Reason
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
    home: str = ""  # region of the person's home; empty where the record does not say
    purpose: str = ""  # why another office than the home one serves this person (rule 20)


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
    who, office = importers(view, ask, body.office)
    person = view.row(Person, body.person)
    twice = second_recording(view, ask, who, person, body)
    if twice:
        return (twice,)
    refuse_leased_elsewhere(view, person, body.office)
    may_open(view, person)
    record = next_record(view, office)
    away = away_from_home(who, record, office=body.office, home=body.home, reason=body.reason, purpose=body.purpose)
    closed = close_previous(view, ask, body, person, record)
    may_reopen(who, person)
    entered = Entered(
        record,
        body.person,
        body.office,
        body.reason,
        body.previous,
        body.letter,
        body.letter_date,
        body.payload,
        importing_key(who),
        body.checked_ms,
    )
    return (*closed, entered, *([away] if away else []))


def decide_authorise(view: View, ask: Ask, body: Authorise) -> tuple[Event, ...]:
    """A new attempt for a station that has a free blank; no blank moves."""
    require(view, ask, PERMITS[Act.AUTHORISE])
    lock = lock_of(view, body.record)
    row_for(lock, LockEvent.AUTHORISE)
    record = view.row(Record, body.record)
    assert record is not None, "a lock without its record"
    refuse_held(view, body.record, ask.at_ms, batch=False)
    station = _fit_station(view, body.station)
    policy = policy_in_force(view)
    refuse_old_check(view, body.record, ask.at_ms)
    if free_blanks(view, station) < 1:
        raise Refused(Refusal.NO_BLANK, {"station": body.station})
    desk = view.row(Desk, body.station) or Desk(body.station)
    if desk.outstanding >= policy.lease_count:  # N of rule 23: what a station may print unseen
        raise Refused(
            Refusal.LEASES_SPENT,
            {"station": body.station, "found": desk.outstanding, "limit": policy.lease_count},
        )
    n, until_ms = lock.n + 1, ask.at_ms + policy.lease_ms
    place = place_of(view, record, ask.at_ms)
    allowed = Authorised(body.record, n, body.station, until_ms, desk.queued_m + 1, *place, record.checked_ms)
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
    return allowed, _told(view, ask, leave, entered, allowed)


def _told(view: View, ask: Ask, leave: Authorisation, entered: Entered, allowed: Authorised) -> Event:
    """The entry by which the station learns of it; a lift of the section head goes with it."""
    record = view.row(Record, allowed.record)
    carried: tuple[Event, ...] = (entered, allowed, *(lift_of(view, record) if record else ()))
    return feed.queued(
        view, allowed.station, feed.AUTHORISED, carried, ask.at_ms,
        record=allowed.record, n=allowed.n, authorisation=leave,
    )  # fmt: skip


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


def decide_withdraw(view: View, ask: Ask, body: Withdraw) -> tuple[Event, ...]:
    """A record that lies with the hub is withdrawn."""
    who = require(view, ask, PERMITS[Act.WITHDRAW])
    lock = lock_of(view, body.record)
    of_office(who, office_of(view, body.record))
    row = row_for(lock, LockEvent.WITHDRAW)
    checked_text("why", body.why)
    return (Stepped(body.record, lock.n, row.event, row.target, by=who.names, reference=body.why),)


def decide_recall(view: View, ask: Ask, body: Recall) -> tuple[Event, ...]:
    """The station is asked to give an authorisation back; it answers with what it has done."""
    who = require(view, ask, PERMITS[Act.WITHDRAW])
    lock = lock_of(view, body.record)
    of_office(who, office_of(view, body.record))
    checked_text("why", body.why)
    if lock.state not in (LockState.AUTHORISED, LockState.IN_PRESS):
        row_for(lock, LockEvent.RETURN)
    attempt_of(view, lock)
    return called_back(view, lock, ask.at_ms)

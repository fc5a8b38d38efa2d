"""Closing what the press left open (penyelesaian): suspects, failed cards, void cards.

Rules 15 and 16 and rows 12 to 17 of the lock table: two people, none of whom ran or
reported the attempt, one from another unit; one person where an enrolled reader read
the chip of a good card. A lost card's chip or serial goes on the stop
list. A blank found unused goes to the safe of the office's store, which is the hub's to
write; the station's book gives it out by its feed.
"""

from enum import Enum

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.absorb import FORK
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards import is_stopped, stopped
from ektp_core.flow.disputed_facts import attempt_came_out
from ektp_core.flow.events import CardMade, CardRevoked, ChipRead, Event, GivenOut, Moved, Pressed
from ektp_core.flow.evidence import of_an_earlier_book
from ektp_core.flow.finished import of_holder, refuse_stopped
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.locks import at_attempt, attempt_of, lock_of, row_for, stepped
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import (
    Attempt,
    Bound,
    Chip,
    ChipOf,
    Desk,
    FeedRow,
    Key,
    Lock,
    LostStation,
    Person,
    Record,
    Station,
)
from ektp_core.flow.signers import of_office, refuse_printers, require
from ektp_core.flow.suspect_evidence import card_was_read, was_used
from ektp_core.flow.view import View
from ektp_core.lock.table import Row
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from ektp_core.vocabulary.uid import checked_uid
from ektp_core.vocabulary.verdict import Cause


class Found(Enum):
    """What two people found a suspect to be."""

    GOOD = "good"
    BAD = "bad"
    LOST = "lost"
    UNUSED = "unused"


_EVENT = {
    Found.GOOD: LockEvent.SETTLE_GOOD,
    Found.BAD: LockEvent.SETTLE_BAD,
    Found.LOST: LockEvent.SETTLE_LOST,
    Found.UNUSED: LockEvent.SETTLE_UNUSED,
}


@frozen
class Settle:
    """Close a suspect. `series`, `number`: the blank; `minutes`: number of the paper; `uid`: the chip shown."""

    record: str
    n: int
    found: Found
    minutes: str
    series: str = ""
    number: int = 0
    uid: str = ""
    cause: Cause = Cause.NONE


@frozen
class FailCard:
    """Say that a printed card turned out bad and was surrendered: chip dead, data wrong."""

    record: str
    n: int
    cause: Cause


@frozen
class VoidCard:
    """Void a good card that must not be used."""

    record: str
    n: int
    why: str


def decide_settle(view: View, ask: Ask, body: Settle) -> tuple[Event, ...]:
    """Evidence and two people close a suspect."""
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    row = row_for(lock, _EVENT[body.found])
    attempt = attempt_of(view, lock)
    # Rule 39: where an enrolled reader read the very chip, one person closes it, who neither ran it nor held it.
    was_read, held_by = card_was_read(view, lock, attempt)
    act = Act.SETTLE_SHOWN if was_read and body.found is Found.GOOD else Act.SETTLE
    barred = (*attempt.operator, *attempt.reporter, *(held_by if act is Act.SETTLE_SHOWN else ()))
    who = require(view, ask, PERMITS[act], barred)
    of_office(who, PartyId(lock.station).home.value)
    refuse_printers(who, attempt.operator, PartyId(lock.station).home.value)
    if not body.minutes:
        raise Refused(Refusal.BAD_VALUE, {"field": "minutes", "shape": "empty", "expected": "number of the minutes"})
    # A good card is shown with its chip. Everything else lets the person have another card some
    # day, so the station must have said that it is done, or be past its time with its key withdrawn.
    came_out = attempt.reached is PressStep.EJECTED or attempt_came_out(view, body.record, body.n)
    if body.found is Found.UNUSED and (came_out or was_used(view, lock, attempt)):
        # A card that came out was used, whatever it looks like: it is good, bad or lost, and reported (rule 24).
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "found", "shape": "unused, after a card was made of it", "expected": "good, bad or lost"},
        )
    is_gone = body.found is not Found.GOOD and _station_is_gone(view, ask, lock, attempt)
    blank = _blank(view, body, attempt, lock)
    uid = _shown_chip(view, body, attempt, blank)
    done = stepped(view, lock, row, blank, cause=_cause(body), by=who.names, reference=body.minutes)
    cards: list[Event] = []
    if body.found is Found.GOOD and uid:
        cards.append(CardMade(uid, body.record, body.n))
    if body.found is Found.LOST:
        cards += stopped(view, body.record, attempt.uid, blank, "lost")
        cards += _all_suspects(view, lock, blank) if is_gone else []
    events = (*named_blank(view, attempt, blank, uid), *_to_safe(done, lock, row), *cards)
    return (*events, _told(view, ask, lock, events))


def named_blank(view: View, attempt: Attempt, blank: tuple[str, int] | None, uid: str) -> list[Event]:
    """The blank that the people name where the press had bound none, and a chip nobody had read."""
    if blank is None:
        return []
    found: list[Event] = []
    if uid and view.row(Chip, uid) is None:
        found.append(ChipRead(uid, *blank))
    if not attempt.number or uid != attempt.uid:
        step = attempt.step or PressStep.OUTCOME
        found.append(Pressed(attempt.record, attempt.n, step, attempt.printer, -1, *blank, uid))
    return found


def _cause(body: Settle) -> Cause:
    if body.cause is not Cause.NONE:
        return body.cause
    return {Found.LOST: Cause.LOST, Found.BAD: Cause.NO_EVIDENCE}.get(body.found, Cause.NONE)


def _all_suspects(view: View, lock: Lock, blank: tuple[str, int] | None) -> list[Event]:
    """Rule 15: a station that is gone may have used any of its blanks unseen; all go on the stop list."""
    station = view.row(Station, lock.station)
    found: list[Event] = []
    for blank_class in station.classes if station else ():
        run = view.lowest(lock.station, Bucket.SUSPECT, blank_class)
        while run:
            numbers = (number for number in range(run.lo, run.hi + 1) if (run.series, number) != blank)
            found += [CardRevoked(f"{run.series} {number}", "lost with its station", lock.record) for number in numbers]
            run = view.lowest(lock.station, Bucket.SUSPECT, blank_class, (run.series, run.lo))
    return found


def _station_is_gone(view: View, ask: Ask, lock: Lock, attempt: Attempt) -> bool:
    """False when the station gave its word that it is done, true when its key is withdrawn and T and grace are past.

    Of a station with two histories only one can have given its word.

    Raises:
        Refused: STILL_LEASED when it is neither.
    """
    station = view.row(Station, lock.station)
    is_twofold = station is not None and station.frozen_why == FORK
    # A lost station said nothing: whatever is open there may be printed until its time and the grace are over.
    is_former = of_an_earlier_book(view, lock.station, attempt.feed_m)
    is_silent = is_twofold or is_former or view.row(LostStation, lock.station) is not None
    said = not is_silent and (attempt.outcome is LockEvent.DOUBT or _was_told(view, lock))
    keys = [key for key in view.rows(Key) if key.owner == lock.station]
    is_over = ask.at_ms > attempt.until_ms + policy_in_force(view).grace_ms
    gone = is_over and (is_former or all(key.revoked for key in keys))
    if not said and not gone:
        raise Refused(Refusal.STILL_LEASED, {"station": lock.station, "record": lock.record})
    return not said


def _was_told(view: View, lock: Lock) -> bool:
    """Whether the station took the entry that stopped this lock in its own book."""
    desk = view.row(Desk, lock.station) or Desk(lock.station)
    coming = (view.row(FeedRow, lock.station, m) for m in range(desk.taken_m + 1, desk.queued_m + 1))
    return not any(entry and entry.kind == feed.DISPUTED for entry in coming)


def _blank(view: View, body: Settle, attempt: Attempt, lock: Lock) -> tuple[str, int] | None:
    """The attempt's blank; if none is bound, the suspect blank of that station named by the people."""
    if attempt.number:
        if body.number and (body.series, body.number) != (attempt.series, attempt.number):
            raise Refused(
                Refusal.BAD_VALUE,
                {
                    "field": "number",
                    "shape": f"{body.series} {body.number}",
                    "expected": f"{attempt.series} {attempt.number}",
                },
            )
        return attempt.series, attempt.number
    if not body.number:
        if body.found is Found.UNUSED:
            return None
        raise Refused(
            Refusal.BAD_VALUE, {"field": "number", "shape": "empty", "expected": "the serial of the card shown"}
        )
    _not_anothers(view, body)
    run = view.covering(body.series, body.number)
    if run is None or (run.party, run.bucket) != (lock.station, Bucket.SUSPECT):
        raise Refused(
            Refusal.NOT_HELD,
            {"serials": (f"{body.series} {body.number}",), "party": lock.station, "bucket": Bucket.SUSPECT.name},
        )
    return body.series, body.number


def _not_anothers(view: View, body: Settle) -> None:
    """Refuse a blank that another attempt took and that is not closed: it would be settled twice."""
    bound = view.row(Bound, body.series, body.number)
    lock = view.row(Lock, bound.record) if bound and (bound.record, bound.n) != (body.record, body.n) else None
    if bound and lock and lock.n == bound.n and lock.state in (LockState.SUSPECT, LockState.IN_PRESS):
        raise Refused(
            Refusal.NOT_HELD,
            {"serials": (f"{body.series} {body.number}",), "party": lock.station, "bucket": f"doubt of {body.record}"},
        )


def _shown_chip(view: View, body: Settle, attempt: Attempt, blank: tuple[str, int] | None) -> str:
    if body.found is not Found.GOOD:
        return attempt.uid
    listed = view.row(ChipOf, *blank) if blank else None
    # The supplier's list says which chip lies in this blank: without it the card would have a chip of nobody's.
    uid = checked_uid(body.uid) if body.uid else attempt.uid or (listed.uid if listed else "")
    if uid and any(known not in ("", uid) for known in (attempt.uid, listed.uid if listed else "")):
        raise Refused(Refusal.FOREIGN_BLANK, {"uid": uid})
    chip = view.row(Chip, uid) if uid else None
    if is_stopped(view, uid) or (chip and (chip.record or (chip.series, chip.number) != blank)):
        raise Refused(Refusal.UID_KNOWN, {"uid": uid})
    return uid


def _to_safe(done: tuple[Event, ...], lock: Lock, row: Row) -> tuple[Event, ...]:
    """An unused blank goes to the office's store, not back under the station's pen."""
    if row.event is not LockEvent.SETTLE_UNUSED:
        return done
    home = PartyId(lock.station).home.value
    return tuple(
        Moved(e.series, e.lo, e.hi, e.party, e.bucket, home, e.to_bucket, e.reference) if isinstance(e, Moved) else e
        for e in done
    )


def _told(view: View, ask: Ask, lock: Lock, events: tuple[Event, ...]) -> Event:
    """The station's copy follows by its feed; a blank that left the station is given out there."""
    copies: list[Event] = [
        GivenOut(e.series, e.lo, e.hi, e.party, e.bucket, e.reference)
        if isinstance(e, Moved) and e.to_party != lock.station
        else e
        for e in events
    ]
    return feed.queued(view, lock.station, feed.SETTLED, copies, ask.at_ms, record=lock.record, n=lock.n)


def decide_fail_card(view: View, ask: Ask, body: FailCard) -> tuple[Event, ...]:
    """A printed card is surrendered as bad; its chip is revoked and the person's record open again."""
    who = require(view, ask, PERMITS[Act.FAIL_CARD])
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    row = row_for(lock, LockEvent.FAIL_CARD)
    of_office(who, PartyId(lock.station).home.value)
    record = view.row(Record, body.record)
    person = view.row(Person, record.person) if record else None
    if person and person.open_record:
        raise Refused(Refusal.PERSON_HAS_OPEN_RECORD, {"record": person.open_record})
    if person and person.last_record != body.record:
        # A newer card took its place: opening this record again would make a second one (rule 3).
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": person.last_record})
    if body.cause in (Cause.NONE, Cause.LOST):
        raise Refused(
            Refusal.BAD_VALUE, {"field": "cause", "shape": "not what fails a card", "expected": "what is wrong with it"}
        )
    refuse_stopped(view, attempt_of(view, lock))
    return _end_card(view, ask, lock, row, by=who.names, cause=body.cause, why=body.cause.value)


def decide_void(view: View, ask: Ask, body: VoidCard) -> tuple[Event, ...]:
    """A good card is kept apart as void; it counts as good in the report (rule 16)."""
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    row = row_for(lock, LockEvent.VOID)
    attempt = attempt_of(view, lock)
    who = require(view, ask, PERMITS[Act.VOID], (*attempt.operator, *attempt.reporter))
    of_holder(view, who, attempt)
    refuse_printers(who, attempt.operator, PartyId(lock.station).home.value)
    checked_text("why", body.why)
    return _end_card(view, ask, lock, row, by=who.names, cause=Cause.NONE, why=body.why)


def _end_card(
    view: View, ask: Ask, lock: Lock, row: Row, *, by: tuple[str, ...], cause: Cause, why: str
) -> tuple[Event, ...]:
    attempt = attempt_of(view, lock)
    blank = (attempt.series, attempt.number)
    done = stepped(view, lock, row, blank, cause=cause, by=by, reference=why)
    events = (*done, *stopped(view, lock.record, attempt.uid, blank, why))
    return (*events, _told(view, ask, lock, events))

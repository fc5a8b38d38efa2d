"""The fold of locks, attempts and cards (lipatan kunci dan kartu)."""

from attrs import evolve

from ektp_core.flow.apply_care import card_fed
from ektp_core.flow.apply_queueing import forget_papers
from ektp_core.flow.events import Authorised, CardMade, CardRevoked, Entered, FeedTaken, Pressed, Recalled, Stepped
from ektp_core.flow.feed_count import explained_after
from ektp_core.flow.pen import noted
from ektp_core.flow.rows import (
    Attempt,
    Bound,
    Chip,
    Desk,
    Lease,
    Lock,
    Person,
    Printer,
    Ready,
    Record,
    Revoked,
    RunningNumber,
    Spoil,
    TakenEntry,
)
from ektp_core.flow.suspect_evidence_rows import OpenSuspect
from ektp_core.flow.view import Book
from ektp_core.lock.step import STATION_STATES
from ektp_core.vocabulary.prr import PreviousCard
from ektp_core.vocabulary.record_id import region_and_number
from ektp_core.vocabulary.state import CardState, LockEvent, LockState, PressStep

_VERDICTS = frozenset(
    {
        LockEvent.VERDICT_GOOD,
        LockEvent.VERDICT_BAD,
        LockEvent.DOUBT,
        LockEvent.DISPUTE,
        LockEvent.SETTLE_GOOD,
        LockEvent.SETTLE_BAD,
        LockEvent.SETTLE_LOST,
        LockEvent.SETTLE_UNUSED,
        LockEvent.FAIL_CARD,
        LockEvent.VOID,
        LockEvent.RETURN,
    }
)
#: Verdicts of whoever ran the attempt; those who close a suspect later did not run it.
_OPERATED = frozenset(
    {LockEvent.VERDICT_GOOD, LockEvent.VERDICT_BAD, LockEvent.DOUBT, LockEvent.RETURN, LockEvent.FAIL_CARD}
)
_SPOILS = frozenset(
    {
        LockEvent.VERDICT_BAD,
        LockEvent.BLANK_FAILED,
        LockEvent.SETTLE_BAD,
        LockEvent.SETTLE_LOST,
        LockEvent.FAIL_CARD,
    }
)
_BLANK_BACK = frozenset({LockEvent.PROVE_NOT_FED, LockEvent.BLANK_FAILED})


def entered(book: Book, event: Entered) -> None:
    """A record and its open lock; the person has an open record now."""
    book.put(
        Record(
            event.record,
            event.person,
            event.office,
            event.reason,
            event.previous,
            event.letter,
            event.letter_date,
            event.payload,
            event.signer,
            event.checked_ms,
        )
    )
    book.put(Lock(event.record, LockState.READY))
    book.put(Ready(event.office, event.record))
    person = book.row(Person, event.person) or Person(event.person)
    book.put(evolve(person, open_record=event.record, before=before_after(person, event.previous), ended=""))
    region, number = region_and_number(event.record)
    running = book.row(RunningNumber, region)
    if running is None or running.last < number:
        book.put(RunningNumber(region, number))


def before_after(person: Person, previous: PreviousCard) -> str:
    """The record whose card waits to be given for the new one: the last, if so; none once that one was dealt with."""
    if previous is PreviousCard.AT_HANDOVER:
        return person.last_record
    is_done = previous is not PreviousCard.NONE and person.before == person.last_record
    return "" if is_done else person.before


def authorised(book: Book, event: Authorised) -> None:
    """A new attempt; the station's pen comes with `FeedTaken`."""
    old = book.row(Lock, event.record)
    _set_lock(book, old, Lock(event.record, LockState.AUTHORISED, event.n, event.station))
    made = Attempt(event.record, event.n, event.station, event.until_ms, event.feed_m)
    book.put(evolve(made, place=event.place, since_ms=event.since_ms, ageing_days=event.ageing_days))
    record = book.row(Record, event.record)
    if record and record.checked_ms < event.checked_ms:  # at a station that knew the record before it was rechecked
        book.put(evolve(record, checked_ms=event.checked_ms, since_ms=record.since_ms or record.checked_ms))


def stepped(book: Book, event: Stepped) -> None:
    """The lock goes where the event says; attempt, person and counters follow."""
    lock = book.row(Lock, event.record)
    assert lock is not None, "a step of a lock that is not there"
    _set_lock(book, lock, evolve(lock, state=event.state))
    if event.state is LockState.WITHDRAWN:
        forget_papers(book, event.record)
    _attempt_follows(book, event)
    _person_follows(book, lock, event)


def take_lock(book: Book, event: FeedTaken) -> None:
    """The station took feed entry m; an authorisation's lock is under its pen from here on."""
    desk = book.row(Desk, event.station) or Desk(event.station)
    book.put(evolve(desk, taken_m=event.m))
    book.put(TakenEntry(event.station, event.m, event.digest))
    lock = book.row(Lock, event.record) if event.record else None
    if lock and (lock.state, lock.n, lock.station) == (LockState.AUTHORISED, event.n, event.station):
        _set_lock(book, lock, evolve(lock, taken=True))


def recalled(book: Book, event: Recalled) -> None:
    """Mark the attempt; the station answers with RETURN or with its outcome."""
    attempt = book.row(Attempt, event.record, event.n)
    if attempt:
        book.put(evolve(attempt, recalled=True))


def pressed(book: Book, event: Pressed) -> None:
    """A durable step of the card in the machine, and the printer count it explains."""
    attempt = book.row(Attempt, event.record, event.n)
    assert attempt is not None, "a step of a card without an attempt"
    if event.step is PressStep.START:
        attempt = evolve(attempt, counter=event.counter, started_ms=event.at_ms, profile=event.profile)
    if event.number:
        _unbind(book, attempt)
        attempt = evolve(attempt, series=event.series, number=event.number)
        book.put(Bound(event.series, event.number, event.record, event.n))
    reached = attempt.reached if event.step is PressStep.OUTCOME else event.step
    uid = event.uid or attempt.uid
    book.put(evolve(attempt, step=event.step, reached=reached, printer=event.printer, uid=uid))
    _printer_follows(book, attempt, event)
    if event.step is PressStep.FED:
        card_fed(book, attempt.station, event.printer, attempt.started_ms)


def _unbind(book: Book, attempt: Attempt) -> None:
    if attempt.number:
        book.drop(Bound(attempt.series, attempt.number, attempt.record, attempt.n))


def _printer_follows(book: Book, attempt: Attempt, event: Pressed) -> None:
    printer = book.row(Printer, attempt.station, event.printer) or Printer(attempt.station, event.printer, 0)
    explained = explained_after(attempt.counter, event.counter, printer.explained)
    inside = {PressStep.START: event.record, PressStep.OUTCOME: ""}.get(event.step, printer.inside)
    if (explained, inside) != (printer.explained, printer.inside):
        book.put(evolve(printer, explained=explained, inside=inside))


def card_made(book: Book, event: CardMade) -> None:
    """A chip became a person's card; inactive until it is activated."""
    chip = book.row(Chip, event.uid)
    attempt = book.row(Attempt, event.record, event.n)
    assert chip is not None, "a card with a chip that no blank is known for"
    book.put(evolve(chip, record=event.record, n=event.n, state=CardState.INACTIVE))
    if attempt and attempt.uid != event.uid:
        book.put(evolve(attempt, uid=event.uid))


def card_revoked(book: Book, event: CardRevoked) -> None:
    """A chip or serial is on the stop list."""
    book.put(Revoked(event.thing, event.why, event.record))
    chip = book.row(Chip, event.thing)
    if chip:
        book.put(evolve(chip, state=CardState.REVOKED))


def _set_lock(book: Book, old: Lock | None, new: Lock) -> None:
    if old:
        noted(book, old, -1)
        if old.state is LockState.AUTHORISED:
            _outstanding(book, old.station, -1)
        if old.state in STATION_STATES:
            book.drop(Lease(old.station, old.record, old.n))
    book.put(new)
    noted(book, new, +1)
    _queue_follows(book, old, new)
    if new.state is LockState.AUTHORISED:
        _outstanding(book, new.station, +1)
    if new.state in STATION_STATES:
        book.put(Lease(new.station, new.record, new.n))
    _doubt_follows(book, old, new)


def _doubt_follows(book: Book, old: Lock | None, new: Lock) -> None:
    was = old is not None and old.state is LockState.SUSPECT
    if new.state is LockState.SUSPECT and not was:
        book.put(OpenSuspect(new.station, new.record, new.n))
    elif old is not None and was and new.state is not LockState.SUSPECT:
        book.drop(OpenSuspect(old.station, old.record, old.n))


def _queue_follows(book: Book, old: Lock | None, new: Lock) -> None:
    was, is_ready = old is not None and old.state is LockState.READY, new.state is LockState.READY
    record = book.row(Record, new.record) if was is not is_ready else None
    if record is None:
        return
    waiting = Ready(record.office, new.record)
    if is_ready:
        book.put(waiting)
    else:
        book.drop(waiting)


def _outstanding(book: Book, station: str, by: int) -> None:
    desk = book.row(Desk, station) or Desk(station)
    book.put(evolve(desk, outstanding=desk.outstanding + by))


def _attempt_follows(book: Book, event: Stepped) -> None:
    attempt = book.row(Attempt, event.record, event.n) if event.n else None
    if attempt is None:
        return
    if event.event in _SPOILS and attempt.number:
        of_person = event.event is not LockEvent.BLANK_FAILED
        book.put(Spoil(attempt.series, attempt.number, event.record, event.n, event.cause, of_person))
    if event.event in _VERDICTS:
        attempt = evolve(attempt, outcome=event.event, cause=event.cause)
        if event.event in _OPERATED:
            attempt = evolve(attempt, operator=(*attempt.operator, *event.by))
    elif event.event in _BLANK_BACK:
        failed = event.event is LockEvent.BLANK_FAILED
        _unbind(book, attempt)
        attempt = evolve(attempt, series="", number=0, uid="", step=None, reached=None, tries=attempt.tries + failed)
    elif event.event is LockEvent.ACCEPT_REPORT:
        attempt = evolve(attempt, reporter=event.by, report=event.reference)
    book.put(attempt)


def _person_follows(book: Book, before: Lock, event: Stepped) -> None:
    record = book.row(Record, event.record)
    person = book.row(Person, record.person) if record else None
    if person is None:
        return
    if event.state in (LockState.PRINTED, LockState.WITHDRAWN) and person.open_record == event.record:
        person = evolve(person, open_record="")
    if event.state is LockState.PRINTED:
        person = evolve(person, last_record=event.record, ended="")
    if before.state is LockState.PRINTED and person.last_record != event.record:
        return  # what becomes of an older card says nothing about the newer one
    if event.state is LockState.WITHDRAWN and event.event is not LockEvent.CARD_SEEN:
        person = evolve(person, ended=event.record)
    if event.event is LockEvent.FAIL_CARD:
        person = evolve(person, open_record=event.record)
    if event.event in (LockEvent.FAIL_CARD, LockEvent.VOID) and person.before:
        person = evolve(person, last_record=person.before)  # the card it was to replace is the last one again
    book.put(person)

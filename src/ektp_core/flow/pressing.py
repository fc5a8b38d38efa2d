"""The station's acts on one card (pencetakan): start, durable steps, conclusion, return.

Each is committed before the act it announces. START takes the lowest blank of the printer's
loaded range provisionally; reading the chip may exchange it for another blank of this
station, and a foreign chip is refused so that the card ends suspect (rules 7, 15, 17).
The verdict of a driver becomes a step of the lock by one table.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import moves
from ektp_core.flow.cards import is_stopped
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.closing_day import refuse_resting
from ektp_core.flow.events import CardMade, ChipRead, Event, Pressed
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.locks import at_attempt, attempt_name, attempt_of, lock_of, row_for, stepped
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rechecking import refuse_old_check
from ektp_core.flow.rows import Attempt, Chip, ChipOf, Holding, Lock, Printer, Station
from ektp_core.flow.signers import Signers, require, signers
from ektp_core.flow.view import View
from ektp_core.press.table import bears_ink, next_steps
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.uid import checked_uid
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome

UNKNOWN_COUNT = -1


@frozen
class StartCard:
    """Intent to feed one blank for an authorised record. `counter`: cards fed so far, -1 if it cannot tell."""

    record: str
    n: int
    printer: str
    counter: int
    profile: Profile


@frozen
class NoteStep:
    """One durable step of the card in the machine."""

    record: str
    n: int
    step: PressStep
    counter: int = UNKNOWN_COUNT
    uid: str = ""


@frozen
class Conclude:
    """Say what became of a card: the driver's verdict, or an operator's after a look."""

    record: str
    n: int
    outcome: Outcome
    blank: BlankPlace
    certainty: Certainty
    cause: Cause = Cause.NONE
    counter: int = UNKNOWN_COUNT


@frozen
class ReturnCard:
    """Give an authorisation back that was not started."""

    record: str
    n: int
    why: str


def decide_start(view: View, ask: Ask, body: StartCard) -> tuple[Event, ...]:
    """Lock and blank move together, durable before the feed."""
    require(view, ask, PERMITS[Act.STATION_WORK])
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    row = row_for(lock, LockEvent.START)
    attempt = attempt_of(view, lock)
    if attempt.recalled:
        raise Refused(Refusal.RECALLED, {"record": body.record})
    if ask.at_ms > attempt.until_ms:
        raise Refused(Refusal.LEASE_OVER, {"record": body.record, "until": attempt.until_ms})
    limit = policy_in_force(view).tries
    if attempt.tries >= limit:
        raise Refused(Refusal.TRIES_SPENT, {"record": body.record, "tries": attempt.tries, "limit": limit})
    refuse_old_check(view, body.record, ask.at_ms)
    station = view.row(Station, lock.station)
    if station is None or station.frozen_why:
        why = station.frozen_why if station else "it is not enrolled"
        raise Refused(Refusal.STATION_FROZEN, {"station": lock.station, "why": why})
    refuse_resting(view, lock.station, body.printer, ask.at_ms)
    printer = open_printer(view, lock.station, body.printer, body.counter)
    blank = next_blank(view, station, printer)
    begun = Pressed(
        body.record,
        body.n,
        PressStep.START,
        body.printer,
        body.counter,
        blank.series,
        blank.lo,
        at_ms=ask.at_ms,
        profile=body.profile,
    )
    return (*stepped(view, lock, row, (blank.series, blank.lo)), begun)


def open_printer(view: View, station: str, name: str, counter: int = UNKNOWN_COUNT) -> Printer:
    """A printer that may take a blank: open, its counter explained, no other card in it.

    Raises:
        Refused: PRINTER_CLOSED, COUNTER_UNEXPLAINED.
    """
    printer = view.row(Printer, station, name)
    if printer is None or printer.closed_why or printer.paused_why:
        why = printer.closed_why or printer.paused_why if printer else "it was never loaded"
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": name, "why": why})
    if counter not in (UNKNOWN_COUNT, printer.explained):
        raise Refused(Refusal.COUNTER_UNEXPLAINED, {"printer": name, "found": counter, "explained": printer.explained})
    if has_card(view, printer):
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": name, "why": f"the card of {printer.inside} is in it"})
    testing = view.row(Testing, station, name)
    if testing and testing.state is TestState.BEGUN:
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": name, "why": "a test card is under way"})
    return printer


def has_card(view: View, printer: Printer) -> bool:
    """Whether the card this printer was last started for is not concluded yet."""
    lock = view.row(Lock, printer.inside) if printer.inside else None
    attempt = view.row(Attempt, lock.record, lock.n) if lock and lock.state is LockState.IN_PRESS else None
    return attempt is not None and attempt.printer == printer.printer


def next_blank(view: View, station: Station, printer: Printer) -> Holding:
    """The lowest blank in stock of the printer's loaded range.

    Raises:
        Refused: NO_BLANK.
    """
    for run in view.overlapping(printer.series, printer.lo, printer.hi) if printer.lo else ():
        if (run.party, run.bucket) == (station.station, Bucket.STOCK) and run.blank_class in station.classes:
            return run.part(max(run.lo, printer.lo), run.hi)
    raise Refused(Refusal.NO_BLANK, {"station": station.station})


def decide_note(view: View, ask: Ask, body: NoteStep) -> tuple[Event, ...]:
    """A step that follows the last one in the card's profile."""
    require(view, ask, PERMITS[Act.STATION_WORK])
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    attempt = attempt_of(view, lock)
    if lock.state is not LockState.IN_PRESS or attempt.step is None or attempt.profile is None:
        row_for(lock, LockEvent.PROVE_NOT_FED)
        raise AssertionError("a card in the press without a step")
    if body.step is PressStep.OUTCOME or body.step not in next_steps(attempt.profile, attempt.step):
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "step", "shape": body.step.name, "expected": f"a step after {attempt.step.name}"},
        )
    if bool(body.uid) is not (body.step is PressStep.UID_BOUND):
        shape, expected = "a chip" if body.uid else "empty", "the chip read, at UID_BOUND and only there"
        raise Refused(Refusal.BAD_VALUE, {"field": "uid", "shape": shape, "expected": expected})
    noted = Pressed(body.record, body.n, body.step, attempt.printer, body.counter, uid=body.uid)
    if body.step is PressStep.UID_BOUND:
        return _bound(view, lock, attempt, noted)
    return (noted,)


def _bound(view: View, lock: Lock, attempt: Attempt, noted: Pressed) -> tuple[Event, ...]:
    """Bind the chip that was read; another blank of this station takes the place of the provisional one."""
    uid = checked_uid(noted.uid)
    if is_stopped(view, uid):
        raise Refused(Refusal.UID_KNOWN, {"uid": uid})
    chip = view.row(Chip, uid)
    if chip is None:
        if view.row(ChipOf, attempt.series, attempt.number):
            raise Refused(Refusal.FOREIGN_BLANK, {"uid": uid})
        return ChipRead(uid, attempt.series, attempt.number), noted
    if chip.record:
        raise Refused(Refusal.UID_KNOWN, {"uid": uid})
    if (chip.series, chip.number) == (attempt.series, attempt.number):
        return (noted,)
    run = view.covering(chip.series, chip.number)
    if run is None or (run.party, run.bucket) != (lock.station, Bucket.STOCK):
        raise Refused(Refusal.FOREIGN_BLANK, {"uid": uid})
    stock, machine = (lock.station, Bucket.STOCK), (lock.station, Bucket.IN_MACHINE)
    name = attempt_name(lock)
    return (
        *moves(view, _one(attempt.series, attempt.number), machine, stock, name),
        *moves(view, _one(chip.series, chip.number), stock, machine, name),
        Pressed(noted.record, noted.n, noted.step, noted.printer, noted.counter, chip.series, chip.number, uid),
    )


def _one(series: str, number: int) -> SerialSet:
    return SerialSet.of(SerialRange.one(series, number))


def lock_event(body: Conclude, attempt: Attempt, tries_limit: int) -> LockEvent:
    """The step of the lock a verdict stands for; everything that is not shown is doubt."""
    unfed = body.outcome is Outcome.NOT_STARTED and body.blank is BlankPlace.NONE
    if unfed and attempt.step is PressStep.START and body.certainty >= Certainty.COUNTER_POSITION:
        return LockEvent.PROVE_NOT_FED
    if body.outcome is Outcome.GOOD:
        return LockEvent.VERDICT_GOOD
    if body.outcome is Outcome.SPOILED:
        in_hand = body.blank in (BlankPlace.OUTPUT, BlankPlace.REJECT)
        again = not _may_have_ink(attempt) and in_hand and attempt.tries + 1 < tries_limit
        return LockEvent.BLANK_FAILED if again else LockEvent.VERDICT_BAD
    return LockEvent.DOUBT


def may_be_seen(event: LockEvent, certainty: Certainty | None, reached: PressStep | None) -> bool:
    """Whether a person can have seen what he says: a card that is out. That nobody knows can be said at any time."""
    return certainty is not Certainty.OPERATOR or event is LockEvent.DOUBT or reached is PressStep.EJECTED


def _may_have_ink(attempt: Attempt) -> bool:
    """Whether the card got as far as ink; an attempt of which that is not known counts as inked."""
    if attempt.profile is None or attempt.step is None:
        return True
    return bears_ink(attempt.profile, attempt.step)


def decide_conclude(view: View, ask: Ask, body: Conclude) -> tuple[Event, ...]:
    """The outcome: lock, blank and card in one commit."""
    who = _concluders(view, ask, body)
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    if lock.state is not LockState.IN_PRESS:
        row_for(lock, LockEvent.PROVE_NOT_FED)
    attempt = attempt_of(view, lock)
    event = lock_event(body, attempt, policy_in_force(view).tries)
    row = row_for(lock, event)
    if not may_be_seen(event, body.certainty, attempt.step):
        step = attempt.step.name if attempt.step else "no step"
        expected = "a card noted as come out; before that only that nobody knows"
        raise Refused(Refusal.BAD_VALUE, {"field": "certainty", "shape": f"a look at {step}", "expected": expected})
    if event is LockEvent.VERDICT_GOOD and not body.certainty.shows_a_good_card:
        raise Refused(Refusal.CERTAINTY_TOO_LOW, {"record": body.record, "certainty": body.certainty.name})
    if event is LockEvent.VERDICT_GOOD and not _may_have_ink(attempt):
        # Nobody has seen a good card that was never told to be printed: he holds another one.
        facts = {"field": "outcome", "shape": "good, and nothing printed", "expected": "a card that was printed"}
        raise Refused(Refusal.BAD_VALUE, facts)
    ended = Pressed(body.record, body.n, PressStep.OUTCOME, attempt.printer, body.counter)
    blank = (attempt.series, attempt.number)
    steps = stepped(view, lock, row, blank, cause=body.cause, by=who.names, certainty=body.certainty)
    made = event is LockEvent.VERDICT_GOOD and attempt.uid
    return (ended, *steps, *((CardMade(attempt.uid, body.record, body.n),) if made else ()))


def _concluders(view: View, ask: Ask, body: Conclude) -> Signers:
    """A look at the card is an officer's word; everything else is the station's."""
    if body.certainty is Certainty.OPERATOR:
        return require(view, ask, PERMITS[Act.JUDGE])
    require(view, ask, PERMITS[Act.STATION_WORK])
    return signers(view, ask)


def decide_return(view: View, ask: Ask, body: ReturnCard) -> tuple[Event, ...]:
    """Nothing was started: the pen goes back to the hub."""
    require(view, ask, PERMITS[Act.STATION_WORK])
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    return stepped(view, lock, row_for(lock, LockEvent.RETURN), None, reference=body.why)

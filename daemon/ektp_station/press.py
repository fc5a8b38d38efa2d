"""One printer at work (satu pencetak bekerja): what follows a durable step, as a table and a step.

`advance(press, view, input) -> press, effects`. An act is ordered only after the step that
announces it was persisted; the next step is written only after the act came back. An act
that failed is followed by a look, the evidence goes through the crash matrix, and what the
matrix answers is carried out: nothing is ever printed again to see whether it works.
"""

from collections.abc import Mapping

from attrs import evolve

from ektp_core.boundary.card_printer import CardPosition, Condition
from ektp_core.boundary.store import Accepted, Answer
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.blank_tests import SUSPECT_IN_HOPPER
from ektp_core.flow.pressing import UNKNOWN_COUNT, Conclude, NoteStep, ReturnCard, StartCard
from ektp_core.flow.rows import Attempt
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.suspect_evidence import AddEvidence
from ektp_core.flow.suspect_evidence_events import Shown
from ektp_core.flow.view import View
from ektp_core.press.recover import Answer as Finding
from ektp_core.press.recover import recover
from ektp_core.press.table import PROFILES, bears_ink
from ektp_core.vocabulary.state import PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_station.acts import Act, Done, Failed, Order, Result, spoiled
from ektp_station.judging import evidence, fed_count, is_moving, is_spoiled
from ektp_station.notices import with_code
from ektp_station.press_orders import attempt_of, drive, is_in_press
from ektp_station.press_seen import codes, is_in_hopper, is_queue, sureness, why_spoiled, with_its_code
from ektp_station.press_seen import device_says as device_says
from ektp_station.press_state import Drive as Drive
from ektp_station.press_state import Moved as Moved
from ektp_station.press_state import Phase as Phase
from ektp_station.press_state import Press as Press
from ektp_station.press_state import PressEffect as PressEffect
from ektp_station.press_state import Tell as Tell
from ektp_station.press_state import Write as Write
from ektp_station.press_state import idle as idle
from ektp_station.press_state import resting

#: What is done once a step is durable. After INTENT_MARK only the act itself, once.
ACT_AFTER: Mapping[PressStep, Act] = {
    PressStep.START: Act.FEED,
    PressStep.FED: Act.READ_UID,
    PressStep.UID_BOUND: Act.PREPARE,
    PressStep.INTENT_ENCODE: Act.ENCODE,
    PressStep.INTENT_MARK: Act.MARK,
}

#: How often, and how far apart, a printer that does not answer is looked at before doubt.
LOOKS, LOOK_GAP_MS = 12, 1_000

#: How often an act that failed without a trace is begun again on the same card.
TURNS = 3

#: Positions in which the next card may be fed; a blind device knows none.
_EMPTY = frozenset({CardPosition.NONE, CardPosition.UNKNOWN})

#: Refusals of a step that speak of the blank in the machine, not of the lock.
_OF_THE_BLANK = frozenset({Refusal.FOREIGN_BLANK, Refusal.UID_KNOWN, Refusal.BAD_VALUE})

#: Refusals of a start after which the authorisation is of no use here.
_GIVEN_BACK = frozenset({Refusal.RECALLED, Refusal.LEASE_OVER, Refusal.TRIES_SPENT})


#: Why a printer is out of service.
BLANKS_FAIL = "several blanks in a row failed before printing: its reader or its path may be broken, not the blanks"


def begin(press: Press, record: str, n: int) -> Moved:
    """Take an authorised record: first look whether the printer is ready and its counter fits."""
    taken = evolve(idle(press), phase=Phase.SIZING, record=record, n=n, act=Act.LOOK)
    return taken, (Drive(press.name, Order(Act.LOOK)),)


def resume(press: Press, record: str, n: int, view: View) -> Moved:
    """Take up a card that was in the press when the station stopped."""
    taken = evolve(idle(press), record=record, n=n)
    attempt = attempt_of(taken, view)
    return _look(evolve(taken, profile=(attempt and attempt.profile) or press.profile), view)


def came_back(press: Press, view: View, result: Result, now_ms: int) -> Moved:
    """An act ended."""
    match press.phase:
        case Phase.SIZING:
            return _sized(press, result, now_ms)
        case Phase.ACTING:
            return _acted(press, view, result)
        case Phase.LOOKING:
            return _looked(press, view, result, now_ms)
        case Phase.ASIDE:
            return _set_aside(press, view, result, now_ms)
        case _:
            return press, ()


def persisted(press: Press, view: View, answer: Answer, now_ms: int) -> Moved:
    """An ask of this press was answered."""
    match press.phase, answer:
        case Phase.STARTING, Accepted() if not is_in_press(press, view):
            return _shut(press, SUSPECT_IN_HOPPER, _tell(press, "the card was stopped before it was fed"))
        case Phase.STARTING, Accepted():
            return _act(evolve(press, phase=Phase.ACTING, began=f"{press.record}/{press.n}"), view, PressStep.START)
        case Phase.STARTING, Refused():
            return _not_started(press, answer, now_ms)
        case Phase.NOTING, Accepted():
            return _go_on(press, view)
        case Phase.NOTING, Refused():
            is_foreign = answer.refusal in _OF_THE_BLANK
            return _foreign(press, view, answer) if is_foreign else _stopped(press, view, str(answer))
        case Phase.CONCLUDING, Accepted():
            return _ended(press, now_ms)
        case Phase.CONCLUDING, Refused():
            return _not_ended(press, view, answer, now_ms)
        case _:
            return press, ()


def woken(press: Press, view: View, now_ms: int) -> Moved:
    """Time went by."""
    if now_ms < press.until_ms:
        return press, ()
    if press.phase is Phase.RESTING:
        return idle(press), ()
    if press.phase is Phase.PAUSING:
        return _look(press, view)
    return press, ()


def _ended(press: Press, now_ms: int) -> Moved:
    """The outcome is in the book. What was not fed is not tried again in the same moment."""
    if press.closing:
        return evolve(idle(press), phase=Phase.SHUT), ()
    unfed = press.ending is not None and press.ending.outcome is Outcome.NOT_STARTED
    return (resting(press, now_ms) if unfed else idle(press)), ()


def _not_ended(press: Press, view: View, why: Refused, now_ms: int) -> Moved:
    told = _tell(press, "the outcome was not taken", why=str(why))
    if press.closing:
        return evolve(idle(press), phase=Phase.SHUT), (told,)
    if press.ending is None or not is_in_press(press, view):
        return resting(press, now_ms), (told,)
    return _shut(press, str(why), told)


def _shut(press: Press, why: str, told: Tell) -> Moved:
    return evolve(idle(press), phase=Phase.SHUT), (Write(press.name, ClosePrinter(press.name, why)), told)


def _sized(press: Press, result: Result, now_ms: int) -> Moved:
    rest = resting(press, now_ms)
    if isinstance(result, Failed):
        return rest, (_tell(press, "the printer does not answer", why=result.why),)
    stops = result.look.status.stops
    if stops:
        why = stops[0].vendor_text if stops[0].condition is Condition.OTHER else ""
        code = with_code(result.look.status)
        return rest, (_tell(press, "the printer cannot start", why=why[:200] or stops[0].condition.value, **code),)
    if result.look.status.position not in _EMPTY:
        return rest, (_tell(press, "a card is still in the machine"),)
    counter = fed_count(result.look)
    started = StartCard(press.record, press.n, press.name, counter, press.profile)
    return evolve(press, phase=Phase.STARTING, seen=result), (Write(press.name, started),)


def _not_started(press: Press, why: Refused, now_ms: int) -> Moved:
    told = _tell(press, "the card was not started", why=str(why))
    match why.refusal:
        case Refusal.COUNTER_UNEXPLAINED:
            return _shut(press, str(why), told)
        case Refusal.PRINTER_CLOSED:
            return evolve(idle(press), phase=Phase.SHUT), (told,)
        case refusal if refusal in _GIVEN_BACK:
            back = ReturnCard(press.record, press.n, refusal.value)
            return evolve(press, phase=Phase.CONCLUDING), (Write(press.name, back), told)
        case _:
            return resting(press, now_ms), (told,)


def _act(press: Press, view: View, step: PressStep) -> Moved:
    """Order what follows a durable step."""
    act = ACT_AFTER[step]
    if act is Act.READ_UID and press.profile is Profile.NO_CHIP:
        act = Act.PREPARE
    return _order(press, view, act)


def _acted(press: Press, view: View, result: Result) -> Moved:
    attempt = attempt_of(press, view)
    assert attempt is not None and attempt.step is not None, "an act without a durable step"
    if isinstance(result, Failed):
        return _look(press, view)
    press = evolve(press, seen=result)
    bad_chip = {Act.READ_UID: not result.uid, Act.ENCODE: result.chip_fits is False}.get(press.act, False)
    if bad_chip:
        cause = Cause.NO_CHIP if press.act is Act.READ_UID else Cause.ENCODE_FAILED
        return _aside(press, view, Outcome.SPOILED, Certainty.COUNTER_POSITION, cause)
    if press.act is Act.MARK and spoiled(result):
        return _look(press, view)
    if press.act is Act.PREPARE and attempt.step is PressStep.INTENT_MARK:
        return _act(press, view, PressStep.INTENT_MARK)
    if press.act is Act.EJECT:
        return _note(press, PressStep.EJECTED)
    if press.act is Act.ENCODE and press.turns:
        return _is_encoded(press, view)
    follow = _next_step(press, attempt.step)
    if follow is PressStep.EJECTED:
        return _order(press, view, Act.EJECT)
    return _note(press, follow)


def _is_encoded(press: Press, view: View) -> Moved:
    """After an interruption the chip holds all it should; the picture may be gone from the printer meanwhile."""
    order = PROFILES[press.profile]
    is_last = order.index(PressStep.INTENT_ENCODE) > order.index(PressStep.INTENT_MARK)
    return _order(press, view, Act.EJECT if is_last else Act.PREPARE)


def _order(press: Press, view: View, act: Act) -> Moved:
    """Order an act, unless the card was stopped meanwhile: then none follows but to move it out."""
    if not is_in_press(press, view):
        return _stopped(press, view, "people or the hub ended it")
    return evolve(press, phase=Phase.ACTING, act=act), (drive(press, view, act),)


def _next_step(press: Press, at: PressStep) -> PressStep:
    order = PROFILES[press.profile]
    follow = order[order.index(at) + 1]
    if follow is PressStep.UID_BOUND and press.act is not Act.READ_UID:
        follow = order[order.index(follow) + 1]
    return follow


def _note(press: Press, step: PressStep) -> Moved:
    seen = press.seen
    counter = fed_count(seen.look) if seen and step in (PressStep.FED, PressStep.EJECTED) else UNKNOWN_COUNT
    uid = seen.uid if seen and step is PressStep.UID_BOUND else ""
    return evolve(press, phase=Phase.NOTING), (Write(press.name, NoteStep(press.record, press.n, step, counter, uid)),)


def _go_on(press: Press, view: View) -> Moved:
    attempt = attempt_of(press, view)
    assert attempt is not None and attempt.step is not None, "a noted step that is not there"
    if attempt.step is PressStep.EJECTED:
        return evolve(press, phase=Phase.ASKING, failed=0), ()
    return _act(press, view, attempt.step)


def _foreign(press: Press, view: View, why: Refused) -> Moved:
    """The chip is not ours to print on: the card is kept apart, suspect, and people are told."""
    closing = f"{why.refusal.value}: the hopper may hold blanks that the book has elsewhere"
    press, sure = evolve(press, closing=closing), Certainty.COUNTER_POSITION
    aside, effects = _aside(press, view, Outcome.UNKNOWN, sure, Cause.FOREIGN_BLANK)
    return aside, (*effects, _tell(press, "a foreign card", why=str(why)))


def _stopped(press: Press, view: View, why: str) -> Moved:
    """The lock left the press meanwhile: nothing more is done to the card but to move it out, unjudged."""
    told = _tell(press, "the card was stopped in the machine", why=why)
    if is_queue(press):  # it moves no card, so there is nothing to say of a place
        is_next = is_in_hopper(press, attempt_of(press, view))
        return _shut(press, SUSPECT_IN_HOPPER, told) if is_next else (idle(press), (told,))
    if press.act is Act.EJECT and not is_in_press(press, view):
        return _lies(press, BlankPlace.OUTPUT, told)
    aside = evolve(press, phase=Phase.ASIDE, act=Act.SET_ASIDE, ending=None)
    return aside, (drive(press, view, Act.SET_ASIDE), told)


def _lies(press: Press, place: BlankPlace, *told: Tell) -> Moved:
    """Where a stopped card lies is kept as evidence: it left the hopper, so its blank is no unused one."""
    sure = sureness(press.seen.look if press.seen else None)
    shown = AddEvidence(press.record, press.n, Shown.POSITION, place=place, certainty=sure, printer=press.name)
    return evolve(press, phase=Phase.CONCLUDING, ending=None), (Write(press.name, shown), *told)


def _look(press: Press, view: View) -> Moved:
    return evolve(press, phase=Phase.LOOKING, act=Act.LOOK, looks=press.looks + 1), (drive(press, view, Act.LOOK),)


def _looked(press: Press, view: View, result: Result, now_ms: int) -> Moved:
    attempt = attempt_of(press, view)
    if attempt is None or attempt.step is None or not is_in_press(press, view):
        is_next = is_in_hopper(press, attempt)  # stopped while it was looked at: nothing else tells of its blank
        return _stopped(press, view, "people or the hub ended it") if is_next else (idle(press), ())
    # What a machine shows while it still moves is no evidence: the act may yet come to its end.
    seen = result if isinstance(result, Done) and not is_moving(result.look) else None
    if seen is None and press.looks < LOOKS:
        return evolve(press, phase=Phase.PAUSING, until_ms=now_ms + LOOK_GAP_MS), ()
    press = evolve(press, seen=seen)
    found = evidence(attempt, seen, press.can)
    finding = recover(attempt.step, found)
    if finding is Finding.REJECT and bears_ink(press.profile, attempt.step) and not is_spoiled(found, seen):
        finding = Finding.SET_APART  # it is printed and may be good: people look at it
    not_fed = attempt.step is PressStep.START and found.fed_since != 1
    if finding is Finding.DOUBT and (not_fed or is_in_hopper(press, attempt)):
        # The blank taken by the book may still be the next one in the hopper.
        press = evolve(press, closing=SUSPECT_IN_HOPPER)
    return _carry_out(press, view, attempt, attempt.step, finding)


def _carry_out(press: Press, view: View, attempt: Attempt, step: PressStep, finding: Finding) -> Moved:
    device = Certainty.DEVICE_JOB_RECORD
    match finding:
        case Finding.NOT_FED:
            return _conclude(press, Outcome.NOT_STARTED, BlankPlace.NONE, Certainty.COUNTER_POSITION, Cause.NONE)
        case Finding.CONTINUE if step is PressStep.START:
            return _note(press, PressStep.FED)
        case Finding.CONTINUE:
            return _again(press, view, step)
        case Finding.BAD:
            return _conclude(press, Outcome.SPOILED, BlankPlace.OUTPUT, device, Cause.JAM)
        case Finding.REJECT:
            return _aside(press, view, Outcome.SPOILED, Certainty.COUNTER_POSITION, why_spoiled(press))
        case Finding.SET_APART:
            return _aside(press, view, Outcome.UNKNOWN, Certainty.COUNTER_POSITION, Cause.NO_EVIDENCE)
        case Finding.ASK:
            return evolve(press, phase=Phase.ASKING), ()
        case Finding.DOUBT:
            return _conclude(press, Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, Cause.NO_EVIDENCE)


def _again(press: Press, view: View, step: PressStep) -> Moved:
    """Go on with the untouched blank, a few times; a job that never began needs its picture again."""
    if press.turns >= TURNS:
        inked = bears_ink(press.profile, step)
        outcome, cause = (Outcome.UNKNOWN, Cause.NO_EVIDENCE) if inked else (Outcome.SPOILED, why_spoiled(press))
        return _aside(press, view, outcome, Certainty.COUNTER_POSITION, cause)
    again = evolve(press, turns=press.turns + 1)
    if step is PressStep.INTENT_ENCODE and press.seen and press.seen.chip_written:
        return _is_encoded(again, view)
    return _order(again, view, Act.PREPARE) if step is PressStep.INTENT_MARK else _act(again, view, step)


def _aside(press: Press, view: View, outcome: Outcome, certainty: Certainty, cause: Cause) -> Moved:
    """Move the card to the reject tray, then conclude. A queue moves none: people look for the blank."""
    if is_queue(press):
        attempt = attempt_of(press, view)
        press = evolve(press, closing=press.closing or (SUSPECT_IN_HOPPER if is_in_hopper(press, attempt) else ""))
        return _conclude(press, Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, Cause.NO_EVIDENCE)
    ending = Conclude(press.record, press.n, outcome, BlankPlace.REJECT, certainty, cause)
    aside = evolve(press, phase=Phase.ASIDE, act=Act.SET_ASIDE, ending=ending)
    return aside, (drive(press, view, Act.SET_ASIDE),)


def _set_aside(press: Press, view: View, result: Result, now_ms: int) -> Moved:
    """The card is in the tray, or it would not move: then it is still inside and only people can tell."""
    ending = press.ending
    if ending is None and is_in_press(press, view):
        return resting(press, now_ms), ()  # it was not stopped: it is taken up like any interrupted card
    if ending is None:
        seen = result if isinstance(result, Done) else None
        return _lies(evolve(press, seen=seen), BlankPlace.REJECT if seen else BlankPlace.IN_PRINTER)
    if isinstance(result, Failed):
        return _conclude(press, Outcome.UNKNOWN, BlankPlace.IN_PRINTER, Certainty.TRANSPORT, Cause.NO_EVIDENCE)
    if sureness(result.look) is Certainty.TRANSPORT:  # nobody saw it go where it was sent
        press = evolve(press, seen=result)
        return _conclude(press, Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, Cause.NO_EVIDENCE)
    if ending.outcome is Outcome.SPOILED and not _has_ink(press, view):
        press = _one_more_failed(press)
    return _finish(press, evolve(ending, counter=fed_count(result.look)))


def _has_ink(press: Press, view: View) -> bool:
    attempt = attempt_of(press, view)
    return attempt is None or attempt.step is None or bears_ink(press.profile, attempt.step)


def _one_more_failed(press: Press) -> Press:
    """Another blank in a row that failed before its printing: after a few it is the printer, not the blanks."""
    if press.failed + 1 < press.failed_most:
        return evolve(press, failed=press.failed + 1)
    return evolve(press, failed=0, closing=press.closing or with_its_code(press, BLANKS_FAIL))


def _conclude(press: Press, outcome: Outcome, blank: BlankPlace, certainty: Certainty, cause: Cause) -> Moved:
    counter = fed_count(press.seen.look) if press.seen else UNKNOWN_COUNT
    return _finish(press, Conclude(press.record, press.n, outcome, blank, certainty, cause, counter))


def _finish(press: Press, ending: Conclude) -> Moved:
    """Write the outcome, and with it why the printer is shut, if it is."""
    effects: list[PressEffect] = [Write(press.name, ending)]
    if press.closing:
        effects.append(Write(press.name, ClosePrinter(press.name, press.closing)))
        effects.append(_tell(press, "the printer is out of service", why=press.closing, **codes(press)))
    if ending.outcome is Outcome.UNKNOWN:
        effects.append(_tell(press, "the card is suspect", blank=ending.blank.value, **codes(press)))
    return evolve(press, phase=Phase.CONCLUDING, ending=ending), tuple(effects)


def _tell(press: Press, what: str, **facts: str) -> Tell:
    about = {"record": press.record} if press.record else {}
    return Tell(press.name, what, {**about, **facts})

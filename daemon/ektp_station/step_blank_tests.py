"""Test cards in the station's step (uji cetak): ordered by a person, printed before the next card.

The same care as for a citizen's card: the intent is durable before the feed, an act that
failed is followed by a look, and nothing is fed or printed twice. The book says where a test
stood when the station stopped. What is shown of nothing ends in doubt, which people close. What
keeps a citizen's card from being begun keeps a test card from it too.
"""

from collections.abc import Mapping

from attrs import evolve

from ektp_core.boundary.card_printer import Can, CardPosition, PrintToken
from ektp_core.boundary.store import Accepted, Answer
from ektp_core.errors import Refusal
from ektp_core.flow.blank_tests import SUSPECT_IN_HOPPER, BeginTest, EndTest
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.moving import waits
from ektp_core.flow.pressing import UNKNOWN_COUNT
from ektp_core.flow.rows import Printer
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.view import View
from ektp_station import step_cards
from ektp_station.acts import Act, Done, Failed, Order, Result
from ektp_station.driver_seen import has_drifted
from ektp_station.judging import fed_count, is_moving
from ektp_station.messages import Alarm, Effect, Perform, StationState
from ektp_station.press_state import Phase, Press, idle, resting
from ektp_station.stepping import Stepped, own_work, persist, with_press

#: An order that no printer took in this time lapses; a test that nothing is heard of so long is in doubt.
PATIENCE_MS = 15 * 60_000

#: What waits under this word needs no answer.
LAPSE = "lapse"

_NEXT: Mapping[Act, Act] = {
    Act.FEED: Act.READ_UID,
    Act.READ_UID: Act.PREPARE,
    Act.PREPARE: Act.MARK,
    Act.MARK: Act.EJECT,
}
_EMPTY = frozenset({CardPosition.NONE, CardPosition.UNKNOWN})
_PHASES = frozenset({Phase.TEST_SIZING, Phase.TESTING})


def is_testing(state: StationState, printer: str) -> bool:
    """Whether a printer is at a test card."""
    press = state.presses.get(printer)
    return press is not None and press.phase in _PHASES


def give_tests(state: StationState, view: View, now_ms: int) -> Stepped:
    """Idle printers take the test card that was ordered, or take up the one they were at."""
    effects: list[Effect] = []
    for testing in list(view.rows(Testing, state.settings.station)):
        press = state.presses.get(testing.printer)
        more: tuple[Effect, ...] = ()
        if testing.state is TestState.ORDERED and now_ms - testing.at_ms > PATIENCE_MS:
            state, more = _lapse(state, view, testing.printer, now_ms)
        elif press is None or press.phase is not Phase.IDLE or press.name in state.waiting.values():
            continue
        elif testing.state is TestState.BEGUN:
            state, more = _drive(state, view, evolve(press, phase=Phase.TESTING), Act.LOOK)
        elif testing.state is TestState.ORDERED and _may_begin(state, view, press.name, now_ms):
            state, more = _drive(state, view, evolve(press, phase=Phase.TEST_SIZING), Act.LOOK)
        effects += more
    return state, tuple(effects)


def _may_begin(state: StationState, view: View, printer: str, now_ms: int) -> bool:
    is_open = _is_open(state, view, printer) and not has_drifted(state, printer)
    return is_open and step_cards.may_begin(state, view, now_ms)


def _lapse(state: StationState, view: View, printer: str, now_ms: int) -> Stepped:
    """An order too old is given up, wherever its printer is: away, out of service or at another card."""
    # A book that may be an older copy does not know what is begun.
    is_unsure = state.stopped_why or waits(view, state.settings.station, state.acked_n)
    if is_unsure or state.no_room or LAPSE in state.waiting.values() or is_testing(state, printer):
        return state, ()
    return persist(state, (own_work(state, EndTest(printer, TestState.UNUSED), now_ms),), LAPSE)


def came_back(state: StationState, view: View, printer: str, result: Result, now_ms: int) -> Stepped:
    """An act of a test card ended."""
    press, testing = state.presses[printer], _testing(state, view, printer)
    if testing is None or not testing.state.is_open:
        return with_press(state, idle(press)), ()
    if press.phase is Phase.TEST_SIZING:
        return _sized(state, view, press, result, now_ms)
    if press.act is Act.LOOK:
        return _judged(state, view, press, result, now_ms)
    if isinstance(result, Failed):
        if press.act is Act.SET_ASIDE:
            return _doubt(state, press, UNKNOWN_COUNT, now_ms, closes=False)
        return _drive(state, view, press, Act.LOOK)
    if press.act in (Act.EJECT, Act.SET_ASIDE):
        return _end(state, press, TestState.WASTE, fed_count(result.look), now_ms)
    if press.act is Act.READ_UID:
        press = evolve(press, seen=result)
    return _drive(state, view, press, _follows(press))


def persisted(state: StationState, view: View, printer: str, answer: Answer, now_ms: int) -> Stepped:
    """The book took the beginning or the end, or it did not."""
    press, testing = state.presses[printer], _testing(state, view, printer)
    if isinstance(answer, Accepted):
        if testing and testing.state is TestState.BEGUN:
            return _drive(state, view, evolve(press, phase=Phase.TESTING), Act.FEED)
        row = view.row(Printer, state.settings.station, printer)
        phase = Phase.SHUT if row and row.closed_why else Phase.IDLE
        return with_press(state, evolve(idle(press), phase=phase)), ()
    state, told = _told(state, printer, Alarm("the test card was not taken", {"printer": printer, "why": str(answer)}))
    if answer.refusal is Refusal.COUNTER_UNEXPLAINED:
        state, more = _shut(state, press, str(answer), now_ms)
        return state, (*more, *told)
    return with_press(state, resting(press, now_ms)), told


def _sized(state: StationState, view: View, press: Press, result: Result, now_ms: int) -> Stepped:
    if not _may_begin(state, view, press.name, now_ms):
        return with_press(state, idle(press)), ()  # something came up while the printer was looked at
    why = ""
    if isinstance(result, Failed):
        why = result.why
    elif result.look.status.stops:
        why = result.look.status.stops[0].condition.value
    elif result.look.status.position not in _EMPTY:
        why = "a card is still in the machine"
    if why or isinstance(result, Failed):
        told = Alarm("the test card cannot start", {"printer": press.name, "why": why})
        return _told(with_press(state, resting(press, now_ms)), press.name, told)
    body = BeginTest(press.name, fed_count(result.look))
    return persist(with_press(state, press), (own_work(state, body, now_ms),), press.name)


def _judged(state: StationState, view: View, press: Press, result: Result, now_ms: int) -> Stepped:
    """From what the device shows: still inside, never fed, out of it, or nobody knows."""
    testing = _testing(state, view, press.name)
    assert testing is not None, "a test card that nobody ordered"
    if isinstance(result, Failed) or is_moving(result.look):
        if now_ms - testing.at_ms > PATIENCE_MS:
            return _doubt(state, press, UNKNOWN_COUNT, now_ms, closes=True)
        return with_press(state, resting(press, now_ms)), ()
    position, fed = result.look.status.position, _fed_since(testing, result)
    if position not in _EMPTY:
        return _drive(state, view, press, Act.SET_ASIDE)
    count = fed_count(result.look)
    if position is CardPosition.NONE and fed in (0, 1):
        return _end(state, press, TestState.WASTE if fed else TestState.UNUSED, count, now_ms)
    return _doubt(state, press, count, now_ms, closes=fed != 1)


def _fed_since(testing: Testing, seen: Done) -> int | None:
    count = fed_count(seen.look)
    return None if UNKNOWN_COUNT in (testing.counter, count) else count - testing.counter


def _doubt(state: StationState, press: Press, counter: int, now_ms: int, *, closes: bool) -> Stepped:
    """With `closes` the printer is shut by the same commit: a card must not be begun in between."""
    press = evolve(press, closing=SUSPECT_IN_HOPPER if closes else "")
    state, effects = _end(state, press, TestState.DOUBT, counter, now_ms)
    return state, (*effects, Alarm("the blank of a test card is suspect", {"printer": press.name}))


def _end(state: StationState, press: Press, end: TestState, counter: int, now_ms: int) -> Stepped:
    uid = press.seen.uid if press.seen else ""
    state = with_press(state, evolve(press, phase=Phase.TESTING))
    body = EndTest(press.name, end, counter, uid, press.closing)
    return persist(state, (own_work(state, body, now_ms),), press.name)


def _shut(state: StationState, press: Press, why: str, now_ms: int) -> Stepped:
    state = with_press(state, evolve(idle(press), phase=Phase.SHUT))
    return persist(state, (own_work(state, ClosePrinter(press.name, why), now_ms),), press.name)


def _follows(press: Press) -> Act:
    follow = _NEXT[press.act]
    reads = press.can is not None and Can.READS_UID in press.can.can
    return Act.PREPARE if follow is Act.READ_UID and not reads else follow


def _drive(state: StationState, view: View, press: Press, act: Act) -> Stepped:
    testing = _testing(state, view, press.name)
    token = PrintToken(f"test/{press.name}", testing.at_ms, 1) if testing else None
    return with_press(state, evolve(press, act=act)), (Perform(press.name, Order(act, token)),)


def _testing(state: StationState, view: View, printer: str) -> Testing | None:
    return view.row(Testing, state.settings.station, printer)


def _is_open(state: StationState, view: View, printer: str) -> bool:
    row = view.row(Printer, state.settings.station, printer)
    return row is not None and not row.closed_why and not row.paused_why


def _told(state: StationState, printer: str, what: Alarm) -> Stepped:
    """The same trouble of the same printer is told once, until something else happens."""
    text = f"{what.what} {what.facts.get('why', '')}"
    if state.told.get(printer) == text:
        return state, ()
    return evolve(state, told={**state.told, printer: text}), (what,)

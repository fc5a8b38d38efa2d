"""Test cards in the station's step (uji cetak): ordered by a person, printed before the next card.

The same care as for a citizen's card: the intent is durable before the feed, an act that
failed is followed by a look, and nothing is fed or printed twice. The book says where a test
stood when the station stopped. What is shown of nothing ends in doubt, which people close.
"""

from collections.abc import Mapping

from attrs import evolve

from ektp_core.boundary.card_printer import Can, CardPosition, PrintToken
from ektp_core.boundary.store import Accepted, Answer
from ektp_core.errors import Refusal
from ektp_core.flow.blank_tests import BeginTest, EndTest
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.pressing import UNKNOWN_COUNT
from ektp_core.flow.rows import Printer
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.view import View
from ektp_station.acts import Act, Done, Failed, Order, Result
from ektp_station.judging import fed_count, is_moving
from ektp_station.messages import Alarm, Effect, Perform, StationState
from ektp_station.press_state import Phase, Press, idle, resting
from ektp_station.stepping import Stepped, own_work, persist, with_press

#: An order that no printer took in this time lapses; a test that nothing is heard of so long is in doubt.
PATIENCE_MS = 15 * 60_000

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
    for press in list(state.presses.values()):
        testing = _testing(state, view, press.name)
        is_free = press.phase is Phase.IDLE and press.name not in state.waiting.values()
        if not is_free or testing is None or not testing.state.is_open:
            continue
        is_late = now_ms - testing.at_ms > PATIENCE_MS
        more: tuple[Effect, ...] = ()
        if testing.state is TestState.BEGUN:
            state, more = _drive(state, view, evolve(press, phase=Phase.TESTING), Act.LOOK)
        elif is_late:
            state, more = _end(state, press, TestState.UNUSED, UNKNOWN_COUNT, now_ms)
        elif not state.stopped_why and _is_open(state, view, press.name):
            state, more = _drive(state, view, evolve(press, phase=Phase.TEST_SIZING), Act.LOOK)
        effects += more
    return state, tuple(effects)


def came_back(state: StationState, view: View, printer: str, result: Result, now_ms: int) -> Stepped:
    """An act of a test card ended."""
    press, testing = state.presses[printer], _testing(state, view, printer)
    if testing is None or not testing.state.is_open:
        return with_press(state, idle(press)), ()
    if press.phase is Phase.TEST_SIZING:
        return _sized(state, press, result, now_ms)
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
        closes = press.closing or ("" if press.looks else _foreign(testing))
        if closes:
            return _shut(state, press, closes, now_ms)
        return with_press(state, idle(press)), ()
    state, told = _told(state, printer, Alarm("the test card was not taken", {"printer": printer, "why": str(answer)}))
    if answer.refusal is Refusal.COUNTER_UNEXPLAINED:
        state, more = _shut(state, press, str(answer), now_ms)
        return state, (*more, *told)
    return with_press(state, resting(press, now_ms)), told


def _sized(state: StationState, press: Press, result: Result, now_ms: int) -> Stepped:
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
    if testing.counter == UNKNOWN_COUNT or fed_count(seen.look) == UNKNOWN_COUNT:
        return None
    resets = any(one.resets_on == "power" for one in seen.look.counters.values)
    return None if seen.look.status.rebooted and resets else fed_count(seen.look) - testing.counter


def _doubt(state: StationState, press: Press, counter: int, now_ms: int, *, closes: bool) -> Stepped:
    closing = "the hopper may hold a blank that is suspect" if closes else ""
    state, effects = _end(state, evolve(press, closing=closing, looks=1), TestState.DOUBT, counter, now_ms)
    return state, (*effects, Alarm("the blank of a test card is suspect", {"printer": press.name}))


def _end(state: StationState, press: Press, end: TestState, counter: int, now_ms: int) -> Stepped:
    uid = press.seen.uid if press.seen else ""
    state = with_press(state, evolve(press, phase=Phase.TESTING))
    return persist(state, (own_work(state, EndTest(press.name, end, counter, uid), now_ms),), press.name)


def _shut(state: StationState, press: Press, why: str, now_ms: int) -> Stepped:
    state = with_press(state, evolve(idle(press), phase=Phase.SHUT))
    return persist(state, (own_work(state, ClosePrinter(press.name, why), now_ms),), press.name)


def _foreign(testing: Testing | None) -> str:
    """Why the printer is shut where a chip that is not ours was met."""
    if testing is None or testing.state is not TestState.DOUBT:
        return ""
    return f"{Refusal.FOREIGN_BLANK.value}: the hopper may hold blanks that the book has elsewhere"


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

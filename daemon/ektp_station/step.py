"""The station as a step (langkah mesin cetak): `step(state, view, input) -> state, effects`.

It takes its feed, gives each printer its next card, hears the operator, uploads its chain,
and does all of it from its own book: a crash loses nothing, because a card that was in the
press is found in the book again and judged by what the device can show. No clock, socket,
thread or file is known here; a simulator runs this same class.
"""

from functools import partial

from attrs import evolve

from ektp_core.boundary.card_printer import Can, Capabilities
from ektp_core.boundary.store import Accepted, Answer
from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.blank_tests import DoubtTest
from ektp_core.flow.events import Stepped as LockStepped
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.recovering import RecoverPrinter
from ektp_core.flow.releasing import BurnForCode
from ektp_core.flow.rows import Lock
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockState, Profile
from ektp_core.vocabulary.verdict import Outcome
from ektp_station import (
    comparing,
    step_blank_tests,
    step_cards,
    step_care,
    step_link,
    step_opening,
    step_recovering,
    suspects,
)
from ektp_station import press as pressing
from ektp_station.count_trace import with_trace
from ektp_station.driver_seen import DriverSeen, noted
from ektp_station.messages import (
    Acknowledged,
    AskArrived,
    Drove,
    Effect,
    FeedCame,
    HubHeard,
    Input,
    Lacking,
    LinkFailed,
    Persisted,
    PrinterAbsent,
    PrinterUp,
    Reply,
    StationState,
    Ticked,
)
from ektp_station.press import Phase, Press
from ektp_station.stepping import Stepped, persist, press_moved, with_press

#: What is done at each tick, in this order.
_PARTS = (
    step_cards.take_up,
    step_recovering.attend,
    suspects.attend,
    step_care.look_first,
    step_blank_tests.give_tests,
    step_cards.give_cards,
    step_care.look_after,
    comparing.shut_ahead,
    step_cards.give_back,
    step_link.fetch,
    step_link.upload,
)


def step(state: StationState, view: View, what: Input, now_ms: int) -> Stepped:
    """One input, the next state, and what the shell has to do."""
    match what:
        case Ticked():
            return _ticked(state, view, now_ms)
        case PrinterUp():
            return _printer_up(state, view, what, now_ms)
        case PrinterAbsent():
            return evolve(state, absent=state.absent | {what.printer}), ()
        case DriverSeen():
            return noted(state, what)
        case Drove():
            return _drove(state, view, what, now_ms)
        case Persisted():
            return _persisted(state, view, what, now_ms)
        case FeedCame():
            return step_link.feed_came(state, what, now_ms)
        case Acknowledged():
            return step_link.acknowledged(state, what, now_ms)
        case LinkFailed():
            return step_link.link_failed(state, what, now_ms)
        case AskArrived():
            return _asked(state, view, what)
        case HubHeard():
            return step_link.hub_heard(state, what, now_ms)
        case Lacking():
            return step_link.lacking(state, what)


def _drove(state: StationState, view: View, what: Drove, now_ms: int) -> Stepped:
    one = state.presses.get(what.printer)
    if state.stopped_why and one and one.phase is Phase.SIZING:
        return with_press(state, pressing.idle(one)), ()  # stopped while the printer was looked at: no card is started
    state, told = step_care.noted(state, view, what, now_ms)
    if suspects.is_asking(state, what.printer):
        state, effects = suspects.looked(state, view, what.printer, what.result, now_ms)
    elif step_recovering.is_freeing(state, what.printer):
        state, effects = step_recovering.came_back(state, view, what.printer, what.result, now_ms)
    elif step_blank_tests.is_testing(state, what.printer):
        state, effects = step_blank_tests.came_back(state, view, what.printer, what.result, now_ms)
    else:
        state, effects = press_moved(
            state, what.printer, now_ms, lambda one: pressing.came_back(one, view, what.result, now_ms)
        )
    return state, (*told, *effects)


def _asked(state: StationState, view: View, what: AskArrived) -> Stepped:
    """A card is judged by a person only when the machine has let go of it and its press asks for a look."""
    body = what.work.ask.body
    if isinstance(body, RecoverPrinter):
        return step_recovering.asked(state, view, what, body)
    if against := step_opening.why_not_opened(state, view, body):
        return state, (Reply(what.request, against),)
    if isinstance(body, BurnForCode) and state.stopped_why:
        stop: dict[str, Fact] = {"station": state.settings.station, "why": state.stopped_why}
        return state, (Reply(what.request, Refused(Refusal.STATION_FROZEN, stop)),)
    if isinstance(body, BurnForCode) and (kept := comparing.why_nothing_goes_back(state, view)):
        return state, (Reply(what.request, kept),)
    if isinstance(body, DoubtTest) and step_blank_tests.is_testing(state, body.printer):
        why: dict[str, Fact] = {"printer": body.printer, "why": "a test card is under way"}
        return state, (Reply(what.request, Refused(Refusal.PRINTER_CLOSED, why)),)
    if isinstance(body, Conclude) and not _may_judge(state, view, body):
        facts = {"record": body.record, "state": "IN_PRESS", "event": body.outcome.name, "allowed": "nothing yet"}
        return state, (Reply(what.request, Refused(Refusal.NO_SUCH_STEP, facts)),)
    return persist(state, with_trace(what.work), f"request/{what.request}")


def _may_judge(state: StationState, view: View, body: Conclude) -> bool:
    """That nobody knows can be said of any card no machine is at work on; more only where a press asks.

    What is no longer in a press is the book's to answer: it may be the same word sent again.
    """
    lock = view.row(Lock, body.record)
    if lock is None or (lock.n, lock.state) != (body.n, LockState.IN_PRESS):
        return True
    phases = {one.phase for one in state.presses.values() if one.record == body.record}
    return phases == {Phase.ASKING} or (not phases and body.outcome is Outcome.UNKNOWN)


def _ticked(state: StationState, view: View, now_ms: int) -> Stepped:
    effects: list[Effect] = []
    for name in list(state.presses):
        state, more = press_moved(state, name, now_ms, partial(pressing.woken, view=view, now_ms=now_ms))
        effects += more
    for part in _PARTS:
        state, more = part(state, view, now_ms)
        effects += more
    return state, tuple(effects)


def _printer_up(state: StationState, view: View, what: PrinterUp, now_ms: int) -> Stepped:
    """A card that was in this printer's press is taken up first."""
    old = state.presses.get(what.printer, Press(what.printer))
    profile, most = _profile(state, what.can), state.settings.failed_blanks
    press = pressing.idle(evolve(old, can=what.can, profile=profile, failed_most=most))
    state = suspects.came_up(with_press(state, press), view, what.printer)
    return step_cards.resumed(state, view, what.printer, now_ms)


def _profile(state: StationState, can: Capabilities) -> Profile:
    """A printer without a reader makes cards without a chip step."""
    return state.settings.profile if Can.READS_UID in can.can else Profile.NO_CHIP


def _persisted(state: StationState, view: View, what: Persisted, now_ms: int) -> Stepped:
    why = state.waiting.get(what.token, "")
    left = {token: one for token, one in state.waiting.items() if token != what.token}
    state = evolve(state, waiting=left)
    if why == "feed":
        return step_link.feed_taken(state, what, now_ms)
    if why.startswith("request/"):
        return _request_done(state, int(why.removeprefix("request/")), what.answers[0])
    if why.startswith(step_recovering.WORD):
        return step_recovering.persisted(state, view, why.removeprefix(step_recovering.WORD), what.answers[0], now_ms)
    if why in ("return", suspects.WORD, comparing.WORD, step_blank_tests.LAPSE) or not what.answers:
        return state, ()
    if step_blank_tests.is_testing(state, why):
        return step_blank_tests.persisted(state, view, why, what.answers[0], now_ms)
    return press_moved(state, why, now_ms, lambda one: pressing.persisted(one, view, what.answers[0], now_ms))


def _request_done(state: StationState, request: int, answer: Answer) -> Stepped:
    """An operator's verdict frees the printer that waited for it."""
    new = answer.events if isinstance(answer, Accepted) and answer.is_first else ()
    ended = {(one.record, one.n) for one in new if isinstance(one, LockStepped)}
    for press in list(state.presses.values()):
        if press.phase is Phase.ASKING and (press.record, press.n) in ended:
            state = with_press(state, pressing.idle(press))
    return state, (Reply(request, answer),)

"""A printer is freed by a person, in the station's step (pencetak dibebaskan): looked at, freed, looked at anew.

Nothing here speaks of a card: an attempt that was interrupted is suspect or misprinted by what was seen before, and
stays it (rules 15, 17 and 22). The printer takes its next card only if it says itself that it is ready and empty;
whoever says that he took the card out is not asked. The reject is the same act that sets an interrupted card aside.
A driver that is silent meanwhile leaves a printer of which nobody knows what it did: it is out of service.
"""

from attrs import evolve

from ektp_core.boundary.card_printer import Can, Capabilities, CardPosition, Look
from ektp_core.boundary.store import Accepted, Answer
from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.pressing import open_printer
from ektp_core.flow.recovering import FreeBy, RecoverPrinter
from ektp_core.flow.rows import Printer
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.view import View
from ektp_station import suspects
from ektp_station.acts import Act, Done, Failed, Order, Result
from ektp_station.freeing import FreeEnd, Freeing, Stage
from ektp_station.judging import fed_count, is_moving
from ektp_station.messages import Alarm, AskArrived, Effect, Perform, Reply, StationState
from ektp_station.press_state import Phase, Press, idle, resting
from ektp_station.stepping import Stepped, own_work, persist, with_press

#: What waits under this word, and the printer's name, is a person's order to free it.
WORD = "free/"

#: An order that a printer did not come to in this time is not carried out: who gave it may have left.
PATIENCE_MS = 25_000

#: Why a printer is out of service afterwards.
_CLOSING = {
    FreeEnd.UNKNOWN: "it was silent while a person had it freed, and nobody knows what it did",
    FreeEnd.CANNOT_SAY: "it was freed by a person and does not say whether it is empty",
}

_ACT_OF = {FreeBy.CLEAR: Act.CLEAR, FreeBy.REJECT: Act.SET_ASIDE}

#: A printer that stands still; one that is only looked at for a moment, after which it may.
_STANDS = frozenset({Phase.IDLE, Phase.RESTING, Phase.SHUT})
_LOOKED_AT = frozenset({Phase.SIZING, Phase.TEST_SIZING, Phase.CHECKING, Phase.DOUBTING})


def asked(state: StationState, view: View, what: AskArrived, body: RecoverPrinter) -> Stepped:
    """A person's order: refused at once, or kept until the printer stands still."""
    name, last = body.printer, state.freed.get(body.printer)
    if last and last.ask == what.work.ask.id and last.stage in (Stage.ACTING, Stage.SEEING, Stage.OVER):
        # The same order came again: it is not carried out twice.
        return state, (Reply(what.request, Accepted(view.position.n, (), is_first=False)),)
    against = _against(state, body)
    if against:
        return state, (Reply(what.request, against),)
    freeing = Freeing(what.work.ask.id, body.by, what.request, what.work)
    return evolve(state, freed={**state.freed, name: freeing}), ()


def _against(state: StationState, body: RecoverPrinter) -> Refused | None:
    """What is against it before the printer is looked at."""
    name, press = body.printer, state.presses.get(body.printer)
    if name not in state.settings.limits and press is None:
        expected = ", ".join(sorted({*state.settings.limits, *state.presses})) or "none"
        facts: dict[str, Fact] = {"field": "printer", "shape": f"{len(name)} characters", "expected": expected}
        return Refused(Refusal.BAD_VALUE, facts)
    if press is None or press.phase is Phase.AWAY or press.can is None:
        return _refused(name, "it is not there: check its cable, its power and its serial number")
    last = state.freed.get(name)
    if press.phase is Phase.RECOVERING or (last and last.stage is Stage.WAITING):
        return _refused(name, "somebody is having it freed already")
    return _unable(name, press.can, body.by) or _busy(press)


def _unable(name: str, can: Capabilities, by: FreeBy) -> Refused | None:
    if Can.OPAQUE_QUEUE in can.can:
        return _refused(name, "it stands behind a queue, which takes no orders about a card: free it at the machine")
    if by is FreeBy.REJECT and Can.REJECT_TRAY not in can.can:
        return _refused(name, "it has no reject tray: take the card out by hand, then use --clear")
    return None


def _busy(press: Press) -> Refused | None:
    if press.phase is Phase.ASKING:
        return _refused(press.name, "somebody must first look at the card it let go of")
    if press.phase not in _STANDS | _LOOKED_AT:
        return _refused(press.name, "a card is in the act; wait until the station is done with it")
    return None


def _refused(printer: str, why: str) -> Refused:
    return Refused(Refusal.CANNOT_RECOVER, {"printer": printer, "why": why})


def attend(state: StationState, view: View, now_ms: int) -> Stepped:
    """A printer that stands still is looked at for the order it was given."""
    effects: list[Effect] = []
    for name, freeing in list(state.freed.items()):
        if freeing.stage is Stage.OVER:
            continue
        press = state.presses.get(name, Press(name))
        more: tuple[Effect, ...] = ()
        if freeing.stage is Stage.WAITING:
            state, more = _begun(state, press, freeing, now_ms)
        elif press.phase is not Phase.RECOVERING:  # its driver was started anew meanwhile
            state, more = _unknown(state, view, press, "its driver was started anew", now_ms)
        effects += more
    return state, tuple(effects)


def _begun(state: StationState, press: Press, freeing: Freeing, now_ms: int) -> Stepped:
    against = _busy(press)
    if now_ms - freeing.work.ask.at_ms > PATIENCE_MS:
        against = against or _refused(press.name, "it was at work for too long; order it again")
    if against:
        return _dropped(state, press, against)
    if press.phase not in _STANDS or press.name in state.waiting.values():
        return state, ()
    state = with_press(state, evolve(idle(press), phase=Phase.RECOVERING, act=Act.CHECK))
    return _staged(state, press.name, Stage.LOOKING), (Perform(press.name, Order(Act.CHECK)),)


def is_freeing(state: StationState, printer: str) -> bool:
    """Whether a printer is being freed, so that what comes back from it belongs here."""
    press = state.presses.get(printer)
    return press is not None and press.phase is Phase.RECOVERING


def came_back(state: StationState, view: View, printer: str, result: Result, now_ms: int) -> Stepped:
    """A look, or the act itself, ended."""
    press, freeing = state.presses[printer], state.freed[printer]
    if freeing.stage is Stage.LOOKING:
        against = _against_by_look(freeing, press, result, now_ms)
        if against:
            return _dropped(_let_go(state, view, press, now_ms), press, against)
        return persist(_staged(state, printer, Stage.WRITING), (freeing.work,), f"{WORD}{printer}")
    if isinstance(result, Done):
        return _seen(state, view, press, result.look, now_ms)
    if result.is_silent or freeing.stage is Stage.SEEING:
        return _unknown(state, view, press, result.why, now_ms)
    # It said no. What it did all the same is seen, on a new line.
    freeing = evolve(freeing, stage=Stage.SEEING, declined=result.why)
    state = evolve(state, freed={**state.freed, printer: freeing})
    return with_press(state, evolve(press, act=Act.CHECK)), (Perform(printer, Order(Act.CHECK)),)


def _against_by_look(freeing: Freeing, press: Press, result: Result, now_ms: int) -> Refused | None:
    """What the printer itself shows against it."""
    if isinstance(result, Failed):
        return _refused(press.name, f"it does not answer: {result.why}")
    if now_ms - freeing.work.ask.at_ms > PATIENCE_MS:
        return _refused(press.name, "it was at work for too long; order it again")
    position, stops = result.look.status.position, result.look.status.stops
    if is_moving(result.look):
        return _refused(press.name, "it still moves; wait until it stands still")
    if freeing.by is FreeBy.REJECT and position is CardPosition.NONE:
        return _refused(press.name, "it sees no card inside that it could reject")
    if not stops and position in (CardPosition.NONE, CardPosition.UNKNOWN):
        return _refused(press.name, "it reports no error and shows no card inside")
    return None


def persisted(state: StationState, view: View, printer: str, answer: Answer, now_ms: int) -> Stepped:
    """The book has nothing against it: the act goes to the driver. Else nothing was sent."""
    press, freeing = state.presses[printer], state.freed[printer]
    if isinstance(answer, Refused):
        return _dropped(_let_go(state, view, press, now_ms), press, answer)
    act = _ACT_OF[freeing.by]
    state = _staged(with_press(state, evolve(press, act=act)), printer, Stage.ACTING)
    told = Alarm("a person has the printer freed", {"printer": printer, "by": freeing.by.value})
    return state, (Reply(freeing.request, answer), told, Perform(printer, Order(act)))


def _seen(state: StationState, view: View, press: Press, look: Look, now_ms: int) -> Stepped:
    """What the printer says after it, and nothing else, decides whether it goes on."""
    status = look.status
    if is_moving(look):
        return _ended(state, view, press, _end(state, press, FreeEnd.MOVES), now_ms)
    if status.position not in (CardPosition.NONE, CardPosition.UNKNOWN):
        return _ended(state, view, press, _end(state, press, FreeEnd.CARD_INSIDE), now_ms)
    if status.stops:
        end = _end(state, press, FreeEnd.STILL_STOPS, condition=status.stops[0].condition.value)
        return _ended(state, view, press, end, now_ms)
    if status.position is CardPosition.UNKNOWN:
        return _ended(state, view, press, _end(state, press, FreeEnd.CANNOT_SAY), now_ms)
    state = suspects.came_up(state, view, press.name)  # what it still keeps of its cards in doubt is asked for
    why = _why_shut(state, view, press.name, fed_count(look))
    end = _end(state, press, FreeEnd.STAYS_OUT, why=why) if why else _end(state, press, FreeEnd.GOES_ON)
    return _ended(state, view, press, end, now_ms)


def _why_shut(state: StationState, view: View, printer: str, counter: int) -> str:
    """What the book has against its next card: it is closed or paused, or its counter is not what the book explains."""
    try:
        open_printer(view, state.settings.station, printer, counter)
    except Refused as refused:
        return str(refused.facts["why"]) if refused.refusal is Refusal.PRINTER_CLOSED else str(refused)
    return ""


def _unknown(state: StationState, view: View, press: Press, why: str, now_ms: int) -> Stepped:
    """It was silent: nobody knows what it did, and two people look before it prints again."""
    return _ended(state, view, press, _end(state, press, FreeEnd.UNKNOWN, why=why), now_ms)


def _end(state: StationState, press: Press, end: FreeEnd, **facts: str) -> Freeing:
    return evolve(state.freed[press.name], stage=Stage.OVER, end=end, facts={"printer": press.name, **facts})


def _ended(state: StationState, view: View, press: Press, freeing: Freeing, now_ms: int) -> Stepped:
    """It is over; where not even the printer can say how, the book has it out of service."""
    assert freeing.end is not None, "what is over has an end"
    state = evolve(state, freed={**state.freed, press.name: freeing})
    told = Alarm("the order to free the printer is over", {**freeing.facts, "end": freeing.end.value})
    row, closing = view.row(Printer, state.settings.station, press.name), _CLOSING.get(freeing.end, "")
    if closing and not (row and row.closed_why):
        state = with_press(state, evolve(idle(press), phase=Phase.SHUT))
        state, more = persist(state, (own_work(state, ClosePrinter(press.name, closing), now_ms),), press.name)
        return state, (told, *more)
    return _let_go(state, view, press, now_ms), (told,)


def _let_go(state: StationState, view: View, press: Press, now_ms: int) -> StationState:
    """The printer is as any other again: shut by the book, or looked at before its next card."""
    row = view.row(Printer, state.settings.station, press.name)
    if row and row.closed_why:
        return with_press(state, evolve(idle(press), phase=Phase.SHUT))
    return with_press(state, resting(press, now_ms))


def _dropped(state: StationState, press: Press, why: Refused) -> Stepped:
    """Nothing was sent to the printer."""
    freeing = state.freed[press.name]
    left = {name: one for name, one in state.freed.items() if name != press.name}
    return evolve(state, freed=left), (Reply(freeing.request, why),)


def _staged(state: StationState, printer: str, stage: Stage) -> StationState:
    return evolve(state, freed={**state.freed, printer: evolve(state.freed[printer], stage=stage)})

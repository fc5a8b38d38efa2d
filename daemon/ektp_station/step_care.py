"""Care for the printers in the station's step (perawatan dalam langkah): looks at idle ones, what is told of them.

An idle printer is looked at now and then, so that one that was unplugged, swapped or
overheated is known before a card needs it. The look is an order like any other and only given
to a printer that has no card. Decisions are made in `ektp_station.duty`.
"""

from typing import Any

from attrs import evolve, field, frozen

from ektp_core.boundary.card_printer import CardPosition
from ektp_core.flow.care_rows import PrinterWork, Testing
from ektp_core.flow.rows import Printer
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_station import duty, notices
from ektp_station.acts import Act, Done, Failed, Order
from ektp_station.duty import Facts, Limits, Seen, Told
from ektp_station.judging import fed_count
from ektp_station.messages import Alarm, Drove, Effect, Perform, StationState
from ektp_station.press_state import Phase, Press, idle, resting
from ektp_station.stepping import Stepped, with_press

#: A look that is late by so many of its turns comes before a card.
OVERDUE = 5

#: A printer that has no card in the act; where its sensors see none, or cannot tell.
_STANDS = frozenset({Phase.IDLE, Phase.RESTING, Phase.SHUT, Phase.CHECKING})
_EMPTY = frozenset({CardPosition.NONE, CardPosition.UNKNOWN})


@frozen
class Cared:
    """What is remembered of one printer's care; a crash may lose it. `fed`: its counter, -1 if it shows none."""

    seen: Seen = field(factory=Seen)
    next_look_ms: int = 0
    told: frozenset[str] = frozenset()
    fed: int | None = None


def facts_of(state: StationState, view: View, name: str) -> Facts:
    """All that is known of a printer, for the questions of `duty`."""
    station = state.settings.station
    press, row = state.presses.get(name), view.row(Printer, station, name)
    return Facts(
        name,
        station,
        state.settings.limits.get(name, Limits()),
        press.can if press else None,
        row,
        view.row(PrinterWork, station, name),
        view.row(Testing, station, name),
        _cared(state, name).seen,
        _has_blank(view, station, row),
        press is not None and press.phase is Phase.ASKING,
        press is not None and press.phase is not Phase.AWAY,
        press is not None and press.phase in _STANDS and _shows_a_card(_cared(state, name).seen),
    )


def _shows_a_card(seen: Seen) -> bool:
    return seen.status is not None and seen.status.position not in _EMPTY


def why_printer_waits(state: StationState, view: View, name: str, now_ms: int) -> Told | None:
    """Why this printer takes no card now, in one sentence (`Told.text`); None if it takes the next one."""
    return duty.why_printer_waits(facts_of(state, view, name), now_ms)


def may_take(state: StationState, view: View, name: str, now_ms: int) -> bool:
    """Whether duty lets an idle printer take a card: cap, rest, temperature, a test card first."""
    return duty.why_not_given(facts_of(state, view, name), now_ms) is None


def look_first(state: StationState, view: View, now_ms: int) -> Stepped:
    """Before any card: printers never looked at, and those that were too busy for it for a long time."""
    return _look(state, now_ms, OVERDUE)


def look_after(state: StationState, view: View, now_ms: int) -> Stepped:
    """After cards were given: printers that got none and whose last look is a while ago."""
    return _look(state, now_ms, 0)


def _look(state: StationState, now_ms: int, overdue: int) -> Stepped:
    effects: list[Effect] = []
    for press in list(state.presses.values()):
        cared = state.care.get(press.name, Cared())
        is_free = press.phase is Phase.IDLE and press.name not in state.waiting.values()
        limits = state.settings.limits.get(press.name)
        if not is_free or limits is None:
            continue
        if cared.next_look_ms and now_ms < cared.next_look_ms + overdue * limits.look_ms:
            continue
        state = with_press(state, evolve(press, phase=Phase.CHECKING, act=Act.CHECK))
        effects.append(Perform(press.name, Order(Act.CHECK)))
    return state, tuple(effects)


def noted(state: StationState, view: View, what: Drove, now_ms: int) -> Stepped:
    """What any act showed of the printer; a look of ours ends here."""
    press, limits = state.presses.get(what.printer), state.settings.limits.get(what.printer)
    if press is None or limits is None:
        return state, ()
    cared = _cared(state, press.name)
    if isinstance(what.result, Done):
        is_look = press.phase is Phase.CHECKING
        supplies = what.result.supplies if is_look else cared.seen.supplies
        cared = evolve(cared, seen=Seen(now_ms, what.result.look.status, supplies), fed=fed_count(what.result.look))
    elif press.phase in (Phase.CHECKING, Phase.SIZING, Phase.RECOVERING):
        cared = evolve(cared, seen=evolve(cared.seen, at_ms=now_ms, why=what.result.why))
    if press.phase is not Phase.CHECKING:
        return evolve(state, care={**state.care, press.name: cared}), ()
    cared = evolve(cared, next_look_ms=now_ms + limits.look_ms)
    after = resting(press, now_ms) if isinstance(what.result, Failed) else idle(press)
    state = with_press(evolve(state, care={**state.care, press.name: cared}), after)
    return _told_once(state, view, press.name, now_ms)


def _told_once(state: StationState, view: View, name: str, now_ms: int) -> Stepped:
    """What is new in a printer's way, or due on it; the rest was told."""
    facts, cared = facts_of(state, view, name), _cared(state, name)
    waits = duty.why_printer_waits(facts, now_ms)
    found = (*((waits,) if waits else ()), *duty.what_is_due(facts, now_ms))
    cared, before = evolve(cared, told=frozenset(one.key for one in found)), cared.told
    state = evolve(state, care={**state.care, name: cared})
    return state, tuple(Alarm(one.text, dict(one.facts)) for one in found if one.key not in before)


def shown(state: StationState, view: View, press: Press, now_ms: int) -> dict[str, Any]:
    """What the page shows of a printer's duty and supplies."""
    facts = facts_of(state, view, press.name)
    waits = duty.why_printer_waits(facts, now_ms)
    seen, limits = facts.seen, facts.limits
    return {
        "waits_because": waits.text if waits else "",
        "waits": _plain(waits) if waits else None,
        "due": [_plain(one) for one in duty.what_is_due(facts, now_ms)],
        "cards_today": duty.cards_today(facts, now_ms),
        "daily_cap": limits.daily_cap,
        "temperature_c": seen.status.temperature_c if seen.status else None,
        "notices": notices.shown(seen.status),
        "supplies": [
            {"name": one.name, "cards": one.remaining, "working_days": duty.days_left(one, facts.work)}
            for one in seen.supplies
        ],
        "test_card": facts.testing.state.value if facts.testing else "",
    }


def _plain(one: Told) -> dict[str, Any]:
    return {"code": one.reason.value, "facts": dict(one.facts), "text": one.text}


def _cared(state: StationState, name: str) -> Cared:
    found: Cared = state.care.get(name, Cared())
    return found


def _has_blank(view: View, station: str, row: Printer | None) -> bool:
    if row is None or not row.lo:
        return False
    runs = view.overlapping(row.series, row.lo, row.hi)
    return any((run.party, run.bucket) == (station, Bucket.STOCK) for run in runs)

"""The counter's answer from the station's own book (jawaban loket di mesin cetak): rules 5, 20, 23 and 34.

Pure, from what the station remembers and its book: why a card that it holds the permission for can
or cannot be printed now, one reason, the first that applies. Whose card it is, is found elsewhere.
What lies at the hub is the hub's to answer; where it cannot be reached, the book's last word stands.
"""

from collections.abc import Mapping, Sequence

from ektp_core.errors import Fact
from ektp_core.flow.closing_day import rests
from ektp_core.flow.counter_answer import CounterAnswer, Why
from ektp_core.flow.counter_at_hub import of_state
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.moving import waits
from ektp_core.flow.queueing import Turn, station_order
from ektp_core.flow.rows import Attempt, Lock, Record, Station, Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_station.duty import Reason, Told
from ektp_station.messages import StationState
from ektp_station.press_state import Phase
from ektp_station.step_care import why_printer_waits

_DAY_MS = 86_400_000

#: What keeps a printer from a card, in the words of the counter.
_OF_PRINTER: Mapping[Reason, Why] = {
    Reason.NOT_THERE: Why.PRINTER_AWAY,
    Reason.NO_ANSWER: Why.PRINTER_AWAY,
    Reason.CLOSED: Why.PRINTER_CLOSED,
    Reason.PAUSED: Why.PRINTER_PAUSED,
    Reason.LOOK: Why.PRINTER_LOOK,
    Reason.TEST: Why.PRINTER_TESTS,
    Reason.NOT_LOADED: Why.PRINTER_EMPTY,
    Reason.NO_BLANK: Why.PRINTER_EMPTY,
    Reason.DEVICE: Why.PRINTER_TROUBLE,
    Reason.CARD_INSIDE: Why.PRINTER_TROUBLE,
    Reason.TOO_COLD: Why.PRINTER_TEMPERATURE,
    Reason.TOO_HOT: Why.PRINTER_TEMPERATURE,
    Reason.DAILY_CAP: Why.PRINTER_CAP,
    Reason.RESTS: Why.PRINTER_RESTING,
}
_BEGINNING = frozenset({Phase.SIZING, Phase.STARTING})

Found = tuple[Why, Mapping[str, Fact]]


def why_here(
    state: StationState, view: View, name: str, now_ms: int, turns: Sequence[Turn] | None = None
) -> CounterAnswer:
    """Why the card of a record this station knows can or cannot be printed here now.

    Args:
        turns: the queue, where it was read already: then many records cost no more than one reading of it.
    """
    lock, record = view.row(Lock, name), view.row(Record, name)
    if lock is None or record is None:
        return CounterAnswer(Why.NOT_KNOWN)
    here = state.settings.station
    if lock.station == here and lock.state is LockState.IN_PRESS:
        why, facts = _in_press(state, view, lock)
    elif lock.station == here and lock.state is LockState.AUTHORISED:
        found = _authorised(state, view, lock, record, now_ms)
        why, facts = found or _in_turn(state, name, queue_here(state, view, now_ms) if turns is None else turns)
    else:
        why, facts = of_state(view, record, lock, now_ms)
    return CounterAnswer(why, name, {"record": name, "station": here, **facts})


def _in_press(state: StationState, view: View, lock: Lock) -> Found:
    attempt = view.row(Attempt, lock.record, lock.n)
    press = next((one for one in state.presses.values() if one.record == lock.record), None)
    if press is None or press.phase in (Phase.AWAY, Phase.PAUSING):
        return Why.IN_MACHINE_AWAY, {"printer": attempt.printer if attempt else ""}
    if press.phase is Phase.ASKING:
        return Why.LOOK_WANTED, {"printer": press.name}
    return Why.IN_MACHINE, {"printer": press.name}


def _authorised(state: StationState, view: View, lock: Lock, record: Record, now_ms: int) -> Found | None:
    """What keeps an authorised card from being printed here now; None where only its turn does."""
    attempt = view.row(Attempt, lock.record, lock.n)
    assert attempt is not None, "an authorisation without its attempt"
    for press in state.presses.values():
        if press.record == lock.record and press.phase in _BEGINNING:
            return Why.BEGINNING, {"printer": press.name}
    row = view.row(Station, lock.station)
    stopped = state.stopped_why or (row.frozen_why if row else "")
    if stopped:
        return Why.STATION_STOPPED, {"why": stopped}
    quiet = waits(view, lock.station, state.acked_n) or rests(view, lock.station, now_ms)
    if now_ms < state.wait_hub_ms:
        quiet = quiet or "it has not heard the hub since it was started"
    if quiet:
        return Why.STATION_RESTS, {"why": quiet}
    if attempt.recalled:
        return Why.CALLED_BACK, {}
    if now_ms > attempt.until_ms:
        return Why.PERMISSION_OVER, {"until": attempt.until_ms}
    policy = policy_in_force(view)
    age_ms = now_ms - record.checked_ms
    if age_ms > policy.checked_ms:
        return Why.CHECK_TOO_OLD, {"days": age_ms // _DAY_MS, "limit": policy.checked_ms // _DAY_MS}
    if attempt.tries >= policy.tries:
        return Why.TRIES_SPENT, {"tries": attempt.tries}
    if (attempt.record, attempt.n) in state.lacking:
        return Why.DATA_LACKING, {}
    if state.no_room:
        return Why.DISK_LOW, {}
    return _in_the_way(state, view, now_ms)


def _in_the_way(state: StationState, view: View, now_ms: int) -> Found | None:
    """Why no printer takes a card; None while one does, or will when it has done the card it has."""
    station = view.row(Station, state.settings.station)
    classes = station.classes if station else ()
    stock = (view.row(Tally, state.settings.station, Bucket.STOCK, one) for one in classes)
    if not state.presses:
        return Why.NO_PRINTER, {}
    if not any(tally and tally.count for tally in stock):
        return Why.NO_BLANKS, {}
    found = [why_printer(state, view, name, now_ms) for name in sorted(state.presses)]
    return None if None in found else next(one for one in found if one)


def why_printer(state: StationState, view: View, name: str, now_ms: int) -> Found | None:
    """Why a printer takes no card now; None if it takes the next one, or will after the one it has."""
    if state.presses[name].phase is Phase.AWAY:
        return Why.PRINTER_AWAY, {"printer": name}
    told = why_printer_waits(state, view, name, now_ms)
    return _told(told) if told else None


def _told(told: Told) -> Found:
    return _OF_PRINTER[told.reason], dict(told.facts)


def _in_turn(state: StationState, name: str, turns: Sequence[Turn]) -> Found:
    """The place among those that can be begun: a card without its data holds nobody up."""
    able = [turn for turn in turns if (turn.record, turn.n) not in state.lacking]
    ahead = next((at for at, turn in enumerate(able) if turn.record == name), 0)
    until_ms = next((turn.until_ms for turn in turns if turn.record == name), 0)
    return (Why.WAITING_HERE if ahead else Why.NEXT_HERE), {"ahead": ahead, "until": until_ms}


def queue_here(state: StationState, view: View, now_ms: int) -> tuple[Turn, ...]:
    """The authorisations held and not begun, the next first."""
    return station_order(view, state.settings.station, now_ms)

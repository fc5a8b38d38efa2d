"""Which card which printer takes next (giliran kartu), and which authorisations go back to the hub.

The book says what is authorised, loaded and in a machine; a card that was in the press is
taken up before a new one is begun. Nothing is remembered here that a crash could lose.
"""

from collections.abc import Iterator
from functools import partial

from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.closing_day import rests
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.moving import waits
from ektp_core.flow.old_copy import is_in_doubt, uncompared, why_kept
from ektp_core.flow.pressing import ReturnCard
from ektp_core.flow.queueing import Turn, station_order
from ektp_core.flow.rows import Attempt, Lease, Lock, Printer, Record, Station, Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_station import press as pressing
from ektp_station import step_care
from ektp_station.comparing import why_nothing_goes_back
from ektp_station.driver_seen import has_drifted
from ektp_station.messages import Effect, StationState
from ektp_station.press import Phase
from ektp_station.stepping import Stepped, own_work, persist, press_moved, with_press

#: How often the authorisations held are looked through for those to give back.
RETURN_EVERY_MS = 500


def take_up(state: StationState, view: View, now_ms: int) -> Stepped:
    """A printer goes on with the card the book has in its press; a shut one begins when the book has it open."""
    effects: list[Effect] = []
    holds_cards = any(True for _ in view.rows(Tally, state.settings.station, Bucket.IN_MACHINE))
    for press in list(state.presses.values()):
        if press.name in state.waiting.values() or press.phase not in (Phase.IDLE, Phase.SHUT):
            continue
        if press.phase is Phase.SHUT:
            row = view.row(Printer, state.settings.station, press.name)
            if row and row.closed_why:
                continue
            state = with_press(state, pressing.idle(press))
        state, more = resumed(state, view, press.name, now_ms) if holds_cards else (state, ())
        effects += more
    return state, tuple(effects)


def resumed(state: StationState, view: View, printer: str, now_ms: int) -> Stepped:
    """Take up the card the book has in this press, if it has one."""
    for lease in view.rows(Lease, state.settings.station):
        lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
        if lock and attempt and lock.state is LockState.IN_PRESS and attempt.printer == printer:
            resume = partial(pressing.resume, record=lease.record, n=lease.n, view=view)
            return press_moved(state, printer, now_ms, resume)
    return state, ()


def may_begin(state: StationState, view: View, now_ms: int) -> bool:
    """Whether any blank may go into a machine now, for a citizen's card or a test card."""
    return not why_none_begins(state, view, now_ms)


def why_none_begins(state: StationState, view: View, now_ms: int) -> str:
    """Why no blank may go into any machine now; nothing where one may. What is shown and what is done ask this."""
    station = state.settings.station
    row, left = view.row(Station, station), uncompared(view, station)
    if state.stopped_why:
        return f"printing is stopped: {state.stopped_why}"
    if row is None or row.frozen_why:
        return f"the centre stopped this station: {row.frozen_why if row else 'it is not enrolled'}"
    if why := waits(view, station, state.acked_n) or state.no_room:
        return why
    if left:
        return f"printer {left.printer}: {left.closed_why}"
    if now_ms < max(state.wait_hub_ms, state.unfit_ms):
        return "the hub's word is waited for"
    if not state.is_time_known:
        return "the time is not known: the hub must be heard first"
    # Between count and close nothing is begun (rule 33).
    return "the day is being counted or closed" if rests(view, station, now_ms) else ""


def give_cards(state: StationState, view: View, now_ms: int) -> Stepped:
    """Each idle printer with blanks loaded takes the next authorised record, in the order of rule 31."""
    effects: list[Effect] = []
    waiting = startable(state, view, now_ms) if may_begin(state, view, now_ms) else iter(())
    for press in list(state.presses.values()):
        is_free = press.phase is Phase.IDLE and press.name not in state.waiting.values()
        if not is_free or not takes_cards(state, view, press.name, now_ms):
            continue
        turn = next(waiting, None)
        if turn is None:
            break
        begin = partial(pressing.begin, record=turn.record, n=turn.n)
        state, more = press_moved(state, press.name, now_ms, begin)
        effects += more
    return state, tuple(effects)


def takes_cards(state: StationState, view: View, printer: str, now_ms: int) -> bool:
    """Whether this printer is given its next card when it is free: in service, blanks in it, its duty lets it."""
    if has_drifted(state, printer):
        return False
    return _is_loaded(state, view, printer) and step_care.may_take(state, view, printer, now_ms)


def _is_loaded(state: StationState, view: View, printer: str) -> bool:
    station = state.settings.station
    row = view.row(Printer, station, printer)
    if row is None or row.closed_why or row.paused_why or not row.lo:
        return False
    runs = view.overlapping(row.series, row.lo, row.hi)
    return any((run.party, run.bucket) == (station, Bucket.STOCK) for run in runs)


def startable(state: StationState, view: View, now_ms: int) -> Iterator[Turn]:
    """Authorisations that may be begun now, the next first: the order of rule 31, as the hub told each place."""
    busy = {press.record for press in state.presses.values() if press.record}
    limit_ms = policy_in_force(view).checked_ms
    for turn in station_order(view, state.settings.station, now_ms):
        attempt = view.row(Attempt, turn.record, turn.n)
        if (turn.record, turn.n) in state.lacking or (attempt and is_in_doubt(view, attempt)):
            continue
        if turn.record not in busy and attempt and not why_returned(view, attempt, limit_ms, now_ms):
            yield turn


def why_returned(view: View, attempt: Attempt, limit_ms: int, now_ms: int) -> Refusal | None:
    """Why an authorisation goes back unbegun: recalled, past its time, or its check older than `limit_ms`."""
    if attempt.recalled:
        return Refusal.RECALLED
    if now_ms > attempt.until_ms:
        return Refusal.LEASE_OVER
    record = view.row(Record, attempt.record)
    is_stale = record is not None and now_ms - record.checked_ms > limit_ms
    return Refusal.SOURCE_STALE if is_stale else None


def give_back(state: StationState, view: View, now_ms: int) -> Stepped:
    """Authorisations that were recalled, are past their time or were checked too long ago go back to the hub."""
    if "return" in state.waiting.values() or now_ms < state.next_return_ms or state.no_room:
        return state, ()
    # A book that may be an older copy does not know what is begun.
    if state.stopped_why or waits(view, state.settings.station, state.acked_n):
        return state, ()
    if why_kept(view, state.settings.station) or why_nothing_goes_back(state, view):
        return state, ()
    state = evolve(state, next_return_ms=now_ms + RETURN_EVERY_MS)
    busy = {press.record for press in state.presses.values() if press.record}
    limit_ms = policy_in_force(view).checked_ms
    for lease in view.rows(Lease, state.settings.station):
        lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
        if lock is None or attempt is None or lease.record in busy or lock.state is not LockState.AUTHORISED:
            continue
        if is_in_doubt(view, attempt):
            continue
        why = why_returned(view, attempt, limit_ms, now_ms)
        if why is Refusal.RECALLED or (why and state.is_time_sure):
            work = own_work(state, ReturnCard(lease.record, lease.n, why.value), now_ms)
            return persist(evolve(state, next_return_ms=now_ms), (work,), "return")
    return state, ()

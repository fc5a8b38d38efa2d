"""Which card which printer takes next (giliran kartu), and which authorisations go back to the hub.

The book says what is authorised, loaded and in a machine; a card that was in the press is
taken up before a new one is begun. Nothing is remembered here that a crash could lose.
"""

from collections.abc import Iterator
from functools import partial

from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.pressing import ReturnCard
from ektp_core.flow.rows import Attempt, Lease, Lock, Printer, Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_station import press as pressing
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


def give_cards(state: StationState, view: View, now_ms: int) -> Stepped:
    """Each idle printer with blanks loaded takes the next authorised record, lowest number first."""
    effects: list[Effect] = []
    waiting = startable(state, view, now_ms) if not state.stopped_why else iter(())
    for press in list(state.presses.values()):
        is_free = press.phase is Phase.IDLE and press.name not in state.waiting.values()
        if not is_free or not _is_loaded(state, view, press.name):
            continue
        lease = next(waiting, None)
        if lease is None:
            break
        begin = partial(pressing.begin, record=lease.record, n=lease.n)
        state, more = press_moved(state, press.name, now_ms, begin)
        effects += more
    return state, tuple(effects)


def _is_loaded(state: StationState, view: View, printer: str) -> bool:
    station = state.settings.station
    row = view.row(Printer, station, printer)
    if row is None or row.closed_why or not row.lo:
        return False
    runs = view.overlapping(row.series, row.lo, row.hi)
    return any((run.party, run.bucket) == (station, Bucket.STOCK) for run in runs)


def startable(state: StationState, view: View, now_ms: int) -> Iterator[Lease]:
    """Authorisations that may be begun now, lowest number first."""
    busy = {press.record for press in state.presses.values() if press.record}
    for lease in view.rows(Lease, state.settings.station):
        if lease.record in busy:
            continue
        lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
        if lock and attempt and lock.state is LockState.AUTHORISED and is_valid(attempt, now_ms):
            yield lease


def is_valid(attempt: Attempt, now_ms: int) -> bool:
    """Whether an authorisation is neither called back nor past its time."""
    return not attempt.recalled and now_ms <= attempt.until_ms


def give_back(state: StationState, view: View, now_ms: int) -> Stepped:
    """Authorisations that were recalled or are past their time go back to the hub."""
    if "return" in state.waiting.values() or now_ms < state.next_return_ms:
        return state, ()
    state = evolve(state, next_return_ms=now_ms + RETURN_EVERY_MS)
    busy = {press.record for press in state.presses.values() if press.record}
    for lease in view.rows(Lease, state.settings.station):
        lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
        if lock is None or attempt is None or lease.record in busy or lock.state is not LockState.AUTHORISED:
            continue
        if not is_valid(attempt, now_ms):
            why = Refusal.RECALLED if attempt.recalled else Refusal.LEASE_OVER
            work = own_work(state, ReturnCard(lease.record, lease.n, why.value), now_ms)
            return persist(evolve(state, next_return_ms=now_ms), (work,), "return")
    return state, ()

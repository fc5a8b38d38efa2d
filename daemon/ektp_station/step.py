"""The station as a step (langkah mesin cetak): `step(state, view, input) -> state, effects`.

It takes its feed, gives each printer its next card, hears the operator, uploads its chain,
and does all of it from its own book: a crash loses nothing, because a card that was in the
press is found in the book again and judged by what the device can show. No clock, socket,
thread or file is known here; a simulator runs this same class.
"""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial

from attrs import evolve

from ektp_core.boundary.card_printer import Can, Capabilities
from ektp_core.boundary.store import Accepted, Answer, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import to_json
from ektp_core.flow.pressing import Conclude, ReturnCard
from ektp_core.flow.rows import Attempt, Desk, Lease, Lock, Printer, Tally
from ektp_core.flow.station_book import TakeFeed
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, Profile
from ektp_core.wire.upload import Receipt
from ektp_station import press as pressing
from ektp_station.messages import (
    Acknowledged,
    Alarm,
    AskArrived,
    Drove,
    Effect,
    FeedCame,
    Fetch,
    Input,
    LinkFailed,
    Perform,
    Persist,
    Persisted,
    PrinterUp,
    Remember,
    Reply,
    StationState,
    Ticked,
    Upload,
)
from ektp_station.press import Drive, Moved, Phase, Press, Tell, Write

#: Refusals that mean this book or its feed cannot be trusted: no card is started any more.
FATAL = frozenset({Refusal.FEED_FORK, Refusal.ROLLED_BACK, Refusal.CHAIN_FORK, Refusal.NOT_BOTH_SIGNED})

#: The note that says why printing is stopped for good.
STOPPED = "stopped"

#: How often the authorisations held are looked through for those to give back.
RETURN_EVERY_MS = 500

Stepped = tuple[StationState, tuple[Effect, ...]]


def step(state: StationState, view: View, what: Input, now_ms: int) -> Stepped:
    """One input, the next state, and what the shell has to do."""
    match what:
        case Ticked():
            return _ticked(state, view, now_ms)
        case PrinterUp():
            return _printer_up(state, view, what, now_ms)
        case Drove():
            return _press_moved(
                state, what.printer, now_ms, lambda one: pressing.came_back(one, view, what.result, now_ms)
            )
        case Persisted():
            return _persisted(state, view, what, now_ms)
        case FeedCame():
            return _feed(state, what, now_ms)
        case Acknowledged():
            return _acknowledged(state, what, now_ms)
        case LinkFailed():
            return _link_failed(state, what, now_ms)
        case AskArrived():
            return _asked(state, what)


def _with(state: StationState, press: Press) -> StationState:
    return evolve(state, presses={**state.presses, press.name: press})


def _persist(state: StationState, works: tuple[Work, ...], why: str) -> Stepped:
    token = state.next_token
    waiting = {**state.waiting, token: why}
    return evolve(state, next_token=token + 1, waiting=waiting), (Persist(token, works),)


def _asked(state: StationState, what: AskArrived) -> Stepped:
    """A card is judged by a person only when the machine has let go of it."""
    body = what.work.ask.body
    if isinstance(body, Conclude) and body.record in _under_way(state):
        facts = {"record": body.record, "state": "IN_PRESS", "event": body.outcome.name, "allowed": "nothing yet"}
        return state, (Reply(what.request, Refused(Refusal.NO_SUCH_STEP, facts)),)
    return _persist(state, (what.work,), f"request/{what.request}")


def _under_way(state: StationState) -> set[str]:
    """Records whose card a machine is working on."""
    return {one.record for one in state.presses.values() if one.record and one.phase is not Phase.ASKING}


def _ticked(state: StationState, view: View, now_ms: int) -> Stepped:
    effects: list[Effect] = []
    for name in list(state.presses):
        state, more = _press_moved(state, name, now_ms, partial(pressing.woken, view=view, now_ms=now_ms))
        effects += more
    for part in (_take_up, _give_cards, _give_back, _fetch, _upload):
        state, more = part(state, view, now_ms)
        effects += more
    return state, tuple(effects)


def _take_up(state: StationState, view: View, now_ms: int) -> Stepped:
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
            state = _with(state, pressing.idle(press))
        state, more = _resumed(state, view, press.name, now_ms) if holds_cards else (state, ())
        effects += more
    return state, tuple(effects)


def _resumed(state: StationState, view: View, printer: str, now_ms: int) -> Stepped:
    for lease in view.rows(Lease, state.settings.station):
        lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
        if lock and attempt and lock.state is LockState.IN_PRESS and attempt.printer == printer:
            resume = partial(pressing.resume, record=lease.record, n=lease.n, view=view)
            return _press_moved(state, printer, now_ms, resume)
    return state, ()


def _give_cards(state: StationState, view: View, now_ms: int) -> Stepped:
    """Each idle printer with blanks loaded takes the next authorised record, lowest number first."""
    effects: list[Effect] = []
    waiting = _startable(state, view, now_ms) if not state.stopped_why else iter(())
    for press in list(state.presses.values()):
        is_free = press.phase is Phase.IDLE and press.name not in state.waiting.values()
        if not is_free or not _is_loaded(state, view, press.name):
            continue
        lease = next(waiting, None)
        if lease is None:
            break
        begin = partial(pressing.begin, record=lease.record, n=lease.n)
        state, more = _press_moved(state, press.name, now_ms, begin)
        effects += more
    return state, tuple(effects)


def _is_loaded(state: StationState, view: View, printer: str) -> bool:
    station = state.settings.station
    row = view.row(Printer, station, printer)
    if row is None or row.closed_why or not row.lo:
        return False
    runs = view.overlapping(row.series, row.lo, row.hi)
    return any((run.party, run.bucket) == (station, Bucket.STOCK) for run in runs)


def _startable(state: StationState, view: View, now_ms: int) -> Iterator[Lease]:
    busy = {press.record for press in state.presses.values() if press.record}
    for lease in view.rows(Lease, state.settings.station):
        if lease.record in busy:
            continue
        lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
        if lock and attempt and lock.state is LockState.AUTHORISED and _is_valid(attempt, now_ms):
            yield lease


def _is_valid(attempt: Attempt, now_ms: int) -> bool:
    return not attempt.recalled and now_ms <= attempt.until_ms


def _give_back(state: StationState, view: View, now_ms: int) -> Stepped:
    """Authorisations that were recalled or are past their time go back to the hub."""
    if "return" in state.waiting.values() or now_ms < state.next_return_ms:
        return state, ()
    state = evolve(state, next_return_ms=now_ms + RETURN_EVERY_MS)
    busy = {press.record for press in state.presses.values() if press.record}
    for lease in view.rows(Lease, state.settings.station):
        lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
        if lock is None or attempt is None or lease.record in busy or lock.state is not LockState.AUTHORISED:
            continue
        if not _is_valid(attempt, now_ms):
            why = Refusal.RECALLED if attempt.recalled else Refusal.LEASE_OVER
            work = _own_work(state, ReturnCard(lease.record, lease.n, why.value), now_ms)
            return _persist(evolve(state, next_return_ms=now_ms), (work,), "return")
    return state, ()


def _own_work(state: StationState, body: object, now_ms: int) -> Work:
    """An ask of the station itself: it needs no id, because it is never sent twice."""
    digest = hashlib.sha256(type(body).__name__.encode() + to_json(body)).digest()
    return Work(Ask("", body, (state.settings.key,), now_ms, digest))


def _fetch(state: StationState, view: View, now_ms: int) -> Stepped:
    if state.fetching or state.stopped_why or now_ms < state.next_fetch_ms:
        return state, ()
    desk = view.row(Desk, state.settings.station)
    return evolve(state, fetching=True), (Fetch(desk.taken_m if desk else 0),)


def _upload(state: StationState, view: View, now_ms: int) -> Stepped:
    nothing_new = view.position.n <= state.acked_n
    if state.uploading or nothing_new or now_ms < state.next_upload_ms:
        return state, ()
    return evolve(state, uploading=True), (Upload(state.acked_n),)


def _printer_up(state: StationState, view: View, what: PrinterUp, now_ms: int) -> Stepped:
    """A card that was in this printer's press is taken up first."""
    old = state.presses.get(what.printer, Press(what.printer))
    press = pressing.idle(evolve(old, can=what.can, profile=_profile(state, what.can)))
    return _resumed(_with(state, press), view, what.printer, now_ms)


def _profile(state: StationState, can: Capabilities) -> Profile:
    """A printer without a reader makes cards without a chip step."""
    return state.settings.profile if Can.READS_UID in can.can else Profile.NO_CHIP


def _press_moved(state: StationState, name: str, now_ms: int, move: Callable[[Press], Moved]) -> Stepped:
    """Let a press move, and turn what it wants into effects of the station."""
    press = state.presses.get(name)
    if press is None:
        return state, ()
    moved, wants = move(press)
    state = _with(state, moved)
    if moved.phase is Phase.ACTING and name in state.told:
        state = evolve(state, told={printer: text for printer, text in state.told.items() if printer != name})
    effects: list[Effect] = []
    for want in wants:
        match want:
            case Drive():
                effects.append(Perform(want.printer, want.order))
            case Write():
                state, more = _persist(state, (_own_work(state, want.body, now_ms),), want.printer)
                effects += more
            case Tell():
                state, told = _told(state, want)
                effects += told
    return _without_look(state, name, now_ms, effects)


def _without_look(state: StationState, name: str, now_ms: int, effects: list[Effect]) -> Stepped:
    """Where policy asks for no look, the device's own record concludes."""
    press = state.presses[name]
    ending = pressing.device_says(press) if press.phase is Phase.ASKING else None
    if state.settings.operator_looks or ending is None:
        return state, tuple(effects)
    state = _with(state, evolve(press, phase=Phase.CONCLUDING, ending=ending))
    state, more = _persist(state, (_own_work(state, ending, now_ms),), name)
    return state, (*effects, *more)


def _told(state: StationState, tell: Tell) -> tuple[StationState, list[Effect]]:
    """The same trouble of the same printer is told once, until something else happens."""
    text = f"{tell.what} {sorted(fact for fact in tell.facts.items() if fact[0] != 'record')}"
    if state.told.get(tell.printer) == text:
        return state, []
    told = {**state.told, tell.printer: text}
    return evolve(state, told=told), [Alarm(tell.what, {"printer": tell.printer, **tell.facts})]


def _persisted(state: StationState, view: View, what: Persisted, now_ms: int) -> Stepped:
    why = state.waiting.get(what.token, "")
    left = {token: one for token, one in state.waiting.items() if token != what.token}
    state = evolve(state, waiting=left)
    if why == "feed":
        return _feed_taken(state, what, now_ms)
    if why.startswith("request/"):
        return _request_done(state, int(why.removeprefix("request/")), what.answers[0])
    if why == "return" or not what.answers:
        return state, ()
    return _press_moved(state, why, now_ms, lambda one: pressing.persisted(one, view, what.answers[0], now_ms))


def _request_done(state: StationState, request: int, answer: Answer) -> Stepped:
    """An operator's verdict frees the printer that waited for it."""
    records = {getattr(e, "record", "") for e in answer.events} if isinstance(answer, Accepted) else set()
    for press in list(state.presses.values()):
        if press.phase is Phase.ASKING and press.record in records:
            state = _with(state, pressing.idle(press))
    return state, (Reply(request, answer),)


def _feed(state: StationState, what: FeedCame, now_ms: int) -> Stepped:
    state = evolve(state, wait_ms=0, next_fetch_ms=now_ms + state.settings.poll_ms)
    works = tuple(
        Work(Ask("", TakeFeed(one.body, one.digest), (one.signed_by,), now_ms, one.digest), one.payloads)
        for one in what.entries
    )
    if not works:
        return evolve(state, fetching=False), ()
    return _persist(state, works, "feed")


def _feed_taken(state: StationState, what: Persisted, now_ms: int) -> Stepped:
    state = evolve(state, fetching=False, next_fetch_ms=now_ms)
    refused = next((one for one in what.answers if isinstance(one, Refused)), None)
    if refused is None or refused.refusal is Refusal.FEED_GAP:
        return state, ()
    return _stopped(evolve(state, next_fetch_ms=now_ms + state.settings.poll_ms), refused)


def _stopped(state: StationState, why: Refused) -> Stepped:
    fatal = why.refusal in FATAL
    told = Alarm("printing is stopped" if fatal else "an entry was not taken", {"why": str(why)})
    if not fatal:
        return state, (told,)
    # Kept outside the chain, so that a crash does not make the station forget that it may not print.
    return evolve(state, stopped_why=str(why)), (Remember(STOPPED, str(why).encode()), told)


def _acknowledged(state: StationState, what: Acknowledged, now_ms: int) -> Stepped:
    state = evolve(state, uploading=False, wait_ms=0)
    if isinstance(what.answer, Receipt):
        kept = Remember("receipt", to_json(what.answer))
        return evolve(state, acked_n=what.answer.n, next_upload_ms=now_ms), (kept,)
    if what.answer.refusal is Refusal.CHAIN_GAP:
        absorbed = what.answer.facts.get("absorbed")
        return evolve(state, acked_n=absorbed if isinstance(absorbed, int) else 0), ()
    waited = evolve(state, next_upload_ms=now_ms + state.settings.retry_most_ms)
    return _stopped(waited, what.answer)


def _link_failed(state: StationState, what: LinkFailed, now_ms: int) -> Stepped:
    """Wait longer after each failure; printing goes on with the authorisations held."""
    wait_ms = min(max(state.wait_ms * 2, state.settings.retry_ms), state.settings.retry_most_ms)
    state = evolve(state, wait_ms=wait_ms)
    if what.was_upload:
        return evolve(state, uploading=False, next_upload_ms=now_ms + wait_ms), ()
    return evolve(state, fetching=False, next_fetch_ms=now_ms + wait_ms), ()

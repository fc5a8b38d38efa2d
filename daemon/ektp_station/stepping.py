"""What every part of the station's step stands on (dasar langkah): presses that move, asks that wait.

A press that moves wants things; here they become effects of the station. An ask of the
station itself waits under a token and a word that says who gets the answer.
"""

import hashlib
from collections.abc import Callable

from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import to_json
from ektp_station import press as pressing
from ektp_station.messages import Alarm, Effect, Perform, Persist, StationState
from ektp_station.press import Drive, Moved, Phase, Press, Tell, Write

Stepped = tuple[StationState, tuple[Effect, ...]]


def with_press(state: StationState, press: Press) -> StationState:
    """The state with this press in it."""
    return evolve(state, presses={**state.presses, press.name: press})


def persist(state: StationState, works: tuple[Work, ...], why: str) -> Stepped:
    """Let these be committed; `why` says who gets the answers."""
    token = state.next_token
    waiting = {**state.waiting, token: why}
    return evolve(state, next_token=token + 1, waiting=waiting), (Persist(token, works),)


def own_work(state: StationState, body: object, now_ms: int) -> Work:
    """An ask of the station itself: it needs no id, because it is never sent twice."""
    digest = hashlib.sha256(type(body).__name__.encode() + to_json(body)).digest()
    return Work(Ask("", body, (state.settings.key,), now_ms, digest))


def press_moved(state: StationState, name: str, now_ms: int, move: Callable[[Press], Moved]) -> Stepped:
    """Let a press move, and turn what it wants into effects of the station."""
    press = state.presses.get(name)
    if press is None:
        return state, ()
    moved, wants = move(press)
    state = with_press(state, moved)
    if moved.phase is Phase.ACTING and name in state.told:
        state = evolve(state, told={printer: text for printer, text in state.told.items() if printer != name})
    effects: list[Effect] = []
    for want in wants:
        match want:
            case Drive():
                effects.append(Perform(want.printer, want.order))
            case Write():
                state, more = persist(state, (own_work(state, want.body, now_ms),), want.printer)
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
    state = with_press(state, evolve(press, phase=Phase.CONCLUDING, ending=ending))
    state, more = persist(state, (own_work(state, ending, now_ms),), name)
    return state, (*effects, *more)


def _told(state: StationState, tell: Tell) -> tuple[StationState, list[Effect]]:
    """The same trouble of the same printer is told once, until something else happens."""
    text = f"{tell.what} {sorted(fact for fact in tell.facts.items() if fact[0] != 'record')}"
    if state.told.get(tell.printer) == text:
        return state, []
    told = {**state.told, tell.printer: text}
    return evolve(state, told=told), [Alarm(tell.what, {"printer": tell.printer, **tell.facts})]

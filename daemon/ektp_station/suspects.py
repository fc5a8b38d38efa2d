"""Cards in doubt at the station (kartu meragukan): asked for again when their printer comes back, told when they age.

Once a card is in doubt the station only adds evidence (lock.md). A printer that was away may still keep
a record of the job, or hold the card: it is looked at when it comes up, soon after the doubt, and a few
times an hour from then on; what it shows is written once. A card that is in doubt for longer than a shift
is an alarm, once while this process runs; its age counts from the time it was begun.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from ektp_core.boundary.card_printer import PrintToken
from ektp_core.flow.rows import Attempt, ChipOf, OpenSuspect, Printer
from ektp_core.flow.suspect_evidence import AddEvidence, doubtful_since, is_aged, told
from ektp_core.flow.suspect_evidence_events import Shown
from ektp_core.flow.view import View
from ektp_core.press.evidence import Inside
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_station.acts import Act, Done, Order, Result
from ektp_station.judging import evidence
from ektp_station.messages import Alarm, Effect, Perform, StationState
from ektp_station.press_state import Phase, Press, idle
from ektp_station.stepping import Stepped, own_work, persist, with_press

#: How often all this is looked through; when a printer is first asked about a card, and how often after that.
EVERY_MS, FIRST_LOOK_MS, LOOK_EVERY_MS = 1_000, 30_000, 600_000

#: How soon a printer that is out of service and did not answer is asked again about the card it was shut for.
SHUT_LOOK_MS = 5_000

#: What waits under this word needs no answer.
WORD = "evidence"

_TELLS = frozenset({Outcome.GOOD, Outcome.SPOILED, Outcome.NOT_STARTED})


@frozen
class Doubts:
    """What the station remembers of its cards in doubt; a crash may lose it.

    Attributes:
        due_ms: (record, attempt) -> when its printer is asked again.
        aged: those whose age was told.
    """

    next_ms: int = 0
    due_ms: Mapping[tuple[str, int], int] = field(factory=dict)
    aged: frozenset[tuple[str, int]] = frozenset()


def came_up(state: StationState, view: View, printer: str) -> StationState:
    """A printer that was away is asked about its cards in doubt as soon as it is idle."""
    doubts = _doubts(state)
    mine = {name: 0 for name, attempt in _open(view, state.settings.station) if attempt.printer == printer}
    return evolve(state, doubts=evolve(doubts, next_ms=0, due_ms={**doubts.due_ms, **mine}))


def attend(state: StationState, view: View, now_ms: int) -> Stepped:
    """Tell of what has aged, and ask idle printers about what is due."""
    doubts = _doubts(state)
    if now_ms < doubts.next_ms:
        return state, ()
    suspects = list(_open(view, state.settings.station))
    owing = {name for name, one in suspects if _owes_a_feed(state, view, one)}
    first_ms = {name: now_ms if name in owing else now_ms + FIRST_LOOK_MS for name, _ in suspects}
    due_ms = {name: doubts.due_ms.get(name, first_ms[name]) for name, _ in suspects}
    old = {name: one for name, one in suspects if is_aged(one, now_ms, state.settings.shift_ms)}
    new = [one for name, one in old.items() if name not in doubts.aged]
    state = evolve(state, doubts=Doubts(now_ms + EVERY_MS, due_ms, frozenset(old)))
    effects: list[Effect] = [_alarm(one, now_ms) for one in new]
    for name, attempt in suspects:
        press = state.presses.get(attempt.printer)
        if press and due_ms[name] <= now_ms and _is_free(state, press, may_be_shut=name in owing):
            state, order = _asked(state, press, attempt, now_ms)
            effects.append(order)
    return state, tuple(effects)


def _open(view: View, station: str) -> Iterator[tuple[tuple[str, int], Attempt]]:
    for suspect in view.rows(OpenSuspect, station):
        attempt = view.row(Attempt, suspect.record, suspect.n)
        if attempt:
            yield (suspect.record, suspect.n), attempt


def _doubts(state: StationState) -> Doubts:
    return state.doubts if isinstance(state.doubts, Doubts) else Doubts()


def _alarm(attempt: Attempt, now_ms: int) -> Alarm:
    hours = (now_ms - doubtful_since(attempt)) // 3_600_000
    facts: dict[str, str | int] = {"record": attempt.record, "n": attempt.n, "hours": hours}
    return Alarm("a card is in doubt for longer than a shift", {**facts, "printer": attempt.printer})


def _is_free(state: StationState, press: Press, *, may_be_shut: bool) -> bool:
    phases = (Phase.IDLE, Phase.SHUT) if may_be_shut else (Phase.IDLE,)
    return press.phase in phases and press.name not in state.waiting.values()


def _owes_a_feed(state: StationState, view: View, attempt: Attempt) -> bool:
    """Whether its printer is out of service and the book does not know whether this card, begun here, was fed.

    Only the process that began the card, and no other here since, reads it from the counter: no older copy of the
    book can have been put under a process that runs.
    """
    press = state.presses.get(attempt.printer)
    row = view.row(Printer, attempt.station, attempt.printer)
    is_own = press is not None and press.began == f"{attempt.record}/{attempt.n}"
    return is_own and row is not None and bool(row.closed_why) and 0 <= attempt.counter == row.explained


def _asked(state: StationState, press: Press, attempt: Attempt, now_ms: int) -> tuple[StationState, Effect]:
    """The printer is looked at with the job in hand; until that comes back it takes no card."""
    doubts = _doubts(state)
    due_ms = {**doubts.due_ms, (attempt.record, attempt.n): now_ms + LOOK_EVERY_MS}
    state = evolve(state, doubts=evolve(doubts, due_ms=due_ms))
    state = with_press(state, evolve(press, phase=Phase.DOUBTING, record=attempt.record, n=attempt.n, act=Act.LOOK))
    token = PrintToken(attempt.record, attempt.n, attempt.tries + 1)
    return state, Perform(press.name, Order(Act.LOOK, token))


def is_asking(state: StationState, printer: str) -> bool:
    """Whether a printer is being looked at for a card in doubt."""
    press = state.presses.get(printer)
    return press is not None and press.phase is Phase.DOUBTING


def looked(state: StationState, view: View, printer: str, result: Result, now_ms: int) -> Stepped:
    """What the printer showed is written, as far as it is new; the printer is free again."""
    press = state.presses[printer]
    attempt = view.row(Attempt, press.record, press.n)
    suspect = view.row(OpenSuspect, state.settings.station, press.record, press.n)
    row = view.row(Printer, state.settings.station, printer)
    after = Phase.SHUT if row and row.closed_why else Phase.IDLE
    state = with_press(state, evolve(idle(press), phase=after))
    owes = attempt is not None and _owes_a_feed(state, view, attempt)
    if owes and not isinstance(result, Done):
        doubts = _doubts(state)
        due_ms = {**doubts.due_ms, (press.record, press.n): now_ms + SHUT_LOOK_MS}
        return evolve(state, doubts=evolve(doubts, due_ms=due_ms)), ()
    if attempt is None or suspect is None or not isinstance(result, Done):
        return state, ()
    bodies = [one for one in _shown(view, press, attempt, result, owes=owes) if not _is_known(suspect, one)]
    if not bodies:
        return state, ()
    return persist(state, tuple(own_work(state, body, now_ms) for body in bodies), WORD)


def _is_known(suspect: OpenSuspect, body: AddEvidence) -> bool:
    said = (body.shown, body.certainty, body.outcome, body.place, body.uid, body.printer)
    return any(line[:6] == said for line in suspect.evidence)


def _shown(view: View, press: Press, attempt: Attempt, done: Done, *, owes: bool) -> Iterator[AddEvidence]:
    """What a look shows of this very card; a chip of another card says nothing of it.

    `owes`: this process began it and the printer is shut since, so one count more is this card's feed.
    """
    about = AddEvidence(attempt.record, attempt.n, Shown.JOB, printer=press.name)
    found = evidence(attempt, done, press.can)
    job = done.look.job.verdict if done.look.job else None
    if job and job.outcome in _TELLS:
        yield evolve(about, outcome=job.outcome, place=job.blank, certainty=job.certainty)
    if found.fed_since == 0:
        yield evolve(about, shown=Shown.COUNTER, outcome=Outcome.NOT_STARTED, certainty=Certainty.COUNTER)
    if found.fed_since == 1 and owes:
        yield evolve(about, shown=Shown.COUNTER, certainty=Certainty.COUNTER)
    inside = found.inside in (Inside.INSIDE, Inside.JAMMED)
    uid = done.uid or done.look.uid
    if inside and uid and uid in _chips(view, attempt):
        sure = Certainty.COUNTER_POSITION
        yield evolve(about, shown=Shown.UID, uid=uid, place=BlankPlace.IN_PRINTER, certainty=sure)
    elif inside and not uid:
        yield evolve(about, shown=Shown.POSITION, place=BlankPlace.IN_PRINTER, certainty=Certainty.STATUS_IDLE)


def _chips(view: View, attempt: Attempt) -> tuple[str, ...]:
    listed = view.row(ChipOf, attempt.series, attempt.number) if attempt.number else None
    return tuple(uid for uid in (attempt.uid, listed.uid if listed else "") if uid)


def shown(view: View, station: str, now_ms: int, shift_ms: int) -> list[dict[str, Any]]:
    """Every card in doubt with one sentence of what is known and one of what to do, for the station's page."""
    found: list[dict[str, Any]] = []
    for suspect in view.rows(OpenSuspect, station):
        attempt = view.row(Attempt, suspect.record, suspect.n)
        if attempt is None:
            continue
        known, todo = told(view, suspect, attempt)
        found.append(
            {
                "record": suspect.record,
                "n": suspect.n,
                "printer": attempt.printer,
                "serial": f"{attempt.series} {attempt.number}" if attempt.number else "",
                "since_ms": doubtful_since(attempt),
                "is_aged": is_aged(attempt, now_ms, shift_ms),
                "evidence": len(suspect.evidence),
                "known": known.name,
                "todo": todo.name,
                "sentence": f"{known.value} {todo.value}",
            }
        )
    return found

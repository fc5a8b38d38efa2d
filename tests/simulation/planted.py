"""Faults planted on purpose (kesalahan yang ditanam): each is a mistake somebody could make in this code.

The simulated country must find every one of them; if it does not, it is the simulation that
is broken. Nothing here is ever imported outside these tests.
"""

from collections.abc import Iterator

import pytest
from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.flow import pressing, printing, station_book
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event, FeedTaken, Stepped
from ektp_core.flow.feed import FeedEntry
from ektp_core.flow.pressing import Conclude, StartCard
from ektp_core.flow.rows import Attempt, Lock, Station
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_hub import step as hub_step
from ektp_station import press
from ektp_station.acts import Act, Failed, Order, Result
from ektp_station.judging import fed_count


def retry_after_unknown(patch: pytest.MonkeyPatch) -> None:
    """A card nobody knows anything about counts as failed before ink, and the attempt takes another blank."""
    honest = pressing.lock_event

    def lock_event(body: Conclude, attempt: Attempt, tries: int) -> LockEvent:
        event = honest(body, attempt, tries)
        return LockEvent.BLANK_FAILED if event is LockEvent.DOUBT else event

    patch.setattr(pressing, "lock_event", lock_event)


def feed_before_start_is_durable(patch: pytest.MonkeyPatch) -> None:
    """The blank is fed first, and the intent written when it is inside."""
    act = press._act

    def begin(one: press.Press, record: str, n: int) -> press.Moved:
        taken = evolve(one, phase=press.Phase.SIZING, record=record, n=n, act=Act.FEED)
        return taken, (press.Drive(one.name, Order(Act.FEED)),)

    def sized(one: press.Press, result: Result, now_ms: int) -> press.Moved:
        if isinstance(result, Failed):
            return evolve(one, phase=press.Phase.RESTING, record="", n=0, until_ms=now_ms + 1_000), ()
        counter = fed_count(result.look)
        body = StartCard(one.record, one.n, one.name, max(counter - 1, -1), one.profile)
        return evolve(one, phase=press.Phase.STARTING, seen=result), (press.Write(one.name, body),)

    def then(one: press.Press, view: View, step: PressStep) -> press.Moved:
        return press._note(one, PressStep.FED) if step is PressStep.START else act(one, view, step)

    patch.setattr(press, "begin", begin)
    patch.setattr(press, "_sized", sized)
    patch.setattr(press, "_act", then)


def feed_taken_twice(patch: pytest.MonkeyPatch) -> None:
    """An entry of the feed that comes a second time has its effect a second time."""

    def again(view: View, entry: FeedEntry, body: station_book.TakeFeed) -> tuple[Event, ...]:
        effects = station_book._effects(view, entry, entry.station)
        leave = entry.authorisation
        record, n = (leave.record, leave.n) if leave else ("", 0)
        return (*effects, FeedTaken(entry.station, entry.m, body.digest, record, n, len(effects)))

    patch.setattr(station_book, "_again", again)


def freed_by_silence(patch: pytest.MonkeyPatch) -> None:
    """What a station holds past its time is taken for unused, and authorised again."""
    authorisations = hub_step._authorisations

    def is_silent(view: View, lock: Lock, now_ms: int) -> bool:
        attempt = view.row(Attempt, lock.record, lock.n)
        return lock.state is LockState.AUTHORISED and attempt is not None and attempt.until_ms < now_ms + 15_000

    def decide_authorise(view: View, ask: Ask, body: printing.Authorise) -> tuple[Event, ...]:
        lock = view.row(Lock, body.record)
        if lock and is_silent(view, lock, ask.at_ms):
            return (Stepped(lock.record, lock.n, LockEvent.RETURN, LockState.READY),)
        return printing.decide_authorise(view, ask, body)

    def with_silent(view: View, key: str, now_ms: int) -> Iterator[Work]:
        yield from authorisations(view, key, now_ms)
        station = next(iter(view.rows(Station)))
        for lock in view.rows(Lock):
            if is_silent(view, lock, now_ms):
                yield hub_step._authorisation(view, lock.record, station.station, key, now_ms)

    patch.setattr("ektp_core.flow.decide.decide_authorise", decide_authorise)
    patch.setattr(hub_step, "_authorisations", with_silent)


def good_on_accepted_bytes(patch: pytest.MonkeyPatch) -> None:
    """Once the machine has taken the job, the card counts as good and nobody looks."""
    acted = press._acted

    def believing(one: press.Press, view: View, result: Result) -> press.Moved:
        if one.act is not Act.EJECT:
            return acted(one, view, result)
        ending = Conclude(one.record, one.n, Outcome.GOOD, BlankPlace.OUTPUT, Certainty.COUNTER_POSITION)
        return press._finish(one, ending)

    patch.setattr(press, "_acted", believing)

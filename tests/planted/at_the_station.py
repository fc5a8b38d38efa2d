"""Mistakes somebody could make in the station (kesalahan yang ditanam di mesin cetak): each patches shipped code.

Nothing here is ever imported outside these tests; the simulator must catch each.
"""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import Artwork
from ektp_core.errors import Refusal, Refused
from ektp_core.flow import locks, objections, pressing, station_book
from ektp_core.flow.events import Event, FeedTaken
from ektp_core.flow.feed import FeedEntry
from ektp_core.flow.pressing import Conclude, StartCard
from ektp_core.flow.rows import Attempt, Lock
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockEvent, PressStep
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_station import erasing, press, steady, step_cards, step_link
from ektp_station.acts import Act, Failed, Order, Result
from ektp_station.judging import fed_count
from ektp_store import opening

Patch = pytest.MonkeyPatch


def commits_are_not_synced(patch: Patch) -> None:
    """A commit returns before it is on the disk."""
    patch.setattr(opening, "_SETTINGS", opening._SETTINGS.replace("synchronous = FULL", "synchronous = NORMAL"))


def retry_after_unknown(patch: Patch) -> None:
    """A card nobody knows anything about counts as failed before ink, and the attempt takes another blank."""
    honest = pressing.lock_event

    def lock_event(body: Conclude, attempt: Attempt, tries: int) -> LockEvent:
        event = honest(body, attempt, tries)
        return LockEvent.BLANK_FAILED if event is LockEvent.DOUBT else event

    patch.setattr(pressing, "lock_event", lock_event)


def feed_before_start_is_durable(patch: Patch) -> None:
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
    # The picture is drawn for a feed; this fault orders the feed before there is a record to draw.
    patch.setattr("ektp_testing.sim.station_node.StationNode._drawn", lambda *_: Artwork(b"picture"))


def feed_taken_twice(patch: Patch) -> None:
    """An entry of the feed that comes a second time has its effect a second time."""

    def again(view: View, entry: FeedEntry, body: station_book.TakeFeed) -> tuple[Event, ...]:
        leave = entry.authorisation
        record, n = (leave.record, leave.n) if leave else ("", 0)
        return (FeedTaken(entry.station, entry.m, body.digest, record, n, 0),)

    patch.setattr(station_book, "_again", again)


def good_on_accepted_bytes(patch: Patch) -> None:
    """Once the machine has taken the job, the card counts as good and nobody looks."""
    acted = press._acted

    def believing(one: press.Press, view: View, result: Result) -> press.Moved:
        if one.act is not Act.EJECT:
            return acted(one, view, result)
        ending = Conclude(one.record, one.n, Outcome.GOOD, BlankPlace.OUTPUT, Certainty.COUNTER_POSITION)
        return press._finish(one, ending)

    patch.setattr(press, "_acted", believing)


def time_by_the_wall_clock(patch: Patch) -> None:
    """The end of a permission is judged by the clock on the wall, which somebody sets back."""
    patch.setattr(steady.SteadyClock, "now_ms", lambda self: self.wall_ms())


def counter_not_checked(patch: Patch) -> None:
    """A printer that fed more cards than the book explains is used all the same."""
    honest = pressing.open_printer

    def open_printer(view: View, station: str, name: str, counter: int = -1) -> Any:
        return honest(view, station, name, -1)

    patch.setattr(pressing, "open_printer", open_printer)


def older_copy_not_noticed(patch: Patch) -> None:
    """A book that does not hold what the hub has acknowledged goes on printing."""
    patch.setattr(step_link, "FATAL", frozenset())
    patch.setattr(station_book, "_own_history", lambda *_: None)


def chip_accepted_twice(patch: Patch) -> None:
    """A chip that is another card's already is bound once more, and the hub believes it."""
    honest = pressing._bound

    def bound(view: View, lock: Lock, attempt: Attempt, noted: Any) -> tuple[Event, ...]:
        try:
            return honest(view, lock, attempt, noted)
        except Refused as refused:
            if refused.refusal is not Refusal.UID_KNOWN:
                raise
            return (noted,)

    patch.setattr(pressing, "_bound", bound)
    patch.setattr(objections, "_is_its_chip", lambda *_: True)


def recall_ignored(patch: Patch) -> None:
    """A record that was called back is printed all the same."""
    attempt_of = locks.attempt_of

    def forgetful(view: View, lock: Lock) -> Attempt:
        return evolve(attempt_of(view, lock), recalled=False)

    patch.setattr(pressing, "attempt_of", forgetful)
    why_returned = step_cards.why_returned

    def never_recalled(view: View, attempt: Attempt, limit_ms: int, now_ms: int) -> Refusal | None:
        return why_returned(view, evolve(attempt, recalled=False), limit_ms, now_ms)

    patch.setattr(step_cards, "why_returned", never_recalled)


def erased_before_acknowledged(patch: Patch) -> None:
    """A record's data is erased when the card is out, before the hub has the outcome."""
    honest = erasing.Eraser.turn

    def turn(self: erasing.Eraser, acked_n: int, now_ms: int) -> int:
        return honest(self, self.store.position().n, now_ms)

    patch.setattr(erasing.Eraser, "turn", turn)

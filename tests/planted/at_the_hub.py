"""Mistakes somebody could make at the hub and in the core (kesalahan yang ditanam di pusat): each patches shipped code.

Nothing here is ever imported outside these tests; the simulator must catch each.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.flow import absorb, counting, printing, reporting, settling, signers
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import CardRevoked, Event, Stepped
from ektp_core.flow.permits import PERMITS
from ektp_core.flow.rows import Attempt, Desk, Lock, Station
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_core.wire.upload import FORMAT, Receipt
from ektp_hub import step as hub_step

Patch = pytest.MonkeyPatch


def one_signature_is_enough(patch: Patch) -> None:
    """What two people must sign is taken from one."""
    for act, permit in list(PERMITS.items()):
        patch.setitem(PERMITS, act, evolve(permit, people=1, two_units=False))
    honest = signers.require

    def require(view: View, ask: Ask, permit: Any, not_these: Any = ()) -> Any:
        return honest(view, ask, evolve(permit, people=1, two_units=False), not_these)

    for module in ("settling", "reporting", "receiving", "counting", "silence", "lost_site"):
        patch.setattr(f"ektp_core.flow.{module}.require", require)


def _offered(patch: Patch, is_wanted: Any) -> None:
    """Let the hub's own work also offer records in another state to `decide_authorise`."""
    honest = hub_step._authorisations

    def authorisations(view: View, state: hub_step.HubState, now_ms: int) -> Iterator[Work]:
        yield from honest(view, state, now_ms)
        station = next(one for one in view.rows(Station) if not one.frozen_why)
        for lock in view.rows(Lock):
            if is_wanted(view, lock, now_ms):
                yield hub_step._authorisation(view, lock.record, station.station, state.key, now_ms)

    patch.setattr(hub_step, "_authorisations", authorisations)


def freed_by_silence(patch: Patch) -> None:
    """What a station holds past its time is taken for unused, and authorised again."""

    def is_silent(view: View, lock: Lock, now_ms: int) -> bool:
        attempt = view.row(Attempt, lock.record, lock.n)
        return lock.state is LockState.AUTHORISED and attempt is not None and attempt.until_ms < now_ms + 15_000

    def decide_authorise(view: View, ask: Ask, body: printing.Authorise) -> tuple[Event, ...]:
        lock = view.row(Lock, body.record)
        if lock and is_silent(view, lock, ask.at_ms):
            return (Stepped(lock.record, lock.n, LockEvent.RETURN, LockState.READY),)
        return printing.decide_authorise(view, ask, body)

    patch.setattr("ektp_core.flow.decide.decide_authorise", decide_authorise)
    _offered(patch, is_silent)


def opened_without_a_report(patch: Patch) -> None:
    """A misprint is opened again before anybody reported it."""

    def is_bad(view: View, lock: Lock, now_ms: int) -> bool:
        return lock.state is LockState.MISPRINTED

    def decide_authorise(view: View, ask: Ask, body: printing.Authorise) -> tuple[Event, ...]:
        lock = view.row(Lock, body.record)
        if lock and lock.state is LockState.MISPRINTED:
            return (Stepped(lock.record, lock.n, LockEvent.UNLOCK, LockState.READY),)
        return printing.decide_authorise(view, ask, body)

    patch.setattr("ektp_core.flow.decide.decide_authorise", decide_authorise)
    _offered(patch, is_bad)


def misprint_reported_twice(patch: Patch) -> None:
    """An accepted report steps each of its bad cards a second time."""
    honest = reporting.decide_report

    def decide_report(view: View, ask: Ask, body: reporting.FileReport) -> tuple[Event, ...]:
        found = honest(view, ask, body)
        again = [one for one in found if isinstance(one, Stepped) and one.event is LockEvent.ACCEPT_REPORT]
        return (*found, *again)

    patch.setattr("ektp_core.flow.decide.decide_report", decide_report)


def receipt_before_commit(patch: Patch) -> None:
    """The receipt of an upload leaves before its commits are in the book."""
    honest = hub_step._chain

    def chain(state: hub_step.HubState, what: hub_step.ChainArrived, now_ms: int) -> Any:
        state, effects = honest(state, what, now_ms)
        last = what.upload.commits[-1]
        early = Receipt(FORMAT, what.upload.station, last.n, last.head.hex(), 1)
        return state, (hub_step.Reply(what.request, early), *effects)

    patch.setattr(hub_step, "_chain", chain)


def fork_taken(patch: Patch) -> None:
    """A second history of a station's book is passed over, as if it was the first one."""
    patch.setattr(absorb, "_forked", lambda *_: iter(()))

    def receipt(view: View, request: int, upload: Any, answers: Sequence[Any]) -> hub_step.Reply:
        desk = view.row(Desk, upload.station) or Desk(upload.station)
        last = upload.commits[-1]
        return hub_step.Reply(request, Receipt(FORMAT, upload.station, last.n, last.head.hex(), desk.chain_n))

    patch.setattr(hub_step, "_receipt", receipt)


def disputed_blank_left_in_stock(patch: Patch) -> None:
    """The blank of a fact that is not believed stays where it was."""
    patch.setattr(absorb, "_suspect_run", lambda *_: iter(()))
    patch.setattr(absorb, "blank_move", lambda *_: None)


def lost_card_not_stopped(patch: Patch) -> None:
    """A card that is gone is not put on the stop list."""
    patch.setattr(settling, "stopped", lambda *_: ())


def failed_card_not_stopped(patch: Patch) -> None:
    """A card that turned out bad later stays valid."""
    honest = settling._end_card

    def end_card(*args: Any, **named: Any) -> tuple[Event, ...]:
        return tuple(one for one in honest(*args, **named) if not isinstance(one, CardRevoked))

    patch.setattr(settling, "_end_card", end_card)


def theft_passed_over(patch: Patch) -> None:
    """A count that finds fewer blanks changes nothing."""
    patch.setattr(counting, "lost_moves", lambda *_: iter(()))

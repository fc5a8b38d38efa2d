"""The whole count at the end of a story (pemeriksaan akhir): every book against every piece of plastic.

Nothing moves any more. Each blank has one place that its plastic bears out, each record has come
to its end, books fold to their rows, station and hub agree, and what was stolen is named. Of a
station that was set back, copied or stolen nothing is believed; of its cards at most one a
person is valid.
"""

from collections import Counter

from attrs import frozen

from ektp_core.boundary.store import Work
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.printing import free_blanks
from ektp_core.flow.rows import Attempt, Desk, Dispute, Holding, Lock, LostStation, Pen, Tally
from ektp_core.flow.rows import Station as StationRow
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import LOST, Bucket
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.chain import read_header
from ektp_store.memory import MemoryStore
from ektp_testing.sim import findings
from ektp_testing.sim.auditor import Auditor, is_stopped
from ektp_testing.sim.country import Country
from ektp_testing.sim.findings import Violation
from ektp_testing.sim.people import place_of
from ektp_testing.sim.plastic import ON_THE_TABLE, Card
from ektp_testing.sim.station_node import StationNode
from ektp_testing.sim.watched import WatchedStore

#: One story in this many has its logs folded again from nothing.
FOLDED_EVERY = 8


@frozen
class _Replay:
    """Events as they stood in a log."""

    events: tuple[Event, ...]


def honest(country: Country) -> list[StationNode]:
    """The stations whose word is trusted."""
    return [one for one in country.stations if one.name not in country.world.harmed]


def what_is_open(country: Country) -> str:
    """What has not come to its end yet; nothing when all has."""
    hub = country.hub.store
    if hub is None or any(one.store is None for one in honest(country)):
        return "a machine is down"
    with hub.read() as view:
        for station in honest(country):
            desk = view.row(Desk, station.name) or Desk(station.name)
            assert station.store is not None, "asked just before"
            if desk.chain_n != station.store.position().n or desk.taken_m != desk.queued_m:
                n = station.store.position().n
                return f"{station.label}: {desk.chain_n} of {n} commits, {desk.taken_m} of {desk.queued_m} entries"
        for name in country.world.harmed:
            row = view.row(LostStation, name)
            if row is None or not row.closed:
                return f"{name} is not closed"
        blanks = sum(free_blanks(view, row) for row in view.rows(StationRow) if row.station not in country.world.harmed)
        for lock in view.rows(Lock):
            waits = lock.state is LockState.READY and blanks < 1
            if lock.state is not LockState.PRINTED and not waits:
                return f"{lock.record}/{lock.n} is {lock.state.name}, {blanks} blanks are free"
    return ""


def audit_at_the_end(auditor: Auditor) -> None:
    """Everything, once nothing moves any more.

    Raises:
        Violation: what was found.
    """
    country = auditor.country
    _nothing_lost(auditor)
    hub = country.hub.store
    if hub is None:
        raise Violation(findings.STUCK, "the hub does not run")
    with hub.read() as view:
        _not_disputed(country, view)
    open_ = what_is_open(country)
    if open_:
        raise Violation(findings.NOT_ABSORBED if "commits" in open_ else findings.STUCK, open_)
    auditor.two_good_cards([card for card in country.cards.values() if card.is_good])
    with hub.read() as view:
        _conserved(view, len(country.cards))
        _truth(country, view)
        for station in honest(country):
            _pens(view, station)
        for station in country.stations:
            _no_other_chain(view, station)
    for station in honest(country):
        assert station.store is not None, "it runs"
        with station.store.read() as view:
            _conserved(view, None)
    if not country.world.seed % FOLDED_EVERY:
        for label, store in (("the hub", hub), *((one.label, one.store) for one in honest(country))):
            if store:
                _refolded(label, store)


def _nothing_lost(auditor: Auditor) -> None:
    country = auditor.country
    books = [("the hub", country.hub.store), *((one.label, one.store) for one in country.stations)]
    for label, store in books:
        n, head = auditor.last.get(label, (0, b""))
        if store is None or not n:
            continue
        with store.read() as view:
            if view.head_of(n) != head:
                raise Violation(findings.ACKNOWLEDGED_AND_LOST, f"{label}: commit {n}")


def _not_disputed(country: Country, view: View) -> None:
    """Honest stations are believed; where two blanks bear one chip, that is what is disputed."""
    for dispute in view.rows(Dispute):
        if dispute.station not in country.world.harmed and not country.copied_uids:
            what = f"{dispute.station} commit {dispute.n}: {dispute.objection.name} {dispute.record}"
            raise Violation(findings.DISPUTED, what)
    for station in honest(country):
        row = view.row(StationRow, station.name)
        why = (row.frozen_why if row else "") or (station.keeper.state.stopped_why if station.keeper else "")
        if why:
            raise Violation(findings.STOPPED, f"{station.label}: {why}")


def unnoticed(country: Country) -> None:
    """A station set back behind what the hub has must have stopped by itself, or been stopped.

    Raises:
        Violation: it goes on.
    """
    hub = country.hub.store
    for station in country.stations:
        if not station.was_set_back or station.store is None or hub is None or not station.set_back_from_n:
            continue
        with hub.read() as view:
            row = view.row(StationRow, station.name)
        stopped = station.keeper is not None and station.keeper.state.stopped_why
        if station.set_back_to_n < station.set_back_from_n and not stopped and not (row and row.frozen_why):
            what = f"{station.label}: from {station.set_back_from_n} to {station.set_back_to_n}"
            raise Violation(findings.SET_BACK_UNNOTICED, what)


def _no_other_chain(view: View, station: StationNode) -> None:
    """What the hub absorbed from this station is what its book holds, or the station is stopped."""
    row, desk = view.row(StationRow, station.name), view.row(Desk, station.name)
    if station.store is None or desk is None or not desk.chain_n or (row and row.frozen_why):
        return
    with station.store.read() as own:
        if own.head_of(desk.chain_n) != desk.chain_head:
            raise Violation(findings.FORK_TAKEN, f"{station.label} at commit {desk.chain_n}")


def _conserved(view: View, expected: int | None) -> None:
    runs = list(view.rows(Holding))
    held: Counter[tuple[str, Bucket, str]] = Counter()
    numbers: Counter[int] = Counter()
    for run in runs:
        held[run.place] += len(run)
        numbers.update(range(run.lo, run.hi + 1))
    tallies = {(row.party, row.bucket, row.blank_class): row.count for row in view.rows(Tally)}
    if dict(held) != tallies or any(count > 1 for count in numbers.values()):
        raise Violation(findings.NOT_CONSERVED, f"runs {dict(held)}, sums {tallies}")
    if expected not in (None, sum(held.values())):
        raise Violation(findings.NOT_ACCOUNTED, f"{sum(held.values())} in the book, {expected} there are")


def _truth(country: Country, view: View) -> None:
    for card in country.cards.values():
        place = place_of(view, card.number)
        is_harmed = place is not None and place[0] in country.world.harmed
        if card.place == "gone" and (place is None or place[1] not in LOST):
            raise Violation(findings.THEFT_UNNAMED, f"card {card.number}")
        if not _fits(view, card, place[1] if place else None, is_harmed):
            raise Violation(
                findings.TRUTH_DIFFERS, f"{card} is {place[1].name if place else 'nowhere'} in the hub's book"
            )
    for lock in view.rows(Lock):
        attempt = view.row(Attempt, lock.record, lock.n)
        if lock.state is LockState.PRINTED and attempt and attempt.station not in country.world.harmed:
            made = country.cards[attempt.number]
            if made.attempt != f"{lock.record}/{lock.n}":
                raise Violation(findings.TRUTH_DIFFERS, f"the card of {lock.record}/{lock.n} bears {made.job}")


def _fits(view: View, card: Card, bucket: Bucket | None, is_harmed: bool) -> bool:
    match bucket:
        case Bucket.STOCK | Bucket.IN_TRANSIT:
            return card.is_untouched or (card.has_dead_chip and card.place in ("hopper", "drawer", "safe"))
        case Bucket.GOOD_HELD:
            return card.is_good
        case Bucket.WASTE_HELD:
            return card.place in (*ON_THE_TABLE, "gone") and (not card.is_good or is_stopped(view, card))
        case Bucket.LOST | Bucket.LOST_GOOD | Bucket.LOST_WASTE:
            return card.place == "gone" or (is_harmed and is_stopped(view, card))
        case _:
            return False


def _pens(view: View, station: StationNode) -> None:
    assert station.store is not None, "it runs"
    with station.store.read() as own:
        here, there = own.row(Pen, station.name), view.row(Pen, station.name)
    if (here and here.digest) != (there and there.digest):
        raise Violation(findings.PENS_DIFFER, station.label)


def _refolded(label: str, store: WatchedStore) -> None:
    events = tuple(event for _, event in store.inner.events())
    other = MemoryStore(lambda _, ask: ask.body.events, apply)  # type: ignore[attr-defined]  # always a _Replay
    other.commit([Work(Ask("", _Replay(events), (), 0, b""))], 0)
    if _rows(other) != _rows(store.inner):
        raise Violation(findings.FOLD_DIFFERS, label)


def _rows(store: object) -> bytes:
    n = store.position().n  # type: ignore[attr-defined]  # any store
    (last,) = store.sealed_since(n - 1, 1)  # type: ignore[attr-defined]  # as above
    return read_header(last.header).rows

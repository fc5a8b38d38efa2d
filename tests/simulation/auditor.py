"""The auditor of the small country (pemeriksa): it only looks, at plastic and at books.

While the story runs it looks at every card that is printed or fed; at the end it counts
everything. Each finding has a name, so that a planted fault can be shown to be caught by the
check that is meant for it.
"""

from collections import Counter

from attrs import frozen

from ektp_core.boundary.store import Work
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.printing import free_blanks
from ektp_core.flow.rows import Attempt, Desk, Dispute, Holding, Lock, Pen, Revoked, Tally
from ektp_core.flow.rows import Station as StationRow
from ektp_core.flow.view import View
from ektp_core.ledger.conservation import overlaps
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.chain import read_header
from ektp_store.memory import MemoryStore
from tests.simulation.card_machine import Card
from tests.simulation.people import SERIES
from tests.simulation.small_world import Node, Station, World

TWO_OF_ONE_ATTEMPT = "two good cards of one attempt"
TWO_OF_ONE_PERSON = "two good cards of one person, the older not on the stop list"
UNANNOUNCED = "a blank left the hopper and its station's book has it in stock"
TRUTH_DIFFERS = "a book says of a card what the card does not show"
NOT_CONSERVED = "a book does not conserve"
PENS_DIFFER = "station and hub have different rows under the station's pen"
FOLD_DIFFERS = "the log does not give the rows"
DISPUTED = "an honest station is disputed"
STOPPED = "an honest station is stopped"
NOT_ABSORBED = "the hub has not taken everything"
STUCK = "a record does not come to its end"

_OUT = ("output", "reject", "table", "gone")


@frozen
class Violation(Exception):
    """A finding: which check, and what was seen."""

    check: str
    text: str


@frozen
class _Replay:
    """Events as they stood in a log."""

    events: tuple[Event, ...]


class Auditor:
    """Looks while the story runs (`watch`) and at its end."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.watchers.append(self.watch)

    def watch(self, node: Node) -> None:
        """After each commit: fed blanks, and what has been printed."""
        self.two_good_cards()
        if isinstance(node, Station):
            self._announced(node)

    def two_good_cards(self) -> None:
        """Rule 22, from the plastic alone; the stop list is the hub's."""
        good = [card for card in self._world.cards.values() if card.is_good]
        attempts = Counter(card.job.rpartition("/")[0] for card in good)
        twice = next((attempt for attempt, count in attempts.items() if count > 1), None)
        if twice:
            raise Violation(TWO_OF_ONE_ATTEMPT, f"attempt {twice}")
        people = Counter(card.job.split("/")[0] for card in good)
        for record in (record for record, count in people.items() if count > 1):
            of_record = sorted((card for card in good if card.job.split("/")[0] == record), key=_attempt_number)
            with self._world.hub.store.read() as view:
                for older in of_record[:-1]:
                    if not is_stopped(view, older):
                        raise Violation(TWO_OF_ONE_PERSON, f"cards {[card.number for card in of_record]} of {record}")

    def _announced(self, station: Station) -> None:
        fed = {number for machine in station.machines.values() for number in machine.fed_ever}
        with station.store.read() as view:
            wrong = [number for number in fed if _bucket(view, number) is Bucket.STOCK]
            machine = [run for run in view.rows(Holding) if run.bucket is Bucket.IN_MACHINE] if wrong else []
        # Until its chip is read, a blank that lies in another order goes by the serial the book took for it.
        taken_for = [one for run in machine for one in range(run.lo, run.hi + 1) if one not in fed]
        if len(wrong) > (len(taken_for) if self._world.is_mixed else 0):
            raise Violation(UNANNOUNCED, f"blanks {wrong} were fed at {station.name}")

    def at_the_end(self) -> None:
        """Everything, once nothing moves any more."""
        self.two_good_cards()
        with self._world.hub.store.read() as view:
            self._honest(view)
            self._absorbed(view)
            self._finished(view)
            self._conserved(view, len(self._world.cards))
            self._truth(view)
            for station in self._world.stations:
                self._pens(view, station)
        for station in self._world.stations:
            with station.store.read() as view:
                self._conserved(view, None)
        for node in (self._world.hub, *self._world.stations):
            self._refolded(node)

    def _honest(self, view: View) -> None:
        dispute = next(iter(view.rows(Dispute)), None)
        if dispute:
            raise Violation(
                DISPUTED, f"{dispute.station} commit {dispute.n}: {dispute.objection.name} {dispute.record}"
            )
        for station in view.rows(StationRow):
            if station.frozen_why:
                raise Violation(STOPPED, f"{station.station}: {station.frozen_why}")
        for node in self._world.stations:
            if node.state.stopped_why:
                raise Violation(STOPPED, f"{node.name} by itself: {node.state.stopped_why}")

    def _absorbed(self, view: View) -> None:
        for station in self._world.stations:
            desk = view.row(Desk, station.name) or Desk(station.name)
            if desk.chain_n != station.store.position().n or desk.taken_m != desk.queued_m:
                raise Violation(NOT_ABSORBED, f"{station.name}: {desk.chain_n} of {station.store.position().n} commits")

    def _finished(self, view: View) -> None:
        blanks = sum(free_blanks(view, row) for row in view.rows(StationRow))
        for lock in view.rows(Lock):
            waits = lock.state is LockState.READY and blanks < 1
            if lock.state is not LockState.PRINTED and not waits:
                raise Violation(STUCK, f"{lock.record}/{lock.n} is {lock.state.name}, {blanks} blanks are free")

    def _conserved(self, view: View, expected: int | None) -> None:
        runs = list(view.rows(Holding))
        held: Counter[tuple[str, Bucket, str]] = Counter()
        for run in runs:
            held[run.place] += len(run)
        tallies = {(row.party, row.bucket, row.blank_class): row.count for row in view.rows(Tally)}
        if overlaps(runs) or dict(held) != tallies or expected not in (None, sum(held.values())):
            raise Violation(NOT_CONSERVED, f"runs {dict(held)}, sums {tallies}, blanks {expected}")

    def _truth(self, view: View) -> None:
        for card in self._world.cards.values():
            bucket = _bucket(view, card.number)
            if not _fits(view, card, bucket):
                raise Violation(TRUTH_DIFFERS, f"{card} is {bucket.name if bucket else 'nowhere'} in the hub's book")
        for lock in view.rows(Lock):
            attempt = view.row(Attempt, lock.record, lock.n)
            if lock.state is LockState.PRINTED and attempt:
                made = self._world.cards[attempt.number]
                if made.job.rpartition("/")[0] != f"{lock.record}/{lock.n}":
                    raise Violation(TRUTH_DIFFERS, f"the card of {lock.record}/{lock.n} bears {made.job}")

    def _pens(self, view: View, station: Station) -> None:
        with station.store.read() as own:
            here, there = own.row(Pen, station.name), view.row(Pen, station.name)
        if (here and here.digest) != (there and there.digest):
            raise Violation(PENS_DIFFER, station.name)

    def _refolded(self, node: Node) -> None:
        store = node.store
        events = tuple(event for _, event in store.events())
        other = MemoryStore(lambda _, ask: ask.body.events, apply)  # type: ignore[attr-defined]  # always a _Replay
        other.commit([Work(Ask("", _Replay(events), (), 0, b""))], 0)
        if _rows(other) != _rows(store):
            raise Violation(FOLD_DIFFERS, node.name)


def _rows(store: MemoryStore) -> bytes:
    (last,) = store.sealed_since(store.position().n - 1, 1)
    return read_header(last.header).rows


def _bucket(view: View, number: int) -> Bucket | None:
    run = view.covering(SERIES, number)
    return run.bucket if run else None


def _attempt_number(card: Card) -> int:
    return int(card.job.split("/")[1])


def is_stopped(view: View, card: Card) -> bool:
    """Whether a card is on the stop list, by chip or by serial."""
    return any(view.row(Revoked, thing) for thing in (card.uid, f"{SERIES} {card.number}"))


def _fits(view: View, card: Card, bucket: Bucket | None) -> bool:
    match bucket:
        case Bucket.STOCK:
            return card.is_untouched or (card.has_dead_chip and card.place in ("hopper", "drawer"))
        case Bucket.GOOD_HELD:
            return card.is_good
        case Bucket.WASTE_HELD:
            return card.place in _OUT and (not card.is_good or is_stopped(view, card))
        case Bucket.LOST:
            return card.place == "gone"
        case _:
            return False

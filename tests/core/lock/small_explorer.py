"""Explores the small world to its end: every state, every promise, and a way out from everywhere."""

from collections.abc import Iterator, Sequence

from attrs import field, frozen

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from tests.core.lock.small_hub import hub_acts
from tests.core.lock.small_station import printer_acts, station_acts
from tests.core.lock.small_world import STOCK, Is, Plant, World, first, hub_pen, station_pen

#: A step of the hub's lock: state before and after, and where the blank went in the same step.
LockStep = tuple[LockState | None, LockState | None, Bucket | None]


def is_quiet(world: World) -> bool:
    """Everything sent was taken and everything said was absorbed; a lost station takes nothing."""
    for i, station in enumerate(world.stations):
        if world.absorbed[i] != len(station.outbox):
            return False
        if world.gone != i and station.taken != len(world.feeds[i]):
            return False
    return True


def is_closed(world: World) -> bool:
    """The record came to an end, and nothing is under way."""
    return world.state in (LockState.PRINTED, LockState.WITHDRAWN) and is_quiet(world)


def broken_promises(world: World) -> Iterator[str]:
    """What must never be, as far as it is."""
    good = [(blank, card.n) for blank, card in enumerate(world.cards) if card.kind is Is.GOOD]
    if len({n for _, n in good}) < len(good):
        yield "two physically good cards from one attempt"
    if world.active & (world.active - 1):
        yield "two active cards"
    if len(good) > 1 and sum(not world.stopped >> blank & 1 for blank, _ in good) > 1:
        yield "two good cards of one person, neither on the stop list"
    if any(bits.bit_count() != 1 for bits in world.book):
        yield "a blank is not in exactly one bucket of the hub's book"
    if any(bits & (bits - 1) for station in world.stations for bits in station.book):
        yield "a blank is in two buckets of its station's book"
    if world.broken:
        yield world.broken
    if is_quiet(world):
        yield from _broken_at_rest(world)


def _broken_at_rest(world: World) -> Iterator[str]:
    for i, station in enumerate(world.stations):
        if world.gone != i and station_pen(station, i) != hub_pen(world, i):
            yield "at rest, the two books differ in what the station's pen writes"
    for bits, card in zip(world.book, world.cards, strict=True):
        if bits == STOCK and card.kind is not Is.FRESH:
            yield "at rest, a used blank stands as stock"
        if bits == 1 << Bucket.GOOD_HELD and card.kind is not Is.GOOD:
            yield "at rest, what is no good card stands as one"


def successors(world: World, plant: Plant) -> Iterator[World]:
    """Every next world; a message without effect leads to none."""
    if world.broken:
        world = world._replace(broken="")
    yield from hub_acts(world, plant)
    yield from printer_acts(world)
    for i in (0, 1):
        yield from (after for after in station_acts(world, i, plant) if after is not world)


@frozen
class Explored:
    """What an exploration found.

    Attributes:
        states: how many worlds there are.
        promise: the broken promise that ended it, or nothing.
        path: the worlds from the first one to the one that breaks it.
        stuck: a world from which no end can be reached, if there is one.
        lock_steps: every step the hub's lock made.
    """

    states: int
    promise: str
    path: tuple[World, ...] = field(repr=False)
    stuck: World | None
    lock_steps: frozenset[LockStep] = field(repr=False)


def explore(plant: Plant, luck: int, until: str = "") -> Explored:
    """Every world within so many misfortunes, or all up to the first that breaks a promise (this one, if named)."""
    start = first(luck)
    known: dict[World, int] = {start: 0}
    worlds, before = [start], [[0]]
    parts: dict[object, object] = {}  # equal parts are kept once
    lock_steps: set[LockStep] = set()
    for index, world in enumerate(worlds):  # grows while it is walked: breadth first
        for after in successors(world, plant):
            if after.state is not world.state:
                lock_steps.add((world.state, after.state, _went_to(world, after)))
            seen = known.get(after)
            if seen is not None:
                before[seen].append(index)
                continue
            promise = next((one for one in broken_promises(after) if until in (one, "")), "")
            if promise:
                path = (*_path(worlds, before, index), after)
                return Explored(len(worlds), promise, path, None, frozenset(lock_steps))
            kept = World._make(parts.setdefault(part, part) if type(part) is tuple else part for part in after)
            known[kept] = len(worlds)
            worlds.append(kept)
            before.append([index])
    return Explored(len(worlds), "", (), _stuck(worlds, before), frozenset(lock_steps))


def _went_to(world: World, after: World) -> Bucket | None:
    """Where the step put a blank; the office's safe is stock."""
    for old, new in zip(world.book, after.book, strict=True):
        if old != new:
            return Bucket(new.bit_length() - 1 or Bucket.STOCK)
    return None


def _path(worlds: Sequence[World], before: Sequence[Sequence[int]], index: int) -> list[World]:
    path = [worlds[index]]
    while index:
        index = before[index][0]
        path.append(worlds[index])
    return path[::-1]


def _stuck(worlds: Sequence[World], before: Sequence[Sequence[int]]) -> World | None:
    """Walk back from every end; what was not met on the way has no way out."""
    todo = [index for index, world in enumerate(worlds) if is_closed(world)]
    met = set(todo)
    while todo:
        for earlier in before[todo.pop()]:
            if earlier not in met:
                met.add(earlier)
                todo.append(earlier)
    return next((world for index, world in enumerate(worlds) if index not in met), None)

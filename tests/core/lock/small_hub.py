"""The hub of the small world: it absorbs chains, acts by the table, and people settle what is suspect."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from ektp_core.lock.step import STATION_STATES, allowed, step
from ektp_core.lock.table import Row
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import By, LockEvent, LockState
from tests.core.lock.small_world import (
    ATTEMPTS,
    MACHINE,
    NONE,
    OWN,
    SAFE,
    STOCK,
    SUSPECT,
    Commit,
    Entry,
    Is,
    Plant,
    Sent,
    World,
    bucket_of,
    doubted_blank,
    hub_pen,
    misfortune,
    moved,
    put,
    queued,
    with_card,
    with_station,
)


def absorb(world: World, i: int, k: int, plant: Plant) -> World:
    """The k-th commit of an outbox arrives: known before, behind a gap, or the next one."""
    known = world.absorbed[i]
    if k > known or (k < known and plant is not Plant.ABSORB_TWICE):
        return world
    commit = world.stations[i].outbox[k]
    world = world._replace(absorbed=put(world.absorbed, i, max(known, k + 1)))
    if commit.event is None:
        return _noted(world, i, commit)
    row = _fitting(world, i, commit)
    return _disputed(world, i, commit, plant) if row is None else _applied(world, i, commit, row)


def _noted(world: World, i: int, commit: Commit) -> World:
    """A feed entry was taken: the hub need not send it again."""
    if world.gone == i:
        return world
    station = world.stations[i]
    world = with_station(world, i, station._replace(taken=max(station.taken - 1, 0)))
    world = world._replace(feeds=put(world.feeds, i, world.feeds[i][1:]))
    if (world.station, world.n) != (i, commit.n):
        return world
    if commit.took is Sent.AUTHORISED and world.state is LockState.AUTHORISED:
        return world._replace(taken=True)
    if commit.took is Sent.DISPUTE and world.state is LockState.SUSPECT:
        return world._replace(answered=True)
    return world


def _fitting(world: World, i: int, commit: Commit) -> Row | None:
    """The row by which the fact is taken as it stands; None is an objection."""
    assert commit.event is not None
    row = step(world.state, commit.event)
    if row is None or row.by is not By.STN or world.gone == i or (world.station, world.n) != (i, commit.n):
        return None
    if row.blank_from and bucket_of(world.book, commit.blank) not in row.blank_from:
        return None
    return row


def _applied(world: World, i: int, commit: Commit, row: Row) -> World:
    event, blank = row.event, world.blank
    if event is LockEvent.START:
        blank = commit.blank
    elif event in (LockEvent.PROVE_NOT_FED, LockEvent.BLANK_FAILED):
        blank = NONE
    world = world._replace(
        state=row.target,
        blank=blank,
        book=moved(world.book, commit.blank, row),
        active=world.active | (1 << commit.blank if event is LockEvent.VERDICT_GOOD else 0),
        taken=row.target in STATION_STATES,
        answered=event is LockEvent.DOUBT,
    )
    if not world.doubted >> i & 1 and hub_pen(world, i) != commit.pen:
        world = world._replace(broken="the hub's copy differs from the station's book, and nothing was disputed")
    return world


def _disputed(world: World, i: int, commit: Commit, plant: Plant) -> World:
    """Only restricts: stops the lock it concerns, makes its blank suspect, tells the station."""
    assert commit.event is not None
    if world.gone != i and not world.disputed >> commit.n & 1:
        world = world._replace(broken=f"an honest station's {commit.event.name} was disputed")
    world = world._replace(doubted=world.doubted | 1 << i)
    row = step(world.state, LockEvent.DISPUTE)
    if row and (world.station, world.n) == (i, commit.n):
        world = _stopped(world, row)
    if commit.blank >= 0 and world.book[commit.blank] & (STOCK | MACHINE):
        world = world._replace(book=doubted_blank(world.book, commit.blank))
        if plant is not Plant.NO_CORRECTION:
            world = queued(world, i, Entry(Sent.CORRECTION, commit.n, commit.blank))
    return world


def _stopped(world: World, row: Row) -> World:
    book = moved(world.book, world.blank, row)
    world = world._replace(state=row.target, taken=False, book=book, doubted=world.doubted | 1 << world.station)
    return queued(world, world.station, Entry(Sent.DISPUTE, world.n, world.blank))


def evidence(world: World, i: int, commit: Commit) -> World:
    """What a lost station says, whenever it arrives, changes nothing at the hub."""
    told = absorb(with_station(world, i, world.stations[i]._replace(outbox=(commit,))), i, 0, Plant.NOTHING)
    changes = told._replace(stations=world.stations, absorbed=world.absorbed) != world
    return world._replace(broken="a lost station's word changed something") if changes else world


def hub_acts(world: World, plant: Plant) -> Iterator[World]:
    """Every row of the table that is not a station's, and what the hub does besides."""
    unsettled = plant is Plant.NEVER_SETTLED and world.state is LockState.SUSPECT
    for row in () if unsettled else _hub_rows(world.state):
        yield from _ACTS[row.event](world, row, plant)
    if world.state in STATION_STATES:
        yield from (queued(after, after.station, Entry(Sent.RECALL, after.n)) for after in misfortune(world))
    if world.held:
        yield world._replace(held=False)
    elif world.state not in (None, LockState.WITHDRAWN):
        yield from map(_held, misfortune(world))
    if world.gone == NONE and world.state in (*STATION_STATES, LockState.SUSPECT):
        yield from map(_declared_lost, misfortune(world))
    if world.gone != NONE and not world.over:
        yield world._replace(over=True)
    if plant is Plant.WITHDRAW_LEASED and world.state is LockState.AUTHORISED:
        yield world._replace(state=LockState.WITHDRAWN)


@cache
def _hub_rows(state: LockState | None) -> tuple[Row, ...]:
    rows = (step(state, event) for event in allowed(state))
    return tuple(row for row in rows if row and row.by is not By.STN)


def _held(world: World) -> World:
    """A hold lies (rule 5); what a station has leave for and has not begun is called back."""
    world = world._replace(held=True)
    if world.state is not LockState.AUTHORISED:
        return world
    return queued(world, world.station, Entry(Sent.RECALL, world.n))


def _declared_lost(world: World) -> World:
    """Key and permissions stop; its open attempt and all its blanks are suspect (rule 21)."""
    world = world._replace(gone=world.station, doubted=world.doubted | 1 << world.station)
    row = step(world.state, LockEvent.DISPUTE)
    if row:
        world = _stopped(world, row)
    book = world.book
    for blank in OWN[world.station]:
        book = doubted_blank(book, blank)
    i, gone = world.station, world.stations[world.station]
    world = world._replace(book=book)
    for commit in gone.outbox[world.absorbed[i] :]:
        world = evidence(world, i, commit)
    world = with_station(world, i, gone._replace(outbox=(), taken=0))
    return world._replace(feeds=put(world.feeds, i, ()), absorbed=put(world.absorbed, i, 0))


def _plain(world: World, row: Row, _: Plant) -> Iterator[World]:
    yield world._replace(state=row.target)


def _authorise(world: World, row: Row, plant: Plant) -> Iterator[World]:
    if world.n == ATTEMPTS or (world.held and plant is not Plant.HOLD_IGNORED):
        return
    if world.held:
        world = world._replace(broken="a record on hold was authorised")
    n = max(world.n, 1) if plant is Plant.REUSE_N else world.n + 1
    for i in (0, 1) if world.n else (0,):  # the first attempt is at the station with two blanks
        if world.gone != i and any(world.book[blank] & STOCK for blank in OWN[i]):
            new = world._replace(state=row.target, n=n, station=i, blank=NONE)
            yield queued(new, i, Entry(Sent.AUTHORISED, n))


def _dispute(world: World, row: Row, plant: Plant) -> Iterator[World]:
    for after in misfortune(world):
        done = _stopped(after, row)._replace(disputed=world.disputed | 1 << world.n)
        yield done._replace(state=LockState.READY) if plant is Plant.SEIZE_FREES else done


def _used(world: World) -> int:
    """The blank the current attempt is really using, as people at the station see it."""
    station = world.stations[world.station]
    return station.blank if station.n == world.n else NONE


def _shown(world: World) -> int:
    """The suspect blank that people can name: the bound one, or, if none is, the one they see."""
    used = _used(world)
    fits = used >= 0 and world.blank in (NONE, used) and world.book[used] & SUSPECT
    return used if fits else NONE


def _settled(world: World, row: Row, blank: int, bucket: int) -> World:
    """Close the suspect with this blank; the station's copy follows by its feed."""
    world = world._replace(state=row.target, blank=blank, answered=False)
    if blank >= 0:
        world = world._replace(book=put(world.book, blank, bucket))
    kept = 0 if bucket == SAFE else bucket
    return queued(world, world.station, Entry(Sent.SETTLED, world.n, blank, kept))


def _settle_good(world: World, row: Row, _: Plant) -> Iterator[World]:
    blank = _shown(world)
    if blank >= 0 and world.cards[blank] == (Is.GOOD, world.n):
        done = _settled(world, row, blank, 1 << Bucket.GOOD_HELD)
        yield done._replace(active=world.active | 1 << blank)


def _settle_bad(world: World, row: Row, plant: Plant) -> Iterator[World]:
    blank = _shown(world)
    kind = world.cards[blank].kind if blank >= 0 else None
    no_more = world.answered or plant is Plant.BAD_WITHOUT_INK
    if kind is Is.SPOILED or (kind is Is.FAILED and no_more):
        yield _settled(world, row, blank, 1 << Bucket.WASTE_HELD)


def _settle_lost(world: World, row: Row, plant: Plant) -> Iterator[World]:
    if world.answered or world.gone == world.station or plant is Plant.LOST_UNANSWERED:
        could = {blank for blank in OWN[world.station] if world.book[blank] & SUSPECT}
        if plant is Plant.LOST_ONE:
            could &= {world.blank}
        stopped = world.stopped | sum(1 << blank for blank in could)
        done = _settled(world, row, world.blank, 1 << Bucket.LOST)
        yield done._replace(stopped=stopped, active=world.active & ~stopped)


def _settle_unused(world: World, row: Row, plant: Plant) -> Iterator[World]:
    past = world.gone == world.station and (world.over or plant is Plant.UNUSED_BEFORE_T)
    if not (world.answered or past):
        return
    used, shown = _used(world), _shown(world)
    if used == NONE and world.blank == NONE:
        yield _settled(world, row, NONE, SAFE)
    elif shown >= 0 and world.cards[shown].kind in (Is.FRESH, Is.INSIDE):
        yield _settled(with_card(world, shown, Is.AWAY), row, shown, SAFE)


def _ended(world: World, row: Row, _: Plant) -> Iterator[World]:
    """FAIL_CARD and VOID: the card is surrendered and its chip revoked."""
    bit = 1 << world.blank
    yield world._replace(
        state=row.target,
        book=moved(world.book, world.blank, row),
        stopped=world.stopped | bit,
        active=world.active & ~bit,
    )


_ACTS: Mapping[LockEvent, Callable[[World, Row, Plant], Iterator[World]]] = {
    LockEvent.ENTER: _plain,
    LockEvent.ENTER_LOCKED: _plain,
    LockEvent.AUTHORISE: _authorise,
    LockEvent.WITHDRAW: _plain,
    LockEvent.DISPUTE: _dispute,
    LockEvent.SETTLE_GOOD: _settle_good,
    LockEvent.SETTLE_BAD: _settle_bad,
    LockEvent.SETTLE_LOST: _settle_lost,
    LockEvent.SETTLE_UNUSED: _settle_unused,
    LockEvent.FAIL_CARD: _ended,
    LockEvent.VOID: _ended,
    LockEvent.ACCEPT_REPORT: _plain,
    LockEvent.UNLOCK: _plain,
    LockEvent.OPEN: _plain,
    LockEvent.CARD_SEEN: _plain,
}

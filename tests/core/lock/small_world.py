"""A small world (dunia kecil) with everything that can go wrong in it, to be explored to the end.

One record, two stations, two attempts, three blanks. The hub and each station have a book of
their own, and meet only in a feed and a chain whose messages may be lost, late or doubled.
Stations crash, conclude with `recover` from what they can see, or fall silent and come back
after they were declared lost. The printers have a truth of their own (`Card`), which no book
can write. People are honest: they settle a suspect by the card in their hands.

The lock moves only by `ektp_core.lock.step`; absorbing judges a fact as the hub does. What the
table leaves to its guards is written here, and each guard can be taken away (`Plant`).

Kept small: one record, at most one station declared lost, one recall, one PROVE_NOT_FED and
one BLANK_FAILED an attempt. A commit holds one event; press steps are not sent; two histories
of one station (fork, rollback) are not part of this world.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum, IntEnum, auto
from functools import cache
from typing import NamedTuple, TypeVar

from ektp_core.lock.step import STATION_STATES, allowed, blank_move, step
from ektp_core.lock.table import Row
from ektp_core.press.evidence import NOTHING_KNOWN, Evidence, Inside
from ektp_core.press.recover import Answer, recover
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import By, LockEvent, LockState, PressStep
from ektp_core.vocabulary.verdict import Certainty, Outcome

ATTEMPTS = 2
HOME = (0, 0, 1)  # which station each blank was delivered to
NONE = -1  # no blank, no station

T = TypeVar("T")

#: The buckets a blank is in, one bit each; a sound book has one bit a blank. Bit 0: the office's safe.
Book = tuple[int, ...]
SAFE = 1
STOCK, MACHINE, SUSPECT = (1 << bucket for bucket in (Bucket.STOCK, Bucket.IN_MACHINE, Bucket.SUSPECT))


class Plant(Enum):
    """A guard taken away or a rule broken on purpose."""

    NOTHING = auto()
    RETRY_UNKNOWN = auto()  # after a crash behind INTENT_MARK the station prints once more
    WITHDRAW_LEASED = auto()  # the hub withdraws an authorisation that a station holds
    SEIZE_FREES = auto()  # DISPUTE leads to READY
    REUSE_N = auto()  # a new attempt gets the number of the old one
    ABSORB_TWICE = auto()  # a commit sent again is judged again
    SKIP_IN_FEED = auto()  # a feed entry is taken though the one before it was lost
    LOST_UNANSWERED = auto()  # SETTLE_LOST while the station may still print for this attempt
    LOST_ONE = auto()  # SETTLE_LOST puts only the bound blank on the stop list
    BAD_WITHOUT_INK = auto()  # SETTLE_BAD by a blank without ink while the station may take another
    UNUSED_BEFORE_T = auto()  # SETTLE_UNUSED at a lost station whose permission still runs
    NO_CORRECTION = auto()  # a blank made suspect by an absorbed fact is not told to its station


class Is(IntEnum):
    """What a card physically is."""

    FRESH = auto()  # in the hopper or the safe of the station
    INSIDE = auto()  # fed, no ink
    SENT = auto()  # the printer has the job and goes on by itself
    GOOD = auto()
    SPOILED = auto()  # bears ink
    FAILED = auto()  # no ink: chip dead, or jammed before it
    AWAY = auto()  # found unused and taken to the office's safe


class Card(NamedTuple):
    """The truth of one blank, and the attempt it was printed for."""

    kind: Is = Is.FRESH
    n: int = 0


class Sent(Enum):
    """Kinds of feed entries."""

    AUTHORISED = auto()
    RECALL = auto()
    DISPUTE = auto()
    SETTLED = auto()
    CORRECTION = auto()


class Entry(NamedTuple):
    """One feed entry, and where a blank is; DISPUTE and SETTLED end the attempt for the station."""

    kind: Sent
    n: int
    blank: int = NONE
    bucket: int = 0


class Commit(NamedTuple):
    """One commit of a chain: a step of the lock, or (`took`) a feed entry that was taken."""

    event: LockEvent | None
    n: int
    blank: int
    pen: tuple[Book, int]
    took: Sent | None = None


class Station(NamedTuple):
    """A station: its own book, its outbox since the last receipt, entries taken and not yet known."""

    book: Book
    state: LockState | None = None
    n: int = 0
    blank: int = NONE
    marked: bool = False
    recalled: bool = False
    outbox: tuple[Commit, ...] = ()
    taken: int = 0


class World(NamedTuple):
    """The hub's book, the stations, the cards.

    `luck`: how much may still go wrong. `broken`: the first promise a step broke.
    """

    stations: tuple[Station, ...]
    cards: tuple[Card, ...]
    book: Book
    luck: int
    state: LockState | None = None
    n: int = 0
    station: int = NONE
    blank: int = NONE
    taken: bool = False
    answered: bool = False
    active: int = 0  # blanks counted as the person's card
    stopped: int = 0  # blanks on the stop list
    disputed: int = 0  # attempts the hub itself disputed
    doubted: int = 0  # stations with a dispute
    gone: int = NONE
    over: bool = False  # the gone station's permission has run out
    feeds: tuple[tuple[Entry, ...], ...] = ((), ())
    absorbed: tuple[int, ...] = (0, 0)
    broken: str = ""


def first(luck: int) -> World:
    """Every blank delivered, nothing entered."""
    books = (tuple(STOCK if home == i else 0 for home in HOME) for i in (0, 1))
    return World(tuple(Station(book) for book in books), (Card(),) * len(HOME), (STOCK,) * len(HOME), luck)


# -- small changes ----------------------------------------------------------------------------


def _put(values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _bucket(book: Book, blank: int) -> Bucket:
    return Bucket(book[blank].bit_length() - 1)


def _moved(book: Book, blank: int, row: Row) -> Book:
    """The book after the row's movement of this blank; the source is not asked, so a mistake shows as two bits."""
    move = blank_move(row, _bucket(book, blank)) if blank >= 0 and book[blank] > SAFE else None
    if move is None:
        return book
    source, target = move
    return _put(book, blank, book[blank] ^ (1 << source) ^ (1 << target))


def _with_station(world: World, i: int, station: Station) -> World:
    return world._replace(stations=_put(world.stations, i, station))


def _with_card(world: World, blank: int, kind: Is, n: int = 0) -> World:
    return world._replace(cards=_put(world.cards, blank, Card(kind, n)))


def _misfortune(world: World) -> Iterator[World]:
    """The world with one misfortune spent, if one is left."""
    if world.luck:
        yield world._replace(luck=world.luck - 1)


def _fed(world: World, i: int, *entries: Entry) -> World:
    """Queue entries for a station; nothing is sent to one that was declared lost."""
    return world if world.gone == i else world._replace(feeds=_put(world.feeds, i, world.feeds[i] + entries))


def _doubted(book: Book, blank: int) -> Book:
    """The blank is suspect, unless it left the station's pen before."""
    return _put(book, blank, SUSPECT) if blank >= 0 and book[blank] & (STOCK | MACHINE) else book


def _own_blanks(i: int) -> Iterator[int]:
    return (blank for blank, home in enumerate(HOME) if home == i)


def pen_of(book: Book, i: int, n: int) -> tuple[Book, int]:
    """What a station's pen writes: its stock and machine, and its lock."""
    return tuple(book[blank] & (STOCK | MACHINE) for blank in _own_blanks(i)), n


def station_pen(station: Station, i: int) -> tuple[Book, int]:
    """The pen by the station's own book."""
    return pen_of(station.book, i, station.n if station.state in STATION_STATES else 0)


def hub_pen(world: World, i: int) -> tuple[Book, int]:
    """The same pen by the hub's copy."""
    holds = world.station == i and world.taken and world.state in STATION_STATES
    return pen_of(world.book, i, world.n if holds else 0)


# -- the station ------------------------------------------------------------------------------


def _committed(world: World, i: int, station: Station, event: LockEvent | None, took: Sent | None = None) -> World:
    n, blank = station.n, station.blank
    if event in (LockEvent.PROVE_NOT_FED, LockEvent.BLANK_FAILED):
        station = station._replace(blank=NONE, marked=False)
    if station.state not in STATION_STATES:  # what no longer matters is forgotten, so that equal worlds are equal
        station = station._replace(state=None, marked=False, recalled=False)
    commit = Commit(event, n, blank, station_pen(station, i), took)
    if world.gone == i:
        return _with_station(_evidence(world, i, commit), i, station)
    return _with_station(world, i, station._replace(outbox=(*station.outbox, commit)))


def _evidence(world: World, i: int, commit: Commit) -> World:
    """What a lost station says, whenever it arrives, changes nothing at the hub."""
    told = absorb(_with_station(world, i, world.stations[i]._replace(outbox=(commit,))), i, 0, Plant.NOTHING)
    changes = told._replace(stations=world.stations, absorbed=world.absorbed) != world
    return world._replace(broken="a lost station's word changed something") if changes else world


def _stepped(world: World, i: int, event: LockEvent) -> World:
    """A step of the lock in the station's own book, and the commit that tells it."""
    station = world.stations[i]
    assert station.state is not None
    row = step(station.state, event)
    assert row is not None and row.by is By.STN, f"a station cannot {event.name} at {station.state.name}"
    station = station._replace(state=row.target, book=_moved(station.book, station.blank, row))
    return _committed(world, i, station, event)


def _take(world: World, i: int, k: int, plant: Plant) -> World:
    """Take the k-th entry of those not known to be taken: only the next one, and once."""
    station = world.stations[i]
    if k != station.taken and not (plant is Plant.SKIP_IN_FEED and k > station.taken):
        return world
    entry = world.feeds[i][k]
    if entry.kind is Sent.AUTHORISED:
        station = Station(station.book, LockState.AUTHORISED, entry.n, outbox=station.outbox, taken=station.taken)
    elif entry.kind is Sent.CORRECTION:
        station = station._replace(book=_doubted(station.book, entry.blank))
    elif entry.n == station.n:
        station = _aligned(station, entry)
    return _committed(world, i, station._replace(taken=k + 1), None, entry.kind)


def _aligned(station: Station, entry: Entry) -> Station:
    if entry.kind is Sent.RECALL:
        return station._replace(recalled=True)
    book = station.book
    if entry.kind is Sent.DISPUTE:
        in_press = station.blank if station.blank >= 0 and book[station.blank] & MACHINE else NONE
        book = _doubted(_doubted(book, in_press), entry.blank)
    elif entry.blank >= 0:
        book = _put(book, entry.blank, entry.bucket)
    return station._replace(state=None, book=book)


@cache
def recovered(kind: Is, marked: bool) -> frozenset[LockEvent]:
    """What a station may conclude after a crash: from all its sensors, from none, and by an operator's look."""
    inside = {Is.INSIDE: Inside.INSIDE, Is.SENT: Inside.INSIDE, Is.FAILED: Inside.JAMMED}.get(kind, Inside.NOWHERE)
    job = {Is.INSIDE: Outcome.NOT_STARTED, Is.GOOD: Outcome.GOOD, Is.SPOILED: Outcome.SPOILED}.get(kind)
    same = True if inside is Inside.INSIDE else None
    fed = 0 if kind is Is.FRESH else 1
    sees = Evidence(fed, inside, same, job=job, job_certainty=Certainty.DEVICE_JOB_RECORD)
    seen = [sees, NOTHING_KNOWN]
    if kind in (Is.GOOD, Is.SPOILED):
        seen.append(Evidence(looked=Outcome.GOOD if kind is Is.GOOD else Outcome.SPOILED, blind=True))
    at = PressStep.INTENT_MARK if marked else PressStep.START
    answers = {recover(at, one) for one in seen} - {Answer.CONTINUE}
    events = {_CONCLUDED.get(answer, LockEvent.DOUBT) for answer in answers}
    if kind is Is.FAILED:  # before ink, the failed blank in hand: the same attempt takes another, or is given up
        events |= {LockEvent.BLANK_FAILED} if LockEvent.VERDICT_BAD in events else set()
    return frozenset(events)


_CONCLUDED: Mapping[Answer, LockEvent] = {
    Answer.NOT_FED: LockEvent.PROVE_NOT_FED,
    Answer.GOOD: LockEvent.VERDICT_GOOD,
    Answer.BAD: LockEvent.VERDICT_BAD,
    Answer.REJECT: LockEvent.VERDICT_BAD,
}


def station_acts(world: World, i: int, plant: Plant) -> Iterator[World]:
    """Everything one station, its printer and its line to the hub can do next."""
    station = world.stations[i]
    if world.gone != i:
        yield from (_take(world, i, k, plant) for k in range(len(world.feeds[i])))
        for k in range(len(station.outbox)):
            after = absorb(world, i, k, plant)
            yield _receipt(after, i)
            if after is not world:  # absorbed, and the receipt is lost: the station sends it again
                yield from _misfortune(after)
    if station.state is LockState.AUTHORISED:
        yield from _before_start(world, i)
    elif station.state is LockState.IN_PRESS:
        yield from _in_press(world, i, plant)


def _receipt(world: World, i: int) -> World:
    """The station learns what was absorbed and keeps the rest."""
    if not world.absorbed[i]:
        return world
    station = world.stations[i]
    station = station._replace(outbox=station.outbox[world.absorbed[i] :])
    return _with_station(world._replace(absorbed=_put(world.absorbed, i, 0)), i, station)


def _before_start(world: World, i: int) -> Iterator[World]:
    station = world.stations[i]
    yield _stepped(world, i, LockEvent.RETURN)
    blank = next((blank for blank in _own_blanks(i) if station.book[blank] & STOCK), NONE)
    if blank == NONE or station.recalled or (world.gone == i and world.over):
        return
    if world.cards[blank].kind is not Is.FRESH:
        world = world._replace(broken="a used blank stands as stock in the station's book")
    yield _stepped(_with_station(world, i, station._replace(blank=blank)), i, LockEvent.START)


def _in_press(world: World, i: int, plant: Plant) -> Iterator[World]:
    station = world.stations[i]
    kind = world.cards[station.blank].kind
    if kind is Is.FRESH:
        yield _with_card(world, station.blank, Is.INSIDE)
    elif kind is Is.INSIDE and station.marked:
        yield _with_card(world, station.blank, Is.SENT, station.n)
    elif kind is Is.INSIDE:
        yield from (_with_card(after, station.blank, Is.FAILED) for after in _misfortune(world))
        yield _with_station(world, i, station._replace(marked=True))
    for event in recovered(kind, station.marked):
        if event in (LockEvent.VERDICT_GOOD, LockEvent.VERDICT_BAD, LockEvent.BLANK_FAILED):
            yield _stepped(world, i, event)
        else:
            yield from (_stepped(after, i, event) for after in _misfortune(world))
    if plant is Plant.RETRY_UNKNOWN and station.marked and kind in (Is.SENT, Is.GOOD):
        other = next((blank for blank in _own_blanks(i) if station.book[blank] & STOCK), NONE)
        if other != NONE:
            yield _with_station(world, i, station._replace(blank=other, marked=False))


def printer_acts(world: World) -> Iterator[World]:
    """What printers do by themselves, whoever is still there to see it."""
    for blank, card in enumerate(world.cards):
        if card.kind is Is.SENT:
            yield _with_card(world, blank, Is.GOOD, card.n)
            yield _with_card(world, blank, Is.SPOILED, card.n)


# -- the hub absorbs --------------------------------------------------------------------------


def absorb(world: World, i: int, k: int, plant: Plant) -> World:
    """The k-th commit of an outbox arrives: known before, behind a gap, or the next one."""
    known = world.absorbed[i]
    if k > known or (k < known and plant is not Plant.ABSORB_TWICE):
        return world
    commit = world.stations[i].outbox[k]
    world = world._replace(absorbed=_put(world.absorbed, i, max(known, k + 1)))
    if commit.event is None:
        return _noted(world, i, commit)
    row = _fitting(world, i, commit)
    return _disputed(world, i, commit, plant) if row is None else _applied(world, i, commit, row)


def _noted(world: World, i: int, commit: Commit) -> World:
    """A feed entry was taken: the hub need not send it again."""
    if world.gone == i:
        return world
    station = world.stations[i]
    world = _with_station(world, i, station._replace(taken=max(station.taken - 1, 0)))
    world = world._replace(feeds=_put(world.feeds, i, world.feeds[i][1:]))
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
    if row.blank_from and _bucket(world.book, commit.blank) not in row.blank_from:
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
        book=_moved(world.book, commit.blank, row),
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
        world = world._replace(book=_doubted(world.book, commit.blank))
        if plant is not Plant.NO_CORRECTION:
            world = _fed(world, i, Entry(Sent.CORRECTION, commit.n, commit.blank))
    return world


def _stopped(world: World, row: Row) -> World:
    book = _moved(world.book, world.blank, row)
    world = world._replace(state=row.target, taken=False, book=book, doubted=world.doubted | 1 << world.station)
    return _fed(world, world.station, Entry(Sent.DISPUTE, world.n, world.blank))


# -- the hub acts -----------------------------------------------------------------------------


def hub_acts(world: World, plant: Plant) -> Iterator[World]:
    """Every row of the table that is not a station's, and what the hub does besides."""
    for event in allowed(world.state):
        row = step(world.state, event)
        assert row is not None
        if row.by is not By.STN:
            yield from _ACTS[event](world, row, plant)
    if world.state in STATION_STATES:
        yield from (_fed(after, after.station, Entry(Sent.RECALL, after.n)) for after in _misfortune(world))
    if world.gone == NONE and world.state in (*STATION_STATES, LockState.SUSPECT):
        yield from map(_declared_lost, _misfortune(world))
    if world.gone != NONE and not world.over:
        yield world._replace(over=True)
    if plant is Plant.WITHDRAW_LEASED and world.state is LockState.AUTHORISED:
        yield world._replace(state=LockState.WITHDRAWN)


def _declared_lost(world: World) -> World:
    """Key and permissions stop; its open attempt and all its blanks are suspect (rule 21)."""
    world = world._replace(gone=world.station, doubted=world.doubted | 1 << world.station)
    row = step(world.state, LockEvent.DISPUTE)
    if row:
        world = _stopped(world, row)
    book = world.book
    for blank in _own_blanks(world.station):
        book = _doubted(book, blank)
    i, gone = world.station, world.stations[world.station]
    world = world._replace(book=book)
    for commit in gone.outbox[world.absorbed[i] :]:
        world = _evidence(world, i, commit)
    world = _with_station(world, i, gone._replace(outbox=(), taken=0))
    return world._replace(feeds=_put(world.feeds, i, ()), absorbed=_put(world.absorbed, i, 0))


def _plain(world: World, row: Row, _: Plant) -> Iterator[World]:
    yield world._replace(state=row.target)


def _authorise(world: World, row: Row, plant: Plant) -> Iterator[World]:
    if world.n == ATTEMPTS:
        return
    n = max(world.n, 1) if plant is Plant.REUSE_N else world.n + 1
    for i in (0, 1) if world.n else (0,):  # the first attempt is at the station with two blanks
        if world.gone != i and any(world.book[blank] & STOCK for blank in _own_blanks(i)):
            new = world._replace(
                state=row.target, n=n, station=i, blank=NONE
            )
            yield _fed(new, i, Entry(Sent.AUTHORISED, n))


def _dispute(world: World, row: Row, plant: Plant) -> Iterator[World]:
    for after in _misfortune(world):
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
        world = world._replace(book=_put(world.book, blank, bucket))
    kept = 0 if bucket == SAFE else bucket
    return _fed(world, world.station, Entry(Sent.SETTLED, world.n, blank, kept))


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
        could = {blank for blank in _own_blanks(world.station) if world.book[blank] & SUSPECT}
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
        yield _settled(_with_card(world, shown, Is.AWAY), row, shown, SAFE)


def _ended(world: World, row: Row, _: Plant) -> Iterator[World]:
    """FAIL_CARD and VOID: the card is surrendered and its chip revoked."""
    bit = 1 << world.blank
    yield world._replace(
        state=row.target,
        book=_moved(world.book, world.blank, row),
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


# -- promises ---------------------------------------------------------------------------------


def is_quiet(world: World) -> bool:
    """Everything sent was taken and everything said was absorbed; a lost station takes nothing."""
    return all(
        world.absorbed[i] == len(station.outbox) and (world.gone == i or station.taken == len(world.feeds[i]))
        for i, station in enumerate(world.stations)
    )


def is_closed(world: World) -> bool:
    """The record came to an end, and nothing is under way."""
    return world.state in (LockState.PRINTED, LockState.WITHDRAWN) and is_quiet(world)


def broken_promise(world: World) -> str:
    """What must never be, if it is."""
    good = [card.n for card in world.cards if card.kind is Is.GOOD]
    if len(good) != len(set(good)):
        return "two physically good cards from one attempt"
    if world.active & (world.active - 1):
        return "two active cards"
    if sum(card.kind is Is.GOOD and not world.stopped >> blank & 1 for blank, card in enumerate(world.cards)) > 1:
        return "two good cards of one person, neither on the stop list"
    if any(bits.bit_count() != 1 for bits in world.book):
        return "a blank is not in exactly one bucket of the hub's book"
    if any(bits.bit_count() > 1 for station in world.stations for bits in station.book):
        return "a blank is in two buckets of its station's book"
    return world.broken or (_broken_at_rest(world) if is_quiet(world) else "")


def _broken_at_rest(world: World) -> str:
    for i, station in enumerate(world.stations):
        if world.gone != i and station_pen(station, i) != hub_pen(world, i):
            return "at rest, the two books differ in what the station's pen writes"
    for bits, card in zip(world.book, world.cards, strict=True):
        if bits == STOCK and card.kind is not Is.FRESH:
            return "at rest, a used blank stands as stock"
        if bits == 1 << Bucket.GOOD_HELD and card.kind is not Is.GOOD:
            return "at rest, what is no good card stands as one"
    return ""


def successors(world: World, plant: Plant = Plant.NOTHING) -> Iterator[World]:
    """Every next world; a message without effect gives none."""
    yield from hub_acts(world, plant)
    yield from printer_acts(world)
    for i in (0, 1):
        yield from (after for after in station_acts(world, i, plant) if after is not world)

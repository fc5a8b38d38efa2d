"""A small world (dunia kecil) with everything that can go wrong in it, to be explored to the end.

One record, two stations, two attempts, three blanks. The hub and each station have a book of
their own, and meet only in a feed and a chain whose messages may be lost, late or doubled.
Stations crash, conclude with `recover` from what they can see, or fall silent and come back
after they were declared lost. The printers have a truth of their own (`Card`), which no book
can write. People are honest: they settle a suspect by the card in their hands.

The lock moves only by `ektp_core.lock.step`; absorbing judges a fact as the hub does. What the
table leaves to its guards is written here, and each guard can be taken away (`Plant`).

Kept small: the first attempt is at the station with two blanks, at most one station is declared
lost, and no more than a few misfortunes happen (`luck`): a lost receipt, a crash that ends in
doubt, a card proved not fed, a blank that fails, a recall, a hold, a dispute, a station declared lost.
Messages may be late, doubled or out of order at no cost. A commit holds one event and press steps
are not sent. Two histories of one station (fork, rollback) are not part of this world.

This file holds the values and how a book changes; `small_hub`, `small_station` and
`small_explorer` hold who does what, and what must never be.
"""

from collections.abc import Iterator
from enum import Enum, IntEnum, auto
from typing import NamedTuple, TypeVar

from ektp_core.lock.step import STATION_STATES, blank_move
from ektp_core.lock.table import Row
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState

ATTEMPTS = 2
HOME = (0, 0, 1)  # which station each blank was delivered to
OWN = tuple(tuple(blank for blank, home in enumerate(HOME) if home == i) for i in (0, 1))
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
    NEVER_SETTLED = auto()  # nobody closes a suspect
    HOLD_IGNORED = auto()  # a record on hold is authorised
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
    held: bool = False  # somebody held the record back, and has not lifted it
    feeds: tuple[tuple[Entry, ...], ...] = ((), ())
    absorbed: tuple[int, ...] = (0, 0)
    broken: str = ""


def first(luck: int) -> World:
    """Every blank delivered, nothing entered."""
    books = [tuple(STOCK if home == i else 0 for home in HOME) for i in (0, 1)]
    return World(tuple(Station(book) for book in books), (Card(),) * len(HOME), (STOCK,) * len(HOME), luck)


def put(values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    return (*values[:index], value, *values[index + 1 :])


def bucket_of(book: Book, blank: int) -> Bucket:
    return Bucket(book[blank].bit_length() - 1)


def moved(book: Book, blank: int, row: Row) -> Book:
    """The book after the row's movement of this blank; the source is not asked, so a mistake shows as two bits."""
    move = blank_move(row, bucket_of(book, blank)) if blank >= 0 and book[blank] > SAFE else None
    if move is None:
        return book
    source, target = move
    return put(book, blank, book[blank] ^ (1 << source) ^ (1 << target))


def with_station(world: World, i: int, station: Station) -> World:
    return world._replace(stations=put(world.stations, i, station))


def with_card(world: World, blank: int, kind: Is, n: int = 0) -> World:
    return world._replace(cards=put(world.cards, blank, Card(kind, n)))


def misfortune(world: World) -> Iterator[World]:
    """The world with one misfortune spent, if one is left."""
    if world.luck:
        yield world._replace(luck=world.luck - 1)


def queued(world: World, i: int, *entries: Entry) -> World:
    """Queue entries for a station; nothing is sent to one that was declared lost."""
    return world if world.gone == i else world._replace(feeds=put(world.feeds, i, world.feeds[i] + entries))


def doubted_blank(book: Book, blank: int) -> Book:
    """The blank is suspect, unless it left the station's pen before."""
    return put(book, blank, SUSPECT) if blank >= 0 and book[blank] & (STOCK | MACHINE) else book


def pen_of(book: Book, i: int, n: int) -> tuple[Book, int]:
    """What a station's pen writes: its stock and machine, and its lock."""
    return tuple([book[blank] & (STOCK | MACHINE) for blank in OWN[i]]), n


def station_pen(station: Station, i: int) -> tuple[Book, int]:
    """The pen by the station's own book."""
    return pen_of(station.book, i, station.n if station.state in STATION_STATES else 0)


def hub_pen(world: World, i: int) -> tuple[Book, int]:
    """The same pen by the hub's copy."""
    holds = world.station == i and world.taken and world.state in STATION_STATES
    return pen_of(world.book, i, world.n if holds else 0)

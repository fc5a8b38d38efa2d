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

from collections.abc import Iterator
from enum import Enum, IntEnum, auto
from functools import cache
from typing import NamedTuple

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
    """One feed entry: the hub's state of the lock, and where a blank is."""

    kind: Sent
    n: int
    state: LockState | None = None
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
    failed: bool = False
    unfed: bool = False
    recalled: bool = False
    outbox: tuple[Commit, ...] = ()
    taken: int = 0


class World(NamedTuple):
    """The hub's book, the stations, the cards; `broken` is the first promise a step broke."""

    stations: tuple[Station, ...]
    cards: tuple[Card, ...]
    book: Book
    state: LockState | None = None
    n: int = 0
    station: int = NONE
    blank: int = NONE
    taken: bool = False
    answered: bool = False
    recalled: bool = False
    active: int = 0  # blanks counted as the person's card
    stopped: int = 0  # blanks on the stop list
    disputed: int = 0  # attempts the hub itself disputed
    doubted: int = 0  # stations with a dispute
    gone: int = NONE
    over: bool = False  # the gone station's permission has run out
    feeds: tuple[tuple[Entry, ...], ...] = ((), ())
    absorbed: tuple[int, ...] = (0, 0)
    broken: str = ""


def first() -> World:
    """Every blank delivered, nothing entered."""
    books = (tuple(STOCK if home == i else 0 for home in HOME) for i in (0, 1))
    return World(tuple(Station(book) for book in books), (Card(),) * len(HOME), (STOCK,) * len(HOME))


# -- small changes ----------------------------------------------------------------------------


def _put[T](values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    return (*values[:index], value, *values[index + 1 :])

"""Scenes that the checks of stores begin from (adegan uji): a supplied book, a lived-in book."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from ektp_core.boundary.store import Answer, Decide, Store
from ektp_core.flow.apply import apply
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.wire import chain
from ektp_testing.small_book import Apply, GiveOut, Move, Name, TakeIn, asked, decide


class Maker(Protocol):
    """Makes stores of the kind under test."""

    def fresh(self, decide: Decide, apply: Apply, owner: str = "") -> Store:
        """A store of an empty book."""

    def reopened(self, store: Store) -> Store:
        """The same book after its process ended; a book in memory gives the same store back."""


def supplied(maker: Maker, fold: Apply = apply, owner: str = "") -> Store:
    """A book with the blanks A 1 to 100 at the centre."""
    store = maker.fresh(decide, fold, owner)
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    return store


def answer_to(store: Store, name: str, body: object, at_ms: int = 2) -> Answer:
    """The answer to one ask in a commit of its own."""
    (answer,) = store.commit([asked(name, body)], at_ms)
    return answer


def runs_of(store: Store, series: str = "A") -> list[tuple[int, int, str, Bucket]]:
    """All runs of a series, as first, last, party and bucket."""
    with store.read() as view:
        return [(run.lo, run.hi, run.party, run.bucket) for run in view.overlapping(series, 1, 10**12)]


@contextmanager
def refusing(store: Store, error: type[Exception]) -> Iterator[None]:
    """The error must come, and the book must stand where it stood."""
    before, runs = store.position(), runs_of(store)
    try:
        yield
    except error:
        assert (store.position(), runs_of(store)) == (before, runs), "the book changed"
        return
    raise AssertionError(f"no {error.__name__} was raised")


def lived_in(maker: Maker, owner: str) -> Store:
    """A book of several commits with joins, splits, and blanks gone."""
    store = supplied(maker, owner=owner)
    store.commit([asked("a", Name(("x", "y"))), asked("b", Move(10, 40, "centre", "x"))], 2)
    spoiled, lost = Move(20, 21, "x", "x", Bucket.WASTE_HELD), Move(30, 31, "x", "x", Bucket.LOST)
    store.commit([asked("c", spoiled), asked("d", lost)], 3)
    store.commit([asked("e", Move(22, 29, "x", "centre")), asked("f", GiveOut(50, 60, "centre"))], 4)
    store.commit([asked("g", Move(5, 9, "centre", "x"))], 5)
    return store


def last_header(store: Store) -> chain.Header:
    """The header of the last seal."""
    (sealed,) = store.sealed_since(store.position().n - 1, 1)
    return chain.read_header(sealed.header)

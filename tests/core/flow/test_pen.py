"""Whose pen writes a row, and the digest by which two books are compared."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.flow.pen import EMPTY, holder, noted
from ektp_core.flow.rows import Holding, Lock, Pen
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.chain import read_header
from ektp_store.memory import MemoryGround
from tests.core.flow.office_cards import GOOD, allot, authorised, card, entered, issue, stocked, supply
from tests.core.flow.offices import CLASS, ONE, TWO, accepted, ask, maybe, row, station_key
from tests.core.flow.soundness import agree, pen_of

HELD = Holding("A", 1, 5, ONE, Bucket.STOCK, CLASS)
LOCK = Lock("52.03-000001", LockState.AUTHORISED, 1, ONE, taken=True)


@pytest.mark.rule(1)
@pytest.mark.parametrize("bucket", Bucket)
def test_a_station_writes_its_own_stock_and_machines_and_nothing_else(bucket: Bucket) -> None:
    by_station = bucket in (Bucket.STOCK, Bucket.IN_MACHINE)
    assert holder(evolve(HELD, bucket=bucket)) == (ONE if by_station else "")
    assert holder(evolve(HELD, bucket=bucket, party="office/52.03")) == ""


@pytest.mark.rule(1)
@pytest.mark.parametrize("state", LockState)
def test_a_station_writes_the_locks_it_took_while_they_are_its_own(state: LockState) -> None:
    by_station = state in (LockState.AUTHORISED, LockState.IN_PRESS)
    assert holder(evolve(LOCK, state=state)) == (ONE if by_station else "")
    assert holder(evolve(LOCK, state=state, taken=False)) == ""


def digest(book: MemoryGround) -> bytes:
    found = book.book.row(Pen, ONE)
    return found.digest if found else EMPTY


@given(st.permutations([HELD, evolve(HELD, lo=7, hi=9), LOCK, evolve(LOCK, record="52.03-000002")]))
def test_the_digest_knows_the_rows_and_not_their_order(penned: list[Holding | Lock]) -> None:
    ground, other = MemoryGround(), MemoryGround()
    for one in penned:
        noted(ground.book, one, +1)
    for one in sorted(penned, key=repr):
        noted(other.book, one, +1)
    assert digest(ground) == digest(other) != EMPTY
    for one in penned:
        noted(ground.book, one, -1)
    assert digest(ground) == EMPTY


def test_any_difference_of_a_row_is_a_difference_of_the_digest() -> None:
    digests = set()
    changed: list[Holding | Lock] = [
        HELD,
        evolve(HELD, hi=6),
        evolve(HELD, bucket=Bucket.IN_MACHINE),
        evolve(HELD, series="B"),
    ]
    changed += [LOCK, evolve(LOCK, n=2), evolve(LOCK, state=LockState.IN_PRESS)]
    for one in changed:
        ground = MemoryGround()
        noted(ground.book, one, +1)
        digests.add(digest(ground))
    assert len(digests) == 7


def test_rows_of_the_hubs_pen_are_not_counted() -> None:
    ground = MemoryGround()
    noted(ground.book, evolve(HELD, party="centre"), +1)
    noted(ground.book, evolve(LOCK, taken=False), +1)
    assert ground.book.row(Pen, ONE) is None


def test_every_station_has_a_digest_of_its_own() -> None:
    books = stocked(5)
    supply(books, 11, 15)
    allot(books, "A-2", 5)
    issue(books, "I-2", 5, TWO)
    assert agree(books, ONE) and agree(books, TWO)
    assert row(books.hub, Pen, ONE) != row(books.hub, Pen, TWO)
    assert row(books.hub, Pen, TWO) == row(books.stations[TWO], Pen, TWO)
    assert maybe(books.stations[ONE], Pen, TWO) is None


def test_each_seal_of_a_station_carries_the_digest_of_then() -> None:
    books = stocked(5)
    record = entered(books, 1)
    authorised(books, record)
    station = books.stations[ONE]
    for body in card(record, 1, GOOD):
        accepted(ask(station, body, station_key(ONE)))
        last = station.sealed_since(station.position().n - 1, 1)[0]
        assert read_header(last.header).pen == pen_of(station, ONE)

"""A pile against the book: judged by plain sets of serials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.ledger.count import PILE_OF, Pile, Variance, compare, serials_in
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.serial import SerialRange, SerialSet

pytestmark = pytest.mark.rule(33)

NUMBERS = st.sets(st.integers(1, 12))


def runs_of(numbers: set[int]) -> list[Holding]:
    return [Holding("A", n, n, "office/52.03", Bucket.STOCK, "v5") for n in sorted(numbers)]


def serials(numbers: set[int]) -> SerialSet:
    return SerialSet([SerialRange.one("A", n) for n in numbers])


@given(held=NUMBERS, listed=NUMBERS, unlisted=st.integers(0, 12))
def test_what_the_book_holds_and_what_differs_make_up_the_count(
    held: set[int], listed: set[int], unlisted: int
) -> None:
    counted = len(listed) + unlisted
    found = compare(counted, len(held), serials(listed), runs_of(held))
    lost, more = len(found.missing) + found.short, len(found.extra) + found.surplus
    assert len(held) - lost + more == counted
    assert found.short == 0 or found.surplus == 0
    assert found.extra == (serials(listed - held) if listed else SerialSet())
    assert not found.missing & serials(listed)


@given(held=NUMBERS, listed=NUMBERS.filter(bool))
def test_a_full_list_names_every_blank_that_is_missing(held: set[int], listed: set[int]) -> None:
    found = compare(len(listed), len(held), serials(listed), runs_of(held))
    assert (found.missing, found.short, found.surplus) == (serials(held - listed), 0, 0)


def test_an_equal_count_is_no_variance() -> None:
    assert compare(3, 3, SerialSet(), runs_of({1, 2, 3})) == Variance()
    assert not compare(3, 3, SerialSet(), [])
    assert not compare(3, 3, serials({1, 2, 3}), runs_of({1, 2, 3}))


def test_examples_by_hand() -> None:
    """Three in the book. Two counted: one short. A stranger among three: one of ours is missing, which one is told."""
    book = runs_of({1, 2, 3})
    assert compare(2, 3, SerialSet(), book) == Variance(short=1)
    assert compare(5, 3, SerialSet(), book) == Variance(surplus=2)
    assert compare(3, 3, serials({1, 2, 9}), book) == Variance(missing=serials({3}), extra=serials({9}))
    assert compare(3, 3, serials({9}), book) == Variance(extra=serials({9}), short=1)
    assert compare(0, 3, SerialSet(), book) == Variance(missing=serials({1, 2, 3})), "where nothing is, all are missing"
    assert compare(0, 3, SerialSet(), ()) == Variance(short=3)


def test_every_bucket_that_people_can_see_lies_in_one_pile() -> None:
    seen = {Bucket.STOCK, Bucket.RESERVED, Bucket.IN_MACHINE, Bucket.GOOD_HELD, Bucket.WASTE_HELD, Bucket.VOID_HELD}
    assert set(PILE_OF) == seen
    assert Pile.OLD_CARDS not in PILE_OF.values()
    assert len(serials_in(runs_of({1, 2, 5}))) == 3

"""Runs of blanks: cut and joined, there is one way to say where they are."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.ledger.holding import Holding, joined, without
from ektp_core.vocabulary.bucket import Bucket

CARTON = Holding("A", 11, 20, "centre", Bucket.STOCK, "v5")


@st.composite
def cuts(draw: st.DrawFn) -> tuple[Holding, int, int]:
    lo = draw(st.integers(1, 50))
    hi = draw(st.integers(lo, lo + 50))
    first = draw(st.integers(lo, hi))
    return Holding("A", lo, hi, "centre", Bucket.STOCK, "v5"), first, draw(st.integers(first, hi))


@given(cuts())
def test_taking_a_part_out_leaves_every_other_blank(cut: tuple[Holding, int, int]) -> None:
    run, lo, hi = cut
    left = {n for rest in without(run, lo, hi) for n in range(rest.lo, rest.hi + 1)}
    assert left == set(range(run.lo, run.hi + 1)) - set(range(lo, hi + 1))
    assert len(run.part(lo, hi)) + sum(map(len, without(run, lo, hi))) == len(run)


@given(cuts())
def test_putting_a_part_back_gives_the_run_as_it_was(cut: tuple[Holding, int, int]) -> None:
    run, lo, hi = cut
    rest = without(run, lo, hi)
    left = next((one for one in rest if one.hi < lo), None)
    right = next((one for one in rest if one.lo > hi), None)
    assert joined(left, run.part(lo, hi), right) == run


@pytest.mark.parametrize(("lo", "hi"), [(10, 12), (19, 21), (15, 14), (1, 5)])
def test_what_a_run_does_not_hold_is_not_taken_out(lo: int, hi: int) -> None:
    with pytest.raises(AssertionError, match="does not hold"):
        without(CARTON, lo, hi)


def test_a_run_taken_out_whole_leaves_nothing() -> None:
    assert without(CARTON, 11, 20) == ()


@pytest.mark.parametrize(
    "neighbour",
    [
        evolve(CARTON, lo=22, hi=30),
        evolve(CARTON, lo=20, hi=30),
        evolve(CARTON, lo=21, hi=30, series="B"),
        evolve(CARTON, lo=21, hi=30, party="office/52.03"),
        evolve(CARTON, lo=21, hi=30, bucket=Bucket.RESERVED),
        evolve(CARTON, lo=21, hi=30, blank_class="v4"),
        evolve(CARTON, lo=21, hi=30, assumed=True),
    ],
    ids=["a gap", "an overlap", "series", "party", "bucket", "class", "assumed"],
)
def test_neighbours_that_differ_in_anything_stay_apart(neighbour: Holding) -> None:
    assert not CARTON.joins(neighbour)
    assert joined(CARTON, neighbour, None) == neighbour
    assert joined(None, CARTON, neighbour) == CARTON


def test_equal_neighbours_are_one_run() -> None:
    right = evolve(CARTON, lo=21, hi=30)
    assert CARTON.joins(right)
    assert joined(None, CARTON, right) == joined(CARTON, right, None) == evolve(CARTON, hi=30)


def test_a_run_elsewhere_holds_the_same_blanks() -> None:
    there = CARTON.at("office/52.03", Bucket.IN_TRANSIT)
    assert there.place == ("office/52.03", Bucket.IN_TRANSIT, "v5")
    assert (there.series, there.lo, there.hi, len(there)) == ("A", 11, 20, 10)

"""Sets of serials against plain Python sets, and the carton of twenty million."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.serial import HIGHEST, SerialRange, SerialSet, disjoint_union

SERIES = ("PNRI-2018", "PURA-2019")


@st.composite
def ranges(draw: st.DrawFn) -> SerialRange:
    """A short range of one of two series."""
    lo = draw(st.integers(1, 40))
    return SerialRange(draw(st.sampled_from(SERIES)), lo, lo + draw(st.integers(0, 8)))


sets = st.lists(ranges(), max_size=6).map(lambda parts: SerialSet.of(*parts))


def plain(serials: SerialSet) -> set[tuple[str, int]]:
    """The same blanks one by one."""
    return {(part.series, number) for part in serials for number in range(part.lo, part.hi + 1)}


def assert_canonical(serials: SerialSet) -> None:
    """Sorted, disjoint, never adjacent."""
    for left, right in zip(serials.ranges, serials.ranges[1:], strict=False):
        assert (left.series, left.hi + 1) < (right.series, right.lo)


@given(sets, sets)
def test_the_three_operations_agree_with_plain_sets(one: SerialSet, other: SerialSet) -> None:
    """Union, difference, intersection; each result is canonical."""
    for found, expected in (
        (one | other, plain(one) | plain(other)),
        (one - other, plain(one) - plain(other)),
        (one & other, plain(one) & plain(other)),
    ):
        assert plain(found) == expected
        assert len(found) == len(expected)
        assert bool(found) == bool(expected)
        assert_canonical(found)


@given(sets, sets)
def test_equal_sets_are_equal_values(one: SerialSet, other: SerialSet) -> None:
    """However they were put together."""
    assert (one == other) == (plain(one) == plain(other))
    assert (one - other) | (one & other) == one
    assert hash(one | other) == hash(other | one)


@given(sets, sets)
def test_disjoint_means_no_common_blank(one: SerialSet, other: SerialSet) -> None:
    """Also across series with the same numbers."""
    assert one.isdisjoint(other) == plain(one).isdisjoint(plain(other))


@given(sets, st.sampled_from(SERIES), st.integers(1, 50))
def test_membership_agrees_with_plain_sets(serials: SerialSet, series: str, number: int) -> None:
    """One blank at a time."""
    assert ((series, number) in serials) == ((series, number) in plain(serials))


@given(st.lists(ranges(), max_size=5))
def test_a_blank_named_twice_is_refused_and_only_it_is_named(parts: list[SerialRange]) -> None:
    """A disjoint union is the union, or a refusal when the counts differ."""
    whole = SerialSet.of(*parts)
    if sum(len(part) for part in parts) == len(whole):
        assert disjoint_union(parts) == whole
    else:
        with pytest.raises(Refused) as caught:
            disjoint_union(parts)
        assert caught.value.refusal is Refusal.SERIALS_OVERLAP


def test_the_overlap_is_told_exactly() -> None:
    """Typed by hand: 1-10 and 8-12 share 8 to 10."""
    with pytest.raises(Refused) as caught:
        disjoint_union([SerialRange("PNRI-2018", 1, 10), SerialRange("PNRI-2018", 8, 12)])
    assert caught.value.facts["serials"] == ("PNRI-2018 8-10",)


def test_twenty_million_blanks_cost_a_handful_of_ranges() -> None:
    """Ten thousand holes in the carton, and back again."""
    carton = SerialSet.of(SerialRange("PNRI-2018", 1, 20_000_000))
    used = SerialSet(SerialRange.one("PNRI-2018", 2000 * n) for n in range(1, 10_001))
    left = carton - used
    assert len(carton.ranges) == 1
    assert (len(left), len(left.ranges)) == (19_990_000, 10_000)
    assert left | used == carton


def test_neighbours_join_and_series_never_do() -> None:
    """4 and 5 become one range; the same numbers of two series stay two."""
    joined = SerialSet.of(SerialRange("PNRI-2018", 5, 9), SerialRange("PNRI-2018", 1, 4))
    assert joined.shown() == ("PNRI-2018 1-9",)
    apart = SerialSet.of(SerialRange("PNRI-2018", 1, 4), SerialRange("PURA-2019", 1, 4))
    assert apart.shown() == ("PNRI-2018 1-4", "PURA-2019 1-4")
    assert str(SerialRange.one("PNRI-2018", 7)) == "PNRI-2018 7"


@pytest.mark.parametrize(
    ("series", "lo", "hi"),
    [("PNRI", 0, 1), ("PNRI", 2, 1), ("PNRI", -1, 1), ("PNRI", 1, HIGHEST + 1),
     ("", 1, 1), ("pnri", 1, 1), ("A" * 33, 1, 1), ("PN RI", 1, 1), ("-A", 1, 1)],
)  # fmt: skip
def test_an_impossible_range_is_refused(series: str, lo: int, hi: int) -> None:
    """Numbers from 1, first not after last, a series of capital letters and digits."""
    with pytest.raises(Refused) as caught:
        SerialRange(series, lo, hi)
    assert caught.value.refusal is Refusal.BAD_VALUE


@given(sets)
def test_the_empty_set_changes_nothing(serials: SerialSet) -> None:
    """Union with it and difference of it give the set itself."""
    empty = SerialSet()
    assert (serials | empty, serials - empty, empty - serials) == (serials, serials, empty)
    assert not empty and len(empty) == 0 and empty.isdisjoint(serials)

"""Sharing too few blanks: to the last one, none above its cap, all run out together."""

from heapq import heappop, heappush
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.allotment.rationing import Want, equal_days, proportional

pytestmark = pytest.mark.rule(27)

names = st.text("abcdefgh", min_size=1, max_size=4)
wants = st.lists(
    st.builds(Want, names, st.integers(0, 4_000), st.integers(1, 900), st.integers(0, 60)),
    max_size=150,
    unique_by=lambda want: want.party,
)
lots_of = st.sampled_from((1, 2, 100))


def one_by_one(lots: int, wanted: list[Want], lot: int) -> list[int]:
    """The order itself, walked: each lot to the office at whose level half of it is due first."""
    by_party = sorted(range(len(wanted)), key=lambda index: wanted[index].party)
    shares = [0] * len(wanted)
    waiting: list[tuple[int, int, int]] = []

    def queue(place: int) -> None:
        index = by_party[place]
        want = wanted[index]
        if shares[index] < want.cap:
            due = 2 * (want.base + shares[index] * lot) + lot
            heappush(waiting, (due * 2**32 // (2 * want.rate), place, index))

    for place in range(len(wanted)):
        queue(place)
    for _ in range(lots):
        if not waiting:
            break
        _, place, index = heappop(waiting)
        shares[index] += 1
        queue(place)
    return shares


@given(st.integers(0, 6_000), wants, lots_of)
def test_the_shares_are_those_of_handing_out_one_by_one(lots: int, wanted: list[Want], lot: int) -> None:
    assert equal_days(lots, wanted, lot) == one_by_one(lots, wanted, lot)


@given(st.integers(0, 6_000), wants, lots_of)
def test_the_sum_is_what_there_is_or_all_that_is_wanted(lots: int, wanted: list[Want], lot: int) -> None:
    most = sum(want.cap for want in wanted)
    assert sum(equal_days(lots, wanted, lot)) == min(lots, most)
    assert sum(proportional(lots, wanted)) == min(lots, most)


@given(st.integers(0, 6_000), wants, lots_of)
def test_no_share_passes_its_cap_or_falls_below_nothing(lots: int, wanted: list[Want], lot: int) -> None:
    for shares in (equal_days(lots, wanted, lot), proportional(lots, wanted)):
        assert all(0 <= share <= want.cap for share, want in zip(shares, wanted, strict=True))


@given(st.integers(0, 2_000), wants, st.integers(1, 40))
def test_nobody_gets_less_when_there_is_more(lots: int, wanted: list[Want], more: int) -> None:
    for share in (equal_days, proportional):
        assert all(few <= many for few, many in zip(share(lots, wanted), share(lots + more, wanted), strict=True))


@given(st.integers(0, 6_000), wants, st.data())
def test_the_order_of_the_offices_changes_nothing(lots: int, wanted: list[Want], data: st.DataObject) -> None:
    turned = data.draw(st.permutations(wanted))
    for share in (equal_days, proportional):
        told = dict(zip((want.party for want in wanted), share(lots, wanted), strict=True))
        assert share(lots, turned) == [told[want.party] for want in turned]


@given(st.integers(0, 6_000), wants)
def test_offices_below_their_cap_run_out_together_to_a_blank(lots: int, wanted: list[Want]) -> None:
    """Had one of two more cover than the other by over a blank of each, that blank went to the wrong one."""
    shares = equal_days(lots, wanted)
    for got, one in zip(shares, wanted, strict=True):
        for other_got, other in zip(shares, wanted, strict=True):
            if got and other_got < other.cap:
                last_of_one = (2 * (one.base + got) - 1) * other.rate
                next_of_other = (2 * (other.base + other_got) + 1) * one.rate
                assert last_of_one <= next_of_other + one.rate * other.rate / 2**31


def test_the_emptier_office_is_filled_first() -> None:
    # by hand: a and b both use 100 a month; a has nothing, b 50, c five months; 100 to share: both stand at 75
    wanted = [Want("a", 0, 100, 900), Want("b", 50, 100, 900), Want("c", 500, 100, 900)]
    assert equal_days(100, wanted) == [75, 25, 0]


def test_the_office_that_uses_more_gets_more() -> None:
    # 300 among rates 100 and 200, both empty: one month each
    assert equal_days(300, [Want("a", 0, 100, 900), Want("b", 0, 200, 900)]) == [100, 200]


def test_what_one_office_cannot_take_goes_to_the_others() -> None:
    assert equal_days(300, [Want("a", 0, 100, 30), Want("b", 0, 200, 900)]) == [30, 270]


def test_a_blank_too_few_is_missed_by_the_later_party() -> None:
    assert equal_days(1, [Want("b", 0, 5, 9), Want("a", 0, 5, 9)]) == [0, 1]


def test_whole_lots_are_shared_by_what_they_hold() -> None:
    # 5 lots of 100, a has 300 already, both use 100 a month: a 300 + 100, b 0 + 400
    assert equal_days(5, [Want("a", 300, 100, 9), Want("b", 0, 100, 9)], lot=100) == [1, 4]


def test_in_proportion_what_is_on_the_shelf_does_not_count() -> None:
    assert proportional(100, [Want("a", 0, 1, 300), Want("b", 5_000, 1, 100)]) == [75, 25]


def test_one_blank_more_takes_none_away_where_largest_remainder_would() -> None:
    """The Alabama paradox: 6, 6 and 2 sharing 10 by largest remainder are 4, 4, 2, sharing 11 they are 5, 5, 1."""
    wanted = [Want("a", 0, 1, 6), Want("b", 0, 1, 6), Want("c", 0, 1, 2)]
    shares = [proportional(lots, wanted) for lots in range(15)]
    assert shares[10:13] == [[5, 4, 1], [5, 5, 1], [5, 5, 2]]
    for before, after in pairwise(shares):
        assert sum(after) - sum(before) == 1
        assert all(few <= many for few, many in zip(before, after, strict=True))


def test_rates_of_very_different_size_are_shared_exactly() -> None:
    wanted = [Want(f"p{n:03}", 0, 10 ** (n % 9), 10**6) for n in range(200)]
    shares = equal_days(10**7 + 1, wanted)
    assert sum(shares) == 10**7 + 1
    assert max(shares) <= 10**6

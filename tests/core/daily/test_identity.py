"""What came equals what became of it, or by how much not (rules 32 and 47 of the peers); published tallies by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.daily.identity import BECAME, CAME, blanks_of_day, good_of, printed_of_day, stated, unsaid

pytestmark = pytest.mark.rule(32)

SIDES = st.fixed_dictionaries({name: st.integers(0, 100_000) for name in (*CAME, *BECAME)})


@pytest.mark.parametrize(
    ("where", "total", "parts", "difference"),
    [
        ("Blitar", 42_892, (26_726, 14_713, 1_453), 0),
        ("Buleleng", 23_572, (23_471, 101), 0),
        ("Cirebon", 10_090, (1_552, 96, 2_752, 1_525, 165), 4_000),
    ],
)
def test_published_tallies_add_up_or_do_not(where: str, total: int, parts: tuple[int, ...], difference: int) -> None:
    assert stated(total, parts).difference == difference, where


@given(SIDES)
def test_the_difference_is_what_is_unaccounted_for(values: dict[str, int]) -> None:
    found = blanks_of_day(values)
    assert found is not None
    assert found.difference == sum(values[name] for name in CAME) - sum(values[name] for name in BECAME)
    assert found.unsaid == ()


@given(SIDES)
def test_a_remainder_set_right_makes_the_day_add_up(values: dict[str, int]) -> None:
    """The remainder is the one figure that follows from all others."""
    found = blanks_of_day(values)
    assert found is not None
    set_right = blanks_of_day({**values, "remaining": values["remaining"] + found.difference})
    assert set_right is not None and set_right.difference == 0


def test_a_day_by_hand() -> None:
    """1,250 in the morning and 500 came; 10 + 2 printed, 1 spoiled, 1 lost: 1,736 must be left."""
    day = {"opening": 1_250, "received": 500, "printed_first": 10, "printed_lost": 2, "spoiled": 1, "lost": 1}
    right, short = blanks_of_day({**day, "remaining": 1_736}), blanks_of_day({**day, "remaining": 1_730})
    assert right is not None and short is not None
    assert (right.difference, short.difference) == (0, 6)


def test_what_a_form_has_no_place_for_counts_as_nought_and_is_named() -> None:
    found = blanks_of_day({"opening": 100, "good": 10, "remaining": 90})
    assert found is not None and found.difference == 0
    assert {"spoiled", "received", "lost"} <= set(found.unsaid)
    assert not {"opening", "good", "remaining"} & set(found.unsaid)


@pytest.mark.parametrize("left_out", ["opening", "good", "remaining"])
def test_without_a_needed_column_nothing_is_said(left_out: str) -> None:
    values = {name: 5 for name in ("opening", "good", "remaining", "received") if name != left_out}
    assert blanks_of_day(values) is None
    assert unsaid(values) == (left_out,)


def test_good_cards_are_the_total_or_the_sum_of_the_reasons() -> None:
    assert good_of({"good": 9, "printed_first": 4}) == 9
    assert good_of({"printed_first": 4, "printed_moved": 1}) == 5
    assert good_of({"printed_suket": 0}) == 0
    assert good_of({"remaining": 4}) is None


def test_a_total_that_is_not_the_sum_of_the_reasons_is_shown() -> None:
    found = printed_of_day({"good": 12, "printed_first": 8, "printed_lost": 3})
    assert found is not None and found.difference == 1
    assert printed_of_day({"good": 12}) is None
    assert printed_of_day({"printed_first": 12}) is None

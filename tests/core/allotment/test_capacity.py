"""What an office can print in a month, and the room that leaves (rule 28, paper 001)."""

import pytest
from attrs import evolve
from hypothesis import given

from ektp_core.allotment.capacity import monthly_capacity, register_capacity, room
from ektp_core.allotment.figures import OfficeFigures
from tests.core.allotment.worlds import figures

pytestmark = pytest.mark.rule(28)

#: Two printers that make 200 cards a day together (paper 004); 21 working days are inferred.
PESAWARAN = OfficeFigures("office/18.09", "v4", stock=8_016, printers_good=2, daily_cap=100, working_days=21)


def test_capacity_is_working_printers_by_daily_cap_by_working_days() -> None:
    assert register_capacity(PESAWARAN) == 4_200


def test_poor_printers_work_and_broken_and_missing_ones_do_not() -> None:
    one = evolve(PESAWARAN, printers_good=1, printers_poor=1, printers_broken=3, printers_missing=2)
    assert register_capacity(one) == 4_200
    assert register_capacity(one, poor_percent=50) == 3_150
    assert register_capacity(evolve(one, printers_good=0, printers_poor=0)) == 0


@pytest.mark.parametrize(("cap", "days", "best"), [(100, 22, 0), (0, 0, 0), (0, 0, 5_000)])
def test_where_every_printer_is_broken_nothing_can_be_printed_whatever_else_is_left_out(
    cap: int, days: int, best: int
) -> None:
    one = OfficeFigures("office/52.02", "v5", printers_broken=3, daily_cap=cap, working_days=days, best_month=best)
    assert (register_capacity(one), monthly_capacity(one)) == (0, 0)


@pytest.mark.parametrize(("register", "best", "expected"), [(2, 3_900, 3_900), (2, 5_000, 4_200), (2, 0, 4_200)])
def test_the_lower_of_register_and_best_month_binds(register: int, best: int, expected: int) -> None:
    assert monthly_capacity(evolve(PESAWARAN, printers_good=register, best_month=best)) == expected


def test_a_signed_figure_binds_instead_of_the_lower() -> None:
    assert monthly_capacity(evolve(PESAWARAN, best_month=10, signed_capacity=4_000)) == 4_000
    assert monthly_capacity(evolve(PESAWARAN, signed_capacity=9_000)) == 9_000


def test_without_a_register_the_best_month_binds_and_without_both_nothing_is_known() -> None:
    assert monthly_capacity(OfficeFigures("office/32.01", "v4", best_month=20_000)) == 20_000
    assert monthly_capacity(OfficeFigures("office/32.01", "v4")) is None
    assert register_capacity(OfficeFigures("office/32.01", "v4", printers_good=2, working_days=21)) is None


@pytest.mark.parametrize(
    ("stock", "in_transit", "expected"),
    [(0, 0, 20_000), (5_000, 0, 15_000), (5_000, 4_000, 11_000), (20_000, 0, 0), (19_000, 5_000, 0)],
)
def test_the_cap_is_capacity_less_what_is_there_and_on_the_road(stock: int, in_transit: int, expected: int) -> None:
    assert room(OfficeFigures("office/32.01", "v4", stock=stock, in_transit=in_transit), 20_000) == expected


@given(figures("office/32.01"))
def test_unless_signed_neither_register_nor_best_month_is_passed(one: OfficeFigures) -> None:
    unsigned = evolve(one, signed_capacity=0)
    found = monthly_capacity(unsigned)
    register = register_capacity(unsigned)
    if found is None:
        assert register is None
        assert not one.best_month
    else:
        assert register is None or found <= register
        assert not one.best_month or found <= one.best_month

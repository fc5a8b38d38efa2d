"""Figures that cannot be right are refused, naming the field."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from ektp_core.allotment.figures import COUNT_MAX, COUNTS, OfficeFigures, checked
from ektp_core.errors import Refusal, Refused
from tests.core.allotment.worlds import figures

ONE = OfficeFigures("office/52.03", "v5", printed_per_month=(10, 20), stock_out_days=(0, 31))


@given(figures("office/52.03"))
def test_figures_that_can_be_right_pass_unchanged(one: OfficeFigures) -> None:
    assert checked(one) is one


def test_every_count_of_an_office_is_checked() -> None:
    whole = {name for name, kind in OfficeFigures.__annotations__.items() if kind is int}
    assert whole == {*COUNTS, "working_days", "report_age_days"}


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("value", [-1, COUNT_MAX + 1, 10**30])
def test_a_negative_or_huge_count_is_refused(name: str, value: int) -> None:
    refuse(name, changed(name, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("office", ""),
        ("office", "x" * 81),
        ("blank_class", ""),
        ("working_days", 32),
        ("report_age_days", -1),
        ("grant_age_days", -3),
        ("grant_age_days", 4_000),
        ("printed_per_month", (10, -1)),
        ("stock_out_days", (0, 32)),
        ("stock_out_days", (0,)),
    ],
)
def test_what_no_office_can_have_is_refused(name: str, value: Any) -> None:
    refuse(name, changed(name, value))


def changed(name: str, value: Any) -> OfficeFigures:
    changes: dict[str, Any] = {name: value}
    return evolve(ONE, **changes)


def refuse(name: str, wrong: OfficeFigures) -> None:
    with pytest.raises(Refused) as caught:
        checked(wrong)
    assert caught.value.refusal is Refusal.BAD_VALUE
    assert caught.value.facts["field"] == name


def test_what_is_on_the_road_is_part_of_the_position_and_broken_printers_are_known_but_do_not_work() -> None:
    one = evolve(ONE, stock=3, in_transit=4, printers_good=1, printers_poor=2, printers_broken=3, printers_missing=4)
    assert (one.position, one.working_printers, one.known_printers) == (7, 3, 10)

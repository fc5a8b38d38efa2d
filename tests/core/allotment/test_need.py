"""Consumption, cover and need; the formulae of OpenLMIS computed by hand (rules 27 to 29, paper 000)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.need import adjusted, average, cover_days, for_days, forecast, monthly_rate, need

pytestmark = pytest.mark.rule(28)

counts = st.integers(0, 50_000)


@pytest.mark.parametrize(
    ("printed", "stock_out_days", "expected"),
    [
        (600, 0, 600),  # N = C without a day of stock-out
        (600, 15, 1_200),  # 600 x 30 / 15
        (100, 7, 131),  # 100 x 30 / 23 = 130.43...: up
        (1, 29, 30),  # 1 x 30 / 1
        (500, 30, 500),  # 30M = X: N = C
        (500, 31, 500),  # a month of 31 days without blanks is a month of 30
        (0, 12, 0),  # C = 0: N = 0
    ],
)
def test_adjusted_consumption_is_the_published_formula(printed: int, stock_out_days: int, expected: int) -> None:
    assert adjusted(printed, stock_out_days) == expected


@given(counts, st.integers(0, 30))
def test_days_without_blanks_never_lower_consumption(printed: int, days: int) -> None:
    assert adjusted(printed, days) >= printed


@pytest.mark.parametrize(
    ("printed", "expected"),
    [((7,), 7), ((7, 8), 8), ((100, 100, 101), 101), ((9_999, 10, 20, 30), 20)],
)
def test_average_consumption_is_rounded_up_over_the_newest_three(printed: tuple[int, ...], expected: int) -> None:
    assert average(printed, (), periods=3, is_corrected=True) == expected


def test_an_average_is_of_corrected_months() -> None:
    # by hand: 600 in 15 days = 1,200; 900; 300 in 20 of 30 days = 450; (1,200 + 900 + 450) / 3 = 850
    assert average((600, 900, 300), (15, 0, 10), periods=3, is_corrected=True) == 850
    assert average((600, 900, 300), (15, 0, 10), periods=3, is_corrected=False) == 600


def test_a_month_wholly_without_blanks_says_nothing_of_consumption() -> None:
    assert average((900, 0, 600), (0, 30, 0), periods=3, is_corrected=True) == 750
    assert average((900, 0, 600), (0, 30, 0), periods=3, is_corrected=False) == 500
    assert average((900, 0, 600), (0, 28, 0), periods=3, is_corrected=True) == 750  # a February
    assert average((900, 0, 600), (0, 27, 0), periods=3, is_corrected=True) == 500


def test_an_office_that_had_no_blanks_in_any_month_uses_nobody_knows_how_many() -> None:
    assert average((0, 0), (30, 31), periods=3, is_corrected=True) is None
    one = OfficeFigures("office/52.01", "v5", stock=2_000, printed_per_month=(0, 0), stock_out_days=(30, 31))
    assert need(one, used=None, target_days=30) is None
    assert need(OfficeFigures("office/52.01", "v5", backlog=70), used=None, target_days=30) == 70


def test_a_month_without_a_card_though_there_were_blanks_counts() -> None:
    assert average((900, 0, 600), (0, 5, 0), periods=3, is_corrected=True) == 500


def test_without_a_month_there_is_no_average() -> None:
    assert average((), (), periods=3, is_corrected=True) is None


@pytest.mark.parametrize(("rate", "days", "expected"), [(850, 30, 850), (100, 45, 150), (1, 15, 1), (1, 14, 0)])
def test_blanks_for_some_days_are_rounded_half_up(rate: int, days: int, expected: int) -> None:
    assert for_days(rate, days) == expected


def test_need_is_the_larger_of_backlog_and_cover_less_what_is_there_and_on_the_road() -> None:
    one = OfficeFigures("office/52.03", "v5", stock=400, in_transit=500, backlog=2_874, printed_per_month=(850,))
    assert need(one, used=850, target_days=30) == 2_874 - 900
    assert need(one, used=4_000, target_days=30) == 4_000 - 900


def test_an_office_that_has_enough_needs_nothing() -> None:
    one = OfficeFigures("office/52.03", "v5", stock=900, printed_per_month=(850,))
    assert need(one, used=850, target_days=30) == 0


def test_the_centres_backlog_decides_and_the_offices_own_stands_beside_it() -> None:
    # North Lombok: 2,874 by the centre, 4,500 by the office
    one = OfficeFigures("office/52.08", "v5", backlog=2_874, own_backlog=4_500)
    assert need(one, used=0, target_days=30) == 2_874


def test_of_an_office_without_backlog_and_history_no_need_is_known() -> None:
    assert need(OfficeFigures("office/52.03", "v5", stock=10), used=None, target_days=30) is None
    assert need(OfficeFigures("office/52.03", "v5", printed_per_month=(0,)), used=0, target_days=30) == 0


@pytest.mark.rule(29)
@given(counts, counts, st.integers(0, 60))
def test_recordings_are_no_part_of_the_need(recorded: int, backlog: int, days: int) -> None:
    plain = OfficeFigures("office/31.74", "v5", backlog=backlog, printed_per_month=(29_000,))
    told = OfficeFigures("office/31.74", "v5", backlog=backlog, printed_per_month=(29_000,), recorded_this_month=recorded)
    assert need(told, 29_000, days) == need(plain, 29_000, days)


@pytest.mark.rule(29)
def test_of_the_recordings_of_paper_000_nine_in_ten_become_print_ready() -> None:
    assert forecast(16_400, percent=90) == 14_760


@pytest.mark.rule(29)
def test_south_jakarta_needs_by_what_it_prints_and_not_by_what_it_records() -> None:
    # paper 000: 87,000 printed from January to March (29,000 a month, inferred), 16,400 recorded
    one = OfficeFigures("office/31.74", "v5", printed_per_month=(29_000, 29_000, 29_000), recorded_this_month=16_400)
    used = average(one.printed_per_month, (), periods=3, is_corrected=True)
    assert (used, need(one, used, target_days=30)) == (29_000, 29_000)


def test_an_office_uses_its_average_or_what_of_its_backlog_it_can_print() -> None:
    assert monthly_rate(used=850, backlog=0, capacity=None) == 850
    assert monthly_rate(used=850, backlog=41_000, capacity=4_200) == 4_200
    assert monthly_rate(used=10, backlog=300, capacity=4_200) == 300
    assert monthly_rate(used=0, backlog=0, capacity=0) == 1


def test_leaving_out_what_it_can_print_does_not_raise_what_an_office_uses() -> None:
    assert monthly_rate(used=1_000, backlog=30_000, capacity=None) == 1_000
    assert monthly_rate(used=0, backlog=300, capacity=None) == 300
    assert monthly_rate(used=None, backlog=300, capacity=None) == 300
    assert monthly_rate(used=None, backlog=300, capacity=200) == 200


def test_without_printing_and_backlog_no_use_is_invented() -> None:
    assert monthly_rate(used=None, backlog=0, capacity=None) == 0
    assert monthly_rate(used=None, backlog=0, capacity=4_200) == 0


def test_cover_is_in_whole_days() -> None:
    assert cover_days(999, 1_000) == 29
    assert cover_days(1_000, 1_000) == 30

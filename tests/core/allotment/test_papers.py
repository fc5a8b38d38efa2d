"""What four papers say of dividing blanks, with their numbers typed by hand.

Inferred numbers are marked so: no paper gives a stock of 0, a backlog of 100,000 or the working days of a month.
"""

import pytest
from attrs import evolve

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.plan import plan
from ektp_core.allotment.policy import Policy, UsedUp
from ektp_core.allotment.rule import Rule

pytestmark = [pytest.mark.rule(27), pytest.mark.rule(28)]

CAPACITY_2017 = Policy(name="2017-capacity", paper="001", report_needed=False)
THRESHOLD_2020 = Policy(name="2020-below-threshold", paper="003", used_up=UsedUp.BELOW_THRESHOLD, report_needed=False)
BEFORE_EMPTY_2015 = Policy(name="2015-before-empty", paper="004", used_up=UsedUp.BEFORE_EMPTY, report_needed=False)


def test_paper_001_asked_for_100_000_and_given_20_000_because_it_prints_no_more_in_a_month() -> None:
    asked = OfficeFigures(
        "office/32.01", "v4", requested=100_000, best_month=20_000, backlog=100_000  # backlog and empty shelf: inferred
    )  # fmt: skip
    found = plan(CAPACITY_2017, {"v4": 800_000}, [asked])
    grant = found.grants[0]
    assert (grant.count, grant.bound_by) == (20_000, Rule.CAPACITY)
    assert dict(grant.would_give)[Rule.REQUEST] == 100_000
    assert grant.text.format(**grant.facts) == "office/32.01 can print 20000 a month and has 0; 0 are on the road."
    assert found.left == {"v4": 780_000}


def test_paper_001_blanks_that_pile_up_in_one_region_are_used_for_another() -> None:
    full = OfficeFigures("office/32.01", "v4", stock=50_000, printed_per_month=(20_000,), best_month=20_000)
    empty = OfficeFigures("office/32.02", "v4", backlog=3_000, best_month=3_000)
    loan = plan(CAPACITY_2017, {"v4": 0}, [full, empty]).loans[0]
    assert (loan.lender, loan.borrower, loan.count) == ("office/32.01", "office/32.02", 3_000)


@pytest.mark.rule(29)
def test_paper_000_south_jakarta_asks_every_week_by_its_print_ready_records() -> None:
    weekly = Policy(name="2018-weekly", paper="000", used_up=UsedUp.WEEKLY, target_cover_days=7)
    # 14,760 of 16,400 recorded are unique; taken as its print-ready records here (inferred); 29,000 a month printed
    office = OfficeFigures(
        "office/31.74", "v5", requested=14_760, backlog=14_760, recorded_this_month=16_400,
        printed_per_month=(29_000, 29_000, 29_000), best_month=29_000, accounted_for=True, grant_age_days=7,
    )  # fmt: skip
    grant = plan(weekly, {"v5": 1_000_000}, [office]).grants[0]
    assert (grant.count, grant.bound_by) == (14_760, Rule.REQUEST)
    assert grant.facts["forecast"] == 14_760
    early = plan(weekly, {"v5": 1_000_000}, [evolve(office, grant_age_days=6)]).grants[0]
    assert (early.count, early.bound_by) == (0, Rule.TOO_SOON)


@pytest.mark.parametrize(("stock", "count", "bound_by"), [(1_001, 0, Rule.ABOVE_THRESHOLD), (999, 2_000, Rule.REQUEST)])
def test_paper_003_a_regency_asks_again_below_a_thousand(stock: int, count: int, bound_by: Rule) -> None:
    regency = OfficeFigures("office/65.01", "v5", stock=stock, requested=2_000, printed_per_month=(3_200,))
    grant = plan(THRESHOLD_2020, {"v5": 66_000}, [regency]).grants[0]
    assert (grant.count, grant.bound_by) == (count, bound_by)


def test_paper_003_the_province_gives_according_to_need() -> None:
    # 66,000 at the province, 31,000 in five regencies; six months of cover, so about 16,167 a month (inferred)
    regency = OfficeFigures("office/65.01", "v5", stock=900, requested=10_000, printed_per_month=(3_200,))
    found = plan(THRESHOLD_2020, {"v5": 66_000}, [regency])
    assert (found.grants[0].count, found.grants[0].bound_by) == (2_300, Rule.NEED)
    assert found.left == {"v5": 63_700}


def test_paper_003_who_did_not_ask_gets_a_push_only_when_it_is_signed() -> None:
    low = OfficeFigures("office/65.01", "v5", stock=200, printed_per_month=(3_200,))
    unsigned = plan(THRESHOLD_2020, {"v5": 66_000}, [low]).grants[0]
    assert (unsigned.count, unsigned.bound_by) == (0, Rule.NOT_ASKED)
    assert dict(unsigned.would_give)[Rule.NEED] == 3_000
    signed = plan(THRESHOLD_2020, {"v5": 66_000}, [evolve(low, signed_push=3_000)]).grants[0]
    assert (signed.count, signed.bound_by, signed.is_push) == (3_000, Rule.PUSH, True)


def test_paper_003_five_regencies_with_one_figure_are_one_row() -> None:
    group = OfficeFigures("group/65/regencies", "v5", stock=31_000, printed_per_month=(16_167,), requested=5_000)
    grant = plan(THRESHOLD_2020, {"v5": 66_000}, [group]).grants[0]
    assert (grant.count, grant.bound_by) == (0, Rule.ABOVE_THRESHOLD)


#: Paper 004: 41,000 to print, 8,016 held, 10 printed, two machines about 200 together; 21 working days are inferred.
PESAWARAN = OfficeFigures(
    "office/18.09", "v4", stock=8_016, backlog=41_000, requested=32_984, printed_per_month=(10,),
    printers_good=2, daily_cap=100, working_days=21,
)  # fmt: skip


def test_paper_004_two_machines_cannot_print_in_a_month_what_is_on_the_shelf() -> None:
    grant = plan(BEFORE_EMPTY_2015, {"v4": 1_000_000}, [PESAWARAN]).grants[0]
    assert (grant.count, grant.bound_by) == (0, Rule.CAPACITY)
    assert dict(grant.would_give) == {Rule.REQUEST: 32_984, Rule.NEED: 32_984}
    assert (grant.facts["capacity"], grant.facts["cover_days"]) == (4_200, 57)


def test_paper_004_the_next_is_granted_before_the_8016_are_printed() -> None:
    later = evolve(PESAWARAN, stock=1_000, backlog=33_984)  # 7,016 printed by then (inferred)
    grant = plan(BEFORE_EMPTY_2015, {"v4": 1_000_000}, [later]).grants[0]
    assert (grant.count, grant.bound_by) == (3_200, Rule.CAPACITY)


def test_paper_004_it_comes_in_stages() -> None:
    staged = evolve(BEFORE_EMPTY_2015, capacity_binds=False, delivery_max=10_000, delivery_interval_days=30)
    grant = plan(staged, {"v4": 1_000_000}, [PESAWARAN]).grants[0]
    assert grant.count == 32_984
    assert grant.deliveries == ((0, 10_000), (30, 10_000), (60, 10_000), (90, 2_984))


def test_paper_002_the_next_ten_thousand_wait_for_report_and_last_blank() -> None:
    first = Policy(name="used-up-first", paper="002", used_up=UsedUp.USED_UP_FIRST)
    office = OfficeFigures(
        "office/52.03", "v5", requested=10_000, backlog=50_000, best_month=10_000, accounted_for=False, remaining_of_last=1
    )  # fmt: skip
    for one, bound_by in (
        (office, Rule.REPORT_MISSING),
        (evolve(office, accounted_for=True), Rule.NOT_USED_UP),
        (evolve(office, accounted_for=True, remaining_of_last=0), Rule.REQUEST),
    ):
        grant = plan(first, {"v5": 800_000}, [one]).grants[0]
        assert (grant.count, grant.bound_by) == (10_000 if bound_by is Rule.REQUEST else 0, bound_by)

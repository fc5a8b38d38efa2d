"""Our plan of allotments judged by the machine and by the driver; and the hand-made model itself."""

from typing import Any

import pytest
from hypothesis import given, settings

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy, UsedUp
from ektp_testing.allotment_machine import ALLOTMENT
from ektp_testing.allotment_model import due
from ektp_testing.driver import examine
from ektp_testing.machines import allotment_machine
from ektp_testing.operation import SeededDice
from ektp_testing.our_allotment import OurAllotment
from ektp_testing.strategies import office_tables, policies

TestOurAllotment = allotment_machine(OurAllotment).TestCase
TestOurAllotment.settings = settings(max_examples=15, stateful_step_count=25)

JUST = Policy(name="2017")


@pytest.mark.rule(28)
def test_random_offices_supplies_and_policies_find_nothing_wrong_in_our_plan() -> None:
    assert [run.told() for run in examine(ALLOTMENT, OurAllotment, range(120), 60) if not run.is_clean] == []


def test_every_operation_comes_up() -> None:
    story = [line for run in examine(ALLOTMENT, OurAllotment, range(3), 80) for line in run.story]
    starts = ("OfficeFigures(", "Policy(", "planned again", "planned with", "asked [", "twice:")
    assert [start for start in starts if not any(line.startswith(start) for line in story)] == []
    assert SeededDice(1).number(3, 3) == 3


@pytest.mark.rule(28)
@pytest.mark.parametrize(
    ("figures", "count"),
    [
        ({"requested": 100_000, "best_month": 20_000}, 20_000),  # paper 001
        ({"requested": 100_000, "backlog": 41_000, "stock": 8_016}, 32_984),  # paper 004: 41,000 less 8,016
        ({"requested": 100, "printers_good": 2, "daily_cap": 2, "working_days": 21, "stock": 10}, 74),
        ({"requested": 100, "printers_broken": 2, "daily_cap": 2, "working_days": 21}, 0),
        ({"requested": 100, "best_month": 20, "signed_capacity": 50}, 50),
        ({"requested": 100, "best_month": 20, "is_store": True}, 100),
        ({"requested": 0, "signed_push": 12}, 12),
        ({"requested": 100, "best_month": 20, "signed_push": 50}, 50),  # rule 28: beyond capacity, when signed
        ({"requested": 100, "accounted_for": False}, 0),
        ({"requested": 100, "accounted_for": False, "signed_push": 50}, 0),  # rule 27: a push waits too
        ({"requested": 100, "accounted_for": False, "signed_exception": True}, 100),
        ({"requested": 100, "printers_broken": 3}, 0),
        ({"requested": 100, "printed_per_month": (0, 0), "stock_out_days": (30, 28)}, 100),  # unknown, and not 0
        ({"requested": 900, "printed_per_month": (0, 100), "stock_out_days": (29, 15)}, 200),
        ({"requested": 100, "accounted_for": True, "report_age_days": 32}, 0),
    ],
)
def test_the_model_gives_what_was_counted_by_hand(figures: dict[str, Any], count: int) -> None:
    assert due(JUST, OfficeFigures("office/52.03", "v5", **figures)).count == count


@pytest.mark.rule(27)
@pytest.mark.parametrize(("stock", "count"), [(999, 50), (1_000, 0), (1_001, 0)])
def test_the_model_knows_paper_003(stock: int, count: int) -> None:
    policy = Policy(name="kaltara", used_up=UsedUp.BELOW_THRESHOLD, need_binds=False)
    assert due(policy, OfficeFigures("office/65.01", "v5", stock=stock, requested=50)).count == count


@given(policies(), office_tables())
def test_any_policy_and_table_of_offices_can_be_planned(policy: Policy, table: tuple[OfficeFigures, ...]) -> None:
    plan = OurAllotment().divide(policy, {"v5": 300}, table)
    assert plan is not None
    assert sum(grant.count for grant in plan.grants) + plan.left["v5"] == 300

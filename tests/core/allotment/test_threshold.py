"""Whether the next grant may be made now (rule 27; papers 000, 002, 003, 004)."""

import pytest
from attrs import evolve

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy, UsedUp
from ektp_core.allotment.threshold import has_report, may_have_next

pytestmark = pytest.mark.rule(27)

ONE = OfficeFigures("office/65.01", "v5")


def policy(used_up: UsedUp, before_empty_days: int = 0) -> Policy:
    return Policy(name="any", used_up=used_up, before_empty_days=before_empty_days, report_max_age_days=14)


@pytest.mark.parametrize(
    ("accounted_for", "age", "expected"),
    [(None, 0, True), (None, 99, True), (True, 14, True), (True, 15, False), (False, 0, False)],
)
def test_the_last_allotment_must_be_reported_recently(accounted_for: bool | None, age: int, expected: bool) -> None:
    one = evolve(ONE, accounted_for=accounted_for, report_age_days=age)
    assert has_report(policy(UsedUp.NONE), one) is expected
    assert has_report(evolve(policy(UsedUp.NONE), report_needed=False), one)


@pytest.mark.parametrize(("stock", "expected"), [(999, True), (1_000, False), (1_001, False)])
def test_in_paper_003_the_next_is_asked_below_a_thousand(stock: int, expected: bool) -> None:
    assert may_have_next(policy(UsedUp.BELOW_THRESHOLD), evolve(ONE, stock=stock), rate=300) is expected


def test_blanks_on_the_road_count_as_there() -> None:
    assert not may_have_next(policy(UsedUp.BELOW_THRESHOLD), evolve(ONE, stock=900, in_transit=100), rate=300)


def test_in_paper_002_the_last_blank_is_used_first() -> None:
    used_up = policy(UsedUp.USED_UP_FIRST)
    assert not may_have_next(used_up, evolve(ONE, accounted_for=True, remaining_of_last=1), rate=1)
    assert may_have_next(used_up, evolve(ONE, accounted_for=True), rate=1)
    assert may_have_next(used_up, evolve(ONE, remaining_of_last=500), rate=1)  # no allotment yet: its first


def test_in_paper_004_the_next_comes_before_the_last_is_printed() -> None:
    held = evolve(ONE, stock=8_016)
    assert may_have_next(policy(UsedUp.BEFORE_EMPTY), held, rate=4_200)
    assert may_have_next(policy(UsedUp.BEFORE_EMPTY, 57), held, rate=4_200)  # 8,016 x 30 / 4,200 = 57 days
    assert not may_have_next(policy(UsedUp.BEFORE_EMPTY, 56), held, rate=4_200)


@pytest.mark.parametrize(("age", "expected"), [(None, True), (6, False), (7, True)])
def test_in_paper_000_there_is_a_grant_every_week(age: int | None, expected: bool) -> None:
    assert may_have_next(policy(UsedUp.WEEKLY), evolve(ONE, grant_age_days=age), rate=1) is expected


def test_a_policy_without_a_condition_has_none() -> None:
    assert may_have_next(policy(UsedUp.NONE), evolve(ONE, stock=10**6, remaining_of_last=10**6), rate=1)

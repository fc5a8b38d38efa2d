"""Activation beside dated policy, by hand and by property (rule 18)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.handover.activation import Rule, Timing, When, in_force, timing

pytestmark = pytest.mark.rule(18)

MONDAY, TUESDAY = "2018-05-07", "2018-05-08"
DAYS = st.dates().map(lambda day: day.isoformat())


@pytest.mark.parametrize(
    ("when", "activated", "handed", "expected"),
    [
        (When.BEFORE, MONDAY, "", Timing.IN_TIME),
        (When.BEFORE, MONDAY, MONDAY, Timing.IN_TIME),
        (When.BEFORE, MONDAY, TUESDAY, Timing.IN_TIME),
        (When.BEFORE, TUESDAY, MONDAY, Timing.LATE),
        (When.BEFORE, "", MONDAY, Timing.DUE),
        (When.BEFORE, "", "", Timing.OPEN),
        (When.AT, MONDAY, MONDAY, Timing.IN_TIME),
        (When.AT, MONDAY, TUESDAY, Timing.EARLY),
        (When.AT, MONDAY, "", Timing.EARLY),
        (When.AT, TUESDAY, MONDAY, Timing.LATE),
        (When.AT, "", MONDAY, Timing.DUE),
        (When.AFTER, TUESDAY, MONDAY, Timing.IN_TIME),
        (When.AFTER, MONDAY, MONDAY, Timing.IN_TIME),
        (When.AFTER, MONDAY, TUESDAY, Timing.EARLY),
        (When.AFTER, "", MONDAY, Timing.OPEN),
        (When.ANY, TUESDAY, MONDAY, Timing.IN_TIME),
        (When.ANY, "", MONDAY, Timing.OPEN),
    ],
)
def test_each_time_of_an_activation_has_its_word(when: When, activated: str, handed: str, expected: Timing) -> None:
    assert timing(when, activated, handed) is expected


@given(when=st.sampled_from(When), day=DAYS)
def test_on_the_day_of_hand_over_nothing_is_early_or_late(when: When, day: str) -> None:
    assert timing(when, day, day) is Timing.IN_TIME


@given(days=st.lists(DAYS, unique=True), day=DAYS, order=st.randoms(use_true_random=False))
def test_the_last_rule_that_began_binds_whatever_their_order(days: list[str], day: str, order: object) -> None:
    rules = [Rule(one, When.AT) for one in days]
    getattr(order, "shuffle")(rules)  # noqa: B009  # a random.Random, which the core may not name
    begun = [one for one in days if one <= day]
    assert in_force(rules, day).since == (max(begun) if begun else "")


def test_before_any_rule_began_any_time_will_do() -> None:
    assert in_force((), MONDAY).when is When.ANY
    assert in_force((Rule(TUESDAY, When.BEFORE),), MONDAY).when is When.ANY


def test_numbers_that_are_stored_never_change() -> None:
    assert [(when.name, when.value) for when in When] == [("ANY", 1), ("BEFORE", 2), ("AT", 3), ("AFTER", 4)]

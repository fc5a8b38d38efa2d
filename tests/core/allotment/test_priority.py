"""In what order people wait (rule 31)."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.allotment.policy import Policy
from ektp_core.allotment.priority import Waiting, lift, queue
from ektp_core.errors import Refusal, Refused

pytestmark = pytest.mark.rule(31)

DAY = 86_400_000
NOW = 1_000 * DAY

#: The national list of January 2020, and what it refuses.
NATIONAL = Policy(
    name="2020-national",
    priority_classes=("first-card", "disaster", "interim-letter", "other"),
    refused_classes=("region-renamed", "region-split"),
)
AGEING = evolve(NATIONAL, priority_ageing_days=30)

classes = st.sampled_from((*NATIONAL.priority_classes, *NATIONAL.refused_classes, "unheard-of"))
people = st.lists(
    st.builds(Waiting, st.text("0123456789", min_size=1, max_size=5), classes, st.integers(0, NOW), st.sampled_from(("", "", "ill"))),
    max_size=20,
    unique_by=lambda one: one.record,
)  # fmt: skip
policies = st.sampled_from((NATIONAL, AGEING, Policy(name="none")))


@given(policies, people, st.data())
def test_everybody_stands_once_and_the_order_of_arrival_at_the_desk_changes_nothing(
    policy: Policy, waiting: list[Waiting], data: st.DataObject
) -> None:
    found = queue(policy, waiting, NOW)
    assert sorted(found.order + found.refused, key=lambda one: one.record) == sorted(waiting, key=lambda one: one.record)
    assert queue(policy, data.draw(st.permutations(waiting)), NOW) == found


@given(people)
def test_who_has_waited_through_all_classes_is_before_everybody_who_came_later(waiting: list[Waiting]) -> None:
    order = [one for one in queue(AGEING, waiting, NOW).order if not one.lifted_because]
    for place, one in enumerate(order):
        if NOW - one.since_at_ms >= 4 * 30 * DAY:
            assert all(before.since_at_ms <= one.since_at_ms for before in order[:place])


def names(policy: Policy, *waiting: Waiting) -> list[str]:
    return [one.record for one in queue(policy, waiting, NOW).order]


def test_classes_go_in_the_order_of_the_policy_and_unnamed_ones_last() -> None:
    waiting = [Waiting(name, name, NOW) for name in ("unheard-of", "other", "interim-letter", "disaster", "first-card")]
    assert names(NATIONAL, *waiting) == ["first-card", "disaster", "interim-letter", "other", "unheard-of"]


def test_within_a_class_whoever_waits_longest_is_first() -> None:
    assert names(NATIONAL, Waiting("b", "other", NOW), Waiting("c", "other", NOW - 1), Waiting("a", "other", NOW)) == ["c", "a", "b"]


def test_after_thirty_days_a_person_rises_one_class() -> None:
    new = Waiting("new", "disaster", NOW)
    assert names(AGEING, Waiting("old", "interim-letter", NOW - 30 * DAY), new) == ["old", "new"]
    assert names(AGEING, Waiting("old", "interim-letter", NOW - 30 * DAY + 1), new) == ["new", "old"]
    never = evolve(NATIONAL, priority_ageing_days=0)
    assert names(never, Waiting("old", "interim-letter", NOW - 300 * DAY), new) == ["new", "old"]


def test_renames_and_region_splits_are_refused() -> None:
    found = queue(NATIONAL, [Waiting("b", "region-split", 0), Waiting("a", "region-renamed", NOW)], NOW)
    assert ([one.record for one in found.refused], found.order) == (["a", "b"], ())


def test_the_section_head_lifts_one_person_with_a_reason_that_the_daily_report_lists() -> None:
    late = lift(Waiting("late", "other", NOW), " operation on Monday ", NATIONAL)
    found = queue(AGEING, [Waiting("first", "first-card", 0), late], NOW)
    assert [one.record for one in found.order] == ["late", "first"]
    assert [(one.record, one.lifted_because) for one in found.lifted] == [("late", "operation on Monday")]


@pytest.mark.parametrize("because", ["", "   ", "x" * 201])
def test_nobody_is_lifted_without_a_reason(because: str) -> None:
    with pytest.raises(Refused) as caught:
        lift(Waiting("late", "other", NOW), because, NATIONAL)
    assert (caught.value.refusal, caught.value.facts["field"]) == (Refusal.BAD_VALUE, "because")


def test_nobody_is_lifted_out_of_a_class_the_policy_refuses() -> None:
    with pytest.raises(Refused) as caught:
        lift(Waiting("late", "region-split", NOW), "asks often", NATIONAL)
    assert (caught.value.refusal, caught.value.facts["field"]) == (Refusal.BAD_VALUE, "priority_class")

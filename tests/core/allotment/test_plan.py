"""The whole division: nothing from nowhere, nobody beyond what his own rules allow, in any order."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.plan import plan
from ektp_core.allotment.policy import Policy, ShortageRule, UsedUp
from ektp_core.allotment.rule import WAITS, Rule
from ektp_core.errors import Refusal, Refused
from tests.core.allotment.worlds import CLASS, countries, policies, supplies

pytestmark = [pytest.mark.rule(27), pytest.mark.rule(28)]

two_classes = countries(classes=("v4", "v5"))
EASY = Policy(name="easy", loans_proposed=False)
ONE = OfficeFigures("office/52.03", CLASS, requested=5_000, backlog=9_000, best_month=4_000)


@given(policies(), supplies, supplies, two_classes, st.data())
def test_the_order_of_the_input_changes_nothing(
    policy: Policy, old: int, new: int, offices: list[OfficeFigures], data: st.DataObject
) -> None:
    turned = data.draw(st.permutations(offices))
    assert plan(policy, {"v4": old, "v5": new}, turned) == plan(policy, {"v5": new, "v4": old}, offices)


@given(policies(), supplies, supplies, two_classes)
def test_of_every_class_what_is_granted_and_what_is_left_is_what_there_was(
    policy: Policy, old: int, new: int, offices: list[OfficeFigures]
) -> None:
    found = plan(policy, {"v4": old, "v5": new}, offices)
    for name, supply in (("v4", old), ("v5", new)):
        granted = sum(grant.count for grant in found.grants if grant.blank_class == name)
        assert granted + found.left[name] == supply
        assert found.left[name] >= min(supply, policy.central_reserve)


@given(policies(), supplies, countries())
def test_nothing_is_kept_back_while_somebody_may_still_have_a_lot(
    policy: Policy, supply: int, offices: list[OfficeFigures]
) -> None:
    found = plan(policy, {CLASS: supply}, offices)
    available = max(0, supply - policy.central_reserve)
    pushes = [grant for grant in found.grants if grant.is_push]
    others = [grant for grant in found.grants if not grant.is_push]
    pushed = min(available, sum(grant.row.cap for grant in pushes))
    in_lots = (available - pushed) // policy.rounding_lot * policy.rounding_lot
    assert sum(grant.count for grant in pushes) == pushed
    assert sum(grant.count for grant in others) == min(in_lots, sum(grant.row.cap for grant in others))


@given(policies(), supplies, countries())
def test_a_grant_is_what_its_rule_gives_and_no_more_than_any_other_gives(
    policy: Policy, supply: int, offices: list[OfficeFigures]
) -> None:
    for grant in plan(policy, {CLASS: supply}, offices).grants:
        limits = dict(grant.limits)
        assert grant.count == limits[grant.bound_by]
        assert len(limits) == len(grant.limits)
        if not grant.is_push:
            others = {rule: count for rule, count in grant.would_give if rule is not Rule.PUSH}
            assert all(grant.count <= count for count in others.values())
        assert grant.bound_by not in dict(grant.would_give)


@given(policies(), supplies, countries())
def test_no_grant_passes_what_the_office_can_print_less_what_it_has_and_what_is_on_the_road(
    policy: Policy, supply: int, offices: list[OfficeFigures]
) -> None:
    for grant in plan(policy, {CLASS: supply}, offices).grants:
        one = grant.figures
        if grant.is_push:
            continue  # rule 28: a signed push lifts what the office can print, as in the book
        if policy.capacity_binds and not one.is_store and one.signed_capacity:
            assert grant.count <= max(0, one.signed_capacity - one.stock - one.in_transit)
        if policy.capacity_binds and not one.is_store and one.best_month and not one.signed_capacity:
            assert grant.count <= max(0, one.best_month - one.stock - one.in_transit)


@given(policies(), supplies, countries())
def test_no_grant_passes_its_request_but_by_a_signed_push(
    policy: Policy, supply: int, offices: list[OfficeFigures]
) -> None:
    for grant in plan(policy, {CLASS: supply}, offices).grants:
        if grant.is_push:
            assert policy.push_allowed
            assert grant.count <= grant.figures.signed_push
        else:
            assert grant.count <= grant.figures.requested
            assert not grant.count or grant.count % policy.rounding_lot == 0
            assert not policy.quota or grant.count <= policy.quota


@given(policies(), supplies, countries())
def test_without_a_report_nothing_is_granted_and_nothing_pushed_but_by_a_signed_exception(
    policy: Policy, supply: int, offices: list[OfficeFigures]
) -> None:
    for grant in plan(policy, {CLASS: supply}, offices).grants:
        one = grant.figures
        late = one.accounted_for is False or (one.accounted_for and one.report_age_days > policy.report_max_age_days)
        if policy.report_needed and late and not one.signed_exception:
            assert grant.count == 0
            assert (Rule.REPORT_MISSING, 0) in grant.limits


@given(policies(), supplies, st.integers(1, 2_000), countries())
def test_with_more_blanks_nobody_gets_less(
    policy: Policy, supply: int, more: int, offices: list[OfficeFigures]
) -> None:
    few = plan(policy, {CLASS: supply}, offices).grants
    many = plan(policy, {CLASS: supply + more}, offices).grants
    assert all(less.count <= plus.count for less, plus in zip(few, many, strict=True))


@pytest.mark.rule(29)
@given(policies(), supplies, countries())
def test_recordings_and_the_offices_own_backlog_change_no_grant(
    policy: Policy, supply: int, offices: list[OfficeFigures]
) -> None:
    told = [evolve(one, recorded_this_month=99_999, own_backlog=99_999) for one in offices]
    before, after = (plan(policy, {CLASS: supply}, some) for some in (offices, told))
    assert [(g.office, g.count, g.bound_by) for g in before.grants] == [(g.office, g.count, g.bound_by) for g in after.grants]
    assert before.loans == after.loans


def bound(policy: Policy, one: OfficeFigures, supply: int = 100_000) -> tuple[int, Rule]:
    """What one office alone gets, and the rule that bound it."""
    grant = plan(policy, {CLASS: supply}, [one]).grants[0]
    return grant.count, grant.bound_by


@pytest.mark.parametrize(
    ("policy", "one", "expected"),
    [
        (EASY, evolve(ONE, requested=3_000), (3_000, Rule.REQUEST)),
        (EASY, evolve(ONE, requested=4_000), (4_000, Rule.REQUEST)),  # all it asked: it hears that, not capacity
        (EASY, evolve(ONE, requested=0), (0, Rule.NOT_ASKED)),
        (EASY, ONE, (4_000, Rule.CAPACITY)),
        (EASY, evolve(ONE, stock=1_000, in_transit=500), (2_500, Rule.CAPACITY)),
        (EASY, evolve(ONE, backlog=900), (900, Rule.NEED)),
        (EASY, evolve(ONE, is_store=True), (5_000, Rule.REQUEST)),  # capacity binds printing offices only
        (EASY, evolve(ONE, signed_capacity=4_800), (4_800, Rule.CAPACITY)),
        (evolve(EASY, quota=500), ONE, (500, Rule.QUOTA)),
        (evolve(EASY, max_cover_days=30, target_cover_days=20, capacity_binds=False), ONE, (4_000, Rule.COVER)),
        (evolve(EASY, rounding_lot=500), evolve(ONE, requested=1_700), (1_500, Rule.LOT)),
        (evolve(EASY, rounding_lot=500), evolve(ONE, backlog=900), (1_000, Rule.NEED)),  # half a box is not sent
        (evolve(EASY, minimum_grant=100), evolve(ONE, requested=99), (0, Rule.MINIMUM)),
        (EASY, evolve(ONE, accounted_for=False), (0, Rule.REPORT_MISSING)),
        (evolve(EASY, used_up=UsedUp.USED_UP_FIRST), evolve(ONE, accounted_for=True, remaining_of_last=1), (0, Rule.NOT_USED_UP)),
        (evolve(EASY, used_up=UsedUp.BELOW_THRESHOLD), evolve(ONE, stock=1_000), (0, Rule.ABOVE_THRESHOLD)),
        (evolve(EASY, used_up=UsedUp.BEFORE_EMPTY, before_empty_days=7), evolve(ONE, stock=1_200), (0, Rule.NOT_NEARLY_EMPTY)),
        (evolve(EASY, used_up=UsedUp.WEEKLY), evolve(ONE, grant_age_days=6), (0, Rule.TOO_SOON)),
        (EASY, evolve(ONE, accounted_for=False, signed_push=700), (0, Rule.REPORT_MISSING)),  # rule 27: a push waits
        (EASY, evolve(ONE, accounted_for=False, signed_exception=True), (4_000, Rule.CAPACITY)),
        (EASY, evolve(ONE, accounted_for=False, signed_push=9_000, signed_exception=True), (9_000, Rule.PUSH)),
        (evolve(EASY, used_up=UsedUp.WEEKLY), evolve(ONE, grant_age_days=6, signed_push=700), (0, Rule.TOO_SOON)),
        (
            evolve(EASY, used_up=UsedUp.WEEKLY),
            evolve(ONE, grant_age_days=6, signed_exception=True),
            (4_000, Rule.CAPACITY),
        ),
        (EASY, evolve(ONE, requested=0, stock=3_800, signed_push=700), (700, Rule.PUSH)),  # rule 28: beyond capacity
        (evolve(EASY, push_allowed=False), evolve(ONE, requested=0, signed_push=700), (0, Rule.NOT_ASKED)),
        (EASY, evolve(ONE, signed_push=700), (4_000, Rule.CAPACITY)),  # the rules give more than the push
    ],
)  # fmt: skip
def test_each_rule_binds_where_it_is_the_least(policy: Policy, one: OfficeFigures, expected: tuple[int, Rule]) -> None:
    assert bound(policy, one) == expected


def test_where_the_reserve_would_have_been_enough_the_reserve_is_named_and_else_the_shortage() -> None:
    kept = evolve(EASY, central_reserve=1_000)
    assert bound(kept, ONE, supply=4_500) == (3_500, Rule.RESERVE)
    assert bound(kept, ONE, supply=3_500) == (2_500, Rule.SHORTAGE)
    assert bound(kept, ONE, supply=900) == (0, Rule.SHORTAGE)


def test_a_rule_without_figures_does_not_bind_and_is_said_to_be_unknown() -> None:
    grant = plan(EASY, {CLASS: 9_000}, [OfficeFigures("office/52.03", CLASS, requested=5_000)]).grants[0]
    assert (grant.count, grant.bound_by) == (5_000, Rule.REQUEST)
    assert grant.unknown == (Rule.NEED, Rule.CAPACITY)


@pytest.mark.rule(8)
def test_a_class_that_is_not_supplied_is_not_granted_and_classes_do_not_mix() -> None:
    old = evolve(ONE, blank_class="v4")
    found = plan(EASY, {CLASS: 1_000}, [old, ONE])
    assert [(grant.blank_class, grant.count, grant.bound_by) for grant in found.grants] == [
        ("v4", 0, Rule.CLASS),
        (CLASS, 1_000, Rule.SHORTAGE),
    ]
    assert found.grants[0].limits == ((Rule.CLASS, 0),)
    assert found.left == {CLASS: 0}


def test_pushes_are_served_before_the_rest_of_a_shortage() -> None:
    pushed = OfficeFigures("office/99.99", CLASS, signed_push=700)
    found = plan(EASY, {CLASS: 1_000}, [ONE, pushed])
    assert [grant.count for grant in found.grants] == [300, 700]


def test_in_a_shortage_the_policy_says_how_it_is_shared() -> None:
    # both use 4,000 a month (backlog up to what they print); one has 500 of them already and 1,500 on the road
    full = evolve(ONE, office="office/52.04", stock=500, in_transit=1_500)
    counts = {
        rule: [grant.count for grant in plan(evolve(EASY, shortage_rule=rule), {CLASS: 3_000}, [ONE, full]).grants]
        for rule in ShortageRule
    }
    assert counts == {ShortageRule.EQUAL_DAYS: [2_500, 500], ShortageRule.PROPORTIONAL: [2_000, 1_000]}


def test_an_office_twice_with_one_class_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        plan(EASY, {CLASS: 1}, [ONE, evolve(ONE, stock=1)])
    assert caught.value.refusal is Refusal.BAD_VALUE
    assert caught.value.facts["field"] == "office"


def test_a_negative_supply_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        plan(EASY, {CLASS: -1}, [ONE])
    assert caught.value.facts["field"] == f"supply {CLASS}"


def test_without_offices_everything_is_left() -> None:
    assert plan(EASY, {CLASS: 10}, []).left == {CLASS: 10}


def test_every_waiting_rule_stops_a_grant_by_itself() -> None:
    assert {rule.value for rule in WAITS} == {
        "REPORT_MISSING", "NOT_USED_UP", "ABOVE_THRESHOLD", "NOT_NEARLY_EMPTY", "TOO_SOON",
    }  # fmt: skip

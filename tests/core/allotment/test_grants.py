"""A grant explains itself, from the figures it was made from."""

from string import Formatter

import pytest
from attrs import evolve
from hypothesis import given

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.grants import LOAN_TEXTS
from ektp_core.allotment.limits import NO_LIMIT
from ektp_core.allotment.plan import plan
from ektp_core.allotment.policy import Policy, ShortageRule
from ektp_core.allotment.rule import Rule
from tests.core.allotment.worlds import CLASS, countries, policies, supplies

pytestmark = pytest.mark.rule(28)

POLICY = Policy(name="any")
ONE = OfficeFigures("office/52.03", CLASS, requested=5_000, backlog=9_000, own_backlog=9_500, best_month=4_000)


@given(policies(), supplies, countries())
def test_every_sentence_of_every_rule_finds_its_facts(policy: Policy, supply: int, offices: list[OfficeFigures]) -> None:
    found = plan(policy, {CLASS: supply}, offices)
    for grant in found.grants:
        for text in (grant.text, *(rule.text for rule, _ in grant.would_give)):
            assert "{" not in text.format(**grant.facts)
        assert all(0 <= count < NO_LIMIT for _, count in grant.limits)
    for loan in found.loans:
        assert "{" not in loan.text.format(**loan.facts)


@given(policies(), supplies, countries())
def test_the_deliveries_of_a_grant_sum_to_it_and_none_is_too_large(
    policy: Policy, supply: int, offices: list[OfficeFigures]
) -> None:
    for grant in plan(evolve(policy, delivery_max=500 * policy.rounding_lot), {CLASS: supply}, offices).grants:
        loads = grant.deliveries
        assert sum(count for _, count in loads) == grant.count
        assert all(0 < count <= 500 * policy.rounding_lot for _, count in loads)
        assert [day for day, _ in loads] == [number * policy.delivery_interval_days for number in range(len(loads))]


def test_without_stages_everything_comes_at_once_and_nothing_does_not_come() -> None:
    granted, refused = plan(POLICY, {CLASS: 9_000}, [ONE, evolve(ONE, office="office/52.04", requested=0)]).grants
    assert granted.deliveries == ((0, 4_000),)
    assert refused.deliveries == ()


def test_both_backlogs_and_both_capacities_stand_beside_each_other() -> None:
    one = evolve(ONE, printers_good=3, daily_cap=100, working_days=21)
    facts = plan(POLICY, {CLASS: 9_000}, [one]).grants[0].facts
    assert (facts["backlog"], facts["own_backlog"]) == (9_000, 9_500)
    assert (facts["capacity"], facts["register"], facts["best_month"]) == (4_000, 6_300, 4_000)


def test_what_was_before_lots_and_sharing_is_told() -> None:
    lots = evolve(POLICY, rounding_lot=500)
    cut = plan(lots, {CLASS: 9_000}, [evolve(ONE, requested=1_700)]).grants[0]
    assert cut.text.format(**cut.facts) == "office/52.03 would get 1700, rounded down to whole lots of 500."
    assert cut.would_give == ((Rule.REQUEST, 1_700), (Rule.NEED, 9_000), (Rule.CAPACITY, 4_000))
    shared = plan(lots, {CLASS: 900}, [evolve(ONE, requested=1_700)]).grants[0]
    assert (shared.count, shared.before) == (500, 1_700)
    assert dict(shared.would_give)[Rule.LOT] == 1_500


@pytest.mark.parametrize(
    ("rule", "words"), [(ShortageRule.EQUAL_DAYS, "run out together"), (ShortageRule.PROPORTIONAL, "the same part")]
)
def test_a_shortage_says_how_it_is_shared(rule: ShortageRule, words: str) -> None:
    grant = plan(evolve(POLICY, shortage_rule=rule), {CLASS: 900}, [ONE]).grants[0]
    assert (grant.count, grant.bound_by) == (900, Rule.SHORTAGE)
    sentence = grant.text.format(**grant.facts)
    assert sentence.startswith("900 may be granted and 4000 are wanted")
    assert words in sentence


def test_the_sentences_are_one_each_with_named_places_only() -> None:
    for text in (*(rule.text for rule in Rule), *(rule.text for rule in ShortageRule), *LOAN_TEXTS):
        assert text.endswith(".")
        assert all(name is None or name.isidentifier() for _, name, _, _ in Formatter().parse(text))

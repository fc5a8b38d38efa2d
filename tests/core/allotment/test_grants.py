"""A grant explains itself, from the figures it was made from."""

from string import Formatter

import pytest
from attrs import evolve
from hypothesis import given

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.grants import GRANT_TEXTS, LOAN_TEXTS
from ektp_core.allotment.limits import NO_LIMIT
from ektp_core.allotment.plan import plan
from ektp_core.allotment.policy import Policy, ShortageRule, UsedUp
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
    assert (shared.count, shared.before) == (500, 1_500)
    assert dict(shared.would_give)[Rule.LOT] == 1_500


def test_too_little_to_send_is_told_as_it_is_in_whole_lots() -> None:
    policy = evolve(POLICY, rounding_lot=100, minimum_grant=120)
    grant = plan(policy, {CLASS: 9_000}, [evolve(ONE, requested=150)]).grants[0]
    assert (grant.count, grant.bound_by, dict(grant.would_give)[Rule.LOT]) == (0, Rule.MINIMUM, 100)
    assert grant.text.format(**grant.facts) == (
        "office/52.03 would get 100, which is less than the smallest grant of 120."
    )


def test_a_need_rounded_up_says_so_and_that_the_greater_of_two_counts() -> None:
    policy = evolve(POLICY, rounding_lot=100)
    one = OfficeFigures("office/52.03", CLASS, requested=500, backlog=140, printed_per_month=(30,))
    grant = plan(policy, {CLASS: 9_000}, [one]).grants[0]
    assert (grant.count, grant.bound_by) == (200, Rule.NEED)
    assert grant.text.format(**grant.facts) == (
        "office/52.03 needs 140, rounded up to whole lots of 100: of 140 people waiting and 30 blanks used in 30 days "
        "the greater counts; it has 0 and 0 are on the road."
    )
    whole = plan(POLICY, {CLASS: 9_000}, [one]).grants[0]
    assert whole.text.format(**whole.facts).startswith("office/52.03 needs 140: of 140 people waiting and 30 blanks")


def test_where_nothing_is_known_of_use_days_of_cover_bind_nobody_and_are_said_to_be_unknown() -> None:
    policy = evolve(POLICY, max_cover_days=60, used_up=UsedUp.BEFORE_EMPTY, before_empty_days=5)
    blind = OfficeFigures("office/52.03", CLASS, stock=9, requested=1_000)
    empty = evolve(blind, printed_per_month=(0, 0), stock_out_days=(30, 28))
    for one in (blind, empty):
        grant = plan(policy, {CLASS: 9_000}, [one]).grants[0]
        assert (grant.count, grant.bound_by) == (1_000, Rule.REQUEST)
        assert grant.unknown == (Rule.NEED, Rule.CAPACITY, Rule.COVER, Rule.NOT_NEARLY_EMPTY)


def test_in_a_shortage_no_figures_pay_nobody() -> None:
    known = OfficeFigures("office/52.01", CLASS, requested=30_000, backlog=30_000, printed_per_month=(1_000,))
    told = evolve(known, best_month=1_000)
    hidden = evolve(known, office="office/52.02")
    assert [one.count for one in plan(evolve(POLICY, capacity_binds=False), {CLASS: 800}, [told, hidden]).grants] == [
        400,
        400,
    ]
    blind = OfficeFigures("office/52.03", CLASS, requested=30_000)
    first, last = plan(POLICY, {CLASS: 800}, [told, blind]).grants
    assert (first.count, last.count) == (799, 1)
    assert "nothing is known of what office/52.03 uses" in last.text.format(**last.facts)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (ShortageRule.EQUAL_DAYS, "run out together; office/52.03 then has blanks for 6 days."),
        (ShortageRule.PROPORTIONAL, "the same part of what it would get; office/52.03 gets 900 of 4000."),
    ],
)
def test_a_shortage_says_how_it_is_shared(rule: ShortageRule, words: str) -> None:
    grant = plan(evolve(POLICY, shortage_rule=rule), {CLASS: 900}, [ONE]).grants[0]
    assert (grant.count, grant.bound_by) == (900, Rule.SHORTAGE)
    sentence = grant.text.format(**grant.facts)
    assert sentence.startswith("900 may be granted and 4000 are wanted")
    assert words in sentence


def test_the_sentences_are_one_each_with_named_places_only() -> None:
    for text in (*(rule.text for rule in Rule), *(rule.text for rule in ShortageRule), *GRANT_TEXTS, *LOAN_TEXTS):
        assert text.endswith(".")
        assert all(name is None or name.isidentifier() for _, name, _, _ in Formatter().parse(text))

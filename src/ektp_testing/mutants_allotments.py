"""Plans that do the wrong thing (alokasi yang keliru): one mistake each, and the check that must find it.

Those here spoil what our own plan answers; those of `mutants_allotments_asking` ask it wrongly.
"""

from math import floor

from attrs import evolve

from ektp_core.allotment.policy import Policy, ShortageRule
from ektp_core.allotment.rule import Rule
from ektp_testing import allotment_checks as checks
from ektp_testing import allotment_loan_checks as loan_checks
from ektp_testing.allotment_machine import ALLOTMENT
from ektp_testing.allotment_spoiled import Answer, Given, Rows, Spoiled, Supply, counted, lent_by
from ektp_testing.mutant import Mutant, found_by
from ektp_testing.mutants_allotments_asking import ASKED_WRONGLY


def _is_shared(grant: Given) -> bool:
    return grant.bound_by in (Rule.SHORTAGE, Rule.RESERVE)


class _OneIsHeldBack(Spoiled):
    """In a shortage a lot stays at the centre."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        first = next((grant for grant in plan.grants if _is_shared(grant) and grant.count > 0), None)
        lot = plan.policy.rounding_lot
        return counted(plan, lambda grant: grant.count - min(lot, grant.count) if grant is first else grant.count)


class _FirstComeFirstServed(Spoiled):
    """In a shortage the office that stands first in the list gets all of its part."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        order = {(one.office, one.blank_class): place for place, one in enumerate(rows)}
        given: dict[tuple[str, str], int] = {}
        for blank_class in plan.left:
            shared = [
                one for one in plan.grants if one.blank_class == blank_class and _is_shared(one) and not one.is_push
            ]
            pot = sum(one.count for one in shared)
            for one in sorted(shared, key=lambda one: order[one.office, one.blank_class]):
                most = min(count for rule, count in one.limits if rule is not one.bound_by)
                given[one.office, blank_class] = min(pot, most)
                pot -= given[one.office, blank_class]
        return counted(plan, lambda one: given.get((one.office, one.blank_class), one.count))


class _LargestRemainder(Spoiled):
    """Proportional parts are rounded down and the rest goes to the largest remainders: the Alabama paradox."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        given: dict[tuple[str, str], int] = {}
        if plan.policy.shortage_rule is not ShortageRule.PROPORTIONAL or plan.policy.rounding_lot > 1:
            return plan
        for blank_class in plan.left:
            ours = [one for one in plan.grants if one.blank_class == blank_class and not one.is_push and _due(one)]
            if not any(_is_shared(one) for one in ours):
                continue
            pot, wanted = sum(one.count for one in ours), sum(map(_due, ours))
            parts = {one.office: floor(pot * _due(one) / wanted) for one in ours}
            remainders = sorted(ours, key=lambda one: (-(pot * _due(one) % wanted), one.office))
            for one in remainders[: pot - sum(parts.values())]:
                parts[one.office] += 1
            given |= {(office, blank_class): count for office, count in parts.items()}
        return counted(plan, lambda one: given.get((one.office, one.blank_class), one.count))


def _due(grant: Given) -> int:
    """What the office's own rules would have given it."""
    return min(count for rule, count in grant.limits if rule not in (Rule.SHORTAGE, Rule.RESERVE, Rule.PUSH))


class _LeftIsGuessed(Spoiled):
    """What was pushed is still counted as left."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        left = dict(plan.left)
        for grant in plan.grants:
            if grant.is_push and grant.blank_class in left:
                left[grant.blank_class] += grant.count
        return evolve(plan, left=left)


class _OneReasonForAll(Spoiled):
    """Every office is told that it got what it asked for."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        return evolve(
            plan,
            grants=tuple(
                evolve(one, bound_by=Rule.REQUEST) if dict(one.limits).get(Rule.REQUEST) else one for one in plan.grants
            ),
        )


class _LastLoadIsForgotten(Spoiled):
    """Of staged deliveries the last is forgotten."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        short = (evolve(one, deliveries=one.deliveries[: max(1, len(one.deliveries) - 1)]) for one in plan.grants)
        return evolve(plan, grants=tuple(short))


class _LendsItAll(Spoiled):
    """A lender gives what it has, also what it needs."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        return evolve(plan, loans=tuple(evolve(one, count=one.lender_stock) for one in plan.loans))


class _LendsWhatNobodyHas(Spoiled):
    """A lender is said to have a thousand million, and lends a hundred times what it would."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        return lent_by(plan, lambda one: evolve(one, count=one.count * 100, lender_stock=10**9, lender_keeps=0))


class _LendsByAnOldCount(Spoiled):
    """What a lender lent before is not taken off what it is said to have."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        stocks = {(one.office, one.blank_class): one.stock for one in rows}
        return lent_by(plan, lambda one: evolve(one, lender_stock=stocks[one.lender, one.blank_class]))


class _LendsToNobody(Spoiled):
    """Loans go to an office that is not in the plan."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        return lent_by(plan, lambda one: evolve(one, borrower="office/99.99"))


class _LendsWhereNobodyMust(Spoiled):
    """Who waits for its report borrows instead (rule 30: a loan is no way round rule 27)."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        waits = {one.office for one in rows if one.accounted_for is False}
        other = next(iter(sorted(waits)), "")
        return lent_by(plan, lambda one: evolve(one, borrower=other) if other and one.lender != other else one)


class _BecauseBecause(Spoiled):
    """Every grant is bound by a word that is no rule."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        grants = (evolve(one, bound_by="because", limits=(("because", one.count),)) for one in plan.grants)
        return evolve(plan, grants=tuple(grants))


class _EverythingToday(Spoiled):
    """All deliveries come on the first day."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        grants = (evolve(one, deliveries=tuple((0, count) for _, count in one.deliveries)) for one in plan.grants)
        return evolve(plan, grants=tuple(grants))


class _FirstRowLendsFirst(Spoiled):
    """Loans are made in the order of the list."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        places = {one.office: place for place, one in enumerate(rows)}
        return evolve(plan, loans=tuple(sorted(plan.loans, key=lambda one: places[one.lender])))


class _FirstRuleIsBlamed(Spoiled):
    """Of rules that give the same, the one is blamed that the list's first office was bound by."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        bound = {(one.office, one.blank_class): one.bound_by for one in plan.grants}
        first = next((bound[one.office, one.blank_class] for one in rows), None)
        grants = (
            evolve(one, bound_by=first) if dict(one.limits).get(first) == one.count and not one.is_push else one
            for one in plan.grants
        )
        return evolve(plan, grants=tuple(grants))


class _LaterRowWins(Spoiled):
    """Of an office that stands twice the later row is taken."""

    def divide(self, policy: Policy, supply: Supply, offices: Rows) -> Answer | None:
        return super().divide(policy, supply, list({(one.office, one.blank_class): one for one in offices}.values()))


class _NothingIsNoAnswer(Spoiled):
    """Offices that get nothing are left out, and hear no reason."""

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        return evolve(plan, grants=tuple(grant for grant in plan.grants if grant.count))


ALLOTMENT_MUTANTS: tuple[Mutant, ...] = tuple(
    found_by(ALLOTMENT, make, check, seeds=20, steps=120)
    for make, check in (
        *ASKED_WRONGLY,
        (_OneIsHeldBack, checks.ALL_IS_SHARED),
        (_FirstComeFirstServed, checks.SHARED_FAIRLY),
        (_LargestRemainder, checks.MORE_TAKES_FROM_NOBODY),
        (_LeftIsGuessed, checks.NONE_COME_FROM_NOWHERE),
        (_OneReasonForAll, checks.REASON_FITS),
        (_LastLoadIsForgotten, checks.DELIVERIES_ADD_UP),
        (_LendsItAll, loan_checks.LENDER_KEEPS),
        (_LendsWhatNobodyHas, loan_checks.LENDER_KEEPS),
        (_LendsByAnOldCount, loan_checks.LENDER_IS_TOLD),
        (_LendsToNobody, loan_checks.BORROWER_MAY),
        (_LendsWhereNobodyMust, loan_checks.BORROWER_MAY),
        (_BecauseBecause, checks.REASON_IS_TRUE),
        (_EverythingToday, checks.DELIVERIES_ARE_STAGED),
        (_FirstRowLendsFirst, checks.ORDER_CHANGES_NOTHING),
        (_FirstRuleIsBlamed, checks.ORDER_CHANGES_NOTHING),
        (_LaterRowWins, checks.IMPOSSIBLE_IS_REFUSED),
        (_NothingIsNoAnswer, checks.POSSIBLE_IS_PLANNED),
    )
)

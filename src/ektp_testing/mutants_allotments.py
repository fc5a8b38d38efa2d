"""Plans that do the wrong thing (alokasi yang keliru): one mistake each, and the check that must find it.

Each asks our own plan a slightly wrong question, or spoils its answer.
"""

from collections.abc import Callable, Mapping, Sequence
from math import floor

from attrs import evolve, frozen

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.grants import Plan
from ektp_core.allotment.policy import Policy, ShortageRule
from ektp_core.allotment.rule import Rule
from ektp_testing import allotment_checks as checks
from ektp_testing.allotment_machine import ALLOTMENT
from ektp_testing.mutant import Mutant, found_by
from ektp_testing.our_allotment import OurAllotment

Rows = Sequence[OfficeFigures]
Supply = Mapping[str, int]


@frozen
class _Given:
    """A grant, as far as it is judged; free to be spoiled."""

    office: str
    blank_class: str
    count: int
    bound_by: object
    limits: tuple[tuple[object, int], ...]
    deliveries: tuple[tuple[int, int], ...]
    is_push: bool


@frozen
class _Lent:
    """A loan, as far as it is judged."""

    lender: str
    borrower: str
    blank_class: str
    count: int
    lender_stock: int
    lender_keeps: int


@frozen
class _Answer:
    """A plan, as far as it is judged."""

    policy: Policy
    grants: tuple[_Given, ...]
    loans: tuple[_Lent, ...]
    left: Mapping[str, int]


def _copied(policy: Policy, plan: Plan) -> _Answer:
    grants = (
        _Given(g.office, g.blank_class, g.count, g.bound_by, g.limits, g.deliveries, g.is_push) for g in plan.grants
    )
    loans = (
        _Lent(one.lender, one.borrower, one.blank_class, one.count, one.lender_stock, one.lender_keeps)
        for one in plan.loans
    )
    return _Answer(policy, tuple(grants), tuple(loans), plan.left)


class _Spoiled:
    """Asks wrongly (`policy`, `row`) or answers wrongly (`answer`)."""

    def divide(self, policy: Policy, supply: Supply, offices: Rows) -> _Answer | None:
        plan = OurAllotment().divide(self.policy(policy), supply, [self.row(one) for one in offices])
        return self.answer(_copied(policy, plan), offices) if plan else None

    def policy(self, policy: Policy) -> Policy:
        return policy

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return one

    def answer(self, plan: _Answer, rows: Rows) -> _Answer:
        return plan


def _counted(plan: _Answer, count_of: Callable[[_Given], int]) -> _Answer:
    """The plan with other counts, each with its reason, and what is then left."""
    grants, left = [], dict(plan.left)
    for grant in plan.grants:
        count = count_of(grant)
        if count == grant.count:
            grants.append(grant)
            continue
        limits = tuple((rule, count if rule is grant.bound_by else most) for rule, most in grant.limits)
        grants.append(evolve(grant, count=count, limits=limits, deliveries=((0, count),) if count else ()))
        if grant.blank_class in left:
            left[grant.blank_class] += grant.count - count
    return evolve(plan, grants=tuple(grants), left=left)


def _is_shared(grant: _Given) -> bool:
    return grant.bound_by in (Rule.SHORTAGE, Rule.RESERVE)


class _CapacityIsIgnored(_Spoiled):
    """An office gets more than it can print (paper 001)."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, capacity_binds=False)


class _RoadIsForgotten(_Spoiled):
    """Blanks on the road are not counted."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, in_transit=0)


class _ReportIsIgnored(_Spoiled):
    """The next grant comes without the report of the last (rule 27)."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, report_needed=False)


class _OldReportIsEnough(_Spoiled):
    """A report a day too old is taken."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, report_age_days=max(0, one.report_age_days - 1))


class _ReserveIsGranted(_Spoiled):
    """The central reserve is divided too."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, central_reserve=0)


class _NeedIsIgnored(_Spoiled):
    """An office gets what it asks for, needed or not."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, need_binds=False)


class _OwnFigureDecides(_Spoiled):
    """An office may say itself how many wait (rule 28: the centre's figure decides)."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, backlog=one.backlog + 20 if one.backlog else 0)


class _QuotaIsIgnored(_Spoiled):
    """The quota does not bind."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, quota=0)


class _PushIsIgnored(_Spoiled):
    """A signed exception changes nothing."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, signed_push=0)


class _LotsAreBroken(_Spoiled):
    """Boxes are opened."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, rounding_lot=1)


class _OneIsHeldBack(_Spoiled):
    """In a shortage a lot stays at the centre."""

    def answer(self, plan: _Answer, rows: Rows) -> _Answer:
        first = next((grant for grant in plan.grants if _is_shared(grant) and grant.count > 0), None)
        lot = plan.policy.rounding_lot
        return _counted(plan, lambda grant: grant.count - min(lot, grant.count) if grant is first else grant.count)


class _OtherRuleOfShortage(_Spoiled):
    """Too little is shared by the other rule."""

    def policy(self, policy: Policy) -> Policy:
        other = {ShortageRule.EQUAL_DAYS: ShortageRule.PROPORTIONAL, ShortageRule.PROPORTIONAL: ShortageRule.EQUAL_DAYS}
        return evolve(policy, shortage_rule=other[policy.shortage_rule])


class _FirstComeFirstServed(_Spoiled):
    """In a shortage the office that stands first in the list gets all of its part."""

    def answer(self, plan: _Answer, rows: Rows) -> _Answer:
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
        return _counted(plan, lambda one: given.get((one.office, one.blank_class), one.count))


class _LargestRemainder(_Spoiled):
    """Proportional parts are rounded down and the rest goes to the largest remainders: the Alabama paradox."""

    def answer(self, plan: _Answer, rows: Rows) -> _Answer:
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
        return _counted(plan, lambda one: given.get((one.office, one.blank_class), one.count))


def _due(grant: _Given) -> int:
    """What the office's own rules would have given it."""
    return min(count for rule, count in grant.limits if rule not in (Rule.SHORTAGE, Rule.RESERVE, Rule.PUSH))


class _LeftIsGuessed(_Spoiled):
    """What was pushed is still counted as left."""

    def answer(self, plan: _Answer, rows: Rows) -> _Answer:
        left = dict(plan.left)
        for grant in plan.grants:
            if grant.is_push and grant.blank_class in left:
                left[grant.blank_class] += grant.count
        return evolve(plan, left=left)


class _OneReasonForAll(_Spoiled):
    """Every office is told that it got what it asked for."""

    def answer(self, plan: _Answer, rows: Rows) -> _Answer:
        return evolve(
            plan,
            grants=tuple(
                evolve(one, bound_by=Rule.REQUEST) if dict(one.limits).get(Rule.REQUEST) else one for one in plan.grants
            ),
        )


class _LastLoadIsForgotten(_Spoiled):
    """Of staged deliveries the last is forgotten."""

    def answer(self, plan: _Answer, rows: Rows) -> _Answer:
        short = (evolve(one, deliveries=one.deliveries[: max(1, len(one.deliveries) - 1)]) for one in plan.grants)
        return evolve(plan, grants=tuple(short))


class _LendsItAll(_Spoiled):
    """A lender gives what it has, also what it needs."""

    def answer(self, plan: _Answer, rows: Rows) -> _Answer:
        return evolve(plan, loans=tuple(evolve(one, count=one.lender_stock) for one in plan.loans))


class _LaterRowWins(_Spoiled):
    """Of an office that stands twice the later row is taken."""

    def divide(self, policy: Policy, supply: Supply, offices: Rows) -> _Answer | None:
        return super().divide(policy, supply, list({(one.office, one.blank_class): one for one in offices}.values()))


class _NothingIsNoAnswer(_Spoiled):
    """Offices that get nothing are left out, and hear no reason."""

    def answer(self, plan: _Answer, rows: Rows) -> _Answer:
        return evolve(plan, grants=tuple(grant for grant in plan.grants if grant.count))


ALLOTMENT_MUTANTS: tuple[Mutant, ...] = tuple(
    found_by(ALLOTMENT, make, check, seeds=150, steps=60)
    for make, check in (
        (_CapacityIsIgnored, checks.NOT_ABOVE_CAPACITY),
        (_RoadIsForgotten, checks.NOT_ABOVE_CAPACITY),
        (_ReportIsIgnored, checks.NOT_NOW),
        (_OldReportIsEnough, checks.NOT_NOW),
        (_ReserveIsGranted, checks.RESERVE_IS_KEPT),
        (_NeedIsIgnored, checks.NOT_ABOVE_DUE),
        (_OwnFigureDecides, checks.NOT_ABOVE_DUE),
        (_QuotaIsIgnored, checks.NOT_ABOVE_DUE),
        (_PushIsIgnored, checks.DUE_IS_GRANTED),
        (_LotsAreBroken, checks.WHOLE_LOTS),
        (_OneIsHeldBack, checks.ALL_IS_SHARED),
        (_OtherRuleOfShortage, checks.SHARED_FAIRLY),
        (_FirstComeFirstServed, checks.ORDER_CHANGES_NOTHING),
        (_LargestRemainder, checks.MORE_TAKES_FROM_NOBODY),
        (_LeftIsGuessed, checks.NONE_COME_FROM_NOWHERE),
        (_OneReasonForAll, checks.REASON_FITS),
        (_LastLoadIsForgotten, checks.DELIVERIES_ADD_UP),
        (_LendsItAll, checks.LENDER_KEEPS),
        (_LaterRowWins, checks.IMPOSSIBLE_IS_REFUSED),
        (_NothingIsNoAnswer, checks.POSSIBLE_IS_PLANNED),
    )
)

"""How a plan of allotments is spoiled (alokasi yang dirusak): our own, asked wrongly or answered wrongly.

What is judged of a plan stands here as plain values that can be changed; every mutant begins with these.
"""

from collections.abc import Callable, Mapping, Sequence

from attrs import evolve, frozen

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.grants import Plan
from ektp_core.allotment.policy import Policy
from ektp_testing.our_allotment import OurAllotment

Rows = Sequence[OfficeFigures]
Supply = Mapping[str, int]


@frozen
class Given:
    """A grant, as far as it is judged; free to be spoiled."""

    office: str
    blank_class: str
    count: int
    bound_by: object
    limits: tuple[tuple[object, int], ...]
    deliveries: tuple[tuple[int, int], ...]
    is_push: bool


@frozen
class Lent:
    """A loan, as far as it is judged."""

    lender: str
    borrower: str
    blank_class: str
    count: int
    lender_stock: int
    lender_keeps: int


@frozen
class Answer:
    """A plan, as far as it is judged."""

    policy: Policy
    grants: tuple[Given, ...]
    loans: tuple[Lent, ...]
    left: Mapping[str, int]


def copied(policy: Policy, plan: Plan) -> Answer:
    """Our own plan as an answer that can be changed."""
    grants = (
        Given(g.office, g.blank_class, g.count, g.bound_by, g.limits, g.deliveries, g.is_push) for g in plan.grants
    )
    loans = (
        Lent(one.lender, one.borrower, one.blank_class, one.count, one.lender_stock, one.lender_keeps)
        for one in plan.loans
    )
    return Answer(policy, tuple(grants), tuple(loans), plan.left)


class Spoiled:
    """Asks wrongly (`policy`, `row`) or answers wrongly (`answer`)."""

    def divide(self, policy: Policy, supply: Supply, offices: Rows) -> Answer | None:
        """The answer to a spoiled question, spoiled."""
        plan = OurAllotment().divide(self.policy(policy), supply, [self.row(one) for one in offices])
        return self.answer(copied(policy, plan), offices) if plan else None

    def policy(self, policy: Policy) -> Policy:
        """The policy as it is read."""
        return policy

    def row(self, one: OfficeFigures) -> OfficeFigures:
        """The figures of one office as they are read."""
        return one

    def answer(self, plan: Answer, rows: Rows) -> Answer:
        """The answer as it is given; `rows` in the order they came."""
        return plan


def counted(plan: Answer, count_of: Callable[[Given], int]) -> Answer:
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


def lent_by(plan: Answer, spoil: Callable[[Lent], Lent]) -> Answer:
    """The plan with its loans spoiled, one by one."""
    return evolve(plan, loans=tuple(spoil(one) for one in plan.loans))

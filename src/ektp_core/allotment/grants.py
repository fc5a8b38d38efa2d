"""What a plan says (hasil alokasi): grants with their reasons, loans with theirs, what is left.

A grant keeps the figures it was made from, so that sentence and facts are made only when somebody
reads them, and always from what was decided on. `text` is a message id with named places, `facts`
what stands in them. Rules 27, 28 and 30.
"""

from collections.abc import Mapping
from typing import NamedTuple

from attrs import field, frozen

from ektp_core.allotment import capacity, need
from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.limits import Sized, spelled
from ektp_core.allotment.policy import Policy, ShortageRule, UsedUp
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Fact

#: Limits that follow from the others or from the whole plan; "before" them an office would get more.
_LATER = frozenset({Rule.LOT, Rule.MINIMUM, Rule.RESERVE, Rule.SHORTAGE, Rule.PUSH})

_NEED_IN_LOTS = (
    "{office} needs {need}, rounded up to whole lots of {lot}: of {backlog} people waiting and {used} blanks used "
    "in {target_days} days the greater counts; it has {stock} and {in_transit} are on the road."
)
_USE_UNKNOWN = (
    "{available} may be granted and {wanted} are wanted: nothing is known of what {office} uses, "
    "so offices whose use is known come first."
)

#: Sentences of a grant beside those of the rules, for the catalogue.
GRANT_TEXTS = (_NEED_IN_LOTS, _USE_UNKNOWN)

_SAME_PROVINCE = (
    "{lender} has {lender_stock} and keeps {lender_keeps} for itself; "
    "{borrower} in the same province has {borrower_has}, enough for {borrower_days} days."
)
_ELSEWHERE = (
    "{lender} has {lender_stock} and keeps {lender_keeps} for itself; {borrower} has {borrower_has}, "
    "enough for {borrower_days} days, and nobody in its province can lend the rest."
)

#: Every sentence of a loan, for the catalogue.
LOAN_TEXTS = (_SAME_PROVINCE, _ELSEWHERE)


class Terms(NamedTuple):
    """What all grants of one class share: the policy, what there is, and what all may get by their own rules."""

    policy: Policy
    supply: int
    available: int  # supply without the reserve
    wanted: int


@frozen
class Grant:
    """What one office gets of one class, and why not more; `row` is what it was decided on."""

    office: str
    blank_class: str
    count: int
    bound_by: Rule
    row: Sized = field(repr=False)
    terms: Terms = field(repr=False)

    @property
    def figures(self) -> OfficeFigures:
        """The office's figures."""
        return self.row.figures

    @property
    def policy(self) -> Policy:
        """The policy it was made by."""
        return self.terms.policy

    @property
    def is_push(self) -> bool:
        """Whether a signed exception made it more than the rules would."""
        return self.row.is_push

    @property
    def limits(self) -> tuple[tuple[Rule, int], ...]:
        """Each rule that has a say, and what it alone would give."""
        if self.bound_by is Rule.CLASS:
            return ((Rule.CLASS, 0),)
        said = spelled(self.policy, self.row.own, self.figures.signed_push)
        if self.count < self.row.cap:
            said.append((self.bound_by, self.count))
        return tuple(said)

    @property
    def would_give(self) -> tuple[tuple[Rule, int], ...]:
        """What each other rule would have given by itself."""
        return tuple((rule, count) for rule, count in self.limits if rule is not self.bound_by)

    @property
    def text(self) -> str:
        """Why the office gets this many: a message id; its places are filled from `facts`."""
        if self.bound_by is Rule.SHORTAGE:
            is_blind = self.policy.shortage_rule is ShortageRule.EQUAL_DAYS and not (self.row.rate or self.is_push)
            return _USE_UNKNOWN if is_blind else self.policy.shortage_rule.text
        return _NEED_IN_LOTS if self.bound_by is Rule.NEED and self.count > self.row.need else self.bound_by.text

    @property
    def facts(self) -> Mapping[str, Fact]:
        """What the sentences of all rules name; a `rate` of 0 is not known, and so are days of cover then."""
        one, policy = self.figures, self.policy
        used = need.average(
            one.printed_per_month, one.stock_out_days, policy.periods_averaged, policy.stock_out_corrected
        )
        monthly = capacity.monthly_capacity(one, policy.poor_printer_percent)
        rate = need.monthly_rate(used, one.backlog, None if one.is_store else monthly)
        used_in_days = need.for_days(used or 0, policy.target_cover_days)
        return {
            "office": one.office, "blank_class": one.blank_class, "count": self.count,
            "stock": one.stock, "in_transit": one.in_transit, "requested": one.requested,
            "need": need.need(one, used, policy.target_cover_days) or 0,
            "backlog": one.backlog, "own_backlog": one.own_backlog,
            "used": used_in_days, "target_days": policy.target_cover_days,
            "capacity": monthly or 0, "best_month": one.best_month,
            "register": capacity.register_capacity(one, policy.poor_printer_percent) or 0,
            "quota": policy.quota, "rate": rate, "max_days": policy.max_cover_days,
            "cover_days": need.cover_days(one.position, rate) if rate else 0,
            "cover_days_after": need.cover_days(one.position + self.count, rate) if rate else 0,
            "report_days": policy.report_max_age_days, "remaining": one.remaining_of_last,
            "threshold": policy.reorder_threshold, "before_empty_days": policy.before_empty_days,
            "grant_age": one.grant_age_days or 0, "interval": policy.interval_days,
            "before": self.before, "lot": policy.rounding_lot, "minimum": policy.minimum_grant,
            "reserve": policy.central_reserve, "available": self.terms.available, "wanted": self.terms.wanted,
            "push": one.signed_push, "forecast": need.forecast(one.recorded_this_month, policy.forecast_percent),
        }  # fmt: skip

    @property
    def before(self) -> int:
        """What the office would have got without the rule that bound it, when that is one of the later ones."""
        if self.bound_by in (Rule.SHORTAGE, Rule.RESERVE):
            return self.row.cap
        own = min((count for rule, count in self.limits if rule not in _LATER), default=0)
        return own - own % self.policy.rounding_lot if self.bound_by is Rule.MINIMUM else own

    @property
    def unknown(self) -> tuple[Rule, ...]:
        """Rules of the policy that had no figures to go by, and so did not bind."""
        if self.bound_by is Rule.CLASS:
            return ()
        policy, said = self.policy, {rule for rule, _ in self.limits}
        is_blind = not self.row.rate
        asked = (
            (Rule.NEED, policy.need_binds),
            (Rule.CAPACITY, policy.capacity_binds and not self.figures.is_store),
            (Rule.COVER, policy.max_cover_days and is_blind),
            (Rule.NOT_NEARLY_EMPTY, policy.used_up is UsedUp.BEFORE_EMPTY and policy.before_empty_days and is_blind),
        )
        return tuple(rule for rule, is_on in asked if is_on and rule not in said)

    @property
    def deliveries(self) -> tuple[tuple[int, int], ...]:
        """Days from now and blanks of each delivery: whole loads, the rest last."""
        most = self.policy.delivery_max or self.count
        loads = range(0, self.count, most or 1)
        days = self.policy.delivery_interval_days
        return tuple((number * days, min(most, self.count - sent)) for number, sent in enumerate(loads))


@frozen
class Loan:
    """A loan proposed from one office to another; the province orders it or the two agree (rule 30).

    What either has is what it has when this loan's turn comes: loans of an earlier rank are counted.
    """

    lender: str
    borrower: str
    blank_class: str
    count: int
    due_days: int
    rank: int  # 1 = first to be made, counted for each class
    same_province: bool
    lender_stock: int
    lender_keeps: int
    borrower_has: int  # usable, on the road, granted by this plan, and lent to it before
    borrower_days: int

    @property
    def text(self) -> str:
        """Why this loan: a message id; its places are filled from `facts`."""
        return _SAME_PROVINCE if self.same_province else _ELSEWHERE

    @property
    def facts(self) -> Mapping[str, Fact]:
        """What the sentence names."""
        return {
            "lender": self.lender, "borrower": self.borrower, "blank_class": self.blank_class,
            "count": self.count, "due_days": self.due_days, "lender_stock": self.lender_stock,
            "lender_keeps": self.lender_keeps, "borrower_has": self.borrower_has,
            "borrower_days": self.borrower_days,
        }  # fmt: skip


@frozen
class Plan:
    """A whole division: grants in the order of class and office, loans by rank, what is left of each class."""

    policy: Policy
    supply_by_class: Mapping[str, int]
    grants: tuple[Grant, ...]
    loans: tuple[Loan, ...]
    left: Mapping[str, int]  # reserve included

"""What must hold of every plan of allotments (pemeriksaan alokasi), by name. Rules 27, 28 and 30."""

from collections.abc import Container, Mapping, Sequence

from attrs import frozen

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy, ShortageRule
from ektp_core.allotment.rule import WAITS, Rule
from ektp_testing.allotment_loan_checks import LENDER_KEEPS, LOAN_CHECKS, judge_loans
from ektp_testing.allotment_model import Due, due
from ektp_testing.operation import NamedCheck, must
from ektp_testing.protocols import AllotmentUnderTest, Division, GrantedBlanks

IMPOSSIBLE_IS_REFUSED = NamedCheck("what_cannot_be_is_refused", "An office that stands twice, a supply below nothing.")
POSSIBLE_IS_PLANNED = NamedCheck("what_can_be_is_planned", "Sound figures are divided, one answer an office and class.")
NONE_COME_FROM_NOWHERE = NamedCheck(
    "granted_and_left_are_the_supply", "What is granted and what is left of a class is what there was."
)
RESERVE_IS_KEPT = NamedCheck("the_reserve_is_kept", "The central reserve is granted to nobody (paper 001).")
NOT_NOW = NamedCheck("who_must_wait_gets_nothing", "Without its report, or before its time, an office waits (rule 27).")
NOT_ABOVE_CAPACITY = NamedCheck(
    "no_more_than_can_be_printed",
    "No more than monthly capacity less what is there or coming; a push may (rule 28).",
)
NOT_ABOVE_DUE = NamedCheck(
    "no_more_than_is_due", "No office gets more than its rules give it; a push is signed (rule 28)."
)
DUE_IS_GRANTED = NamedCheck(
    "enough_for_all_is_given_to_all", "When there is enough, each office gets what is due to it."
)
ALL_IS_SHARED = NamedCheck(
    "of_too_little_nothing_is_held_back", "In a shortage all that may be granted is, but for less than a lot."
)
SHARED_FAIRLY = NamedCheck(
    "too_little_is_shared_as_the_policy_says",
    "All run out together, or each gets the same part, as near as lots allow.",
)
WHOLE_LOTS = NamedCheck("grants_are_whole_lots", "A grant that is not pushed is whole lots.")
REASON_FITS = NamedCheck(
    "the_reason_gives_the_count", "The rule that bound a grant gives its count, and no other gives less."
)
REASON_IS_TRUE = NamedCheck(
    "the_reason_is_a_rule_and_true", "What is blamed is one of the rules, and each gives what it is said to give."
)
DELIVERIES_ADD_UP = NamedCheck("deliveries_add_up", "Deliveries are the grant, none above the greatest load.")
DELIVERIES_ARE_STAGED = NamedCheck(
    "deliveries_are_as_far_apart_as_the_policy_says", "The first comes at once, each other so many days later."
)
ORDER_CHANGES_NOTHING = NamedCheck(
    "the_order_changes_nothing", "The same figures in another order, or again, give the same plan."
)
MORE_TAKES_FROM_NOBODY = NamedCheck("more_blanks_take_from_nobody", "When the supply grows nobody gets less.")

ALLOTMENT_CHECKS = (
    IMPOSSIBLE_IS_REFUSED,
    POSSIBLE_IS_PLANNED,
    NONE_COME_FROM_NOWHERE,
    RESERVE_IS_KEPT,
    NOT_NOW,
    NOT_ABOVE_CAPACITY,
    NOT_ABOVE_DUE,
    DUE_IS_GRANTED,
    ALL_IS_SHARED,
    SHARED_FAIRLY,
    WHOLE_LOTS,
    REASON_FITS,
    REASON_IS_TRUE,
    DELIVERIES_ADD_UP,
    DELIVERIES_ARE_STAGED,
    *LOAN_CHECKS,
    ORDER_CHANGES_NOTHING,
    MORE_TAKES_FROM_NOBODY,
)

Key = tuple[str, str]

#: Rules that give each office a limit of its own.
OWN = (
    Rule.NOT_ASKED, Rule.REQUEST, *WAITS, Rule.NEED, Rule.CAPACITY, Rule.QUOTA, Rule.COVER,
)  # fmt: skip
_RULES = {rule.value: rule for rule in Rule}


@frozen
class Planned:
    """An answer, its grants and their counts by office and class."""

    division: Division
    grants: Mapping[Key, GrantedBlanks]
    counts: Mapping[Key, int]

    @property
    def told(self) -> object:
        """All that is said, in an order of its own; the loans in theirs."""
        grants = [
            (key, one.count, str(one.bound_by), sorted((str(rule), count) for rule, count in one.limits),
             list(one.deliveries))
            for key, one in sorted(self.grants.items(), key=lambda pair: pair[0])
        ]  # fmt: skip
        loans = [
            (one.lender, one.borrower, one.blank_class, one.count, one.lender_stock, one.lender_keeps)
            for one in self.division.loans
        ]
        return grants, loans, dict(self.division.left)


def planned(
    under_test: AllotmentUnderTest, policy: Policy, supply: Mapping[str, int], rows: Sequence[OfficeFigures]
) -> Planned:
    """Ask for a plan of sound figures, which must come, with each office and class once."""
    division = under_test.divide(policy, supply, rows)
    if division is None:
        must(False, POSSIBLE_IS_PLANNED, "the plan was refused")
        raise AssertionError
    asked = sorted((one.office, one.blank_class) for one in rows)
    answered = sorted((one.office, one.blank_class) for one in division.grants)
    must(asked == answered, POSSIBLE_IS_PLANNED, f"{len(answered)} answers to {len(asked)} rows")
    grants = {(one.office, one.blank_class): one for one in division.grants}
    return Planned(division, grants, {key: one.count for key, one in grants.items()})


def judge(policy: Policy, supply: Mapping[str, int], rows: Sequence[OfficeFigures], answer: Planned) -> None:
    """Everything that holds of one plan."""
    _said(policy, answer, {(one.office, one.blank_class) for one in rows if one.signed_push})
    for blank_class in sorted({one.blank_class for one in rows}):
        dues = [due(policy, one) for one in rows if one.blank_class == blank_class]
        counts = [answer.counts[one.figures.office, blank_class] for one in dues]
        if blank_class not in supply:
            must(not any(counts), NONE_COME_FROM_NOWHERE, f"{sum(counts)} of {blank_class} are granted, there are none")
            for office in (one.figures.office for one in dues):
                _blamed(answer, (office, blank_class), {Rule.CLASS})
            continue
        left = answer.division.left[blank_class]
        must(
            sum(counts) + left == supply[blank_class],
            NONE_COME_FROM_NOWHERE,
            f"{sum(counts)} granted, {left} left of {supply[blank_class]}",
        )
        kept = min(policy.central_reserve, supply[blank_class])
        must(left >= kept, RESERVE_IS_KEPT, f"{left} are left of a reserve of {kept}")
        for one, count in zip(dues, counts, strict=True):
            _within_rules(policy, one, count)
        _shared(policy, supply[blank_class] - kept, dues, counts)
        _reasoned(supply[blank_class], dues, answer, blank_class)
        loans = [loan for loan in answer.division.loans if loan.blank_class == blank_class]
        by_office = {one.figures.office: one for one in dues}
        judge_loans(policy, loans, by_office, dict(zip(by_office, counts, strict=True)))
    classes = {one.blank_class for one in rows} & set(supply)
    strange = [loan.blank_class for loan in answer.division.loans if loan.blank_class not in classes]
    must(not strange, LENDER_KEEPS, f"loans of {strange[:3]}, of which nobody has any")


def _within_rules(policy: Policy, one: Due, count: int) -> None:
    who = one.figures.office
    if one.waits and not one.is_push:
        must(count == 0, NOT_NOW, f"{who} must wait and gets {count}")
    if one.room is not None and not one.is_push:
        must(count <= one.room, NOT_ABOVE_CAPACITY, f"{who} gets {count} and can print {one.room} more")
    must(0 <= count <= one.count, NOT_ABOVE_DUE, f"{who} gets {count}, due are {one.count}")
    must(one.is_push or count % policy.rounding_lot == 0, WHOLE_LOTS, f"{who} gets {count}")


def _shared(policy: Policy, available: int, dues: Sequence[Due], counts: Sequence[int]) -> None:
    wanted = sum(one.count for one in dues)
    if wanted <= available:
        for one, count in zip(dues, counts, strict=True):
            must(count == one.count, DUE_IS_GRANTED, f"{one.figures.office} gets {count} of {one.count}")
        return
    # A cap that is no whole number of lots, a push, and less than a lot may stay behind.
    short = available - sum(counts)
    must(short < policy.rounding_lot, ALL_IS_SHARED, f"{short} of {available} are held back, {wanted} are wanted")
    both = [(one, count) for one, count in zip(dues, counts, strict=True) if one.count]
    pushed = sum(count for one, count in both if one.is_push)
    if pushed < min(available, sum(one.count for one, _ in both if one.is_push)):
        must(False, SHARED_FAIRLY, f"pushes get {pushed}, they come first")
    _fair(policy, [(one, count) for one, count in both if not one.is_push])


def _fair(policy: Policy, both: Sequence[tuple[Due, int]]) -> None:
    """Nobody has more than another would have with one lot more, counted by the rule of the day."""
    lot = policy.rounding_lot
    for one, count in both:
        for other, others in both:
            if count + lot > one.count or others == 0 or one is other:
                continue
            behind, ahead = _level(policy, one, count + lot), _level(policy, other, others - lot)
            fits = ahead[0] * behind[1] <= behind[0] * ahead[1]
            names = f"{other.figures.office} has {others}, {one.figures.office} {count}"
            must(fits, SHARED_FAIRLY, f"{names}: a lot goes the wrong way")


def _level(policy: Policy, one: Due, count: int) -> tuple[int, int]:
    """How well off an office is, as a fraction: days of use, or part of what is due."""
    if policy.shortage_rule is ShortageRule.PROPORTIONAL:
        return count, one.count
    return one.figures.stock + one.figures.in_transit + count, one.rate or 1


def _reasoned(supply: int, dues: Sequence[Due], answer: Planned, blank_class: str) -> None:
    """Each rule gives what it is said to give, and the one that is blamed is the one that bound."""
    cut_by = Rule.RESERVE if sum(one.count for one in dues) <= supply else Rule.SHORTAGE
    for one in dues:
        key = (one.figures.office, blank_class)
        said = {_rule(rule): count for rule, count in answer.grants[key].limits}
        for rule in OWN:
            told, gives = said.get(rule), one.limits.get(rule)
            must(told == gives, REASON_IS_TRUE, f"{key[0]}: {rule} is said to give {told}, it gives {gives}")
        _blamed(answer, key, one.bound_by if answer.counts[key] == one.count else {cut_by})


def _blamed(answer: Planned, key: Key, rules: Container[Rule]) -> None:
    blamed = answer.grants[key].bound_by
    must(_rule(blamed) in rules, REASON_IS_TRUE, f"{key[0]}: {blamed} is blamed, bound by {rules}")


def _rule(named: object) -> Rule | None:
    """The rule that is meant, by itself or by its code."""
    return named if isinstance(named, Rule) else _RULES.get(str(named))


def _said(policy: Policy, answer: Planned, pushed: Container[Key]) -> None:
    for grant in answer.division.grants:
        would = dict(grant.limits)
        said = would.get(grant.bound_by)
        # A signed push lifts the other limits, and bounds nothing where they give more than it.
        least = grant.count if (grant.office, grant.blank_class) in pushed else min(would.values(), default=0)
        fits = said == grant.count == least
        must(fits, REASON_FITS, f"{grant.office}: {grant.bound_by} gives {said} of {grant.count}, the least is {least}")
        loads = [count for _, count in grant.deliveries]
        most = policy.delivery_max or grant.count
        fits = sum(loads) == grant.count and all(0 < load <= most for load in loads)
        must(fits, DELIVERIES_ADD_UP, f"{grant.office}: {loads} of {grant.count}")
        days = [day for day, _ in grant.deliveries]
        fewest = -(-grant.count // (most or 1))
        fits = days == [number * policy.delivery_interval_days for number in range(fewest)]
        must(fits, DELIVERIES_ARE_STAGED, f"{grant.office}: {len(loads)} loads after {days} days")

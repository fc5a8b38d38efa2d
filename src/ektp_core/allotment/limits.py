"""What each rule by itself would give one office (batas tiap aturan), before anybody else is looked at.

The least of the limits is what the office may get; of equal ones the first in `names` is blamed.
Whole lots: a need is rounded up, since half a box cannot be sent, every other limit down. A signed
push lifts request, need, capacity, quota and most days of use (rule 28), and is sent to the blank;
it waits as any grant does, and only a signed exception lifts a "not now" (rule 27). The book judges
a push in the same way. Of an office whose use nobody knows no days of cover are known either.
Shares of what is too little come later, in `plan`.

The whole country is sized in one go, so this is written for speed: whole numbers in tuples, no
object for a rule that has nothing to say (`NO_LIMIT`).
"""

from collections.abc import Iterable
from typing import NamedTuple

from ektp_core.allotment.capacity import monthly_capacity
from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.need import average, monthly_rate
from ektp_core.allotment.need import need as needed_by
from ektp_core.allotment.policy import Policy, UsedUp
from ektp_core.allotment.rule import Rule
from ektp_core.allotment.threshold import has_report, may_have_next

#: Stands where a rule does not apply or has no figures to go by; more than any count.
NO_LIMIT = 1 << 62

_USED_UP_RULE = {
    UsedUp.NONE: Rule.NOT_USED_UP,
    UsedUp.USED_UP_FIRST: Rule.NOT_USED_UP,
    UsedUp.BELOW_THRESHOLD: Rule.ABOVE_THRESHOLD,
    UsedUp.BEFORE_EMPTY: Rule.NOT_NEARLY_EMPTY,
    UsedUp.WEEKLY: Rule.TOO_SOON,
}

#: Places in `Sized.own`, as `names` gives their rules.
REPORT, NEXT, NEED, CAPACITY = 2, 3, 4, 5


class Sized(NamedTuple):
    """One office: what it may get by its own rules, which one binds, and what later steps ask."""

    figures: OfficeFigures
    own: tuple[int, ...]  # one limit for each of `names`
    cap: int
    bound_by: Rule
    is_push: bool
    rate: int  # blanks a month, at least 1; 0 = not known
    need: int  # -1 = not known


def names(policy: Policy) -> tuple[Rule, ...]:
    """The rules whose limits stand in `Sized.own`, in the order in which equal ones are blamed."""
    return (
        Rule.NOT_ASKED, Rule.REQUEST, Rule.REPORT_MISSING, _USED_UP_RULE[policy.used_up],
        Rule.NEED, Rule.CAPACITY, Rule.QUOTA, Rule.COVER,
    )  # fmt: skip


def sizes(policy: Policy, offices: Iterable[OfficeFigures]) -> list[Sized]:
    """Every office's own limits, in the order given."""
    rules = names(policy)
    periods, is_corrected = policy.periods_averaged, policy.stock_out_corrected
    poor_percent, target_days, max_days = policy.poor_printer_percent, policy.target_cover_days, policy.max_cover_days
    need_binds, capacity_binds, lot = policy.need_binds, policy.capacity_binds, policy.rounding_lot
    quota = policy.quota or NO_LIMIT
    is_next_free = policy.used_up is UsedUp.NONE
    found: list[Sized] = []
    add = found.append
    for one in offices:
        position = one.stock + one.in_transit
        used = average(one.printed_per_month, one.stock_out_days, periods, is_corrected)
        monthly = None if one.is_store else monthly_capacity(one, poor_percent)
        rate = monthly_rate(used, one.backlog, monthly)
        needed = needed_by(one, used, target_days)
        asked = one.requested
        own = (
            NO_LIMIT if asked else 0,
            asked or NO_LIMIT,
            NO_LIMIT if has_report(policy, one) else 0,
            NO_LIMIT if is_next_free or may_have_next(policy, one, rate) else 0,
            NO_LIMIT if needed is None or not need_binds else -(-needed // lot) * lot,
            NO_LIMIT if monthly is None or not capacity_binds else max(0, monthly - position),
            quota,
            max(0, (2 * rate * max_days + 30) // 60 - position) if max_days and rate else NO_LIMIT,
        )
        cap = min(own)
        bound_by = rules[own.index(cap)]
        is_push = False
        if (cap and lot > 1) or 0 < cap < policy.minimum_grant:
            bound_by, cap = in_lots(policy, bound_by, cap)[-1]
        if one.signed_push > cap and policy.push_allowed and own[REPORT] and own[NEXT]:
            bound_by, cap, is_push = Rule.PUSH, one.signed_push, True
        add(Sized(one, own, cap, bound_by, is_push, rate, -1 if needed is None else needed))
    return found


def in_lots(policy: Policy, bound_by: Rule, cap: int) -> list[tuple[Rule, int]]:
    """The limit, then the same in whole lots if that is less, then nothing if that is too little to send."""
    steps = [(bound_by, cap)]
    if rest := cap % policy.rounding_lot:
        cap -= rest
        steps.append((Rule.LOT, cap))
    if 0 < cap < policy.minimum_grant:
        steps.append((Rule.MINIMUM, 0))
    return steps


def spelled(policy: Policy, own: tuple[int, ...], signed_push: int) -> list[tuple[Rule, int]]:
    """Every limit that applies to one office, with its rule, the later ones last."""
    said = [(rule, count) for rule, count in zip(names(policy), own, strict=True) if count < NO_LIMIT]
    if said:
        said += in_lots(policy, *min(said, key=lambda one: one[1]))[1:]
    if signed_push and policy.push_allowed:
        said.append((Rule.PUSH, signed_push))
    return said

"""What one office may get (jatah tiruan), computed by hand from rules 27 and 28, one sentence at a time.

It stands beside a plan under test. It takes figures and policies of `ektp_core.allotment` as
plain values and uses none of its arithmetic, so that it cannot share its mistakes. It covers what
the machine draws: months without stock-outs, printers that are good or broken.
"""

from attrs import frozen

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy, UsedUp


@frozen
class Due:
    """What the rules give one office before anybody else is looked at.

    Attributes:
        count: blanks it may get at most.
        is_push: by a signed exception.
        rate: blanks it uses in a month, at least 1.
        room: what it can print in a month less what it has; None where that does not bind.
        waits: a rule says "not now".
    """

    figures: OfficeFigures
    count: int
    is_push: bool
    rate: int
    room: int | None
    waits: bool


def due(policy: Policy, one: OfficeFigures) -> Due:
    """What one office may get."""
    there = one.stock + one.in_transit
    used, monthly = _used(policy, one), _monthly(one)
    rate = max(used, 1, one.backlog if monthly is None else min(one.backlog, monthly))
    room = None if monthly is None or not policy.capacity_binds else max(0, monthly - there)
    waits = _must_wait(policy, one, there * 30 // rate)
    count = 0 if waits else one.requested
    if policy.need_binds and (one.backlog or one.printed_per_month):
        wanted = max(one.backlog, (used * policy.target_cover_days * 2 + 30) // 60)
        count = min(count, _up(max(0, wanted - there), policy.rounding_lot))
    if room is not None:
        count = min(count, room)
    if policy.quota:
        count = min(count, policy.quota)
    if policy.max_cover_days:
        count = min(count, max(0, (rate * policy.max_cover_days * 2 + 30) // 60 - there))
    count -= count % policy.rounding_lot
    if count < policy.minimum_grant:
        count = 0
    pushed = one.signed_push if policy.push_allowed else 0
    if room is not None:
        pushed = min(pushed, room)
    return Due(one, max(count, pushed), pushed > count, rate, room, waits)


def _up(count: int, lot: int) -> int:
    """The count in whole lots, rounded up: half a box is not sent."""
    return count if count % lot == 0 else count - count % lot + lot


def _used(policy: Policy, one: OfficeFigures) -> int:
    """Average of the newest months, rounded up."""
    months = one.printed_per_month[-policy.periods_averaged :]
    if not months:
        return 0
    return sum(months) // len(months) + (1 if sum(months) % len(months) else 0)


def _monthly(one: OfficeFigures) -> int | None:
    """Cards a month: signed, or the lower of register and best month; None where nothing is known, and for stores."""
    if one.is_store:
        return None
    if one.signed_capacity:
        return one.signed_capacity
    known = []
    if one.best_month:
        known.append(one.best_month)
    if (one.printers_good or one.printers_broken) and one.daily_cap and one.working_days:
        known.append(one.printers_good * one.daily_cap * one.working_days)
    return min(known) if known else None


def _must_wait(policy: Policy, one: OfficeFigures, cover_days: int) -> bool:
    """Rule 27: no report of the last one, or the policy of the day says it is not time yet."""
    had_one = one.accounted_for is not None
    is_reported = one.accounted_for and one.report_age_days <= policy.report_max_age_days
    if policy.report_needed and had_one and not is_reported:
        return True
    match policy.used_up:
        case UsedUp.USED_UP_FIRST:
            return had_one and one.remaining_of_last > 0
        case UsedUp.BELOW_THRESHOLD:
            return one.stock + one.in_transit >= policy.reorder_threshold
        case UsedUp.BEFORE_EMPTY:
            return 0 < policy.before_empty_days < cover_days
        case UsedUp.WEEKLY:
            return one.grant_age_days is not None and one.grant_age_days < policy.interval_days
    return False

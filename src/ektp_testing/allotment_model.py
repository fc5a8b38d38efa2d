"""What one office may get (jatah tiruan), computed by hand from rules 27 and 28, one sentence at a time.

It stands beside a plan under test. It takes figures and policies of `ektp_core.allotment` as
plain values and uses none of its arithmetic, so that it cannot share its mistakes; the names of
the rules are those of `Rule`, since a reason is told by them.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor

from attrs import frozen

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy, UsedUp
from ektp_core.allotment.rule import Rule

#: Without a card printed and so long without blanks, a month says nothing of consumption.
EMPTY_MONTH_DAYS = 28

_WAITS = {
    UsedUp.USED_UP_FIRST: Rule.NOT_USED_UP,
    UsedUp.BELOW_THRESHOLD: Rule.ABOVE_THRESHOLD,
    UsedUp.BEFORE_EMPTY: Rule.NOT_NEARLY_EMPTY,
    UsedUp.WEEKLY: Rule.TOO_SOON,
}


@frozen
class Due:
    """What the rules give one office before anybody else is looked at.

    Attributes:
        count: blanks it may get at most.
        bound_by: the rules that may be blamed for it; several when they give the same.
        limits: each rule that has a say, and what it alone would give.
        is_push: by a signed push.
        rate: blanks it uses in a month, at least 1; 0 where nothing is known of it.
        need: blanks it needs now; None where nothing is known of it.
        room: what it can print in a month less what it has; None where that does not bind.
        waits: a rule says "not now".
    """

    figures: OfficeFigures
    count: int
    bound_by: frozenset[Rule]
    limits: Mapping[Rule, int]
    is_push: bool
    rate: int
    need: int | None
    room: int | None
    waits: bool


def due(policy: Policy, one: OfficeFigures) -> Due:
    """What one office may get."""
    there = one.stock + one.in_transit
    used, monthly = _used(policy, one), _monthly(policy, one)
    rate, need = _rate(one, used, monthly), _need(policy, one, used)
    room = None if monthly is None or not policy.capacity_binds else max(0, monthly - there)
    waits = _waits(policy, one, rate)
    limits = dict.fromkeys(waits, 0)
    limits |= {Rule.REQUEST: one.requested} if one.requested else {Rule.NOT_ASKED: 0}
    if policy.need_binds and need is not None:
        limits[Rule.NEED] = ceil(Fraction(need, policy.rounding_lot)) * policy.rounding_lot
    if room is not None:
        limits[Rule.CAPACITY] = room
    if policy.quota:
        limits[Rule.QUOTA] = policy.quota
    if policy.max_cover_days and rate:
        limits[Rule.COVER] = max(0, for_days(rate, policy.max_cover_days) - there)
    least = min(limits.values())
    bound_by = {rule for rule, count in limits.items() if count == least}
    count = floor(Fraction(least, policy.rounding_lot)) * policy.rounding_lot
    if count < least:
        bound_by = {Rule.LOT}
    if 0 < count < policy.minimum_grant:
        bound_by, count = {Rule.MINIMUM}, 0
    pushed = one.signed_push if policy.push_allowed and not waits else 0
    if pushed > count:
        bound_by = {Rule.PUSH}
    is_push = pushed > count
    return Due(one, max(count, pushed), frozenset(bound_by), limits, is_push, rate, need, room, bool(waits))


def for_days(rate: int, days: int) -> int:
    """Blanks used in some days of months of 30, half up."""
    return floor(Fraction(rate * days, 30) + Fraction(1, 2))


def _used(policy: Policy, one: OfficeFigures) -> int | None:
    """Average of the newest months, rounded up, each as if it had had blanks on every day; None = nothing known."""
    days = one.stock_out_days if policy.stock_out_corrected else ()
    pairs = list(zip(one.printed_per_month, days or [0] * len(one.printed_per_month), strict=True))
    said = [
        ceil(Fraction(30 * printed, 30 - out)) if out < 30 else printed
        for printed, out in pairs[-policy.periods_averaged :]
        if printed or out < EMPTY_MONTH_DAYS
    ]
    return ceil(Fraction(sum(said), len(said))) if said else None


def _monthly(policy: Policy, one: OfficeFigures) -> int | None:
    """Cards a month: signed, or the lower of register and best month; None where nothing is known, and for stores."""
    if one.is_store:
        return None
    if one.signed_capacity:
        return one.signed_capacity
    known = []
    if one.best_month:
        known.append(one.best_month)
    working = one.printers_good + Fraction(one.printers_poor * policy.poor_printer_percent, 100)
    if one.printers_good + one.printers_poor + one.printers_broken + one.printers_missing and not working:
        known.append(0)
    elif working and one.daily_cap and one.working_days:
        known.append(floor(working * one.daily_cap * one.working_days))
    return min(known) if known else None


def _rate(one: OfficeFigures, used: int | None, monthly: int | None) -> int:
    """Blanks a month: what was used, or as many of the waiting as can be printed; 0 = not known.

    Who does not say what he can print is not taken to print all who wait, if he has printed before.
    """
    if used is None and not one.backlog:
        return 0
    printable = one.backlog if monthly is None else min(one.backlog, monthly)
    if used and monthly is None:
        printable = 0
    return max(used or 0, printable, 1)


def _need(policy: Policy, one: OfficeFigures, used: int | None) -> int | None:
    """Who waits, or days of use if that is more, less what is there; None = nothing known."""
    if used is None and not one.backlog:
        return None
    wanted = max(one.backlog, for_days(used or 0, policy.target_cover_days))
    return max(0, wanted - one.stock - one.in_transit)


def _waits(policy: Policy, one: OfficeFigures, rate: int) -> list[Rule]:
    """Rule 27: no report of the last one, or the policy of the day says it is not time yet."""
    if one.signed_exception:
        return []
    had_one = one.accounted_for is not None
    is_reported = one.accounted_for and one.report_age_days <= policy.report_max_age_days
    waits = [Rule.REPORT_MISSING] if policy.report_needed and had_one and not is_reported else []
    there = one.stock + one.in_transit
    is_early = {
        UsedUp.NONE: False,
        UsedUp.USED_UP_FIRST: had_one and one.remaining_of_last > 0,
        UsedUp.BELOW_THRESHOLD: there >= policy.reorder_threshold,
        UsedUp.BEFORE_EMPTY: rate > 0 < policy.before_empty_days < floor(Fraction(30 * there, rate or 1)),
        UsedUp.WEEKLY: one.grant_age_days is not None and one.grant_age_days < policy.interval_days,
    }
    return waits + ([_WAITS[policy.used_up]] if is_early[policy.used_up] else [])

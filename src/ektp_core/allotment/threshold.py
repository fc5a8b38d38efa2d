"""Whether an office may have its next grant now (waktu pemberian). Rule 27.

A request may lie here at any time; its grant waits until the last allotment has an accepted report
as at a cut that is recent enough, and then for whatever the policy of the day asks: used up first
(paper 002), below 1,000 (paper 003), before it runs out (paper 004), weekly (paper 000). Blanks on
the road count as there, or an office below the threshold would be sent the same twice. A push is
bound by all this as any grant is; only a signed exception lifts it.

>>> from ektp_core.allotment.policy import Policy, UsedUp
>>> below = Policy(name="kaltara", used_up=UsedUp.BELOW_THRESHOLD)
>>> [may_have_next(below, OfficeFigures("office/65.01", "v5", stock=n), rate=300) for n in (999, 1_000, 1_001)]
[True, False, False]
"""

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.need import cover_days
from ektp_core.allotment.policy import Policy, UsedUp


def has_report(policy: Policy, figures: OfficeFigures) -> bool:
    """Whether the last allotment is reported as the policy asks, or there was none."""
    if not policy.report_needed or figures.accounted_for is None or figures.signed_exception:
        return True
    return figures.accounted_for and figures.report_age_days <= policy.report_max_age_days


def may_have_next(policy: Policy, figures: OfficeFigures, rate: int) -> bool:
    """Whether the policy's own condition is met, `rate` being the office's use in a month; 0 = not known."""
    if figures.signed_exception:
        return True
    used_up = policy.used_up
    position = figures.stock + figures.in_transit
    if used_up is UsedUp.USED_UP_FIRST:
        return figures.accounted_for is None or figures.remaining_of_last == 0
    if used_up is UsedUp.BELOW_THRESHOLD:
        return position < policy.reorder_threshold
    if used_up is UsedUp.BEFORE_EMPTY:
        return not (policy.before_empty_days and rate) or cover_days(position, rate) <= policy.before_empty_days
    if used_up is UsedUp.WEEKLY:
        return figures.grant_age_days is None or figures.grant_age_days >= policy.interval_days
    return True

"""Plans that read policy or figures wrongly (alokasi yang salah baca), one mistake each.

Each asks our own plan a slightly wrong question; `mutants_allotments` says which check finds it.
"""

from collections.abc import Callable

from attrs import evolve

from ektp_core.allotment.capacity import monthly_capacity, room
from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy, ShortageRule
from ektp_testing import allotment_checks as checks
from ektp_testing.allotment_spoiled import Spoiled
from ektp_testing.operation import NamedCheck


class _CapacityIsIgnored(Spoiled):
    """An office gets more than it can print (paper 001)."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, capacity_binds=False)


class _RoadIsForgotten(Spoiled):
    """Blanks on the road are not counted."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, in_transit=0)


class _ReportIsIgnored(Spoiled):
    """The next grant comes without the report of the last (rule 27)."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, report_needed=False)


class _OldReportIsEnough(Spoiled):
    """A report a day too old is taken."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, report_age_days=max(0, one.report_age_days - 1))


class _ReserveIsGranted(Spoiled):
    """The central reserve is divided too."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, central_reserve=0)


class _NeedIsIgnored(Spoiled):
    """An office gets what it asks for, needed or not."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, need_binds=False)


class _OwnFigureDecides(Spoiled):
    """An office may say itself how many wait (rule 28: the centre's figure decides)."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, backlog=one.backlog + 20 if one.backlog else 0)


class _QuotaIsIgnored(Spoiled):
    """The quota does not bind."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, quota=0)


class _PushIsIgnored(Spoiled):
    """A signed exception changes nothing."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, signed_push=0)


class _LotsAreBroken(Spoiled):
    """Boxes are opened."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, rounding_lot=1)


class _OtherRuleOfShortage(Spoiled):
    """Too little is shared by the other rule."""

    def policy(self, policy: Policy) -> Policy:
        other = {ShortageRule.EQUAL_DAYS: ShortageRule.PROPORTIONAL, ShortageRule.PROPORTIONAL: ShortageRule.EQUAL_DAYS}
        return evolve(policy, shortage_rule=other[policy.shortage_rule])


class _StockOutsAreForgotten(Spoiled):
    """Days without blanks are not corrected for."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, stock_out_corrected=False)


class _PoorPrintersStandStill(Spoiled):
    """A poor printer is taken to print nothing."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, poor_printer_percent=0)


class _BrokenPrintersAreNotKnown(Spoiled):
    """Where all printers are broken and nobody says what one makes in a day, capacity does not bind."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        is_half_told = not (one.working_printers or (one.daily_cap and one.working_days))
        return evolve(one, printers_broken=0, printers_missing=0) if is_half_told else one


class _EmptyMonthsCount(Spoiled):
    """A month without blanks counts as one in which nobody came."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        pairs = zip(one.printed_per_month, one.stock_out_days, strict=False)
        days = tuple(0 if not printed else out for printed, out in pairs)
        return evolve(one, stock_out_days=days)


class _AlwaysThreeMonths(Spoiled):
    """Three months are averaged, whatever the policy says."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, periods_averaged=3)


class _AlwaysAMonthOld(Spoiled):
    """A report may be 31 days old, whatever the policy says."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, report_max_age_days=31)


class _AlwaysAWeek(Spoiled):
    """A week lies between two grants, whatever the policy says."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, interval_days=7)


class _CountsAreCutOff(Spoiled):
    """A request of more than 30,000 is read as 30,000."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, requested=min(one.requested, 30_000))


class _PushDoesNotWait(Spoiled):
    """A push needs no exception to pass what makes others wait (rule 27)."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, signed_exception=one.signed_exception or one.signed_push > 0)


class _PushStopsAtCapacity(Spoiled):
    """A push is cut to what the office can print (rule 28: that is what it is signed for)."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        monthly = monthly_capacity(one)
        return one if monthly is None else evolve(one, signed_push=min(one.signed_push, room(one, monthly)))


class _ExceptionIsIgnored(Spoiled):
    """A signed exception lifts nothing."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, signed_exception=False)


#: Each with the check that must find it.
ASKED_WRONGLY: tuple[tuple[Callable[[], Spoiled], NamedCheck], ...] = (
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
    (_OtherRuleOfShortage, checks.SHARED_FAIRLY),
    (_StockOutsAreForgotten, checks.REASON_IS_TRUE),
    (_PoorPrintersStandStill, checks.REASON_IS_TRUE),
    (_BrokenPrintersAreNotKnown, checks.NOT_ABOVE_CAPACITY),
    (_EmptyMonthsCount, checks.REASON_IS_TRUE),
    (_AlwaysThreeMonths, checks.REASON_IS_TRUE),
    (_AlwaysAMonthOld, checks.NOT_NOW),
    (_AlwaysAWeek, checks.NOT_NOW),
    (_CountsAreCutOff, checks.REASON_IS_TRUE),
    (_PushDoesNotWait, checks.NOT_NOW),
    (_PushStopsAtCapacity, checks.DUE_IS_GRANTED),
    (_ExceptionIsIgnored, checks.DUE_IS_GRANTED),
)

"""Plans that read policy or figures wrongly (alokasi yang salah baca), one mistake each.

Each asks our own plan a slightly wrong question; `mutants_allotments` says which check finds it.
"""

from attrs import evolve

from ektp_core.allotment.capacity import monthly_capacity, room
from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy, ShortageRule
from ektp_testing.allotment_spoiled import Spoiled


class CapacityIsIgnored(Spoiled):
    """An office gets more than it can print (paper 001)."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, capacity_binds=False)


class RoadIsForgotten(Spoiled):
    """Blanks on the road are not counted."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, in_transit=0)


class ReportIsIgnored(Spoiled):
    """The next grant comes without the report of the last (rule 27)."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, report_needed=False)


class OldReportIsEnough(Spoiled):
    """A report a day too old is taken."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, report_age_days=max(0, one.report_age_days - 1))


class ReserveIsGranted(Spoiled):
    """The central reserve is divided too."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, central_reserve=0)


class NeedIsIgnored(Spoiled):
    """An office gets what it asks for, needed or not."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, need_binds=False)


class OwnFigureDecides(Spoiled):
    """An office may say itself how many wait (rule 28: the centre's figure decides)."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, backlog=one.backlog + 20 if one.backlog else 0)


class QuotaIsIgnored(Spoiled):
    """The quota does not bind."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, quota=0)


class PushIsIgnored(Spoiled):
    """A signed exception changes nothing."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, signed_push=0)


class LotsAreBroken(Spoiled):
    """Boxes are opened."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, rounding_lot=1)


class OtherRuleOfShortage(Spoiled):
    """Too little is shared by the other rule."""

    def policy(self, policy: Policy) -> Policy:
        other = {ShortageRule.EQUAL_DAYS: ShortageRule.PROPORTIONAL, ShortageRule.PROPORTIONAL: ShortageRule.EQUAL_DAYS}
        return evolve(policy, shortage_rule=other[policy.shortage_rule])


class StockOutsAreForgotten(Spoiled):
    """Days without blanks are not corrected for."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, stock_out_corrected=False)


class PoorPrintersStandStill(Spoiled):
    """A poor printer is taken to print nothing."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, poor_printer_percent=0)


class BrokenPrintersAreNotKnown(Spoiled):
    """Where all printers are broken and nobody says what one makes in a day, capacity does not bind."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        is_half_told = not (one.working_printers or (one.daily_cap and one.working_days))
        return evolve(one, printers_broken=0, printers_missing=0) if is_half_told else one


class EmptyMonthsCount(Spoiled):
    """A month without blanks counts as one in which nobody came."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        pairs = zip(one.printed_per_month, one.stock_out_days, strict=False)
        days = tuple(0 if not printed else out for printed, out in pairs)
        return evolve(one, stock_out_days=days)


class AlwaysThreeMonths(Spoiled):
    """Three months are averaged, whatever the policy says."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, periods_averaged=3)


class AlwaysAMonthOld(Spoiled):
    """A report may be 31 days old, whatever the policy says."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, report_max_age_days=31)


class AlwaysAWeek(Spoiled):
    """A week lies between two grants, whatever the policy says."""

    def policy(self, policy: Policy) -> Policy:
        return evolve(policy, interval_days=7)


class CountsAreCutOff(Spoiled):
    """A request of more than 30,000 is read as 30,000."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, requested=min(one.requested, 30_000))


class PushDoesNotWait(Spoiled):
    """A push needs no exception to pass what makes others wait (rule 27)."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, signed_exception=one.signed_exception or one.signed_push > 0)


class PushStopsAtCapacity(Spoiled):
    """A push is cut to what the office can print (rule 28: that is what it is signed for)."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        monthly = monthly_capacity(one)
        return one if monthly is None else evolve(one, signed_push=min(one.signed_push, room(one, monthly)))


class ExceptionIsIgnored(Spoiled):
    """A signed exception lifts nothing."""

    def row(self, one: OfficeFigures) -> OfficeFigures:
        return evolve(one, signed_exception=False)

"""What is known of an office when blanks are divided (angka kantor): one row of figures per office and class.

Every count is in blanks (keping), never negative. A figure nobody has given stays 0 or empty, and
the rule that would need it does not bind: a missing printer register is no proof of a capacity of
0 (the grant says which rules had no figures). Rules 8, 27, 28 and 29; paper 000 for recordings.
The centre's backlog decides and the office's own stands beside it (rule 28); recordings only
forecast (rule 29). This file knows no policy and no region list.

>>> figures = OfficeFigures("office/52.03", "v5", stock=8_016, backlog=41_000, printed_per_month=(10,))
>>> figures.position, figures.working_printers
(8016, 0)
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused

#: No office of this country can hold, need or print more than this: a bigger number is a slip.
COUNT_MAX = 1_000_000_000
DAYS_MAX = 3_660
MONTH_DAYS_MAX = 31

_TEXT_MAX = 80


@frozen
class OfficeFigures:
    """One office and one class of blanks.

    `office` is a party's id (`office/52.03`, `province/52`) or the name of a group that has one
    figure for several (rule 10: `group/65/regencies`). A printer stands in the row of one class
    only, or its capacity would count twice.
    """

    office: str
    blank_class: str
    stock: int = 0  # usable blanks on hand: stock and reserved for a print, never waste
    in_transit: int = 0  # sent to this office, not yet received
    backlog: int = 0  # print-ready records by the centre's count: this one decides
    own_backlog: int = 0  # by the office's own count: shown beside it
    requested: int = 0  # 0 = no request lies here
    printed_per_month: tuple[int, ...] = ()  # cards printed, oldest month first
    stock_out_days: tuple[int, ...] = ()  # days without a usable blank, month by month as above
    printers_good: int = 0
    printers_poor: int = 0
    printers_broken: int = 0
    printers_missing: int = 0
    daily_cap: int = 0  # cards one printer makes in a day
    working_days: int = 0  # in a month
    best_month: int = 0  # most cards really printed in one month; 0 = not known
    signed_capacity: int = 0  # cards a month, signed to bind instead of the lower of the two; 0 = none
    is_store: bool = False  # a province's store: it prints nothing, so capacity does not bind it
    accounted_for: bool | None = None  # the last allotment has an accepted report; None = no allotment yet
    report_age_days: int = 0  # age of that report's cut
    remaining_of_last: int = 0  # unused blanks of the last allotment
    grant_age_days: int | None = None  # since the last grant; None = no grant yet
    signed_push: int = 0  # blanks to send by a signed letter beyond what the rules give; 0 = none
    signed_exception: bool = False  # a letter says that this office need not wait (rule 27)
    recorded_this_month: int = 0  # people recorded: forecasts only, never a need

    @property
    def position(self) -> int:
        """Usable blanks on hand and on the road."""
        return self.stock + self.in_transit

    @property
    def working_printers(self) -> int:
        """Printers that print, good or poor; broken and missing ones do not."""
        return self.printers_good + self.printers_poor

    @property
    def known_printers(self) -> int:
        """Printers in the register, whatever their state; 0 = there is no register."""
        return self.working_printers + self.printers_broken + self.printers_missing


#: Fields that hold a count of blanks, cards or people.
COUNTS = (
    "stock", "in_transit", "backlog", "own_backlog", "requested", "printers_good", "printers_poor",
    "printers_broken", "printers_missing", "daily_cap", "best_month", "signed_capacity",
    "remaining_of_last", "signed_push", "recorded_this_month",
)  # fmt: skip


def checked(figures: OfficeFigures) -> OfficeFigures:
    """The same figures, when they can be right.

    Raises:
        Refused: BAD_VALUE naming the field, for an empty name, a negative or huge count, more
            days than a month has, or months that do not pair up.
    """
    for name in ("office", "blank_class"):
        text = getattr(figures, name)
        if not 0 < len(text) <= _TEXT_MAX:
            raise _bad(name, f"{len(text)} characters", f"1 to {_TEXT_MAX} characters")
    for name in COUNTS:
        _within(name, getattr(figures, name), COUNT_MAX)
    _within("working_days", figures.working_days, MONTH_DAYS_MAX)
    _within("report_age_days", figures.report_age_days, DAYS_MAX)
    _within("grant_age_days", figures.grant_age_days or 0, DAYS_MAX)
    for count in figures.printed_per_month:
        _within("printed_per_month", count, COUNT_MAX)
    for days in figures.stock_out_days:
        _within("stock_out_days", days, MONTH_DAYS_MAX)
    if figures.stock_out_days and len(figures.stock_out_days) != len(figures.printed_per_month):
        expected = f"{len(figures.printed_per_month)} months, as in printed_per_month, or none"
        raise _bad("stock_out_days", f"{len(figures.stock_out_days)} months", expected)
    return figures


def _within(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise _bad(name, str(value), f"a whole number from 0 to {most}")


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

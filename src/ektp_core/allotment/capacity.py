"""What an office can print in a month (kapasitas cetak), and what that leaves room for. Rule 28, paper 001.

"We do not want regions to store blanks": no more is granted than the office can print in a month,
less what it has and what is on the road. Two figures stand beside each other, the printer
register (working printers x daily cap x working days) and the best month really printed; the
lower binds, unless a figure was signed. An office without register and without history has no
known capacity, and the rule does not bind it; a register in which no printer works is known, and
it is 0, whatever one printer makes in a day. A province's store prints nothing, so the rule is not about it.

>>> pesawaran = OfficeFigures("office/18.09", "v4", stock=8_016, printers_good=2, daily_cap=100, working_days=21)
>>> monthly_capacity(pesawaran), room(pesawaran, 4_200)
(4200, 0)
"""

from ektp_core.allotment.figures import OfficeFigures


def register_capacity(figures: OfficeFigures, poor_percent: int = 100) -> int | None:
    """Cards a month by the printer register, rounded down; None when the register does not say."""
    good, poor = figures.printers_good, figures.printers_poor
    if not (good or poor or figures.printers_broken or figures.printers_missing):
        return None
    hundredths = 100 * good + poor_percent * poor
    if not hundredths:
        return 0
    if not (figures.daily_cap and figures.working_days):
        return None
    return hundredths * figures.daily_cap * figures.working_days // 100


def monthly_capacity(figures: OfficeFigures, poor_percent: int = 100) -> int | None:
    """Cards a month that bind: the signed figure, else the lower of register and best month; None = not known."""
    if figures.signed_capacity:
        return figures.signed_capacity
    by_register = register_capacity(figures, poor_percent)
    if not figures.best_month:
        return by_register
    if by_register is None or figures.best_month < by_register:
        return figures.best_month
    return by_register


def room(figures: OfficeFigures, capacity: int) -> int:
    """Blanks that fit: monthly capacity less usable blanks on hand and on the road, at least 0."""
    return max(0, capacity - figures.stock - figures.in_transit)

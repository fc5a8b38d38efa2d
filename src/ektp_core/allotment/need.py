"""How many blanks an office needs (kebutuhan): consumption, cover, backlog. Rules 27 to 29, paper 000.

Consumption is what was printed, corrected for days without blanks: an office that could not
print for half a month would have printed twice as much. The formulae are those long in use for
medicines (OpenLMIS requisition: adjusted and average consumption, maximum stock); blanks on the
road are counted besides, which theirs leave out. A month has 30 days.

    adjusted  N = ceil(C x 30 / (30 - X))     C printed, X days without a blank; N = C when X is 0 or 30
    average   P = ceil(sum of the last n N / n)
    target    H = P x days / 30, half up
    need        = max(backlog, H) - on hand - on the road, at least 0

The monthly rate at which an office will use blanks is inferred, no paper gives it: the average,
or the backlog as far as the office can print it in a month when that is more. Where nobody knows
what it can print, the average alone is the rate, or an office would get more in a shortage by
leaving its printers out; the backlog is the rate only where there is no month to go by. Of an
office without either the rate is not known, and nothing is invented: rules that need it do not bind.
Recordings only forecast (rule 29): 16,400 recorded in paper 000 stood beside 87,000 printed.

>>> adjusted(600, 15), average((600, 1_200, 900), (15, 0, 0), periods=3, is_corrected=True)
(1200, 1100)
>>> forecast(16_400, percent=90)
14760
"""

from ektp_core.allotment.figures import OfficeFigures

MONTH_DAYS = 30
#: With so many days without blanks (a whole February) no card printed means no blanks, not no people.
EMPTY_MONTH_DAYS = 28


def adjusted(printed: int, stock_out_days: int) -> int:
    """What an office would have printed in a month had it never been empty."""
    days_with = MONTH_DAYS - stock_out_days
    if days_with <= 0 or not stock_out_days:
        return printed
    return -(-printed * MONTH_DAYS // days_with)


def average(
    printed: tuple[int, ...], stock_out_days: tuple[int, ...], periods: int, is_corrected: bool
) -> int | None:
    """Average monthly consumption of the newest `periods` months there are, rounded up; None = not known.

    A month without a card printed and with 28 days or more without blanks tells nothing of
    consumption and is left out (ours: the formula as published counts it as 0). An office that
    had no blanks in any of its months has an unknown consumption, and not one of 0.
    """
    months = printed[-periods:]
    if not months:
        return None
    if not (is_corrected and stock_out_days):
        return -(-sum(months) // len(months))
    total = counted = 0
    for count, days in zip(months, stock_out_days[-periods:], strict=True):
        if not days:
            total += count
        elif count:
            total += adjusted(count, days)
        elif days >= EMPTY_MONTH_DAYS:
            continue
        counted += 1
    return -(-total // counted) if counted else None


def for_days(rate: int, days: int) -> int:
    """Blanks used in some days at a monthly rate, half up."""
    return (2 * rate * days + MONTH_DAYS) // (2 * MONTH_DAYS)


def monthly_rate(used: int | None, backlog: int, capacity: int | None) -> int:
    """Blanks a month the office will use, at least 1; 0 = not known. Of `used` and `capacity` None = not known."""
    if used is None:
        if not backlog:
            return 0
        used = 0
    elif capacity is None and used:
        return used
    waiting = backlog if capacity is None or backlog < capacity else capacity
    return (used if used > waiting else waiting) or 1


def cover_days(count: int, rate: int) -> int:
    """Whole days a count lasts at a monthly rate of at least 1."""
    return count * MONTH_DAYS // rate


def need(figures: OfficeFigures, used: int | None, target_days: int) -> int | None:
    """Blanks the office needs now; None when nothing is known of it.

    Nothing is known when there is neither a backlog nor a consumption.
    """
    wanted = figures.backlog
    if used is None:
        if not wanted:
            return None
        used = 0
    target = (2 * used * target_days + MONTH_DAYS) // (2 * MONTH_DAYS)
    return max(0, (target if target > wanted else wanted) - figures.stock - figures.in_transit)


def forecast(recorded: int, percent: int) -> int:
    """People expected to become print-ready: shown beside the figures, never part of a grant (rule 29)."""
    return recorded * percent // 100

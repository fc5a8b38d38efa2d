"""Sharing too few blanks (penjatahan saat langka): integers, caps, no favourites.

Equal days of cover: the lots are handed out one by one, each to the office that has waited
longest for it, by the level (what it has and gets, over its monthly rate) at which half of that
lot is due; ties by party id. So all offices run out together, as near as whole lots allow, and
none gets more than its own cap. The proportional alternative is the same with nothing on hand and
the cap for a rate: each gets the same part of what it would get.

Handing out one by one is what makes the shares **monotone**: with one lot more, one office gets
one lot more and nobody less. Rounding one fixed split by largest remainder is not (an office can
lose when the supply grows, the Alabama paradox); here each remainder goes to the largest at the
level reached. The sum is exactly min(available, sum of caps).

The one-by-one order is not walked: all lots due below a level are counted at once, the level is
narrowed until few lots lie around it, and only those are sorted. Whole numbers only.
"""

from collections.abc import Sequence
from typing import NamedTuple

#: Levels are whole numbers of 2**-32 of a month of use; a finer difference is a tie.
_SHIFT = 32
_FEW = 64
_GUESSES_MAX = 30


class Want(NamedTuple):
    """What one office may get: blanks it has and will have, monthly rate (at least 1), most lots it may get."""

    party: str
    base: int
    rate: int
    cap: int


#: An office not settled yet: its place by id, twice base, twice rate, lots surely its own, most it can get.
Open = tuple[int, int, int, int, int]


def equal_days(lots: int, wants: Sequence[Want], lot: int = 1) -> list[int]:
    """Lots for each want, in the order given: all run out together, none above its cap.

    >>> equal_days(100, [Want("a", 0, 100, 900), Want("b", 50, 100, 900), Want("c", 500, 100, 900)])
    [75, 25, 0]
    """
    order = sorted(range(len(wants)), key=lambda index: wants[index].party)
    waiting = [
        (place, 2 * wants[index].base, 2 * wants[index].rate, 0, wants[index].cap)
        for place, index in enumerate(order)
        if wants[index].cap > 0
    ]
    shares = [0] * len(wants)
    for place, share in shared(lots, waiting, lot).items():
        shares[order[place]] = share
    return shares


def proportional(lots: int, wants: Sequence[Want]) -> list[int]:
    """Lots for each want, in the order given: the same part of each cap.

    >>> proportional(30, [Want("a", 0, 1, 40), Want("b", 99, 7, 20)])
    [20, 10]
    """
    return equal_days(lots, [Want(want.party, 0, want.cap or 1, want.cap) for want in wants])


def shared(lots: int, waiting: list[Open], lot: int) -> dict[int, int]:
    """Lots by place, for offices with a cap above 0; a place left out gets none.

    Below `low` at most `lots` are due, below `high` more than that; the two close in on each
    other until few lots are due between them. Where to look first is a guess and only saves time.
    """
    high_sum = sum([most for _, _, _, _, most in waiting])
    if lots >= high_sum:
        return {one[0]: one[4] for one in waiting}
    shares: dict[int, int] = {}
    if lots <= 0:
        return shares
    low, low_sum = -1, 0
    guesses = _guesses(lots, waiting, lot)
    high = guesses.pop()
    settled = 0
    while high - low > 1 and high_sum - low_sum > max(_FEW, len(waiting)):
        middle = min(max(guesses.pop() if guesses else (low + high) // 2, low + 1), high - 1)
        counts = _due_at(middle, waiting, lot)
        middle_sum = settled + sum(counts)
        pairs = zip(waiting, counts, strict=True)
        if middle_sum <= lots:
            low, low_sum = middle, middle_sum
            narrowed = [(place, base, rate, count, most) for (place, base, rate, _, most), count in pairs]
        else:
            high, high_sum = middle, middle_sum
            narrowed = [(place, base, rate, least, count) for (place, base, rate, least, _), count in pairs]
        waiting = []
        for one in narrowed:
            if one[3] < one[4]:
                waiting.append(one)
            else:
                shares[one[0]] = one[3]
                settled += one[3]
    for one in waiting:
        shares[one[0]] = one[3]
    for place in _next(lots - low_sum, waiting, lot):
        shares[place] += 1
    return shares


def _guesses(lots: int, waiting: list[Open], lot: int) -> list[int]:
    """A level at which everything is due, last; before it, levels about which the lots run out."""
    width = 2 * lot
    rows = [(base, rate, most * width) for _, base, rate, _, most in waiting]
    goal = float(lots * width)
    low, high = 0.0, max([(base + most) / rate for base, rate, most in rows])
    top = int(high * (1 << _SHIFT) * 1.000_001) + 1
    level = (goal + sum([base for base, _, _ in rows])) / sum([rate for _, rate, _ in rows])
    slope = 1.0
    for _ in range(_GUESSES_MAX):
        reached, slope = _unbroken(level, rows)
        if abs(reached - goal) <= width * len(rows) / 8:
            level += (goal - reached) / (slope or 1.0)
            break
        if reached < goal:
            low = level
        else:
            high = level
        level = level + (goal - reached) / slope if slope else high
        if not low < level < high:
            level = (low + high) / 2
    aside = len(rows) * lot / 4 / (slope or 1.0)
    around = (level - 9 * aside, level + 9 * aside, level - aside, level + aside)
    return [*(int(one * (1 << _SHIFT)) for one in around), top]


def _unbroken(level: float, rows: list[tuple[int, int, int]]) -> tuple[float, int]:
    """Blanks due at a level if lots could be broken, doubled, and how fast they grow there."""
    reached, slope = 0.0, 0
    for base, rate, most in rows:
        due = level * rate - base
        if due >= most:
            reached += most
        elif due > 0:
            reached += due
            slope += rate
    return reached, slope


def _level(base: int, rate: int, count: int, lot: int) -> int:
    """The level at which an office's lot number `count` is due."""
    return ((base + (2 * count - 1) * lot) << _SHIFT) // rate


def _due_at(level: int, waiting: list[Open], lot: int) -> list[int]:
    """Lots due to each office at a level or below, within its bounds."""
    after = level + 1
    counts = []
    for _, base, rate, least, most in waiting:
        count = (((after * rate - 1 >> _SHIFT) - base) // lot + 1) // 2
        counts.append(least if count < least else min(count, most))
    return counts


def _next(left: int, waiting: list[Open], lot: int) -> list[int]:
    """Places of the offices that get the last lots, one each time they are named."""
    due = [
        (_level(base, rate, count, lot), place)
        for place, base, rate, least, most in waiting
        for count in range(least + 1, most + 1)
    ]
    due.sort()
    return [place for _, place in due[:left]]

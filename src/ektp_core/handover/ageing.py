"""Ageing of finished cards nobody fetched (kartu belum diambil): how many, how long, which are overdue (rule 35).

>>> cards = (Waiting("52.03-000001", 0), Waiting("52.03-000002", 6 * DAY_MS))
>>> aged(cards, now_ms=7 * DAY_MS, bands_days=(2, 5)).counts
(1, 0, 1)
"""

from bisect import bisect_right
from collections.abc import Iterable

from attrs import frozen

DAY_MS = 86_400_000


@frozen
class Waiting:
    """One finished card: its record, since when it waits (UTC), and the list it is out on, if any."""

    record: str
    since_ms: int
    out_on: str = ""


@frozen
class Ageing:
    """Cards by age.

    Attributes:
        counts: how many cards are younger than the first band, between the bands, and as old as the last or older.
        overdue: the cards of the last band, oldest first.
    """

    counts: tuple[int, ...]
    overdue: tuple[Waiting, ...]

    @property
    def total(self) -> int:
        """All cards that wait."""
        return sum(self.counts)


def aged(cards: Iterable[Waiting], now_ms: int, bands_days: tuple[int, ...] = (7, 30, 90)) -> Ageing:
    """Sort waiting cards into bands of age; the last band is overdue."""
    limits = sorted(bands_days)
    counts = [0] * (len(limits) + 1)
    overdue: list[Waiting] = []
    for card in cards:
        band = bisect_right(limits, (now_ms - card.since_ms) // DAY_MS)
        counts[band] += 1
        if band == len(limits):
            overdue.append(card)
    return Ageing(tuple(counts), tuple(sorted(overdue, key=lambda card: (card.since_ms, card.record))))

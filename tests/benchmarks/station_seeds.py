"""Seeds a second a core (cerita per detik): small countries in which everything goes wrong, on the real code.

A seed is one story of `ektp simulate`: hub, stations, books and messages are the real ones. It is
counted by the processor's time, which neighbours disturb less than the clock.
"""

import statistics
from typing import Any

from ektp_testing.sim.campaign import campaign
from ektp_testing.sim.options import Options


def measured(rounds: int, seeds: int) -> dict[str, Any]:
    """The median of the rounds; every round lives through other seeds. The first, which founds the books, is not counted."""
    totals = [campaign(round_ * seeds, Options(), seeds=seeds) for round_ in range(rounds + 1)][1:]
    rates = [one.seeds_a_second_a_core for one in totals]
    return {
        "rounds": rounds,
        "seeds": sum(one.seeds for one in totals),
        "seeds a second a core": round(statistics.median(rates), 1),
        "range": [round(min(rates), 1), round(max(rates), 1)],
        "cards a seed": round(sum(one.cards for one in totals) / sum(one.seeds for one in totals), 1),
        "commits a seed": round(sum(one.commits for one in totals) / sum(one.seeds for one in totals), 1),
        "found": sum(one.found_count for one in totals),
    }

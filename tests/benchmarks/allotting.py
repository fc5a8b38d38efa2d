"""Allotment (jatah): one plan under shortage for all offices of the country, and for all its districts.

The figures are made up from a seed. Empty while the library has no allotment.
"""

import random
import statistics
from time import perf_counter, process_time
from typing import Any

COUNTS = (514, 7285)  # regencies and cities; districts


def measured(rounds: int) -> dict[str, Any]:
    """Milliseconds for one plan, the median of the rounds."""
    try:
        from ektp_core.allotment.figures import OfficeFigures
        from ektp_core.allotment.plan import plan
        from ektp_core.allotment.policy import Policy
    except ImportError:
        return {}
    found: dict[str, Any] = {}
    for count in COUNTS:
        chance = random.Random(count)
        offices = [_figures(OfficeFigures, chance, number) for number in range(count)]
        supply = {"v5": sum(one.requested for one in offices) // 3}
        times, used = [], []
        for _ in range(rounds):
            started, busy = perf_counter(), process_time()
            granted = sum(grant.count for grant in plan(Policy(name="bench"), supply, offices).grants)
            times.append(perf_counter() - started)
            used.append(process_time() - busy)
            assert 0 < granted <= supply["v5"]
        found[f"{count} offices, ms"] = round(statistics.median(times) * 1000, 2)
        found[f"{count} offices, ms of the processor"] = round(statistics.median(used) * 1000, 2)
    return found


def _figures(kind: Any, chance: random.Random, number: int) -> Any:
    """An office that asks for more than a third of it can be given."""
    printed = chance.randint(500, 9_000)
    return kind(
        f"office/{10 + number // 99:02}.{number % 99 + 1:02}",
        "v5",
        stock=chance.randint(0, 2_000),
        in_transit=chance.choice((0, 0, 500)),
        backlog=chance.randint(1_000, 60_000),
        requested=chance.randint(1_000, 20_000),
        printed_per_month=tuple(chance.randint(printed // 2, printed) for _ in range(6)),
        printers_good=chance.randint(1, 4),
        daily_cap=200,
        working_days=21,
        best_month=printed,
        accounted_for=True,
    )

"""Contenders in turns (bergiliran): each runs a short slice per round, in shuffled order, in one process.

A machine's speed changes from minute to minute, so numbers of different minutes say little.
What is compared are times of the same round: a ratio a round, and the median over the rounds.
"""

import gc
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, process_time

from attrs import frozen

Slice = Callable[[], int]  # does the next slice of work, and says how much it was


@frozen
class Rates:
    """Per contender, the work done in a second, and in a second of the processor's time; one number a round."""

    per_second: Mapping[str, Sequence[float]]
    per_cpu_second: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.per_second[name])

    def spread(self, name: str) -> tuple[float, float]:
        return min(self.per_second[name]), max(self.per_second[name])

    def cpu_us(self, name: str) -> float:
        """Microseconds of the processor for one piece of work, the median of the rounds."""
        return 1e6 / statistics.median(self.per_cpu_second[name])

    def cpu_ratio(self, name: str, of: str) -> float:
        """As `ratio`, by the processor's time alone: what a busy disk and neighbours do to the clock is left out."""
        pairs = zip(self.per_cpu_second[name], self.per_cpu_second[of], strict=True)
        return statistics.median(one / other for one, other in pairs)

    def ratio(self, name: str, of: str) -> float:
        """How many times as fast as `of`, the median of the rounds."""
        pairs = zip(self.per_second[name], self.per_second[of], strict=True)
        return statistics.median(one / other for one, other in pairs)


def alternate(
    contenders: Mapping[str, Slice], rounds: int, seed: int = 1, before: Mapping[str, Callable[[], None]] | None = None
) -> Rates:
    """Run every contender once a round; the first round warms up and is not counted.

    `before`: what a contender has to prepare for each of its slices, outside its time.
    """
    chance = random.Random(seed)
    found: dict[str, list[float]] = {name: [] for name in contenders}
    cpu: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds + 1):
        for name in chance.sample(list(contenders), len(contenders)):
            if before and name in before:
                before[name]()
            gc.collect()
            gc.freeze()  # what was prepared, and what the others keep, is not walked again in somebody's slice
            started, used = perf_counter(), process_time()
            done = contenders[name]()
            found[name].append(done / (perf_counter() - started))
            cpu[name].append(done / max(process_time() - used, 1e-6))
    gc.unfreeze()
    return Rates(*({name: rates[1:] for name, rates in one.items()} for one in (found, cpu)))

"""Many seeds (banyak cerita): run one after the other or on several processors, and counted.

Each seed stands for itself, so the order in which they end changes nothing. What is counted
shows which trouble really struck: a dial that turns nothing stands there as 0.
"""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing import get_context

from attrs import Factory, define, frozen

from ektp_testing.sim.options import Options, kinds_of_trouble
from ektp_testing.sim.story import Told, run

#: Seeds a process takes at a time.
CHUNK = 10
_TOLD_MOST = 20


@frozen
class Chunk:
    """Seeds for one process."""

    first: int
    count: int
    options: Options


@define(eq=False)
class Totals:
    """What came of many seeds.

    Attributes:
        core_s: processor seconds of all processes. found: the first stories with a finding.
        struck: each kind of trouble, how often.
    """

    seeds: int = 0
    cards: int = 0
    commits: int = 0
    core_s: float = 0.0
    found_count: int = 0
    found: list[Told] = Factory(list)
    struck: Counter[str] = Factory(Counter)

    def add(self, told: Told) -> None:
        """One more story."""
        self.seeds += 1
        self.cards += told.cards
        self.commits += told.commits
        self.struck.update(told.counts)
        if told.check:
            self.found_count += 1
            if len(self.found) < _TOLD_MOST:
                self.found.append(told)

    @property
    def seeds_a_second_a_core(self) -> float:
        """How fast it was, by processor time."""
        return self.seeds / self.core_s if self.core_s else 0.0

    def plain(self) -> dict[str, object]:
        """As plain values; every kind of trouble is named, also one that never struck."""
        struck = {name: self.struck[name] for name in sorted({*kinds_of_trouble(), *self.struck})}
        found = [{"seed": one.seed, "check": one.check, "text": one.text} for one in self.found]
        return {
            "seeds": self.seeds,
            "seeds_a_second_a_core": round(self.seeds_a_second_a_core, 1),
            "core_seconds": round(self.core_s, 1),
            "cards_printed": self.cards,
            "commits": self.commits,
            "found": self.found_count,
            "findings": found,
            "struck": struck,
        }


def lived(chunk: Chunk) -> tuple[tuple[Told, ...], float]:
    """The stories of a chunk without their traces, and the processor time they took."""
    began = time.process_time()
    gc.disable()  # a story leaves little that only a collection could take; once a chunk is enough
    found = tuple(_short(run(seed, chunk.options)) for seed in range(chunk.first, chunk.first + chunk.count))
    gc.enable()
    gc.collect()
    return found, time.process_time() - began


def _short(told: Told) -> Told:
    from attrs import evolve

    return evolve(told, trace=(), strikes=())


def campaign(
    first: int,
    options: Options,
    *,
    seeds: int = 0,
    seconds: float = 0.0,
    jobs: int = 1,
    shown: Callable[[Totals], None] = lambda _: None,
) -> Totals:
    """Live through seeds from `first` on: so many, or for so long, or both; ends early after some findings.

    Args:
        seeds: how many; 0 for no limit. seconds: how long; 0 for no limit. shown: told the totals now and then.
    """
    totals, until = Totals(), time.monotonic() + seconds
    chunks = _chunks(first, options, seeds)
    for found, core_s in _results(chunks, jobs):
        totals.core_s += core_s
        for told in found:
            totals.add(told)
        shown(totals)
        if (seconds and time.monotonic() >= until) or totals.found_count >= _TOLD_MOST:
            break
    return totals


def _chunks(first: int, options: Options, seeds: int) -> Iterator[Chunk]:
    done = 0
    while not seeds or done < seeds:
        count = min(CHUNK, seeds - done) if seeds else CHUNK
        yield Chunk(first + done, count, options)
        done += count


def _results(chunks: Iterator[Chunk], jobs: int) -> Iterator[tuple[tuple[Told, ...], float]]:
    if jobs == 1:
        yield from map(lived, chunks)
        return
    with get_context("spawn").Pool(jobs) as pool:
        waiting = [pool.apply_async(lived, (chunk,)) for _, chunk in zip(range(2 * jobs), chunks, strict=False)]
        while waiting:
            yield waiting.pop(0).get()
            chunk = next(chunks, None)
            if chunk is not None:
                waiting.append(pool.apply_async(lived, (chunk,)))

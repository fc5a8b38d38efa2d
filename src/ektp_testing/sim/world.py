"""Clock, dice, misfortune and memory of one story (jam, dadu, dan catatan cerita).

Time passes only from one thing to the next. Each kind of chance has dice of its own, so that
taking one kind of trouble out of a story leaves the others as they were. Every misfortune has
a number, is counted, and is told in plain words; the shrinker leaves numbers out.
"""

import hashlib
import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from attrs import Factory, define, field

from ektp_testing.sim.options import Options

EPOCH_MS = 1_800_000_000_000


@define(eq=False)
class World:
    """One story's clock, dice and record.

    Attributes:
        trace: what happened, one line each, with seconds since the beginning.
        told: how often each kind of thing happened.
        strikes_so_far: misfortunes up to now, with number and kind.
        harmed: stations that were set back, copied or stolen: their word is no longer trusted.
    """

    seed: int
    options: Options
    now_ms: int = EPOCH_MS
    is_healing: bool = False
    trace: list[str] = Factory(list)
    told: Counter[str] = Factory(Counter)
    strikes_so_far: list[tuple[int, str]] = Factory(list)
    harmed: dict[str, str] = Factory(dict)
    _digest: Any = field(factory=hashlib.sha256)
    _weather: dict[str, float] = Factory(dict)
    _dice: dict[str, Random] = Factory(dict)
    _heap: list[tuple[int, int, Callable[[], None]]] = Factory(list)
    _order: Any = field(factory=itertools.count)

    # -- chance -----------------------------------------------------------------------------

    def dice(self, name: str) -> Random:
        """The dice of one purpose; the same for the same seed, whatever else is thrown."""
        found = self._dice.get(name)
        if found is None:
            material = hashlib.sha256(f"{self.seed} {name}".encode()).digest()
            found = self._dice[name] = Random(int.from_bytes(material[:8], "big"))
        return found

    def share(self, kind: str) -> float:
        """How much of a kind of trouble this story has: nothing at all in four of ten, else a part or all."""
        found = self._weather.get(kind)
        if found is None:
            dice = self.dice(f"weather {kind}")
            found = self._weather[kind] = 0.0 if dice.random() < 0.4 else dice.choice((0.1, 0.3, 0.6, 1.0))
        return found

    def calm(self, *kinds: str) -> None:
        """These kinds of trouble do not happen in this story."""
        self._weather.update(dict.fromkeys(kinds, 0.0))

    def chance_of(self, kind: str, minutes: float = 1.0) -> float:
        """The probability of a kind of trouble in this story; for a rate, in that many minutes."""
        most: float = getattr(self.options, kind)
        return 0.0 if self.is_healing or not most else most * self.share(kind) * minutes

    def strikes(self, kind: str, minutes: float = 1.0) -> bool:
        """Whether this misfortune happens now."""
        chance = self.chance_of(kind, minutes)
        return bool(chance) and self.happens(kind, self.dice(kind).random() < chance)

    def happens(self, kind: str, is_thrown: bool = True) -> bool:
        """Number and count a misfortune, unless the story is told without it."""
        if not is_thrown:
            return False
        number = len(self.strikes_so_far) + 1
        self.strikes_so_far.append((number, kind))
        if number in self.options.without:
            return False
        self.told[kind] += 1
        return True

    # -- time -------------------------------------------------------------------------------

    def at(self, in_ms: int, what: Callable[[], None]) -> None:
        """Do something later."""
        heapq.heappush(self._heap, (self.now_ms + in_ms, next(self._order), what))

    def run(self, for_ms: int, until: Callable[[], bool] | None = None, ask_every_ms: int = 10_000) -> bool:
        """Let time go by; `until` is asked now and then and ends it. Whether it did."""
        end, asked = self.now_ms + for_ms, self.now_ms
        while self._heap and self._heap[0][0] <= end:
            self.now_ms, _, what = heapq.heappop(self._heap)
            what()
            if until and self.now_ms >= asked + ask_every_ms:
                asked = self.now_ms
                if until():
                    return True
        self.now_ms = end
        return until is not None and until()

    # -- memory -----------------------------------------------------------------------------

    def say(self, what: str) -> None:
        """One line of the story."""
        self.trace.append(f"{(self.now_ms - EPOCH_MS) / 1000:9.3f}  {what}")

    def note(self, exact: bytes) -> None:
        """Bytes that a replay must give again: heads of commits, messages."""
        self._digest.update(len(exact).to_bytes(4, "big") + exact)

    @property
    def digest(self) -> str:
        """Over the whole story and all bytes noted: two runs of one seed and one commit must have the same."""
        whole = self._digest.copy()
        whole.update("\n".join(self.trace).encode())
        return str(whole.hexdigest())

"""Time that never goes back and never stands still (waktu ajek).

The wall clock of an office machine is corrected now and then. Set back, it would stretch
every permission to print and hold up every wait; so the time the station works by is the
highest seen, and moves on with the time that really passed. Set forward, it is followed.
"""

import time
from collections.abc import Callable

from attrs import Factory, define, field


def now_ms() -> int:
    """Wall clock, milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def passed_ms() -> int:
    """Milliseconds that really passed since some moment."""
    return time.monotonic_ns() // 1_000_000


@define(eq=False)
class SteadyClock:
    """Milliseconds since 1970.

    Attributes:
        wall_ms: the wall clock. passed_ms: time that really passed since some moment.
        floor_ms: the time last sealed: a start of the process does not go back behind it.

    >>> wall, passed = iter([100, 40, 500]), iter([0, 7, 8])
    >>> clock = SteadyClock(lambda: next(wall), lambda: next(passed))
    >>> clock.now_ms(), clock.now_ms(), clock.now_ms()
    (100, 107, 500)
    """

    wall_ms: Callable[[], int]
    passed_ms: Callable[[], int]
    floor_ms: int = 0
    _highest: int = field(init=False, default=Factory(lambda self: self.floor_ms, takes_self=True))
    _seen: int | None = field(init=False, default=None)

    def now_ms(self) -> int:
        """The time to work by."""
        passed = self.passed_ms()
        since = passed - self._seen if self._seen is not None else 0
        self._seen = passed
        self._highest = max(self.wall_ms(), self._highest + since)
        return self._highest

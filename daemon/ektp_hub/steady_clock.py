"""The time the hub signs (waktu pusat): its wall clock, as long as that is believable.

Every station works by what the hub signs, so one jump of this machine's clock would be a jump of them
all. Small steps are followed. From a larger one on, the hub goes on by what really passed and says so;
a person sets the clock right, or starts the hub again if the new time is the right one. Nothing is ever
signed with a time before the book's last entry: a machine that starts with an empty battery goes on
from there, and follows its wall clock as soon as that has caught up.
"""

from collections.abc import Callable

from attrs import define, field

from ektp_core.boundary.clock import Clock
from ektp_core.boundary.store import Store
from ektp_core.wire.chain import read_header

#: Steps of the wall clock up to this are followed.
STEP_MS = 60_000


def last_seal_ms(store: Store) -> int:
    """The time of the book's last entry; 0 for an empty book."""
    sealed = store.sealed_since(store.position().n - 1, 1)
    return read_header(sealed[0].header).at_ms if sealed else 0


@define(eq=False)
class SteadyHubClock:
    """Milliseconds since 1970, never back.

    Attributes:
        clock: of this machine. floor_ms: the time of the book's last entry. tell: says what is wrong with the
            clock, and by how many milliseconds, once; a later and right one is told again when it is wrong again.
    """

    clock: Clock
    floor_ms: int
    tell: Callable[[str, int], None]
    _base_ms: int = field(init=False)
    _base_passed: int = field(init=False)
    _is_behind: bool = field(init=False)
    _is_told: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        wall = self.clock.now_ms()
        self._base_ms, self._base_passed = max(wall, self.floor_ms), self.clock.monotonic_ms()
        self._is_behind = self._is_told = wall < self.floor_ms
        if self._is_behind:
            self.tell("the clock of this machine is behind the book's last entry", self.floor_ms - wall)

    def now_ms(self) -> int:
        """What is signed and sealed."""
        steady = self._base_ms + self.clock.monotonic_ms() - self._base_passed
        wall = self.clock.now_ms()
        has_caught_up = self._is_behind and wall >= steady
        if has_caught_up or abs(wall - steady) <= STEP_MS:
            self._is_behind = self._is_told = False
            steady = max(wall, self._base_ms)
        elif not self._is_told:
            self._is_told = True
            self.tell("the clock of this machine has jumped and is not followed", wall - steady)
        self._base_ms, self._base_passed = steady, self.clock.monotonic_ms()
        return steady

    def monotonic_ms(self) -> int:
        """Milliseconds since some moment of this process."""
        return self.clock.monotonic_ms()

"""When an operation must be over (batas waktu), on this machine's own steady clock.

A driver is told how long an operation may take, and asks many small things within it. All of
them are held to one moment, taken when the operation began; nothing waits longer than that.
"""

from time import monotonic

from attrs import evolve, field, frozen

from ektp_core.boundary.card_printer import DriverTimeout

#: What is said when the time is over and the driver has no words of its own for it.
LATE = "it was not done in time"


@frozen
class Deadline:
    """A moment, in seconds of the clock that never goes back, and what is said when it has passed."""

    at_s: float
    words: str = field(default=LATE, kw_only=True)

    @classmethod
    def after(cls, timeout_ms: int, words: str = LATE) -> "Deadline":
        """The moment so many milliseconds from now."""
        return cls(monotonic() + timeout_ms / 1000, words=words)

    @property
    def is_over(self) -> bool:
        """Whether it has passed."""
        return monotonic() >= self.at_s

    @property
    def rest_ms(self) -> int:
        """Whole milliseconds left, 0 when it is over."""
        return max(0, int((self.at_s - monotonic()) * 1000))

    @property
    def left_ms(self) -> int:
        """Whole milliseconds left, at least 1.

        Raises:
            DriverTimeout: none are.
        """
        rest = self.rest_ms
        if not rest:
            raise DriverTimeout(self.words)
        return rest

    @property
    def left_s(self) -> float:
        """Seconds left, more than 0.

        Raises:
            DriverTimeout: none are.
        """
        left = self.at_s - monotonic()
        if left <= 0:
            raise DriverTimeout(self.words)
        return left

    def check(self) -> None:
        """Go on only while there is time.

        Raises:
            DriverTimeout: less than a millisecond is left.
        """
        _ = self.left_ms

    def at_most(self, timeout_ms: int) -> "Deadline":
        """The moment so many milliseconds from now, or this one if it comes first."""
        return evolve(self, at_s=min(self.at_s, monotonic() + timeout_ms / 1000))

    def earlier(self, seconds: float) -> "Deadline":
        """The same, so much earlier."""
        return evolve(self, at_s=self.at_s - seconds)

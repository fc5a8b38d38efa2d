"""What tells the time (jam): two questions, so that nobody mistakes one for the other.

The wall clock says when something is said to have happened; people and servers may set it
back. The monotonic clock says how long something took; it starts anywhere and never runs
back. The core reads neither: it is handed `at_ms`. A simulator and a test bring their own.
"""

from typing import Protocol


class Clock(Protocol):
    """A clock of one machine."""

    def now_ms(self) -> int:
        """Milliseconds since the start of 1970, UTC. May jump, forward and back."""

    def monotonic_ms(self) -> int:
        """Milliseconds since some fixed moment of this process. Never runs back."""

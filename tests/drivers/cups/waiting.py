"""Waiting for what comes about in other processes."""

from collections.abc import Callable
from time import monotonic, sleep


def until(there: Callable[[], object]) -> None:
    """Wait for it; a test fails where it does not come about."""
    end = monotonic() + 20
    while not there():
        assert monotonic() < end, "it did not come about"
        sleep(0.02)

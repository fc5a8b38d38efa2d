"""A clock that moves only when somebody sleeps: for a driver that waits for its queue."""

from types import ModuleType

import pytest

from ektp_driving import deadline


def stepped_clock(monkeypatch: pytest.MonkeyPatch, waiting: ModuleType) -> list[float]:
    """Its one number is the time in seconds of every deadline; each sleep of that module moves it."""
    now = [1_000.0]
    monkeypatch.setattr(deadline, "monotonic", lambda: now[0])

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(waiting, "sleep", sleep)
    return now

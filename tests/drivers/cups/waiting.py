"""Waiting for what comes about in other processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from ektp_driver_cups.bench_plastic import plastic

#: Long, as it only tells a test that hangs from one on a machine with much else to do.
AT_MOST_S = 120


def until(there: Callable[[], object]) -> None:
    """Wait for it; a test fails where it does not come about."""
    end = monotonic() + AT_MOST_S
    while not there():
        assert monotonic() < end, "it did not come about"
        sleep(0.02)


@contextmanager
def card_kept_inside(place: Path) -> Iterator[None]:
    """Wait for a card of ours in the printer, and keep it there: the printer can neither mark nor bring it out meanwhile.

    Whatever is done within is done while a card is under way, however slow the machine is. The bench's cards
    cannot be looked at within, as they lie behind the same lock.
    """
    end = monotonic() + AT_MOST_S
    while True:
        with plastic(place) as held:
            if any(one["lies"] == "inside" and any(one["job_keys"]) for one in held.cards):
                yield
                return
        assert monotonic() < end, "no card is under way"
        sleep(0.02)

"""Our own implementations, lived through many seeds (uji volume).

`python -m ektp_testing.volume [FIRST [LIVES [STEPS]]]`

For a night, or for a change that is feared: every machine over everything we plug into it, from
the seed FIRST (0) on, so many LIVES (50) of so many STEPS (200). A finding is told with its seed
and story, and can be lived again from that seed with LIVES 1. Exit status 1 when there is one.
"""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from ektp_testing.allotment_machine import ALLOTMENT
from ektp_testing.driver import examine
from ektp_testing.ledger_machine import LEDGER
from ektp_testing.lock_machine import LOCK
from ektp_testing.operation import Machine
from ektp_testing.our_allotment import OurAllotment
from ektp_testing.our_ledger import SqliteLedger, memory_ledger
from ektp_testing.our_lock import TableLock
from ektp_testing.our_stores import has_files
from ektp_testing.our_two_books import OurTwoBooks
from ektp_testing.two_books_machine import TWO_BOOKS


@frozen
class Plugged:
    """One of our implementations behind a machine."""

    name: str
    machine: Machine[Any, Any]
    make: Callable[[], Any]


OURS: tuple[Plugged, ...] = (
    Plugged("ledger in memory", LEDGER, memory_ledger),
    Plugged("ledger in files", LEDGER, SqliteLedger),
    Plugged("table of the lock", LOCK, TableLock),
    Plugged("hub and station", TWO_BOOKS, OurTwoBooks),
    Plugged("plan of allotments", ALLOTMENT, OurAllotment),
)


def installed(plugged: Sequence[Plugged]) -> list[Plugged]:
    """Those that can be made here; without a database, those in files cannot."""
    return [one for one in plugged if one.make is not SqliteLedger or has_files()]


def live(plugged: Sequence[Plugged], first: int, lives: int, steps: int) -> int:
    """Live them all, telling what is found; how many lives showed something."""
    found = 0
    for one in plugged:
        started, done = time.monotonic(), 0
        for run in examine(one.machine, one.make, range(first, first + lives), steps):
            done += run.steps
            if not run.is_clean:
                found += 1
                sys.stdout.write(f"{one.name}: {run.told()}\n")
        rate = done / max(time.monotonic() - started, 1e-9)
        sys.stdout.write(f"{one.name}: {lives} lives, {done} steps, {rate:,.0f} a second\n")
    return found


def main(arguments: Sequence[str]) -> int:
    """Seeds, lives and steps from the command line; 1 when something was found."""
    first, lives, steps = (*map(int, arguments), *(0, 50, 200)[len(arguments) :])
    ours = installed(OURS)
    for one in OURS:
        if one not in ours:
            sys.stdout.write(f"{one.name}: left out, it needs ektp[testing,hub]\n")
    return 1 if live(ours, first, lives, steps) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

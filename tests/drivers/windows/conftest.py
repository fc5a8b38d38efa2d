"""A scripted spooler for each test that needs one; the driver as a station uses it."""

from collections.abc import Callable, Iterator

import pytest

from ektp_driver_windows.bench import WindowsBench
from ektp_driver_windows.driver import WindowsPrinter
from ektp_driver_windows.plugin import ektp_discover_printers
from ektp_driver_windows.queue import Job
from ektp_driver_windows.scripted import ScriptedSpooler
from ektp_driving.deadline import Deadline
from tests.drivers.queue_office import QueueOffice

MS = 20_000
Office = QueueOffice[WindowsBench, WindowsPrinter]


def window_of(at: Office) -> ScriptedSpooler:
    """The queue's window, as a person has it open."""
    return ScriptedSpooler(at.bench.hint.partition(":")[2].partition("?")[0])


def jobs_of(at: Office) -> tuple[Job, ...]:
    """What stands in the list."""
    return window_of(at).jobs(Deadline.after(MS))


@pytest.fixture
def office(picture: bytes) -> Iterator[Callable[..., Office]]:
    """Open an office with a queue; traits say how its Windows is."""
    made: list[Office] = []

    def make(*traits: str, blanks: int = 4, card_ms: int = 120, is_guarded: bool = True) -> Office:
        bench = WindowsBench(card_ms, is_guarded)
        made.append(Office(bench, picture, ektp_discover_printers, WindowsPrinter, MS, rests_s=0.5))
        made[-1].bench.load(blanks)
        for one in traits:
            made[-1].bench.tell("trait", what=one)
        return made[-1]

    yield make
    for one in made:
        one.close()

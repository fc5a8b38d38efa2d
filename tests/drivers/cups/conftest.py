"""A real cupsd and a real ippeveprinter for each test that needs them; the driver as a station uses it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ektp_driver_cups.bench import CupsBench
from ektp_driver_cups.bench_house import Manner
from ektp_driver_cups.driver import CupsPrinter
from ektp_driver_cups.plugin import ektp_discover_printers
from tests.drivers.queue_office import QueueOffice

MS = 90_000
Office = QueueOffice[CupsBench, CupsPrinter]


@pytest.fixture
def office(
    tmp_path: Path, picture: bytes, needs_system: Callable[[str, str], str]
) -> Iterator[Callable[..., Office]]:
    """Open an office with a queue; `Manner`'s fields say how it is set up."""
    made: list[Office] = []

    def make(blanks: int = 4, card_ms: int = 100, **manner: Any) -> Office:
        for command, package in (("cupsd", "cups"), ("ippeveprinter", "cups-ipp-utils"), ("gcc", "gcc")):
            needs_system(command, package)
        bench = CupsBench(tmp_path / str(len(made)), Manner(**manner), card_ms=card_ms)
        made.append(Office(bench, picture, ektp_discover_printers, CupsPrinter, MS))
        made[-1].bench.load(blanks)
        return made[-1]

    yield make
    for one in made:
        one.close()

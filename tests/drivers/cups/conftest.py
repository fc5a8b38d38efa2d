"""A real cupsd and a real ippeveprinter for each test that needs them; the driver as a station uses it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from ektp_core.boundary.card_printer import Artwork, CardPrinter, Found, PrintToken, Settings
from ektp_core.boundary.driver_bench import CardOnBench, Lies
from ektp_driver_cups.bench import CupsBench
from ektp_driver_cups.bench_house import Manner
from ektp_driver_cups.driver import CupsPrinter
from ektp_driver_cups.plugin import ektp_discover_printers

MS = 90_000


@define(eq=False)
class Office:
    """A bench and whoever opened its queue."""

    bench: CupsBench
    picture: bytes
    opened: list[CardPrinter] = field(factory=list)

    def raw(self) -> CupsPrinter:
        """The driver opened, and nothing else done."""
        (found,) = ektp_discover_printers(self.bench.hint)
        assert found == Found("cups", self.bench.hint, self.bench.serial)
        self.opened.append(printer := CupsPrinter(found))
        return printer

    def open(self) -> CupsPrinter:
        """The driver as a station uses it."""
        printer = self.raw()
        assert printer.identify(MS).serial == self.bench.serial
        printer.configure(Settings(), MS)
        printer.reserve("ektp", MS)
        return printer

    def prepared(self) -> CupsPrinter:
        """The driver, one mark away from a card."""
        printer = self.open()
        printer.feed(MS)
        printer.prepare(Artwork(self.picture), MS)
        return printer

    def marked(self) -> list[CardOnBench]:
        """Cards that ink touched."""
        return [one for one in self.bench.cards() if one.marks]

    def lies(self) -> list[Lies]:
        """Where each card lies."""
        return [one.lies for one in self.bench.cards()]


def token(number: int = 1) -> PrintToken:
    """Leave to print a card once."""
    return PrintToken(f"52.03-{number:06d}", 1, 1)


@pytest.fixture
def office(
    tmp_path: Path, picture: bytes, needs_system: Callable[[str, str], str]
) -> Iterator[Callable[..., Office]]:
    """Open an office with a queue; `Manner`'s fields say how it is set up."""
    made: list[Office] = []

    def make(blanks: int = 4, card_ms: int = 100, **manner: Any) -> Office:
        for command, package in (("cupsd", "cups"), ("ippeveprinter", "cups-ipp-utils"), ("gcc", "gcc")):
            needs_system(command, package)
        made.append(Office(CupsBench(tmp_path / str(len(made)), Manner(**manner), card_ms=card_ms), picture))
        made[-1].bench.load(blanks)
        return made[-1]

    yield make
    for one in made:
        for printer in one.opened:
            printer.close()
        one.bench.close()

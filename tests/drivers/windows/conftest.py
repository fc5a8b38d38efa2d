"""A scripted spooler for each test that needs one; the driver as a station uses it."""

from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest
from attrs import define, field

from ektp_core.boundary.card_printer import Artwork, CardPrinter, Found, PrintToken, Settings
from ektp_core.boundary.driver_bench import CardOnBench
from ektp_driver_windows.bench import WindowsBench
from ektp_driver_windows.driver import WindowsPrinter
from ektp_driver_windows.plugin import ektp_discover_printers
from ektp_driver_windows.queue import Job
from ektp_driver_windows.scripted import ScriptedSpooler
from ektp_driver_windows.spooler import Deadline

MS = 20_000


@define(eq=False)
class Office:
    """A bench, whoever opened its queue, and a person at its window."""

    bench: WindowsBench
    picture: bytes
    opened: list[CardPrinter] = field(factory=list)

    def raw(self) -> WindowsPrinter:
        """The driver opened, and nothing else done."""
        (found,) = ektp_discover_printers(self.bench.hint)
        assert found == Found("windows", self.bench.hint, self.bench.serial)
        self.opened.append(printer := WindowsPrinter(found))
        return printer

    def open(self) -> WindowsPrinter:
        """The driver as a station uses it."""
        printer = self.raw()
        printer.configure(Settings(), MS)
        printer.reserve("ektp", MS)
        return printer

    def prepared(self) -> WindowsPrinter:
        """The driver, one mark away from a card."""
        printer = self.open()
        printer.feed(MS)
        printer.prepare(Artwork(self.picture), MS)
        return printer

    @property
    def window(self) -> ScriptedSpooler:
        """The queue's window, as a person has it open."""
        return ScriptedSpooler(self.bench.hint.partition(":")[2].partition("?")[0])

    def jobs(self) -> tuple[Job, ...]:
        """What stands in the list."""
        return self.window.jobs(Deadline.after(MS))

    def marked(self) -> list[CardOnBench]:
        """Cards that ink touched, once the printer rests."""
        cards, since, end = self.bench.cards(), monotonic(), monotonic() + MS / 1000
        while monotonic() - since < 0.5 and monotonic() < end:
            sleep(0.02)
            now = self.bench.cards()
            if now != cards:
                cards, since = now, monotonic()
        return [one for one in cards if one.marks]


def token(number: int = 1) -> PrintToken:
    """Leave to print a card once."""
    return PrintToken(f"52.03-{number:06d}", 1, 1)


@pytest.fixture
def office(picture: bytes) -> Iterator[Callable[..., Office]]:
    """Open an office with a queue; traits say how its Windows is."""
    made: list[Office] = []

    def make(*traits: str, blanks: int = 4, card_ms: int = 120, is_guarded: bool = True) -> Office:
        made.append(Office(WindowsBench(card_ms, is_guarded), picture))
        made[-1].bench.load(blanks)
        for one in traits:
            made[-1].bench.tell("trait", what=one)
        return made[-1]

    yield make
    for one in made:
        for printer in one.opened:
            printer.close()
        one.bench.close()

"""An office whose printer stands behind a queue: a bench, the driver as a station uses it, and who looks at cards."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Generic, TypeVar

from attrs import define, field

from ektp_core.boundary.card_printer import Artwork, CardPrinter, Found, PrintToken, Settings
from ektp_core.boundary.driver_bench import Bench, CardOnBench, Lies

Where = TypeVar("Where", bound=Bench)
Driver = TypeVar("Driver", bound=CardPrinter)


@define(eq=False)
class QueueOffice(Generic[Where, Driver]):
    """A bench and whoever opened its queue. `rests_s`: how long nothing may move before cards are looked at."""

    bench: Where
    picture: bytes
    discover: Callable[[str], list[Found]]
    driver: Callable[[Found], Driver]
    limit_ms: int
    rests_s: float = 0.0
    opened: list[Driver] = field(factory=list)

    def raw(self) -> Driver:
        """The driver opened, and nothing else done."""
        (found,) = self.discover(self.bench.hint)
        assert found == Found(self.bench.driver, self.bench.hint, self.bench.serial)
        self.opened.append(printer := self.driver(found))
        return printer

    def open(self) -> Driver:
        """The driver as a station uses it."""
        printer = self.raw()
        assert printer.identify(self.limit_ms).serial == self.bench.serial
        printer.configure(Settings(), self.limit_ms)
        printer.reserve("ektp", self.limit_ms)
        return printer

    def prepared(self) -> Driver:
        """The driver, one mark away from a card."""
        printer = self.open()
        printer.feed(self.limit_ms)
        printer.prepare(Artwork(self.picture), self.limit_ms)
        return printer

    def marked(self) -> list[CardOnBench]:
        """Cards that ink touched, once the printer rests."""
        cards, since, end = self.bench.cards(), monotonic(), monotonic() + self.limit_ms / 1000
        while monotonic() - since < self.rests_s and monotonic() < end:
            sleep(0.02)
            now = self.bench.cards()
            if now != cards:
                cards, since = now, monotonic()
        return [one for one in cards if one.marks]

    def lies(self) -> list[Lies]:
        """Where each card lies."""
        return [one.lies for one in self.bench.cards()]

    def close(self) -> None:
        """Everybody goes home."""
        for printer in self.opened:
            printer.close()
        self.bench.close()


def token(number: int = 1) -> PrintToken:
    """Leave to print a card once."""
    return PrintToken(f"52.03-{number:06d}", 1, 1)

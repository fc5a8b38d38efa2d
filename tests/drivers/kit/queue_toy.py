"""An opaque queue made of the virtual printer: a whole card in one call, and nothing seen of it.

It shows that the kit fits drivers above a spooler too, and what such a driver must not say. Its
plugin is loaded by the hint `queue:NAME@hint`, where NAME is a mutant's, or `sound`.
"""

from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from ektp_core.boundary.card_printer import (
    Artwork,
    Can,
    Capabilities,
    CardPosition,
    CardPrinter,
    Counters,
    DriverError,
    DriverLost,
    Found,
    Identity,
    JobRecord,
    Look,
    PrintToken,
    Settings,
    Status,
)  # fmt: skip
from ektp_core.boundary.card_printer import Bin as Tray
from ektp_core.boundary.driver_bench import Moment, Strike
from ektp_core.boundary.hookspecs import hookimpl
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_driver_virtual import plugin as working
from ektp_driver_virtual.bench import VirtualBench

NAME = "queue"
UNKNOWN = Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, "a queue shows nothing of the card")
STRIKES = frozenset(
    (what, Moment.MARK)
    for what in (Strike.JAM, Strike.RIBBON_OUT, Strike.MISPRINT, Strike.POWER_CUT, Strike.LOST_REPLY, Strike.SPOOLER_KILLED)
)


@define(eq=False)
class QueuePrinter:
    """One open queue."""

    printer: CardPrinter
    art: bytes = b""
    used: set[str] = field(factory=set)
    is_open: bool = True

    def __getattr__(self, name: str) -> Any:
        """Only what a queue has; the rest it declines."""
        if name in {"flip", "read_uid", "read_chip", "encode", "recover", "reset"}:
            return self._declined
        raise AttributeError(name)

    def _declined(self, *_: object) -> None:
        self._there()
        raise DriverError("a queue cannot do that")

    def _there(self) -> None:
        if not self.is_open:
            raise DriverLost("the queue was closed")

    def identify(self, ms: int) -> Identity:
        return self.printer.identify(ms)

    def capabilities(self, ms: int) -> Capabilities:
        self._there()
        return Capabilities(Can.OPAQUE_QUEUE, 1016, 648, 300)

    def reserve(self, owner: str, ms: int) -> None:
        self._there()

    def release(self, ms: int) -> None:
        self._there()

    def configure(self, settings: Settings, ms: int) -> Settings:
        return self.printer.configure(settings, ms)

    def status(self, ms: int) -> Status:
        seen = self.printer.status(ms)
        return Status(seen.notices, CardPosition.UNKNOWN, 0, rebooted=False)

    def counters(self, ms: int) -> Counters:
        self._there()
        return Counters(())

    def supplies(self, ms: int) -> tuple[()]:
        self._there()
        return ()

    def prepare(self, art: Artwork, ms: int) -> None:
        self.printer.prepare(art, ms)
        self.art = art.front_png

    def feed(self, ms: int) -> None:
        self._there()

    def move(self, to: object, ms: int) -> None:
        self._there()

    def deliver(self, to: object, ms: int) -> None:
        self._there()

    def mark(self, token: PrintToken, ms: int) -> str:
        self._there()
        if token.job_key in self.used or not self.art:
            raise DriverError("this leave was used, or there is no picture")
        self.used.add(token.job_key)
        art, self.art = self.art, b""
        if self.printer.status(ms).position is not CardPosition.NONE:
            self.printer.deliver(Tray.REJECT, ms)
        self.printer.feed(ms)
        self.printer.prepare(Artwork(art), ms)
        self.printer.mark(token, ms)
        self.printer.deliver(Tray.OUTPUT, ms)
        return ""

    def observe(self, job_id: str, ms: int) -> JobRecord:
        self._there()
        return JobRecord(job_id, 0, UNKNOWN)

    def look(self, job_id: str, ms: int) -> Look:
        return Look(self.status(ms), Counters(()), self.observe(job_id, ms))

    def close(self) -> None:
        self.is_open = False
        self.printer.close()


class QueueBench(VirtualBench):
    """The virtual printer behind a queue: what happens in a card's way happens while it is printed."""

    strikes = STRIKES

    def __init__(self, folder: Path, mutant: str) -> None:
        super().__init__(folder)
        self.driver, self.hint = NAME, f"queue:{mutant}@{self.hint}"

    def strike(self, what: Strike, at: Moment) -> None:
        killed = what is Strike.SPOOLER_KILLED  # the spooler is the line to the printer
        super().strike(Strike.UNPLUG if killed else what, at)


def parts(hint: str) -> tuple[str, str]:
    name, _, inner = hint.removeprefix("queue:").partition("@")
    return name, inner


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    name, inner = parts(hint)
    return [evolve(one, driver=NAME, address=f"queue:{name}@{one.address}") for one in working.ektp_discover_printers(inner)]


@hookimpl
def ektp_open_printer(found: Found) -> Any:
    if found.driver != NAME:
        return None
    printer = working.ektp_open_printer(Found("virtual", parts(found.address)[1], found.serial))
    return QueuePrinter(printer) if printer else None

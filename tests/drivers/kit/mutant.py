"""A broken driver: the virtual printer's, with some calls replaced by ones that do the wrong thing.

`breaks` gets the working driver and what the plugin remembers, and gives the calls it replaces;
`discovers` replaces discovery. Every mutant works well enough to print a card, and none merely falls
over: each is a mistake somebody could make.
"""

from collections.abc import Callable
from typing import Any

from attrs import define, evolve, field, frozen

from ektp_core.boundary.card_printer import CardPrinter, DriverError, Found
from ektp_core.boundary.hookspecs import hookimpl
from ektp_driver_virtual import plugin as working

NAME = "mutant"
Calls = dict[str, Callable[..., Any]]


@define(eq=False)
class Rig:
    """What a mistake is built from: the working driver, a way to another line, and what the plugin remembers."""

    printer: CardPrinter
    reopen: Callable[[], CardPrinter]
    memory: dict[str, Any]


@frozen
class Mutant:
    """One broken driver and the checks that must catch it."""

    breaks: Callable[[Rig], Calls]
    checks: tuple[str, ...]
    discovers: Callable[[list[Found], dict[str, Any]], list[Found]] | None = None
    opens_anything: bool = False

    @property
    def name(self) -> str:
        return self.breaks.__name__.replace("_", "-")

    @property
    def says(self) -> str:
        return (self.breaks.__doc__ or "").split("\n")[0]


def mutant(breaks: Callable[[Rig], Calls], *checks: str, **more: Any) -> Mutant:
    return Mutant(breaks, checks, **more)


class Broken:
    """A driver with some calls replaced."""

    def __init__(self, printer: CardPrinter, calls: Calls) -> None:
        self._printer, self._calls = printer, calls

    def __getattr__(self, name: str) -> Any:
        return self._calls.get(name) or getattr(self._printer, name)


@define(eq=False)
class MutantPlugin:
    """The hooks of the broken driver that a hint names: `mutant:NAME@hint`."""

    known: dict[str, Mutant]
    memory: dict[str, Any] = field(factory=dict)

    @hookimpl
    def ektp_discover_printers(self, hint: str) -> list[Found]:
        name, inner = _parts(hint)
        seen = working.ektp_discover_printers(inner)
        found = [evolve(one, driver=NAME, address=f"mutant:{name}@{one.address}") for one in seen]
        discovers = self.known[name].discovers
        return discovers(found, self.memory) if discovers else found

    @hookimpl
    def ektp_open_printer(self, found: Found) -> Any:
        if found.driver != NAME:
            return None
        name, inner = _parts(found.address)
        chosen = self.known[name]

        def reopen() -> CardPrinter:
            serials = [one.serial for one in working.ektp_discover_printers(inner)]
            serial = serials[0] if chosen.opens_anything and serials else found.serial
            printer = working.ektp_open_printer(Found("virtual", inner, serial))
            if printer is None:
                raise DriverError("it is not opened")
            return printer

        printer = reopen()
        return Broken(printer, chosen.breaks(Rig(printer, reopen, self.memory)))


def _parts(hint: str) -> tuple[str, str]:
    name, _, inner = hint.removeprefix("mutant:").partition("@")
    return name, inner

"""Which drivers and benches are installed (driver terpasang), and how one is opened.

Drivers and benches are found as a station finds drivers: by entry point, the entry's name being
the driver's name. A driver that is not installed can be judged too, by naming its plugin's module.
"""

from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

import pluggy
from attrs import field, frozen

from ektp_core.boundary.card_printer import CardPrinter, DriverError, Found
from ektp_core.boundary.driver_bench import BENCHES, MakeBench
from ektp_core.boundary.hookspecs import ENTRY_POINTS, PROJECT, DriverHooks
from ektp_testing.driver_kit.hearing import Ear, listened_to

T = TypeVar("T")


@frozen
class Driver:
    """A driver under judgement.

    Attributes:
        name: as it calls itself in `Found.driver`.
        plugin: the object or module with its two hooks.
        modules: modules that a process of its own must load; none for an installed driver.
        ear: hears whatever it says in this process, while it is judged.
    """

    name: str
    plugin: object = field(repr=False)
    modules: Sequence[str] = ()
    ear: Ear | None = field(default=None, eq=False, repr=False)

    def discover(self, hint: str) -> list[Found]:
        """What its discovery sees there."""
        answers = self._heard("discovery", lambda: self._manager().hook.ektp_discover_printers(hint=hint))
        return [one for found in answers for one in found]

    def open(self, found: Found) -> CardPrinter:
        """Open a device in this process.

        Raises:
            DriverError: it cannot be opened, or the driver does not know it.
        """
        manager = self._manager()
        opened: CardPrinter | None = self._heard("opening", lambda: manager.hook.ektp_open_printer(found=found))
        if opened is None:
            raise DriverError("the driver does not open it")
        return listened_to(opened, self.ear) if self.ear else opened

    def _heard(self, where: str, call: Callable[[], T]) -> T:
        return self.ear.heard(where, call) if self.ear else call()

    def _manager(self) -> pluggy.PluginManager:
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(DriverHooks)
        manager.register(self.plugin)
        manager.check_pending()
        return manager


def drivers() -> dict[str, EntryPoint]:
    """Every installed driver by its name."""
    return {one.name: one for one in entry_points(group=ENTRY_POINTS)}


def benches() -> dict[str, EntryPoint]:
    """Every installed bench by the name of the driver it is for."""
    return {one.name: one for one in entry_points(group=BENCHES)}


def installed(name: str) -> Driver:
    """The installed driver of that name.

    Raises:
        DriverError: there is none, or more than one distribution claims the name.
    """
    return Driver(name, _only(ENTRY_POINTS, name, "driver").load())


def bench_of(name: str) -> MakeBench:
    """What makes a bench for the driver of that name.

    Raises:
        DriverError: there is none, or more than one distribution claims the name.
    """
    make: MakeBench = _only(BENCHES, name, "bench").load()
    return make


def _only(group: str, name: str, what: str) -> EntryPoint:
    found = list(entry_points(group=group, name=name))
    if not found:
        raise DriverError(f"no {what} is installed for {name}; `ektp driver list` shows what is")
    if len({one.dist.name for one in found if one.dist}) > 1:
        raise DriverError(f"more than one distribution brings a {what} called {name}")
    return found[0]

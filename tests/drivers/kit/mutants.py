"""All broken drivers, and the plugin through which each is loaded, also in a process of its own."""

from pathlib import Path

from ektp_core.boundary.card_printer import Found
from ektp_core.boundary.driver_bench import MakeBench
from ektp_core.boundary.hookspecs import hookimpl
from ektp_driver_virtual.bench import VirtualBench
from ektp_testing.driver_kit import Driver
from tests.drivers.kit.mutant import NAME, Mutant, MutantPlugin
from tests.drivers.kit.mutants_again import AGAIN
from tests.drivers.kit.mutants_doing import DOING
from tests.drivers.kit.mutants_judging import JUDGING
from tests.drivers.kit.mutants_opening import OPENING
from tests.drivers.kit.mutants_picturing import PICTURING
from tests.drivers.kit.mutants_saying import SAYING
from tests.drivers.kit.mutants_telling import TELLING
from tests.drivers.kit.mutants_waiting import WAITING

MUTANTS: tuple[Mutant, ...] = (*TELLING, *JUDGING, *DOING, *PICTURING, *OPENING, *SAYING, *AGAIN, *WAITING)
BY_NAME = {one.name: one for one in MUTANTS}


def driver() -> Driver:
    """The driver of all mutants; which one it is, the hint says."""
    return Driver(NAME, MutantPlugin(BY_NAME), (__name__,))


def bench_for(name: str) -> MakeBench:
    """The virtual printer's bench, whose hint names the mutant."""

    def make(folder: str) -> VirtualBench:
        bench = VirtualBench(Path(folder))
        bench.driver, bench.hint = NAME, f"mutant:{name}@{bench.hint}"
        return bench

    return make


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    found: list[Found] = MutantPlugin(BY_NAME).ektp_discover_printers(hint)
    return found


@hookimpl
def ektp_open_printer(found: Found) -> object:
    return MutantPlugin(BY_NAME).ektp_open_printer(found)

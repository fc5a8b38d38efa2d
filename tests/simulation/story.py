"""One seed, from the first blank to the last count (satu cerita): faults, healing, audit."""

from tests.simulation.auditor import Auditor, Violation
from tests.simulation.people import People, heal, make_bad, new_world
from tests.simulation.small_world import World

FAULTS_MS, HEALING_MS = 30_000, 400_000


def run(seed: int) -> World:
    """Live through a seed.

    Raises:
        Violation: what the auditor found.
    """
    world = new_world(seed)
    live(world)
    return world


def live(world: World) -> None:
    """Faults first; then nothing goes wrong, and everything must come to its end."""
    auditor = Auditor(world)
    people = People(world)
    make_bad(world)
    people.begin()
    world.run(FAULTS_MS)
    heal(world)
    world.run(HEALING_MS, lambda: _is_over(auditor))
    auditor.at_the_end()


def _is_over(auditor: Auditor) -> bool:
    try:
        auditor.at_the_end()
    except Violation:
        return False
    return True

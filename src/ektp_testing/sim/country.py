"""One country at its beginning (negeri): hub, stations, machines and every piece of plastic.

The physical world is made here, from the seed, and from then on only machines and hands change
it. Books know nothing of it but what was supplied.
"""

from collections.abc import Sequence
from random import Random
from typing import Protocol

from attrs import Factory, define

from ektp_core.boundary.store import Answer, Work
from ektp_core.wire.upload import Receipt
from ektp_testing.sim import cast
from ektp_testing.sim.disk import Disk
from ektp_testing.sim.founding import beginning_of, images
from ektp_testing.sim.hub_node import HubNode
from ektp_testing.sim.line import Line
from ektp_testing.sim.plastic import Card
from ektp_testing.sim.printer import Machine
from ektp_testing.sim.station_node import StationNode
from ektp_testing.sim.world import World

#: What does not go together with blanks that lie in another order than their serials: a card that
#: fails before its chip was read then goes by the serial the book took for it.
_NOT_WITH_MIXED = (
    "printer_power", "printer_jam", "printer_slow", "printer_silent", "misprint", "dead_chip", "blind_printer",
    "copied_chip", "thief", "hand_in_machine", "late_failure", "rollback", "clone", "stolen_station",
)  # fmt: skip

#: A blind printer has no counter that could show that its station was set back or copied (lock.md).
_NOT_WITH_BLIND = ("rollback", "clone", "copied_chip")


class Watch(Protocol):
    """Whoever looks on; nothing here changes what happens."""

    def of_hub(self, works: Sequence[Work], answers: Sequence[Answer], at_ms: int) -> None:
        """The hub committed."""

    def of_station(self, node: StationNode, works: Sequence[Work], answers: Sequence[Answer], at_ms: int) -> None:
        """A station committed."""

    def of_receipt(self, receipt: Receipt) -> None:
        """The hub gives a receipt."""

    def set_back(self, label: str) -> None:
        """A machine's book is an older one from now on, by somebody's hand."""


@define(eq=False)
class Country:
    """Everything there is in one story.

    Attributes:
        stations: also copies of stations, once there are any. cards: by serial number.
        is_mixed: hoppers hold their blanks in another order than the serials.
        copied_uids: chip numbers that two blanks bear.
    """

    world: World
    hub: HubNode
    cards: dict[int, Card] = Factory(dict)
    stations: list[StationNode] = Factory(list)
    letters: cast.Letters = Factory(cast.Letters)
    is_mixed: bool = False
    copied_uids: set[str] = Factory(set)

    def start(self) -> None:
        """Everybody begins to work."""
        self.hub.computer.start()
        for station in self.stations:
            station.computer.start()

    def stop(self) -> None:
        """Everybody ends."""
        for computer in (self.hub.computer, *(station.computer for station in self.stations)):
            computer.stop()


def new_disk(world: World, name: str) -> Disk:
    """An empty disk."""
    dice: Random = world.dice(f"disk of {name}")
    return Disk(dice, world.options.write_lost, world.options.write_torn)


def new_country(world: World, watch: Watch) -> Country:
    """A country with books, blanks and citizens; nothing has been printed."""
    options, dice = world.options, world.dice("country")
    records = dice.randint(options.records_least, options.records_most)
    is_mixed = world.strikes("mixed_hopper")
    knows_chips = dice.random() < 0.5 or is_mixed
    if is_mixed:
        world.calm(*_NOT_WITH_MIXED)
    first = images(beginning_of(options, records, knows_chips))
    hub = HubNode(world, new_disk(world, "hub"), watch.of_hub, watch.of_receipt)
    hub.disk.restore(first.hub)
    country = Country(world, hub, is_mixed=is_mixed)
    for index, name in enumerate(cast.station_names(options.stations)):
        _add_station(country, name, index, watch)
        country.stations[-1].disk.restore(first.stations[name])
    for number in range(len(country.cards) + 1, len(country.cards) + options.safe_blanks + 1):
        country.cards[number] = Card(number, cast.uid_of(number), "safe")
    if any(machine.blind for station in country.stations for machine in station.machines.values()):
        world.calm(*_NOT_WITH_BLIND)
    if not knows_chips and not is_mixed and world.strikes("copied_chip"):
        _copy_chip(country)
    listed = "listed" if knows_chips else "not listed"
    world.say(f"{options.stations} stations, {records} citizens, {len(country.cards)} blanks, chips {listed}")
    return country


def _copy_chip(country: Country) -> None:
    first, second = country.world.dice("copied chip").sample(range(1, len(country.cards) + 1), 2)
    country.cards[second].uid = country.cards[first].uid
    country.copied_uids.add(country.cards[first].uid)
    country.world.say(f"blanks {first} and {second} bear the same chip number")


def _add_station(country: Country, name: str, index: int, watch: Watch) -> None:
    world, options = country.world, country.world.options
    dice = world.dice(f"printers of {name}")
    label = f"station {index + 1}"
    line = Line(world, country.hub, name)
    station = StationNode(world, name, label, new_disk(world, label), line, watch.of_station)
    first = index * options.blanks + 1
    numbers = list(range(first, first + options.blanks))
    count = dice.randint(1, options.printers_most)
    each = max(1, len(numbers) // count)
    for one in range(count):
        mine = numbers[one * each :] if one + 1 == count else numbers[one * each : (one + 1) * each]
        is_blind = world.strikes("blind_printer")
        machine = new_machine(world, f"P{index + 1}{chr(65 + one)}", is_blind)
        station.machines[machine.name] = machine
        for number in mine:
            is_dead = not is_blind and world.strikes("dead_chip")
            card = Card(number, cast.uid_of(number), "hopper", machine.name, has_dead_chip=is_dead)
            country.cards[number] = card
            machine.hopper.append(card)
        if country.is_mixed:
            dice.shuffle(machine.hopper)
    country.stations.append(station)


def new_machine(world: World, name: str, is_blind: bool) -> Machine:
    """A printer without blanks."""
    dice = world.dice(f"printer {name}")
    log = dice.choice(("volatile", "kept", "complete"))
    return Machine(name, dice, lambda: world.now_ms, world.say, world.strikes, log, is_blind)

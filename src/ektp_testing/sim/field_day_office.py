"""The office of a field day (dinas pada hari sibuk): one hub, one station, two printers, a queue of citizens.

The programs and their books are the shipped ones, as in every story of this simulator; clock,
line, disk and printers are made up. The printers are given their times here, so that a card
takes what a card takes. Blanks lie in the station's drawer until people load them.
"""

from collections.abc import Callable, Mapping

from attrs import define, evolve, frozen

from ektp_core.boundary.card_printer import CardPosition, DriverError, Recovery
from ektp_station.acts import Act, Order
from ektp_testing.sim import cast
from ektp_testing.sim.country import Country, Watch, new_disk
from ektp_testing.sim.founding import beginning_of, images
from ektp_testing.sim.hub_node import HubNode
from ektp_testing.sim.line import Line
from ektp_testing.sim.options import Options
from ektp_testing.sim.plastic import Card
from ektp_testing.sim.printer import Machine
from ektp_testing.sim.station_node import StationNode
from ektp_testing.sim.world import World

PRINTERS = ("P1", "P2")

#: Blanks the operator puts into an empty hopper: a bundle.
BUNDLE = 50


@frozen
class Plan:
    """A working day. Times in seconds unless the name says otherwise.

    Attributes:
        hours: how long the office works. citizens: who wait in the morning, one card each.
        blanks: blanks in the station's drawer. seconds_a_card: what a printer takes for one card, look not counted.
        misprint: of a card. jam: of each of the five moves of a card through the machine.
        link: the share of the day in which the hub can be reached. link_spells: how many spells on, and off.
        power_cuts: how often the power goes. cut_s: shortest and longest time without it.
        lease_count, lease_ms: N and T of the policy in force, as shipped. poll_ms: how often the hub is asked
            (a shipped station asks every second; here it asks seldom, which can only cost cards).
    """

    hours: float = 8.0
    citizens: int = 200
    blanks: int = 300
    seconds_a_card: int = 240
    misprint: float = 0.10
    jam: float = 0.004
    link: float = 0.40
    link_spells: int = 24
    power_cuts: int = 3
    cut_s: tuple[int, int] = (120, 600)
    lease_count: int = 50
    lease_ms: int = 8 * 3_600_000
    poll_ms: int = 30_000

    @property
    def day_ms(self) -> int:
        """How long the office works."""
        return int(self.hours * 3_600_000)

    def without_faults(self) -> "Plan":
        """The same day in an ideal world."""
        return evolve(self, misprint=0.0, jam=0.0, link=1.0, power_cuts=0)


@define(eq=False)
class OfficePrinter(Machine):
    """A printer that cannot throw out a bent card by itself: somebody has to open it."""

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """A jammed card stays where it is."""
        if self.position is CardPosition.JAMMED:
            raise DriverError("the card has to be taken out by hand")
        super().recover(action, timeout_ms)


#: What the parts of a card take, in hundredths of the whole; the ink takes the rest. Assumed.
_SHARES: Mapping[Act, int] = {
    Act.LOOK: 1, Act.FEED: 4, Act.READ_UID: 2, Act.PREPARE: 8, Act.ENCODE: 15, Act.MARK: 65, Act.EJECT: 5,
    Act.SET_ASIDE: 5, Act.CHECK: 1, Act.CLEAR: 1,
}  # fmt: skip


def takes_ms(world: World, plan: Plan) -> Callable[[Order], int]:
    """How long an order takes: its share of a card, a tenth more or less."""
    dice = world.dice("acts")
    return lambda order: int(_SHARES[order.act] * plan.seconds_a_card * 10 * dice.uniform(0.9, 1.1))


def new_office(world: World, plan: Plan, watch: Watch, strikes: Callable[[str, str], bool]) -> Country:
    """The office before it opens: blanks in the drawer, printers without power.

    Args:
        strikes: whether a misfortune of this kind happens to this printer now.
    """
    options = Options(
        stations=1, blanks=plan.blanks, safe_blanks=0, lease_count=plan.lease_count, lease_ms=plan.lease_ms
    )
    first = images(beginning_of(options, plan.citizens, knows_chips=False))
    hub = HubNode(world, new_disk(world, "hub"), watch.of_hub, watch.of_receipt)
    hub.disk.restore(first.hub)
    country = Country(world, hub)
    (name,) = cast.station_names(1)
    station = StationNode(
        world, name, "the station", new_disk(world, "the station"), Line(world, hub, name), watch.of_station
    )
    station.disk.restore(first.stations[name])
    station.takes_ms = takes_ms(world, plan)
    for printer in PRINTERS:
        station.machines[printer] = _printer(world, printer, strikes)
    country.stations.append(station)
    for number in range(1, plan.blanks + 1):
        country.cards[number] = Card(number, cast.uid_of(number))
    return country


def _printer(world: World, name: str, strikes: Callable[[str, str], bool]) -> Machine:
    dice = world.dice(f"printer {name}")
    log = dice.choice(("volatile", "kept", "complete"))
    machine = OfficePrinter(name, dice, lambda: world.now_ms, world.say, lambda kind: strikes(kind, name), log)
    machine.powered_from_ms = 1 << 62
    return machine


def drawer(country: Country) -> list[Card]:
    """Blanks nobody loaded yet, by serial."""
    return [card for _, card in sorted(country.cards.items()) if card.place == "drawer"]


def options_of(plan: Plan) -> Options:
    """The world's own options: all its dials are at 0, this day has its own."""
    return Options(
        stations=1, blanks=plan.blanks, safe_blanks=0, poll_ms=plan.poll_ms, loss=0, replay=0, delay_ms=0,
        lone_signature=0, lease_count=plan.lease_count, lease_ms=plan.lease_ms,
    )  # fmt: skip

"""What goes wrong from outside (kemalangan): power, programs, disks, lines, clocks, thieves.

Every few seconds each machine and each line may meet each kind of trouble; a station may be set
back, copied or stolen once in a story. What it means for the books is nobody's business here.
"""

from functools import partial

from attrs import define

from ektp_core.flow.rows import Holding
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_testing.sim.computer import Computer
from ektp_testing.sim.country import Country, Watch, new_disk
from ektp_testing.sim.disk import Image
from ektp_testing.sim.line import Line
from ektp_testing.sim.people import place_of
from ektp_testing.sim.plastic import ON_THE_TABLE, Card
from ektp_testing.sim.printer import Machine
from ektp_testing.sim.station_node import StationNode

BEAT_MS = 3_000
_MINUTES = BEAT_MS / 60_000


@define(eq=False)
class Misfortune:
    """Throws the dice for the world outside."""

    country: Country
    watch: Watch

    def begin(self) -> None:
        """From now on things go wrong; one station at most is harmed for good."""
        world = self.country.world
        dice = world.dice("harm")
        when_ms = dice.randint(world.options.trouble_ms // 3, world.options.trouble_ms * 3 // 4)
        which = dice.choice(self.country.stations)
        for kind, does in (("rollback", self._copy_taken), ("clone", self._cloned), ("stolen_station", self._stolen)):
            if world.strikes(kind):
                world.at(when_ms, partial(does, which))
                break
        self._turn()

    def _turn(self) -> None:
        world = self.country.world
        if world.is_healing:
            return
        for computer in (self.country.hub.computer, *(one.computer for one in self.country.stations)):
            self._machine(computer)
        for station in self.country.stations:
            self._station(station)
        if world.strikes("thief", _MINUTES):
            self._thief()
        world.at(BEAT_MS, self._turn)

    def _machine(self, computer: Computer) -> None:
        world, disk = self.country.world, computer.disk
        dice = world.dice("machines")
        if not computer.is_up:
            return
        if world.strikes("power_cut", _MINUTES):
            if dice.random() < 0.5:
                disk.countdown = dice.randint(0, 25)
            else:
                computer.lose_power()
        if world.strikes("process_death", _MINUTES):
            if dice.random() < 0.5:
                computer.dies_after_commit = True
            else:
                computer.die()
        if world.strikes("disk_full", _MINUTES):
            world.say(f"the disk of {computer.label} is full")
            disk.is_full = True
            world.at(dice.randint(1_000, world.options.disk_full_ms), lambda: _emptied(computer))
        if world.strikes("sync_fails", _MINUTES):
            disk.failing = 1

    def _station(self, station: StationNode) -> None:
        world = self.country.world
        dice = world.dice("stations")
        if world.strikes("partition", _MINUTES):
            for_ms = dice.randint(5_000, world.options.partition_ms)
            station.line.cut_until_ms = world.now_ms + for_ms
            world.say(f"the line of {station.label} is cut for {for_ms // 1000} s")
        if world.strikes("clock_jump", _MINUTES):
            by_ms = dice.randint(-world.options.clock_back_ms, world.options.clock_ahead_ms)
            station.wall_error_ms += by_ms
            world.say(f"the clock of {station.label} jumps by {by_ms // 1000} s")
        if not station.computer.is_up and world.strikes("hand_in_machine", _MINUTES):
            machine = dice.choice(list(station.machines.values()))
            if machine.taken_out():
                world.say(f"somebody takes the card out of {machine.name} while {station.label} is down")

    def _thief(self) -> None:
        """Somebody takes a blank out of the safe, or a card from the table that nobody has judged yet."""
        world = self.country.world
        found = [card for card in self.country.cards.values() if card.place == "safe"]
        for station in self.country.stations:
            found += _unjudged(self.country, station)
        if found:
            card = world.dice("thief").choice(found)
            card.place = "gone"
            world.say(f"a thief takes card {card.number}")

    # -- once in a story --------------------------------------------------------------------------

    def _copy_taken(self, station: StationNode) -> None:
        """A copy of the disk is kept; some time later somebody puts it back."""
        world = self.country.world
        if station.store is None or world.is_healing:
            return
        image, n = station.disk.image(), station.store.position().n
        world.at(
            world.dice("rollback").randint(5_000, world.options.trouble_ms // 4),
            lambda: self._set_back(station, image, n),
        )

    def _set_back(self, station: StationNode, image: Image, n: int) -> None:
        world = self.country.world
        if station.store is None or station.store.position().n == n or world.is_healing:
            return
        world.say(f"the disk of {station.label} is set back from commit {station.store.position().n} to {n}")
        world.harmed[station.name] = "set back"
        station.set_back_from_n = station.acknowledged_n()
        station.heard_before = station.line.heard
        station.was_set_back, station.set_back_to_n = True, n
        if world.dice("rollback").random() < 0.6:  # it is done with the cable pulled
            station.line.cut_until_ms = world.now_ms + world.dice("rollback").randint(20_000, 90_000)
        station.computer.die()
        station.disk.restore(image)
        self.watch.set_back(station.label)

    def _cloned(self, station: StationNode) -> None:
        """A thief has the disk, the key and a few blanks, and sets the copy up elsewhere."""
        world = self.country.world
        if station.store is None or world.is_healing:
            return
        label = f"the copy of {station.label}"
        world.say(f"a thief sets up a copy of {station.label}")
        world.harmed[station.name] = "copied"
        line = Line(world, self.country.hub, station.name, is_gone=world.dice("clone").random() < 0.3)
        copy = StationNode(
            world, station.name, label, new_disk(world, label), line, self.watch.of_station, is_away=True
        )
        copy.disk.restore(station.disk.image())
        for machine in station.machines.values():
            copy.machines[machine.name] = _thiefs_machine(self.country, machine)
        self.country.stations.append(copy)
        copy.computer.start()

    def _stolen(self, station: StationNode) -> None:
        """The whole station is carried off, and goes on without a line."""
        world = self.country.world
        if world.is_healing:
            return
        world.say(f"{station.label} is stolen, with all that is in it")
        world.harmed[station.name] = "stolen"
        station.line.is_gone = station.is_away = True
        for machine in station.machines.values():
            machine.is_away = True


def _emptied(computer: Computer) -> None:
    computer.disk.is_full = False


def _thiefs_machine(country: Country, like: Machine) -> Machine:
    """It shows the counters the copied book expects; two blanks were taken from the bottom of the hopper."""
    world = country.world
    dice = world.dice("thief's machine")
    machine = Machine(like.name, dice, like.now, world.say, world.strikes, like.log, is_away=True)
    machine.counters_by_name = dict(like.counters_by_name)
    for card in like.hopper[-2:]:
        like.hopper.remove(card)
        machine.hopper.append(card)
    return machine


def _unjudged(country: Country, station: StationNode) -> list[Card]:
    hub = country.hub.store
    if station.store is None or hub is None or station.is_away or country.is_mixed:
        return []
    kept = (Bucket.IN_MACHINE, Bucket.SUSPECT)
    with hub.read() as view:
        settled = {card.number for card in country.cards.values() if not _is_open(view, card.number)}
    with station.store.read() as view:
        numbers = {one for run in view.rows(Holding) if run.bucket in kept for one in range(run.lo, run.hi + 1)}
    open_ = numbers - settled
    return [card for card in country.cards.values() if card.number in open_ and card.place in ON_THE_TABLE]


def _is_open(view: View, number: int) -> bool:
    """Whether the hub does not know yet what became of a blank."""
    place = place_of(view, number)
    return place is not None and place[1] in (Bucket.STOCK, Bucket.IN_TRANSIT, Bucket.IN_MACHINE, Bucket.SUSPECT)


def heal(country: Country) -> None:
    """From here on nothing goes wrong."""
    world = country.world
    world.say("--- from here on nothing goes wrong ---")
    world.is_healing = True
    for computer in (country.hub.computer, *(station.computer for station in country.stations)):
        computer.disk.is_full, computer.disk.countdown, computer.disk.failing = False, -1, 0
        computer.dies_after_commit = False
    for station in country.stations:
        station.wall_error_ms = 0
        station.line.cut_until_ms = 0

"""What goes wrong on a field day (gangguan): a line that comes and goes, power cuts, jams, misprints.

All of it is drawn from the seed before the day begins or from dice of its own, so that the same
day without faults is the same in everything else. A power cut takes the computer and both
printers at once, half of them in the middle of a write; they stay dark until somebody starts them.
"""

from collections import Counter
from collections.abc import Callable

from attrs import Factory, define, field

from ektp_testing.sim.country import Country
from ektp_testing.sim.field_day_office import Plan
from ektp_testing.sim.station_node import StationNode
from ektp_testing.sim.world import World

_SOON_MS, _MID_WRITE_MS = 500, 20_000
_EDGE_MS, _APART_MS = 900_000, 2_400_000
_NEVER_MS = 1 << 62


@define(eq=False)
class Trouble:
    """The faults of one day.

    Attributes:
        begins_ms: when the day begins. struck: how often each fault happened.
        down: spells without a line, as (from, to) in milliseconds of the day.
        dark_until_ms: when the power is back; 0 while nothing is dark.
    """

    world: World
    plan: Plan
    begins_ms: int = 0
    struck: Counter[str] = Factory(Counter)
    down: list[tuple[int, int]] = Factory(list)
    dark_until_ms: int = 0
    _country: Country | None = field(default=None)

    def strikes(self, kind: str, printer: str) -> bool:
        """Whether a fault of this kind happens to a printer now."""
        chance = {"misprint": self.plan.misprint, "printer_jam": self.plan.jam}.get(kind, 0.0)
        if not chance or self.world.is_healing:
            return False
        is_struck = self.world.dice(f"{kind} of {printer}").random() < chance
        self.struck[kind] += is_struck
        return is_struck

    def begin(self, country: Country) -> None:
        """The day begins now."""
        self._country, self.begins_ms = country, self.world.now_ms
        self.down = spells_without_line(self.world, self.plan)
        for start_ms, end_ms in self.down:
            self.world.at(start_ms, self._cut_line(self.begins_ms + end_ms))
        for at_ms in moments_of_cuts(self.world, self.plan):
            self.world.at(at_ms, self._power_goes)

    @property
    def station(self) -> StationNode:
        """The office's station."""
        assert self._country is not None, "asked before the day begins"
        return self._country.stations[0]

    def _cut_line(self, until_ms: int) -> Callable[[], None]:
        def cut() -> None:
            self.station.line.cut_until_ms = until_ms
            self.world.say(f"the line is gone for {(until_ms - self.world.now_ms) // 1000} s")

        return cut

    def _power_goes(self) -> None:
        dice, disk = self.world.dice("power"), self.station.computer.disk
        if dice.random() < 0.5:
            self.struck["power_cut in a write"] += 1
            disk.countdown = dice.randint(0, 25)
            self._wait_for_write(self.world.now_ms + _MID_WRITE_MS)
        else:
            self._dark()

    def _wait_for_write(self, until_ms: int) -> None:
        """The power goes at a write that is under way; if nothing is written, it goes all the same."""
        if self.station.computer.is_up and self.world.now_ms < until_ms:
            self.world.at(_SOON_MS, lambda: self._wait_for_write(until_ms))
        else:
            self._dark()

    def _dark(self) -> None:
        computer = self.station.computer
        computer.lose_power()
        computer.disk.countdown = -1
        computer.epoch += 1  # nothing starts by itself: the office is dark
        shortest, longest = self.plan.cut_s
        for_ms = self.world.dice("power").randint(shortest, longest) * 1000
        self.dark_until_ms = self.world.now_ms + for_ms
        for machine in self.station.machines.values():
            machine.lose_power(for_ms)
            machine.powered_from_ms = _NEVER_MS  # until somebody switches it on
        self.struck["power_cut"] += 1
        self.world.say(f"the office is dark for {for_ms // 1000} s")

    def switch_on(self) -> None:
        """Somebody starts computer and printers."""
        self.dark_until_ms = 0
        for machine in self.station.machines.values():
            machine.powered_from_ms = self.world.now_ms
        computer = self.station.computer
        computer.booted_ms = self.world.now_ms
        computer.start()


def spells_without_line(world: World, plan: Plan) -> list[tuple[int, int]]:
    """Spells in which the hub cannot be reached: together all of the day but the share `plan.link`.

    On and off follow each other in spells of uneven length, from a third of the usual to three times
    as long; which comes first is drawn too.
    """
    if plan.link >= 1:
        return []
    dice = world.dice("line")
    on = [dice.uniform(0.3, 3.0) for _ in range(plan.link_spells)]
    off = [dice.uniform(0.3, 3.0) for _ in range(plan.link_spells)]
    on_ms, off_ms = plan.link * plan.day_ms / sum(on), (1 - plan.link) * plan.day_ms / sum(off)
    is_on_first, at_ms, found = dice.random() < 0.5, 0.0, []
    for up, down in zip(on, off, strict=True):
        start_ms = at_ms + (up * on_ms if is_on_first else 0)
        found.append((round(start_ms), round(start_ms + down * off_ms)))
        at_ms += up * on_ms + down * off_ms
    return found


def moments_of_cuts(world: World, plan: Plan) -> list[int]:
    """When the power goes: not in the first and last quarter of an hour, forty minutes apart at least."""
    dice, found = world.dice("cuts"), list[int]()
    room_ms = plan.day_ms - 2 * _EDGE_MS - max(0, plan.power_cuts - 1) * _APART_MS
    spots = sorted(dice.uniform(0, max(room_ms, 0)) for _ in range(plan.power_cuts))
    for place, spot in enumerate(spots):
        found.append(round(_EDGE_MS + spot + place * _APART_MS))
    return found

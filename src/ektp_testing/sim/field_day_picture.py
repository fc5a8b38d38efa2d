"""The picture of a day in text (gambar hari): what line and printers did, ten minutes a sign.

Every minute is looked at once; a sign stands for what most of its minutes were. Seen is what
somebody in the room would see, and for a printer that stands still the page of the station.
"""

from collections import Counter

from attrs import Factory, define, field

from ektp_station.press_state import Phase, Press
from ektp_testing.sim.country import Country
from ektp_testing.sim.field_day_office import Plan
from ektp_testing.sim.field_day_trouble import Trouble
from ektp_testing.sim.plastic import ON_THE_TABLE
from ektp_testing.sim.printer import Machine

MINUTE_MS, MINUTES_A_SIGN = 60_000, 10

PRINTS, LOOK, HANDS, DARK, NO_BLANK, NO_LEAVE, DONE = "#", "o", "J", "P", "b", "-", "."
#: The signs of printers, in words.
SIGNS = {
    PRINTS: "prints",
    LOOK: "waits for the operator's look",
    HANDS: "waits for hands: a jam, a shut printer",
    DARK: "no power",
    NO_BLANK: "no blanks in the hopper",
    NO_LEAVE: "no permission to print at the station",
    DONE: "nobody waits any more",
}
LINE, NO_LINE = "=", " "


@define(eq=False)
class Recorder:
    """Looks at line and printers once a minute while the office works.

    Attributes:
        done_ms: time of the day at which every citizen had a good card; 0 until then.
    """

    country: Country
    trouble: Trouble
    plan: Plan
    done_ms: int = 0
    _signs: dict[str, list[str]] = Factory(dict)
    _line: list[str] = field(factory=list)

    def begin(self) -> None:
        """From now on, once a minute."""
        self._signs = {name: [] for name in self.country.stations[0].machines}
        self.country.world.at(MINUTE_MS // 2, self._look)

    def _look(self) -> None:
        world, station = self.country.world, self.country.stations[0]
        if world.is_healing or len(self._line) * MINUTE_MS >= self.plan.day_ms:
            return
        good = {card.record for card in self.country.cards.values() if card.is_good and card.place in ON_THE_TABLE}
        if len(good) >= self.plan.citizens and not self.done_ms:
            self.done_ms = world.now_ms - self.trouble.begins_ms
        for name, machine in station.machines.items():
            press = station.keeper.state.presses.get(name) if station.keeper else None
            self._signs[name].append(self._sign(machine, press, len(good)))
        self._line.append(NO_LINE if station.line.is_cut else LINE)
        world.at(MINUTE_MS, self._look)

    def _sign(self, machine: Machine, press: Press | None, good: int) -> str:
        if self.trouble.dark_until_ms or press is None or press.phase is Phase.AWAY:
            return DARK
        if press.phase is Phase.ASKING:
            return LOOK
        if press.record and press.phase is not Phase.DOUBTING:
            return PRINTS
        if machine.inside or press.phase is Phase.SHUT:
            return HANDS
        if good >= self.plan.citizens:
            return DONE
        return NO_LEAVE if machine.hopper else NO_BLANK

    def minutes(self) -> dict[str, int]:
        """Minutes of both printers together, by what they did or waited for."""
        seen = Counter(sign for signs in self._signs.values() for sign in signs)
        return {meaning: seen[sign] for sign, meaning in SIGNS.items()}

    def picture(self) -> tuple[str, ...]:
        """One line for the link, one for each printer, under the hours from eight o'clock on."""
        hours = int(self.plan.hours) or 1
        ruler = "".join(f"{8 + hour:02d}".ljust(60 // MINUTES_A_SIGN) for hour in range(hours))
        rows = [("", ruler), ("link", _short(self._line))]
        rows += [(name, _short(signs)) for name, signs in self._signs.items()]
        return tuple(f"{name:>5} {row}".rstrip() for name, row in rows)


def _short(signs: list[str]) -> str:
    parts = (signs[at : at + MINUTES_A_SIGN] for at in range(0, len(signs), MINUTES_A_SIGN))
    return "".join(Counter(part).most_common(1)[0][0] for part in parts)

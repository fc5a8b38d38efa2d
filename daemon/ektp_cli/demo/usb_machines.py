"""Two kinds of printer with a front panel (pencetak dengan panel): the virtual one, and the model of an Evolis.

Both run as processes, keep their truth in one file in the same words, and show their cards as pictures.
"""

from collections.abc import Mapping
from pathlib import Path

from attrs import define, field

from ektp_cli.demo.machines import SEED, Card
from ektp_core.boundary.card_printer import CardPosition, DriverError
from ektp_core.boundary.driver_bench import Lies
from ektp_data.texts import message
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_driver_virtual.messages import FaultKind
from ektp_driver_virtual.truth import FILE, CardTruth, Place

_LIES = {
    Place.HOPPER: Lies.HOPPER,
    Place.INSIDE: Lies.INSIDE,
    Place.OUTPUT: Lies.OUTPUT,
    Place.REJECT: Lies.REJECT,
    Place.JAMMED_REMOVED: Lies.TAKEN,
}


@define(eq=False)
class PanelMachine:
    """A printer with a front panel. `by_hand`: it needs a person after a jam, and for a card left inside."""

    running: RunningPrinter
    hint: str
    by_hand: bool
    folder: Path = field(init=False)
    serial: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.folder, self.serial = self.running.folder, self.running.serial

    def load(self, series: str, lo: int, count: int) -> None:
        """Put blanks into the hopper."""
        self.running.panel.load(series, lo, count, seed=SEED)

    def arrange(self, misprints: tuple[int, ...], jam: int) -> None:
        """Set what goes wrong; in printing, where this machine is not told otherwise."""
        panel = self.running.panel
        for number in misprints:
            panel.tell("misprint", "mark", str(number)) if self.by_hand else panel.fault(FaultKind.MISPRINT, number)
        if jam:
            panel.tell("jam", "mark", str(jam)) if self.by_hand else panel.fault(FaultKind.JAM, jam)

    def marks_begun(self) -> int:
        """How many cards it has begun to mark, by its own log."""
        return (self.folder / FILE).read_bytes().count(b'"mark_begun"')

    def put_right(self, is_away: bool) -> str:
        """Free a stuck card, or take out the one that a dead station left inside."""
        if is_away or not self.by_hand:
            return ""
        truth = self.running.truth()
        if not truth.inside:
            return ""
        try:
            if truth.position is CardPosition.JAMMED:
                self.running.panel.tell("mend")
                return message("printer {printer} is jammed; a person takes the stuck card out")
            self.running.panel.tell("take-out")
            return message("a card was left inside printer {printer}; a person opens the cover and takes it out")
        except DriverError:
            return ""  # it moves meanwhile; whoever looks again sees it

    def cards(self) -> Mapping[str, Card]:
        """Every card, by the printer's own file."""
        return {serial: self._card(one) for serial, one in self.running.truth().cards.items()}

    def look_at(self, serial: str) -> bytes:
        """The picture of a card that came out."""
        return (self.folder / "cards" / f"{serial.replace(' ', '_')}.png").read_bytes()

    def name_of(self, job_key: str) -> str:
        """The virtual printer is told the job key; the language of Evolis has no name for a job."""
        return "" if self.by_hand else job_key

    def stop(self) -> None:
        """End it in order."""
        self.running.stop()

    def _card(self, one: CardTruth) -> Card:
        picture = self.folder / one.picture if one.picture else None
        return Card(one.serial, one.uid, _LIES[one.place], one.fed, one.printed_good, one.job_keys, picture)


def start_virtual(folder: Path, serial: str, card_ms: int) -> PanelMachine:
    """Start a virtual printer."""
    return PanelMachine(launch.start(folder, serial, card_ms), str(folder), by_hand=False)


def start_evolis(folder: Path, serial: str, card_ms: int) -> PanelMachine:
    """Start the model of an Evolis printer."""
    from ektp_firmware_evolis import launch as evolis

    running = evolis.start(folder, serial, card_ms)
    return PanelMachine(running, evolis.hint_of(folder), by_hand=True)

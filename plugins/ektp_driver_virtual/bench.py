"""The virtual printer on a bench (meja uji pencetak maya): for judging its driver, or drivers like it.

The printer is a process of its own, so that it lives on when a driver's process is killed; the
cable to it belongs to whoever holds the bench. The truth is what the printer's file says.
"""

from pathlib import Path
from time import monotonic, sleep

from ektp_core.boundary.card_printer import DriverError, DriverLost
from ektp_core.boundary.driver_bench import CardOnBench, Lies, Moment, Strike
from ektp_driver_virtual import launch, wire
from ektp_driver_virtual.cable import TROUBLES, Cable
from ektp_driver_virtual.driver import NAME
from ektp_driver_virtual.messages import FaultKind, Step, TakeFrom
from ektp_driver_virtual.truth import CardTruth, Place
from ektp_driver_virtual.truth_log import Pictures

CARD_MS, REBOOT_MS, BACK_S = 40, 30, 20.0
SERIES = "KIT"

_STEPS = {Moment.FEED: Step.FEED, Moment.ENCODE: Step.ENCODE, Moment.MARK: Step.MARK, Moment.DELIVER: Step.EJECT}
_FAULTS = {
    Strike.JAM: (FaultKind.JAM, tuple(_STEPS)),
    Strike.RIBBON_OUT: (FaultKind.RUN_OUT, tuple(_STEPS)),
    Strike.POWER_CUT: (FaultKind.POWER_LOSS, tuple(_STEPS)),
    Strike.MISPRINT: (FaultKind.MISPRINT, (Moment.MARK,)),
    Strike.DEAD_CHIP: (FaultKind.DEAD_CHIP, (Moment.ENCODE,)),
}
_WORDS = {
    Strike.COVER_OPEN: ("cover-open", Moment.NOW),
    Strike.HOPPER_EMPTY: ("hopper-unseen", Moment.NOW),
    Strike.SETTINGS_DRIFT: ("drift", Moment.NOW),
    Strike.SETTINGS_REFUSED: ("stubborn", Moment.NOW),
    Strike.COUNTER_WRAP: ("counters-at-end", Moment.NOW),
    Strike.FOREIGN_PRINT: ("foreign-print", Moment.NOW),
    Strike.BLANK_FEED: ("slip", Moment.FEED),
    Strike.DOUBLE_FEED: ("double", Moment.FEED),
    Strike.PANEL_CANCEL: ("cancel", Moment.MARK),
}
STRIKES = frozenset(
    {
        *((what, at) for what, (_, moments) in _FAULTS.items() for at in moments),
        *((what, at) for what, (_, at) in _WORDS.items()),
        *((what, at) for what in TROUBLES for at in (*_STEPS, Moment.MOVE)),
        (Strike.UNPLUG, Moment.NOW),
        (Strike.SILENCE, Moment.NOW),
        (Strike.POWER_CUT, Moment.NOW),
    }
)
_LIES = {Place.HOPPER: Lies.HOPPER, Place.INSIDE: Lies.INSIDE, Place.OUTPUT: Lies.OUTPUT, Place.REJECT: Lies.REJECT}


class VirtualBench:
    """One virtual printer, its cable, and a person's hands."""

    driver: str = NAME
    strikes: frozenset[tuple[Strike, Moment]] = STRIKES

    def __init__(self, folder: Path, serial: str = "VP-KIT") -> None:
        self.serial = serial
        self._printer = launch.start(folder / "printer", serial, CARD_MS, REBOOT_MS)
        self._cable = Cable(folder, lambda: wire.read_addresses(self._printer.folder).driver)
        self.hint = self._cable.address
        self._loaded = 0

    def load(self, blanks: int) -> None:
        """Put so many fresh blanks into the hopper."""
        self._printer.panel.load(SERIES, self._loaded + 1, blanks)
        self._loaded += blanks

    def strike(self, what: Strike, at: Moment) -> None:
        """Let it happen once.

        Raises:
            DriverError: this bench cannot make it happen then.
        """
        if (what, at) not in STRIKES:
            raise DriverError(f"this bench cannot make {what.value} happen at {at.value}")
        panel = self._printer.panel
        if what in TROUBLES:
            self._cable.trouble(what, at)
        elif at is Moment.NOW and what is Strike.POWER_CUT:
            panel.power(on=False)
        elif what in _WORDS:
            panel.tell(_WORDS[what][0])
        else:
            is_next = at is Moment.FEED or not panel.view().inside
            panel.fault(_FAULTS[what][0], 1 if is_next else 0, _STEPS[at])

    def mend(self) -> None:
        """Plug in, switch on, close the cover, put in a ribbon, take out what is stuck."""
        panel = self._printer.panel
        self._cable.mend()
        self._wait_for_power()
        panel.tell("mended")
        panel.new_ribbon()
        panel.take(TakeFrom.JAMMED)

    def cards(self) -> tuple[CardOnBench, ...]:
        """Every card ever loaded, as it is now."""
        cards, pictures = self._printer.truth().cards.values(), Pictures(self._printer.folder)
        return tuple(as_it_is(n, card, card.job_keys, pictures) for n, card in enumerate(cards, 1))

    def close(self) -> None:
        """End the printer and its cable."""
        self._cable.close()
        self._printer.kill()

    def _wait_for_power(self) -> None:
        """A printer whose power only failed comes back by itself; one that was switched off is switched on."""
        panel, end = self._printer.panel, monotonic() + BACK_S
        while not panel.view().powered:
            if monotonic() > end:
                raise DriverLost("the printer does not come back")
            panel.power(on=True)
            sleep(0.01)


def make_bench(folder: str) -> VirtualBench:
    """A virtual printer that keeps its files below the folder."""
    return VirtualBench(Path(folder))


def as_it_is(number: int, card: CardTruth, job_keys: tuple[str, ...], pictures: Pictures) -> CardOnBench:
    """The bench's word for a card of this truth file."""
    lies = Lies.TAKEN if card.taken else _LIES.get(card.place, Lies.TAKEN)
    whole = card.printed_good and not card.spoiled
    picture = pictures.seen(card.serial) if card.marks else b""
    return CardOnBench(number, card.uid, lies, card.marks, whole, job_keys, card.chip, picture)

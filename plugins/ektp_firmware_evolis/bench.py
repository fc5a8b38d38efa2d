"""The Evolis printer on the bench (meja uji): what the driver is judged against.

The process of `launch` under the kit's own words. The language has no name for a job, so
`job_keys` stays empty on a card the driver printed.
"""

from pathlib import Path
from time import monotonic, sleep

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, DriverTimeout
from ektp_core.boundary.driver_bench import CardOnBench, Moment, Strike
from ektp_driver_virtual.bench import as_it_is
from ektp_driver_virtual.front_panel import FrontPanel
from ektp_driver_virtual.launch import RunningPrinter
from ektp_driver_virtual.truth import CardTruth
from ektp_driver_virtual.truth_log import Pictures
from ektp_firmware_evolis import launch
from ektp_firmware_evolis.mishaps import CAN, Kind, When
from ektp_firmware_evolis.printer import SOMEBODY_ELSE

SERIES, SERIAL = "BENCH", "EV-0001"
CARD_MS, REBOOT_MS, DOWNLOAD_STOPS_MS = 40, 50, 1_500
BACK_S = 10.0

_AT = {
    Moment.NOW: When.NOW,
    Moment.FEED: When.FEED,
    Moment.MOVE: When.MOVE,
    Moment.MARK: When.MARK,
    Moment.DELIVER: When.DELIVER,
}
STRIKES = frozenset(
    (what, moment)
    for what in Strike
    for moment, when in _AT.items()
    if any(kind.value == what.value and when in CAN[kind] for kind in Kind)
) - {(Strike.PANEL_CANCEL, Moment.NOW)}  # with nothing under way nobody can cancel anything


@define(eq=False)
class EvolisBench:
    """Implements `driver_bench.Bench`."""

    folder: Path
    status_words: bool = False
    driver: str = "evolis"
    serial: str = SERIAL
    strikes: frozenset[tuple[Strike, Moment]] = STRIKES
    hint: str = field(init=False)
    _printer: RunningPrinter = field(init=False)
    _loaded: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        """Start the printer.

        Raises:
            DriverLost: it did not start.
        """
        self._printer = launch.start(
            self.folder,
            self.serial,
            CARD_MS,
            REBOOT_MS,
            status_words=self.status_words,
            download_stops_ms=DOWNLOAD_STOPS_MS,
        )
        self.hint = launch.hint_of(self.folder)

    @property
    def person(self) -> FrontPanel:
        """The hand at the machine's own panel."""
        return self._printer.panel

    def load(self, blanks: int) -> None:
        """Put so many fresh blanks into the hopper."""
        self._printer.panel.load(SERIES, self._loaded + 1, blanks)
        self._loaded += blanks

    def strike(self, what: Strike, at: Moment) -> None:
        """Let it happen once."""
        if (what, at) not in self.strikes:
            raise DriverError(f"this bench has no {what.value} at {at.value}")
        self._printer.panel.tell(what.value, _AT[at].value)

    def mend(self) -> None:
        """Do what a person does then, and wait until the printer is there again."""
        until = monotonic() + BACK_S
        self._printer.panel.tell("mend")
        while not self._printer.panel.view().powered:
            if monotonic() > until:
                raise DriverTimeout("the printer on the bench did not come back")
            sleep(0.01)

    def cards(self) -> tuple[CardOnBench, ...]:
        """Every card ever loaded."""
        cards, pictures = self._printer.truth().cards.values(), Pictures(self.folder)
        return tuple(as_it_is(number, card, _job_keys(card), pictures) for number, card in enumerate(cards, 1))

    def close(self) -> None:
        """End the printer."""
        self._printer.stop()


def make_bench(folder: str) -> EvolisBench:
    """A printer as public texts describe it: without status words."""
    return EvolisBench(Path(folder))


def make_bench_with_words(folder: str) -> EvolisBench:
    """A printer that answers the request for status words, which no public text gives."""
    return EvolisBench(Path(folder), status_words=True)


def _job_keys(card: CardTruth) -> tuple[str, ...]:
    return tuple("" for key in card.job_keys if key == SOMEBODY_ELSE)

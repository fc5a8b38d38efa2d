"""The demo's printers (pencetak peragaan), each kind behind the same few hands and eyes.

A person loads blanks, looks at a card that came out, and puts right what stands still; the
judge is told the plain truth of every card by the device itself. What a driver or a station
believes is not seen from here, and none of this reaches them.
"""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from attrs import field, frozen

from ektp_cli.demo.failed import DemoFailed
from ektp_core.boundary.driver_bench import Lies
from ektp_core.vocabulary.state import Profile
from ektp_data.texts import message

#: The chips of the blanks follow from it, at the supplier and in the hopper.
SEED = "demo"

#: Packages of Debian that the demo's queue is made of.
CUPS_PACKAGES = "cups cups-ipp-utils gcc"


@frozen
class Card:
    """One physical card, as the device itself has it.

    Attributes:
        fed: it left the hopper. good: one whole picture is on it.
        names: for which jobs it was marked, in the device's words; "" where it is told none.
        picture: what it looks like; None where nobody printed on it.
    """

    serial: str
    uid: str
    lies: Lies
    fed: bool
    good: bool
    names: tuple[str, ...] = ()
    picture: Path | None = None


class Machine(Protocol):
    """One printer that runs as a process of its own."""

    @property
    def folder(self) -> Path:
        """What is kept of it."""

    @property
    def hint(self) -> str:
        """Where a driver finds it."""

    @property
    def serial(self) -> str:
        """The device's own serial."""

    def load(self, series: str, lo: int, count: int) -> None:
        """Put blanks into its hopper."""

    def arrange(self, misprints: tuple[int, ...], jam: int) -> None:
        """Let these cards from now come out wrong, and this one be stuck (0: none)."""

    def marks_begun(self) -> int:
        """How many cards it has begun to print."""

    def put_right(self, is_away: bool) -> str:
        """Do what a person does at a printer that stands still, or that the station cannot even open (`is_away`).

        Says what it was, as a message id, or nothing.
        """

    def cards(self) -> Mapping[str, Card]:
        """Every card ever loaded, by its serial."""

    def look_at(self, serial: str) -> bytes:
        """The card in the operator's hand, as a picture; FileNotFoundError while none came out."""

    def name_of(self, job_key: str) -> str:
        """What the device is told for a job key; empty if nothing."""

    def stop(self) -> None:
        """End it."""


@frozen
class Kind:
    """One kind of printer for the demo.

    Attributes:
        people: how many records are printed; 0 for all of them. card_ms: how long a card takes.
        profile: how cards are made. blind: it cannot show what became of an interrupted card.
        shown: what is said of it at the start, in plain words.
        start: makes a running printer in a folder, from its serial and `card_ms`.
    """

    driver: str
    prefix: str
    people: int
    card_ms: int
    profile: Profile
    blind: bool
    start: Callable[[Path, str, int], Machine]
    shown: tuple[str, ...] = field(factory=tuple)


def kind_of(driver: str) -> Kind:
    """The kind of printer a driver of this name prints on.

    Raises:
        DemoFailed: something that it needs is not installed; says what to install.
    """
    return {"virtual": _virtual, "evolis": _evolis, "cups": _cups}[driver]()


def _virtual() -> Kind:
    from ektp_cli.demo.usb_machines import start_virtual

    return Kind("virtual", "VP", 0, 60, Profile.ENCODE_FIRST, False, start_virtual)


def _evolis() -> Kind:
    _needs("usb", "usb")
    from ektp_cli.demo.usb_machines import start_evolis

    shown = (
        message("printers: two models of an Evolis printer, on a USB bus made of software, reached through pyusb"),
        message("cards have no chip step (profile no-chip): the printer has no reader, and none stands beside it"),
        message("the printer does not say where a card is: an operator looks at every card that came out, and"
                " an interrupted card is always suspect"),
    )  # fmt: skip
    return Kind("evolis", "EV", 40, 300, Profile.NO_CHIP, True, start_evolis, shown)


def _cups() -> Kind:
    _needs("cups", "ippx", "httpx", "PIL")
    from ektp_cli.demo.queue_machine import start_queue
    from ektp_driver_cups.bench_house import missing

    if lacks := missing():
        raise DemoFailed(f"--driver cups needs {lacks}; on Debian: apt-get install {CUPS_PACKAGES}")
    shown = (
        message("printers: two real CUPS queues, each with a cupsd of its own and an ippeveprinter behind it"),
        message("cards have no chip step (profile no-chip): a queue reads no chip, and no reader stands beside it"),
        message("a queue says that it took a job, never what became of the card: an operator looks at every card, and"
                " an interrupted card is always suspect"),
        message("the queue is stopped and runs for one card at a time; a failed job is not repeated; the backend"
                " ektp-once lets each card through once, also when the spooler dies and starts its job again"),
    )  # fmt: skip
    return Kind("cups", "CB", 24, 500, Profile.NO_CHIP, True, start_queue, shown)


def _needs(extra: str, *modules: str) -> None:
    """Raise DemoFailed if a Python package of this extra is not here."""
    if any(find_spec(name) is None for name in modules):
        raise DemoFailed(f'--driver {_DRIVERS[extra]} needs more of Python: pip install "ektp[{extra}]"')


_DRIVERS = {"usb": "evolis", "cups": "cups"}

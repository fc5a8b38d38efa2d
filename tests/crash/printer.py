"""The printer of the crash matrix: in threads of the tests' process, watched, so that it outlives every station."""

from collections.abc import Callable
from pathlib import Path

from attrs import define, field

from ektp_driver_virtual.device import Device
from ektp_driver_virtual.front_panel import FrontPanel
from ektp_driver_virtual.server import PrinterProcess
from ektp_driver_virtual.truth import Event, Truth, read_truth
from ektp_driver_virtual.truth_log import TruthLog

PRINTER = "VP-0001"


@define(eq=False)
class Asked:
    """The printer's driver door, and somebody who hears each order before it is carried out."""

    inner: Device
    heard: Callable[[object], None]

    @property
    def body(self) -> object:
        """The machine itself."""
        return self.inner.body

    @property
    def reserved_by(self) -> str:
        """Who has it for himself."""
        return self.inner.reserved_by

    @reserved_by.setter
    def reserved_by(self, owner: str) -> None:
        self.inner.reserved_by = owner

    def start(self) -> None:
        """Switch it on."""
        self.inner.start()

    def perform(self, command: object, owner: str = "") -> object:
        """Tell, then carry out."""
        self.heard(command)
        return self.inner.perform(command, owner)


@define(eq=False)
class Watched:
    """The printer's truth file, and somebody who sees each line the moment it is written."""

    log: TruthLog
    seen: Callable[[Event], None]

    def append(self, event: Event) -> None:
        """Write one event, then show it."""
        self.log.append(event)
        self.seen(event)

    def read(self) -> Truth:
        """What the log says so far."""
        return self.log.read()


@define(eq=False)
class Printer:
    """The virtual printer in threads of this process: whatever happens to the station, it lives on."""

    folder: Path
    seen: Callable[[Event], None] = lambda _: None
    heard: Callable[[object], None] = lambda _: None
    _process: PrinterProcess = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._process = PrinterProcess(self.folder, PRINTER, card_ms=20, reboot_ms=60)
        self._process.start()
        body = self._process.device.body
        body.log = Watched(body.log, self.seen)  # type: ignore[assignment]  # it stands in for the log
        self._process.device = Asked(self._process.device, self.heard)  # type: ignore[assignment]  # it stands in for the device

    @property
    def panel(self) -> FrontPanel:
        """The person's hand on its panel."""
        return FrontPanel(self.folder)

    def truth(self) -> Truth:
        """What physically happened."""
        return read_truth(self.folder)

    def stop(self) -> None:
        """Switch it off."""
        self._process.stop()

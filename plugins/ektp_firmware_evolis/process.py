"""The printer as a process (proses pencetak): a served USB bus, a front panel's door, and a worker.

It lives on when a driver dies: what a dead host sent is carried out, what nobody read waits
for the next reader. The panel's door speaks the virtual printer's language, so that `ektp printer load`,
`status`, `take` and `power` work on this machine too.
"""

import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_virtual import wire
from ektp_driver_virtual.protocol import Frame
from ektp_firmware_evolis.person import at_panel
from ektp_firmware_evolis.printer import EvolisPrinter
from ektp_usb.bus_server import LONGEST_PATH, BusServer, serve

SOCKET = "usb.sock"


@define(eq=False)
class EvolisProcess:
    """One running printer and its two doors."""

    printer: EvolisPrinter
    _server: BusServer = field(init=False)
    _panel: str = field(init=False)
    _stop: Event = field(init=False, factory=Event)

    def start(self) -> wire.Addresses:
        """Switch it on and open its doors; `driver` of the answer is the hint for a driver.

        Raises:
            DriverError: no socket can be made there.
        """
        printer, folder = self.printer, self.printer.folder
        printer.switch_on()
        printer.start_worker()
        self._server = serve(printer.bus, _short(folder / SOCKET))
        door, self._panel = wire.listen(folder, "panel")
        Thread(target=self._welcome, args=(door,), daemon=True).start()
        found = wire.Addresses(printer.serial, f"bus:{self._server.path}", self._panel)
        wire.write_addresses(folder, found)
        return found

    def wait(self) -> None:
        """Run until told to stop."""
        self._stop.wait()

    def stop(self) -> None:
        """End it; for a card on its way this is a power cut."""
        (self.printer.folder / wire.ADDRESS_FILE).unlink(missing_ok=True)
        self.printer.close()
        self._server.close()
        wire.forget(self._panel)
        if self._server.path.parent != self.printer.folder.absolute():
            with suppress(OSError):
                self._server.path.parent.rmdir()
        self._stop.set()

    def _welcome(self, door: socket.socket) -> None:
        while True:
            line, _ = door.accept()
            Thread(target=self._serve_panel, args=(line,), daemon=True).start()

    def _serve_panel(self, line: socket.socket) -> None:
        try:
            while True:
                question = wire.receive(line)
                wire.send(line, Frame(question.number, at_panel(self.printer, question.message)))
        except DriverError:
            line.close()


def _short(path: Path) -> Path:
    """The path itself where it fits a socket's address, else one in a folder of its own."""
    if len(str(path.absolute())) <= LONGEST_PATH:
        return path.absolute()
    return Path(tempfile.mkdtemp(prefix="ektp-")) / path.name

"""Start a virtual printer as a process of its own (menyalakan pencetak).

It is in a session of its own, so that what ends a station does not end it; whoever starts
it must stop it. What it says goes to `printer.log` in its folder.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError, DriverLost
from ektp_driver_virtual import wire
from ektp_driver_virtual.front_panel import FrontPanel
from ektp_driver_virtual.truth import Truth, read_truth

START_MS = 60_000


@frozen
class RunningPrinter:
    """One printer process."""

    folder: Path
    serial: str
    process: "subprocess.Popen[bytes]"

    @property
    def panel(self) -> FrontPanel:
        """The person's hand on its panel."""
        return FrontPanel(self.folder)

    def truth(self) -> Truth:
        """What physically happened, for judges."""
        return read_truth(self.folder)

    def stop(self) -> None:
        """End it in order."""
        self.process.terminate()
        self.process.wait()

    def kill(self) -> None:
        """Cut its power by killing it; `start` with the same folder brings it back."""
        self.process.kill()
        self.process.wait()


def start(
    folder: Path, serial: str = "VP-0001", card_ms: int = 60, reboot_ms: int = 300, timeout_ms: int = START_MS
) -> RunningPrinter:
    """Start a printer and wait until it answers.

    Raises:
        DriverLost: it ended at once or did not answer in time; its log says why.
    """
    command = ["-m", "ektp_driver_virtual", "run", "--folder", str(folder), "--serial", serial]
    return begin(folder, serial, [*command, "--card-ms", str(card_ms), "--reboot-ms", str(reboot_ms)], timeout_ms)


def begin(folder: Path, serial: str, arguments: Sequence[str], timeout_ms: int = START_MS) -> RunningPrinter:
    """Start a process of this Python that is a printer with a front panel in `folder`, and wait until it answers.

    Raises:
        DriverLost: it ended at once or did not answer in time; its log says why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / wire.ADDRESS_FILE).unlink(missing_ok=True)
    command = [sys.executable, *arguments]
    with (folder / "printer.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    printer = RunningPrinter(folder, serial, process)
    deadline = monotonic() + timeout_ms / 1000
    while not _answers(printer):
        if process.poll() is not None or monotonic() > deadline:
            printer.kill()
            raise DriverLost(f"printer {serial} did not start; see {folder / 'printer.log'}")
        sleep(0.01)
    return printer


def _answers(printer: RunningPrinter) -> bool:
    try:
        return printer.panel.view().powered
    except DriverError:
        return False

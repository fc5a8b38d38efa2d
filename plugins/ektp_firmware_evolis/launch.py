"""Start this printer as a process of its own (menyalakan pencetak tiruan).

What comes back is what the virtual printer's `launch` gives: the person's hand, the truth,
`stop` and `kill`. Only the hint differs.
"""

from pathlib import Path

from ektp_driver_virtual import launch, wire
from ektp_driver_virtual.launch import START_MS, RunningPrinter


def start(
    folder: Path,
    serial: str = "EV-0001",
    card_ms: int = 60,
    reboot_ms: int = 300,
    *,
    status_words: bool = False,
    download_stops_ms: int = 5_000,
    timeout_ms: int = START_MS,
) -> RunningPrinter:
    """Start a printer and wait until it answers.

    Raises:
        DriverLost: it ended at once or did not answer in time; its log says why.
    """
    command = ["-m", "ektp_firmware_evolis", "--folder", str(folder), "--serial", serial]
    command += ["--card-ms", str(card_ms), "--reboot-ms", str(reboot_ms)]
    command += ["--download-stops-ms", str(download_stops_ms), *(["--status-words"] if status_words else [])]
    return launch.begin(folder, serial, command, timeout_ms)


def hint_of(folder: Path) -> str:
    """Where a driver finds the printer that runs in this folder.

    Raises:
        DriverLost: none runs there.
    """
    return wire.read_addresses(folder).driver

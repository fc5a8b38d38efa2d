"""The demo's folder and processes (rumah peragaan): started, killed, started again, and ended with it.

Everything runs as it would in an office: the hub and the station by their own commands, the
printers as machines that nobody's crash stops.
"""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from attrs import define, field

from ektp_core.flow.founding import POLICY
from ektp_core.flow.rows import Policy
from ektp_driver_virtual import launch
from ektp_hub.config import Settings
from ektp_hub.init import HubFolder, make_hub
from ektp_station.config import PrinterConfig, StationConfig, write_config

STATION = "station/52.03/1"
OFFICE = "office/52.03"
PRINTERS = ("A", "B")
SEED = "demo"
WAIT_S = 20.0


class DemoFailed(Exception):
    """The demo could not go on; its message says at which point and where the logs are."""


@define(eq=False)
class House:
    """The demo's folder with everything in it."""

    folder: Path
    card_ms: int = 60
    hub: HubFolder = field(init=False)
    port: int = field(init=False)
    printers: dict[str, launch.RunningPrinter] = field(init=False, factory=dict)
    _running: dict[str, "subprocess.Popen[bytes]"] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.port = _free_port()
        settings = Settings(port=self.port, authorise_every_ms=100)
        policy = Policy(POLICY, 1, lease_count=40)
        self.hub = make_hub(self.folder / "centre", settings=settings, policy=policy, at_ms=time.time_ns() // 1_000_000)
        for name in PRINTERS:
            folder = self.folder / f"printer-{name}"
            self.printers[name] = launch.start(folder, self.serial(name), self.card_ms)
        write_config(self.station_folder, self._station_config())

    @property
    def station_folder(self) -> Path:
        """The station's folder, as the hub exported it."""
        return self.hub.stations[STATION]

    @property
    def hub_url(self) -> str:
        """The hub's address."""
        return f"http://127.0.0.1:{self.port}"

    def station_url(self) -> str:
        """The station's own page."""
        return (self.station_folder / "address").read_text(encoding="utf-8").strip()

    def serial(self, name: str) -> str:
        """Serial of a printer."""
        return f"VP-{PRINTERS.index(name) + 1:04d}"

    def _station_config(self) -> StationConfig:
        printers = tuple(
            PrinterConfig(name, "virtual", str(self.folder / f"printer-{name}"), self.serial(name), 10_000)
            for name in PRINTERS
        )
        return StationConfig(STATION, self.hub_url, printers, poll_ms=200, retry_ms=250, retry_most_ms=1_000)

    # -- processes ------------------------------------------------------------------------

    def start_hub(self) -> None:
        """Start the hub and wait until it answers."""
        self._start("hub", ["hub", "serve", str(self.hub.folder)])
        self._until_up("hub", lambda: f"{self.hub_url}/v1/health")

    def start_station(self) -> None:
        """Start the station and wait until its page answers."""
        (self.station_folder / "address").unlink(missing_ok=True)
        self._start("station", ["station", "run", str(self.station_folder)])
        self._until_up("station", lambda: f"{self.station_url()}/v1/now")

    def kill(self, name: str) -> None:
        """Kill -9: nothing is said to it."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> None:
        """Tell it to end, and wait."""
        process = self._running.pop(name, None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def marks_begun(self, printer: str) -> int:
        """How many cards a printer has begun to mark, by its own log."""
        return (self.folder / f"printer-{printer}" / "truth.jsonl").read_bytes().count(b'"mark_begun"')

    def close(self) -> None:
        """End everything that runs."""
        for name in ("station", "hub"):
            self.stop(name)
        for printer in self.printers.values():
            printer.stop()

    def _start(self, name: str, arguments: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "ektp_cli", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _until_up(self, name: str, url: Callable[[], str]) -> None:
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            if self._running[name].poll() is not None:
                break
            try:
                if httpx.get(url(), timeout=2, trust_env=False).is_success:
                    return
            except (httpx.HTTPError, OSError):
                pass
            time.sleep(0.03)
        raise DemoFailed(f"the {name} did not start; see {self.folder / name}.log")


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port

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

from ektp_cli.demo import machines
from ektp_cli.demo.failed import DemoFailed
from ektp_cli.demo.machines import Kind, Machine, kind_of
from ektp_cli.demo.usb_machines import PanelMachine
from ektp_core.boundary.card_printer import DriverError
from ektp_core.flow.founding import POLICY
from ektp_core.flow.rows import Policy
from ektp_driver_virtual.launch import RunningPrinter
from ektp_hub.config import Settings
from ektp_hub.init import HubFolder, make_hub
from ektp_station.config import PrinterConfig, StationConfig, write_config

STATION = "station/52.03/1"
OFFICE = "office/52.03"
PRINTERS = ("A", "B")
SEED = machines.SEED
#: A slow machine may take long over anything, and that is no trouble of the demo: nothing waits longer than it must.
WAIT_S, CALL_MS = 90.0, 60_000


@define(eq=False)
class House:
    """The demo's folder with everything in it."""

    folder: Path
    card_ms: int = 0
    kind: Kind = field(factory=lambda: kind_of("virtual"))
    hub: HubFolder = field(init=False)
    port: int = field(init=False)
    machines: dict[str, Machine] = field(init=False, factory=dict)
    printers: dict[str, RunningPrinter] = field(init=False, factory=dict)  # those with a front panel
    _running: dict[str, "subprocess.Popen[bytes]"] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.port = _free_port()
        settings = Settings(port=self.port, authorise_every_ms=100)
        policy = Policy(POLICY, 1, lease_count=40)
        self.hub = make_hub(self.folder / "centre", settings=settings, policy=policy, at_ms=time.time_ns() // 1_000_000)
        for name in PRINTERS:
            self._start_printer(name)
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
        return f"{self.kind.prefix}-{PRINTERS.index(name) + 1:04d}"

    def _start_printer(self, name: str) -> None:
        card_ms = self.card_ms or self.kind.card_ms
        try:
            machine = self.kind.start(self.folder / f"printer-{name}", self.serial(name), card_ms)
        except DriverError as error:
            self.close()
            raise DemoFailed(f"printer {name} did not start: {error}") from error
        self.machines[name] = machine
        if isinstance(machine, PanelMachine):
            self.printers[name] = machine.running

    def _station_config(self) -> StationConfig:
        printers = tuple(
            PrinterConfig(name, self.kind.driver, machine.hint, machine.serial, CALL_MS)
            for name, machine in self.machines.items()
        )
        profile = self.kind.profile
        return StationConfig(
            STATION, self.hub_url, printers, profile=profile, poll_ms=200, retry_ms=250, retry_most_ms=1_000
        )

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

    def runs(self, name: str) -> bool:
        """Whether this process of the house runs."""
        return name in self._running and self._running[name].poll() is None

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
            process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End everything that runs."""
        for name in ("station", "hub"):
            self.stop(name)
        for machine in self.machines.values():
            machine.stop()
        for printer in self.printers.values():
            printer.stop()  # a bench may have put in one of its own

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
                if httpx.get(url(), timeout=10, trust_env=False).is_success:
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

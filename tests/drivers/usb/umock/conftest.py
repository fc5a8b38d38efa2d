"""A served software bus behind the real libusb, and programs that look at it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import define, field

from ektp_testing.umockdev import under_umockdev
from ektp_usb.bus_server import serve
from ektp_usb.software_bus import SoftwareBus

PACKAGES = "umockdev, with gir1.2-umockdev-1.0, python3-gi and libusb-1.0-0"
BEGINNING = """
from ektp_core.boundary.card_printer import DriverLost, DriverTimeout
from ektp_usb.transport import find, open_line
from ektp_usb.troubles import LineBusy, LineStalled, ShortWrite
def anything(_seen): return True
"""
PATIENCE_S = 120


@define
class Outside:
    """Programs of their own, under the real libusb."""

    environment: dict[str, str]
    started: list[subprocess.Popen[str]] = field(factory=list)

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a program; its output is read line by line."""
        pipe = subprocess.PIPE
        words = [sys.executable, "-c", BEGINNING + program, *arguments]
        one = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, env=self.environment)
        self.started.append(one)
        return one

    def run(self, program: str, *arguments: str) -> list[str]:
        """Run a program to its end; what it printed."""
        one = self.start(program, *arguments)
        output, _ = one.communicate(timeout=PATIENCE_S)
        assert one.returncode == 0
        return output.splitlines()

    def end(self) -> None:
        for one in self.started:
            if one.poll() is None:
                one.kill()
            one.communicate()


@pytest.fixture
def bus() -> SoftwareBus:
    return SoftwareBus()


@pytest.fixture
def outside(bus: SoftwareBus, tmp_path: Path, needs_system: Callable[[str, str], str]) -> Iterator[Outside]:
    needs_system("umockdev-wrapper", PACKAGES)
    server = serve(bus, tmp_path / "usb.sock")
    with under_umockdev(tmp_path / "usb.sock") as environment:
        programs = Outside(environment)
        yield programs
        programs.end()
    server.close()

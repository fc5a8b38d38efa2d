"""Pictures and printers for the tests of drivers."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A picture of the size the printer takes, with something on all of it."""
    image = Image.new("RGB", (1016, 648), (250, 241, 219))
    draw = ImageDraw.Draw(image)
    for x in range(20, 1000, 60):
        draw.rectangle((x, 30, x + 30, 620), fill=(20, x % 200, 90))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., RunningPrinter]]:
    """Start printer processes that end with the test."""
    running: list[RunningPrinter] = []

    def start(serial: str = "VP-0001", card_ms: int = 20, reboot_ms: int = 100) -> RunningPrinter:
        running.append(launch.start(tmp_path / serial, serial, card_ms, reboot_ms))
        return running[-1]

    yield start
    for printer in running:
        printer.kill()

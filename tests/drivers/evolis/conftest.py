"""What the tests of this driver share: one open printer on a scripted line."""

import pytest

from ektp_core.boundary.card_printer import Artwork, Found, Settings
from ektp_driver_evolis.driver import EvolisPrinter
from tests.drivers.evolis.scripted_line import SERIAL, ScriptedLine, drawn


@pytest.fixture(scope="session")
def art() -> Artwork:
    """A white card with one black and one red dot."""
    return drawn()


@pytest.fixture
def line() -> ScriptedLine:
    return ScriptedLine()


@pytest.fixture
def printer(line: ScriptedLine) -> EvolisPrinter:
    """Open, and configured as a station does it."""
    opened = EvolisPrinter(Found("evolis", "usb", SERIAL), line)
    opened.configure(Settings(), 5_000)
    line.said.clear()
    return opened

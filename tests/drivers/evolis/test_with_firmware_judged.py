"""The driver for Evolis printers: the whole kit before it, on its own bench."""

import pytest

from tests.drivers.verdicts import must_hold_as_the_page_says

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]


def test_the_driver_holds_before_the_model_of_the_firmware() -> None:
    must_hold_as_the_page_says("evolis")

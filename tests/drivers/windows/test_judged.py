"""The driver for Windows queues: the whole kit before it, on its own bench."""

import pytest

from tests.drivers.verdicts import must_hold_as_the_page_says

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]


def test_the_driver_holds_before_a_scripted_spooler() -> None:
    must_hold_as_the_page_says("windows")

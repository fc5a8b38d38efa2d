"""The driver for CUPS queues: the whole kit before it, on its own bench."""

from collections.abc import Callable

import pytest

from tests.drivers.verdicts import must_hold_as_the_page_says

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]


def test_the_driver_holds_before_a_real_spooler(needs_system: Callable[[str, str], str]) -> None:
    for command, package in (("cupsd", "cups"), ("ippeveprinter", "cups-ipp-utils"), ("gcc", "gcc")):
        needs_system(command, package)
    must_hold_as_the_page_says("cups")

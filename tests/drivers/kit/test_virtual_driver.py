"""The virtual printer's driver before every check, one test each: what it passes and is excused from."""

from collections.abc import Callable

import pytest

from tests.drivers.verdicts import excused_on_page

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]


def test_the_virtual_printers_driver_holds(ektp_driver_check: Callable[[], None], request: pytest.FixtureRequest) -> None:
    reason = ""
    try:
        ektp_driver_check()
    except pytest.skip.Exception as skipped:
        reason = str(skipped)
    assert excused_on_page("virtual").get(request.node.callspec.id, "") == reason

"""The virtual printer's driver before every check, and a queue's: what they pass and are excused from."""

from collections.abc import Callable

import pytest

from ektp_testing.driver_kit import judge
from tests.drivers.kit.queue_mutants import queue_bench, queue_driver

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]

#: All that the virtual printer's bench cannot show.
EXCUSED = {"spooler-killed"}


def test_the_virtual_printers_driver_holds(ektp_driver_check: Callable[[], None], request: pytest.FixtureRequest) -> None:
    try:
        ektp_driver_check()
    except pytest.skip.Exception as skipped:
        assert request.node.callspec.id in EXCUSED, f"excused: {skipped}"


def test_a_driver_above_an_opaque_queue_holds_and_is_excused_from_what_nobody_can_see() -> None:
    verdicts = judge(queue_driver(), queue_bench("sound"))
    assert not verdicts.failed, verdicts.table()
    assert {"whole-card", "token-once", "spooler-killed", "killed-at-mark"} <= {one.check.name for one in verdicts.passed}
    assert all(one.why for one in verdicts.excused)
    assert {"feed-takes-one", "jam-is-an-error", "reads-uid"} <= {one.check.name for one in verdicts.excused}

"""The driver for Windows queues before every check of the kit, on the scripted spooler."""

import pytest

from ektp_driver_windows import plugin
from ektp_driver_windows.bench import make_bench
from ektp_testing.driver_kit import judge
from ektp_testing.driver_kit.checks import CHECKS
from ektp_testing.driver_kit.found import Driver

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]

#: A queue shows nothing of these, or the scripted spooler cannot do them.
EXCUSED_AT_MOST = 40


def test_it_holds_and_is_excused_only_from_what_a_queue_does_not_show() -> None:
    verdicts = judge(Driver("windows", plugin, ("ektp_driver_windows.plugin",)), make_bench, CHECKS)
    assert not verdicts.failed, verdicts.table()
    must = {"whole-card", "token-once", "foreign-print", "panel-cancel", "lost-reply", "spooler-killed", "killed-at-mark"}
    assert must <= {one.check.name for one in verdicts.passed}
    assert len(verdicts.excused) < EXCUSED_AT_MOST and all(one.why for one in verdicts.excused)

"""A driver above an opaque queue before every check: what it passes, and what nobody can see of it."""

import pytest

from ektp_testing.driver_kit import judge
from tests.drivers.kit.queue_mutants import queue_bench, queue_driver

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]


def test_a_driver_above_an_opaque_queue_holds_and_is_excused_from_what_nobody_can_see() -> None:
    verdicts = judge(queue_driver(), queue_bench("sound"))
    assert verdicts.hold, verdicts.table()
    assert {"whole-card", "token-once", "spooler-killed", "killed-at-mark"} <= {one.check.name for one in verdicts.passed}
    assert all(one.why for one in verdicts.excused)
    assert {"feed-takes-one", "jam-is-an-error", "reads-uid"} <= {one.check.name for one in verdicts.excused}

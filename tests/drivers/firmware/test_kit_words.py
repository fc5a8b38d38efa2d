"""The Evolis driver before every check of the kit, on the model of a printer that shows status words."""

from collections.abc import Iterator

import pytest

from ektp_driver_evolis import plugin
from ektp_firmware_evolis.bench import make_bench_with_words
from ektp_testing.driver_kit import CHECKS, Check, Driver, Result
from ektp_testing.driver_kit.judge import Judgement

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]

#: What this kind of printer has not, by its declared capabilities or its bench.
EXCUSED = frozenset({"tells-restart", "dead-chip", "spooler-killed", "encode-once", "killed-at-encode"})


@pytest.fixture(scope="module")
def judgement() -> Iterator[Judgement]:
    """The one judgement of all checks."""
    with Judgement(Driver("evolis", plugin), make_bench_with_words) as made:
        yield made


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_evolis_driver_holds(judgement: Judgement, check: Check) -> None:
    verdict = judgement.of(check)
    wanted = Result.EXCUSED if check.name in EXCUSED else Result.PASSED
    assert verdict.result is wanted, f"{check.says} {verdict.why}"

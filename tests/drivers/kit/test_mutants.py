"""The kit can fail: each broken driver is caught by the checks named with it, and each check catches one."""

from collections.abc import Callable, Iterator

import pytest

from ektp_testing.driver_kit import CHECKS
from ektp_testing.driver_kit.judge import Judgement
from tests.drivers.kit.mutant import Mutant
from tests.drivers.kit.mutants import MUTANTS
from tests.drivers.kit.queue_mutants import QUEUE_MUTANTS
from tests.drivers.kit.table import BY_NAME, Hunt, judgement_of

ALL: tuple[Mutant, ...] = (*MUTANTS, *QUEUE_MUTANTS)


def test_there_are_enough_broken_drivers_and_no_two_are_called_the_same() -> None:
    assert len({one.name for one in ALL}) == len(ALL) >= 60
    assert all(one.says.endswith(".") for one in ALL)


def test_every_check_has_a_broken_driver_that_it_must_catch() -> None:
    assert {name for one in ALL for name in one.checks} == {check.name for check in CHECKS}


@pytest.fixture(scope="module")
def judging(request: pytest.FixtureRequest) -> Iterator[tuple[Mutant, Judgement]]:
    with judgement_of(request.param) as judgement:
        yield request.param, judgement


def _cases() -> list[object]:
    return [pytest.param(one, name, id=f"{one.name}:{name}") for one in ALL for name in one.checks]


@pytest.mark.processes
@pytest.mark.rule(22)
@pytest.mark.parametrize(("judging", "name"), _cases(), indirect=["judging"])
def test_a_broken_driver_is_caught_by_the_check_named_with_it(
    judging: tuple[Mutant, Judgement], name: str, record_property: Callable[[str, object], None]
) -> None:
    mutant, judgement = judging
    hunt = Hunt(mutant, judgement.of(BY_NAME[name]))
    record_property("mutant", hunt.line())
    assert hunt.is_caught, hunt.line()

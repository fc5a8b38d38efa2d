"""The kit before the virtual printer: what is judged, and where a driver's own process finds the mutants."""

from pathlib import Path

import pytest

from ektp_core.boundary.driver_bench import MakeBench
from ektp_driver_virtual import bench, plugin
from ektp_testing.driver_kit import Driver
from ektp_testing.driver_kit.pytest_plugin import (  # `pytest_plugins` may stand in the outermost conftest only
    ektp_driver_check as ektp_driver_check,
)
from ektp_testing.driver_kit.pytest_plugin import (
    ektp_judgement as ektp_judgement,
)
from ektp_testing.driver_kit.pytest_plugin import (
    pytest_generate_tests as pytest_generate_tests,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _processes_find_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture(scope="session")
def ektp_driver() -> Driver:
    return Driver("virtual", plugin)


@pytest.fixture(scope="session")
def ektp_bench() -> MakeBench:
    return bench.make_bench

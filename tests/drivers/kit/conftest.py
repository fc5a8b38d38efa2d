"""The kit before the virtual printer: what is judged, and where a driver's own process finds the mutants."""

from pathlib import Path
from typing import Any

import pytest

from ektp_core.boundary.driver_bench import MakeBench
from ektp_driver_virtual import bench, plugin
from ektp_testing.driver_kit import Driver
from ektp_testing.driver_kit.pytest_plugin import (  # `pytest_plugins` may stand in the outermost conftest only
    ektp_driver_check as ektp_driver_check,
)
from ektp_testing.driver_kit.pytest_plugin import ektp_judgement as ektp_judgement
from ektp_testing.driver_kit.pytest_plugin import pytest_generate_tests as pytest_generate_tests

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


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table of broken drivers, whichever process judged them."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())]
    lines = sorted(str(value) for one in reports for name, value in getattr(one, "user_properties", ()) if name == "mutant")
    if lines:
        terminalreporter.section(f"{len({line.split()[0] for line in lines})} broken drivers, and what caught each")
        for line in lines:
            terminalreporter.write_line(line)

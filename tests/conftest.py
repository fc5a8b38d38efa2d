"""How every test is run: the profiles of Hypothesis, and what happens where a system package is missing."""

import os
import shutil
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

#: A shared machine is slow now and then; that is no failure of what is tested.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("dev", _PATIENT, max_examples=60)
settings.register_profile("ci", _PATIENT, max_examples=300, derandomize=True, print_blob=True)


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


settings.load_profile("ci" if _is_ci() else "dev")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow, unless the expression after `-m` speaks of it."""
    if "slow" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


@pytest.fixture(scope="session")
def needs_system() -> Callable[[str, str], str]:
    """Give the path of a system command, or say why the test does not run.

    ``needs_system("strace", "strace")`` skips on a contributor's machine that lacks it; in CI
    the same absence fails, so that a test cannot go missing there without anybody noticing.
    """

    def find(command: str, package: str) -> str:
        path = shutil.which(command)
        if path is not None:
            return path
        reason = f"the command {command} is missing; it comes with the system package {package}"
        if _is_ci():
            pytest.fail(f"{reason}. Add {package} to system_packages in .ci/run.")
        pytest.skip(reason)

    return find

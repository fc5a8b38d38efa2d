"""The kit as tests (pengaya pytest): one test a check, for a driver of your own.

In the `conftest.py` of your tests::

    pytest_plugins = ["ektp_testing.driver_kit.pytest_plugin"]

    @pytest.fixture(scope="session")
    def ektp_driver():
        return installed("acme")          # or Driver("acme", my_plugin, ["my.plugin"])

    @pytest.fixture(scope="session")
    def ektp_bench():
        return make_bench                 # makes a device on a bench below the folder it is given

and in a test module::

    def test_driver(ektp_driver_check):
        ektp_driver_check()

Excused checks are skipped with their reason; one that is not met fails, for nothing was seen. It is no
entry point: it costs nothing where it is not asked for.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ektp_testing.driver_kit.check import Check, Result
from ektp_testing.driver_kit.checks import CHECKS
from ektp_testing.driver_kit.judge import Judgement


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a check, for every test that asks for `ektp_driver_check`."""
    if "ektp_driver_check" in metafunc.fixturenames:
        metafunc.parametrize("ektp_driver_check", CHECKS, ids=lambda check: check.name, indirect=True)


@pytest.fixture(scope="session")
def ektp_driver() -> Any:
    """The driver under judgement (`driver_kit.Driver`); yours to override."""
    pytest.skip("no fixture ektp_driver: define it to have your driver judged")


@pytest.fixture(scope="session")
def ektp_bench() -> Any:
    """Makes a bench (`MakeBench`); yours to override."""
    pytest.skip("no fixture ektp_bench: define it to have your driver judged")


@pytest.fixture(scope="session")
def ektp_judgement(ektp_driver: Any, ektp_bench: Any) -> Iterator[Judgement]:
    """The one judgement of a session; it starts devices as checks need them."""
    with Judgement(ektp_driver, ektp_bench) as judgement:
        yield judgement


@pytest.fixture
def ektp_driver_check(request: pytest.FixtureRequest, ektp_judgement: Judgement) -> Callable[[], None]:
    """Runs one check: fails with what was found, skips with the reason of an excuse."""
    check: Check = request.param

    def run() -> None:
        verdict = ektp_judgement.of(check)
        if verdict.result is Result.EXCUSED:
            pytest.skip(verdict.why)
        if verdict.result is Result.FAILED:
            pytest.fail(f"{check.name}: {check.says}\n{verdict.why}", pytrace=False)
        if verdict.result is Result.NOT_MET:
            pytest.fail(f"{check.name} is not met: {check.says}\n{verdict.why}", pytrace=False)

    return run

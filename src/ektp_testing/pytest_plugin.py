"""A pytest plugin (pengaya pytest): judge your own implementation with the same named checks as ours.

Ask for it in the `conftest.py` of your tests, and say how a fresh one is made::

    pytest_plugins = ["ektp_testing.pytest_plugin"]

    @pytest.fixture(scope="session")
    def ektp_ledger():
        return MyLedger          # or any function that makes one

Then take the tests you want into a test module of yours::

    from ektp_testing.judging import *                        # all of them
    from ektp_testing.judging import test_ledger_holds        # or one

Each is one test a named check. Options: `--ektp-seeds` (how many lives), `--ektp-steps` (how long
each), `--ektp-first-seed` (to replay one). A family whose fixture you do not give is skipped.
It is no entry point, so that it costs nothing where it is not asked for.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ektp_testing.driver import Run, examine
from ektp_testing.operation import Machine

_CACHE: pytest.StashKey[dict[tuple[str, object], tuple[Run, ...]]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's options."""
    group = parser.getgroup("ektp", "judging ledgers, locks, books and plans")
    group.addoption("--ektp-seeds", type=int, default=20, help="lives of each thing under test (default 20)")
    group.addoption("--ektp-steps", type=int, default=120, help="operations in each life (default 120)")
    group.addoption("--ektp-first-seed", type=int, default=0, help="seed of the first life, to replay one")


def pytest_configure(config: pytest.Config) -> None:
    """Where the lives of one run are kept, so that each is lived once and not once a check."""
    config.stash[_CACHE] = {}


def _not_given(what: str) -> Any:
    pytest.skip(f"no fixture {what}: define it to have this judged")


@pytest.fixture(scope="session")
def ektp_ledger() -> Any:
    """Makes a fresh ledger (`protocols.LedgerUnderTest`); yours to override."""
    return _not_given("ektp_ledger")


@pytest.fixture(scope="session")
def ektp_lock() -> Any:
    """Makes a fresh lock (`protocols.LockUnderTest`) that asks for no proofs; yours to override."""
    return _not_given("ektp_lock")


@pytest.fixture(scope="session")
def ektp_lock_with_proofs() -> Any:
    """Makes a fresh lock that asks for everything `oracle.Said` can show; yours to override."""
    return _not_given("ektp_lock_with_proofs")


@pytest.fixture(scope="session")
def ektp_two_books() -> Any:
    """Makes a fresh pair of books (`protocols.TwoBooksUnderTest`); yours to override."""
    return _not_given("ektp_two_books")


@pytest.fixture(scope="session")
def ektp_allotment() -> Any:
    """Makes a planner (`protocols.AllotmentUnderTest`); yours to override."""
    return _not_given("ektp_allotment")


@pytest.fixture
def ektp_store() -> Any:
    """A maker of stores (`store_kit.Maker`); yours to override."""
    return _not_given("ektp_store")


@pytest.fixture(scope="session")
def ektp_lives(pytestconfig: pytest.Config) -> Iterator[Callable[[Machine[Any, Any], Any], tuple[Run, ...]]]:
    """Drives a machine's lives of what a function makes, once a session."""
    first, many = pytestconfig.getoption("--ektp-first-seed"), pytestconfig.getoption("--ektp-seeds")
    steps, kept = pytestconfig.getoption("--ektp-steps"), pytestconfig.stash[_CACHE]

    def lived(machine: Machine[Any, Any], make: Any) -> tuple[Run, ...]:
        key = (machine.name, make)
        if key not in kept:
            kept[key] = tuple(examine(machine, make, range(first, first + many), steps))
        return kept[key]

    yield lived
    kept.clear()

"""The tests the pytest plugin judges with (uji penilaian): one a named check, for your own test module.

Import what you want judged; see `ektp_testing.pytest_plugin` for the fixtures they need. A failure
shows the check, the seed and the story that broke it.
"""

from collections.abc import Callable
from typing import Any

import pytest

from ektp_testing.allotment_checks import ALLOTMENT_CHECKS
from ektp_testing.allotment_machine import ALLOTMENT
from ektp_testing.driver import Run
from ektp_testing.ledger_checks import LEDGER_CHECKS
from ektp_testing.ledger_machine import LEDGER
from ektp_testing.lock_machine import LOCK, LOCK_CHECKS, LOCK_WITH_PROOFS, PROOF_CHECKS
from ektp_testing.operation import Machine, NamedCheck
from ektp_testing.store_kit import STORE_CHECKS, Check, Maker
from ektp_testing.two_books_machine import TWO_BOOKS, TWO_BOOKS_CHECKS

__all__ = [
    "test_allotment_holds",
    "test_ledger_holds",
    "test_lock_holds",
    "test_lock_with_proofs_holds",
    "test_store_holds",
    "test_two_books_hold",
]

Lives = Callable[[Machine[Any, Any], Any], tuple[Run, ...]]


def _name(check: NamedCheck | Check) -> str:
    return check.name


def _judge(runs: tuple[Run, ...], check: NamedCheck) -> None:
    """Fail with the first life in which this check did not hold, or which fell over."""
    for run in runs:
        if not run.is_clean and run.check in (check, None):
            pytest.fail(run.told(), pytrace=False)


@pytest.mark.parametrize("check", LEDGER_CHECKS, ids=_name)
def test_ledger_holds(check: NamedCheck, ektp_ledger: Any, ektp_lives: Lives) -> None:
    """The ledger of the fixture `ektp_ledger`."""
    _judge(ektp_lives(LEDGER, ektp_ledger), check)


@pytest.mark.parametrize("check", LOCK_CHECKS, ids=_name)
def test_lock_holds(check: NamedCheck, ektp_lock: Any, ektp_lives: Lives) -> None:
    """The lock of the fixture `ektp_lock`."""
    _judge(ektp_lives(LOCK, ektp_lock), check)


@pytest.mark.parametrize("check", PROOF_CHECKS, ids=_name)
def test_lock_with_proofs_holds(check: NamedCheck, ektp_lock_with_proofs: Any, ektp_lives: Lives) -> None:
    """The lock of the fixture `ektp_lock_with_proofs`."""
    _judge(ektp_lives(LOCK_WITH_PROOFS, ektp_lock_with_proofs), check)


@pytest.mark.parametrize("check", TWO_BOOKS_CHECKS, ids=_name)
def test_two_books_hold(check: NamedCheck, ektp_two_books: Any, ektp_lives: Lives) -> None:
    """The pair of books of the fixture `ektp_two_books`."""
    _judge(ektp_lives(TWO_BOOKS, ektp_two_books), check)


@pytest.mark.parametrize("check", ALLOTMENT_CHECKS, ids=_name)
def test_allotment_holds(check: NamedCheck, ektp_allotment: Any, ektp_lives: Lives) -> None:
    """The planner of the fixture `ektp_allotment`."""
    _judge(ektp_lives(ALLOTMENT, ektp_allotment), check)


@pytest.mark.parametrize("check", STORE_CHECKS, ids=_name)
def test_store_holds(check: Check, ektp_store: Maker) -> None:
    """The stores that the maker of the fixture `ektp_store` makes."""
    check.run(ektp_store)

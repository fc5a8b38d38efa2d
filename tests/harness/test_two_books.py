"""Hub and station judged by the machine and by the driver, on stores in memory and in files."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ektp_core.boundary.store import Decide, Store
from ektp_core.flow.apply import apply
from ektp_store.sqlite import SqliteStore
from ektp_testing.driver import examine
from ektp_testing.machines import two_books_machine
from ektp_testing.operation import SeededDice
from ektp_testing.our_two_books import OurTwoBooks
from ektp_testing.two_books_machine import TWO_BOOKS

pytestmark = pytest.mark.rule(1)

TestOurTwoBooks = two_books_machine(OurTwoBooks).TestCase
TestOurTwoBooks.settings = settings(max_examples=10, stateful_step_count=30)


def test_whatever_the_line_does_both_books_follow_and_agree_in_the_end() -> None:
    assert [run.told() for run in examine(TWO_BOOKS, OurTwoBooks, range(10), 150) if not run.is_clean] == []


def test_the_same_holds_on_books_in_files(tmp_path: Path) -> None:
    numbers: Iterator[int] = iter(range(100))

    def in_files(decide: Decide, owner: str) -> Store:
        return SqliteStore(str(tmp_path / f"book-{next(numbers)}"), decide, apply, owner)

    runs = examine(TWO_BOOKS, lambda: OurTwoBooks(in_files), range(2), 80)
    assert [run.told() for run in runs if not run.is_clean] == []


def test_every_operation_comes_up_and_is_as_legal_as_it_says() -> None:
    deck = [one for one in TWO_BOOKS.operations for _ in range(one.weight)]
    done = set()
    for seed in range(40):
        if len(done) == len(TWO_BOOKS.operations):
            break
        world, dice = TWO_BOOKS.begin(OurTwoBooks()), SeededDice(seed)
        for _ in range(120):
            operation = dice.pick(deck)
            if operation.makes_sense(world):
                world.was_taken = not operation.is_illegal
                operation.perform(world, dice)
                assert world.was_taken is not operation.is_illegal, operation.name
                done.add(operation.name)
    assert done == {operation.name for operation in TWO_BOOKS.operations}

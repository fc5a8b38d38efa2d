"""Ledgers judged by the machine and by the driver: ours on both stores, a plain one, one that is not ours."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ektp_core.vocabulary.bucket import Bucket
from ektp_testing.driver import drive, examine
from ektp_testing.ledger_checks import A_CLASS_IS_KEPT, LEDGER_CHECKS
from ektp_testing.ledger_machine import LEDGER
from ektp_testing.machines import ledger_machine
from ektp_testing.operation import SeededDice
from ektp_testing.our_ledger import SqliteLedger, memory_ledger
from ektp_testing.plain_ledger import PlainLedger
from ektp_testing.protocols import Blanks, KnowsPapers, KnowsPlaceholders, LedgerUnderTest, Place, Spot
from tests.harness import journal_ledger
from tests.harness.journal_ledger import JournalLedger

pytestmark = [pytest.mark.rule(10), pytest.mark.rule(8)]

SHORT = settings(max_examples=12, stateful_step_count=30)
MAKERS = (memory_ledger, SqliteLedger, PlainLedger, JournalLedger)

TestOurLedger = ledger_machine(memory_ledger).TestCase
TestOurLedger.settings = SHORT
TestForeignLedger = ledger_machine(JournalLedger).TestCase
TestForeignLedger.settings = SHORT


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_random_lives_of_a_sound_ledger_find_nothing(make: Callable[[], LedgerUnderTest]) -> None:
    lives = 2 if make in (SqliteLedger, JournalLedger) else 8  # a book in files and one read backwards are slow
    assert [run.told() for run in examine(LEDGER, make, range(lives), 100) if not run.is_clean] == []


def test_the_foreign_ledger_is_short_and_knows_only_the_least() -> None:
    text = Path(journal_ledger.__file__).read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    assert "ektp_core.ledger" not in text and "ektp_core.flow" not in text
    assert not isinstance(JournalLedger(), KnowsPlaceholders | KnowsPapers)
    assert isinstance(memory_ledger(), KnowsPlaceholders) and isinstance(memory_ledger(), KnowsPapers)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_drawn_as_legal_is_legal_and_what_is_drawn_as_illegal_is_not(seed: int) -> None:
    world, dice, done = LEDGER.begin(PlainLedger()), SeededDice(seed), set()
    for _ in range(250):
        operation = dice.pick(LEDGER.operations)
        if operation.makes_sense(world):
            operation.perform(world, dice)
            if operation.name != "blanks_stay":  # the one a ledger may answer as it likes
                assert operation.is_always_possible is not operation.is_illegal
                assert world.was_taken is operation.is_always_possible, operation.name
            done.add(operation.name)
    assert done == {operation.name for operation in LEDGER.operations}


def test_the_draws_reach_every_bucket_the_highest_number_and_a_thousand_at_once() -> None:
    came_to: set[Bucket] = set()
    sizes: set[int] = set()
    highest = 0
    for seed in range(20):
        world, dice = LEDGER.begin(PlainLedger()), SeededDice(seed)
        for _ in range(120):
            operation = dice.pick(LEDGER.operations)
            if operation.makes_sense(world):
                operation.perform(world, dice)
                came_to |= {one.place.bucket for one in world.model.blanks.values()}
                sizes |= {one.hi - one.lo + 1 for one in world.touched if operation.name == "blanks_move"}
                highest = max([highest, *(number for _, number in world.model.blanks)])
    assert came_to == set(Bucket)
    assert max(sizes) >= 500
    assert highest == 10**12


class RefusesToStay(PlainLedger):
    """A movement to where the blanks are is refused: that is sound too."""

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        return source != target and super().move(blanks, source, target)


def test_a_ledger_that_refuses_a_movement_to_where_blanks_are_is_sound() -> None:
    assert [run.told() for run in examine(LEDGER, RefusesToStay, range(8), 120) if not run.is_clean] == []


class ForgetsTheClass(JournalLedger):
    """A journal whose moved blanks all become of one class."""

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        if not super().move(blanks, source, target):
            return False
        self.lines.append((blanks, Place(*target, "v5")))
        return True


def test_a_broken_foreign_ledger_is_told_with_seed_step_and_story_and_replayed() -> None:
    run = next(run for run in examine(LEDGER, ForgetsTheClass, range(20), 60) if not run.is_clean)
    assert run.check == A_CLASS_IS_KEPT
    told = run.told()
    assert f"seed {run.seed}, step {run.steps}: a_class_is_kept" in told
    assert f"{run.steps}. {run.story[-1]}" in told
    assert drive(LEDGER, ForgetsTheClass, run.seed, 60) == run


class ForgetsWhatMoves(PlainLedger):
    """A ledger that says yes to a movement and carries nothing."""

    def _carried(self, blanks: Blanks) -> tuple[()]:
        return ()


def test_hypothesis_shrinks_a_broken_ledger_to_a_few_operations() -> None:
    phases = (Phase.generate, Phase.shrink)
    quick = settings(max_examples=60, stateful_step_count=15, database=None, derandomize=True, phases=phases)
    with pytest.raises(AssertionError, match="a_blank_is_where_it_was_put") as raised:
        run_state_machine_as_test(ledger_machine(ForgetsWhatMoves), settings=quick)
    notes = [line for line in getattr(raised.value, "__notes__", ()) if line.startswith("state.")]
    assert notes[-1] == "state.teardown()" and len(notes) == 3
    assert notes[0].endswith("A 1-1 come in at centre STOCK v5)")
    assert notes[1].startswith("state.blanks_move(line=blanks A 1-1 from centre STOCK to ")


def test_every_check_has_a_name_of_its_own_and_says_what_it_checks() -> None:
    assert len({check.name for check in LEDGER_CHECKS}) == len(LEDGER_CHECKS)
    assert all(check.says.endswith(".") for check in LEDGER_CHECKS)

"""Locks judged by the machine and by the driver: the table of transitions, and the oracle asked for proofs."""

import pytest
from hypothesis import settings

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent
from ektp_testing.driver import examine
from ektp_testing.lock_lacks import lacks
from ektp_testing.lock_machine import LOCK, LOCK_WITH_PROOFS, UNPROVEN_IS_REFUSED, LockWorld
from ektp_testing.machines import lock_machine
from ektp_testing.mutant import hunting
from ektp_testing.mutants_locks import HandLock
from ektp_testing.mutants_proofs import PROOF_MUTANTS, UNREACHABLE, forgetful
from ektp_testing.operation import SeededDice
from ektp_testing.oracle import CONDITIONS, OracleRecord
from ektp_testing.our_lock import TableLock

pytestmark = [pytest.mark.rule(15), pytest.mark.rule(25), pytest.mark.rule(39)]

SHORT = settings(max_examples=15, stateful_step_count=30)

TestOurTable = lock_machine(TableLock).TestCase
TestOurTable.settings = SHORT
TestOracleWithProofs = lock_machine(HandLock, proofs=True).TestCase
TestOracleWithProofs.settings = SHORT


def test_random_lives_of_our_table_find_nothing() -> None:
    assert [run.told() for run in examine(LOCK, TableLock, range(40), 60) if not run.is_clean] == []


def test_a_table_that_asks_for_no_proofs_is_found_where_proofs_are_needed() -> None:
    runs = list(examine(LOCK_WITH_PROOFS, TableLock, range(5), 60))
    assert {run.check.name for run in runs if run.check} == {"what_lacks_its_proof_is_refused"}


def test_every_event_and_every_thing_it_can_lack_comes_up_in_the_default_lives() -> None:
    taken: set[LockEvent] = set()
    lacking: set[tuple[LockEvent, str]] = set()
    for seed in range(20):
        world, dice = LOCK_WITH_PROOFS.begin(HandLock()), SeededDice(seed)
        deck = [one for one in LOCK_WITH_PROOFS.operations for _ in range(one.weight)]
        for _ in range(120):
            operation = dice.pick(deck)
            if not operation.makes_sense(world):
                continue
            drawn = operation.draw(world, dice)
            operation.do(world, **drawn)
            if operation.is_always_possible:
                taken.add(drawn["event"])
            assert operation.name == "every_blank_fails" or world.was_taken is operation.is_always_possible
            lacking |= {(event, name) for event, name, _ in drawn.get("found", ())}
    assert taken == set(LockEvent)
    possible = {(event, name) for event in LockEvent for name, _ in lacks(OracleRecord(operator="Citra"), event)}
    assert possible - lacking == NO_LACKS


#: Lacks that are none: by the rules, or because this can never be so.
NO_LACKS = {
    (LockEvent.SETTLE_GOOD, "one person signed and the chip was read"),  # rule 39
    (LockEvent.SETTLE_LOST, "no blank is named"),  # a card nobody found may be one nobody knows
    (LockEvent.SETTLE_UNUSED, "no blank is named"),
    (LockEvent.OPEN, "the operator signed"),  # nobody has printed yet
    (LockEvent.OPEN, "the operator signed as a third"),
    (LockEvent.OPEN, "the operator signed alone and the chip was read"),
}


def test_what_two_people_sign_is_tried_with_every_wrong_pair_of_them() -> None:
    record = OracleRecord(operator="Citra", reporter="Dewi")
    names = {name for name, _ in lacks(record, LockEvent.UNLOCK)}
    assert names >= {
        "nobody signed", "one person signed", "one person signed twice", "one person signed for two units",
        "both are of one unit", "the operator signed", "the operator signed as a third", "the reporter signed",
        "the reporter signed as a third", "it is of an older attempt", "it is of an attempt to come",
    }  # fmt: skip


def test_a_start_is_tried_with_each_blank_of_the_record_that_is_not_in_stock() -> None:
    record = OracleRecord(blanks={1: Bucket.WASTE_HELD, 2: Bucket.LOST, 3: Bucket.WASTE_HELD}, bound=9)
    wrong = {name: change["blank"] for name, change in lacks(record, LockEvent.START) if "blank" in change}
    assert wrong == {"the blank is in WASTE_HELD": 1, "the blank is in LOST": 2, "no blank is named": 0}


@pytest.mark.parametrize("forgotten", UNREACHABLE, ids=lambda one: f"{one[0].name}: {one[1]}")
def test_what_is_called_unreachable_is_a_condition_no_life_comes_to(forgotten: tuple[LockEvent, str]) -> None:
    assert forgotten[1] in [one.name for one in CONDITIONS[forgotten[0]]]
    assert hunting(LOCK_WITH_PROOFS, forgetful(*forgotten), UNPROVEN_IS_REFUSED, seeds=4, steps=120)() is None


def test_every_other_condition_has_a_lock_that_forgets_it() -> None:
    conditions = {f"{event.name} forgets: {one.name}" for event in LockEvent for one in CONDITIONS[event]}
    unreachable = {f"{event.name} forgets: {name}" for event, name in UNREACHABLE}
    assert {one.name for one in PROOF_MUTANTS} == conditions - unreachable


def test_everything_shown_is_enough_for_whatever_the_state_allows() -> None:
    world = LockWorld(HandLock())
    assert world.said(LockEvent.START).blank == 1
    assert world.oracle.can(LockEvent.ENTER, world.said(LockEvent.ENTER))

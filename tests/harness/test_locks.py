"""Locks judged by the machine and by the driver: the table of transitions, and the oracle asked for proofs."""

from hypothesis import settings

from ektp_core.vocabulary.state import LockEvent
from ektp_testing.driver import examine
from ektp_testing.lock_machine import LACKING, LOCK, LOCK_WITH_PROOFS, LockWorld
from ektp_testing.machines import lock_machine
from ektp_testing.mutants_locks import HandLock
from ektp_testing.operation import SeededDice
from ektp_testing.our_lock import TableLock

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


def test_every_event_and_every_missing_proof_comes_up() -> None:
    taken: set[LockEvent] = set()
    lacking: set[tuple[LockEvent, str]] = set()
    wanted = {(event, name) for event, ways in LACKING.items() for way in ways for name in way}
    for seed in range(600):
        if (len(taken), len(lacking)) == (len(LockEvent), len(wanted)):
            break
        world, dice = LOCK_WITH_PROOFS.begin(HandLock()), SeededDice(seed)
        for _ in range(40):
            operation = dice.pick(LOCK_WITH_PROOFS.operations)
            if not operation.makes_sense(world):
                continue
            drawn = operation.draw(world, dice)
            operation.do(world, **drawn)
            if operation.is_always_possible:
                taken.add(drawn["event"])
                assert world.was_taken
            else:
                assert not world.was_taken
            if drawn.get("lacking"):
                lacking.add((drawn["event"], drawn["lacking"].split(" with ")[1].split("=")[0]))
    assert taken == set(LockEvent)
    assert lacking == wanted


def test_everything_shown_is_enough_for_whatever_the_state_allows() -> None:
    world = LockWorld(HandLock())
    assert world.said(LockEvent.START).blank == 1
    assert world.oracle.can(LockEvent.ENTER, world.said(LockEvent.ENTER))

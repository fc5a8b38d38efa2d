"""The harness can fail: each mutant is found by its check, and each check finds one."""

import pytest
from attrs import evolve

from ektp_testing import mutants
from ektp_testing.driver import examine
from ektp_testing.ledger_machine import LEDGER
from ektp_testing.lock_machine import LOCK_WITH_PROOFS
from ektp_testing.mutant import Caught, words
from ektp_testing.mutants import CHECKS, MUTANTS, Hunt, hunt, idle_checks
from ektp_testing.mutants_locks import HandLock
from ektp_testing.mutants_stores import SoundMaker
from ektp_testing.our_stores import SqliteMaker
from ektp_testing.plain_ledger import PlainLedger
from ektp_testing.store_kit import STORE_CHECKS


@pytest.fixture(scope="module")
def hunts() -> tuple[Hunt, ...]:
    return tuple(hunt())


def test_no_mutant_survives(hunts: tuple[Hunt, ...]) -> None:
    assert [one.line() for one in hunts if one.caught is None] == []


def test_every_check_finds_a_mutant(hunts: tuple[Hunt, ...]) -> None:
    assert idle_checks(hunts) == []


def test_there_are_mutants_enough_of_each_kind() -> None:
    families = {family: sum(one.family == family for one in MUTANTS) for family in {one.family for one in MUTANTS}}
    assert len(MUTANTS) >= 25
    assert {"ledger", "lock", "lock with proofs", "two books", "allotment", "store"} == set(families)
    assert min(families.values()) >= 10


def test_every_mutant_says_its_mistake_and_names_a_check_that_exists() -> None:
    known = {name for names in CHECKS.values() for name in names}
    assert [one.name for one in MUTANTS if not one.says.endswith((".", ")"))] == []
    assert {one.check for one in MUTANTS} <= known


def test_what_the_mutants_spoil_is_sound_before_they_spoil_it() -> None:
    ledgers = examine(LEDGER, PlainLedger, range(20), 120)
    locks = examine(LOCK_WITH_PROOFS, HandLock, range(20), 120)
    assert [run.told() for run in (*ledgers, *locks) if not run.is_clean] == []
    for check in STORE_CHECKS:
        for maker in (SoundMaker(), SoundMaker(inner=SqliteMaker())):
            check.run(maker)
            maker.close()


def test_a_survivor_and_an_idle_check_end_the_run_badly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    survivor = evolve(MUTANTS[0], hunt=lambda: None)
    monkeypatch.setattr(mutants, "hunt", lambda: iter([Hunt(survivor, None)]))
    assert mutants.main() == 1
    told = capsys.readouterr().out
    assert "SURVIVED" in told and "1 mutants, 0 caught" in told
    assert f"found nothing: ledger: {survivor.check}" in told


def test_all_caught_and_none_idle_ends_well(monkeypatch: pytest.MonkeyPatch, hunts: tuple[Hunt, ...]) -> None:
    monkeypatch.setattr(mutants, "hunt", lambda: iter(hunts))
    assert mutants.main() == 0


def test_a_mutant_that_only_falls_over_is_not_caught() -> None:
    from ektp_testing.ledger_checks import WHAT_FITS_IS_TAKEN
    from ektp_testing.mutant import found_by

    class FallsOver(PlainLedger):
        """It raises."""

        def take_in(self, *_: object) -> bool:
            raise KeyError("fell")

    mutant = found_by(LEDGER, FallsOver, WHAT_FITS_IS_TAKEN, seeds=2, steps=30)
    assert mutant.hunt() is None
    assert (mutant.name, mutant.says) == ("falls over", "It raises.")
    assert words("_TakesAgain") == "takes again" and words("second_card") == "second card"
    assert Caught(1, 2) == Caught(1, 2)

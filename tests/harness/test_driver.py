"""The seeded driver: replayed by its seed, told in plain words, closing what it opened; and the volume run."""

import pytest

from ektp_testing import volume
from ektp_testing.driver import SHOWN_LINES, drive, examine
from ektp_testing.ledger_machine import LEDGER
from ektp_testing.lock_machine import LOCK
from ektp_testing.our_lock import TableLock
from ektp_testing.plain_ledger import PlainLedger
from ektp_testing.protocols import Place
from ektp_testing.volume import OURS, Plugged


def test_the_same_seed_is_the_same_life_and_another_seed_another() -> None:
    assert drive(LEDGER, PlainLedger, 7, 80) == drive(LEDGER, PlainLedger, 7, 80)
    assert drive(LEDGER, PlainLedger, 7, 80).story != drive(LEDGER, PlainLedger, 8, 80).story


def test_a_clean_life_says_how_long_it_was() -> None:
    run = drive(LOCK, TableLock, 3, 50)
    assert (run.is_clean, run.steps, len(run.story)) == (True, 50, 50)
    assert run.told() == "lock, seed 3: 50 steps, nothing found"


class FallsOverLate(PlainLedger):
    """It raises when somebody counts, once there is something to count."""

    is_closed = False

    def count(self, place: Place) -> int:
        if len(self.places) > 20:
            raise ZeroDivisionError("nothing to divide by")
        return super().count(place)

    def close(self) -> None:
        FallsOverLate.is_closed = True


def test_what_falls_over_is_a_finding_without_a_check_and_is_closed() -> None:
    run = next(run for run in examine(LEDGER, FallsOverLate, range(5), 80) if not run.is_clean)
    assert run.check is None
    assert f"step {run.steps}: it fell over\n  ZeroDivisionError: nothing to divide by" in run.told()
    assert FallsOverLate.is_closed


def test_of_a_long_story_the_end_is_shown() -> None:
    class Late(PlainLedger):
        """Wrong only when the book is big."""

        def _are_new(self, blanks: object) -> bool:
            return len(self.places) > 60 or super()._are_new(blanks)  # type: ignore[arg-type]  # passed on as it came

    run = next(run for run in examine(LEDGER, Late, range(10), 200) if not run.is_clean and run.steps > SHOWN_LINES)
    assert len(run.told().splitlines()) == SHOWN_LINES + 2


def test_every_machine_has_something_of_ours_plugged_in_and_a_short_volume_run_is_clean(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert {one.machine.name for one in OURS} == {"ledger", "lock", "two books", "allotment"}
    assert volume.main(["1000", "2", "30"]) == 0
    assert "hub and station: 2 lives, 60 steps" in capsys.readouterr().out


def test_a_volume_run_with_a_finding_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert volume.live([Plugged("a broken one", LEDGER, FallsOverLate)], 0, 3, 80) > 0
    assert "a broken one: ledger, seed" in capsys.readouterr().out

"""Which planted mistake is caught by which check (daftar kesalahan yang ditanam), and in how many seeds."""

from collections.abc import Callable

import pytest
from attrs import field, frozen

from ektp_testing.sim import findings
from ektp_testing.sim.options import Options
from ektp_testing.sim.story import run
from tests.planted import at_the_hub as hub
from tests.planted import at_the_station as station

#: Seeds a planted mistake is given to be caught.
MOST_SEEDS = 800


@frozen
class Planted:
    """A mistake, the checks that are meant for it, and a country in which its occasion comes up often."""

    plant: Callable[[pytest.MonkeyPatch], None]
    checks: tuple[str, ...]
    options: Options = field(factory=Options)

    @property
    def name(self) -> str:
        """What the mistake is called."""
        return self.plant.__name__


@frozen
class Caught:
    """What came of a planted mistake: the check and the seeds it took; no check if it was not caught."""

    name: str
    check: str
    seeds: int
    others: tuple[str, ...] = ()


PLANTED = (
    Planted(station.commits_are_not_synced, (findings.ACKNOWLEDGED_AND_LOST,)),
    Planted(station.retry_after_unknown, (findings.TWO_OF_ONE_ATTEMPT,)),
    Planted(station.feed_before_start_is_durable, (findings.UNANNOUNCED,)),
    Planted(station.feed_taken_twice, (findings.TAKEN_TWICE,)),
    Planted(station.good_on_accepted_bytes, (findings.TRUTH_DIFFERS,)),
    Planted(
        station.time_by_the_wall_clock,
        (findings.STARTED_LATE,),
        Options(
            clock_jump=3.0, clock_ahead_ms=0, records_least=4, records_most=4, lease_count=4, lease_ms=60_000, poll_ms=15_000
        ),
    ),
    Planted(station.counter_not_checked, (findings.TWO_OF_ONE_ATTEMPT,), Options(
            rollback=1.0, records_least=4, records_most=4, lease_count=4, clone=0, stolen_station=0, blind_printer=0,
            mixed_hopper=0, partition=0, power_cut=0, process_death=0, disk_full=0, sync_fails=0, misprint=0, recall=0,
        ),
    ),
    Planted(
        station.older_copy_not_noticed,
        (findings.SET_BACK_UNNOTICED,),
        Options(rollback=1.0, records_least=4, records_most=4, lease_count=4, loss=0, blind_printer=0),
    ),
    Planted(
        station.chip_accepted_twice,
        (findings.ONE_CHIP_TWO_CARDS,),
        Options(copied_chip=1.0, records_least=4, records_most=4, lease_count=4),
    ),
    Planted(station.recall_ignored, (findings.STARTED_AFTER_RECALL,)),
    Planted(station.erased_before_acknowledged, (findings.ERASED_EARLY,)),
    Planted(hub.one_signature_is_enough, (findings.ONE_SIGNATURE,)),
    Planted(hub.freed_by_silence, (findings.DISPUTED, findings.TWO_OF_ONE_PERSON)),
    Planted(hub.opened_without_a_report, (findings.OPENED_WITHOUT_REPORT,)),
    Planted(hub.misprint_reported_twice, (findings.REPORTED_TWICE,)),
    Planted(hub.receipt_before_commit, (findings.RECEIPT_WITHOUT_COMMIT,)),
    Planted(hub.fork_taken, (findings.FORK_TAKEN, findings.RECEIPT_WITHOUT_COMMIT), Options(clone=1.0)),
    Planted(
        hub.disputed_blank_left_in_stock,
        (findings.STOPPED, findings.TRUTH_DIFFERS, findings.PENS_DIFFER),
        Options(copied_chip=1.0, rollback=1.0, records_least=4, records_most=4, lease_count=4),
    ),
    Planted(hub.lost_card_not_stopped, (findings.TWO_OF_ONE_PERSON,), Options(thief=2.0)),
    Planted(hub.failed_card_not_stopped, (findings.TWO_OF_ONE_PERSON, findings.TRUTH_DIFFERS)),
    Planted(hub.theft_passed_over, (findings.THEFT_UNNAMED,)),
)  # fmt: skip


def caught(planted: Planted, most_seeds: int = MOST_SEEDS) -> Caught:
    """Plant one mistake and live through seeds until its check finds it; the patch is taken out again."""
    others: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        planted.plant(patch)
        for seed in range(most_seeds):
            told = run(seed, planted.options)
            if told.check in planted.checks:
                return Caught(planted.name, told.check, seed + 1, tuple(dict.fromkeys(others)))
            if told.check:
                others.append(told.check)
    return Caught(planted.name, "", most_seeds, tuple(dict.fromkeys(others)))

"""The simulator finds mistakes that are planted on purpose; if it did not, it would be the simulator that is broken."""

import pytest

from ektp_testing.sim import findings
from tests.planted.table import PLANTED, Planted, caught

#: Those that few seeds are needed for; `make planted-bugs` runs all.
RUN = ("commits_are_not_synced", "feed_taken_twice", "good_on_accepted_bytes", "receipt_before_commit", "one_signature_is_enough")
MOST_SEEDS = 60

_NAMES = {value for name, value in vars(findings).items() if name.isupper()}


def test_there_are_fifteen_or_more_each_with_a_check_of_its_own() -> None:
    assert len({one.name for one in PLANTED}) >= 15
    assert all(set(one.checks) <= _NAMES and one.checks for one in PLANTED)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: one.name)
def test_each_can_still_be_planted_and_is_taken_out_again(planted: Planted) -> None:
    with pytest.MonkeyPatch.context() as patch:
        planted.plant(patch)
    assert planted.plant.__doc__


@pytest.mark.parametrize("planted", [one for one in PLANTED if one.name in RUN], ids=lambda one: one.name)
def test_a_planted_mistake_is_found_by_the_check_meant_for_it(planted: Planted) -> None:
    found = caught(planted, MOST_SEEDS)
    assert found.check in planted.checks, found.others

"""A million made-up inputs for the parsers of device bytes: no GOOD without evidence, no hang, no stray error."""

from collections.abc import Callable

import pytest

from tests.fuzz import campaign
from tests.fuzz.engine import Target, shares
from tests.fuzz.kept import KEPT

NAMES = [one.name for one in campaign.targets()]
Recorder = Callable[[str, object], None]

pytestmark = [pytest.mark.rule(15)]


def judged(one: Target, inputs: int, seed: int, record: Recorder) -> None:
    """Run a target's share of so many inputs; a breach is shown ready to be kept."""
    tally = campaign.run_one(one, shares(campaign.targets(), inputs)[one.name], seed)
    record("fuzz", (seed, *tally.row))
    assert not tally.breaches, f"seed {seed}; for tests/fuzz/kept.py: {tally.breaches[0].kept}"
    assert tally.accepted, "no input was ever good: this target judges nothing"


@pytest.mark.parametrize("name", NAMES)
def test_no_made_up_bytes_break_a_law(name: str, record_property: Recorder) -> None:
    judged(campaign.target(name), campaign.DAILY, campaign.DAILY_SEED, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_ten_times_as_many_break_none_either(name: str, record_property: Recorder) -> None:
    judged(campaign.target(name), campaign.SLOW, campaign.SLOW_SEED, record_property)


def test_the_daily_run_is_a_million_inputs_or_more() -> None:
    assert sum(shares(campaign.targets(), campaign.DAILY).values()) >= 1_000_000
    assert sum(shares(campaign.targets(), campaign.SLOW).values()) >= 10_000_000


def test_every_kept_case_names_a_target_that_is_there() -> None:
    assert {one.target for one in KEPT} <= set(NAMES)
    assert len(set(NAMES)) == len(NAMES)

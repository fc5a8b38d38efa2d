"""Two hundred small countries go wrong in every way and heal; and planted mistakes are found."""

from collections.abc import Callable

import pytest

from ektp_core.errors import EktpError
from tests.simulation import auditor, planted
from tests.simulation.auditor import Violation
from tests.simulation.people import new_world
from tests.simulation.story import live

SEEDS, CHUNK, PLANTED_SEEDS, TOLD_SEEDS = 200, 25, 30, 40

#: What must have happened in some story, or the country was a quiet one and showed nothing.
TOLD = (
    "crashes", "dies between commit and reply", "loses power", "jams", "is slow", "the answer is lost", "(misprint)",
    "is called back", "is gone", "takes the card out", "the card is suspect", "spoiled", "unused", " lost", " bad",
    "takes blank", "two people open", "are mixed", "turns out bad later",
)  # fmt: skip


def _story(seed: int) -> tuple[list[str], BaseException | None]:
    world = new_world(seed)
    try:
        live(world)
    except (Violation, EktpError, AssertionError, LookupError, TypeError, ValueError) as error:
        return world.trace, error
    return world.trace, None


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_whatever_goes_wrong_no_card_is_made_twice_and_everything_ends(first: int) -> None:
    for seed in range(first, first + CHUNK):
        trace, error = _story(seed)
        if error is not None:
            said = f"{error.check}: {error.text}" if isinstance(error, Violation) else repr(error)
            pytest.fail("\n".join([f"seed {seed}: {said}", *trace[-40:]]), pytrace=False)


def test_everything_that_can_go_wrong_goes_wrong_somewhere() -> None:
    told = "\n".join(line for seed in range(TOLD_SEEDS) for line in _story(seed)[0])
    assert [what for what in TOLD if what not in told] == []


def test_the_same_seed_is_the_same_story() -> None:
    assert _story(3) == _story(3)


@pytest.mark.rule(22)
@pytest.mark.parametrize(
    ("plant", "check"),
    [
        (planted.retry_after_unknown, auditor.TWO_OF_ONE_ATTEMPT),
        (planted.feed_before_start_is_durable, auditor.UNANNOUNCED),
        (planted.feed_taken_twice, auditor.DISPUTED),
        (planted.freed_by_silence, auditor.DISPUTED),
        (planted.good_on_accepted_bytes, auditor.TRUTH_DIFFERS),
    ],
)
def test_a_planted_mistake_is_found_by_the_check_meant_for_it(
    plant: Callable[[pytest.MonkeyPatch], None], check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    found = []
    for seed in range(PLANTED_SEEDS):
        _, error = _story(seed)
        if isinstance(error, Violation):
            found.append(error.check)
        if check in found:
            return
    pytest.fail(f"not found in {PLANTED_SEEDS} seeds; what was found: {sorted(set(found))}")

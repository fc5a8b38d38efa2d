"""Every state of a small world with two books, two stations and two attempts is visited (`small_world`)."""

import pytest

from ektp_core.lock.table import TABLE
from tests.core.lock.small_explorer import Explored, explore
from tests.core.lock.small_world import Plant

#: Misfortunes in one life of a record. A third one gives over 1.5 million states: too many for every day.
LUCK = 2

#: Counted once; another number means that the table, absorbing or this world has changed.
STATES = 426_358


@pytest.fixture(scope="module")
def explored() -> Explored:
    found = explore(Plant.NOTHING, LUCK)
    print(f"small world: {found.states} states, promise broken: {found.promise or 'none'}")
    return found


def test_no_promise_is_broken_in_any_state(explored: Explored) -> None:
    """No second good card, no second active card, each blank in one bucket, books that agree, honest facts believed."""
    assert explored.promise == "", "\n".join(map(str, explored.path))


def test_from_every_state_an_end_with_everything_absorbed_can_be_reached(explored: Explored) -> None:
    assert explored.promise == ""
    assert explored.stuck is None


def test_the_world_is_as_large_as_it_was(explored: Explored) -> None:
    assert explored.states > 300_000
    assert explored.states == STATES


def test_every_row_of_the_table_was_taken_and_no_other_step_made(explored: Explored) -> None:
    rows = {(row.source, row.target, row.blank_to) for row in TABLE}
    assert rows - explored.lock_steps == set()
    ways = {(row.source, row.target) for row in TABLE}
    assert {(source, target) for source, target, _ in explored.lock_steps} == ways


TWO_OF_ONE = "two physically good cards from one attempt"
TWO_UNLISTED = "two good cards of one person, neither on the stop list"
HELD = "a record on hold was authorised"
NOT_BELIEVED = "an honest station's START was disputed"
NOT_THE_SAME = "at rest, the two books differ in what the station's pen writes"


@pytest.mark.parametrize(
    ("plant", "promise"),
    [
        (Plant.RETRY_UNKNOWN, TWO_OF_ONE),
        (Plant.REUSE_N, TWO_OF_ONE),
        (Plant.WITHDRAW_LEASED, NOT_BELIEVED),
        (Plant.SEIZE_FREES, TWO_UNLISTED),
        (Plant.HOLD_IGNORED, HELD),
        (Plant.ABSORB_TWICE, NOT_BELIEVED),
        (Plant.SKIP_IN_FEED, NOT_THE_SAME),
        (Plant.NO_CORRECTION, NOT_THE_SAME),
        (Plant.LOST_UNANSWERED, TWO_UNLISTED),
        (Plant.LOST_ONE, TWO_UNLISTED),
        (Plant.UNUSED_BEFORE_T, TWO_UNLISTED),
        (Plant.BAD_WITHOUT_INK, TWO_UNLISTED),
    ],
    ids=lambda value: value.name.lower() if isinstance(value, Plant) else "",
)
def test_a_guard_taken_away_breaks_its_promise(plant: Plant, promise: str) -> None:
    found = explore(plant, LUCK, until=promise)
    print(f"{plant.name}: {found.states} states until {found.promise or 'nothing'}, in {len(found.path)} steps")
    assert found.promise == promise


def test_a_suspect_that_nobody_settles_is_found_stuck() -> None:
    """So that an empty list of stuck states means something."""
    assert explore(Plant.NEVER_SETTLED, luck=1).stuck is not None


def test_with_one_misfortune_less_the_world_is_smaller_and_still_sound() -> None:
    found = explore(Plant.NOTHING, LUCK - 1)
    assert (found.promise, found.stuck) == ("", None)
    assert 10_000 < found.states < STATES

"""The time the hub signs: small steps of its clock are followed, jumps are told and not followed, and never back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_hub.steady_clock import STEP_MS, SteadyHubClock

pytestmark = pytest.mark.rule(23)
NOW = 1_800_000_000_000
YEAR_MS = 365 * 86_400_000


class Hands:
    """The clock of a machine, moved by hand."""

    def __init__(self, wall_ms: int = NOW, floor_ms: int = 0) -> None:
        self.wall_ms, self.passed_ms = wall_ms, 5
        self.told: list[tuple[str, int]] = []
        self.clock = SteadyHubClock(self, floor_ms, lambda what, by_ms: self.told.append((what, by_ms)))

    def now_ms(self) -> int:
        return self.wall_ms

    def monotonic_ms(self) -> int:
        return self.passed_ms

    def go(self, ms: int) -> None:
        self.wall_ms, self.passed_ms = self.wall_ms + ms, self.passed_ms + ms


@pytest.mark.parametrize("jump", [YEAR_MS, -YEAR_MS, STEP_MS + 1, -STEP_MS - 1])
def test_a_jump_is_told_once_and_not_followed_and_may_go_back(jump: int) -> None:
    hands = Hands()
    hands.wall_ms += jump
    for _ in range(3):
        hands.go(1_000)
        hands.clock.now_ms()
    assert hands.clock.now_ms() == NOW + 3_000 and [by for _, by in hands.told] == [jump]
    hands.wall_ms -= jump
    assert hands.clock.now_ms() == NOW + 3_000
    hands.wall_ms += jump
    hands.clock.now_ms()
    assert len(hands.told) == 2


@given(steps=st.lists(st.tuples(st.integers(-2 * STEP_MS, 2 * STEP_MS), st.integers(0, 10**7)), max_size=12))
def test_it_never_goes_back_and_is_never_far_from_what_passed(steps: list[tuple[int, int]]) -> None:
    hands = Hands()
    before = hands.clock.now_ms()
    for step, passed in steps:
        hands.wall_ms += step
        hands.go(passed)
        found = hands.clock.now_ms()
        assert before <= found <= before + passed + STEP_MS
        before = found


def test_small_steps_are_followed() -> None:
    hands = Hands()
    hands.wall_ms += STEP_MS
    assert hands.clock.now_ms() == NOW + STEP_MS and hands.told == []


def test_a_machine_behind_its_book_goes_on_from_there_and_follows_when_its_clock_has_caught_up() -> None:
    hands = Hands(wall_ms=1_000, floor_ms=NOW)
    assert hands.clock.now_ms() == NOW and [by for _, by in hands.told] == [NOW - 1_000]
    hands.go(5_000)
    assert hands.clock.now_ms() == NOW + 5_000
    hands.wall_ms = NOW + 9 * 3_600_000  # somebody set it right: it had been off for nine hours
    assert hands.clock.now_ms() == hands.wall_ms and len(hands.told) == 1

"""The time a station works by: the hub's, and what really passed; the wall clock only while nothing else is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_station.steady import ClockNote, SteadyClock, boot_id, now_ms, passed_ms, read_note, write_note

pytestmark = pytest.mark.rule(23)
NOW = 1_800_000_000_000
YEAR_MS = 365 * 86_400_000
HOUR_MS = 3_600_000
JUMPS = st.integers(-10 * YEAR_MS, 10 * YEAR_MS)
PASSES = st.integers(0, 30 * HOUR_MS)


class Hands:
    """Clocks that are moved by hand."""

    def __init__(self, note: ClockNote | None = None, wall: int = NOW, passed: int = 1_000, boot: str = "b1") -> None:
        self.wall, self.passed, self.boot = wall, passed, boot
        self.clock = SteadyClock(lambda: self.wall, lambda: self.passed, 0, note, boot)

    def go(self, ms: int) -> None:
        self.wall, self.passed = self.wall + ms, self.passed + ms

    def again(self, boot: str = "b2", passed: int = 0) -> "Hands":
        """The station starts again with what this run noted."""
        return Hands(read_note(write_note(self.clock.noted())), self.wall, passed, boot)


@given(jumps=st.lists(st.tuples(JUMPS, PASSES), max_size=8))
def test_jumps_of_the_wall_clock_change_nothing_once_the_hub_was_heard(jumps: list[tuple[int, int]]) -> None:
    hands = Hands()
    hands.clock.heard(NOW + 5, hands.passed)
    real = NOW + 5
    for jump, passed in jumps:
        hands.wall += jump
        hands.go(passed)
        real += passed
        assert (hands.clock.now_ms(), hands.clock.is_sure) == (real, True)


@given(jumps=st.lists(st.tuples(JUMPS, PASSES), max_size=8))
def test_jumps_while_it_runs_change_nothing_before_the_hub_was_heard_either(jumps: list[tuple[int, int]]) -> None:
    hands = Hands()
    real = hands.clock.now_ms()
    for jump, passed in jumps:
        hands.wall += jump
        hands.go(passed)
        real += passed
        assert (hands.clock.now_ms(), hands.clock.is_sure) == (real, False)


@given(jump=JUMPS, off=PASSES)
def test_while_it_was_off_the_wall_clock_may_end_a_permission_and_never_stretch_it(jump: int, off: int) -> None:
    hands = Hands()
    hands.clock.heard(NOW, hands.passed)
    hands.go(HOUR_MS)
    note, noted = hands.clock.noted(), hands.clock.now_ms()
    clock = Hands(note, hands.wall + off + jump, 0, "b2").clock
    assert clock.now_ms() == noted + max(0, off + jump)
    assert clock.now_ms() >= noted and not clock.is_sure


@given(jump=JUMPS, off=PASSES)
def test_the_hubs_first_word_takes_the_place_of_what_was_guessed(jump: int, off: int) -> None:
    hands = Hands()
    hands.clock.heard(NOW, hands.passed)
    later = Hands(hands.clock.noted(), hands.wall + off + jump, 0, "b2")
    later.clock.heard(NOW + off, later.passed)
    assert (later.clock.now_ms(), later.clock.is_sure) == (NOW + off, True)


@given(jump=JUMPS, passed=PASSES)
def test_a_restart_in_the_same_run_of_the_machine_knows_what_passed(jump: int, passed: int) -> None:
    hands = Hands()
    hands.clock.heard(NOW, hands.passed)
    hands.clock.now_ms()
    note = hands.clock.noted()
    clock = Hands(note, NOW + jump, note.passed_ms + passed, "b1").clock
    assert (clock.now_ms(), clock.is_sure) == (NOW + passed, True)


def test_an_answer_that_was_held_up_makes_it_later_and_never_earlier() -> None:
    hands = Hands()
    sent = hands.passed
    hands.go(90_000)
    hands.clock.heard(NOW + 10, sent)
    assert hands.clock.now_ms() == NOW + 90_010


@pytest.mark.parametrize("wrong", [YEAR_MS, -YEAR_MS])
def test_one_wrong_word_of_the_hub_is_mended_by_its_next(wrong: int) -> None:
    hands = Hands()
    hands.clock.heard(NOW, hands.passed)
    hands.clock.heard(NOW + wrong, hands.passed)
    hands.go(1_000)
    assert hands.clock.heard(NOW + 1_000, hands.passed) == max(0, wrong)
    assert (hands.clock.now_ms(), hands.clock.is_sure) == (NOW + 1_000, True)


@given(waits=st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)), min_size=1, max_size=8))
def test_however_long_words_are_held_up_the_time_is_never_earlier_than_it_is(waits: list[tuple[int, int]]) -> None:
    hands = Hands()
    real = NOW
    for there, back in waits:
        sent = hands.passed
        hands.go(there + back)
        real += there
        hands.clock.heard(real, sent)
        real += back
        assert real <= hands.clock.now_ms() <= real + max(one for one, _ in waits)


def test_a_clock_behind_its_last_run_is_known_to_be_wrong_until_the_hub_is_heard() -> None:
    hands = Hands()
    hands.clock.heard(NOW, hands.passed)
    hands.wall -= 10 * YEAR_MS
    later = Hands(hands.clock.noted(), hands.wall - 1, 0, "b2")
    before = (later.clock.is_known, later.clock.is_sure)
    later.clock.heard(NOW + HOUR_MS, later.passed)
    assert (before, (later.clock.is_known, later.clock.is_sure)) == ((False, False), (True, True))
    assert Hands(hands.clock.noted(), hands.wall, 0, "b2").clock.is_known


def test_many_restarts_without_a_line_never_stretch_a_permission() -> None:
    """A day in runs of an hour; the wall clock is set back by a day before each."""
    hands = Hands()
    hands.clock.heard(NOW, hands.passed)
    for number in range(24):
        hands.go(HOUR_MS)
        hands.wall -= 24 * HOUR_MS
        hands = hands.again(f"boot {number}")
    assert hands.clock.now_ms() == NOW + 24 * HOUR_MS


def test_the_first_start_goes_by_the_wall_clock_and_not_behind_the_book() -> None:
    assert SteadyClock(lambda: 100, lambda: 5, floor_ms=1_000).now_ms() == 1_000
    assert SteadyClock(lambda: 5_000, lambda: 5, floor_ms=1_000).now_ms() == 5_000


def test_a_note_nobody_understands_is_no_note() -> None:
    assert read_note(b"{") is None and read_note(None) is None


def test_the_clocks_of_this_machine_are_read() -> None:
    assert now_ms() > 1_700_000_000_000
    before = passed_ms()
    assert passed_ms() >= before and isinstance(boot_id(), str)

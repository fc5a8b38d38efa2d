"""The time a station works by."""

from ektp_station.steady import SteadyClock, now_ms, passed_ms


class Hands:
    """A wall clock and the time that passes, both set by hand."""

    def __init__(self) -> None:
        self.wall = 1_000_000
        self.passed = 50
        self.clock = SteadyClock(lambda: self.wall, lambda: self.passed)


def test_it_is_the_wall_clock_while_that_goes_well() -> None:
    hands = Hands()
    assert hands.clock.now_ms() == 1_000_000
    hands.wall, hands.passed = 1_000_700, 750
    assert hands.clock.now_ms() == 1_000_700


def test_a_clock_set_back_neither_goes_back_nor_stands_still() -> None:
    hands = Hands()
    hands.clock.now_ms()
    hands.wall, hands.passed = 400_000, 60
    assert hands.clock.now_ms() == 1_000_010
    hands.passed = 1_060
    assert hands.clock.now_ms() == 1_001_010


def test_a_clock_set_forward_is_followed() -> None:
    hands = Hands()
    hands.clock.now_ms()
    hands.wall = 9_000_000
    assert hands.clock.now_ms() == 9_000_000


def test_the_clocks_of_the_machine_give_milliseconds() -> None:
    assert now_ms() > 1_700_000_000_000
    assert passed_ms() <= passed_ms()


def test_a_start_does_not_go_back_behind_the_time_last_sealed() -> None:
    clock = SteadyClock(lambda: 100, iter([0, 5]).__next__, floor_ms=1_000)
    assert (clock.now_ms(), clock.now_ms()) == (1_000, 1_005)

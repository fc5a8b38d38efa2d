"""One deadline for all that an operation asks; the steady clock is turned by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverTimeout
from ektp_driving import deadline as module
from ektp_driving.deadline import LATE, Deadline


class Clock:
    """A clock that goes only when told to."""

    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "monotonic", made)
    return made


def test_what_is_left_goes_down_with_the_clock(clock: Clock) -> None:
    deadline = Deadline.after(2_500)
    clock.now_s += 1
    deadline.check()
    assert (deadline.left_ms, deadline.rest_ms, deadline.left_s, deadline.is_over) == (1_500, 1_500, 1.5, False)


@pytest.mark.parametrize("passed_s", [2.5, 2.6, 1_000.0])
def test_a_deadline_that_is_over_ends_everything_and_stays_over(clock: Clock, passed_s: float) -> None:
    deadline = Deadline.after(2_500)
    clock.now_s += passed_s
    assert deadline.is_over and deadline.rest_ms == 0
    for one in (deadline, deadline.at_most(60_000)):
        for ask in (lambda at=one: at.left_ms, lambda at=one: at.left_s, one.check):
            with pytest.raises(DriverTimeout, match=LATE):
                ask()


def test_less_than_a_millisecond_is_no_time_for_another_call(clock: Clock) -> None:
    """A timeout of 0 means "for ever" to some libraries, so none is ever told to wait so long."""
    deadline = Deadline.after(1_000)
    clock.now_s += 0.9995
    assert not deadline.is_over and deadline.rest_ms == 0
    for ask in (lambda: deadline.left_ms, deadline.check):
        with pytest.raises(DriverTimeout):
            ask()
    assert 0 < deadline.left_s < 0.001


def test_a_part_of_the_time_is_never_more_than_the_whole(clock: Clock) -> None:
    deadline = Deadline.after(1_000)
    assert deadline.at_most(250).left_ms == 250
    assert deadline.at_most(5_000) == deadline
    assert deadline.earlier(0.25).left_s == 0.75
    assert deadline.left_ms == 1_000, "the whole is as it was"


def test_what_is_said_is_the_drivers_own_and_goes_with_every_part_of_it(clock: Clock) -> None:
    deadline = Deadline.after(100, "the toy was too slow")
    parts = (deadline, deadline.at_most(50), deadline.earlier(0.05))
    clock.now_s += 1
    for one in parts:
        with pytest.raises(DriverTimeout, match="the toy was too slow"):
            one.check()


@given(st.integers(0, 10**8), st.integers(0, 10**8))
def test_the_earlier_of_two_moments_counts(first_ms: int, second_ms: int) -> None:
    deadline = Deadline.after(first_ms)
    part = deadline.at_most(second_ms)
    assert part.at_s <= deadline.at_s
    assert part.rest_ms <= min(first_ms, second_ms)

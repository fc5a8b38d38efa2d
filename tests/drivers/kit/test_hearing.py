"""What the kit hears: the number it put on a picture, wherever a driver says it, in whatever spelling."""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import Condition, DriverError, Notice, Severity
from ektp_core.errors import masked
from ektp_testing.driver_kit.hearing import LEAST, Ear, listened_to, says_the_number
from ektp_testing.driver_kit.picture import CANARY

pytestmark = pytest.mark.rule(40)


@given(st.integers(0, len(CANARY) - LEAST), st.integers(LEAST, len(CANARY)), st.sampled_from(["", " ", ".", ". ", "-", "/"]))
def test_half_of_the_number_is_heard_however_it_is_split(start: int, length: int, between: str) -> None:
    part = CANARY[start : start + length]
    said = between.join(part)
    assert says_the_number(f"card of {said} is stuck")
    assert says_the_number(part.encode().hex()) and says_the_number(part.encode().hex(" ").upper())


def test_a_number_that_a_log_hid_is_known_by_what_is_left_of_it() -> None:
    assert says_the_number(str(masked(f"printing {CANARY}")))


@pytest.mark.parametrize("said", ["", "0099", "job 00999 of 1016 x 648", "2026-11-22T17:13:29.123456Z", "5203014101900001", "0099-0101"])
def test_other_numbers_are_not_taken_for_it(said: str) -> None:
    assert not says_the_number(said)


class Printer:
    """Answers and raises whatever it is told to."""

    def __init__(self, does: Callable[[], object]) -> None:
        self.status = self.read_chip = lambda ms: does()


def _raised(error: Exception, cause: Exception | None = None) -> object:
    raise error from cause


def test_answers_errors_and_what_led_to_them_are_heard_and_what_a_chip_holds_is_not() -> None:
    notice = Notice(Condition.JAM, Severity.ERROR, vendor_text=CANARY)
    for does, where in (
        (lambda: (notice,), "what status gave"),
        (lambda: {"deep": [{"er": CANARY.encode()}]}, "what status gave"),
        (lambda: _raised(DriverError(CANARY)), "an error of status"),
        (lambda: _raised(DriverError("no"), ValueError(CANARY)), "an error of status"),
    ):
        ear = Ear()
        with suppress(DriverError):
            listened_to(Printer(does), ear).status(1)  # type: ignore[arg-type]  # only what is called is there
        assert ear.found().endswith(f"was said in {where}")
        assert ear.found() == "", "it is told once"
    ear = Ear()
    assert listened_to(Printer(CANARY.encode), ear).read_chip(1) == CANARY.encode()  # type: ignore[arg-type]  # as above
    assert ear.found() == ""


@pytest.mark.parametrize(
    "says",
    [
        lambda: print(CANARY),
        lambda: print(CANARY, file=sys.stderr),
        lambda: os.write(1, CANARY.encode()),
        lambda: os.write(2, CANARY.encode()),
        lambda: logging.getLogger("a.driver").debug("writing %s", CANARY),
    ],
)
def test_what_is_printed_or_logged_is_heard_and_passed_on_without_the_number(
    says: Callable[[], object], capsys: pytest.CaptureFixture[str]
) -> None:
    ear = Ear()
    with ear.listening():
        says()
        print("and more", file=sys.stderr)
    assert ear.found().endswith("was said in what it printed or logged")
    shown = capsys.readouterr()
    assert CANARY not in shown.out + shown.err and "and more" in shown.err
    with ear.listening():
        print("nothing of it")
    assert ear.found() == ""
    ear.close()

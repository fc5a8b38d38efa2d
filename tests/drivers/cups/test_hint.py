"""Addresses of queues: the one form that is taken, and every other one refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_cups.hint import Hint, is_meant, read_hint
from ektp_driver_cups.plugin import ektp_discover_printers


def test_a_queue_is_named_by_its_spoolers_socket_and_its_name() -> None:
    assert read_hint("cups:/run/cups/cups.sock#HDP5000") == Hint("/run/cups/cups.sock", "HDP5000")
    assert read_hint("cups:/run/cups/cups.sock#HDP5000?unguarded") == Hint("/run/cups/cups.sock", "HDP5000", False)


@pytest.mark.parametrize(
    "hint",
    [
        "ipp://10.0.0.5/printers/card", "ipps://hub/printers/card", "http://localhost:631/printers/card",
        "cups:localhost#card", "cups://localhost/card", "cups:/run/cups/cups.sock", "cups:/run/cups/cups.sock#",
        "cups:/run/cups/cups.sock#a/b", "cups:/run/cups/cups.sock#a b", "cups:/s#a\x01b", "cups:/s#a\x7f", "cups:/s#\ud800", "cups:/s\n#a", "cups:/s#é",
        "cups:/" + "x" * 200 + "#a", "cups:/s#card?guarded", "usb://Fargo/HDP5000",
    ],
)  # fmt: skip
def test_other_forms_are_refused_by_naming_the_one_that_is_taken(hint: str) -> None:
    with pytest.raises(DriverError, match=r"cups:/run/cups/cups\.sock#QUEUE") as refused:
        ektp_discover_printers(hint)
    assert "10.0.0.5" not in str(refused.value)


@pytest.mark.parametrize("hint", ["", "unix:/run/vp1/driver.sock", "/run/vp1", "bus:/run/bus", "usb"])
def test_a_hint_of_another_driver_is_no_error_here(hint: str) -> None:
    assert ektp_discover_printers(hint) == []


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_hint(text)
    except DriverError:
        return
    assert is_meant(text) and found.socket.startswith("/") and "/" not in found.queue

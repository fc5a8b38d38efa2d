"""Commands as bytes: they round trip, and nothing else is a command."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_evolis import language
from ektp_driver_evolis.language import Command, frame, parse, size_of

NAMES = st.from_regex(r"[A-Za-z]{1,5}", fullmatch=True).filter(lambda name: name != "Db")
PARAMETERS = st.lists(st.from_regex(r"[\x20-\x3a\x3c-\x7e]{1,8}", fullmatch=True), max_size=4).map(tuple)
ODD = st.text(alphabet="ab;\r\x1b\0é ", max_size=6)


@given(NAMES, PARAMETERS)
def test_a_framed_command_is_read_back_as_itself(name: str, parameters: tuple[str, ...]) -> None:
    command = Command(name, parameters)
    assert parse(frame(command)) == command


@given(st.sampled_from("ymcko"), st.sampled_from([2, 32, 64, 128]), st.binary(min_size=1, max_size=9))
@example("k", 2, b"\r\x1b;\0")
def test_a_picture_may_hold_any_byte(panel: str, levels: int, pattern: bytes) -> None:
    size = size_of(levels)
    command = language.download(panel, levels, (pattern * (size // len(pattern) + 1))[:size])
    assert parse(frame(command)) == command


@given(st.one_of(st.binary(max_size=40), ODD.map(lambda text: b"\x1b" + text.encode() + b"\r")))
@example(b"\x1bDb;y;128;\r")
@example(b"\x1bDb;y\r")
def test_any_bytes_are_a_command_or_an_error_of_the_contract(raw: bytes) -> None:
    with suppress(DriverError):
        assert frame(parse(raw)) == raw


@given(ODD, ODD)
def test_what_cannot_be_said_is_refused_before_it_is_sent(name: str, parameter: str) -> None:
    with suppress(DriverError):
        raw = frame(Command(name, (parameter,)))
        assert raw.count(b"\r") == 1 and raw.endswith(b"\r")


def test_commands_look_as_in_the_manual() -> None:
    assert frame(language.FEED) == b"\x1bSi\r"
    assert frame(language.set_error_mode(2)) == b"\x1bPem;2;s\r"
    assert frame(language.counter("c")) == b"\x1bRco;c\r"
    raw = frame(language.download("k", 2, bytes(82_296)))
    assert raw[:8] == b"\x1bDb;k;2;" and raw[-1:] == b"\r" and len(raw) == 8 + 82_296 + 1


def test_a_panel_has_the_sizes_of_the_formula() -> None:
    assert [size_of(levels) for levels in (2, 32, 64, 128)] == [82_296, 411_480, 493_776, 576_072]


@pytest.mark.parametrize("levels", [0, 1, 16, 256])
def test_no_panel_has_other_levels(levels: int) -> None:
    with pytest.raises(DriverError):
        size_of(levels)


def test_a_picture_of_another_size_is_not_sent() -> None:
    with pytest.raises(DriverError, match="82296"):
        frame(language.download("k", 2, bytes(82_295)))
    with pytest.raises(DriverError):
        frame(Command("Db", ("x", "2"), bytes(82_296)))
    with pytest.raises(DriverError, match="only a download"):
        frame(Command("Si", (), b"data"))


@pytest.mark.rule(22)
def test_the_driver_has_no_word_that_prints_from_memory_or_takes_a_card_by_itself() -> None:
    said = {one.name for one in vars(language).values() if isinstance(one, Command)}
    assert not said & {"Sc", "Ssd", "Sp", "Sie", "St", "Stt", "Scp", "Srs", "Psc"}

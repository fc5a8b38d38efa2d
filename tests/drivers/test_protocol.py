"""The printer's language: what is written is read, and nothing else is."""

import random
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from ektp_core.boundary import card_printer
from ektp_core.boundary.card_printer import DriverError
from ektp_driver_virtual import messages, protocol
from ektp_driver_virtual.protocol import Frame

PLAIN: st.SearchStrategy[object] = st.sampled_from(messages.COMMANDS + messages.PANEL_COMMANDS).flatmap(st.from_type)
ANSWERS: st.SearchStrategy[object] = st.one_of(
    st.from_type(messages.Done),
    st.from_type(messages.Text),
    st.from_type(messages.Content),
    st.from_type(messages.Declined),
    st.from_type(card_printer.Identity),
    st.from_type(card_printer.Settings),
    st.from_type(card_printer.JobRecord),
)
WHOLE = protocol.encode(Frame(7, messages.Mark("r1/1/1")))


def resealed(frame: bytes) -> bytes:
    """The same frame with a fitting length and checksum, as a careful liar would send it."""
    body = frame[protocol.HEADER.size :]
    _, _, kind, number, _, _ = protocol.HEADER.unpack_from(frame)
    seal = protocol._checksum(kind, number, body)
    return protocol.HEADER.pack(protocol.MAGIC, protocol.VERSION, kind, number, len(body), seal) + body


def read(data: bytes) -> Any:
    """What a reader gets: a value, or a driver's error; anything else fails the test."""
    try:
        return protocol.decode(data)
    except DriverError as error:
        return error


@given(st.integers(0, 2**32 - 1), PLAIN | ANSWERS)
def test_every_message_is_read_as_it_was_written(number: int, message: object) -> None:
    try:
        data = protocol.encode(Frame(number, message))
    except DriverError:
        reject()  # a number or text that no bytes can hold
    assert protocol.decode(data) == Frame(number, message)


@pytest.mark.parametrize("message", [messages.Text("\ud800"), messages.SwitchPower(2**70)])  # type: ignore[arg-type]  # meant
def test_what_bytes_cannot_hold_is_a_driver_error(message: object) -> None:
    with pytest.raises(DriverError, match="cannot be written"):
        protocol.encode(Frame(1, message))


def test_supplies_are_a_message_of_several_values() -> None:
    supplies = (card_printer.Supply("ribbon", 3), card_printer.Supply("blanks", None))
    assert protocol.decode(protocol.encode(Frame(1, supplies))).message == supplies


def test_a_look_crosses_with_everything_in_it() -> None:
    status = card_printer.Status((), card_printer.CardPosition.EXIT, 3, True, 38)
    counters = card_printer.Counters((card_printer.Counter(card_printer.CounterName.FED, 5, "feed"),))
    look = card_printer.Look(status, counters, None, "04aabbccddeeff")
    assert protocol.decode(protocol.encode(Frame(1, look))).message == look


def test_ten_thousand_random_byte_strings_are_refused_and_nothing_worse() -> None:
    dice = random.Random(20181212)
    for _ in range(10_000):
        data = dice.randbytes(dice.randrange(0, 64))
        assert isinstance(read(data), DriverError)


def test_ten_thousand_damaged_frames_are_refused_and_nothing_worse() -> None:
    dice = random.Random(4711)
    for _ in range(10_000):
        data = bytearray(WHOLE)
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        assert isinstance(read(bytes(data)), DriverError)


def test_a_careful_liars_frames_are_values_or_refused() -> None:
    dice = random.Random(1998)
    refused = 0
    for _ in range(10_000):
        kind = dice.choice((*protocol.KINDS, 0, 255))
        body = dice.randbytes(dice.randrange(0, 40)) if dice.random() < 0.5 else WHOLE[16:]
        frame = protocol.HEADER.pack(protocol.MAGIC, protocol.VERSION, kind, 1, 0, 0) + body
        found = read(resealed(frame))
        refused += isinstance(found, DriverError)
        assert isinstance(found, DriverError | Frame)
    assert refused > 5_000


@pytest.mark.parametrize("body", [b"\x91" * 100_000, b"\x81\xa7job_key\xa2\xff\xff", b""], ids=["deep", "not text", "empty"])
def test_bodies_that_break_readers_are_driver_errors(body: bytes) -> None:
    frame = protocol.HEADER.pack(protocol.MAGIC, protocol.VERSION, WHOLE[3], 1, 0, 0) + body
    assert isinstance(read(resealed(frame)), DriverError)


def test_an_error_never_quotes_the_content() -> None:
    frame = protocol.encode(Frame(1, messages.Reserve("3201054408990001")))
    other_kind = frame[:3] + WHOLE[3:4] + frame[4:]
    assert "3201054408990001" not in str(read(resealed(other_kind)))


def test_a_frame_above_the_cap_is_neither_made_nor_read() -> None:
    with pytest.raises(DriverError, match="at most"):
        protocol.encode(Frame(1, messages.Prepare(bytes(protocol.LIMIT_BYTES))))
    header = protocol.HEADER.pack(protocol.MAGIC, protocol.VERSION, 1, 1, protocol.LIMIT_BYTES + 1, 0)
    with pytest.raises(DriverError, match="at most"):
        protocol.body_length(header)


def test_another_version_is_refused() -> None:
    with pytest.raises(DriverError, match="version 1"):
        protocol.decode(WHOLE[:2] + b"\x02" + WHOLE[3:])


def test_a_value_that_is_no_message_is_not_sent() -> None:
    with pytest.raises(DriverError, match="no message"):
        protocol.encode(Frame(1, "feed"))


def test_no_word_of_the_drivers_door_can_cause_a_fault_or_load_blanks() -> None:
    assert not set(messages.COMMANDS) & set(messages.PANEL_COMMANDS)
    assert {messages.SetFault, messages.LoadBlanks, messages.TakeOut} <= set(messages.PANEL_COMMANDS)

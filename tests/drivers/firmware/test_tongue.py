"""Bytes become commands at any split, and nothing that comes can break the reader."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_firmware_evolis.plates import BITS, expected_bytes
from ektp_firmware_evolis.tongue import LONGEST_WORD, NOBODY_KNOWS, Command, Tongue
from tests.drivers.firmware.line import command, download

WORDS = st.sampled_from(["Si", "Se", "Pem;2;s", "Wcb;a", "Rlr;p", "Psm;1;u", "Db", "Db;x;2;abc"])


def read_all(tongue: Tongue, data: bytes) -> list[Command]:
    """Every whole command."""
    found, at = [], 0
    while at < len(data):
        taken, whole = tongue.read(data[at:])
        assert taken, "the reader stands still"
        at += taken
        found += [whole] if whole else []
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, max_size=6), st.data())
def test_a_split_changes_nothing(words: list[str], data: st.DataObject) -> None:
    stream = b"\0\0".join(command(word) for word in words) + download("k", bytes(range(256)) * 321 + b"\x0d\x1b" * 60)
    whole = read_all(Tongue(), stream)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    split = Tongue()
    pieces = [stream[lo:hi] for lo, hi in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [one for piece in pieces for one in read_all(split, piece)] == whole
    assert len(whole) == len(words) + 1


@given(st.binary(max_size=300))
def test_any_bytes_are_commands_or_nothing(stream: bytes) -> None:
    for one in read_all(Tongue(), stream):
        assert one is NOBODY_KNOWS or one.name.isascii()


@pytest.mark.parametrize("levels", BITS)
def test_escape_and_end_inside_a_picture_are_picture(levels: int) -> None:
    data = b"\x1bSe\r" * (expected_bytes(levels) // 4 + 1)
    data = data[: expected_bytes(levels)]
    sent = f"\x1bDb;k;{levels};".encode() + data + b"\r" + command("Rsn")
    first, second = read_all(Tongue(), sent)
    assert first == Command("Db", ("k", str(levels)), data)
    assert second == Command("Rsn")


def test_more_than_the_picture_is_no_command() -> None:
    sent = download("k")[:-1] + b"x\r" + command("Rsn")
    assert read_all(Tongue(), sent) == [NOBODY_KNOWS, Command("Rsn")]


def test_the_start_may_be_left_out_after_an_end_and_nowhere_else() -> None:
    assert read_all(Tongue(), b"\x1bRsn\rRtp\r") == [Command("Rsn"), Command("Rtp")]
    assert read_all(Tongue(), b"Rtp\r") == [NOBODY_KNOWS]


def test_a_command_that_never_ends_is_none() -> None:
    assert read_all(Tongue(), b"\x1b" + b"R" * (LONGEST_WORD + 9) + b"\r" + command("Si")) == [NOBODY_KNOWS, Command("Si")]

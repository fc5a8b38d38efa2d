"""Replies as values: exactly of their form, or an error of the contract."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_evolis import replies
from ektp_driver_evolis.replies import Declined, StatusWords, status_words, write_status_words

PARSERS: tuple[Callable[[bytes], object], ...] = (
    replies.text, replies.shown, replies.number, replies.two_numbers, replies.two_letters, replies.insertion_mode,
    replies.presence, replies.feeder_level, replies.serial, replies.status_words,
)  # fmt: skip
WORD = st.integers(0, 0xFFFFFFFF)
LIKELY = st.text(alphabet="0123456789;OKERRNOCADFBsi ", max_size=90).map(str.encode)


@given(st.one_of(st.binary(max_size=130), LIKELY))
def test_any_bytes_are_a_value_or_an_error_of_the_contract(raw: bytes) -> None:
    for parser in PARSERS:
        try:
            parser(raw)
        except DriverError:
            continue


@given(
    st.builds(StatusWords, WORD, WORD, WORD, WORD, st.tuples(WORD, WORD, WORD, WORD), st.integers(0, 0xFFFF))
)
def test_status_words_round_trip(words: StatusWords) -> None:
    assert status_words(write_status_words(words)) == words


@given(st.integers(0, 2**32 - 1))
def test_counters_round_trip(value: int) -> None:
    assert replies.number(str(value).encode()) == value


@pytest.mark.parametrize("raw", [b"", b"-1", b"1.5", b"4294967296", b" 1", b"1 ", b"OK", b"0x10", b"\xb2"])
def test_what_is_no_number_of_32_bits_is_no_counter(raw: bytes) -> None:
    with pytest.raises(DriverError):
        replies.number(raw)


def test_an_error_keeps_the_printers_words() -> None:
    with pytest.raises(Declined) as caught:
        replies.done(b"ERR FEEDER", "Si")
    assert caught.value.reply == "ERR FEEDER"


@pytest.mark.parametrize("raw", [b"ok", b"OK ", b"OKOK", b"0", b"", b"NO CARD"])
def test_only_ok_is_ok(raw: bytes) -> None:
    with pytest.raises(DriverError):
        replies.done(raw, "Si")


def test_presence_is_told_in_two_ways_only() -> None:
    assert replies.presence(b"ERR CARD") is True
    assert replies.presence(b"NO CARD") is False
    for raw in (b"OK", b"CARD", b"ERR", b"ERR CARDS", b"no card"):
        with pytest.raises(DriverError):
            replies.presence(raw)


def test_pairs_may_be_parted_by_any_sign() -> None:
    assert replies.two_numbers(b"2;18") == replies.two_numbers(b"2, 18") == (2, 18)
    assert replies.two_letters(b"s;i") == replies.two_letters(b"S I") == ("s", "i")
    for raw in (b"2", b"22", b"2;2;2", b"a;2"):
        with pytest.raises(DriverError):
            replies.two_numbers(raw)
    for raw in (b"s", b"ss", b"s;s;s", b"s;1"):
        with pytest.raises(DriverError):
            replies.two_letters(raw)


def test_an_unreadable_reply_is_not_quoted() -> None:
    with pytest.raises(DriverError) as caught:
        replies.text(b"abc\xffdef")
    assert "abc" not in str(caught.value)

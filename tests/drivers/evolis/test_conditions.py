"""What the printer shows, in common words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import CardPosition, Condition, Severity
from ektp_driver_evolis import conditions
from ektp_driver_evolis.conditions import FLAGS, Flag
from ektp_driver_evolis.replies import StatusWords
from ektp_usb import port_status


def words_with(word: int, mask: int) -> StatusWords:
    eight = [0] * 8
    eight[word] = mask
    configuration, information, warning, error, *more = eight
    return StatusWords(configuration, information, warning, error, (more[0], more[1], more[2], more[3]))


@pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: f"{flag.word}-{flag.name}")
def test_each_bit_becomes_its_condition_and_keeps_the_vendors_name(flag: Flag) -> None:
    (notice,) = conditions.of_words(words_with(flag.word, flag.mask))
    assert (notice.condition, notice.severity, notice.alert_code) == (flag.condition, flag.severity, flag.alert)
    assert notice.vendor_text == flag.name and f"{flag.mask:08X}" in notice.vendor_code


def test_no_bit_stands_twice_in_the_table() -> None:
    assert len({(flag.word, flag.mask) for flag in FLAGS}) == len(FLAGS)


@given(st.integers(0, 31))
def test_an_unknown_error_bit_stops_the_next_card_too(bit: int) -> None:
    (notice,) = conditions.of_words(StatusWords(error=1 << bit))
    assert notice.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("word", "mask", "position"),
    [
        (1, 0x40000000, CardPosition.NONE),
        (1, 0x20000000, CardPosition.HOPPER_EXIT),
        (1, 0x10000000, CardPosition.FLIP),
        (1, 0x08000000, CardPosition.CONTACTLESS),
        (1, 0x04000000, CardPosition.CONTACT),
        (1, 0x02000000, CardPosition.HEAD),
        (1, 0x01000000, CardPosition.EXIT),
        (5, 0x00010000, CardPosition.EXIT),
    ],
)
def test_positions(word: int, mask: int, position: CardPosition) -> None:
    assert conditions.position_of(words_with(word, mask)) is position


def test_two_positions_at_once_are_none_that_is_known() -> None:
    assert conditions.position_of(StatusWords(information=0x06000000)) is CardPosition.UNKNOWN
    jammed = StatusWords(information=0x02000000, error=0x01000000)
    assert conditions.position_of(jammed) is CardPosition.JAMMED
    assert conditions.position_of(StatusWords(error=0x01000000)) is CardPosition.NONE


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        ("ERR COVER", Condition.COVER_OPEN),
        ("ERR FEEDER", Condition.NOT_FED),
        ("ERR RIBBON", Condition.RIBBON_MISSING),
        ("ERR MECHANICAL", Condition.JAM),
        ("ERR CANCEL", Condition.PANEL_CANCEL),
        ("ERR 4711", Condition.OTHER),
    ],
)
def test_the_last_answer_is_an_error_only_while_a_card_is_inside(said: str, condition: Condition) -> None:
    (inside,) = conditions.of_last_answer(said, card_inside=True)
    (outside,) = conditions.of_last_answer(said, card_inside=False)
    assert inside.condition is outside.condition is condition
    assert (inside.severity, outside.severity) == (Severity.ERROR, Severity.REPORT)
    assert inside.vendor_text == said
    assert conditions.of_last_answer("OK", card_inside=True) == ()


@pytest.mark.parametrize(
    ("byte", "at_end", "expected"),
    [
        (0x18, False, set()),
        (0x38, False, {Condition.HOPPER_EMPTY}),
        (0x38, True, set()),
        (0x08, False, {Condition.COVER_OPEN}),
        (0x10, False, {Condition.OTHER}),
    ],
)
def test_the_port_says_little_and_that_is_kept(byte: int, at_end: bool, expected: set[Condition]) -> None:
    found = conditions.of_port(port_status.parse(bytes([byte])), at_end)
    assert {notice.condition for notice in found} == expected


@pytest.mark.parametrize(("level", "expected"), [(0, set()), (1, {Condition.HOPPER_LOW}), (3, {Condition.HOPPER_EMPTY})])
def test_the_feeder(level: int, expected: set[Condition]) -> None:
    assert {notice.condition for notice in conditions.of_feeder(level)} == expected

"""Colours land on the card where the language says, one point at a time."""

import pytest

from ektp_firmware_evolis import plates


def bit(number: int, levels: int = 2) -> bytes:
    """A colour with this one bit of it set."""
    data = bytearray(plates.expected_bytes(levels))
    data[number // 8] = 0x80 >> number % 8
    return bytes(data)


@pytest.mark.parametrize(
    ("line", "dot", "at"),
    [(0, 0, (0, 647)), (0, 647, (0, 0)), (1015, 0, (1015, 647)), (1015, 647, (1015, 0)), (300, 47, (300, 600))],
)
def test_a_dot_of_the_upright_picture_lies_at_one_place_of_the_card(line: int, dot: int, at: tuple[int, int]) -> None:
    ink = plates.plate(bit(line * 648 + dot), 2)
    assert ink.getbbox() == (*at, at[0] + 1, at[1] + 1)
    card = plates.lay(plates.bare(), "k", ink)
    assert card.getpixel(at) == (0, 0, 0)


@pytest.mark.parametrize(("colour", "seen"), [("y", (255, 255, 0)), ("m", (255, 0, 255)), ("c", (0, 255, 255))])
def test_each_colour_keeps_its_own_light_back(colour: str, seen: tuple[int, int, int]) -> None:
    full = plates.plate(b"\xff" * plates.expected_bytes(128), 128)
    assert plates.lay(plates.bare(), colour, full).getpixel((5, 5)) == seen


@pytest.mark.parametrize(("levels", "bits"), [(32, 5), (64, 6), (128, 7)])
def test_the_highest_bit_of_a_dot_weighs_half(levels: int, bits: int) -> None:
    highest = plates.plate(bit(bits, levels), levels)  # the second dot's first bit
    assert highest.getpixel((0, 646)) == round(255 * (1 << bits - 1) / ((1 << bits) - 1))
    assert highest.getpixel((0, 647)) == 0


def test_the_overlay_is_clear_and_half_a_colour_is_half_a_card() -> None:
    assert plates.lay(plates.bare(), "o", plates.plate(b"\xff" * 82_296, 2)) == plates.bare()
    half = plates.plate(b"\xff" * 41_148, 2)
    assert half.getbbox() == (0, 0, 508, 648)

"""A person's look: what is wrong is named, what is right is let be."""

import io

import pytest
from PIL import Image, ImageDraw

from ektp_driver_virtual import eye, spoil
from ektp_driver_virtual.messages import Flaw


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_the_same_picture_looks_right(picture: bytes) -> None:
    assert eye.what_is_wrong(picture, picture) == ""
    assert eye.looks_right(picture, png(Image.open(io.BytesIO(picture))))


@pytest.mark.parametrize(("flaw", "words"), [
    (Flaw.PANEL_MISSING, "a colour is missing"),
    (Flaw.STREAKS, "there are streaks across the card"),
    (Flaw.LETTERS_MISSING, "letters are missing"),
    (Flaw.HALF, "the picture stops half way"),
])  # fmt: skip
def test_every_flaw_is_seen_and_named(picture: bytes, flaw: Flaw, words: str) -> None:
    assert eye.what_is_wrong(picture, spoil.spoil(picture, flaw)) == words


@pytest.mark.parametrize("found", [b"", b"no picture", b"\x89PNG\r\n\x1a\n torn"])
def test_what_is_no_picture_is_an_empty_card(picture: bytes, found: bytes) -> None:
    assert eye.what_is_wrong(picture, found) == "there is no picture on the card"


def test_a_white_card_is_empty(picture: bytes) -> None:
    white = png(Image.new("RGB", (1016, 648), "white"))
    assert eye.what_is_wrong(picture, white) == "there is no picture on the card"


def test_another_size_or_another_picture_is_something_else(picture: bytes) -> None:
    small = png(Image.open(io.BytesIO(picture)).resize((508, 324)))
    turned = png(Image.open(io.BytesIO(picture)).transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert eye.what_is_wrong(picture, small) == "the card shows something else"
    assert eye.what_is_wrong(picture, turned) == "the card shows something else"


def test_one_digit_that_differs_is_seen(picture: bytes) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    ImageDraw.Draw(image).rectangle((500, 300, 512, 330), fill=(0, 0, 0))
    assert not eye.looks_right(picture, png(image))


def test_what_no_eye_can_see_is_right(picture: bytes) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB").point(lambda value: min(value + 9, 255))
    assert eye.looks_right(picture, png(image))


def test_each_card_has_its_own_flaw_and_always_the_same() -> None:
    chosen = [spoil.choose(f"T {number}") for number in range(40)]
    assert set(chosen) == {Flaw.PANEL_MISSING, Flaw.STREAKS, Flaw.LETTERS_MISSING}
    assert chosen == [spoil.choose(f"T {number}") for number in range(40)]

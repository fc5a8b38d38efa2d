"""A card's picture opened: exactly right, or refused in words that tell sizes only."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ektp_core.boundary.card_printer import DriverError
from ektp_driving.picture import opened
from tests.drivers.bad_pictures import BAD, told_as, with_part

SAID = re.compile(
    r"the picture (is \d+ x \d+; the card takes|cannot be read as a PNG; the card takes one of) 1016 x 648"
)


def png(mode: str, size: tuple[int, int] = (1016, 648), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, "PNG", **more)
    return out.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
def test_a_picture_of_the_right_size_is_opened_as_red_green_and_blue(mode: str) -> None:
    found = opened(png(mode), 1016, 648)
    assert (found.mode, found.size) == ("RGB", (1016, 648))


def test_the_dots_are_those_of_the_file(picture: bytes) -> None:
    with Image.open(io.BytesIO(picture)) as image:
        assert opened(picture, 1016, 648).tobytes() == image.convert("RGB").tobytes()


@pytest.mark.parametrize("wrong", BAD)
def test_a_picture_that_is_a_bomb_or_broken_is_refused_and_only_sizes_are_told(picture: bytes, wrong: str) -> None:
    with pytest.raises(DriverError) as refused:
        opened(BAD[wrong](picture), 1016, 648)
    assert SAID.fullmatch(str(refused.value))
    assert refused.value.__cause__ is None and refused.value.__context__ is None, "no other error tells more"


@pytest.mark.parametrize("size", [(648, 1016), (1015, 648), (1016, 649), (1, 1)])
def test_another_size_is_refused_and_named(size: tuple[int, int]) -> None:
    with pytest.raises(DriverError, match=f"is {size[0]} x {size[1]}; the card takes 1016 x 648"):
        opened(png("RGB", size), 1016, 648)


def test_other_forms_than_png_are_not_opened() -> None:
    out = io.BytesIO()
    Image.new("RGB", (1016, 648)).save(out, "BMP")
    with pytest.raises(DriverError, match="cannot be read as a PNG"):
        opened(out.getvalue(), 1016, 648)


def test_what_says_another_size_never_reaches_the_library(picture: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(DriverError, match="is 12000 x 12000"):
        opened(told_as(picture, 12_000, 12_000), 1016, 648)


def test_no_dots_are_unpacked_for_a_second_head_of_another_size(
    picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image.Image, "convert", lambda *_, **__: pytest.fail("it was unpacked"))
    with pytest.raises(DriverError, match="is 9000 x 9000"):
        opened(BAD["of another size behind a second head"](picture), 1016, 648)


@given(st.data())
def test_any_change_of_a_picture_is_a_picture_of_that_size_or_an_error_of_the_contract(data: st.DataObject) -> None:
    good = bytearray(png("RGB", (16, 8), compress_level=0))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    changed = bytes(good[: data.draw(st.integers(0, len(good)))])
    name = data.draw(st.sampled_from([b"gAMA", b"iCCP", b"tRNS", b"PLTE", b"pHYs", b"acTL", b"fcTL", b"eXIf", b"sRGB"]))
    for bad in (changed, with_part(png("RGB", (16, 8)), name, data.draw(st.binary(max_size=40)))):
        try:
            assert (opened(bad, 16, 8).size, opened(bad, 16, 8).mode) == ((16, 8), "RGB")
        except DriverError as error:
            assert "the card takes" in str(error)

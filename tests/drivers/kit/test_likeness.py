"""Whether two pictures are the same: what a printer does to a picture is forgiven, another picture is not."""

import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from ektp_testing.driver_kit.likeness import is_like
from ektp_testing.driver_kit.picture import picture

SIZES = st.tuples(st.integers(100, 400), st.integers(80, 300))


def changed(png: bytes, change: Callable[[Image.Image], Image.Image], kind: str = "PNG") -> bytes:
    with Image.open(io.BytesIO(png)) as found:
        out = io.BytesIO()
        change(found.convert("RGB")).save(out, kind)
    return out.getvalue()


def as_png(jpeg: bytes) -> bytes:
    with Image.open(io.BytesIO(jpeg)) as found:
        out = io.BytesIO()
        found.save(out, "PNG")
    return out.getvalue()


@given(SIZES, st.integers(1, 500), st.integers(1, 500))
def test_a_picture_is_like_itself_and_like_no_other_leaves(size: tuple[int, int], one: int, other: int) -> None:
    first, second = (picture(*size, f"kit-{number}/1/1").front_png for number in (one, other))
    assert is_like(first, second) is (one == other)


@pytest.mark.parametrize("number", range(1, 8))
@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.filter(ImageFilter.GaussianBlur(4)),
        lambda image: ImageEnhance.Brightness(image).enhance(0.85),
        lambda image: image.convert("P", palette=Image.Palette.WEB).convert("RGB"),
        lambda image: image.resize((1012, 640)),
    ],
    ids=["blurred", "darker", "dithered", "scaled"],
)
def test_what_a_printer_does_to_a_picture_is_forgiven(number: int, change: Callable[[Image.Image], Image.Image]) -> None:
    sent = picture(1016, 648, f"kit-{number}/1/1").front_png
    assert is_like(changed(sent, change), sent)
    assert is_like(as_png(changed(sent, change, "JPEG")), sent)


@pytest.mark.parametrize("number", range(1, 8))
@pytest.mark.parametrize(
    "change",
    [
        ImageOps.mirror,
        ImageOps.flip,
        lambda image: image.rotate(180),
        lambda image: Image.merge("RGB", [image.split()[0], image.split()[1], Image.new("L", image.size, 255)]),
        lambda image: Image.new("RGB", image.size, "white"),
        lambda image: Image.composite(Image.new("RGB", image.size, "white"), image, image.convert("L").point(lambda v: 255 * (v < 40))),
        ImageOps.invert,
    ],
    ids=["mirrored", "upside down", "turned", "no yellow", "empty", "no black", "negative"],
)
def test_another_picture_is_seen(number: int, change: Callable[[Image.Image], Image.Image]) -> None:
    sent = picture(1016, 648, f"kit-{number}/1/1").front_png
    assert not is_like(changed(sent, change), sent)


@pytest.mark.parametrize("found", [b"", b"\x89PNG\r\n\x1a\n", picture(1016, 648).front_png[:200]])
def test_what_cannot_be_read_is_like_nothing(found: bytes) -> None:
    assert not is_like(found, picture(1016, 648).front_png)
    assert not is_like(found, found)

"""Pictures as panels: right size, right place, right ink."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_evolis.language import BITS, size_of
from ektp_driver_evolis.raster import BLACK_AT_MOST, Panel, pack, panels, unpack
from tests.drivers.bad_pictures import BAD


def png(dots: dict[tuple[int, int], tuple[int, int, int]], size: tuple[int, int] = (1016, 648)) -> bytes:
    image = Image.new("RGB", size, "white")
    for place, colour in dots.items():
        image.putpixel(place, colour)
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def inked(panel: Panel) -> dict[tuple[int, int], int]:
    """Line and dot of all that is inked."""
    return {divmod(at, 648): value for at, value in enumerate(unpack(panel.data, panel.levels)) if value}


@given(st.sampled_from([2, 32, 64, 128]), st.data())
def test_dots_are_packed_without_gaps_highest_bit_first(levels: int, data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.lists(st.integers(0, levels - 1), min_size=8, max_size=8), min_size=1, max_size=4))
    dots = bytes(dot for group in groups for dot in group)
    bits = "".join(format(dot, f"0{BITS[levels]}b") for dot in dots)
    packed = pack(dots, levels)
    assert packed == int(bits, 2).to_bytes(len(bits) // 8)
    assert unpack(packed, levels) == dots


@pytest.mark.parametrize(("dots", "levels"), [(b"\0" * 7, 2), (b"\2" * 8, 2), (b"\x80" * 8, 128), (b"\0" * 8, 16)])
def test_dots_that_do_not_fit_are_refused(dots: bytes, levels: int) -> None:
    with pytest.raises(DriverError):
        pack(dots, levels)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1015, 0), (0, 647), (1015, 647), (3, 5), (500, 324)])
def test_a_black_dot_lands_where_it_should_and_in_black_alone(x: int, y: int) -> None:
    yellow, magenta, cyan, black, overlay = panels(png({(x, y): (0, 0, 0)}), "ymcko")
    assert inked(black) == {(x, 647 - y): 1}
    assert not inked(yellow) and not inked(magenta) and not inked(cyan)
    assert overlay.data == b"\xff" * 82_296


def test_colours_go_to_the_panels_that_make_them() -> None:
    dots = {(10, 7): (255, 0, 0), (20, 7): (0, 255, 0), (30, 7): (0, 0, 255)}
    yellow, magenta, cyan, black, _ = panels(png(dots), "ymcko")
    assert inked(yellow) == {(10, 640): 127, (20, 640): 127}
    assert inked(magenta) == {(10, 640): 127, (30, 640): 127}
    assert inked(cyan) == {(20, 640): 127, (30, 640): 127}
    assert not inked(black)


def test_black_ends_at_its_threshold() -> None:
    at, beyond = (BLACK_AT_MOST,) * 3, (BLACK_AT_MOST + 1,) * 3
    yellow, _, _, black, _ = panels(png({(0, 0): at, (1, 0): beyond}), "ymcko")
    assert inked(black) == {(0, 647): 1}
    assert set(inked(yellow)) == {(1, 647)}


@pytest.mark.parametrize("levels", [32, 64, 128])
def test_panels_have_the_size_of_their_levels(levels: int) -> None:
    made = panels(png({}), "ymcko", levels)
    assert [(one.name, len(one.data)) for one in made] == [
        ("y", size_of(levels)), ("m", size_of(levels)), ("c", size_of(levels)), ("k", 82_296), ("o", 82_296)
    ]  # fmt: skip


def test_a_black_ribbon_gets_one_panel_dark_where_the_picture_is() -> None:
    (black,) = panels(png({(0, 0): (0, 0, 0), (1, 0): (127, 127, 127), (2, 0): (128, 128, 128)}), "kb")
    assert inked(black) == {(0, 647): 1, (1, 647): 1}
    assert [one.name for one in panels(png({}), "ko")] == ["k", "o"]


@pytest.mark.parametrize(
    "raw", [b"", b"no picture", png({}, (648, 1016)), png({})[:200], b"\x89PNG\r\n\x1a\n" + b"\0" * 40]
)
def test_what_is_no_picture_of_a_card_is_refused(raw: bytes) -> None:
    with pytest.raises(DriverError):
        panels(raw, "ymcko")


@pytest.mark.parametrize("wrong", BAD)
def test_a_picture_that_is_a_bomb_or_broken_is_refused_in_words_of_the_contract(picture: bytes, wrong: str) -> None:
    with pytest.raises(DriverError, match="the card takes"):
        panels(BAD[wrong](picture), "ymcko")


def test_a_ribbon_this_driver_cannot_print_with_is_refused() -> None:
    with pytest.raises(DriverError, match="hologram"):
        panels(png({}), "hologram")


@given(st.binary(max_size=60))
def test_any_bytes_are_panels_or_an_error_of_the_contract(raw: bytes) -> None:
    with pytest.raises(DriverError):
        panels(raw, "ymcko")

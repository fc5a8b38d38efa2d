"""A card's picture as panels (gambar menjadi panel): PNG in, bitmaps of 648 x 1016 out; pure.

The picture lies landscape, 1016 x 648; the printer wants it portrait, turned clockwise: the
dot x, y becomes line x, dot 647 - y. Dots nearly black in all colours go to the black panel
alone, where resin is sharper and readable by machines; every other dot goes to yellow,
magenta and cyan. The overlay covers the whole card. Ribbons without colour get one panel,
dark where the picture is darker than the middle. PROTOCOL.md, section 7.
"""

from collections.abc import Iterator, Sequence

from attrs import field, frozen
from PIL import Image, ImageChops

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_evolis.language import BITS, HEIGHT, WIDTH, size_of
from ektp_driving.picture import opened

COLOUR_LEVELS = 128

#: A dot is black, and printed in resin alone, if none of its colours is brighter than this (of 255).
#: Printed black text has at most about 30 after drawing; the darkest parts of a photograph have more.
BLACK_AT_MOST = 40

#: Without colour panels a dot is printed if its grey is darker than this.
MIDDLE = 128

#: The panels of a ribbon, by what the printer calls it.
RIBBONS = {"ymcko": "ymcko", "kb": "k", "k": "k", "ko": "ko"}

_TURN = Image.Transpose.ROTATE_270  # Pillow counts against the clock
_FULL = 255


@frozen
class Panel:
    """One bitmap: `y`, `m`, `c`, `k` or `o`, with 2, 32, 64 or 128 levels."""

    name: str
    levels: int
    data: bytes = field(repr=False)


def panels(png: bytes, ribbon: str, colour_levels: int = COLOUR_LEVELS) -> tuple[Panel, ...]:
    """The bitmaps of a picture in the order they are printed.

    Raises:
        DriverError: not a PNG of 1016 x 648, or a ribbon this driver cannot print with.
    """
    names = RIBBONS.get(ribbon.lower())
    if names is None:
        raise DriverError(f"this driver has no pictures for a ribbon called {ribbon}")
    picture = opened(png, HEIGHT, WIDTH).transpose(_TURN)
    black = _black(picture) if "y" in names else _dark(picture)
    made = {"k": Panel("k", 2, pack(black.tobytes(), 2)), "o": Panel("o", 2, b"\xff" * size_of(2))}
    if "y" in names:
        made |= _colours(picture, black, colour_levels)
    return tuple(made[name] for name in names)


def _black(picture: Image.Image) -> Image.Image:
    """1 where no colour is brighter than `BLACK_AT_MOST`, else 0."""
    red, green, blue = picture.split()
    brightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return brightest.point([int(level <= BLACK_AT_MOST) for level in range(_FULL + 1)])


def _dark(picture: Image.Image) -> Image.Image:
    return picture.convert("L").point([int(level < MIDDLE) for level in range(_FULL + 1)])


def _colours(picture: Image.Image, black: Image.Image, levels: int) -> dict[str, Panel]:
    size_of(levels)  # refuses a number of levels no panel has
    ink = [((_FULL - level) * (levels - 1) + _FULL // 2) // _FULL for level in range(_FULL + 1)]
    under_black = black.point([_FULL if level else 0 for level in range(_FULL + 1)])
    found = {}
    for name, channel in zip("cmy", picture.split(), strict=True):
        inked = channel.point(ink)
        inked.paste(0, mask=under_black)
        found[name] = Panel(name, levels, pack(inked.tobytes(), levels))
    return found


def pack(dots: bytes, levels: int) -> bytes:
    """Dots of one byte each as bits without gaps, highest bit first.

    Raises:
        DriverError: not whole groups of eight dots, or a dot beyond its levels.
    """
    bits = _bits(levels)
    if len(dots) % 8 or (dots and max(dots) >= levels):
        raise DriverError("dots that do not fit the panel")
    rows = [dots[place::8] for place in range(8)]
    packed = bytearray(len(dots) * bits // 8)
    for byte in range(bits):
        packed[byte::bits] = _or([_shift(rows[dot], by) for dot, by in _meet(byte, bits)])
    return bytes(packed)


def unpack(packed: bytes, levels: int) -> bytes:
    """The dots of a panel, one byte each (for what looks at panels).

    Raises:
        DriverError: not whole groups of eight dots.
    """
    bits = _bits(levels)
    if len(packed) % bits:
        raise DriverError("bytes that are no whole dots")
    columns = [packed[byte::bits] for byte in range(bits)]
    dots = bytearray(len(packed) * 8 // bits)
    for dot in range(8):
        shares = [_shift(columns[byte], -by) for byte in range(bits) for place, by in _meet(byte, bits) if place == dot]
        dots[dot::8] = _or(shares).translate(bytes(level & (levels - 1) for level in range(256)))
    return bytes(dots)


def _bits(levels: int) -> int:
    size_of(levels)
    return BITS[levels]


def _meet(byte: int, bits: int) -> Iterator[tuple[int, int]]:
    """Which of eight dots have bits in this byte, and how far left their value lies in it."""
    for dot in range(8):
        by = (8 * byte + 8) - (dot * bits + bits)
        if -bits < by < 8:
            yield dot, by


def _shift(row: bytes, by: int) -> bytes:
    """Each byte moved left by `by` bits (right if negative); what leaves the byte is lost."""
    return row.translate(bytes((level << by if by >= 0 else level >> -by) & 0xFF for level in range(256)))


def _or(rows: Sequence[bytes]) -> bytes:
    together = 0
    for row in rows:
        together |= int.from_bytes(row)
    return together.to_bytes(len(rows[0])) if rows else b""

"""From the bytes of a colour to the picture on the card (bidang warna ke gambar).

A colour comes as 648 x 1016 points, upright, a few bits each and packed without a gap; the
card lies across. Nothing here knows how a driver makes these bytes: this is the way back,
written from the printer's side, so that a driver that turns or mirrors its picture shows it
on the card.

>>> expected_bytes(2), expected_bytes(128)
(82296, 576072)
"""

import io

from PIL import Image, ImageChops

WIDTH, HEIGHT = 648, 1016
POINTS = WIDTH * HEIGHT
BITS = {2: 1, 32: 5, 64: 6, 128: 7}
COLOURS = "ymc"
_WHITE = (255, 255, 255)


def expected_bytes(levels: int) -> int:
    """How many bytes one colour of so many levels has."""
    return POINTS * BITS[levels] // 8


def plate(data: bytes, levels: int) -> Image.Image:
    """The ink of one colour as the card lies: 0 none, 255 all there is.

    `data` is filled up with nothing where it is too short: a card printed from half a colour.
    """
    bits = BITS[levels]
    whole = data[: expected_bytes(levels)].ljust(expected_bytes(levels), b"\0")
    single = Image.frombytes("1", (len(whole) * 8, 1), whole).convert("L").tobytes()
    ink = Image.new("L", (WIDTH, HEIGHT), 0)
    for number in range(bits):
        weight = round(255 * (1 << (bits - 1 - number)) / ((1 << bits) - 1))
        layer = Image.frombytes("L", (WIDTH, HEIGHT), single[number::bits].translate(_weighing(weight)))
        ink = ImageChops.add(ink, layer)
    return ink.transpose(Image.Transpose.ROTATE_90)


def lay(card: Image.Image, colour: str, ink: Image.Image) -> Image.Image:
    """The card after one colour more; the overlay is clear."""
    if colour == "o":
        return card
    if colour not in COLOURS:
        return ImageChops.multiply(card, Image.merge("RGB", [ImageChops.invert(ink)] * 3))
    held_back = COLOURS.index(colour)  # yellow keeps blue back, magenta green, cyan red
    bands = [Image.new("L", card.size, 255)] * 3
    bands[2 - held_back] = ImageChops.invert(ink)
    return ImageChops.multiply(card, Image.merge("RGB", bands))


def bare() -> Image.Image:
    """A card nobody printed on."""
    return Image.new("RGB", (HEIGHT, WIDTH), _WHITE)


def png(card: Image.Image) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    card.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _weighing(weight: int) -> bytes:
    return bytes(weight if value else 0 for value in range(256))

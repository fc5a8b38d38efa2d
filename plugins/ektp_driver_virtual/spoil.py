"""How a card looks that came out wrong (kartu gagal cetak).

A ribbon panel that was not transferred, streaks of a dirty head, letters that are missing,
a card that stopped half way: what offices send back. The printer notices the last one only.
"""

import io
from hashlib import sha256
from typing import assert_never

from PIL import Image, ImageChops, ImageDraw

from ektp_driver_virtual.messages import Flaw

_BY_ITSELF = (Flaw.PANEL_MISSING, Flaw.STREAKS, Flaw.LETTERS_MISSING)
_WHITE = (255, 255, 255)


def choose(serial: str) -> Flaw:
    """One of the flaws, always the same for the same card."""
    return _BY_ITSELF[sha256(serial.encode()).digest()[0] % len(_BY_ITSELF)]


def spoil(png: bytes, flaw: Flaw) -> bytes:
    """The picture as it came out; a picture that cannot be read comes out as an empty card."""
    try:
        picture = Image.open(io.BytesIO(png)).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        picture = Image.new("RGB", (1016, 648), _WHITE)
    out = io.BytesIO()
    _spoiled(picture, flaw).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _spoiled(picture: Image.Image, flaw: Flaw) -> Image.Image:
    match flaw:
        case Flaw.PANEL_MISSING:
            red, green, _blue = picture.split()
            return Image.merge("RGB", (red, green, Image.new("L", picture.size, 255)))
        case Flaw.STREAKS | Flaw.ANY:
            return _streaked(picture)
        case Flaw.LETTERS_MISSING:
            return _without_letters(picture)
        case Flaw.HALF:
            width, height = picture.size
            ImageDraw.Draw(picture).rectangle((width * 11 // 20, 0, width, height), fill=_WHITE)
            return picture
        case _:
            assert_never(flaw)


def _streaked(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    draw = ImageDraw.Draw(picture)
    for place in (13, 27, 41, 55, 72):
        top = height * place // 100
        draw.rectangle((0, top, width, top + height // 40), fill=_WHITE)
    return picture


def _without_letters(picture: Image.Image) -> Image.Image:
    """The black panel is gone where the letters are: dark ink turns into what lies under it."""
    width, height = picture.size
    dark = picture.convert("L").point(lambda value: 255 if value < 125 else 0)
    where = Image.new("L", picture.size, 0)
    ImageDraw.Draw(where).rectangle((width * 3 // 10, height // 6, width * 7 // 10, height), fill=255)
    pale = Image.new("RGB", picture.size, picture.getpixel((width // 2, height - 12)))
    return Image.composite(pale, picture, ImageChops.multiply(dark, where))

"""Is it the same picture (kemiripan gambar): what stands on a card, against what was sent for it.

A printer dithers, turns colours into inks, lays an overlay and may scale by a point or two. So both
pictures are made coarse, to squares within one colour each, and every square must have nearly the same
colour. A picture that is turned, mirrored, shifted by a square, or lacks a panel is another picture.
"""

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from ektp_testing.driver_kit.picture import COLUMNS, ROWS

if TYPE_CHECKING:
    from PIL import Image

#: How far a colour may be off in red, green or blue, of 255; the kit's own colours are 190 apart and more.
TOLERANCE = 70
_INNER = 4  # each square of one colour is looked at through its middle: its edges may be blurred


def is_like(found: bytes, sent: bytes) -> bool:
    """Whether the two PNGs show the same; one that cannot be read shows nothing."""
    seen, wanted = _squares(found), _squares(sent)
    if not seen or not wanted:
        return False
    return all(abs(a - b) <= TOLERANCE for a, b in zip(seen, wanted, strict=True))


@lru_cache(maxsize=64)
def _squares(png: bytes) -> bytes:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
            image = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return b""
    fine = image.resize((COLUMNS * _INNER, ROWS * _INNER), Image.Resampling.BOX)
    return b"".join(_middle(fine, x * _INNER, y * _INNER) for y in range(ROWS) for x in range(COLUMNS))


def _middle(fine: "Image.Image", left: int, top: int) -> bytes:
    from PIL import Image

    square = fine.crop((left + 1, top + 1, left + _INNER - 1, top + _INNER - 1))
    return square.resize((1, 1), Image.Resampling.BOX).tobytes()

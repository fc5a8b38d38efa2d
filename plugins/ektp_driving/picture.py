"""A card's picture, opened (gambar kartu): a PNG of exactly the card's size, or an error of the contract.

A picture is a stranger's file: few bytes can say that they unpack to gigabytes, and a library
for pictures fails over a broken one in many ways. So its size is read from its first bytes before anything is
unpacked, and again from what the library makes of it, because a file may have a second head. What is
said of a bad one is its size alone: a picture is a person's.
"""

import io

from PIL import Image

from ektp_core.boundary.card_printer import DriverError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def opened(png: bytes, width_px: int, height_px: int) -> Image.Image:
    """The picture as red, green and blue, of exactly this size.

    Raises:
        DriverError: it is no PNG of this size, or cannot be read.
    """
    wanted, told = (width_px, height_px), _told_size(png)
    image = None
    if told == wanted:
        told, image = _read(png, wanted)
    if told is None:
        raise DriverError(f"the picture cannot be read as a PNG; the card takes one of {width_px} x {height_px}")
    if image is None:
        raise DriverError(f"the picture is {told[0]} x {told[1]}; the card takes {width_px} x {height_px}")
    return image


def _told_size(png: bytes) -> tuple[int, int] | None:
    """Width and height as the file's first bytes tell them; None where it is no PNG. Nothing is unpacked for that."""
    is_png = png.startswith(_SIGNATURE) and png[12:16] == b"IHDR" and len(png) >= 24
    return (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) if is_png else None


def _read(png: bytes, wanted: tuple[int, int]) -> tuple[tuple[int, int] | None, Image.Image | None]:
    """The size the library finds, None if it cannot read the file; and the picture, only if the size is `wanted`."""
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as found:
            return found.size, found.convert("RGB") if found.size == wanted else None
    except Exception:  # noqa: BLE001  # a broken file fails in ways that Pillow does not list, and its bombs are told in two
        return None, None

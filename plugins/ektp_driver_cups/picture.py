"""The card as a document for a queue (berkas kartu): one page of exactly a card's size.

A queue's filters scale a bare picture as they like; a PDF says how large its page is, so it
is taken first. The picture goes to the page's edges. Nothing but the picture stands in it.
"""

import io
import struct

from PIL import Image

from ektp_core.boundary.card_printer import DriverError

WIDTH_PX, HEIGHT_PX, DPI = 1016, 648, 300
_CARD_MM = (85.6, 53.98)
_MM_PER_INCH = 25.4
PDF, PNG = "application/pdf", "image/png"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def document(png: bytes, formats: tuple[str, ...]) -> tuple[str, bytes]:
    """The card's picture in the first form the queue takes, and the form's name.

    Raises:
        DriverError: it is no picture of the right size, or the queue takes neither form.
    """
    image = _opened(png)
    if PDF in formats:
        return PDF, _pdf(image)
    if PNG in formats:
        return PNG, png
    raise DriverError(f"the queue takes neither {PDF} nor {PNG}")


def _opened(png: bytes) -> Image.Image:
    size = _told_size(png)
    if size != (WIDTH_PX, HEIGHT_PX):
        raise DriverError(f"the picture is {size[0]} x {size[1]}; the card takes {WIDTH_PX} x {HEIGHT_PX}")
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as found:
            return found.convert("RGB")
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError) as error:
        problem = type(error).__name__
    raise DriverError(f"the picture cannot be read as PNG ({problem})")


def _told_size(png: bytes) -> tuple[int, int]:
    """Width and height as the file's first part tells them; 0 x 0 where it is no PNG. Nothing is unpacked for that."""
    is_png = png.startswith(_SIGNATURE) and png[12:16] == b"IHDR" and len(png) >= 24
    return (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) if is_png else (0, 0)


def _pdf(image: Image.Image) -> bytes:
    out = io.BytesIO()
    dpi = tuple(side * _MM_PER_INCH / mm for side, mm in zip(image.size, _CARD_MM, strict=True))
    image.save(out, "PDF", dpi=dpi, quality=95, producer=None)
    return out.getvalue()

"""The card as a document for a queue (berkas kartu): one page of exactly a card's size.

A queue's filters scale a bare picture as they like; a PDF says how large its page is, so it
is taken first. The picture goes to the page's edges. Nothing but the picture stands in it.
"""

import io

from PIL import Image

from ektp_core.boundary.card_printer import DriverError
from ektp_driving.picture import opened

WIDTH_PX, HEIGHT_PX, DPI = 1016, 648, 300
_CARD_MM = (85.6, 53.98)
_MM_PER_INCH = 25.4
PDF, PNG = "application/pdf", "image/png"


def document(png: bytes, formats: tuple[str, ...]) -> tuple[str, bytes]:
    """The card's picture in the first form the queue takes, and the form's name.

    Raises:
        DriverError: it is no picture of the right size, or the queue takes neither form.
    """
    image = opened(png, WIDTH_PX, HEIGHT_PX)
    if PDF in formats:
        return PDF, _pdf(image)
    if PNG in formats:
        return PNG, png
    raise DriverError(f"the queue takes neither {PDF} nor {PNG}")


def _pdf(image: Image.Image) -> bytes:
    out = io.BytesIO()
    dpi = tuple(side * _MM_PER_INCH / mm for side, mm in zip(image.size, _CARD_MM, strict=True))
    image.save(out, "PDF", dpi=dpi, quality=95, producer=None)
    return out.getvalue()

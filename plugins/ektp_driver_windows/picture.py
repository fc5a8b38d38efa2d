"""The card as a bitmap for a maker's driver (gambar kartu): rows of blue, green, red, the lowest row first.

Windows calls it a device-independent bitmap. The maker's driver draws it with GDI, as it would any
program's page: a raw language would have to be the maker's own, which is not published.
"""

from attrs import field, frozen
from PIL import Image

from ektp_driving.picture import opened

WIDTH_PX, HEIGHT_PX, DPI = 1016, 648, 300


@frozen
class Bitmap:
    """24 bits a pixel; each row is filled to a multiple of four bytes."""

    width_px: int
    height_px: int
    rows: bytes = field(repr=False)

    @property
    def row_bytes(self) -> int:
        """Length of one row."""
        return (self.width_px * 3 + 3) // 4 * 4


def bitmap(png: bytes) -> Bitmap:
    """The card's picture as a bitmap.

    Raises:
        DriverError: it is no picture of the right size.
    """
    return _bitmap(opened(png, WIDTH_PX, HEIGHT_PX))


def turned(picture: Bitmap) -> Bitmap:
    """The same, a quarter turn to the left, for a page that stands upright."""
    size, stride = (picture.width_px, picture.height_px), picture.row_bytes
    image = Image.frombytes("RGB", size, picture.rows, "raw", "BGR", stride, -1)
    return _bitmap(image.transpose(Image.Transpose.ROTATE_90))


def _bitmap(image: Image.Image) -> Bitmap:
    width, height = image.size
    stride = (width * 3 + 3) // 4 * 4
    return Bitmap(width, height, image.tobytes("raw", "BGR", stride, -1))

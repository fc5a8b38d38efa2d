"""The picture the kit prints (gambar uji): a PNG made by hand, with a number hidden in it.

It has ink on every panel, and carries a made-up citizen's number in a text chunk: no driver may
ever say that number in an error, a notice or a verdict (rule 40).
"""

import struct
import zlib
from functools import cache

from ektp_core.boundary.card_printer import Artwork

#: A made-up number of a citizen, as long as a real one; no region has this prefix.
CANARY = "0099990101909999"
_STRIPES = (b"\x00\x00\x00", b"\xff\xff\xff", b"\xe0\x20\x40", b"\x20\x90\xd0")


@cache
def picture(width: int, height: int) -> Artwork:
    """A striped picture of that size, in pixels."""
    rows = [b"\x00" + _STRIPES[y // 8 % len(_STRIPES)] * width for y in range(height)]
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    text = b"NIK\x00" + CANARY.encode()
    parts = (_chunk(b"IHDR", head), _chunk(b"tEXt", text), _chunk(b"IDAT", zlib.compress(b"".join(rows), 1)))
    return Artwork(b"\x89PNG\r\n\x1a\n" + b"".join(parts) + _chunk(b"IEND", b""))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

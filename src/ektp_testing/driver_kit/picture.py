"""The pictures the kit prints (gambar uji): PNGs made by hand, one for each leave, with a number hidden in them.

Two pictures are clearly different, and none looks the same turned or mirrored, so that a card with
somebody else's picture is seen. Each has ink on every panel, and carries a made-up
citizen's number in a text chunk: no driver may ever say that number in an error, a notice or a
verdict (rule 40).
"""

import struct
import zlib
from functools import lru_cache
from hashlib import sha256

from ektp_core.boundary.card_printer import Artwork

#: A made-up number of a citizen, as long as a real one; no region has this prefix.
CANARY = "0099990101909999"
_COLOURS = (b"\x00\x00\x00", b"\xff\xff\xff", b"\xe0\x20\x40", b"\x20\x90\xd0")
#: Squares across and down; each has one colour.
COLUMNS, ROWS = 8, 5


@lru_cache(maxsize=64)
def picture(width: int, height: int, name: str = "") -> Artwork:
    """The picture of that name and size, in pixels: squares of four colours, chosen by the name."""
    chosen = sha256(name.encode()).digest() * 2
    lines = [
        b"\x00" + b"".join(_COLOURS[chosen[row * COLUMNS + x * COLUMNS // width] % 4] for x in range(width))
        for row in range(ROWS)
    ]
    rows = b"".join(lines[y * ROWS // height] for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    text = b"NIK\x00" + CANARY.encode()
    parts = (_chunk(b"IHDR", head), _chunk(b"tEXt", text), _chunk(b"IDAT", zlib.compress(rows, 1)))
    return Artwork(b"\x89PNG\r\n\x1a\n" + b"".join(parts) + _chunk(b"IEND", b""))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

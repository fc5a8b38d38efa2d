"""Pictures no driver may draw, each made from a good one: too large in truth or in words, or broken inside."""

import struct
from collections.abc import Callable, Mapping
from zlib import compress, crc32

_HEAD_END = 8 + 25  # the signature, and the part IHDR


def part(name: bytes, content: bytes) -> bytes:
    """One part of a PNG file, with a checksum that is right."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc32(name + content))


def head(width: int, height: int) -> bytes:
    """The part that says how large the picture is: eight bits for each of red, green and blue."""
    return part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def told_as(picture: bytes, width: int, height: int) -> bytes:
    """The same, said to be of another size."""
    return picture[:8] + head(width, height) + picture[_HEAD_END:]


def with_part(picture: bytes, name: bytes, content: bytes) -> bytes:
    """The same with one more part behind its head."""
    return picture[:_HEAD_END] + part(name, content) + picture[_HEAD_END:]


#: What is wrong, and how a good picture is spoiled so.
BAD: Mapping[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no picture": lambda _: b"no picture",
    "only a signature": lambda picture: picture[:8] + bytes(40),
    "cut off in its head": lambda picture: picture[:20],
    "cut off early": lambda picture: picture[:200],
    "cut off late": lambda picture: picture[:-200],
    "said to unpack to ten gigabytes": lambda picture: told_as(picture, 60_000, 60_000),
    "said to unpack to half a gigabyte": lambda picture: told_as(picture, 12_000, 12_000),
    "said to have nothing in it": lambda picture: told_as(picture, 0, 0),
    "of another size behind a second head": lambda picture: with_part(picture, b"IHDR", head(9_000, 9_000)[8:-4]),
    "with a bomb behind a second head": lambda picture: with_part(picture, b"IHDR", head(60_000, 60_000)[8:-4]),
    "with a part that is too short": lambda picture: with_part(picture, b"gAMA", b""),
    "with a colour profile that ends in its name": lambda picture: with_part(picture, b"iCCP", b"profile\0"),
    "with a colour profile of nothing behind its dots": lambda picture: picture[:-12] + part(b"iCCP", b"") + picture[-12:],
    "with colours that are no whole numbers behind its dots": lambda picture: (
        picture[:-12] + part(b"cHRM", b"white") + picture[-12:]
    ),
    "with a text that unpacks to a bomb": lambda picture: with_part(
        picture, b"zTXt", b"words\0\0" + compress(bytes(1 << 26))
    ),
}  # fmt: skip

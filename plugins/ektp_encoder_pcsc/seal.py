"""The seal in front of a chip's content (segel isi chip): its length and digest, so that half is told from whole.

A chip is written in many small steps, and a card may be pulled out between any two. The seal
is written first: from the first byte on the chip is no longer empty, and only when the last
byte stands does the digest fit. So a write that stopped reads as neither empty nor whole.

>>> sealed = seal(b"abc")
>>> unseal(sealed), unseal(sealed[:-1] + b"x")
(b'abc', None)
>>> total_of(sealed[:SEAL_BYTES]) == len(sealed)
True
"""

from hashlib import sha256

MAGIC = b"EK\x01"
_LENGTH_BYTES = 4
_DIGEST_BYTES = 32
SEAL_BYTES = len(MAGIC) + _LENGTH_BYTES + _DIGEST_BYTES


def seal(content: bytes) -> bytes:
    """What is written to the chip: mark, length, SHA-256, content."""
    return MAGIC + len(content).to_bytes(_LENGTH_BYTES, "big") + sha256(content).digest() + content


def total_of(head: bytes) -> int | None:
    """How many bytes belong to what begins with this seal, itself included; None if it is no seal."""
    if len(head) < SEAL_BYTES or not head.startswith(MAGIC):
        return None
    return SEAL_BYTES + int.from_bytes(head[len(MAGIC) : len(MAGIC) + _LENGTH_BYTES], "big")


def unseal(sealed: bytes) -> bytes | None:
    """The content, if all of it is there; None otherwise."""
    content = sealed[SEAL_BYTES:]
    return content if content and seal(content) == sealed else None

"""The additive digest of rows (jumlah sidik): a sum that a row enters and leaves without the others.

Each row weighs the SHA-256 of its key and value, as a number; a book's rows weigh the sum,
modulo 2**256. A seal carries that sum, so a changed row costs two hashes and not a walk over
the book. The sum finds accidents and careless edits. It is no commitment against somebody
who may choose rows freely: against that stands the fold, which `verify` repeats.

>>> whole = weight(b"key", b"old")
>>> whole = (whole - weight(b"key", b"old") + weight(b"key", b"new")) % MODULUS
>>> whole == weight(b"key", b"new"), len(sum_bytes(whole))
(True, 32)
"""

import hashlib
import zlib

MODULUS = 1 << 256


def weight(key: bytes, value: bytes) -> int:
    """What one row adds to the sum."""
    return int.from_bytes(hashlib.sha256(key + b"\0" + value).digest(), "big")


def sum_bytes(total: int) -> bytes:
    """The sum as a seal carries it."""
    return total.to_bytes(32, "big")


def check_sum(body: bytes) -> int:
    """The CRC-32 that tells which event of a commit was changed, as a signed number: 4 bytes in the file."""
    found = zlib.crc32(body)
    return found - (1 << 32) if found >> 31 else found

"""The chain of sealed commits (rantai segel): each header holds the previous head.

A commit's header is one MessagePack array; its SHA-256 is the head. The header binds the
events by a digest over their lengths and bytes, the ids that were answered, the printer
counters, the digest of the rows under the station's pen, and the additive digest of all
rows. The station uploads its commits unchanged; one signature on the last head covers them
all. This file hashes; who signs, and what the events mean, is not known here.

>>> first = seal(Header(n=1, previous=b"", at_ms=7), (b"event",))
>>> check(first, previous=b"").n
1
"""

import hashlib
import struct
from collections.abc import Iterable

import msgspec
from attrs import frozen

from ektp_core.boundary.store import Sealed
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import FOLD, decoding

FORMAT = 1


@frozen
class Header:
    """What a seal says. `rows` is the additive digest of all rows, `pen` of those a station writes.

    `fold`: version of the fold that made those rows; a later fold may make others of the same events.
    """

    n: int
    previous: bytes
    at_ms: int
    count: int = 0
    events: bytes = b""
    asked: bytes = b""
    counters: tuple[tuple[str, int], ...] = ()
    pen: bytes = b""
    rows: bytes = b""
    fold: int = FOLD


def digest_of(parts: Iterable[bytes]) -> bytes:
    """SHA-256 over the count and lengths of the parts and then the parts: no two lists of parts look alike."""
    whole = tuple(parts)
    sizes = struct.pack(f">{len(whole) + 1}I", len(whole), *map(len, whole))
    return hashlib.sha256(sizes + b"".join(whole)).digest()


def seal(header: Header, events: tuple[bytes, ...]) -> Sealed:
    """The sealed commit of these events; count and digest of the events are filled in."""
    raw = msgspec.msgpack.encode(
        (
            FORMAT,
            header.n,
            header.previous,
            header.at_ms,
            len(events),
            digest_of(events),
            header.asked,
            header.counters,
            header.pen,
            header.rows,
            header.fold,
        )
    )
    return Sealed(header.n, hashlib.sha256(raw).digest(), raw, events)


_Wire = tuple[int, int, bytes, int, int, bytes, bytes, tuple[tuple[str, int], ...], bytes, bytes, int]


def read_header(raw: bytes) -> Header:
    """The header these bytes hold.

    Raises:
        Refused: MALFORMED.
    """
    with decoding("header"):
        version, *fields = msgspec.msgpack.decode(raw, type=_Wire)
        if version != FORMAT:
            raise ValueError("format")
        return Header(*fields)


def check(commit: Sealed, previous: bytes) -> Header:
    """The header of a commit whose hashes fit: head, link to `previous`, and events.

    Raises:
        Refused: MALFORMED naming which of the three does not fit.
    """
    header = read_header(commit.header)
    wrong = (
        "head"
        if hashlib.sha256(commit.header).digest() != commit.head
        else "number"
        if header.n != commit.n
        else "previous head"
        if header.previous != previous
        else "events"
        if (header.count, header.events) != (len(commit.events), digest_of(commit.events))
        else ""
    )
    if wrong:
        raise Refused(
            Refusal.MALFORMED,
            {"field": f"commit {commit.n}: {wrong}", "expected": "the value that was sealed", "shape": "another"},
        )
    return header

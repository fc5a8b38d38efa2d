"""What station and hub send each other (kiriman): commits upward, a receipt back, fetches.

An upload holds sealed commits unchanged; the signature of its envelope covers the last head
and through it all of them. The receipt says up to where the hub has taken the chain, and is
the same for ever for the same commit.
"""

import msgspec
from attrs import field, frozen

from ektp_core.boundary.store import Sealed
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import decoding, from_json, to_json

FORMAT = 1
_Wire = tuple[int, str, tuple[tuple[int, bytes, bytes, tuple[bytes, ...]], ...]]


@frozen
class Upload:
    """Commits of one station's chain, in order."""

    station: str
    commits: tuple[Sealed, ...]


@frozen
class Receipt:
    """The hub took this station's chain up to commit `n` with that head, in its own commit `hub_n`."""

    v: int
    station: str
    n: int
    head: str
    hub_n: int


@frozen
class Fetch:
    """A station asks for feed entries after `after`, or for the payload of a digest (hexadecimal).

    `nonce`: made up for this fetch; where there is one, the hub's signed word of now comes after the entries.
    """

    v: int
    station: str
    at_ms: int
    after: int = 0
    limit: int = 100
    digest: str = field(default="")
    nonce: str = ""


def write_upload(upload: Upload) -> bytes:
    """The bytes of an upload."""
    commits = tuple((one.n, one.header, one.head, one.events) for one in upload.commits)
    return msgspec.msgpack.encode((FORMAT, upload.station, commits))


def read_upload(raw: bytes) -> Upload:
    """The upload these bytes hold.

    Raises:
        Refused: MALFORMED; also for an upload without a commit.
    """
    with decoding("upload"):
        version, station, commits = msgspec.msgpack.decode(raw, type=_Wire)
    if version != FORMAT or not commits:
        raise Refused(
            Refusal.MALFORMED,
            {"field": "upload", "expected": "version 1 and a commit or more", "shape": "another"},
        )
    return Upload(station, tuple(Sealed(n, head, header, events) for n, header, head, events in commits))


def write_receipt(receipt: Receipt) -> bytes:
    """The bytes of a receipt."""
    return to_json(receipt)


def read_receipt(raw: bytes) -> Receipt:
    """The receipt these bytes hold. Raises MALFORMED."""
    return from_json(raw, Receipt, "receipt")


def write_fetch(fetch: Fetch) -> bytes:
    """The bytes of a fetch."""
    return to_json(fetch)


def read_fetch(raw: bytes) -> Fetch:
    """The fetch these bytes hold. Raises MALFORMED."""
    return from_json(raw, Fetch, "fetch")


def payload_context(station: str, digest: bytes) -> bytes:
    """What a payload is sealed for: this station and this digest, and nothing else."""
    return b"ektp payload/1 " + station.encode() + b" " + digest

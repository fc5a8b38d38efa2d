"""What the hub hands out to a station (antaran keluar): feed entries, signed, and payloads, sealed.

An entry leaves with exactly the bytes the book holds, under the hub's signature. A payload is
a citizen's data: a station gets it only while it holds the authorisation to print that
record, and sealed so that nobody on the way can read it. What a payload says is not known here.
"""

from collections.abc import Callable
from typing import Protocol

from ektp_core.boundary.clock import Clock
from ektp_core.boundary.signer import Signer
from ektp_core.boundary.store import Payload
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.rows import Desk, FeedRow, Lease, Record
from ektp_core.flow.view import View
from ektp_core.wire.envelope import PayloadType, signed
from ektp_core.wire.hub_now import FORMAT as NOW_FORMAT
from ektp_core.wire.hub_now import HubNow, write_now
from ektp_core.wire.upload import Fetch, payload_context
from ektp_hub.door import Fetched
from ektp_keys.payload_box import unlock_payload
from ektp_keys.transit import KeySealer

#: Most entries, and about most bytes, of one answer.
MOST_ENTRIES = 200
MOST_BYTES = 8 * 1024 * 1024

_DIGEST_BYTES = 32
_LONGEST_NONCE = 64


class Now(Protocol):
    """Who says what time it is, and signs it."""

    @property
    def clock(self) -> Clock:
        """The hub's clock."""

    @property
    def signer(self) -> Signer:
        """The hub's key."""


def feed_out(view: View, fetch: Fetch, signer: Signer) -> tuple[bytes, ...]:
    """The station's entries after the one it names, as many as fit, each an envelope."""
    desk = view.row(Desk, fetch.station) or Desk(fetch.station)
    first = max(fetch.after, 0) + 1
    last = min(desk.queued_m, first - 1 + min(max(fetch.limit, 1), MOST_ENTRIES))
    entries: list[bytes] = []
    size = 0
    for m in range(first, last + 1):
        row = view.row(FeedRow, fetch.station, m)
        assert row is not None, "a gap in a feed"
        entry = signed(PayloadType.FEED, row.body, (signer,)).to_json()
        size += len(entry)
        if entries and size > MOST_BYTES:
            break
        entries.append(entry)
    return tuple(entries)


def now_out(view: View, fetch: Fetch, hub: Now) -> tuple[bytes, ...]:
    """The hub's word of now for a fetch that asks for it by a nonce; none for another."""
    if not 1 <= len(fetch.nonce) <= _LONGEST_NONCE:
        return ()
    desk = view.row(Desk, fetch.station) or Desk(fetch.station)
    now = HubNow(NOW_FORMAT, fetch.station, fetch.nonce, hub.clock.now_ms(), desk.chain_n, desk.chain_head.hex())
    return (signed(PayloadType.NOW, write_now(now), (hub.signer,)).to_json(),)


def payload_out(view: View, payload_of: Callable[[bytes], Payload | None], fetched: Fetched) -> bytes:
    """The payload of a digest, sealed to the station that asks.

    Raises:
        Refused: MALFORMED for no digest; NOT_ALLOWED when the station holds no record with that
            payload; PAYLOAD_ERASED when the payload was erased.
    """
    digest = _digest(fetched.fetch)
    record = _held_record(view, fetched.fetch.station, digest)
    if record is None:
        needs = "an authorisation to print that record"
        raise Refused(Refusal.NOT_ALLOWED, {"who": fetched.fetch.station, "needs": needs})
    payload = payload_of(digest)
    if payload is None:
        raise Refused(Refusal.PAYLOAD_ERASED, {"record": record})
    return KeySealer(fetched.public).seal(unlock_payload(payload), payload_context(fetched.fetch.station, digest))


def _digest(fetch: Fetch) -> bytes:
    try:
        digest = bytes.fromhex(fetch.digest)
    except ValueError:
        digest = b""
    if len(digest) != _DIGEST_BYTES:
        facts = {"field": "fetch.digest", "expected": "64 hexadecimal digits", "shape": "something else"}
        raise Refused(Refusal.MALFORMED, facts)
    return digest


def _held_record(view: View, station: str, digest: bytes) -> str | None:
    """The leases of a station are few: the policy's number at most, and what is in its machines."""
    for lease in view.rows(Lease, station):
        record = view.row(Record, lease.record)
        if record and record.payload == digest:
            return record.record
    return None

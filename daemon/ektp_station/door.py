"""What reaches the station and what leaves it (pintu): envelopes opened and made; no socket here.

A feed entry must be the hub's; an authorisation's record must be signed by the registry or
the importing officer whose key the record names (rule 42): only where both agree is there
anything to print. What people at the station ask must be addressed to it and signed by them.
"""

import hashlib
from collections.abc import Sequence

from attrs import field, frozen

from ektp_core.boundary.signer import Signer, Unsealer, Verifier
from ektp_core.boundary.store import Payload, Sealed, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.custody import Receive
from ektp_core.flow.feed import FeedEntry, read_entry
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.rows import Key
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter
from ektp_core.vocabulary.prr import PrintReadyRecord, from_payload
from ektp_core.vocabulary.role import Hand
from ektp_core.wire import asks, envelope
from ektp_core.wire.asks import EnterRecord
from ektp_core.wire.envelope import PayloadType, check_addressee, check_fresh, open_envelope, signed
from ektp_core.wire.upload import Fetch, Receipt, Upload, payload_context, read_receipt, write_fetch, write_upload
from ektp_keys.payload_box import lock_payload, unlock_payload
from ektp_keys.public_keys import BookKeys
from ektp_station.messages import Entry

#: What people may ask of a station.
LOCAL = (Receive, Conclude, LoadPrinter, ClosePrinter)
FETCH_LIMIT = 50


@frozen
class Carried:
    """A feed entry as it came, and the sealed personal data fetched for it."""

    raw: bytes = field(repr=False)
    sealed: bytes = field(default=b"", repr=False)


def payload_digest(raw: bytes) -> bytes:
    """The digest of the personal data an entry refers to; empty if to none. Nothing is trusted by this."""
    leave = read_entry(envelope.Envelope.from_json(raw).payload).authorisation
    return bytes.fromhex(leave.payload) if leave else b""


def open_entry(carried: Carried, keys: BookKeys, key: Unsealer, station: str) -> Entry:
    """A feed entry, checked.

    Raises:
        Refused: what the envelope refuses; NOT_BOTH_SIGNED when the record's own signature does not agree.
    """
    opened = open_envelope(carried.raw, PayloadType.FEED, keys)
    entry = read_entry(opened.payload)
    payloads = (_record_payload(entry, carried.sealed, keys, key, station),) if carried.sealed else ()
    return Entry(opened.payload, hashlib.sha256(opened.payload).digest(), opened.key_ids[0], payloads)


def _record_payload(entry: FeedEntry, sealed: bytes, keys: BookKeys, key: Unsealer, station: str) -> Payload:
    """The signed record: by the very key the authorisation names, which is never the hub's (rule 42)."""
    leave = entry.authorisation
    assert leave is not None, "personal data without an authorisation"
    digest = bytes.fromhex(leave.payload)
    plain = key.unseal(sealed, payload_context(station, digest))
    opened = open_envelope(plain, PayloadType.ASK, keys)
    signer = keys.view.row(Key, leave.record_key)
    agrees = opened.digest == digest and leave.record_key in opened.key_ids
    if not agrees or signer is None or signer.hand not in (Hand.REGISTRY, Hand.OFFICER):
        raise Refused(Refusal.NOT_BOTH_SIGNED, {"record": leave.record, "missing": "the record's own signature"})
    return lock_payload(plain, digest)


def record_in(payload: Payload) -> PrintReadyRecord:
    """The record to print, from the signed envelope kept as payload."""
    inner = envelope.Envelope.from_json(unlock_payload(payload))
    _, body = asks.read_ask(inner.payload)
    assert isinstance(body, EnterRecord), "a payload that is no record"
    return from_payload(body.record.encode())


def open_local_ask(raw: bytes, verifier: Verifier, station: str, now_ms: int, limit_ms: int) -> Work:
    """What people ask of this station.

    Raises:
        Refused: what the envelope refuses, WRONG_ADDRESSEE, STALE, MALFORMED for another kind.
    """
    opened = open_envelope(raw, PayloadType.ASK, verifier)
    message, body = asks.read_ask(opened.payload)
    check_addressee(message.to, station)
    check_fresh(message.at_ms, now_ms, limit_ms)
    if not isinstance(body, LOCAL):
        facts = {"field": "kind", "expected": "receive, conclude, load-printer or close-printer", "shape": message.kind}
        raise Refused(Refusal.MALFORMED, facts)
    return Work(Ask(message.id, body, opened.key_ids, now_ms, opened.digest))


def fetch_message(signer: Signer, station: str, after: int, now_ms: int, digest: bytes = b"") -> bytes:
    """A signed fetch: entries after `after`, or the payload of a digest."""
    fetch = Fetch(1, station, now_ms, after, FETCH_LIMIT, digest.hex())
    return signed(PayloadType.FETCH, write_fetch(fetch), [signer]).to_json()


def upload_message(signer: Signer, station: str, commits: Sequence[Sealed]) -> bytes:
    """A signed upload of sealed commits."""
    return signed(PayloadType.CHAIN, write_upload(Upload(station, tuple(commits))), [signer]).to_json()


def open_receipt(raw: bytes, verifier: Verifier, station: str) -> Receipt:
    """The hub's receipt. Raises what the envelope refuses, WRONG_ADDRESSEE."""
    receipt = read_receipt(open_envelope(raw, PayloadType.RECEIPT, verifier).payload)
    check_addressee(receipt.station, station)
    return receipt

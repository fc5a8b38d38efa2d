"""What reaches the station and what leaves it (pintu): envelopes opened and made; no socket here.

A feed entry must be the hub's; an authorisation's record must be signed by the registry or
the importing officer whose key the record names (rule 42): only where both agree is there
anything to print. What people at the station ask must be addressed to it and signed by them.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs
from attrs import field, frozen

from ektp_core.boundary.signer import Signer, Unsealer, Verifier
from ektp_core.boundary.store import Payload, Sealed, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask, Late
from ektp_core.flow.blank_tests import DoubtTest, NoteCleaning, OrderTest
from ektp_core.flow.closing_day import CloseDay, MarkDay
from ektp_core.flow.codec import decoding
from ektp_core.flow.custody import Receive
from ektp_core.flow.feed import FeedEntry, read_entry
from ektp_core.flow.lifting import LiftRecord
from ektp_core.flow.moving import MoveBook
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.queueing_here import CancelCard, PausePrinter
from ektp_core.flow.recovering import RecoverPrinter
from ektp_core.flow.releasing import BurnForCode
from ektp_core.flow.rows import Key
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter
from ektp_core.flow.suspect_evidence import AddEvidence
from ektp_core.flow.taking_back import GiveBack
from ektp_core.vocabulary.nik import may_hold_nik
from ektp_core.vocabulary.prr import PrintReadyRecord, from_payload
from ektp_core.vocabulary.role import Hand
from ektp_core.wire import asks, envelope
from ektp_core.wire.asks import EnterLockedRecord, EnterRecord
from ektp_core.wire.envelope import PayloadType, check_addressee, check_fresh, open_envelope, signed
from ektp_core.wire.upload import Fetch, Receipt, Upload, payload_context, read_receipt, write_fetch, write_upload
from ektp_keys.payload_box import lock_payload, unlock_payload
from ektp_keys.public_keys import BookKeys
from ektp_station.messages import Entry

#: What people may ask of a station.
LOCAL = (
    OrderTest, NoteCleaning, DoubtTest, RecoverPrinter,
    Receive, Conclude, LoadPrinter, ClosePrinter, BurnForCode, MoveBook, LiftRecord, CancelCard, PausePrinter,
    AddEvidence, MarkDay, CloseDay, GiveBack,
)  # fmt: skip
FETCH_LIMIT = 50

_NUMBER_OF_A_CITIZEN = re.compile(r"(?<![0-9A-Za-z])[0-9]{16}(?![0-9A-Za-z])")


@frozen
class Carried:
    """A feed entry as it came, and the sealed personal data fetched for it; None when the hub gave none.

    With a `nonce` it is the hub's word of now instead, for the fetch of that nonce, sent at `sent_ms` of the
    clock that counts what really passed.
    """

    raw: bytes = field(repr=False)
    sealed: bytes | None = field(default=None, repr=False)
    nonce: str = ""
    sent_ms: int = 0


def is_now(raw: bytes) -> bool:
    """Whether an envelope says that it holds the hub's word of now. Nothing is trusted by this.

    Raises:
        Refused: OVERSIZED, MALFORMED.
    """
    return envelope.Envelope.from_json(raw).payload_type == PayloadType.NOW


def payload_digest(raw: bytes) -> bytes:
    """The digest of the personal data an entry refers to; empty if to none. Nothing is trusted by this.

    Raises:
        Refused: OVERSIZED, MALFORMED.
    """
    leave = read_entry(envelope.Envelope.from_json(raw).payload).authorisation
    return _digest(leave.payload) if leave else b""


def _digest(text: str) -> bytes:
    with decoding("feed entry.authorisation.payload"):
        return bytes.fromhex(text)


def open_entry(carried: Carried, keys: BookKeys, key: Unsealer, station: str) -> Entry:
    """A feed entry, checked.

    Raises:
        Refused: what the envelope refuses; NOT_ALLOWED when it is not the hub's; NOT_BOTH_SIGNED
            when the record's own signature does not agree.
    """
    opened = open_envelope(carried.raw, PayloadType.FEED, keys)
    hub = hub_of(opened, keys)
    entry = read_entry(opened.payload)
    sealed = carried.sealed
    payloads = () if sealed is None else (_record_payload(entry, sealed, keys, key, station),)
    return Entry(opened.payload, hashlib.sha256(opened.payload).digest(), hub, payloads)


def hub_of(opened: envelope.Opened, keys: BookKeys) -> str:
    """The hub's key among those that signed: what others sign, however well known, is not the hub's word."""
    for name in opened.key_ids:
        row = keys.view.row(Key, name)
        if row and row.hand is Hand.HUB:
            return name
    raise Refused(Refusal.NOT_ALLOWED, {"who": opened.key_ids[0], "needs": "the hub's key"})


def _record_payload(entry: FeedEntry, sealed: bytes, keys: BookKeys, key: Unsealer, station: str) -> Payload:
    """The signed record: by the very key the authorisation names, which is never the hub's (rule 42)."""
    leave = entry.authorisation
    if leave is None:
        facts = {"field": "feed entry", "expected": "an authorisation with the personal data", "shape": "none"}
        raise Refused(Refusal.MALFORMED, facts)
    digest = _digest(leave.payload)
    plain = key.unseal(sealed, payload_context(station, digest))
    opened = open_envelope(plain, PayloadType.ASK, keys)
    signer = keys.view.row(Key, leave.record_key)
    agrees = opened.digest == digest and leave.record_key in opened.key_ids
    if not agrees or signer is None or signer.hand not in (Hand.REGISTRY, Hand.OFFICER):
        raise Refused(Refusal.NOT_BOTH_SIGNED, {"record": leave.record, "missing": "the record's own signature"})
    _record(opened.payload)
    return lock_payload(plain, digest)


def record_in(payload: Payload) -> PrintReadyRecord:
    """The record to print, from the signed envelope kept as payload."""
    return _record(envelope.Envelope.from_json(unlock_payload(payload)).payload)


def _record(ask: bytes) -> PrintReadyRecord:
    """The record that was entered; an ask of another kind, also a rightly signed one, is none."""
    _, body = asks.read_ask(ask)
    if not isinstance(body, EnterRecord | EnterLockedRecord):
        raise Refused(Refusal.MALFORMED, {"field": "kind", "expected": "a print-ready record", "shape": "another kind"})
    return from_payload(body.record.encode())


def open_local_ask(raw: bytes, verifier: Verifier, station: str, now_ms: int, limit_ms: int) -> Work:
    """What people ask of this station.

    Raises:
        Refused: what the envelope refuses, WRONG_ADDRESSEE, MALFORMED for another kind, BAD_VALUE
            for a text with a citizen's number in it: it would stand in the book for ever. A stale
            ask comes back as `Late`: if its id was taken before, it is answered as then.
    """
    opened = open_envelope(raw, PayloadType.ASK, verifier)
    message, body = asks.read_ask(opened.payload)
    check_addressee(message.to, station)
    if not isinstance(body, LOCAL):
        facts = {"field": "kind", "expected": "what people may ask of a station", "shape": message.kind}
        raise Refused(Refusal.MALFORMED, facts)
    for text in (message.id, *_texts(body)):
        if _NUMBER_OF_A_CITIZEN.search(text) or (text != message.id and may_hold_nik(text)):
            facts = {"field": message.kind, "shape": "it holds sixteen digits, as a NIK does", "expected": "no NIK"}
            raise Refused(Refusal.BAD_VALUE, facts)
    try:
        check_fresh(message.at_ms, now_ms, limit_ms)
    except Refused as stale:
        body = Late(stale)
    return Work(Ask(message.id, body, opened.key_ids, now_ms, opened.digest))


def _texts(value: object) -> Iterator[str]:
    """Every text in a body."""
    kind: type[Any] = type(value)
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
    elif attrs.has(kind):
        for one in attrs.fields(kind):
            yield from _texts(getattr(value, one.name))


def fetch_message(
    signer: Signer, station: str, after: int, now_ms: int, digest: bytes = b"", *, nonce: str = ""
) -> bytes:
    """A signed fetch: entries after `after`, or the payload of a digest; with a nonce also the hub's word of now."""
    fetch = Fetch(1, station, now_ms, after, FETCH_LIMIT, digest.hex(), nonce)
    return signed(PayloadType.FETCH, write_fetch(fetch), [signer]).to_json()


def upload_message(signer: Signer, station: str, commits: Sequence[Sealed]) -> bytes:
    """A signed upload of sealed commits."""
    return signed(PayloadType.CHAIN, write_upload(Upload(station, tuple(commits))), [signer]).to_json()


def open_receipt(raw: bytes, keys: BookKeys, station: str) -> Receipt:
    """The hub's receipt.

    Raises:
        Refused: what the envelope refuses; NOT_ALLOWED when it is not the hub's; WRONG_ADDRESSEE;
            ROLLED_BACK when it is for a commit this book does not hold.
    """
    opened = open_envelope(raw, PayloadType.RECEIPT, keys)
    hub_of(opened, keys)
    receipt = read_receipt(opened.payload)
    check_addressee(receipt.station, station)
    head = keys.view.head_of(receipt.n)
    if head is None or head.hex() != receipt.head:
        raise Refused(Refusal.ROLLED_BACK, {"n": receipt.n})
    return receipt

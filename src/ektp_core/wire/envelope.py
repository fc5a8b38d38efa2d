"""The signed envelope (sampul bertanda tangan): DSSE, several signatures over one payload.

What is signed is not the payload but its *pre-authentication encoding*: kind and bytes, each
with its length, so that an ask never passes for a receipt. The algorithm belongs to the key
and stands nowhere in the envelope. Signatures may be added by other people later; the
*digest* names what was signed and stays the same: it is SHA-256 over that same encoding, so
two payloads of different kinds never share one.

One bad signature refuses the whole envelope: nobody should have to ask which of the names
under a paper are real. What a payload says, and whether its signers may say it, is not known
here.

>>> pae("http://example.com/HelloWorld", b"hello world")
b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from enum import StrEnum

from attrs import evolve, field, frozen

from ektp_core.boundary.signer import Signer, Verifier
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import decoding, fill, from_json, to_json

#: Most bytes an envelope may have unless the caller says otherwise.
LIMIT_BYTES = 4 * 1024 * 1024

#: Most signatures under one payload; each costs a verification before anything is believed.
LIMIT_SIGNATURES = 16

_TYPE = re.compile(r"[!-~]{1,128}")
_KEY_ID = re.compile(r"[0-9A-Za-z._:/-]{1,128}")


class PayloadType(StrEnum):
    """What an envelope of this project can hold."""

    ASK = "application/vnd.ektp.ask+json"
    CHAIN = "application/vnd.ektp.chain"
    FEED = "application/vnd.ektp.feed"
    RECEIPT = "application/vnd.ektp.receipt"
    RECORD = "application/vnd.ektp.record+json"
    FETCH = "application/vnd.ektp.fetch+json"
    QUESTION = "application/vnd.ektp.question+json"
    NOW = "application/vnd.ektp.now+json"


@frozen
class Signature:
    """A signature and the id of the key that is said to have made it."""

    key_id: str
    value: bytes


@frozen
class Envelope:
    """A payload with the signatures under it. Holding one says nothing about their truth."""

    payload_type: str
    payload: bytes = field(repr=False)  # may hold a citizen's data
    signatures: tuple[Signature, ...]

    @property
    def digest(self) -> bytes:
        """SHA-256 of what is signed: kind and payload, whoever signed."""
        return hashlib.sha256(pae(self.payload_type, self.payload)).digest()

    def and_by(self, signer: Signer) -> "Envelope":
        """The same envelope with one more signature; a key that signed already signs anew in its place."""
        others = tuple(one for one in self.signatures if one.key_id != signer.key_id)
        own = Signature(signer.key_id, signer.sign(pae(self.payload_type, self.payload)))
        return evolve(self, signatures=(*others, own))

    def to_json(self) -> bytes:
        """The JSON form of DSSE."""
        signatures = [{"keyid": one.key_id, "sig": base64.b64encode(one.value).decode()} for one in self.signatures]
        payload = base64.b64encode(self.payload).decode()
        return to_json({"payload": payload, "payloadType": str(self.payload_type), "signatures": signatures})

    @classmethod
    def from_json(cls, raw: bytes, limit: int = LIMIT_BYTES) -> "Envelope":
        """The envelope these bytes hold; its signatures are not checked.

        Raises:
            Refused: OVERSIZED, MALFORMED.
        """
        _check_size(raw, limit)
        outer = from_json(raw, _Outer, "envelope")
        if not _TYPE.fullmatch(outer.payloadType):
            raise _malformed("envelope.payloadType", "a media type")
        if not 1 <= len(outer.signatures) <= LIMIT_SIGNATURES:
            raise _malformed("envelope.signatures", f"1 to {LIMIT_SIGNATURES} signatures")
        inner = [fill(plain, _Inner, "envelope.signatures[]") for plain in outer.signatures]
        if not all(_KEY_ID.fullmatch(one.keyid) for one in inner):
            raise _malformed("envelope.signatures[].keyid", "the id of a key")
        signatures = [Signature(one.keyid, _from_base64(one.sig, "envelope.signatures[].sig")) for one in inner]
        payload = _from_base64(outer.payload, "envelope.payload")
        return cls(outer.payloadType, payload, tuple(signatures))


@frozen
class Opened:
    """What a checked envelope says, and whose keys signed it (each once, in order)."""

    payload: bytes = field(repr=False)
    key_ids: tuple[str, ...]
    digest: bytes


@frozen
class _Outer:
    """The fields of DSSE, by the names it gives them."""

    payload: str
    payloadType: str  # noqa: N815  # the standard's spelling
    signatures: tuple[dict[str, str], ...]


@frozen
class _Inner:
    keyid: str
    sig: str


@frozen
class _Bundle:
    envelopes: tuple[str, ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: version, then kind and payload, each behind its length."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signed(payload_type: str, payload: bytes, signers: Sequence[Signer]) -> Envelope:
    """A new envelope, signed by each of `signers`."""
    envelope = Envelope(str(payload_type), payload, ())
    for signer in signers:
        envelope = envelope.and_by(signer)
    return envelope


def open_envelope(raw: bytes, expected_type: str, verifier: Verifier, limit: int = LIMIT_BYTES) -> Opened:
    """What an envelope of that kind says, once every signature under it was verified.

    Raises:
        Refused: OVERSIZED, MALFORMED (also for another kind), UNKNOWN_KEY or REVOKED_KEY by
            the verifier, BAD_SIGNATURE naming the key.
    """
    envelope = Envelope.from_json(raw, limit)
    if envelope.payload_type != expected_type:
        raise _malformed("envelope.payloadType", str(expected_type))
    message = pae(envelope.payload_type, envelope.payload)
    for one in envelope.signatures:
        if not verifier.verify(one.key_id, message, one.value):
            raise Refused(Refusal.BAD_SIGNATURE, {"key": one.key_id})
    key_ids = tuple(dict.fromkeys(one.key_id for one in envelope.signatures))
    return Opened(envelope.payload, key_ids, hashlib.sha256(message).digest())


def pack_envelopes(envelopes: Sequence[bytes]) -> bytes:
    """Several envelopes as one JSON body, each as the text it is, so that its bytes stay exact.

    Raises:
        Refused: MALFORMED when one is no text.
    """
    with decoding("bundle.envelopes"):
        return to_json({"envelopes": [one.decode() for one in envelopes]})


def unpack_envelopes(raw: bytes, limit: int = LIMIT_BYTES) -> tuple[bytes, ...]:
    """The envelopes `pack_envelopes` put together, still unopened.

    Raises:
        Refused: OVERSIZED, MALFORMED.
    """
    _check_size(raw, limit)
    found = from_json(raw, _Bundle, "bundle").envelopes
    with decoding("bundle.envelopes"):
        return tuple(one.encode() for one in found)


def check_fresh(at_ms: int, now_ms: int, limit_ms: int) -> None:
    """Refuse a message older than the limit, or dated further than that into the future.

    Raises:
        Refused: STALE; a message from the future has a negative age.
    """
    age_ms = now_ms - at_ms
    if abs(age_ms) > limit_ms:
        raise Refused(Refusal.STALE, {"age_s": age_ms // 1000, "limit_s": limit_ms // 1000})


def check_addressee(meant: str, here: str) -> None:
    """Refuse a message that names somebody else.

    Raises:
        Refused: WRONG_ADDRESSEE.
    """
    if meant != here:
        raise Refused(Refusal.WRONG_ADDRESSEE, {"meant": meant, "here": here})


def _check_size(raw: bytes, limit: int) -> None:
    if len(raw) > limit:
        raise Refused(Refusal.OVERSIZED, {"size": len(raw), "limit": limit})


def _from_base64(text: str, name: str) -> bytes:
    """Only the one standard way to write bytes: two texts for one payload would be two messages."""
    with decoding(name):
        value = base64.b64decode(text, validate=True)
        if base64.b64encode(value).decode() != text:
            raise ValueError("not canonical")
        return value


def _malformed(name: str, expected: str) -> Refused:
    return Refused(Refusal.MALFORMED, {"field": name, "expected": expected, "shape": "something else"})

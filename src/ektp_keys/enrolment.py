"""A station asks to be enrolled (permohonan pendaftaran): its name and its public key, signed by that key.

The private half is made at the station and never leaves it. The signature shows that whoever asks
holds it; whose it is, the centre's two people make sure of by comparing the fingerprint by voice.
"""

import hashlib

from attrs import field, frozen

from ektp_core.boundary.signer import Signer
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import decoding
from ektp_core.flow.founding import NewKey, NewStation, Register
from ektp_core.vocabulary.role import Hand
from ektp_core.wire.asks import HUB, read_ask, write_ask
from ektp_core.wire.envelope import Envelope, PayloadType, open_envelope, signed
from ektp_keys.public_keys import PublicKeys, key_id_of

_GROUPS = 8


@frozen
class Enrolment:
    """What a station asks for."""

    station: NewStation
    key: NewKey
    public: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """What people read to each other."""
        return fingerprint_of(self.public)


def fingerprint_of(public: bytes) -> str:
    """Eight groups of four letters and digits; the same key has the same.

    >>> fingerprint_of(bytes(64))
    'f5a5-fd42-d16a-2030-2798-ef6e-d309-979b'
    """
    text = hashlib.sha256(public).hexdigest()
    return "-".join(text[4 * at : 4 * at + 4] for at in range(_GROUPS))


def write_enrolment(new: NewStation, public: bytes, signer: Signer, at_ms: int) -> bytes:
    """The request, to be carried to the centre."""
    key = NewKey(key_id_of(public), new.station, Hand.STATION, public.hex())
    payload = write_ask(f"enrolment/{key.key}", HUB, at_ms, Register(stations=(new,), keys=(key,)))
    return signed(PayloadType.ASK, payload, [signer]).to_json() + b"\n"


def read_enrolment(raw: bytes) -> Enrolment:
    """The request in these bytes, signed by the very key it asks for.

    Raises:
        Refused: MALFORMED for anything but one station with one key of its own; BAD_SIGNATURE, UNKNOWN_KEY
            when the key did not sign.
    """
    _, body = read_ask(Envelope.from_json(raw).payload)
    if not isinstance(body, Register) or len(body.stations) != 1 or len(body.keys) != 1:
        raise _no_request()
    new, key = body.stations[0], body.keys[0]
    if body != Register(stations=(new,), keys=(key,)) or new.feed_m:
        raise _no_request()
    with decoding("request.public"):
        public = bytes.fromhex(key.public)
    if (key.owner, key.hand, key.key) != (new.station, Hand.STATION, key_id_of(public)):
        raise _no_request()
    open_envelope(raw, PayloadType.ASK, PublicKeys({key.key: public}))
    return Enrolment(new, key, public)


def _no_request() -> Refused:
    facts = {"field": "request", "expected": "one station with its own key", "shape": "something else"}
    return Refused(Refusal.MALFORMED, facts)

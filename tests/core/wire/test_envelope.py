"""Envelopes: the standard's own vectors, a second implementation, and everything that must be refused."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib import dsse
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]  # exported, but not in its __all__

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.wire.envelope import (
    LIMIT_SIGNATURES,
    Envelope,
    PayloadType,
    Signature,
    check_addressee,
    check_fresh,
    open_envelope,
    pack_envelopes,
    pae,
    signed,
    unpack_envelopes,
)

PAYLOAD = b'{"id":"one"}'


@frozen
class Hand:
    """A signer of this test, by `cryptography` alone."""

    key_id: str
    private: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


@frozen
class Known:
    """The verifier of this test."""

    hands: tuple[Hand, ...]

    def verify(self, key_id: str, message: bytes, signature: bytes) -> bool:
        for hand in self.hands:
            if hand.key_id == key_id:
                try:
                    hand.private.public_key().verify(signature, message)
                except InvalidSignature:
                    return False
                return True
        raise Refused(Refusal.UNKNOWN_KEY, {"key": key_id})


BUDI = Hand("budi", Ed25519PrivateKey.from_private_bytes(b"b" * 32))
SARI = Hand("sari", Ed25519PrivateKey.from_private_bytes(b"s" * 32))
EVERYBODY = Known((BUDI, SARI))


def refused(raw: bytes, limit: int = 10_000) -> tuple[Refusal, Mapping[str, Fact]]:
    with pytest.raises(Refused) as caught:
        open_envelope(raw, PayloadType.ASK, EVERYBODY, limit)
    return caught.value.refusal, caught.value.facts


def plain(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(signed(PayloadType.ASK, PAYLOAD, [BUDI]).to_json())
    return found | changes


# -- what is signed ---------------------------------------------------------------------------


def test_the_encoding_is_the_one_of_the_standard() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("", b"") == b"DSSEv1 0  0 "


@given(st.text(max_size=12), st.binary(max_size=12), st.text(max_size=12), st.binary(max_size=12))
def test_two_contents_never_have_one_encoding(kind: str, payload: bytes, kind_2: str, payload_2: bytes) -> None:
    assert (pae(kind, payload) == pae(kind_2, payload_2)) is ((kind, payload) == (kind_2, payload_2))


# -- a second implementation ------------------------------------------------------------------


def theirs(signer: CryptoSigner) -> Hand:
    private = signer._private_key  # the same key, so that only the envelope is another's
    assert isinstance(private, Ed25519PrivateKey)
    return Hand(signer.public_key.keyid, private)


@given(st.binary(max_size=200))
def test_another_implementation_believes_our_envelope(payload: bytes) -> None:
    signer = CryptoSigner.generate_ed25519()
    ours = signed(PayloadType.ASK, payload, [theirs(signer)])
    read = dsse.Envelope.from_dict(json.loads(ours.to_json()))
    assert (read.payload, read.payload_type) == (payload, PayloadType.ASK)
    assert list(read.verify([signer.public_key], 1)) == [signer.public_key.keyid]


@given(st.binary(max_size=200))
def test_we_believe_the_envelope_of_another_implementation(payload: bytes) -> None:
    signer = CryptoSigner.generate_ed25519()
    envelope = dsse.Envelope(payload, PayloadType.ASK, {})
    envelope.sign(signer)
    raw = json.dumps(envelope.to_dict()).encode()
    opened = open_envelope(raw, PayloadType.ASK, Known((theirs(signer),)), 10_000)
    assert (opened.payload, opened.key_ids) == (payload, (signer.public_key.keyid,))


# -- several people ---------------------------------------------------------------------------


def test_an_envelope_tells_payload_signers_and_digest() -> None:
    envelope = signed(PayloadType.ASK, PAYLOAD, [BUDI]).and_by(SARI)
    opened = open_envelope(envelope.to_json(), PayloadType.ASK, EVERYBODY)
    assert (opened.payload, opened.key_ids, opened.digest) == (PAYLOAD, ("budi", "sari"), envelope.digest)
    assert Envelope.from_json(envelope.to_json()) == envelope


def test_another_signature_leaves_the_digest_and_another_kind_does_not() -> None:
    envelope = signed(PayloadType.ASK, PAYLOAD, [BUDI])
    assert envelope.and_by(SARI).digest == envelope.digest
    assert signed(PayloadType.RECORD, PAYLOAD, [BUDI]).digest != envelope.digest


def test_one_person_signing_twice_is_one_person() -> None:
    envelope = signed(PayloadType.ASK, PAYLOAD, [BUDI, SARI])
    assert [one.key_id for one in envelope.and_by(BUDI).signatures] == ["sari", "budi"]
    twice = Envelope(envelope.payload_type, PAYLOAD, envelope.signatures[:1] * 2)
    assert open_envelope(twice.to_json(), PayloadType.ASK, EVERYBODY).key_ids == ("budi",)


def test_one_bad_signature_among_good_ones_refuses_the_whole_and_names_the_key() -> None:
    envelope = signed(PayloadType.ASK, PAYLOAD, [BUDI])
    raw = Envelope(envelope.payload_type, PAYLOAD, (*envelope.signatures, Signature("sari", bytes(64)))).to_json()
    assert refused(raw) == (Refusal.BAD_SIGNATURE, {"key": "sari"})


def test_a_second_signature_by_the_same_key_must_be_true_too() -> None:
    envelope = signed(PayloadType.ASK, PAYLOAD, [BUDI])
    raw = Envelope(envelope.payload_type, PAYLOAD, (*envelope.signatures, Signature("budi", bytes(64)))).to_json()
    assert refused(raw)[0] is Refusal.BAD_SIGNATURE


def test_a_signature_moved_to_another_name_is_bad() -> None:
    envelope = signed(PayloadType.ASK, PAYLOAD, [BUDI])
    raw = Envelope(envelope.payload_type, PAYLOAD, (Signature("sari", envelope.signatures[0].value),)).to_json()
    assert refused(raw) == (Refusal.BAD_SIGNATURE, {"key": "sari"})


def test_an_unknown_key_refuses_as_the_verifier_says() -> None:
    stranger = Hand("stranger", Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    raw = signed(PayloadType.ASK, PAYLOAD, [BUDI, stranger]).to_json()
    assert refused(raw) == (Refusal.UNKNOWN_KEY, {"key": "stranger"})


# -- what must be refused ---------------------------------------------------------------------


def test_an_envelope_of_another_kind_is_malformed_even_if_truly_signed() -> None:
    refusal, facts = refused(signed(PayloadType.RECEIPT, PAYLOAD, [BUDI]).to_json())
    assert (refusal, facts["field"]) == (Refusal.MALFORMED, "envelope.payloadType")


def test_a_payload_passed_off_as_another_kind_has_a_bad_signature() -> None:
    raw = json.loads(signed(PayloadType.RECEIPT, PAYLOAD, [BUDI]).to_json()) | {"payloadType": PayloadType.ASK}
    assert refused(json.dumps(raw).encode())[0] is Refusal.BAD_SIGNATURE


def test_an_envelope_over_the_cap_is_refused_before_it_is_read() -> None:
    raw = b"x" * 101
    assert refused(raw, limit=100) == (Refusal.OVERSIZED, {"size": 101, "limit": 100})
    with pytest.raises(Refused, match="OVERSIZED"):
        unpack_envelopes(raw, 100)


ONE = plain()["signatures"][0]


@pytest.mark.parametrize(
    "changed",
    [
        plain(extra=1),
        plain(signatures=[]),
        plain(signatures={}),
        plain(signatures=[ONE] * (LIMIT_SIGNATURES + 1)),
        plain(signatures=[ONE | {"alg": "none"}]),
        plain(signatures=[{"sig": ONE["sig"]}]),
        plain(signatures=[{"keyid": "budi"}]),
        plain(signatures=[ONE | {"keyid": ""}]),
        plain(signatures=[ONE | {"keyid": "budi\n"}]),
        plain(signatures=[ONE | {"keyid": "k" * 129}]),
        plain(signatures=[ONE | {"sig": "***"}]),
        plain(signatures=[ONE | {"sig": 7}]),
        plain(payload="e30"),
        plain(payload="e3 0="),
        plain(payload="e31="),
        plain(payload="_-=="),
        plain(payload=None),
        plain(payloadType="\ud800"),
        plain(payloadType=""),
        {name: value for name, value in plain().items() if name != "payload"},
        [],
        "text",
        None,
    ],
)
def test_an_envelope_of_another_shape_is_malformed(changed: object) -> None:
    assert refused(json.dumps(changed).encode())[0] is Refusal.MALFORMED


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 5_000, b"9" * 5_000])
def test_bytes_that_are_no_json_are_malformed(raw: bytes) -> None:
    assert refused(raw)[0] is Refusal.MALFORMED


def test_a_repeated_field_is_malformed() -> None:
    raw = signed(PayloadType.ASK, PAYLOAD, [BUDI]).to_json()
    assert refused(raw.replace(b'{"payload":', b'{"payload":"e30=","payload":', 1))[0] is Refusal.MALFORMED
    assert refused(raw.replace(b'"keyid":', b'"keyid":"sari","keyid":', 1))[0] is Refusal.MALFORMED


@given(st.data())
def test_no_flipped_bit_ever_changes_what_is_believed(data: st.DataObject) -> None:
    raw = bytearray(signed(PayloadType.ASK, PAYLOAD, [BUDI, SARI]).to_json())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        opened = open_envelope(bytes(raw), PayloadType.ASK, EVERYBODY)
    except Refused:
        return
    assert (opened.payload, set(opened.key_ids)) == (PAYLOAD, {"budi", "sari"})


def test_neither_payload_nor_refusal_shows_what_was_written() -> None:
    nik = b"5203054408999001"
    envelope = signed(PayloadType.ASK, nik, [BUDI])
    raw = json.dumps(plain(payloadType=nik.decode())).encode()
    shown = repr(envelope) + repr(open_envelope(envelope.to_json(), PayloadType.ASK, EVERYBODY)) + repr(refused(raw))
    assert nik.decode() not in shown
    assert base64.b64encode(nik).decode() not in shown


# -- several envelopes, time and place --------------------------------------------------------


@given(st.lists(st.text(max_size=30).map(str.encode), max_size=5))
def test_a_bundle_gives_back_the_exact_bytes(envelopes: list[bytes]) -> None:
    assert list(unpack_envelopes(pack_envelopes(envelopes))) == envelopes


@pytest.mark.parametrize("raw", [b"{}", b'{"envelopes":[7]}', b'{"envelopes":"a"}', b'{"envelopes":["\\ud800"]}', b"["])
def test_what_is_no_bundle_is_malformed(raw: bytes) -> None:
    with pytest.raises(Refused, match="MALFORMED"):
        unpack_envelopes(raw)


def test_bytes_that_are_no_text_are_not_bundled() -> None:
    with pytest.raises(Refused, match="MALFORMED"):
        pack_envelopes([b"\xff"])


@pytest.mark.parametrize("age_ms", [0, 60_000, -60_000])
def test_a_message_within_the_limit_is_fresh(age_ms: int) -> None:
    check_fresh(1_000_000, 1_000_000 + age_ms, 60_000)


@pytest.mark.parametrize(("age_ms", "age_s"), [(60_001, 60), (-61_000, -61)])
def test_an_old_message_and_one_from_the_future_are_stale(age_ms: int, age_s: int) -> None:
    with pytest.raises(Refused) as caught:
        check_fresh(1_000_000, 1_000_000 + age_ms, 60_000)
    assert caught.value.refusal is Refusal.STALE
    assert caught.value.facts == {"age_s": age_s, "limit_s": 60}


def test_a_message_for_somebody_else_is_refused() -> None:
    check_addressee("station/52.03/1", "station/52.03/1")
    with pytest.raises(Refused, match=r"WRONG_ADDRESSEE: meant=station/52\.03/2, here=station/52\.03/1"):
        check_addressee("station/52.03/2", "station/52.03/1")

"""What public keys prove, in a fixed set and in a book."""

from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ektp_core.boundary.signer import Verifier
from ektp_core.errors import Refused
from ektp_core.flow import rows
from ektp_core.flow.view import View
from ektp_core.vocabulary.role import Hand
from ektp_keys.public_keys import BookKeys, PublicKeys, key_id_of, sealing_half, signing_half

# RFC 8032, section 7.1, test 3.
SECRET = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
PUBLIC = bytes.fromhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
MESSAGE = bytes.fromhex("af82")
SIGNATURE = bytes.fromhex(
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
)


class OneKey:
    """A view that holds one key."""

    def __init__(self, key: rows.Key) -> None:
        self.key = key

    def row(self, kind: type[Any], *key: object) -> Any:
        return self.key if (kind, key) == (rows.Key, (self.key.key,)) else None


def book(revoked: bool = False) -> Verifier:
    return BookKeys(cast("View", OneKey(rows.Key("k", "hub", Hand.HUB, PUBLIC + bytes(32), revoked))))


@pytest.mark.parametrize("keys", [PublicKeys({"k": PUBLIC}), PublicKeys({"k": PUBLIC + bytes(32)}), book()])
def test_the_published_signature_is_believed_and_no_other(keys: Verifier) -> None:
    assert keys.verify("k", MESSAGE, SIGNATURE)
    assert not keys.verify("k", MESSAGE + b"!", SIGNATURE)
    assert not keys.verify("k", MESSAGE, SIGNATURE[:-1] + b"\x00")
    assert not keys.verify("k", MESSAGE, b"")
    assert not keys.verify("k", MESSAGE, Ed25519PrivateKey.generate().sign(MESSAGE))


@pytest.mark.parametrize("keys", [PublicKeys({"k": PUBLIC}), book()])
def test_a_key_nobody_registered_is_unknown(keys: Verifier) -> None:
    with pytest.raises(Refused, match="UNKNOWN_KEY: key=other"):
        keys.verify("other", MESSAGE, SIGNATURE)


@pytest.mark.parametrize("keys", [PublicKeys({"k": PUBLIC}, frozenset({"k"})), book(revoked=True)])
def test_a_withdrawn_key_proves_nothing_even_with_a_true_signature(keys: Verifier) -> None:
    with pytest.raises(Refused, match="REVOKED_KEY: key=k"):
        keys.verify("k", MESSAGE, SIGNATURE)


def test_either_half_changes_the_id() -> None:
    assert len({key_id_of(PUBLIC), key_id_of(PUBLIC + bytes(32)), key_id_of(PUBLIC + b"\x01" * 32)}) == 3
    assert signing_half(PUBLIC + bytes(32)) == PUBLIC
    assert sealing_half(PUBLIC + bytes(32)) == bytes(32)


def test_bytes_that_are_no_key_are_refused_when_the_set_is_made() -> None:
    with pytest.raises(Refused, match="BAD_VALUE"):
        PublicKeys({"k": PUBLIC[:-1]})
    with pytest.raises(Refused, match="sealed to"):
        sealing_half(PUBLIC)

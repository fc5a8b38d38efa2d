"""Public keys and what they prove (kunci publik): Ed25519 for signing, X25519 beside it for sealing.

A registered public key is 64 bytes: the 32 that check signatures, then the 32 that seal to
its owner. Its id is taken over all of them, so that neither half can be exchanged under the
same id; 64 bits of id are enough because an id is registered once, to one key. A key of 32
bytes (a token that only signs) is taken too; nothing can be sealed to it.
"""

import hashlib
from collections.abc import Mapping

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import rows
from ektp_core.flow.view import View

HALF_BYTES = 32
_ID_DIGITS = 16


def key_id_of(public: bytes) -> str:
    """The id of a public key."""
    return hashlib.sha256(public).hexdigest()[:_ID_DIGITS]


def signing_half(public: bytes) -> bytes:
    """The part that checks signatures.

    Raises:
        Refused: BAD_VALUE for bytes that are no public key.
    """
    if len(public) not in {HALF_BYTES, 2 * HALF_BYTES}:
        raise _bad(public, "32 or 64 bytes")
    return public[:HALF_BYTES]


def sealing_half(public: bytes) -> bytes:
    """The part that seals to the owner.

    Raises:
        Refused: BAD_VALUE for a key that only signs.
    """
    if len(public) != 2 * HALF_BYTES:
        raise _bad(public, "64 bytes: a key that can also be sealed to")
    return public[HALF_BYTES:]


def is_signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of this key signed exactly these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(signing_half(public)).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _same_bytes(keys: Mapping[str, bytes]) -> dict[str, bytes]:
    for public in keys.values():
        signing_half(public)
    return dict(keys)


@frozen
class PublicKeys:
    """A verifier over a fixed set of keys: id to public key, and which of them were withdrawn."""

    keys: Mapping[str, bytes] = field(converter=_same_bytes, hash=False)
    withdrawn: frozenset[str] = frozenset()

    def verify(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Whether that key signed exactly these bytes. Raises UNKNOWN_KEY, REVOKED_KEY."""
        if key_id in self.withdrawn:
            raise Refused(Refusal.REVOKED_KEY, {"key": key_id})
        if key_id not in self.keys:
            raise Refused(Refusal.UNKNOWN_KEY, {"key": key_id})
        return is_signed_by(self.keys[key_id], message, signature)


@frozen
class BookKeys:
    """A verifier over the keys registered in a book, as the view shows them.

    `even_withdrawn`: what a withdrawn key signed is still known to be its work, as evidence.
    """

    view: View
    even_withdrawn: bool = False

    def verify(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Whether that key signed exactly these bytes. Raises UNKNOWN_KEY, REVOKED_KEY."""
        row = self.view.row(rows.Key, key_id)
        if row is None:
            raise Refused(Refusal.UNKNOWN_KEY, {"key": key_id})
        if row.revoked and not self.even_withdrawn:
            raise Refused(Refusal.REVOKED_KEY, {"key": key_id})
        return is_signed_by(row.public, message, signature)


def _bad(public: bytes, expected: str) -> Refused:
    shape = f"{len(public)} bytes"
    return Refused(Refusal.BAD_VALUE, {"field": "public key", "expected": expected, "shape": shape})

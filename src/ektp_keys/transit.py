"""Personal data on its way to one station (segel kirim): HPKE, RFC 9180, base mode.

Whoever carries the bytes, the hub's proxy and the office's included, can neither read nor
change them; only the station's own key opens them, for the purpose they were sealed for
(`info`). Sealing does not say who sealed: that is what the signature around it is for.
"""

from attrs import frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ektp_core.errors import Refusal, Refused
from ektp_keys.public_keys import sealing_half

_PURPOSE = b"ektp.transit.v1\x00"


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal_to(public: bytes, plain: bytes, info: bytes) -> bytes:
    """These bytes for the owner of that registered public key alone.

    Raises:
        Refused: BAD_VALUE for a key nothing can be sealed to.
    """
    recipient = X25519PublicKey.from_public_bytes(sealing_half(public))
    try:
        return _suite().encrypt(plain, recipient, _PURPOSE + info)
    except ValueError:  # a point that would give everybody the same secret
        facts = {"field": "public key", "expected": "a usable X25519 key", "shape": "a weak one"}
        raise Refused(Refusal.BAD_VALUE, facts) from None


def open_sealed(private: bytes, sealed: bytes, info: bytes) -> bytes:
    """What was sealed for the owner of that X25519 private key, with the same `info`.

    Raises:
        Refused: MALFORMED when it was changed, or sealed for another key or purpose.
    """
    try:
        return _suite().decrypt(sealed, X25519PrivateKey.from_private_bytes(private), _PURPOSE + info)
    except (InvalidTag, ValueError):
        facts = {"field": "sealed bytes", "expected": "bytes sealed for this key", "shape": "others"}
        raise Refused(Refusal.MALFORMED, facts) from None


@frozen
class KeySealer:
    """Seals to the owner of one registered public key."""

    public: bytes

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """These bytes for that owner alone."""
        return seal_to(self.public, plain, context)

"""Personal data at rest (kotak data pribadi): each under a key of its own, erased with that key.

The ciphertext may lie in old copies of a book for ever; without its key it says nothing. So
every payload gets a fresh key, kept beside it and destroyed on its own. The digest under which
the book knows the payload is bound in: a ciphertext put in another's place does not open.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ektp_core.boundary.store import Payload
from ektp_core.errors import Refusal, Refused
from ektp_keys.entropy import Entropy

_PURPOSE = b"ektp.payload.v1\x00"
_KEY_BYTES = 32
_KEY_ID_BYTES = 16
_NONCE_BYTES = 12


def lock_payload(plain: bytes, digest: bytes, entropy: Entropy = os.urandom) -> Payload:
    """These bytes encrypted under a fresh key, to be kept under that digest."""
    key, key_id, nonce = entropy(_KEY_BYTES), entropy(_KEY_ID_BYTES).hex(), entropy(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain, _bound(digest, key_id))
    return Payload(digest, key_id, key, nonce + sealed)


def unlock_payload(payload: Payload) -> bytes:
    """The bytes of a payload whose key is still there.

    Raises:
        Refused: BOOK_DAMAGED when ciphertext, key, id or digest is not what was locked.
    """
    sealed = payload.ciphertext
    try:
        bound = _bound(payload.digest, payload.key_id)
        return AESGCM(payload.key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        facts = {"place": f"payload {payload.digest.hex()}", "found": "bytes its key does not open"}
        raise Refused(Refusal.BOOK_DAMAGED, facts) from None


def _bound(digest: bytes, key_id: str) -> bytes:
    return _PURPOSE + len(digest).to_bytes(2, "big") + digest + key_id.encode()

"""What a passphrase gives (sandi): a key of 32 bytes, dear to try out.

Argon2id, the second recommended choice of RFC 9106; where the machine's OpenSSL is too old
for it, scrypt. The costs are fixed: a file cannot ask for more or less of them. Which bytes
the key protects is not known here.
"""

import unicodedata

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ektp_core.errors import Refusal, Refused

LEAST_PASSPHRASE = 8
SALT_BYTES = 16
ARGON2ID = "argon2id"
SCRYPT = "scrypt"


def check_passphrase(passphrase: str | None) -> None:
    """Refuse a short one; none at all is for demonstrations.

    Raises:
        Refused: BAD_VALUE.
    """
    if passphrase is not None and len(passphrase) < LEAST_PASSPHRASE:
        expected, shape = f"at least {LEAST_PASSPHRASE} characters", "a shorter one"
        raise Refused(Refusal.BAD_VALUE, {"field": "passphrase", "expected": expected, "shape": shape})


def fresh_key(passphrase: str, salt: bytes) -> tuple[str, bytes]:
    """The better way this machine knows, by its name, and the key it gives."""
    try:
        return ARGON2ID, key_by(ARGON2ID, passphrase, salt)
    except UnsupportedAlgorithm:  # an OpenSSL of the distribution that is older than ours
        return SCRYPT, key_by(SCRYPT, passphrase, salt)


def key_by(kdf: str, passphrase: str, salt: bytes) -> bytes:
    """The key a passphrase gives in that way.

    Raises:
        UnsupportedAlgorithm: this machine does not know the way.
    """
    typed = unicodedata.normalize("NFC", passphrase).encode()
    if kdf == ARGON2ID:
        return Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=64 * 1024).derive(typed)
    return Scrypt(salt=salt, length=32, n=1 << 16, r=8, p=1).derive(typed)

"""A key in a file (berkas kunci): whose it is in the open, its two private halves under a passphrase.

The file names owner and hand so that nobody uses the wrong one by mistake; they are bound to
the secret, so that they cannot be rewritten. Without a passphrase the secret lies open in the
file: that is for demonstrations, is written down as `protected: false`, and whoever loads such
a key should say so loudly. Private halves never show in a repr and never leave as bytes.
"""

import os
from pathlib import Path

from attrs import evolve, field, frozen
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ektp_core.flow.codec import to_json
from ektp_core.vocabulary.role import Hand
from ektp_keys.entropy import Entropy
from ektp_keys.passphrase import ARGON2ID, LEAST_PASSPHRASE, SALT_BYTES, SCRYPT, check_passphrase, fresh_key, key_by
from ektp_keys.private_file import bad_file, read_private, replace_private, write_private
from ektp_keys.public_keys import HALF_BYTES, key_id_of
from ektp_keys.transit import open_sealed

__all__ = ["FORMAT", "LEAST_PASSPHRASE", "FileSigner", "KeyFile", "create_key", "load_key", "read_key", "rewrap_key"]

FORMAT = "ektp-key/1"

_NONCE_BYTES = 12


@frozen(eq=False)
class FileSigner:
    """A loaded key: signs, and unseals what was sealed to its public key."""

    owner: str
    hand: Hand
    key_id: str
    public: bytes = field(repr=False)
    protected: bool
    _signing: Ed25519PrivateKey = field(repr=False)
    _sealing: bytes = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature over exactly these bytes."""
        return self._signing.sign(message)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """What was sealed to this key in that context. Raises MALFORMED when it was not."""
        return open_sealed(self._sealing, sealed, context)

    def agree(self, other: bytes) -> bytes:
        """The secret shared with the owner of that X25519 public half; the other side reaches the same."""
        return X25519PrivateKey.from_private_bytes(self._sealing).exchange(X25519PublicKey.from_public_bytes(other))


@frozen
class KeyFile:
    """What a key file says without its passphrase."""

    path: Path
    owner: str
    hand: Hand
    key_id: str
    public: bytes = field(repr=False)
    protected: bool
    _stored: "_Stored" = field(repr=False, eq=False)

    def unlock(self, passphrase: str | None = None) -> FileSigner:
        """The key itself. A passphrase given for an unprotected file is not needed and not looked at.

        Raises:
            Refused: BAD_FILE for a missing or wrong passphrase, or a file that was changed.
        """
        secret = _opened(self.path, self._stored, passphrase)
        signer = _signer(self.owner, self.hand, secret, self.protected)
        if (signer.public, signer.key_id) != (self.public, self.key_id):
            shape = "its public and private parts do not belong together"
            raise bad_file(self.path, shape, "an unchanged file")
        return signer


@frozen
class _Stored:
    """The fields of the file, in the order they are written."""

    format: str
    owner: str
    hand: Hand
    key_id: str
    public: str
    protected: bool
    kdf: str = ""
    salt: str = ""
    secret: str = field(default="", repr=False)

    @property
    def bound(self) -> bytes:
        """What the encrypted secret is bound to: every field but itself."""
        return to_json(evolve(self, secret=""))


def create_key(path: Path, owner: str, hand: Hand, passphrase: str | None, entropy: Entropy = os.urandom) -> FileSigner:
    """Make a new key and its file. `passphrase=None` leaves the secret open, for demonstrations.

    Raises:
        Refused: BAD_VALUE for a short passphrase, BAD_FILE when the file exists or cannot be made.
    """
    check_passphrase(passphrase)
    secret = entropy(2 * HALF_BYTES)
    signer = _signer(owner, hand, secret, passphrase is not None)
    while signer.key_id.isdecimal():  # sixteen digits would be masked as a citizen's number
        secret = entropy(2 * HALF_BYTES)
        signer = _signer(owner, hand, secret, passphrase is not None)
    stored = _Stored(FORMAT, owner, hand, signer.key_id, signer.public.hex(), signer.protected)
    if passphrase is None:
        write_private(path, evolve(stored, secret=secret.hex()))
        return signer
    write_private(path, _wrapped(stored, secret, passphrase, entropy))
    return signer


def rewrap_key(path: Path, passphrase: str | None, new: str, entropy: Entropy = os.urandom) -> None:
    """Put the same key under a new passphrase; the file is the old one or the new one at every moment.

    Raises:
        Refused: BAD_VALUE for a short new passphrase; BAD_FILE as `load_key`, or when it cannot be written.
    """
    check_passphrase(new)
    found = read_key(path)
    found.unlock(passphrase)
    secret = _opened(path, found._stored, passphrase)
    stored = evolve(found._stored, protected=True)
    replace_private(path, _wrapped(stored, secret, new, entropy))


def _wrapped(stored: _Stored, secret: bytes, passphrase: str, entropy: Entropy) -> _Stored:
    salt, nonce = entropy(SALT_BYTES), entropy(_NONCE_BYTES)
    kdf, key = fresh_key(passphrase, salt)
    stored = evolve(stored, kdf=kdf, salt=salt.hex())
    sealed = nonce + AESGCM(key).encrypt(nonce, secret, stored.bound)
    return evolve(stored, secret=sealed.hex())


def read_key(path: Path) -> KeyFile:
    """What a key file says without its passphrase.

    Raises:
        Refused: BAD_FILE when it is missing, open to others, or no key file.
    """
    stored = read_private(path, _Stored)
    public = _from_hex(path, "public", stored.public)
    if stored.format != FORMAT:
        raise bad_file(path, "it is of another format", FORMAT)
    if stored.protected is not bool(stored.kdf) or stored.kdf not in {"", ARGON2ID, SCRYPT}:
        raise bad_file(path, "its protection is not known here", f"{ARGON2ID} or {SCRYPT}")
    return KeyFile(path, stored.owner, stored.hand, stored.key_id, public, stored.protected, stored)


def load_key(path: Path, passphrase: str | None = None) -> FileSigner:
    """The key in a file.

    Raises:
        Refused: BAD_FILE as `read_key` and `KeyFile.unlock` say.
    """
    return read_key(path).unlock(passphrase)


def _signer(owner: str, hand: Hand, secret: bytes, protected: bool) -> FileSigner:
    signing = Ed25519PrivateKey.from_private_bytes(secret[:HALF_BYTES])
    sealing = X25519PrivateKey.from_private_bytes(secret[HALF_BYTES:])
    public = signing.public_key().public_bytes_raw() + sealing.public_key().public_bytes_raw()
    return FileSigner(owner, hand, key_id_of(public), public, protected, signing, secret[HALF_BYTES:])


def _opened(path: Path, stored: _Stored, passphrase: str | None) -> bytes:
    secret = _from_hex(path, "secret", stored.secret)
    if stored.protected:
        if passphrase is None:
            raise bad_file(path, "it is protected", "its passphrase")
        salt = _from_hex(path, "salt", stored.salt)
        try:
            key = key_by(stored.kdf, passphrase, salt)
            secret = AESGCM(key).decrypt(secret[:_NONCE_BYTES], secret[_NONCE_BYTES:], stored.bound)
        except (InvalidTag, ValueError):
            shape = "the passphrase does not open it, or it was changed"
            raise bad_file(path, shape, "the passphrase it was made with") from None
        except UnsupportedAlgorithm:
            shape = f"{stored.kdf} is missing on this machine"
            raise bad_file(path, shape, "the machine it was made on") from None
    if len(secret) != 2 * HALF_BYTES:
        raise bad_file(path, "its secret has another length", f"{2 * HALF_BYTES} bytes")
    return secret


def _from_hex(path: Path, name: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise bad_file(path, f"{name} is not hexadecimal", "an unchanged file") from None

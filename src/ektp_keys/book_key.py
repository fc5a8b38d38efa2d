"""The key of an encrypted book (kunci buku), in a file beside it: `station.db` has `station.db-key`.

The key is random and is kept only wrapped: under the passphrase of the station's key file,
which a person types, or a token or a credential bound to the machine's TPM hands in. Without
a passphrase it lies open in its file: then whoever takes the disk can read the book, and
whoever opens such a book should say so loudly (rule 40). Losing this file or its passphrase
is losing the book. What stands in the book is not known here.
"""

import os
from pathlib import Path

from attrs import evolve, field, frozen
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ektp_core.flow.codec import to_json
from ektp_keys.entropy import Entropy
from ektp_keys.passphrase import ARGON2ID, SALT_BYTES, SCRYPT, check_passphrase, fresh_key, key_by
from ektp_keys.private_file import bad_file, read_private, write_private

FORMAT = "ektp-book-key/1"
SUFFIX = "-key"
KEY_BYTES = 32

_NONCE_BYTES = 12


@frozen
class _Stored:
    """The fields of the file, in the order they are written."""

    format: str
    protected: bool
    kdf: str = ""
    salt: str = ""
    key: str = field(default="", repr=False)

    @property
    def bound(self) -> bytes:
        """What the wrapped key is bound to: every field but itself."""
        return to_json(evolve(self, key=""))


@frozen
class BookKeyFile:
    """What the file says without its passphrase."""

    path: Path
    protected: bool
    _stored: _Stored = field(repr=False, eq=False)

    def unlock(self, passphrase: str | None = None) -> bytes:
        """The key, 32 bytes. A passphrase given for an unprotected file is not looked at.

        Raises:
            Refused: BAD_FILE for a missing or wrong passphrase, or a file that was changed.
        """
        key = _opened(self.path, self._stored, passphrase)
        if len(key) != KEY_BYTES:
            raise bad_file(self.path, "its key has another length", f"{KEY_BYTES} bytes")
        return key


def path_of_key(book: Path) -> Path:
    """Where the key of that book is kept."""
    return book.with_name(book.name + SUFFIX)


def create_book_key(book: Path, passphrase: str | None, entropy: Entropy = os.urandom) -> bytes:
    """Make a new key for a book, and its file. `passphrase=None` leaves it open, for demonstrations.

    Raises:
        Refused: BAD_VALUE for a short passphrase, BAD_FILE when the file exists or cannot be made.
    """
    check_passphrase(passphrase)
    key = entropy(KEY_BYTES)
    stored = _Stored(FORMAT, passphrase is not None)
    if passphrase is None:
        write_private(path_of_key(book), evolve(stored, key=key.hex()))
        return key
    salt, nonce = entropy(SALT_BYTES), entropy(_NONCE_BYTES)
    kdf, wrapping = fresh_key(passphrase, salt)
    stored = evolve(stored, kdf=kdf, salt=salt.hex())
    wrapped = nonce + AESGCM(wrapping).encrypt(nonce, key, stored.bound)
    write_private(path_of_key(book), evolve(stored, key=wrapped.hex()))
    return key


def read_book_key(book: Path) -> BookKeyFile | None:
    """The key file of that book; None when there is none: then the book is not encrypted, or its key is elsewhere.

    Raises:
        Refused: BAD_FILE when it is open to others on this machine, or no such file.
    """
    path = path_of_key(book)
    if not path.exists():
        return None
    stored = read_private(path, _Stored)
    if stored.format != FORMAT:
        raise bad_file(path, "it is of another format", FORMAT)
    if stored.protected is not bool(stored.kdf) or stored.kdf not in {"", ARGON2ID, SCRYPT}:
        raise bad_file(path, "its protection is not known here", f"{ARGON2ID} or {SCRYPT}")
    return BookKeyFile(path, stored.protected, stored)


def key_of_book(book: Path, passphrase: str | None = None) -> bytes | None:
    """The key of that book, or None where it has none.

    Raises:
        Refused: BAD_FILE as `read_book_key` and `BookKeyFile.unlock` say.
    """
    found = read_book_key(book)
    return found.unlock(passphrase) if found else None


def _opened(path: Path, stored: _Stored, passphrase: str | None) -> bytes:
    try:
        wrapped, salt = bytes.fromhex(stored.key), bytes.fromhex(stored.salt)
    except ValueError:
        raise bad_file(path, "it is not hexadecimal", "an unchanged file") from None
    if not stored.protected:
        return wrapped
    if passphrase is None:
        raise bad_file(path, "it is protected", "its passphrase")
    try:
        wrapping = key_by(stored.kdf, passphrase, salt)
        return AESGCM(wrapping).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], stored.bound)
    except (InvalidTag, ValueError):
        shape = "the passphrase does not open it, or it was changed"
        raise bad_file(path, shape, "the passphrase it was made with") from None
    except UnsupportedAlgorithm:
        raise bad_file(path, f"{stored.kdf} is missing on this machine", "the machine it was made on") from None

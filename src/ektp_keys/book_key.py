"""The key of an encrypted book (kunci buku), in a file beside it: `station.db` has `station.db-key`.

The key is random and is kept only wrapped: under the passphrase of the station's key file,
which a person types, or a credential bound to the machine's TPM hands in; or it is sealed to
the key in a token, and the file alone is worth nothing, whatever the PIN. Without a passphrase
it lies open in its file: then whoever takes the disk can read the book, and whoever opens such
a book should say so loudly (rule 40). Losing this file or its passphrase is losing the book.
What stands in the book is not known here.
"""

import os
from collections.abc import Callable
from pathlib import Path

from attrs import evolve, field, frozen
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ektp_core.errors import Refused
from ektp_core.flow.codec import to_json
from ektp_keys.entropy import Entropy
from ektp_keys.passphrase import ARGON2ID, SALT_BYTES, SCRYPT, check_passphrase, fresh_key, key_by
from ektp_keys.private_file import bad_file, read_private, replace_private, write_private
from ektp_keys.transit import seal_to

FORMAT = "ektp-book-key/1"
SUFFIX = "-key"

#: The key under a new passphrase, until the station's own key is under it too.
NEXT_SUFFIX = ".next"

#: Way of wrapping: sealed to the station's own key, which lies in a token.
SEALED = "hpke-x25519"

Unseal = Callable[[bytes, bytes], bytes]
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

    @property
    def is_sealed(self) -> bool:
        """Whether only the key in a token opens it."""
        return self._stored.kdf == SEALED

    def unlock(self, passphrase: str | None = None, unseal: Unseal | None = None) -> bytes:
        """The key, 32 bytes. A passphrase given for an unprotected file is not looked at.

        Args:
            unseal: of the station's own key, where that lies in a token.

        Raises:
            Refused: BAD_FILE for a missing or wrong passphrase, a missing token, or a file that was changed.
        """
        if self.is_sealed:
            key = _unsealed(self.path, self._stored, unseal)
        else:
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
    write_private(path_of_key(book), _wrapped(stored, key, passphrase, entropy))
    return key


def create_sealed_book_key(book: Path, public: bytes, entropy: Entropy = os.urandom) -> bytes:
    """Make a new key for a book, and its file, sealed to the owner of that registered public key.

    Raises:
        Refused: BAD_FILE when the file exists or cannot be made.
    """
    key = entropy(KEY_BYTES)
    stored = _Stored(FORMAT, True, SEALED)
    write_private(path_of_key(book), evolve(stored, key=seal_to(public, key, stored.bound).hex()))
    return key


def _wrapped(stored: _Stored, key: bytes, passphrase: str, entropy: Entropy) -> _Stored:
    salt, nonce = entropy(SALT_BYTES), entropy(_NONCE_BYTES)
    kdf, wrapping = fresh_key(passphrase, salt)
    stored = evolve(stored, kdf=kdf, salt=salt.hex())
    wrapped = nonce + AESGCM(wrapping).encrypt(nonce, key, stored.bound)
    return evolve(stored, key=wrapped.hex())


def path_of_next(book: Path) -> Path:
    """Where the key of that book waits, under a new passphrase."""
    return book.with_name(book.name + SUFFIX + NEXT_SUFFIX)


def stage_book_key(book: Path, key: bytes, new: str, entropy: Entropy = os.urandom) -> None:
    """Write the key of a book under a new passphrase beside its file, which stays as it is.

    Raises:
        Refused: BAD_VALUE for a short passphrase, BAD_FILE when it cannot be written.
    """
    check_passphrase(new)
    replace_private(path_of_next(book), _wrapped(_Stored(FORMAT, True), key, new, entropy))


def read_book_key(book: Path) -> BookKeyFile | None:
    """The key file of that book; None when there is none: then the book is not encrypted, or its key is elsewhere.

    Raises:
        Refused: BAD_FILE when it is open to others on this machine, or no such file.
    """
    return _read(path_of_key(book))


def read_next(book: Path) -> BookKeyFile | None:
    """The key of that book under a new passphrase, while it waits. Raises as `read_book_key`."""
    return _read(path_of_next(book))


def _read(path: Path) -> BookKeyFile | None:
    if not path.exists():
        return None
    stored = read_private(path, _Stored)
    if stored.format != FORMAT:
        raise bad_file(path, "it is of another format", FORMAT)
    if stored.protected is not bool(stored.kdf) or stored.kdf not in {"", ARGON2ID, SCRYPT, SEALED}:
        raise bad_file(path, "its protection is not known here", f"{ARGON2ID} or {SCRYPT}")
    return BookKeyFile(path, stored.protected, stored)


def key_of_book(book: Path, passphrase: str | None = None, unseal: Unseal | None = None) -> bytes | None:
    """The key of that book, or None where it has none.

    Raises:
        Refused: BAD_FILE as `read_book_key` and `BookKeyFile.unlock` say.
    """
    found = read_book_key(book)
    return found.unlock(passphrase, unseal) if found else None


def _unsealed(path: Path, stored: _Stored, unseal: Unseal | None) -> bytes:
    if unseal is None:
        raise bad_file(path, "it is sealed to the key in a token", "the token it was made with, and its PIN")
    try:
        return unseal(bytes.fromhex(stored.key), stored.bound)
    except (Refused, ValueError):
        shape = "the key in this token does not open it, or it was changed"
        raise bad_file(path, shape, "the token it was made with") from None


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

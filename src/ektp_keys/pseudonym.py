"""A person without a number (nama samaran): what books, chains and logs say instead of a NIK.

There are few enough NIKs to try them all, so a plain hash would hide nobody: the pseudonym is
a keyed one (HMAC-SHA256), and the key stays with the hub. Sixteen bytes are kept: among 300
million people the chance that any two share one is below 1 in 10^21.
"""

import hashlib
import hmac
import os
from pathlib import Path

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_keys.entropy import Entropy
from ektp_keys.private_file import bad_file, read_private, write_private

FORMAT = "ektp-pseudonym/1"
PERSON_BYTES = 16
SECRET_BYTES = 32

_PURPOSE = b"ektp.person.v1\x00"
_NIK_DIGITS = 16


@frozen
class _Stored:
    format: str
    secret: str = field(repr=False)


@frozen(eq=False)
class Pseudonyms:
    """Makes pseudonyms under one secret. Another secret makes others: keep the file."""

    _secret: bytes = field(repr=False)

    def __attrs_post_init__(self) -> None:
        if len(self._secret) != SECRET_BYTES:
            shape = f"{len(self._secret)} bytes"
            facts = {"field": "secret", "expected": f"{SECRET_BYTES} bytes", "shape": shape}
            raise Refused(Refusal.BAD_VALUE, facts)

    @classmethod
    def create(cls, path: Path, entropy: Entropy = os.urandom) -> "Pseudonyms":
        """Make a new secret and its file. Raises BAD_FILE when the file exists or cannot be made."""
        secret = entropy(SECRET_BYTES)
        made = cls(secret)
        write_private(path, _Stored(FORMAT, secret.hex()))
        return made

    @classmethod
    def load(cls, path: Path) -> "Pseudonyms":
        """The secret in a file. Raises BAD_FILE when it is open to others or no such file."""
        stored = read_private(path, _Stored)
        try:
            secret = bytes.fromhex(stored.secret)
        except ValueError:
            secret = b""
        if stored.format != FORMAT or len(secret) != SECRET_BYTES:
            raise bad_file(path, "it holds no secret for pseudonyms", FORMAT)
        return cls(secret)

    def person(self, nik_digits: str) -> bytes:
        """The pseudonym of the person with that NIK.

        Raises:
            Refused: BAD_NIK when these are not sixteen digits.
        """
        if len(nik_digits) != _NIK_DIGITS or not (nik_digits.isascii() and nik_digits.isdecimal()):
            raise Refused(Refusal.BAD_NIK, {"field": "nik", "shape": f"{len(nik_digits)} characters"})
        return hmac.new(self._secret, _PURPOSE + nik_digits.encode(), hashlib.sha256).digest()[:PERSON_BYTES]

"""A file under a passphrase (berkas bersegel), of any length: read and written as a stream.

One line says in the open what the file is; every chunk after it is encrypted and bound to that
line, to its place and to whether it is the last. A file that was cut, reordered or changed gives
nothing after the place where it was, and the reader is told. What stands inside is not known here.
"""

import os
from typing import BinaryIO

from attrs import define, field, frozen
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import from_json, to_json
from ektp_keys.entropy import Entropy
from ektp_keys.passphrase import ARGON2ID, SALT_BYTES, SCRYPT, check_passphrase, fresh_key, key_by

FORMAT = "ektp-sealed/1"
CHUNK_BYTES = 1 << 20

_TAG_BYTES = 16
_HEAD_LIMIT_BYTES = 4_096


@frozen
class Head:
    """What a sealed file says in the open: what is inside, of which station, from when."""

    format: str
    kind: str
    station: str
    at_ms: int
    token: str
    kdf: str
    salt: str


@define(eq=False)
class Sealing:
    """Writes a sealed file; only after `close` is it whole.

    Raises:
        Refused: BAD_VALUE for a short passphrase.
    """

    out: BinaryIO
    head: Head
    _key: ChaCha20Poly1305 = field(repr=False)
    _line: bytes
    _waiting: bytearray = field(factory=bytearray, repr=False)
    _n: int = 0

    def write(self, part: bytes) -> int:
        """Seal what is full; the rest waits for more."""
        self._waiting += part
        while len(self._waiting) > CHUNK_BYTES:
            self._put(bytes(self._waiting[:CHUNK_BYTES]), False)
            del self._waiting[:CHUNK_BYTES]
        return len(part)

    def close(self) -> None:
        """Seal the last chunk."""
        self._put(bytes(self._waiting), True)
        self._waiting.clear()

    def _put(self, plain: bytes, is_last: bool) -> None:
        self.out.write(self._key.encrypt(_nonce(self._n, is_last), plain, self._line))
        self._n += 1


def seal_to(
    out: BinaryIO,
    passphrase: str,
    *,
    kind: str,
    station: str,
    at_ms: int,
    token: str = "",
    entropy: Entropy = os.urandom,
) -> Sealing:
    """Begin a sealed file of that kind; what is said of it stands in its first line, readable by all.

    Raises:
        Refused: BAD_VALUE for a short passphrase.
    """
    check_passphrase(passphrase)
    salt = entropy(SALT_BYTES)
    kdf, key = fresh_key(passphrase, salt)
    head = Head(FORMAT, kind, station, at_ms, token, kdf, salt.hex())
    line = to_json(head) + b"\n"
    out.write(line)
    return Sealing(out, head, ChaCha20Poly1305(key), line)


@define(eq=False)
class Opening:
    """Reads a sealed file; every byte it gives was checked."""

    source: BinaryIO
    name: str
    head: Head
    _key: ChaCha20Poly1305 = field(repr=False)
    _line: bytes
    _plain: bytearray = field(factory=bytearray, repr=False)
    _ahead: bytes = field(default=b"", repr=False)
    _n: int = 0
    _ended: bool = False

    def read(self, count: int = -1) -> bytes:
        """The next bytes, fewer only at the end.

        Raises:
            Refused: BAD_FILE where the file was changed, cut, or the passphrase is another.
        """
        while not self._ended and (count < 0 or len(self._plain) < count):
            self._plain += self._next()
        size = len(self._plain) if count < 0 else count
        found = bytes(self._plain[:size])
        del self._plain[:size]
        return found

    def _next(self) -> bytes:
        whole = CHUNK_BYTES + _TAG_BYTES
        if self._n == 0:
            self._ahead = self.source.read(whole)
        chunk, self._ahead = self._ahead, self.source.read(whole)
        self._ended = not self._ahead
        try:
            plain = self._key.decrypt(_nonce(self._n, self._ended), chunk, self._line)
        except (InvalidTag, ValueError):
            shape = "the passphrase does not open it" if self._n == 0 else "it was cut or changed"
            raise _bad(self.name, shape, "the whole file, and the passphrase it was made with") from None
        self._n += 1
        return plain


def read_head(source: BinaryIO, name: str) -> tuple[Head, bytes]:
    """What the file says in the open, and that line. Nothing is proven by it.

    Raises:
        Refused: BAD_FILE.
    """
    line = source.readline(_HEAD_LIMIT_BYTES)
    try:
        head = from_json(line, Head, "file")
    except Refused:
        raise _bad(name, "it is no such file", "a file written by `ektp station move` or `backup`") from None
    if head.format != FORMAT or head.kdf not in (ARGON2ID, SCRYPT):
        raise _bad(name, "it is of another format", FORMAT)
    return head, line


def open_sealed_file(source: BinaryIO, name: str, passphrase: str) -> Opening:
    """Begin to read a sealed file.

    Raises:
        Refused: BAD_FILE.
    """
    head, line = read_head(source, name)
    try:
        key = key_by(head.kdf, passphrase, bytes.fromhex(head.salt))
    except (ValueError, UnsupportedAlgorithm):
        raise _bad(name, f"{head.kdf} is missing on this machine", "the machine it was made on") from None
    return Opening(source, name, head, ChaCha20Poly1305(key), line)


def _nonce(n: int, is_last: bool) -> bytes:
    """Place and end of a chunk; the key is new for every file."""
    return n.to_bytes(11, "big") + bytes([is_last])


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": name, "shape": shape, "expected": expected})

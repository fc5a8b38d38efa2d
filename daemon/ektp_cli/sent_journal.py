"""What was sent, written down before it is sent (catatan kiriman): so that sending again is the same act.

Beside a file of records stands `FILE.sent.jsonl`: for each row that was ever signed the id and
the time of its ask. With the same id and time the same row gives the same bytes, and the hub
answers a repeat instead of entering it twice. A row is known by a fingerprint under a secret
that only the signer's key gives: the journal alone says nothing about anybody, and another
officer's import of the same file has ids of its own.

Lines are only added; of two lines about one row the later holds. A last line that was cut
off by a power failure was never sent, and is passed over.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path

from attrs import define, field, frozen

from ektp_core.boundary.signer import Signer
from ektp_core.errors import Refusal, Refused

_FORMAT = "ektp-sent/1"
_PURPOSE = b"ektp sent journal/1"
_FINGERPRINT_DIGITS = 32


@frozen
class Sent:
    """Id and time of an ask as first signed."""

    id: str
    at_ms: int


@define(eq=False)
class SentJournal:
    """The journal of one file of records and one signer."""

    path: Path
    _secret: bytes = field(repr=False)
    _known: dict[str, Sent] = field(factory=dict, repr=False)

    @classmethod
    def open(cls, path: Path, signer: Signer) -> "SentJournal":
        """The journal at a path, which may be new.

        Raises:
            Refused: BAD_FILE when something else is there, or it cannot be read or written.
        """
        journal = cls(path, hashlib.sha256(signer.sign(_PURPOSE)).digest())
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "rb") as file:
                journal._read(file.read())
        except OSError as error:
            raise _bad(
                path, error.strerror or "it cannot be written", "a place for the journal; see --journal"
            ) from None
        return journal

    def find(self, row: bytes) -> Sent | None:
        """Id and time under which this row was signed before."""
        return self._known.get(self._fingerprint(row))

    def keep(self, rows: Mapping[bytes, Sent]) -> None:
        """Note rows that are about to be sent; they are on the disk when this returns.

        Raises:
            Refused: BAD_FILE when they cannot be kept; then nothing may be sent.
        """
        new = {self._fingerprint(row): sent for row, sent in rows.items()}
        lines = [json.dumps({"row": row, "id": sent.id, "at_ms": sent.at_ms}) for row, sent in new.items()]
        try:
            with self.path.open("r+b") as file:
                file.seek(0, os.SEEK_END)
                file.write("".join(f"{line}\n" for line in (*self._begin(file.tell()), *lines)).encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _bad(self.path, error.strerror or "it cannot be written", "room for the journal") from None
        self._known |= new

    def _begin(self, size: int) -> tuple[str, ...]:
        """What must stand before new lines: the head of a new journal, or the end of a line that was cut off."""
        return ("",) if size else (json.dumps({"format": _FORMAT}),)

    def _read(self, raw: bytes) -> None:
        head, *lines = raw.split(b"\n")
        if raw and _plain(head).get("format") != _FORMAT:
            raise _bad(self.path, "it is no journal of sent records", "another name; see --journal")
        for line in lines:
            match _plain(line):
                case {"row": str(row), "id": str(ask_id), "at_ms": int(at_ms)}:
                    self._known[row] = Sent(ask_id, at_ms)

    def _fingerprint(self, row: bytes) -> str:
        return hmac.new(self._secret, row, hashlib.sha256).hexdigest()[:_FINGERPRINT_DIGITS]


def _plain(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _bad(path: Path, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": expected})

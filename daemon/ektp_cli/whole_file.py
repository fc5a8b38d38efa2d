"""A file of somebody's, read whole but never without end (berkas masukan).

A file that grows while it is read, a device or a pipe would fill the memory; no more is read
than the reader of its text takes, and one byte, by which that reader sees that it is too much.
"""

from pathlib import Path

from ektp_core.errors import Refusal, Refused


def read_whole(path: Path, limit_bytes: int, expected: str) -> bytes:
    """The bytes of a file, at most one more than the limit.

    Raises:
        Refused: BAD_FILE naming the file when it cannot be read; `expected` says what it should be.
    """
    try:
        with path.open("rb") as file:
            return file.read(limit_bytes + 1)
    except OSError as error:
        reason = error.strerror or "unknown"
        facts = {"file": str(path), "shape": f"it cannot be read ({reason})", "expected": expected}
        raise Refused(Refusal.BAD_FILE, facts) from None

"""Findings for other programs (berkas JSON): the file is there whole, or as it was before.

Who waits for the file never reads half of it: it is written beside its place, brought to the
disk and renamed.
"""

import json
import os
from pathlib import Path

from ektp_core.errors import Refusal, Refused


def write_json(path: Path, value: object) -> None:
    """Write one JSON value, replacing what was there.

    Raises:
        Refused: BAD_FILE when it cannot be written.
    """
    write_whole(path, f"{json.dumps(value, indent=2, ensure_ascii=False)}\n".encode())


def write_new_json(path: Path, value: object) -> None:
    """Write one JSON value to a file that is not there yet.

    Raises:
        Refused: BAD_FILE when the file exists, which stays as it is, or cannot be written.
    """
    try:
        with path.open("xb") as file:
            file.write(f"{json.dumps(value, indent=2, ensure_ascii=False)}\n".encode())
    except OSError as error:
        exists = isinstance(error, FileExistsError)
        shape = "it exists already" if exists else error.strerror or "it cannot be written"
        expected = "a name that is not taken" if exists else "a place to write to"
        raise Refused(Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": expected}) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, replacing what was there.

    Raises:
        Refused: BAD_FILE when it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        facts = {
            "file": str(path),
            "shape": error.strerror or "it cannot be written",
            "expected": "a place to write to",
        }
        raise Refused(Refusal.BAD_FILE, facts) from None

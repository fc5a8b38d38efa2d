"""Files that only their owner may read (berkas rahasia): written once, read with suspicion.

A private file is made new, with mode 0600 from its first byte, and is on the disk before the
call returns. One that others on the machine can read is refused, not repaired: whoever had
the chance to read it may have done so. What is inside is not known here.
"""

import os
import secrets
import stat
from glob import escape
from pathlib import Path
from typing import TypeVar

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import from_json, to_json

T = TypeVar("T")

_LIMIT_BYTES = 64 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: What not every system has: bytes as they are (Windows), no waiting for a pipe's other end (POSIX).
_AS_THEY_ARE, _AT_ONCE = getattr(os, "O_BINARY", 0), getattr(os, "O_NONBLOCK", 0)


def bad_file(path: Path, shape: str, expected: str) -> Refused:
    """The refusal of a file; `shape` says what is wrong, never what is inside."""
    return Refused(Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": expected})


def write_private(path: Path, value: object) -> None:
    """Write a new private file.

    Raises:
        Refused: BAD_FILE when there is one of that name, or it cannot be made.
    """
    try:
        _write_new(path, to_json(value) + b"\n")
    except FileExistsError:
        raise bad_file(path, "it exists already", "the name of a new file") from None
    except OSError as error:
        shape = error.strerror or "it cannot be written"
        raise bad_file(path, shape, "a place that can be written") from None


def replace_private(path: Path, value: object) -> None:
    """Write a private file over the one of that name: whoever reads it finds the old one whole, or the new one.

    Raises:
        Refused: BAD_FILE when it cannot be written; then the old one is as it was.
    """
    try:
        new = _written(path, to_json(value) + b"\n")
        try:
            os.replace(new, path)
        except OSError:
            new.unlink(missing_ok=True)
            raise
        _sync_folder(path)
    except OSError as error:
        shape = error.strerror or "it cannot be written"
        raise bad_file(path, shape, "a place that can be written") from None


def _write_new(path: Path, raw: bytes) -> None:
    """The name is given last: a power cut leaves the whole file, or none of that name."""
    if os.path.lexists(path):
        raise FileExistsError
    new = _written(path, raw)
    try:
        try:
            os.link(new, path)  # takes nobody's place
            new.unlink()
        except FileExistsError:
            raise
        except OSError:  # a file system without such links, as on a stick
            if os.path.lexists(path):
                raise FileExistsError from None
            new.rename(path)
        _sync_folder(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _written(path: Path, raw: bytes) -> Path:
    """A file beside that path with these bytes, on the disk; under a name of its own."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    for left in path.parent.glob(f".{escape(path.name)}.????????.new"):  # of a try that was cut off
        left.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_THEY_ARE, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(handle)
    except OSError:
        new.unlink(missing_ok=True)  # half a key is worse than none
        raise
    return new


def _sync_folder(path: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_private(path: Path, kind: type[T]) -> T:
    """The value of that kind in a private file.

    Raises:
        Refused: BAD_FILE when it is missing, open to others, or of another shape.
    """
    raw = _read_closed(path)
    try:
        return from_json(raw, kind, "file")
    except Refused as refused:
        shape = f"{refused.facts['field']} is {refused.facts['shape']}"
        raise bad_file(path, shape, str(refused.facts["expected"])) from None


def _read_closed(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | _AS_THEY_ARE | _AT_ONCE)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise bad_file(path, "it is no file", "a file")
            if os.name == "posix" and found.st_mode & _OTHERS:  # elsewhere the folder's access list decides
                shape = f"others on this machine can use it (mode {stat.S_IMODE(found.st_mode):04o})"
                raise bad_file(path, shape, "a file for its owner alone: chmod 600")
            raw = file.read(_LIMIT_BYTES + 1)
    except OSError as error:
        raise bad_file(path, error.strerror or "it cannot be read", "a file that can be read") from None
    if len(raw) > _LIMIT_BYTES:
        raise bad_file(path, "it is too long", f"at most {_LIMIT_BYTES} bytes")
    return raw

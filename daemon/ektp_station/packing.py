"""A station in one encrypted file (kemasan mesin cetak): to go on elsewhere, or to be kept (paper 004).

In the file: the book as it was at one moment, the key file, settings and founding. A file of a
move carries the personal data of the cards still to be printed; a backup leaves their keys out.
What a packed or restored book may do is decided by the book (`ektp_core.flow.moving`).
"""

import os
import secrets
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.moving_events import Coming
from ektp_core.flow.rows import BookPlace
from ektp_keys.book_key import path_of_key
from ektp_keys.sealed_file import Head, Sealing, open_sealed_file, seal_to
from ektp_station.arriving import NOTE_FILE, note_arrival
from ektp_station.book_reading import book_read
from ektp_station.config import BOOK_FILE, FILE, FOUNDING_FILE, KEY_FILE
from ektp_station.station_key import TOKEN_FILE
from ektp_store.copying import copy_book

MOVE, BACKUP = "move", "backup"
COMING = {MOVE: Coming.MOVED, BACKUP: Coming.RESTORED}

#: What else is needed to go on; whatever else lies in the folder stays.
_BESIDE = (FILE, KEY_FILE, TOKEN_FILE, FOUNDING_FILE, "hub.public.json", path_of_key(Path(BOOK_FILE)).name)
_MUST = frozenset({BOOK_FILE, FILE})
#: What not every system has: no writing through a link (POSIX), bytes as they are (Windows).
_NO_LINK, _AS_THEY_ARE = getattr(os, "O_NOFOLLOW", 0), getattr(os, "O_BINARY", 0)


@frozen
class Package:
    """What to pack. `token`: of the move. `key`: of the book, where it is encrypted."""

    kind: str
    station: str
    at_ms: int
    token: str = ""
    key: bytes | None = None


def pack(folder: Path, out: Path, package: Package, passphrase: str) -> None:
    """Write a station's folder to a new sealed file; it has its name only when it is whole and on the disk.

    Raises:
        Refused: BAD_FILE when there is a file of that name or it cannot be written; BAD_VALUE for a short
            passphrase; what the book is refused for.
    """
    if out.exists():
        raise _bad(out, "it exists already", "the name of a new file")
    if package.kind == BACKUP:
        _refuse_empty(folder, package.key)
    # A name nobody can foresee: what lies at that name already, such as a link elsewhere, is never written through.
    copy, new = folder / f"{BOOK_FILE}-copy", out.with_name(f".{out.name}.{secrets.token_hex(8)}.part")
    copy.unlink(missing_ok=True)  # of an earlier try that was cut off
    try:
        copy_book(folder / BOOK_FILE, copy, package.key, with_personal_data=package.kind == MOVE)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _AS_THEY_ARE, 0o600)
        with os.fdopen(handle, "wb") as file:
            sealing = _sealing(file, package, passphrase)
            with tarfile.open(fileobj=cast(BinaryIO, sealing), mode="w|") as tar:
                tar.add(copy, BOOK_FILE)
                for name in _BESIDE:
                    if (folder / name).is_file():
                        tar.add(folder / name, name)
            sealing.close()
            file.flush()
            os.fsync(file.fileno())
        new.replace(out)
        _settle(out.parent)
    except OSError as error:
        raise _bad(out, error.strerror or "it cannot be written", "a place with room for the book") from None
    finally:
        for left in (copy, new):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def _refuse_empty(folder: Path, key: bytes | None) -> None:
    """A copy of nothing would look like a backup on the day it is needed."""
    with book_read(folder, key) as book:
        if not book.view.position.n:
            raise _bad(folder / BOOK_FILE, "it holds nothing yet", "a book that was founded: `ektp station run`")


def _settle(folder: Path) -> None:
    """Let the names in a folder be durable, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sealing(file: BinaryIO, package: Package, passphrase: str) -> Sealing:
    return seal_to(
        file, passphrase, kind=package.kind, station=package.station, at_ms=package.at_ms, token=package.token
    )


def packed_token(folder: Path, station: str, key: bytes | None) -> str:
    """The token of the move that this book notes as its last.

    Raises:
        Refused: ALREADY_KNOWN when the book is not packed.
    """
    with book_read(folder, key) as book:
        place = book.view.row(BookPlace, station)
    if place is None or not place.is_packed:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the arrival of this book", "id": station})
    return place.token


def unpack(file: Path, folder: Path, kind: str, passphrase: str) -> Head:
    """Make a station's folder from a sealed file; it has its name only when it is whole and on the disk.

    Half a folder could be started: with no book in it, or none that knows where it came from. What an
    unpacking that was cut off left in FOLDER.part is taken away first.

    Raises:
        Refused: NO_ROOM when the folder holds something; BAD_FILE for a file that is no such one, was
            changed or cut, or is of the other kind.
    """
    part = folder.with_name(f"{folder.name}.part")
    undo(part)
    for one in (folder, part):
        if one.exists() and (not one.is_dir() or one.is_symlink() or any(one.iterdir())):
            raise Refused(Refusal.NO_ROOM, {"path": str(one)})
    try:
        head = _unpacked(file, part, kind, passphrase)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
        _settle(folder.parent)
    except (OSError, Refused) as error:
        undo(part)
        with suppress(OSError):
            part.rmdir()
        if isinstance(error, Refused):
            raise
        raise _bad(folder, error.strerror or "it cannot be made", "a place for a new folder") from None
    return head


def _unpacked(file: Path, folder: Path, kind: str, passphrase: str) -> Head:
    made: list[Path] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        with file.open("rb") as source:
            opening = open_sealed_file(source, str(file), passphrase)
            if opening.head.kind != kind:
                raise _other_kind(file, opening.head.kind)
            made.append(folder / NOTE_FILE)  # first of all: without it a restored book would not know that it is one
            note_arrival(folder, COMING[kind], opening.head.token or secrets.token_hex(16))
            with tarfile.open(fileobj=cast(BinaryIO, opening), mode="r|") as tar:
                for member in tar:
                    _take_out(tar, member, folder, file, made)
            while opening.read(1 << 16):
                pass  # to its end, or it may have been cut
        if not {one.name for one in made} >= _MUST:
            raise _bad(file, "a part of the station is missing in it", "a whole station")
    except (tarfile.TarError, OSError):
        raise _bad(file, "it cannot be unpacked", "an unchanged file and room") from None
    _settle(folder)
    return opening.head


def _other_kind(file: Path, found: str) -> Refused:
    if found == MOVE:
        return _bad(file, "it is a packed station: `ektp station unpack` takes it", "a file of `ektp station backup`")
    return _bad(file, "it is a backup: `ektp station restore` takes it", "a file of `ektp station move`")


def _take_out(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, file: Path, made: list[Path]) -> None:
    """One file of the closed list, made new for its owner alone."""
    content = tar.extractfile(member) if member.isfile() and member.name in (BOOK_FILE, *_BESIDE) else None
    if content is None:
        raise _bad(file, "it holds something that is no part of a station", "an unchanged file")
    path = folder / member.name
    made.append(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_THEY_ARE, 0o600)
    with os.fdopen(handle, "wb") as out:
        while part := content.read(1 << 20):
            out.write(part)
        out.flush()
        os.fsync(out.fileno())


def undo(folder: Path) -> None:
    """Take back what `unpack` made: a copy nobody may work with is not left lying about."""
    for name in (BOOK_FILE, *_BESIDE, NOTE_FILE):
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)


def _bad(path: Path, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": expected})

"""The station's book is encrypted (kunci buku stasiun): how it is opened at the start, and how well it is kept.

The key is random, made at the first start and kept beside the book only wrapped, under the
passphrase of the station's own key, or sealed to the key in its token (rule 40): a stolen disk
shows nothing without what a person types, the token, or what the TPM releases to this machine. A book written in
the clear by an earlier version is encrypted at its next start. A station whose key has no
passphrase works, and is told in red at every start and in every answer what that means.
"""

import os
import stat
from pathlib import Path

from attrs import frozen

from ektp_core.boundary.signer import StationSigner
from ektp_core.boundary.store import Decide
from ektp_core.flow.apply import apply
from ektp_keys.book_key import create_book_key, create_sealed_book_key, read_book_key
from ektp_keys.key_file import read_key
from ektp_keys.private_file import bad_file
from ektp_keys.token_signer import read_token_file
from ektp_station.config import BOOK_FILE, KEY_FILE
from ektp_station.disk_room import DiskRoom, RoomyStore
from ektp_station.private_folder import check_folder
from ektp_station.rewrapping import settle
from ektp_station.station_key import TOKEN_FILE, in_token
from ektp_store.encrypting import encrypt_book
from ektp_store.opening import is_encrypted
from ektp_store.sqlite import SqliteStore

#: The name under which systemd hands the passphrase in: LoadCredentialEncrypted=ektp-passphrase.
CREDENTIAL = "ektp-passphrase"

#: What an office is told that refuses protection (rule 40).
IN_RED = (
    "The key of this station's book lies open beside it: whoever takes the disk can read every person's data"
    " in it. Give the station's key a passphrase."
)


#: What an office is told that leaves the passphrase where the key is.
BESIDE_IN_RED = (
    "The passphrase of this station lies in its own folder: whoever takes the disk can read every person's data."
    " Keep that file elsewhere."
)


@frozen
class Journal:
    """How the book is kept. `warning`: what people must be told in red; empty when there is nothing to tell."""

    path: Path
    key: bytes | None
    warning: str = ""


def passphrase_given(file: Path | None) -> str | None:
    """The first line of that file, or of the credential systemd put there for this service; None when neither is.

    Raises:
        Refused: BAD_FILE when it cannot be read, or others on this machine can use the file.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if file is None:
        if not folder or not (Path(folder) / CREDENTIAL).is_file():
            return None
        file = Path(folder) / CREDENTIAL  # who may read it is systemd's matter
    else:
        _check_closed(file)
    try:
        return file.read_text(encoding="utf-8").split("\n", 1)[0]
    except (OSError, UnicodeDecodeError) as error:
        shape = getattr(error, "strerror", None) or "it is no text"
        raise bad_file(file, shape, "a file with a passphrase in its first line") from None


def _check_closed(file: Path) -> None:
    try:
        mode = file.stat().st_mode
    except OSError:
        return  # reading it says why
    if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
        shape = f"others on this machine can use it (mode {stat.S_IMODE(mode):04o})"
        raise bad_file(file, shape, f"for its owner alone: chmod 600 {file}; then choose another passphrase")


def warning_of(folder: Path, passphrase_file: Path | None = None) -> str:
    """What people must be told in red about this folder; nothing is opened and no passphrase is needed.

    Raises:
        Refused: BAD_FILE when a key file is open to others or damaged.
    """
    found = read_book_key(folder / BOOK_FILE)
    key_file = folder / KEY_FILE
    is_open = not found.protected if found else key_file.exists() and not read_key(key_file).protected
    if is_open:
        return IN_RED
    is_beside = passphrase_file is not None and folder.resolve() in passphrase_file.resolve().parents
    return BESIDE_IN_RED if is_beside else ""


def open_journal(folder: Path, passphrase: str | None, signer: StationSigner | None = None) -> Journal:
    """The station's book and its key; makes the key at the first start, and encrypts a book that is in the clear.

    Args:
        signer: the station's own key; needed where it lies in a token, because the book's key is sealed to it.

    Raises:
        Refused: BAD_FILE when the folder or a file in it is open to others, the key of an encrypted
            book is missing, or the passphrase does not open it; BOOK_IN_USE, BOOK_FULL, BOOK_DAMAGED.
        StoreError: the book cannot be encrypted now.
    """
    check_folder(folder)
    book = folder / BOOK_FILE
    _drop_copies(book)
    settle(folder, passphrase)
    found = read_book_key(book)
    if found:
        key = found.unlock(passphrase, signer.unseal if signer else None)
    elif is_encrypted(str(book)):
        raise bad_file(book, "it is encrypted, and its key file is missing", f"{BOOK_FILE}-key beside it")
    else:
        key = _made(folder, book, passphrase)
    encrypt_book(str(book), key)
    return Journal(book, key, warning_of(folder))


def _drop_copies(book: Path) -> None:
    """What a backup, a move or the encrypting left that was cut off: the eraser knows the book alone (rule 40)."""
    for left in ("-copy", "-copy-journal", "-encrypting", "-encrypting-journal"):
        try:
            book.with_name(book.name + left).unlink(missing_ok=True)
        except OSError as error:
            shape = error.strerror or "it cannot be removed"
            raise bad_file(book.with_name(book.name + left), shape, "to be removed: it is a copy of the book") from None


def _made(folder: Path, book: Path, passphrase: str | None) -> bytes:
    """A PIN is too short to wrap a key with: what lies in a token opens only what is sealed to it."""
    if in_token(folder):
        return create_sealed_book_key(book, read_token_file(folder / TOKEN_FILE).public)
    key_file = folder / KEY_FILE
    is_protected = not key_file.exists() or read_key(key_file).protected
    return create_book_key(book, passphrase if is_protected else None)


def open_store(
    folder: Path,
    passphrase: str | None,
    decide: Decide,
    owner: str,
    room: DiskRoom,
    *,
    signer: StationSigner | None = None,
) -> tuple[RoomyStore, Journal]:
    """The station's book, opened to write, and how it is kept. Raises as `open_journal` and the store itself."""
    journal = open_journal(folder, passphrase, signer)
    path, key = str(journal.path), journal.key
    store = room.with_room(lambda: SqliteStore(path, decide, apply, owner=owner, key=key))
    return RoomyStore(store, room), journal

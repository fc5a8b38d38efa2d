"""The station's book is encrypted (kunci buku stasiun): how it is opened at the start, and how well it is kept.

The key is random, made at the first start and kept beside the book only wrapped, under the
passphrase of the station's own key (rule 40): a stolen disk shows nothing without what a
person types, a token hands in, or the TPM releases to this machine alone. A book written in
the clear by an earlier version is encrypted at its next start. A station whose key has no
passphrase works, and is told in red at every start and in every answer what that means.
"""

import os
from pathlib import Path

from attrs import frozen

from ektp_core.boundary.store import Decide
from ektp_core.flow.apply import apply
from ektp_keys.book_key import create_book_key, read_book_key
from ektp_keys.key_file import read_key
from ektp_keys.private_file import bad_file
from ektp_station.config import BOOK_FILE, KEY_FILE
from ektp_station.disk_room import DiskRoom, RoomyStore
from ektp_station.private_folder import check_folder
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


@frozen
class Journal:
    """How the book is kept. `warning`: what people must be told in red; empty when there is nothing to tell."""

    path: Path
    key: bytes | None
    warning: str = ""


def passphrase_given(file: Path | None) -> str | None:
    """The first line of that file, or of the credential systemd put there for this service; None when neither is.

    Raises:
        Refused: BAD_FILE when it cannot be read.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if file is None and folder and (Path(folder) / CREDENTIAL).is_file():
        file = Path(folder) / CREDENTIAL
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").split("\n", 1)[0]
    except (OSError, UnicodeDecodeError) as error:
        shape = getattr(error, "strerror", None) or "it is no text"
        raise bad_file(file, shape, "a file with a passphrase in its first line") from None


def warning_of(folder: Path) -> str:
    """What people must be told in red about this folder; nothing is opened and no passphrase is needed.

    Raises:
        Refused: BAD_FILE when a key file is open to others or damaged.
    """
    found = read_book_key(folder / BOOK_FILE)
    key_file = folder / KEY_FILE
    if found:
        return "" if found.protected else IN_RED
    return IN_RED if key_file.exists() and not read_key(key_file).protected else ""


def open_journal(folder: Path, passphrase: str | None) -> Journal:
    """The station's book and its key; makes the key at the first start, and encrypts a book that is in the clear.

    Raises:
        Refused: BAD_FILE when the folder or a file in it is open to others, the key of an encrypted
            book is missing, or the passphrase does not open it; BOOK_IN_USE, BOOK_FULL, BOOK_DAMAGED.
        StoreError: the book cannot be encrypted now.
    """
    check_folder(folder)
    book = folder / BOOK_FILE
    found = read_book_key(book)
    if found:
        key = found.unlock(passphrase)
    elif is_encrypted(str(book)):
        raise bad_file(book, "it is encrypted, and its key file is missing", f"{BOOK_FILE}-key beside it")
    else:
        key = create_book_key(book, passphrase if _is_protected(folder) else None)
    encrypt_book(str(book), key)
    return Journal(book, key, warning_of(folder))


def _is_protected(folder: Path) -> bool:
    """Whether the station's key has a passphrase; a token in place of a key file has a pin, which is one."""
    key_file = folder / KEY_FILE
    return not key_file.exists() or read_key(key_file).protected


def open_store(
    folder: Path, passphrase: str | None, decide: Decide, owner: str, room: DiskRoom
) -> tuple[RoomyStore, Journal]:
    """The station's book, opened to write, and how it is kept. Raises as `open_journal` and the store itself."""
    journal = open_journal(folder, passphrase)
    path, key = str(journal.path), journal.key
    store = room.with_room(lambda: SqliteStore(path, decide, apply, owner=owner, key=key))
    return RoomyStore(store, room), journal

"""Another passphrase for a station (ganti sandi): its own key and the key of its book, two files and one moment.

The book's key is first written under the new passphrase beside the old one; then the station's
key is replaced, and that is the moment; then the first takes its place. Whenever the power is
cut, one passphrase opens both: the one that opens the station's key. What waits is put in its
place, or dropped, only when that key was opened. The keys themselves stay the same.
"""

import os
from pathlib import Path

from ektp_core.errors import Refused
from ektp_keys.book_key import BookKeyFile, path_of_key, path_of_next, read_book_key, read_next, stage_book_key
from ektp_keys.key_file import load_key, read_key, rewrap_key
from ektp_keys.passphrase import check_passphrase
from ektp_keys.private_file import bad_file
from ektp_station.config import BOOK_FILE, KEY_FILE
from ektp_station.private_folder import check_folder
from ektp_station.station_key import TOKEN_FILE, in_token


def change_passphrase(folder: Path, passphrase: str | None, new: str) -> None:
    """Put the station's key and its book's key under a new passphrase.

    Raises:
        Refused: BAD_VALUE for a short one; BAD_FILE when the old one does not open the keys, they lie in a token,
            or a file cannot be written. Then the old passphrase, or the new one, opens both.
    """
    check_folder(folder)
    check_passphrase(new)
    if in_token(folder):
        raise bad_file(folder / TOKEN_FILE, "the key lies in a token", "its PIN changed with the token's own program")
    load_key(folder / KEY_FILE, passphrase)
    settle(folder, passphrase)
    book = folder / BOOK_FILE
    if found := read_book_key(book):
        stage_book_key(book, found.unlock(passphrase), new)
    rewrap_key(folder / KEY_FILE, passphrase, new)
    settle(folder, new)


def settle(folder: Path, passphrase: str | None) -> None:
    """Bring a change of the passphrase that was cut off to its end, or to nothing.

    Raises:
        Refused: BAD_FILE when the passphrase does not open the station's key: then nothing is touched.
    """
    book = folder / BOOK_FILE
    waiting = read_next(book)
    if waiting is None:
        return
    load_key(folder / KEY_FILE, passphrase)
    if read_key(folder / KEY_FILE).protected and _opens(waiting, passphrase):
        os.replace(path_of_next(book), path_of_key(book))
    elif (old := read_book_key(book)) and _opens(old, passphrase):
        path_of_next(book).unlink()
    _sync(folder)


def _opens(file: BookKeyFile, passphrase: str | None) -> bool:
    try:
        file.unlock(passphrase)
    except Refused:
        return False
    return True


def _sync(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The station's own key (kunci stasiun): in a file of its folder, or in a token that a file names."""

from pathlib import Path

from ektp_core.boundary.signer import StationSigner
from ektp_keys.book_key import key_of_book
from ektp_keys.key_file import load_key, read_key
from ektp_keys.token_signer import load_token_key, read_token_file
from ektp_station.config import BOOK_FILE, KEY_FILE

#: Names the token, where the key is in one; then there is no key file.
TOKEN_FILE = "station.token"  # noqa: S105  # a file's name


def load_station_key(folder: Path, passphrase: str | None) -> StationSigner:
    """The key a station works with; of a token the passphrase is the PIN.

    Raises:
        Refused: BAD_FILE when there is none, it is open to others, or the passphrase does not open it.
    """
    if in_token(folder):
        return load_token_key(folder / TOKEN_FILE, passphrase)
    return load_key(folder / KEY_FILE, passphrase)


def in_token(folder: Path) -> bool:
    """Whether the station's key lies in a token."""
    return not (folder / KEY_FILE).exists() and (folder / TOKEN_FILE).exists()


def station_key_id(folder: Path) -> str:
    """The id of the station's key; neither passphrase nor token is needed. Raises BAD_FILE."""
    return read_token_file(folder / TOKEN_FILE).key_id if in_token(folder) else read_key(folder / KEY_FILE).key_id


def load_book_key(folder: Path, passphrase: str | None, signer: StationSigner | None = None) -> bytes | None:
    """The key of the station's book, or None where it has none. `signer`: the station's key, where it is open already.

    Raises:
        Refused: BAD_FILE for a missing or wrong passphrase or PIN, or a token that is not there.
    """
    if signer is not None or not in_token(folder):
        return key_of_book(folder / BOOK_FILE, passphrase, signer.unseal if signer else None)
    token = load_token_key(folder / TOKEN_FILE, passphrase)
    try:
        return key_of_book(folder / BOOK_FILE, passphrase, token.unseal)
    finally:
        token.close()  # a token lets a program in once

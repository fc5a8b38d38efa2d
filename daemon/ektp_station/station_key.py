"""The station's own key (kunci stasiun): in a file of its folder, or in a token that a file names."""

from pathlib import Path

from ektp_core.boundary.signer import StationSigner
from ektp_keys.key_file import load_key
from ektp_keys.token_signer import load_token_key
from ektp_station.config import KEY_FILE

#: Names the token, where the key is in one; then there is no key file.
TOKEN_FILE = "station.token"  # noqa: S105  # a file's name


def load_station_key(folder: Path, passphrase: str | None) -> StationSigner:
    """The key a station works with; of a token the passphrase is the PIN.

    Raises:
        Refused: BAD_FILE when there is none, it is open to others, or the passphrase does not open it.
    """
    if not (folder / KEY_FILE).exists() and (folder / TOKEN_FILE).exists():
        return load_token_key(folder / TOKEN_FILE, passphrase)
    return load_key(folder / KEY_FILE, passphrase)

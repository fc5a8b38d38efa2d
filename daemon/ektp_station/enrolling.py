"""A station's folder before and after the centre enrolled it (pendaftaran mesin cetak).

A key that is there already is used again: asking a second time gives the same request, and a
station that is enrolled again after a loss begins in a new folder.
"""

import os
from pathlib import Path

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.founding import NewStation
from ektp_core.vocabulary.party import PartyId, PartyKind
from ektp_core.vocabulary.role import Hand
from ektp_keys.enrolment import fingerprint_of, write_enrolment
from ektp_keys.key_file import FileSigner, create_key, load_key
from ektp_keys.token_signer import TokenPlace, TokenSigner, create_token_key, load_token_key
from ektp_station.config import BOOK_FILE, FILE, FOUNDING_FILE, KEY_FILE, StationConfig, load_config, write_config
from ektp_station.founding import read_founding
from ektp_station.station_key import TOKEN_FILE, in_token, station_key_id

REQUEST_FILE = "request.json"


@frozen
class Wanted:
    """What to make: the station's id, its hub, its name, the classes of blanks it can print."""

    station: str
    hub: str
    name: str
    classes: tuple[str, ...]


def make_station(
    folder: Path, wanted: Wanted, passphrase: str | None, now_ms: int, token: TokenPlace | None = None
) -> str:
    """Make folder, key, settings and request; the key's fingerprint. In a `token` the passphrase is its PIN.

    Raises:
        Refused: BAD_VALUE for another kind of id or a short passphrase; ALREADY_KNOWN when the folder is another
            station's or has a book; BAD_FILE for a key that does not open.
    """
    if PartyId.parse(wanted.station, "station").kind is not PartyKind.STATION:
        facts = {"field": "station", "shape": "another kind of party", "expected": "station/52.03/1"}
        raise Refused(Refusal.BAD_VALUE, facts)
    if (folder / BOOK_FILE).exists():
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the book of this folder", "id": wanted.station})
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if not (folder / FILE).exists():
        write_config(folder, StationConfig(wanted.station, wanted.hub))
    _same_station(load_config(folder).station, wanted.station)
    signer = _token_key(folder, wanted.station, passphrase, token) or _key(
        folder / KEY_FILE, wanted.station, passphrase
    )
    request = write_enrolment(NewStation(wanted.station, wanted.name, wanted.classes), signer.public, signer, now_ms)
    if isinstance(signer, TokenSigner):
        signer.close()
    _replace(folder / REQUEST_FILE, request)
    return fingerprint_of(signer.public)


def take_founding(folder: Path, file: Path) -> str:
    """Take the centre's answer; the fingerprint of the hub's key.

    Raises:
        Refused: ALREADY_KNOWN when there is a book; UNKNOWN_KEY when the centre enrolled another key;
            what the answer is refused for. The folder is left as it was.
    """
    station = load_config(folder).station
    # A book without a founding holds nothing: an earlier start made it before the answer was here.
    if (folder / BOOK_FILE).exists() and (folder / FOUNDING_FILE).exists():
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the book of this folder", "id": station})
    try:
        raw = file.read_bytes()
    except OSError as error:
        facts = {"file": str(file), "shape": error.strerror or "it cannot be read", "expected": "the centre's answer"}
        raise Refused(Refusal.BAD_FILE, facts) from None
    trial = folder / "answer"
    trial.mkdir(mode=0o700, exist_ok=True)
    try:
        _replace(trial / FOUNDING_FILE, raw)
        first, _ = read_founding(trial, station)
        own = station_key_id(folder)
        if own not in {one.key for one in first.keys if one.owner == station}:
            raise Refused(Refusal.UNKNOWN_KEY, {"key": own})
        (trial / FOUNDING_FILE).replace(folder / FOUNDING_FILE)
    finally:
        (trial / FOUNDING_FILE).unlink(missing_ok=True)
        trial.rmdir()
    hub = next(one for one in first.keys if one.hand is Hand.HUB)
    return fingerprint_of(bytes.fromhex(hub.public))


def _key(path: Path, station: str, passphrase: str | None) -> FileSigner:
    if not path.exists():
        return create_key(path, station, Hand.STATION, passphrase)
    signer = load_key(path, passphrase)
    _same_station(signer.owner, station)
    return signer


def _token_key(folder: Path, station: str, pin: str | None, token: TokenPlace | None) -> TokenSigner | None:
    """The key in the token, where one is wanted or there already."""
    path = folder / TOKEN_FILE
    if in_token(folder):
        signer = load_token_key(path, pin)
        _same_station(signer.owner, station)
        return signer
    if token is None:
        return None
    if (folder / KEY_FILE).exists():
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the key of this folder", "id": station})
    return create_token_key(path, station, Hand.STATION, token, pin or "")


def _same_station(found: str, wanted: str) -> None:
    if found != wanted:
        raise Refused(Refusal.WRONG_ADDRESSEE, {"meant": wanted, "here": found})


def _replace(path: Path, raw: bytes) -> None:
    """A whole file or the old one."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(raw)
    os.replace(new, path)

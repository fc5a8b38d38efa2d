"""Everything that can be wrong with a station's folder, looked at before work (pemeriksaan kesiapan).

Each look gives findings: what is well, what should be mended, what stops the work, and what to do.
Nothing is changed, and no card is fed. A look that cannot be made because an earlier one failed is
left out: its cause is in the list already.
"""

import shutil
from enum import Enum
from pathlib import Path

from attrs import evolve, field, frozen

from ektp_core.boundary.signer import StationSigner
from ektp_core.boundary.store import StoreError
from ektp_core.errors import Fact, Refused
from ektp_core.flow.apply import apply
from ektp_core.vocabulary.role import Hand
from ektp_keys.key_file import read_key
from ektp_station.config import BOOK_FILE, FILE, FOUNDING_FILE, KEY_FILE, StationConfig, load_config
from ektp_station.founding import read_founding
from ektp_station.journal_key import IN_RED, warning_of
from ektp_station.private_folder import check_folder
from ektp_station.station_key import load_book_key, load_station_key
from ektp_store.verify import verify

#: Below the first no card is begun any more, below the second somebody should make room (bytes).
LEAST_ROOM, GOOD_ROOM = 64 << 20, 1 << 30


class Mark(Enum):
    """How a finding stands to the work."""

    WELL = "well"
    MEND = "mend"  # work goes on, somebody should look
    STOP = "stop"  # nothing is printed before it is mended


@frozen
class Finding:
    """One line: what was looked at, what was found (a message), what to do (a message, empty where all is well)."""

    mark: Mark
    what: str
    found: str
    do: str = ""
    facts: dict[str, Fact] = field(factory=dict)


@frozen
class Looked:
    """What earlier looks brought to light."""

    folder: Path
    passphrase: str | None
    is_quick: bool = False
    is_verbose: bool = False  # what drivers print is shown too
    config: StationConfig | None = None
    signer: StationSigner | None = None
    key: bytes | None = None
    has_book: bool = False


Found = tuple[Looked, list[Finding]]


def look_at_folder(looked: Looked) -> Found:
    """Settings, permissions, key, founding, room, book: what can be seen without anybody else."""
    findings: list[Finding] = []
    for look in (_settings, _permissions, _key, _founding, _room, _book):
        looked, more = look(looked)
        findings += more
    return looked, findings


def _settings(looked: Looked) -> Found:
    try:
        config = load_config(looked.folder)
    except Refused as refused:
        return looked, [refusal("settings", refused)]
    looked = evolve(looked, config=config)
    if not config.printers:
        do = "Add a [[printers]] block to station.toml; `ektp station check --schema` lists its keys."
        return looked, [Finding(Mark.MEND, "settings", "No printer is set up.", do)]
    return looked, [Finding(Mark.WELL, "settings", "{file} can be read.", facts={"file": FILE})]


def _permissions(looked: Looked) -> Found:
    try:
        check_folder(looked.folder)
    except Refused as refused:
        return looked, [refusal("permissions", refused)]
    return looked, [Finding(Mark.WELL, "permissions", "Only its owner can use the folder.")]


def _key(looked: Looked) -> Found:
    try:
        signer = load_station_key(looked.folder, looked.passphrase)
    except Refused as refused:
        return looked, [refusal("key", refused)]
    findings = [Finding(Mark.WELL, "key", "The key opens: {key}.", facts={"key": signer.key_id})]
    path = looked.folder / KEY_FILE
    known = read_key(path) if path.exists() else None  # a token says its owner only to the book
    station = looked.config.station if looked.config else ""
    if known and station and (known.owner, known.hand) != (station, Hand.STATION):
        do = "Put the key of this station there, or its own name into station.toml."
        facts: dict[str, Fact] = {"owner": known.owner, "station": station}
        findings = [Finding(Mark.STOP, "key", "The key is of {owner}, the settings are of {station}.", do, facts)]
    if warning := warning_of(looked.folder):
        do = "Give it one: `ektp station passphrase`. Until then keep the machine locked away."
        findings.append(Finding(Mark.MEND, "protection", warning if warning == IN_RED else IN_RED, do))
    return evolve(looked, signer=signer), findings


def _founding(looked: Looked) -> Found:
    if looked.config is None or (looked.folder / BOOK_FILE).exists():
        return looked, []
    do = "Carry the request to the centre: `ektp station enrol` writes it and takes the answer."
    if not (looked.folder / FOUNDING_FILE).exists():
        return looked, [Finding(Mark.STOP, "enrolment", "The centre has not enrolled this station yet.", do)]
    try:
        first, _ = read_founding(looked.folder, looked.config.station)
    except Refused as refused:
        return looked, [refusal("enrolment", refused)]
    known = {one.key for one in first.keys}
    if looked.signer and looked.signer.key_id not in known:
        facts: dict[str, Fact] = {"key": looked.signer.key_id}
        return looked, [Finding(Mark.STOP, "enrolment", "The centre enrolled another key than {key}.", do, facts)]
    return looked, [Finding(Mark.WELL, "enrolment", "The book is made at the first start.")]


def _room(looked: Looked) -> Found:
    free = shutil.disk_usage(looked.folder).free
    facts: dict[str, Fact] = {"free": free >> 20}
    do = "Make room on this disk."
    if free < LEAST_ROOM:
        return looked, [Finding(Mark.STOP, "disk", "Only {free} MB are free.", do, facts)]
    if free < GOOD_ROOM:
        return looked, [Finding(Mark.MEND, "disk", "Only {free} MB are free.", do, facts)]
    return looked, [Finding(Mark.WELL, "disk", "{free} MB are free.", facts=facts)]


def _book(looked: Looked) -> Found:
    book = looked.folder / BOOK_FILE
    if not book.exists():
        return looked, []
    if looked.passphrase is None and read_key_is_protected(looked.folder):
        return looked, []  # said by the look at the key
    try:
        key = load_book_key(looked.folder, looked.passphrase, looked.signer)
        seen = verify(str(book), apply, key=key, chain=looked.is_quick)
    except Refused as refused:
        return looked, [refusal("book", refused)]
    except StoreError as error:
        do = "Stop work on this machine, keep the file as evidence and call the centre."
        return looked, [Finding(Mark.STOP, "book", "It cannot be read: {why}.", do, {"why": str(error)})]
    facts: dict[str, Fact] = {"n": seen.commits}
    return evolve(looked, key=key, has_book=True), [
        Finding(Mark.WELL, "book", "Every one of its {n} commits is proven.", facts=facts)
    ]


def read_key_is_protected(folder: Path) -> bool:
    """Whether the station's key needs a passphrase; not where the file cannot be read."""
    try:
        return read_key(folder / KEY_FILE).protected
    except Refused:
        return False


def refusal(what: str, refused: Refused) -> Finding:
    """A refusal as a finding: its own two sentences."""
    why = refused.refusal
    return Finding(Mark.STOP, what, why.what, why.remedy, dict(refused.facts))

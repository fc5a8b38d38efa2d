"""How every story begins (awal cerita): books that were founded once and are copied for each story.

The blanks are supplied, granted, sent, counted in and on their way to the stations; the citizens'
records are entered. All of it went through the hub's real door, once for each kind of beginning.
"""

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from random import Random

import apsw
from attrs import frozen

from ektp_core.boundary.store import Work
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import to_json
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Found
from ektp_core.vocabulary.prr import to_payload
from ektp_core.wire import asks
from ektp_core.wire.asks import EnterRecord
from ektp_hub.door import Door
from ektp_store.sqlite import SqliteStore
from ektp_testing.sim import cast
from ektp_testing.sim.disk import VFS_NAME, Disk, Disks, Image
from ektp_testing.sim.options import Options
from ektp_testing.sim.world import EPOCH_MS

BOOK = "book.db"


@frozen
class Beginning:
    """What a story begins with: the options that shape the books, how many citizens, whether chips are listed."""

    options: Options
    records: int
    knows_chips: bool


@frozen
class Images:
    """Disks as they are at the beginning of a story."""

    hub: Image
    stations: dict[str, Image]


@cache
def disks() -> Disks:
    """The simulated disks of this process; each connection to one is told to keep its file for itself."""
    apsw.connection_hooks.append(_alone)
    return Disks()


def _alone(connection: apsw.Connection) -> None:
    # A file system under a cipher has no such name; it is none of ours.
    if getattr(connection, "open_vfs", "") == VFS_NAME:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Where the locks of the books lie, which are real; the books themselves are in memory."""
    quick = Path("/dev/shm")  # noqa: S108  # a memory disk, where there is one
    return tempfile.TemporaryDirectory(prefix="ektp-simulate-", dir=quick if os.access(quick, os.W_OK) else None)


def path_on(name: str, disk: Disk) -> str:
    """The path of a machine's book, on this disk from now on."""
    folder = os.path.join(_folder().name, name.replace("/", "-").replace(" ", "-"))
    os.makedirs(folder, exist_ok=True)
    disks().by_folder[folder] = disk
    return os.path.join(folder, BOOK)


def open_book(name: str, disk: Disk, owner: str) -> SqliteStore:
    """The book on a machine's disk; `owner` is the station it belongs to, nobody for the hub."""
    path = path_on(name, disk)
    return SqliteStore(path, Decider(cast.regions(), owner), apply, owner, VFS_NAME)


def door(seed: int) -> Door:
    """The hub's door; its payload keys come from the seed."""
    return Door(cast.pseudonyms(), cast.regions(), Random(seed).randbytes)


@cache
def images(beginning: Beginning) -> Images:
    """The disks of a beginning."""
    names = cast.station_names(beginning.options.stations)
    return Images(_hub_image(beginning), {name: _station_image(beginning.options, name) for name in names})


def _station_image(options: Options, name: str) -> Image:
    disk = Disk(Random(0))
    store = open_book(name, disk, name)
    _found(store, Found(cast.registrations(options, name)))
    store.close()
    return disk.image()


def _found(store: SqliteStore, found: Found) -> None:
    digest = hashlib.sha256(to_json(found)).digest()
    _taken(store, (Work(Ask("founding", found, (), EPOCH_MS, digest)),))


def _taken(store: SqliteStore, works: tuple[Work, ...]) -> None:
    for answer in store.commit(works, EPOCH_MS):
        if isinstance(answer, Refused):
            raise answer


def _hub_image(beginning: Beginning) -> Image:
    options = beginning.options
    disk = Disk(Random(0))
    store = open_book(cast.HUB, disk, "")
    _found(store, Found(cast.registrations(options)))
    letters, opened = cast.Letters(), door(0)
    for number, (body, who) in enumerate(_first_asks(beginning)):
        raw = letters.signed(f"first/{number}", asks.HUB, body, who, EPOCH_MS)
        with store.read() as view:
            work = opened.open_ask(raw, view, EPOCH_MS)
        if isinstance(work, Refused):
            raise work
        _taken(store, (work,))
    store.close()
    return disk.image()


def _first_asks(beginning: Beginning) -> list[tuple[object, tuple[str, ...]]]:
    options = beginning.options
    names = cast.station_names(options.stations)
    total = options.blanks * len(names) + options.safe_blanks
    whole = ((cast.SERIES, 1, total),)
    chips = tuple(cast.uid_of(number) for number in range(1, total + 1)) if beginning.knows_chips else ()
    return [
        (TakeSupply("supplier/PNRI", cast.CLASS, whole, "DO-1", "2027-01-05", chips), ("store",)),
        (Grant(cast.ALLOTMENT, cast.OFFICE, cast.CLASS, total), ("verifier",)),
        (Dispatch("to-office", cast.ALLOTMENT), ("store",)),
        (Receive("to-office", cast.OFFICE, whole), ("storekeeper", "checker")),
        *((Issue(f"to-{name[8:]}", name, cast.CLASS, options.blanks), ("storekeeper",)) for name in names),
        *(
            (EnterRecord(cast.OFFICE, to_payload(person).decode(), EPOCH_MS), (cast.REGISTRY,))
            for person in cast.citizens(max(beginning.records, cast.MOST_CITIZENS))[: beginning.records]
        ),
    ]


def beginning_of(options: Options, records: int, knows_chips: bool) -> Beginning:
    """The beginning for these options: stories that differ in their trouble only have the same."""
    same = Options(
        stations=options.stations,
        blanks=options.blanks,
        safe_blanks=options.safe_blanks,
        lease_ms=options.lease_ms,
        lease_count=options.lease_count,
    )
    return Beginning(same, records, knows_chips)

"""The command that is measured (perintah yang diukur): one blank goes from one place to another.

Two asks of the hub do that. `grants`: the centre grants one blank as an allotment of its own;
events `Moved` and `Granted`. This is the plain movement with its paper, and what the other
contenders post too. `issues`: an office issues one blank to its station; events `Moved`,
`Dispatched` and `FeedQueued`, so that the message the station will get is made and kept as
well. Every ask comes with its own id, signed by one officer, as an office's would.
"""

import hashlib
from collections.abc import Iterator
from itertools import count

from ektp_core.boundary.store import Accepted, Store, Work
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask, Body
from ektp_core.flow.codec import to_json
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Found, NewKey, NewOfficer, NewParty, NewStation, Register
from ektp_core.flow.rows import Consignment
from ektp_core.vocabulary.region import Regions
from ektp_core.vocabulary.role import Hand, Role
from ektp_store.sqlite import SqliteStore

AT_MS = 1_542_600_000_000
CENTRE, SUPPLIER = "centre", "supplier/PNRI"
BLANK_CLASS, SERIES = "v5", "PNRI-2018"
STOREKEEPER, VERIFIER, CHECKER = "key-storekeeper", "key-verifier", "key-checker"
OFFICES = tuple(f"office/52.{number:02}" for number in range(1, 21))
STATIONS = tuple(f"station/52.{number:02}/1" for number in range(1, 21))
REGIONS = Regions({"52": "Nusa Tenggara Barat"} | {office[7:]: f"Region {office[7:]}" for office in OFFICES})

_OFFICERS = (
    NewOfficer("storekeeper", "Storekeeper", CENTRE, (Role.CENTRE_STORE, Role.STOREKEEPER)),
    NewOfficer("verifier", "Verifier", "verification", (Role.CENTRE_VERIFIER, Role.CENTRE_STORE)),
    NewOfficer("checker", "Checker", "store", (Role.CENTRE_VERIFIER, Role.CHECKER)),
)


def decider() -> Decider:
    """The hub's rules."""
    return Decider(REGIONS)


def opened(path: str) -> SqliteStore:
    """The hub's book at this path."""
    return SqliteStore(path, decider(), apply)


def asked(ask_id: str, body: Body, *keys: str) -> Work:
    """An ask with verified signatures."""
    digest = hashlib.sha256(ask_id.encode() + to_json(body)).digest()
    return Work(Ask(ask_id, body, keys, AT_MS, digest))


def found(store: Store, blanks: int) -> None:
    """A book with twenty offices, each with `blanks` blanks, and as many with the centre as all of them have."""
    register = Register(
        parties=tuple(NewParty(name, name) for name in (CENTRE, SUPPLIER, *OFFICES)),
        officers=_OFFICERS,
        stations=tuple(NewStation(name, name, (BLANK_CLASS,)) for name in STATIONS),
        keys=tuple(
            NewKey(f"key-{one.officer}", one.officer, Hand.OFFICER, hashlib.sha256(one.officer.encode()).hexdigest())
            for one in _OFFICERS
        ),
        policy=None,
    )
    _take(store, asked("founding", Found(register)))
    supply = TakeSupply(SUPPLIER, BLANK_CLASS, ((SERIES, 1, 2 * blanks * len(OFFICES)),), "BAST-1", "2018-11-01")
    _take(store, asked("supply", supply, VERIFIER))
    for office in OFFICES:
        name = f"first/{office}"
        _take(store, asked(f"grant/{name}", Grant(name, office, BLANK_CLASS, blanks), VERIFIER))
        _take(store, asked(f"send/{name}", Dispatch(name, name), VERIFIER))
        with store.read() as view:
            sent = view.row(Consignment, name)
        assert sent is not None
        _take(store, asked(f"count/{name}", Receive(name, office, sent.ranges), STOREKEEPER, CHECKER))


def _take(store: Store, work: Work) -> None:
    (answer,) = store.commit([work], AT_MS)
    assert isinstance(answer, Accepted), answer


def ask_ids(start: int = 0) -> Iterator[str]:
    """Ids in the order of time, in the form of a UUID of version 7; the same in every run."""
    for number in count(start):
        chance = hashlib.sha256(number.to_bytes(8, "big")).hexdigest()
        time = f"{AT_MS + number // 4:012x}"
        yield f"{time[:8]}-{time[8:]}-7{chance[:3]}-8{chance[3:6]}-{chance[6:18]}"


def grants(start: int = 0) -> Iterator[Work]:
    """One blank of the centre's stock is granted, for one office after the other."""
    for number, ask_id in enumerate(ask_ids(start), start):
        body = Grant(f"A-{number:08}", OFFICES[number * 7 % len(OFFICES)], BLANK_CLASS, 1, "SK-1", "2018-11-19")
        yield asked(ask_id, body, VERIFIER)


def issues(start: int = 0) -> Iterator[Work]:
    """One blank of an office's stock is issued to its station, at one office after the other."""
    for number, ask_id in enumerate(ask_ids(start), start):
        station = STATIONS[number * 7 % len(STATIONS)]
        yield asked(ask_id, Issue(f"I-{number:08}", station, BLANK_CLASS, 1), STOREKEEPER)

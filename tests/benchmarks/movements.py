"""The command that is measured (perintah yang diukur): one blank goes from one party's stock to another's.

`moves` is the plain movement that every office act ends in, with no act around it: an ask with
its id and digest, a signer looked up in the book with a key and a role, the receiver known, the
source checked where the blank lies, and the paper's reference kept; one event, `Moved`. This is
what the other contenders post too. The acts themselves cost what their rules cost: `issues` is
one of them, whole. There an office issues one blank to its station; events `Moved`, `Dispatched`
and `FeedQueued`, so that the message the station will get is made and kept as well. Every ask
comes with its own id, signed by one officer.
"""

import hashlib
from collections.abc import Iterator
from itertools import count

from attrs import frozen

from ektp_core.boundary.store import Accepted, Decide, Store, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask, Body
from ektp_core.flow.blanks import moves as moved
from ektp_core.flow.codec import to_json
from ektp_core.flow.custody import Issue, TakeSupply
from ektp_core.flow.decide import Decider, check_conserved
from ektp_core.flow.events import Event
from ektp_core.flow.founding import Found, NewKey, NewOfficer, NewParty, NewStation, Register
from ektp_core.flow.rows import Party
from ektp_core.flow.signers import Permit, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.region import Regions
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_store.sqlite import SqliteStore

AT_MS = 1_542_600_000_000
CENTRE, SUPPLIER = "centre", "supplier/PNRI"
BLANK_CLASS, SERIES = "v5", "PNRI-2018"
STOREKEEPER, VERIFIER = "key-storekeeper", "key-verifier"
OFFICES = tuple(f"office/52.{number:02}" for number in range(1, 21))
STATIONS = tuple(f"station/52.{number:02}/1" for number in range(1, 21))
REGIONS = Regions({"52": "Nusa Tenggara Barat"} | {office[7:]: f"Region {office[7:]}" for office in OFFICES})

_OFFICERS = (
    NewOfficer("storekeeper", "Storekeeper", CENTRE, (Role.CENTRE_STORE, Role.STOREKEEPER)),
    NewOfficer("verifier", "Verifier", "verification", (Role.CENTRE_VERIFIER, Role.CENTRE_STORE)),
    *(NewOfficer(f"store/{office[7:]}", "Storekeeper", office, (Role.STOREKEEPER,)) for office in OFFICES),
)
_MAY_MOVE = Permit(roles=frozenset({Role.STOREKEEPER}))


@frozen
class Move:
    """Blanks of one party's stock go to another's, on a paper."""

    series: str
    lo: int
    hi: int
    party: str
    to_party: str
    reference: str


def decided_move(view: View, ask: Ask, body: Move) -> tuple[Event, ...]:
    """The movement, if the signer may, the receiver is known and the giver has the blanks.

    Raises:
        Refused: UNKNOWN_KEY, REVOKED_KEY, NOT_ALLOWED, UNKNOWN_PARTY, NOT_HELD.
    """
    require(view, ask, _MAY_MOVE)
    if view.row(Party, body.to_party) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": body.to_party})
    serials = SerialSet.of(SerialRange(body.series, body.lo, body.hi))
    return moved(view, serials, (body.party, Bucket.STOCK), (body.to_party, Bucket.STOCK), body.reference)


def decider() -> Decide:
    """The hub's rules, and the plain movement beside them, checked as they check their own."""
    rules = Decider(REGIONS)

    def decide(view: View, ask: Ask) -> tuple[Event, ...] | Refused:
        if type(ask.body) is not Move:
            return rules(view, ask)
        try:
            events = decided_move(view, ask, ask.body)
        except Refused as refused:
            return refused
        check_conserved(view, events)
        return events

    return decide


def opened(path: str) -> SqliteStore:
    """The hub's book at this path."""
    return SqliteStore(path, decider(), apply)


def asked(ask_id: str, body: Body, *keys: str) -> Work:
    """An ask with verified signatures."""
    digest = hashlib.sha256(ask_id.encode() + to_json(body)).digest()
    return Work(Ask(ask_id, body, keys, AT_MS, digest))


def found(store: Store, blanks: int) -> None:
    """A book with twenty offices and their stations, each office with `blanks` blanks in one run, side by side."""
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
    supply = TakeSupply(SUPPLIER, BLANK_CLASS, ((SERIES, 1, blanks * len(OFFICES)),), "BAST-1", "2018-11-01")
    _take(store, asked("supply", supply, VERIFIER))
    for number, office in enumerate(OFFICES):
        first = Move(SERIES, number * blanks + 1, (number + 1) * blanks, CENTRE, office, "BAST-2")
        _take(store, asked(f"first/{office}", first, STOREKEEPER))


def _take(store: Store, work: Work) -> None:
    (answer,) = store.commit([work], AT_MS)
    assert isinstance(answer, Accepted), answer


def ask_ids(start: int = 0) -> Iterator[str]:
    """Ids in the order of time, in the form of a UUID of version 7; the same in every run."""
    for number in count(start):
        chance = hashlib.sha256(number.to_bytes(8, "big")).hexdigest()
        time = f"{AT_MS + number // 4:012x}"
        yield f"{time[:8]}-{time[8:]}-7{chance[:3]}-8{chance[3:6]}-{chance[6:18]}"


def moves(blanks: int, start: int = 0) -> Iterator[Work]:
    """The lowest blank of every second office goes to the office before it, one pair after the other."""
    pairs = len(OFFICES) // 2
    for number, ask_id in enumerate(ask_ids(start), start):
        giver = 2 * (number % pairs) + 1
        serial = giver * blanks + 1 + number // pairs
        body = Move(SERIES, serial, serial, OFFICES[giver], OFFICES[giver - 1], f"SBBK-{number:07}")
        yield asked(ask_id, body, STOREKEEPER)


def issues(blanks: int, start: int = 0) -> Iterator[Work]:
    """One blank of an office's stock is issued to its station, at one office after the other."""
    for number, ask_id in enumerate(ask_ids(start), start):
        at = number * 7 % len(STATIONS)
        body = Issue(f"I-{number:08}", STATIONS[at], BLANK_CLASS, 1)
        yield asked(ask_id, body, f"key-store/{OFFICES[at][7:]}")

"""Our hub and station behind the harness's protocol (dua buku kita): real decisions on real stores.

Every act is an ask of the flow, signed by the keys of a small office, decided against the book
and sealed. The feed and the chain carry the exact bytes the books hold. Nothing is simulated but
the line and the printer.

>>> books = OurTwoBooks()
>>> books.enter(1), books.authorise(1), books.start(1)
(True, True, False)
>>> books.carry_feed(books.feed()[1] + 1), books.start(1)
(True, True)
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from attrs import frozen

from ektp_core.boundary.store import Accepted, Answer, Decide, Store, Work
from ektp_core.errors import Refused
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask, Body
from ektp_core.flow.codec import to_json
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.events import Event, PartyNamed
from ektp_core.flow.founding import Found, NewKey, NewOfficer, NewParty, NewStation, Register
from ektp_core.flow.pressing import Conclude, NoteStep, ReturnCard, StartCard
from ektp_core.flow.printing import Authorise, Enter, Recall
from ektp_core.flow.rows import Consignment, Desk, Dispute, FeedRow, Holding, Lock, Ranges
from ektp_core.flow.settling import Found as WasFound
from ektp_core.flow.settling import Settle
from ektp_core.flow.station_book import LoadPrinter, TakeFeed
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.region import Regions
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_core.wire.chain import read_header
from ektp_store.memory import MemoryStore

NOW_MS = 1_542_600_000_000
CENTRE, SUPPLIER, OFFICE, STATION = "centre", "supplier/PNRI", "office/52.03", "station/52.03/1"
PRINTER, CLASS, SERIES = "VP-1", "v5", "PNRI-2018"
HUB_KEY, REGISTRY_KEY, STATION_KEY = "key-hub", "key-registry", "key-station"
OPERATOR, FIRST, SECOND = "key-operator", "key-first", "key-second"
BLANKS = 8

_REGIONS = Regions({"52": "Nusa Tenggara Barat", "52.03": "Lombok Timur"})
_OFFICERS = (
    NewOfficer("operator", "Operator", OFFICE, (Role.PRINT_OPERATOR, Role.STOREKEEPER, Role.COUNTER)),
    NewOfficer("first", "First verifier", "verification", (Role.CENTRE_VERIFIER, Role.CENTRE_STORE)),
    NewOfficer("second", "Second verifier", "store", (Role.CENTRE_VERIFIER, Role.CHECKER)),
)
_MARKED = (PressStep.FED, PressStep.INTENT_MARK, PressStep.EJECTED)
_SURE = Certainty.COUNTER_POSITION

#: The durable steps before each ending, and what the driver says of it.
_ENDINGS: Mapping[LockEvent, tuple[tuple[PressStep, ...], tuple[Outcome, BlankPlace, Certainty, Cause]]] = {
    LockEvent.VERDICT_GOOD: (_MARKED, (Outcome.GOOD, BlankPlace.OUTPUT, _SURE, Cause.NONE)),
    LockEvent.VERDICT_BAD: (_MARKED, (Outcome.SPOILED, BlankPlace.OUTPUT, _SURE, Cause.MISPRINT)),
    LockEvent.DOUBT: (_MARKED[:2], (Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, Cause.NONE)),
    LockEvent.PROVE_NOT_FED: ((), (Outcome.NOT_STARTED, BlankPlace.NONE, _SURE, Cause.NONE)),
}
_SETTLED = {LockEvent.SETTLE_BAD: WasFound.BAD, LockEvent.SETTLE_LOST: WasFound.LOST}

MakeStore = Callable[[Decide, str], Store]


def _in_memory(decide: Decide, owner: str) -> Store:
    return MemoryStore(decide, apply, owner)


@frozen
class Overstep:
    """No ask of the flow: what a station that breaks the rules seals for itself."""

    said: str = "office/52.03"


def _overstepping(decide: Decide) -> Decide:
    """A station's decisions, and one it may not take: it names a party."""

    def deciding(view: View, ask: Ask) -> tuple[Event, ...] | Refused:
        return (PartyNamed(ask.body.said, "ours"),) if isinstance(ask.body, Overstep) else decide(view, ask)

    return deciding


class OurTwoBooks:
    """A hub and one station with blanks in its printer, both at rest."""

    def __init__(self, make: MakeStore = _in_memory) -> None:
        self.hub = make(Decider(_REGIONS), "")
        self.station = make(_overstepping(Decider(_REGIONS, owner=STATION)), STATION)
        self._records: dict[int, str] = {}
        for store in (self.hub, self.station):
            self._must(store, Found(_registrations()))
        self._carry_everything()
        self._fill()

    # -- the protocol ---------------------------------------------------------------------

    def enter(self, person: int) -> bool:
        """The importing officer brings the record in."""
        name = sha256(f"person {person}".encode()).digest()
        answer = self._ask(self.hub, Enter(OFFICE, name, name, checked_ms=NOW_MS), OPERATOR)
        if isinstance(answer, Accepted):
            self._records[person] = str(getattr(answer.events[-1], "record", ""))
        return isinstance(answer, Accepted)

    def authorise(self, person: int) -> bool:
        """The hub lets the station print it."""
        return self._took(self.hub, Authorise(self._record(person), STATION), HUB_KEY)

    def recall(self, person: int) -> bool:
        """The centre calls it back."""
        return self._took(self.hub, Recall(self._record(person), "moved away"), FIRST)

    def start(self, person: int) -> bool:
        """The station feeds a blank."""
        body = StartCard(self._record(person), self._n(self.station, person), PRINTER, -1, Profile.NO_CHIP)
        return self._took(self.station, body, STATION_KEY)

    def finish(self, person: int, event: LockEvent) -> bool:
        """The steps of the card and its outcome, in one commit."""
        record, n = self._record(person), self._n(self.station, person)
        steps, (outcome, blank, certainty, cause) = _ENDINGS[event]
        bodies = [*(NoteStep(record, n, step) for step in steps)]
        end = Conclude(record, n, outcome, blank, certainty, cause)
        works = [Work(_signed(body, STATION_KEY)) for body in (*bodies, end)]
        answers = self.station.commit(works, NOW_MS)
        return isinstance(answers[-1], Accepted)

    def give_back(self, person: int) -> bool:
        """The station gives the authorisation back."""
        body = ReturnCard(self._record(person), self._n(self.station, person), "no time")
        return self._took(self.station, body, STATION_KEY)

    def settle(self, person: int, event: LockEvent) -> bool:
        """Two people of different units close the suspect."""
        body = Settle(self._record(person), self._n(self.hub, person), _SETTLED[event], "BA-1")
        return self._took(self.hub, body, FIRST, SECOND)

    def overstep(self) -> bool:
        """The station names a party, which only the hub may."""
        return self._took(self.station, Overstep(), STATION_KEY)

    def carry_feed(self, m: int) -> bool:
        """The entry's exact bytes reach the station."""
        with self.hub.read() as view:
            entry = view.row(FeedRow, STATION, m)
        if entry is None:
            return False
        return self._took(self.station, TakeFeed(entry.body, sha256(entry.body).digest()), HUB_KEY)

    def carry_chain(self, n: int) -> bool:
        """The commit's exact bytes reach the hub."""
        found = self.station.sealed_since(n - 1, 1)
        if not found:
            return False
        header = read_header(found[0].header)
        one = found[0]
        body = AbsorbCommit(STATION, n, header.previous, one.head, header.at_ms, header.pen, one.events)
        return self._took(self.hub, body, STATION_KEY)

    def feed(self) -> tuple[int, int]:
        """Entries queued at the hub and taken by the station."""
        return self._desk(self.hub).queued_m, self._desk(self.station).taken_m

    def chain(self) -> tuple[int, int]:
        """Commits sealed by the station and absorbed by the hub."""
        return self.station.position().n, self._desk(self.hub).chain_n

    def states(self, person: int) -> tuple[LockState | None, LockState | None]:
        """The lock in both books."""
        here, there = self._lock(self.hub, person), self._lock(self.station, person)
        return here.state if here else None, there.state if there else None

    def counts(self, bucket: Bucket) -> tuple[int, int]:
        """The station's blanks in both books, by the runs themselves."""
        return _held(self.hub, bucket), _held(self.station, bucket)

    def disputes(self) -> int:
        """What the hub holds against the station."""
        with self.hub.read() as view:
            return sum(1 for _ in view.rows(Dispute, STATION))

    def close(self) -> None:
        """Let go of both books."""
        self.hub.close()
        self.station.close()

    # -- behind it ------------------------------------------------------------------------

    def _fill(self) -> None:
        """Supply, grant, dispatch, issue: the way of a blank to the station's printer."""
        self._must(self.hub, TakeSupply(SUPPLIER, CLASS, ((SERIES, 1, BLANKS),), "BAST-1", "2018-11-01"), FIRST)
        self._must(self.hub, Grant("A-1", OFFICE, CLASS, BLANKS), FIRST)
        self._must(self.hub, Dispatch("road/A-1", "A-1"), FIRST)
        ranges: Ranges = ((SERIES, 1, BLANKS),)
        self._must(self.hub, Receive("road/A-1", OFFICE, ranges), OPERATOR, SECOND)
        self._must(self.hub, Issue("I-1", STATION, CLASS, BLANKS), OPERATOR)
        self._carry_everything()
        with self.station.read() as view:
            sent = view.row(Consignment, "I-1")
        assert sent is not None, "the consignment did not arrive"
        self._must(self.station, Receive("I-1", STATION, sent.ranges), OPERATOR, SECOND)
        self._must(self.station, LoadPrinter(PRINTER, sent.ranges, 0), STATION_KEY)
        self._carry_everything()

    def _carry_everything(self) -> None:
        (queued, taken), (sealed, absorbed) = self.feed(), self.chain()
        while taken < queued or absorbed < sealed:
            for m in range(taken + 1, queued + 1):
                assert self.carry_feed(m), f"entry {m}"
            for n in range(absorbed + 1, self.chain()[0] + 1):
                assert self.carry_chain(n), f"commit {n}"
            (queued, taken), (sealed, absorbed) = self.feed(), self.chain()

    def _record(self, person: int) -> str:
        return self._records.get(person, "52.03-999999")

    def _lock(self, store: Store, person: int) -> Lock | None:
        with store.read() as view:
            return view.row(Lock, self._record(person))

    def _n(self, store: Store, person: int) -> int:
        lock = self._lock(store, person)
        return lock.n if lock else 1

    def _desk(self, store: Store) -> Desk:
        with store.read() as view:
            return view.row(Desk, STATION) or Desk(STATION)

    def _ask(self, store: Store, body: Body, *keys: str) -> Answer:
        return store.commit([Work(_signed(body, *keys))], NOW_MS)[0]

    def _took(self, store: Store, body: Body, *keys: str) -> bool:
        return isinstance(self._ask(store, body, *keys), Accepted)

    def _must(self, store: Store, body: Body, *keys: str) -> None:
        answer = self._ask(store, body, *keys)
        assert isinstance(answer, Accepted), answer


def _held(store: Store, bucket: Bucket) -> int:
    with store.read() as view:
        runs: Sequence[Holding] = view.overlapping(SERIES, 1, BLANKS)
    return sum(len(run) for run in runs if (run.party, run.bucket) == (STATION, bucket))


def _signed(body: Body, *keys: str) -> Ask:
    return Ask("", body, keys, NOW_MS, sha256(type(body).__name__.encode() + to_json(body)).digest())


def _registrations() -> Register:
    owners = {HUB_KEY: (CENTRE, Hand.HUB), REGISTRY_KEY: (CENTRE, Hand.REGISTRY), STATION_KEY: (STATION, Hand.STATION)}
    people = {f"key-{one.officer}": (one.officer, Hand.OFFICER) for one in _OFFICERS}
    keys = (
        NewKey(key, owner, hand, sha256(key.encode()).hexdigest())
        for key, (owner, hand) in {**owners, **people}.items()
    )
    return Register(
        parties=(NewParty(CENTRE, "Centre"), NewParty(SUPPLIER, "Perum PNRI"), NewParty(OFFICE, "Lombok Timur")),
        officers=_OFFICERS,
        stations=(NewStation(STATION, STATION, (CLASS,)),),
        keys=tuple(keys),
    )

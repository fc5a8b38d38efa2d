"""Our own ledger behind the harness's protocol (buku blangko kita): the flow on a store.

Movements are decided by the flow's own arithmetic (`flow.blanks`, `flow.decide.check_conserved`),
folded by `flow.apply` and sealed by whichever store it is given. Only what the offices add is
left out: who may ask, and on which paper.

>>> from ektp_core.vocabulary.bucket import Bucket
>>> ledger = memory_ledger()
>>> ledger.take_in(Blanks("A", 1, 100), Place("centre", Bucket.STOCK, "v5"))
True
>>> ledger.move(Blanks("A", 5, 9), Spot("centre", Bucket.STOCK), Spot("office/52.03", Bucket.STOCK))
True
>>> ledger.take_in(Blanks("A", 9, 9), Place("centre", Bucket.STOCK, "v5"))
False
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from ektp_core.boundary.store import Accepted, Decide, Store, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import moves, serials_of
from ektp_core.flow.counting_events import Reidentified
from ektp_core.flow.decide import check_conserved
from ektp_core.flow.events import Event, GivenOut, Moved, TakenIn
from ektp_core.flow.rows import Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.serial import SerialSet
from ektp_store.memory import MemoryStore
from ektp_testing.protocols import Blanks, Place, Spot
from ektp_testing.small_book import Apply

MakeStore = Callable[[Decide, Apply], Store]


@frozen
class TakeIn:
    """Blanks come in."""

    blanks: Blanks
    place: Place
    assumed: bool = False


@frozen
class Move:
    """Blanks go elsewhere; nowhere, if there is no target."""

    blanks: Blanks
    source: Spot
    target: Spot | None


@frozen
class Read:
    """A placeholder was read where another was thought to be."""

    series: str
    read: int
    thought: int


def decide(view: View, ask: Ask) -> tuple[Event, ...] | Refused:
    """The movements of one ask, checked as the flow checks its own."""
    try:
        events = _decided(view, ask.body)
    except Refused as refused:
        return refused
    check_conserved(view, events)
    return events


def _decided(view: View, body: object) -> tuple[Event, ...]:
    match body:
        case TakeIn(blanks, place, assumed):
            _serials(blanks)
            if view.overlapping(blanks.series, blanks.lo, blanks.hi):
                raise Refused(Refusal.SERIAL_KNOWN, {"serials": str(blanks)})
            run = (blanks.series, blanks.lo, blanks.hi)
            return (TakenIn(*run, *place.spot, place.blank_class, "supplier/PNRI", assumed=assumed),)
        case Move(blanks, source, target):
            found = moves(view, _serials(blanks), source, target or source, "paper")
            if target:
                return found
            return tuple(GivenOut(m.series, m.lo, m.hi, m.party, m.bucket, m.reference) for m in found)
        case Read(series, read, thought):
            return _exchanged(view, series, read, thought)
    raise TypeError(f"no movement: {body!r}")


def _serials(blanks: Blanks) -> SerialSet:
    return serials_of([(blanks.series, blanks.lo, blanks.hi)])


def _exchanged(view: View, series: str, read: int, thought: int) -> tuple[Event, ...]:
    """Each goes where the other was; the one that was read is a fact from now on."""
    here, there = view.covering(series, read), view.covering(series, thought)
    if here is None or there is None or read == thought:
        raise Refused(Refusal.NOT_HELD, {"serials": f"{series} {read}, {thought}", "party": "", "bucket": ""})
    if not (here.assumed and there.assumed and here.blank_class == there.blank_class):
        raise Refused(Refusal.SERIAL_KNOWN, {"serials": f"{series} {read}, {thought}"})
    old, new = (here.party, here.bucket), (there.party, there.bucket)
    swapped = (Moved(series, read, read, *old, *new), Moved(series, thought, thought, *new, *old))
    ranges = ((series, read, read),), ((series, thought, thought),)
    told = Reidentified(*new, here.blank_class, *ranges, "BA-1", ())
    return (*(swapped if old != new else ()), told)


class FlowLedger:
    """A ledger of the flow on a store."""

    def __init__(self, make: MakeStore, fold: Apply = apply) -> None:
        self.store = make(decide, fold)

    def take_in(self, blanks: Blanks, place: Place) -> bool:
        """Blanks come into the book."""
        return self._ask(TakeIn(blanks, place))

    def take_in_assumed(self, blanks: Blanks, place: Place) -> bool:
        """Numbers that stand for a count."""
        return self._ask(TakeIn(blanks, place, assumed=True))

    def take_in_once(self, paper: str, blanks: Blanks, place: Place) -> bool:
        """Blanks of a named paper; the store knows what it answered before."""
        return self._ask(TakeIn(blanks, place), paper)

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        """Blanks go elsewhere."""
        return self._ask(Move(blanks, source, target))

    def give_out(self, blanks: Blanks, source: Spot) -> bool:
        """Blanks leave the book."""
        return self._ask(Move(blanks, source, None))

    def reidentify(self, series: str, number: int, in_place_of: int) -> bool:
        """Two placeholders exchange places."""
        return self._ask(Read(series, number, in_place_of))

    def place_of(self, series: str, number: int) -> Place | None:
        """Where a blank is."""
        with self.store.read() as view:
            run = view.covering(series, number)
        return Place(run.party, run.bucket, run.blank_class) if run else None

    def is_assumed(self, series: str, number: int) -> bool:
        """Whether nobody read it."""
        with self.store.read() as view:
            run = view.covering(series, number)
        return run is not None and run.assumed

    def count(self, place: Place) -> int:
        """How many are there, by the tally the fold keeps."""
        with self.store.read() as view:
            tally = view.row(Tally, place.party, place.bucket, place.blank_class)
        return tally.count if tally else 0

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def _ask(self, body: TakeIn | Move | Read, paper: str = "") -> bool:
        digest = sha256(repr(body).encode()).digest()
        answers: Sequence[object] = self.store.commit([Work(Ask(paper, body, ("key-1",), 1, digest))], 1)
        return isinstance(answers[0], Accepted)


def memory_ledger() -> FlowLedger:
    """The flow on a store in memory."""
    return FlowLedger(MemoryStore)


class SqliteLedger(FlowLedger):
    """The flow on a store of files, in a folder that goes with it. It needs the extra `hub` (or `station`)."""

    def __init__(self) -> None:
        from ektp_store.sqlite import SqliteStore  # only here: whoever judges a ledger of his own has no need of apsw

        self._folder = TemporaryDirectory(prefix="ektp-ledger-")
        path = str(Path(self._folder.name) / "book")
        super().__init__(lambda decide, fold: SqliteStore(path, decide, fold))

    def close(self) -> None:
        """Let go of the store and its folder."""
        super().close()
        self._folder.cleanup()

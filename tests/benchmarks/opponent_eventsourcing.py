"""The same movement with `eventsourcing` (lawan): aggregates in its SQLite recorder, as its documentation tunes it.

The stock and the reserve are aggregates that hold runs of serials, and an allotment is one
whose id is made of the asker's id, so that a repeat is refused by the recorder. One `save`
takes all aggregates of a batch in one transaction. The cache holds every aggregate, without
fast-forwarding and without copies, which its documentation allows to a single writer; its
recorder works in WAL with SQLite's own `synchronous`, which is FULL.
"""

from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

STOCK, RESERVED = (uuid5(NAMESPACE_URL, f"place/centre/{name}") for name in ("stock", "reserved"))


class Place(Aggregate):
    """One run of blanks at one place."""

    @event("Opened")
    def __init__(self, name: str, lo: int, hi: int) -> None:
        self.name = name
        self.lo = lo
        self.hi = hi

    @staticmethod
    def create_id(name: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"place/{name}")

    def give(self, count: int, reference: str) -> tuple[int, int]:
        """Give the lowest blanks."""
        lo, hi = self.lo, self.lo + count - 1
        if hi > self.hi:
            raise ValueError("too few blanks")
        self._given(lo, hi, reference)
        return lo, hi

    @event("Given")
    def _given(self, lo: int, hi: int, reference: str) -> None:
        self.lo = hi + 1

    def take(self, lo: int, hi: int, reference: str) -> None:
        """Take blanks that follow the last one here."""
        if lo != self.hi + 1:
            raise ValueError("these blanks do not follow")
        self._taken(lo, hi, reference)

    @event("Taken")
    def _taken(self, lo: int, hi: int, reference: str) -> None:
        self.hi = hi


class Allotment(Aggregate):
    """An allotment; its id is the asker's, so it is made once."""

    @event("Granted")
    def __init__(self, *, ask_id: str, name: str, party: str, blank_class: str, lo: int, hi: int, paper: str, paper_date: str) -> None:
        self.name = name

    @staticmethod
    def create_id(ask_id: str) -> UUID:
        return UUID(ask_id)


class Centre(Application[UUID]):
    """The centre's blanks."""

    def open(self, blanks: int) -> None:
        self.save(Place(name="centre/stock", lo=1, hi=blanks), Place(name="centre/reserved", lo=1, hi=0))

    def grant(self, asks: list[tuple[str, str, str]]) -> int:
        """Grant one blank to each: (id of the ask, allotment, party), all in one transaction."""
        stock: Place = self.repository.get(STOCK)
        reserved: Place = self.repository.get(RESERVED)
        made = []
        for ask_id, name, party in asks:
            lo, hi = stock.give(1, name)
            reserved.take(lo, hi, name)
            made.append(Allotment(ask_id=ask_id, name=name, party=party, blank_class="v5", lo=lo, hi=hi, paper="SK-1", paper_date="2018-11-19"))
        self.save(stock, reserved, *made)
        return len(asks)


def opened(path: Path) -> Centre:
    """The application on a file."""
    return Centre(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(path),
            "AGGREGATE_CACHE_MAXSIZE": "100000",
            "AGGREGATE_CACHE_FASTFORWARD": "n",
            "DEEPCOPY_FROM_AGGREGATE_CACHE": "n",
        }
    )

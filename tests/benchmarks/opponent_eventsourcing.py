"""The same movement with `eventsourcing` (lawan): aggregates in its SQLite recorder, as its documentation tunes it.

The stock and the reserve are aggregates that hold runs of serials; parties and officers are
aggregates that are looked up, as our hub looks up rows. An allotment's id is made of its name
and an ask's id is the asker's, with the digest it came with, so that neither can be there twice:
the recorder refuses a second first version. One `save` takes all aggregates of a batch in one
transaction. The cache holds every aggregate, without
fast-forwarding and without copies, which its documentation allows to a single writer; its
recorder works in WAL with SQLite's own `synchronous`, which is FULL.
"""

from collections.abc import Iterable
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


class Party(Aggregate):
    """Somebody who can hold blanks."""

    @event("Named")
    def __init__(self, party: str) -> None:
        self.party = party

    @staticmethod
    def create_id(party: str) -> UUID:
        return uuid5(NAMESPACE_URL, party)


class Officer(Aggregate):
    """A key, its owner, and what he may do."""

    @event("Registered")
    def __init__(self, key: str, roles: list[str]) -> None:
        self.roles = roles
        self.is_revoked = False

    @staticmethod
    def create_id(key: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"key/{key}")


class Asked(Aggregate):
    """An id that was answered, and the digest it came with."""

    @event("Answered")
    def __init__(self, ask_id: str, digest: str, allotment: str) -> None:
        self.digest = digest

    @staticmethod
    def create_id(ask_id: str) -> UUID:
        return UUID(ask_id)


class Allotment(Aggregate):
    """An allotment; its id is made of its name, so it is granted once."""

    @event("Granted")
    def __init__(self, *, name: str, party: str, blank_class: str, lo: int, hi: int, paper: str, paper_date: str) -> None:
        self.name = name

    @staticmethod
    def create_id(name: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"allotment/{name}")


class Centre(Application[UUID]):
    """The centre's blanks."""

    def open(self, blanks: int, parties: Iterable[str], key: str) -> None:
        places = (Place(name="centre/stock", lo=1, hi=blanks), Place(name="centre/reserved", lo=1, hi=0))
        self.save(*places, Officer(key=key, roles=["centre verifier", "centre store"]), *map(Party, parties))

    def grant(self, asks: list[tuple[str, bytes, str, str, str]]) -> int:
        """Grant one blank to each: (id of the ask, digest, key, allotment, party), all in one transaction."""
        stock: Place = self.repository.get(STOCK)
        reserved: Place = self.repository.get(RESERVED)
        made: list[Aggregate] = []
        for ask_id, digest, key, name, party in asks:
            officer: Officer = self.repository.get(Officer.create_id(key))
            if officer.is_revoked or "centre verifier" not in officer.roles:
                raise ValueError("not allowed")
            self.repository.get(Party.create_id(party))
            lo, hi = stock.give(1, name)
            reserved.take(lo, hi, name)
            made.append(Asked(ask_id=ask_id, digest=digest.hex(), allotment=name))
            made.append(Allotment(name=name, party=party, blank_class="v5", lo=lo, hi=hi, paper="SK-1", paper_date="2018-11-19"))
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

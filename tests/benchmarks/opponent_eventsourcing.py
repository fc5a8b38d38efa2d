"""The same movement with `eventsourcing` (lawan): aggregates in its SQLite recorder, as its documentation tunes it.

Each party's stock is an aggregate that holds a run of serials; officers' keys are aggregates
that are looked up, as our hub looks up rows, and a receiver is known by his stock. An ask's id
is the id of an aggregate, with the digest it came with, so that it cannot be there twice: the
recorder refuses a second first version. One `save` takes all aggregates of a batch in one
transaction. The cache holds every aggregate, without
fast-forwarding and without copies, which its documentation allows to a single writer; its
recorder works in WAL with SQLite's own `synchronous`, which is FULL.
"""

from collections.abc import Sequence
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class Stock(Aggregate):
    """One run of blanks of one party."""

    @event("Opened")
    def __init__(self, party: str, lo: int, hi: int) -> None:
        self.party = party
        self.lo = lo
        self.hi = hi

    @staticmethod
    def create_id(party: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"stock/{party}")

    def give(self, number: int, reference: str) -> None:
        """Give a blank at the beginning of the run."""
        if not self.lo == number <= self.hi:
            raise ValueError("not held")
        self._given(number, number, reference)

    @event("Given")
    def _given(self, lo: int, hi: int, reference: str) -> None:
        self.lo = hi + 1

    def take(self, number: int, reference: str) -> None:
        """Take a blank that follows the last one here."""
        if number != self.hi + 1:
            raise ValueError("this blank does not follow")
        self._taken(number, number, reference)

    @event("Taken")
    def _taken(self, lo: int, hi: int, reference: str) -> None:
        self.hi = hi


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
    def __init__(self, ask_id: str, digest: str, reference: str) -> None:
        self.digest = digest

    @staticmethod
    def create_id(ask_id: str) -> UUID:
        return UUID(ask_id)


class Book(Application[UUID]):
    """All stocks."""

    def open(self, blanks: int, parties: Sequence[str], key: str) -> None:
        stocks = (Stock(party=party, lo=n * blanks + 1, hi=(n + 1) * blanks) for n, party in enumerate(parties))
        self.save(*stocks, Officer(key=key, roles=["centre store", "storekeeper"]))
        self._stocks = {party: Stock.create_id(party) for party in parties}  # an id costs a hash: each is made once
        self._keys = {key: Officer.create_id(key)}

    def move(self, asks: list[tuple[str, bytes, str, str, str, int, str]]) -> int:
        """Move one blank for each (id, digest, key, giver, receiver, serial, reference), all in one transaction."""
        touched: dict[UUID, Aggregate] = {}
        made: list[Aggregate] = []
        for ask_id, digest, key, party, to_party, number, reference in asks:
            officer: Officer = self.repository.get(self._keys[key])
            if officer.is_revoked or "storekeeper" not in officer.roles:
                raise ValueError("not allowed")
            source: Stock = self.repository.get(self._stocks[party])
            target: Stock = self.repository.get(self._stocks[to_party])
            source.give(number, reference)
            target.take(number, reference)
            touched[source.id], touched[target.id] = source, target
            made.append(Asked(ask_id=ask_id, digest=digest.hex(), reference=reference))
        self.save(*touched.values(), *made)
        return len(asks)


def opened(path: Path) -> Book:
    """The application on a file."""
    return Book(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(path),
            "AGGREGATE_CACHE_MAXSIZE": "100000",
            "AGGREGATE_CACHE_FASTFORWARD": "n",
            "DEEPCOPY_FROM_AGGREGATE_CACHE": "n",
        }
    )

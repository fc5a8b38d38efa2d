"""Makers of both stores, shared by the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ektp_core.boundary.store import Decide, Payload, Store
from ektp_core.flow.apply import apply
from ektp_core.vocabulary.bucket import Bucket
from ektp_store.committing import Apply
from ektp_store.memory import MemoryStore
from ektp_store.sqlite import SqliteStore
from ektp_testing.small_book import GiveOut, Move, Name, TakeIn, asked, decide


class MemoryMaker:
    """A book in memory ends with its process; reopening gives the same store back."""

    def fresh(self, decide: Decide, apply: Apply, owner: str = "") -> MemoryStore:
        return MemoryStore(decide, apply, owner)

    def reopened(self, store: Store) -> Store:
        return store


class SqliteMaker:
    """Books in one folder; each is closed before it is opened again, and all at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stores: list[tuple[SqliteStore, Path, Decide, Apply, str]] = []

    def fresh(self, decide: Decide, apply: Apply, owner: str = "") -> SqliteStore:
        return self._opened(self._folder / f"book-{len(self._stores)}", decide, apply, owner)

    def reopened(self, store: Store) -> SqliteStore:
        _, path, decide, apply, owner = next(made for made in self._stores if made[0] is store)
        store.close()
        return self._opened(path, decide, apply, owner)

    def close(self) -> None:
        for store, *_ in self._stores:
            store.close()

    def _opened(self, path: Path, decide: Decide, apply: Apply, owner: str) -> SqliteStore:
        store = SqliteStore(str(path), decide, apply, owner)
        self._stores.append((store, path, decide, apply, owner))
        return store


@pytest.fixture(params=["memory", "sqlite"])
def maker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MemoryMaker | SqliteMaker]:
    if request.param == "memory":
        yield MemoryMaker()
        return
    made = SqliteMaker(tmp_path)
    yield made
    made.close()


@pytest.fixture
def book(tmp_path: Path) -> str:
    """The path of a small closed book: 6 commits, groups, payloads, blanks that went in and out."""
    path = str(tmp_path / "book")
    store = SqliteStore(path, decide, apply)
    payloads = [Payload(name.encode() * 8, f"key-{name}", name.encode() * 16, b"sealed " + name.encode()) for name in "pq"]
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    store.commit([asked("names", Name(("x", "y")), payloads[:1]), asked("a", Move(10, 40, "centre", "x"))], 2)
    store.commit([asked("b", Move(20, 21, "x", "x", Bucket.LOST)), asked("", Move(1, 2, "centre", "y"))], 3)
    store.commit([asked("c", GiveOut(50, 60, "centre"), payloads[1:])], 4)
    store.commit([asked("d", TakeIn(5, 6, "B", "x"))], 5)
    store.commit([asked("e", Move(22, 29, "x", "centre"))], 6)
    store.erase(payloads[1].digest)
    store.set_link("receipt", b"kept aside")
    store.close()
    return path

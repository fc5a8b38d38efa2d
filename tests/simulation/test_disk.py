"""The simulated disk keeps what was synced and nothing else for sure; the real store stands on it."""

from collections.abc import Iterator
from random import Random

import apsw
import pytest

from ektp_core.boundary.store import StoreUnsure
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_store import opening
from ektp_store.sqlite import SqliteStore
from ektp_testing.sim.disk import SECTOR_BYTES, VFS_NAME, Disk, File
from ektp_testing.sim.founding import path_on
from ektp_testing.small_book import Name, asked, decide


@pytest.fixture
def disk() -> Disk:
    return Disk(Random(1), lost=1.0, torn=0.0)


@pytest.fixture
def book(disk: Disk) -> Iterator[SqliteStore]:
    store = _open(disk)
    yield store
    disk.leave(store.close)


def _open(disk: Disk) -> SqliteStore:
    return SqliteStore(path_on("a machine under test", disk), decide, apply, vfs=VFS_NAME)


def _name(store: SqliteStore, name: str) -> None:
    store.commit([asked("", Name((name,)))], 1)


def _cut(disk: Disk, store: SqliteStore) -> SqliteStore:
    disk.leave(store.close)
    disk.power_cut()
    return _open(disk)


def test_what_was_synced_survives_a_power_cut_and_the_rest_does_not(disk: Disk) -> None:
    file = disk.files.setdefault("a", File())
    file.write(0, b"synced")
    file.sync()
    file.write(0, b"LOST")
    file.truncate(2)
    disk.power_cut()
    assert bytes(disk.files["a"].now) == b"synced"


def test_a_name_that_was_never_synced_may_be_gone(disk: Disk) -> None:
    disk.files.setdefault("a", File()).write(0, b"x")
    disk.power_cut()
    assert disk.files == {}


def test_a_torn_write_ends_at_a_sector() -> None:
    disk = Disk(Random(3), lost=0.0, torn=1.0)
    file = disk.files.setdefault("a", File())
    file.sync()
    file.write(0, b"x" * 4 * SECTOR_BYTES)
    disk.power_cut()
    size = len(disk.files["a"].now)
    assert size % SECTOR_BYTES == 0 and disk.counts == {"unsynced writes torn": 1}


def test_commits_that_returned_are_there_after_a_power_cut(disk: Disk, book: SqliteStore) -> None:
    for number in range(5):
        _name(book, f"party {number}")
    book = _cut(disk, book)
    assert book.position().n == 5
    disk.leave(book.close)


def test_without_syncs_they_would_be_gone(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_SETTINGS", opening._SETTINGS.replace("FULL", "NORMAL"))
    store = _open(disk)
    _name(store, "a party")
    store = _cut(disk, store)
    assert store.position().n == 0
    disk.leave(store.close)


def test_a_process_that_dies_loses_nothing(disk: Disk, book: SqliteStore) -> None:
    _name(book, "a party")
    disk.leave(book.close)
    again = _open(disk)
    assert again.position().n == 1
    disk.leave(again.close)


@pytest.mark.parametrize("countdown", range(12))
def test_power_that_goes_in_the_middle_of_a_commit_leaves_all_of_it_or_nothing(disk: Disk, countdown: int) -> None:
    store = _open(disk)
    _name(store, "before")
    disk.countdown = countdown
    try:
        _name(store, "during")
        is_done = not disk.is_dead
    except (StoreUnsure, Refused, apsw.Error, Exception):  # noqa: BLE001  # whatever it is called, the power is gone
        is_done = False
    store = _cut(disk, store)
    assert store.position().n in ((2,) if is_done else (1, 2))
    disk.leave(store.close)


def test_a_full_disk_is_told_before_anything_is_written(disk: Disk, book: SqliteStore) -> None:
    disk.is_full = True
    with pytest.raises(Refused) as refused:
        _name(book, "a party")
    assert refused.value.refusal is Refusal.BOOK_FULL and book.position().n == 0
    disk.is_full = False
    _name(book, "a party")


def test_a_disk_that_is_set_back_holds_the_older_book(disk: Disk, book: SqliteStore) -> None:
    _name(book, "first")
    image = disk.image()
    _name(book, "second")
    disk.leave(book.close)
    disk.restore(image)
    again = _open(disk)
    assert again.position().n == 1
    disk.leave(again.close)


def test_what_a_book_shows_after_an_unsure_commit_is_no_longer_lost(disk: Disk) -> None:
    """The log of the process before was read as kept, but had never been synced."""
    store = _open(disk)
    _name(store, "before")
    disk.failing = 1
    with pytest.raises(StoreUnsure):
        _name(store, "during")
    disk.leave(store.close)
    store = _open(disk)
    assert store.position().n == 2
    store = _cut(disk, store)
    assert store.position().n == 2
    disk.leave(store.close)

"""A disk that is full or fails, at every write and every sync: nothing is ever half done."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from ektp_core.boundary.store import Accepted, Payload, StoreError, StoreUnsure
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_store import opening
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import Move, Name, TakeIn, asked, decide

NAME = "failing-disk"


class FailingDisk(apsw.VFS):
    """A file system whose writes or syncs fail, once or for ever, from a given one on."""

    def __init__(self) -> None:
        super().__init__(NAME, "")
        self.error: Callable[[], Exception] | None = None
        self.method = "xWrite"
        self.left = 0
        self.is_for_ever = False
        self.failed = 0

    def fail(self, method: str, at: int, error: Callable[[], Exception], is_for_ever: bool = False) -> None:
        self.method, self.left, self.error, self.is_for_ever, self.failed = method, at, error, is_for_ever, 0

    def mend(self) -> None:
        self.error = None

    def meet(self, method: str) -> None:
        if self.error is None or method != self.method:
            return
        self.left -= 1
        if self.left == 0 or (self.left < 0 and self.is_for_ever):
            self.failed += 1
            raise self.error()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # apsw's name
        return FailingFile(self, name, flags)


class FailingFile(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:  # apsw's name
        self._disk.meet("xWrite")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # apsw's name
        self._disk.meet("xSync")
        super().xSync(flags)


@pytest.fixture
def disk() -> Iterator[FailingDisk]:
    made = FailingDisk()
    yield made
    made.mend()
    made.unregister()


def _open(path: Path, vfs: str | None = NAME) -> SqliteStore:
    return SqliteStore(str(path), decide, apply, vfs=vfs)


def _group(name: str, lo: int) -> list:  # type: ignore[type-arg]  # of Work
    payload = Payload(name.encode() * 4, f"key-{name}", b"k" * 32, b"c" * 5000)
    return [
        asked(f"{name}-1", Move(lo, lo + 4, "centre", "x")), asked(f"{name}-2", Name(("x", name)), [payload]),
        asked(f"{name}-3", Move(lo + 2, lo + 2, "x", "y")),
    ]


def _crashed(path: Path, into: Path) -> SqliteStore:
    """The book as another process finds it after this one died: without the shared memory."""
    into.mkdir()
    for suffix in ("", "-wal"):
        if path.with_name(path.name + suffix).exists():
            shutil.copy(path.with_name(path.name + suffix), into / (path.name + suffix))
    return _open(into / path.name, None)


@pytest.mark.parametrize("is_for_ever", [False, True], ids=["once", "for ever"])
def test_a_full_disk_at_every_write_of_a_commit_leaves_the_book_before_or_after(
    tmp_path: Path, disk: FailingDisk, is_for_ever: bool
) -> None:
    outcomes: list[str] = []
    at = 0
    while not outcomes or outcomes[-1] != "done":
        at += 1
        path = tmp_path / f"{at}" / "book"
        path.parent.mkdir()
        store = _open(path)
        store.commit([asked("supply", TakeIn(1, 100))], 1)
        before = store.position()
        disk.fail("xWrite", at, apsw.FullError, is_for_ever)
        try:
            store.commit(_group("g", 10), 2)
            outcomes.append("done")
        except Refused as refused:
            assert refused.refusal is Refusal.BOOK_FULL
            assert refused.refusal.transient
            outcomes.append("full")
        except StoreUnsure:
            outcomes.append("unsure")
        disk.mend()
        found = _crashed(path, tmp_path / f"{at}-crashed")
        assert found.position() == before or (outcomes[-1] != "full" and found.position().n == 2)
        found.close()
        verify(str(tmp_path / f"{at}-crashed" / "book"), apply)
        if outcomes[-1] == "full":
            assert store.position() == before
            assert all(isinstance(answer, Accepted) for answer in store.commit(_group("g", 10), 3))
        store.close()
        reopened = _open(path)
        reopened.commit(_group("g", 10), 4)
        assert (reopened.position().n, reopened.position().seq) == (2, 6 - 1)
        reopened.close()
        assert verify(str(path), apply).commits == 2
    assert outcomes.count("full") > 5
    assert outcomes.count("unsure") <= 2


def test_a_full_disk_while_a_book_is_made_leaves_none_or_a_whole_one(tmp_path: Path, disk: FailingDisk) -> None:
    failures = 0
    for at in range(1, 400):
        path = tmp_path / f"book-{at}"
        disk.fail("xWrite", at, apsw.FullError)
        try:
            _open(path).close()
        except (Refused, StoreError):
            failures += 1
        was_met = disk.failed
        disk.mend()
        store = _open(path)
        assert store.position().n == 0
        store.commit([asked("supply", TakeIn(1, 100))], 1)
        store.close()
        assert verify(str(path), apply).commits == 1
        if not was_met:
            break
    assert failures > 10
    assert not was_met


def test_a_failed_sync_of_a_commit_is_unsure_and_the_store_stops(tmp_path: Path, disk: FailingDisk) -> None:
    path = tmp_path / "book"
    store = _open(path)
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    disk.fail("xSync", 1, apsw.IOError)
    with pytest.raises(StoreUnsure, match="COMMIT"):
        store.commit(_group("g", 10), 2)
    disk.mend()
    for use in (
        store.position, lambda: store.commit(_group("h", 20), 3), lambda: store.link("x"),
        lambda: store.set_link("x", b""), lambda: list(store.events()), lambda: store.sealed_since(0, 1),
        lambda: store.payload(b"g" * 4), lambda: store.erase(b"g" * 4),
    ):
        with pytest.raises(StoreUnsure, match="open the book again"):
            use()
    found = _crashed(path, tmp_path / "crashed")
    assert found.position().n in {1, 2}
    found.close()
    store.close()
    reopened = _open(path)
    first = reopened.position().n
    answers = reopened.commit(_group("g", 10), 4)
    assert {answer.is_first for answer in answers if isinstance(answer, Accepted)} == {first == 1}
    assert reopened.position().n == 2
    reopened.close()


@pytest.mark.parametrize("act", [
    lambda store: store.set_link("x", b"after" * 2000), lambda store: store.erase(b"gggg"),
], ids=["link", "erase"])
def test_a_full_disk_beside_the_chain_leaves_before_or_after(
    tmp_path: Path, disk: FailingDisk, act: Callable[[SqliteStore], object]
) -> None:
    for at in range(1, 50):
        path = tmp_path / f"book-{at}"
        store = _open(path)
        store.commit([asked("supply", TakeIn(1, 100))], 1)
        store.commit(_group("g", 10), 2)
        store.set_link("x", b"before")
        disk.fail("xWrite", at, apsw.FullError)
        outcome = "done"
        try:
            act(store)
        except Refused as refused:
            assert refused.refusal is Refusal.BOOK_FULL
            outcome = "full"
        except StoreError:
            outcome = "unsure"
        was_met = disk.failed
        disk.mend()
        store.close()
        reopened = _open(path)
        assert reopened.position().n == 2
        assert reopened.link("x") in {b"before", b"after" * 2000}
        if outcome == "full" and reopened.link("x") == b"before":
            act(reopened)
        reopened.close()
        assert verify(str(path), apply).commits == 2
        if not was_met:
            break
    assert at > 2


@pytest.mark.parametrize("at", [2, 3])
def test_a_disk_that_fails_while_the_log_is_emptied_is_unsure_and_the_key_is_gone(
    tmp_path: Path, disk: FailingDisk, at: int
) -> None:
    """An erasure syncs its commit, then the log and the book; a failure of any is not passed over."""
    path = tmp_path / "book"
    store = _open(path)
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    store.commit(_group("g", 10), 2)
    disk.fail("xSync", at, apsw.IOError)
    with pytest.raises(StoreUnsure, match="the log could not be emptied"):
        store.erase(b"gggg")
    disk.mend()
    with pytest.raises(StoreUnsure, match="open the book again"):
        store.position()
    store.close()
    reopened = _open(path)
    assert reopened.payload(b"gggg") is None and reopened.position().n == 2
    reopened.close()


def test_a_new_book_is_created_under_the_strictest_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a power cut can bring the rollback journal back, and the whole book goes with it."""
    seen: list[object] = []
    run = opening._run

    def watching(connection: apsw.Connection, sql: str) -> None:
        if "CREATE TABLE" in sql:
            seen.append(connection.execute("PRAGMA synchronous").get)
        run(connection, sql)

    monkeypatch.setattr(opening, "_run", watching)
    _open(tmp_path / "book", None).close()
    assert seen == [3]

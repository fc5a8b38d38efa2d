"""A disk that fails while a book is opened: it is called what it is, and what was not made durable is no book yet."""

import errno
import os
from pathlib import Path

import apsw
import pytest

from ektp_core.boundary.store import StoreError
from ektp_core.errors import Refusal, Refused
from ektp_store.opening import open_to_write, sync_folder, told

pytestmark = pytest.mark.rule(22)


def _no_index() -> apsw.Error:
    """What the engine says when it cannot make the log's index, whatever the reason is."""
    error = apsw.IOError("disk I/O error")
    error.extendedresult = apsw.SQLITE_IOERR_SHMSIZE  # type: ignore[attr-defined]  # the engine sets it
    return error


def _disk_says(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fails(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fails)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_an_index_without_room_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    _disk_says(monkeypatch, number)
    found = told(_no_index(), str(tmp_path / "book.db"), "the file")
    assert isinstance(found, Refused) and found.refusal is Refusal.BOOK_FULL
    assert list(tmp_path.iterdir()) == [], "the question leaves nothing behind"


def test_an_index_that_a_failing_disk_does_not_take_is_no_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(told(_no_index(), str(tmp_path / "book.db"), "the file"), StoreError), "there is room"
    _disk_says(monkeypatch, errno.EIO)
    assert isinstance(told(_no_index(), str(tmp_path / "book.db"), "the file"), StoreError)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="only there a folder can be synced")
@pytest.mark.parametrize("times", [1, 2])
def test_a_folder_that_cannot_be_synced_opens_no_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """The engine syncs the folder of a new log and does not look how it ended."""
    path, left, real = str(tmp_path / "book.db"), times, os.fsync

    def fails(handle: int) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise OSError(errno.EIO, "Input/output error")
        real(handle)

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StoreError, match="folder"):
        open_to_write(path).close()
    monkeypatch.setattr(os, "fsync", real)
    open_to_write(path).close()
    sync_folder(path)

"""A copy of a book: whole, of one moment, while it is in use; encrypted if the book is; without personal data if asked."""

import os
import stat
from pathlib import Path

import apsw
import pytest

from ektp_core.boundary.store import StoreError, Work
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Found
from ektp_keys.payload_box import lock_payload
from ektp_store.copying import copy_book
from ektp_store.opening import is_encrypted
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from tests.core.flow.offices import REGIONS, entry, registrations, signed

KEY = bytes(range(32))
SECRET = b"a citizen of Selong"


def book(path: Path, key: bytes | None) -> SqliteStore:
    store = SqliteStore(str(path), Decider(REGIONS), apply, key=key)
    store.commit([Work(signed(Found(registrations()), ask_id="f"))], 1)
    one = entry(1)
    store.commit([Work(signed(one, "key-operator", ask_id="e"), (lock_payload(SECRET, one.payload),))], 2)
    return store


@pytest.mark.rule(40)
@pytest.mark.parametrize("key", [None, KEY], ids=["clear", "encrypted"])
@pytest.mark.parametrize("with_personal_data", [True, False])
def test_a_copy_is_the_book_while_the_book_is_in_use(tmp_path: Path, key: bytes | None, with_personal_data: bool) -> None:
    store, copy = book(tmp_path / "b.db", key), tmp_path / "c.db"
    try:
        copy_book(tmp_path / "b.db", copy, key, with_personal_data=with_personal_data)
        place = store.position()
        store.commit([Work(signed(entry(2), "key-operator", ask_id="e2"))], 3)
    finally:
        store.close()
    assert is_encrypted(str(copy)) is (key is not None)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    verify(str(copy), apply, key=key)
    again = SqliteStore(str(copy), Decider(REGIONS), apply, key=key)
    try:
        assert again.position() == place
        found = again.payload(entry(1).payload)
        assert (found is not None) is with_personal_data
    finally:
        again.close()


@pytest.mark.rule(40)
def test_the_key_of_a_payload_is_nowhere_in_a_copy_without_personal_data(tmp_path: Path) -> None:
    store = book(tmp_path / "b.db", None)
    found = store.payload(entry(1).payload)
    assert found is not None
    copy_book(tmp_path / "b.db", tmp_path / "with.db")
    copy_book(tmp_path / "b.db", tmp_path / "without.db", with_personal_data=False)
    store.close()
    assert found.key in (tmp_path / "with.db").read_bytes()
    assert found.key not in (tmp_path / "without.db").read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["b.db", "b.db-owner", "with.db", "without.db"]


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    book(tmp_path / "b.db", None).close()
    (tmp_path / "c.db").write_bytes(b"something")
    with pytest.raises(StoreError):
        copy_book(tmp_path / "b.db", tmp_path / "c.db")
    assert (tmp_path / "c.db").read_bytes() == b"something"


def test_what_is_no_book_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "b.db").write_bytes(b"SQLite format 3\x00" + bytes(5000))
    with pytest.raises((Refused, StoreError)):
        copy_book(tmp_path / "b.db", tmp_path / "c.db")
    assert not (tmp_path / "c.db").exists()


def test_another_key_opens_no_book(tmp_path: Path) -> None:
    book(tmp_path / "b.db", KEY).close()
    with pytest.raises(Refused):
        copy_book(tmp_path / "b.db", tmp_path / "c.db", bytes(32))
    assert not (tmp_path / "c.db").exists() and apsw.sqlite_lib_version()

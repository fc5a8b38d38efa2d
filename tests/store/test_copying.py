"""A copy of a book: whole, of one moment, while it is in use; encrypted if the book is; without personal data if asked."""

import os
import resource
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
from ektp_store.encrypting import encrypt_book
from ektp_store.opening import is_encrypted, key_setting, told
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from tests.core.flow.office_cards import entry
from tests.core.flow.offices import REGIONS, registrations, signed

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


# -- the key of the book stands in no error -------------------------------------------------------


def words_of(error: BaseException | None) -> str:
    """All that anybody could print of an error: its own words, and those of what it came from."""
    text = ""
    while error is not None:
        text += f"{error!r} {error} {vars(error)} "
        error = error.__cause__ or error.__context__
    return text


@pytest.mark.rule(40)
@pytest.mark.parametrize("with_personal_data", [True, False])
def test_a_copy_that_cannot_be_opened_shows_no_key(tmp_path: Path, with_personal_data: bool) -> None:
    """Too few file handles: the engine fails at one file after the other."""
    book(tmp_path / "b.db", KEY).close()
    said = []
    for few in range(3, 40):
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, before[1]))
        try:
            copy_book(tmp_path / "b.db", tmp_path / "c.db", KEY, with_personal_data=with_personal_data)
            error: BaseException | None = None
        except (Refused, StoreError) as caught:
            error = caught
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        (tmp_path / "c.db").unlink(missing_ok=True)
        if error:
            said.append(words_of(error))
    assert said and not any(KEY.hex() in one for one in said)


@pytest.mark.rule(40)
def test_encrypting_that_fails_shows_no_key(tmp_path: Path) -> None:
    deep = tmp_path
    while len(str(deep)) < 470:
        deep = deep / ("x" * min(50, 470 - len(str(deep))))
    deep.mkdir(parents=True)
    said = []
    for length in range(8, 40):
        path = deep / ("b" * length)
        try:
            book(path, None).close()
        except StoreError:
            continue
        try:
            encrypt_book(str(path), KEY)
        except StoreError as error:
            said.append(words_of(error))
    assert said and not any(KEY.hex() in one for one in said)


@pytest.mark.rule(40)
def test_an_error_of_the_engine_that_quotes_a_key_is_told_without_it() -> None:
    for kind in (apsw.CantOpenError, apsw.CorruptError, apsw.ConstraintError):
        error = kind(f"unable to open database: file:/b.db-copy?cipher=chacha20&key={key_setting(KEY)}")
        found = told(error, "b.db", "a page")
        assert KEY.hex() not in words_of(found) and "raw:..." in words_of(found)

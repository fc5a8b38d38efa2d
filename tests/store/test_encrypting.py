"""An encrypted book: its own key opens it, nothing else does, and nothing of it can be read on the disk."""

import os
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from ektp_core.boundary.store import Payload, StoreError
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_store import encrypting
from ektp_store.encrypting import encrypt_book
from ektp_store.opening import is_encrypted, is_plain
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import Move, Name, TakeIn, asked, decide

KEY = bytes(range(32))
CANARY = "5203054408999001"

pytestmark = pytest.mark.rule(40)


def written(path: Path, key: bytes | None, close: bool = True) -> SqliteStore:
    store = SqliteStore(str(path), decide, apply, key=key)
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    payload = Payload(b"d" * 32, "key-1", b"k" * 32, CANARY.encode() * 40)
    store.commit([asked("name", Name((CANARY,)), [payload]), asked("m", Move(1, 9, "centre", "x"))], 2)
    store.set_link("note", CANARY.encode())
    if close:
        store.close()
    return store


def on_disk(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.iterdir()))


def refused_by(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def test_no_byte_of_it_can_be_read_in_the_file_or_in_its_log(tmp_path: Path) -> None:
    store = written(tmp_path / "book", KEY, close=False)
    assert (tmp_path / "book-wal").stat().st_size > 4_000
    assert CANARY.encode() not in on_disk(tmp_path)
    store.close()
    assert CANARY.encode() not in on_disk(tmp_path)
    written(tmp_path / "open", None)
    assert CANARY.encode() in on_disk(tmp_path)  # the search finds what is there


def test_it_is_whole_and_goes_on_with_its_key(tmp_path: Path) -> None:
    path = str(tmp_path / "book")
    written(tmp_path / "book", KEY)
    assert verify(path, apply, key=KEY).commits == 2
    store = SqliteStore(path, decide, apply, key=KEY)
    assert store.link("note") == CANARY.encode() and store.payload(b"d" * 32) is not None
    store.close()


@pytest.mark.parametrize(("key", "shape"), [
    (None, "it is encrypted"), (bytes(32), "its key does not open it, or its beginning was changed"),
])
def test_without_its_key_it_is_refused_in_words(tmp_path: Path, key: bytes | None, shape: str) -> None:
    path = str(tmp_path / "book")
    written(tmp_path / "book", KEY)
    before = on_disk(tmp_path)
    for call in (lambda: SqliteStore(path, decide, apply, key=key), lambda: verify(path, apply, key=key)):
        refused = refused_by(call)
        assert (refused.refusal, refused.facts["shape"]) == (Refusal.BAD_FILE, shape)
    assert on_disk(tmp_path) == before


def test_a_key_for_a_book_in_the_clear_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "book", None)
    refused = refused_by(lambda: SqliteStore(str(tmp_path / "book"), decide, apply, key=KEY))
    assert refused.facts["shape"] == "it is not encrypted"


def test_a_key_of_another_length_is_refused(tmp_path: Path) -> None:
    assert refused_by(lambda: SqliteStore(str(tmp_path / "b"), decide, apply, key=b"short")).refusal is Refusal.BAD_VALUE


def test_a_file_that_is_no_book_at_all_is_damaged_with_and_without_a_key(tmp_path: Path) -> None:
    (tmp_path / "book").write_bytes(b"not a book at all " * 999)
    for key in (None, KEY):
        refused = refused_by(lambda key=key: SqliteStore(str(tmp_path / "book"), decide, apply, key=key))  # type: ignore[misc]  # a default binds the name
        assert refused.refusal is Refusal.BOOK_DAMAGED


def test_one_changed_bit_in_any_page_is_found(tmp_path: Path) -> None:
    path = tmp_path / "book"
    written(path, KEY)
    sound = path.read_bytes()
    for page in range(len(sound) // 4096):
        at = page * 4096 + 700
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 4]) + sound[at + 1 :])
        assert refused_by(lambda: verify(str(path), apply, key=KEY)).refusal in (Refusal.BOOK_DAMAGED, Refusal.BAD_FILE)
    path.write_bytes(sound)
    assert verify(str(path), apply, key=KEY).commits == 2


# -- a book that was written in the clear ---------------------------------------------------------


def test_a_book_in_the_clear_becomes_an_encrypted_one_with_the_same_log(tmp_path: Path) -> None:
    path = str(tmp_path / "book")
    written(tmp_path / "book", None)
    before = verify(path, apply)
    assert is_plain(path) and not is_encrypted(path)
    assert encrypt_book(path, KEY)
    assert is_encrypted(path) and not is_plain(path)
    assert verify(path, apply, key=KEY) == before
    assert CANARY.encode() not in on_disk(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["book", "book-owner"]
    assert os.name != "posix" or (tmp_path / "book").stat().st_mode & 0o077 == 0
    assert not encrypt_book(path, KEY)


def test_what_only_the_log_holds_is_encrypted_too(tmp_path: Path) -> None:
    """A daemon that was killed left commits in the write-ahead log."""
    written(tmp_path / "book", None, close=False)
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in ("book", "book-wal"):
        (killed / name).write_bytes((tmp_path / name).read_bytes())
    assert encrypt_book(str(killed / "book"), KEY)
    assert verify(str(killed / "book"), apply, key=KEY).commits == 2
    assert CANARY.encode() not in on_disk(killed)


@pytest.mark.parametrize("at", ["_copy", "_synced"])
def test_cut_off_while_it_is_encrypted_it_is_still_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def cut(*_: object) -> None:
        (tmp_path / "book-encrypting").write_bytes(b"half")
        raise OSError(5, "the power is gone")

    path = str(tmp_path / "book")
    written(tmp_path / "book", None)
    monkeypatch.setattr(encrypting, at, cut)
    with pytest.raises(StoreError, match="the power is gone"):
        encrypt_book(path, KEY)
    assert verify(path, apply).commits == 2
    monkeypatch.undo()
    assert encrypt_book(path, KEY)
    assert verify(path, apply, key=KEY).commits == 2


def test_a_book_somebody_keeps_or_reads_is_not_encrypted_under_them(tmp_path: Path) -> None:
    path = str(tmp_path / "book")
    kept = written(tmp_path / "book", None, close=False)
    assert refused_by(lambda: encrypt_book(path, KEY)).refusal is Refusal.BOOK_IN_USE
    reader = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM seal").fetchall()
    kept.set_link("more", b"in the log")
    kept.close()
    with pytest.raises(StoreError, match="somebody reads it"):
        encrypt_book(path, KEY)
    reader.close()
    assert encrypt_book(path, KEY)

"""What the SQLite store promises beside the protocol: files, settings, engine, owner, erasure."""

import re
import stat
from pathlib import Path

import apsw
import pytest

from ektp_core.boundary.store import Payload, StoreError
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.vocabulary.bucket import Bucket
from ektp_store.opening import OLDEST_ENGINE, check_engine
from ektp_store.schema import SCHEMA_VERSION
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import Move, Name, TakeIn, asked, decide


def _refusal(path: str) -> Refused:
    with pytest.raises(Refused) as caught:
        SqliteStore(path, decide, apply)
    return caught.value


@pytest.mark.parametrize("found", ["3.40.1", "3.51.2", "3.9.99"])
def test_an_engine_that_can_lose_commits_is_refused(found: str) -> None:
    with pytest.raises(Refused) as caught:
        check_engine(found)
    assert caught.value.refusal is Refusal.BOOK_TOO_OLD_ENGINE
    assert caught.value.facts == {"found": found, "needed": OLDEST_ENGINE}


@pytest.mark.parametrize("found", [OLDEST_ENGINE, "3.54.0", "4.0.0"])
def test_an_engine_without_the_fault_is_taken(found: str) -> None:
    check_engine(found)


def test_a_book_of_a_newer_version_is_refused_by_store_and_verify(book: str) -> None:
    connection = apsw.Connection(book)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    refused = _refusal(book)
    assert refused.refusal is Refusal.BOOK_NEWER
    assert (refused.facts["found"], refused.facts["known"]) == (str(SCHEMA_VERSION + 1), SCHEMA_VERSION)
    with pytest.raises(Refused, match="BOOK_NEWER"):
        verify(book, apply)


def test_a_second_store_on_one_book_is_refused_until_the_first_is_closed(book: str) -> None:
    first = SqliteStore(book, decide, apply)
    refused = _refusal(book)
    assert (refused.refusal, refused.facts["path"]) == (Refusal.BOOK_IN_USE, book)
    first.close()
    first.close()
    SqliteStore(book, decide, apply).close()


def test_a_refused_book_can_be_opened_once_it_is_mended(book: str) -> None:
    """A failed opening lets go of the lock."""
    original = Path(book).read_bytes()
    Path(book).write_bytes(b"no book at all" * 100)
    assert _refusal(book).refusal is Refusal.BOOK_DAMAGED
    Path(book).write_bytes(original)
    SqliteStore(book, decide, apply).close()


def test_a_folder_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        SqliteStore(str(tmp_path / "none" / "book"), decide, apply)


def test_all_files_of_a_book_are_its_owners_alone(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "book"), decide, apply)
    store.commit([asked("a", Name(("x",)))], 1)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"book": 0o600, "book-wal": 0o600, "book-shm": 0o600, "book-owner": 0o600}
    store.close()


def test_the_settings_are_the_durable_ones(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "book"), decide, apply)
    run = store._connection.execute
    settings = {
        name: run(f"PRAGMA {name}").get
        for name in (
            "journal_mode", "synchronous", "wal_autocheckpoint", "foreign_keys", "trusted_schema",
            "cell_size_check", "secure_delete",
        )
    }
    assert settings == {
        "journal_mode": "wal", "synchronous": 2, "wal_autocheckpoint": 4000, "foreign_keys": 1, "trusted_schema": 0,
        "cell_size_check": 1, "secure_delete": 1,
    }
    store.close()


@pytest.mark.parametrize("table", ["event", "seal", "asked"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_events_seals_and_ids_are_append_only(book: str, table: str, change: str) -> None:
    column = {"event": "seq", "seal": "n", "asked": "id"}[table]
    connection = apsw.Connection(book)
    with pytest.raises(apsw.ConstraintError, match=f"{table} is append-only"):
        connection.execute(change.format(table, column, column))
    with pytest.raises(apsw.ConstraintError, match=f"{table} is append-only"):
        connection.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE {column} IN (2, 'a')")
    connection.close()


@pytest.mark.parametrize(("sql", "why"), [
    ("INSERT INTO holding VALUES('A', 50, 55, 'x', 1, 'v5', 0)", "runs overlap"),
    ("INSERT INTO holding VALUES('A', 90, 120, 'x', 1, 'v5', 0)", "runs overlap"),
    ("INSERT INTO holding VALUES('A', 120, 119, 'x', 1, 'v5', 0)", "CHECK"),
    ("INSERT INTO holding VALUES('A', 120, 120, 'x', 99, 'v5', 0)", "CHECK"),
    ("UPDATE holding SET party = 'x'", "only its ends are updated"),
    ("INSERT INTO holding VALUES('A', 200, 210, 'centre', 1, 'v5', 0); UPDATE holding SET hi = 200 WHERE lo = 1", "runs overlap"),
    ("INSERT INTO holding VALUES('A', 200, 210, 'centre', 1, 'v5', 0); UPDATE holding SET lo = 90 WHERE lo = 200", "runs overlap"),
    ("INSERT INTO holding VALUES('A', 200, 210, 'centre', 1, 'v5', 0); UPDATE holding SET hi = 199 WHERE lo = 1", "not joined"),
    ("INSERT INTO holding VALUES('A', 200, 210, 'centre', 1, 'v5', 0); UPDATE holding SET lo = 101 WHERE lo = 200", "not joined"),
    ("UPDATE holding SET lo = 101 WHERE lo = 1", "CHECK"),
    ("UPDATE holding SET hi = 90; INSERT INTO event VALUES(2, x'940C01', 0); INSERT INTO seal VALUES(2, 2, 2, x'', x'')",
     "not blanks taken in"),
    ("INSERT INTO holding VALUES('A', 101, 110, 'centre', 1, 'v5', 0)", "neighbours are not joined"),
    ("INSERT INTO holding VALUES('A', 0, 0, 'centre', 1, 'v5', 0)", "neighbours are not joined"),
    ("INSERT INTO moving VALUES(2, 'A', 5, 9, 'x', 1, 'y', 1)", "one run held there"),
    ("INSERT INTO moving VALUES(2, 'A', 99, 101, 'centre', 1, 'y', 1)", "one run held there"),
    ("INSERT INTO moving VALUES(2, 'A', 100, 101, NULL, NULL, 'y', 1)", "in the book already"),
    ("INSERT INTO moving VALUES(2, 'A', 209, 205, NULL, NULL, 'y', 1)", "CHECK"),
    ("INSERT INTO seal VALUES(3, 2, 2, x'', x'')", "must follow"),
    ("INSERT INTO event VALUES(3, x'', 0)", "must follow"),
    ("INSERT INTO seal VALUES(2, 2, 3, x'', x'')", "must follow"),
    ("INSERT INTO seal VALUES(2, 1, 1, x'', x'')", "must follow"),
    ("INSERT INTO moving VALUES(2, 'A', 5, 9, 'centre', 1, 'x', 1); INSERT INTO event VALUES(2, x'9B0201', 0);"
     "INSERT INTO seal VALUES(2, 2, 2, x'', x'')", "not where its last movement"),
    ("INSERT INTO moving VALUES(2, 'B', 5, 9, NULL, NULL, 'x', 1); INSERT INTO event VALUES(2, x'9D0102', 0);"
     "INSERT INTO seal VALUES(2, 2, 2, x'', x'')", "not blanks taken in"),
    ("INSERT INTO event VALUES(2, x'9B0201', 0); INSERT INTO seal VALUES(2, 2, 2, x'', x'')", "must be announced"),
    ("INSERT INTO event VALUES(2, x'9D0102', 0); INSERT INTO seal VALUES(2, 2, 2, x'', x'')", "must be announced"),
    ("INSERT INTO event VALUES(2, x'990301', 0); INSERT INTO seal VALUES(2, 2, 2, x'', x'')", "must be announced"),
    ("INSERT INTO moving VALUES(3, 'A', 5, 9, 'centre', 1, 'centre', 1); INSERT INTO event VALUES(2, x'940C01', 0);"
     "INSERT INTO seal VALUES(2, 2, 2, x'', x'')", "must follow"),
])
def test_the_schema_itself_refuses(tmp_path: Path, sql: str, why: str) -> None:
    path = str(tmp_path / "book")
    store = SqliteStore(path, decide, apply)
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    store.close()
    connection = apsw.Connection(path)
    with pytest.raises(apsw.ConstraintError, match=why):
        connection.execute(sql)
    connection.close()


def test_an_erased_key_is_in_no_file_of_the_book_any_more(tmp_path: Path) -> None:
    key, ciphertext = b"the-key-of-one-citizen--32-bytes", b"the ciphertext that may stay"
    store = SqliteStore(str(tmp_path / "book"), decide, apply)
    store.commit([asked("a", Name(("x",)), [Payload(b"d" * 32, "k", key, ciphertext)])], 1)
    store.commit([asked("b", Name(("y",)))], 2)
    assert any(key in file.read_bytes() for file in tmp_path.iterdir())
    assert store.erase(b"d" * 32)
    assert not any(key in file.read_bytes() for file in tmp_path.iterdir())
    assert any(ciphertext in file.read_bytes() for file in tmp_path.iterdir())
    assert store.payload(b"d" * 32) is None
    store.close()


def test_an_erased_payload_can_come_again_under_a_new_key(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "book"), decide, apply)
    first, again, late = (Payload(b"d" * 32, f"k{n}", bytes([n]) * 32, bytes([n])) for n in range(3))
    store.commit([asked("a", Name(("x",)), [first]), asked("b", Name(("y",)), [late])], 1)
    assert store.payload(b"d" * 32) == first
    store.erase(b"d" * 32)
    store.commit([asked("c", Name(("z",)), [again])], 2)
    assert store.payload(b"d" * 32) == again
    store.close()
    assert verify(str(tmp_path / "book"), apply).payloads_erased == 0


def test_a_closed_store_refuses_further_use(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "book"), decide, apply)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.position()


def test_an_unsealed_event_or_a_damaged_last_seal_is_met_when_the_book_is_opened(book: str) -> None:
    original = Path(book).read_bytes()
    for sql, place in (
        ("INSERT INTO event VALUES(10, x'', 0)", "event 10"),
        ("DROP TRIGGER seal_no_UPDATE; UPDATE seal SET head = x'00' WHERE n = 6", "seal 6"),
    ):
        connection = apsw.Connection(book)
        connection.execute(sql)
        connection.close()
        refused = _refusal(book)
        assert (refused.refusal, refused.facts["place"]) == (Refusal.BOOK_DAMAGED, place)
        Path(book).write_bytes(original)


def test_the_questions_of_a_commit_use_their_indexes(book: str) -> None:
    """A decision costs what it touches: no statement walks a table."""
    asked_for: list[str] = []
    store = SqliteStore(book, decide, apply)
    store._connection.trace_v2(apsw.SQLITE_TRACE_STMT, lambda event: asked_for.append(event["sql"]))
    store.commit([asked("new", Move(70, 71, "centre", "y")), asked("again", Name(("x",)))], 9)
    with store.read() as view:
        view.lowest("centre", Bucket.STOCK, "v5")
    store._connection.trace_v2(0)
    plans = {
        (sql, plan[3])
        for sql in asked_for if sql.startswith(("SELECT", "DELETE")) and not re.search(r"\b(NEW|OLD|RAISE)\b", sql)
        for plan in store._connection.execute(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?"))
    }
    assert len(asked_for) > 10
    assert [plan for plan in plans if plan[1].startswith("SCAN") and "CONSTANT" not in plan[1]] == []
    store.close()

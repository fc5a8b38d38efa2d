"""Verifying a book names the place of every damage, and passes where there is none."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.events import Event, PartyNamed
from ektp_core.flow.view import Book
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import Name, asked, decide

COMMITS, EVENTS = 6, 9


@pytest.fixture
def raw(book: str) -> Iterator[apsw.Connection]:
    """The book's file in the hand of somebody who dropped the triggers."""
    connection = apsw.Connection(book)
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    yield connection
    connection.close()


def _refusal(book: str, **options: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        verify(book, apply, **options)
    assert caught.value.facts["path"] == book
    return caught.value


def _place(book: str, **options: Any) -> object:
    refused = _refusal(book, **options)
    assert refused.refusal is Refusal.BOOK_DAMAGED
    return refused.facts["place"]


def _flipped(value: bytes, at: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1 << at % 8]) + value[at + 1 :]


def _heads(book: str) -> list[bytes]:
    store = SqliteStore(book, decide, apply)
    heads = [sealed.head for sealed in store.sealed_since(0, 100)]
    store.close()
    return heads


def test_a_whole_book_passes_and_is_counted(book: str) -> None:
    seen: list[tuple[int, int]] = []
    found = verify(book, apply, progress=lambda done, total: seen.append((done, total)))
    assert (found.commits, found.events, found.payloads_kept, found.payloads_erased) == (COMMITS, EVENTS, 1, 1)
    assert found.head == _heads(book)[-1].hex()
    assert len(bytes.fromhex(found.root)) == 32
    assert seen == [(n, COMMITS) for n in range(1, COMMITS + 1)]


def test_a_new_book_passes(tmp_path: Path) -> None:
    SqliteStore(str(tmp_path / "new"), decide, apply).close()
    assert verify(str(tmp_path / "new"), apply).commits == 0


def test_a_book_in_use_passes_and_is_not_changed(book: str) -> None:
    store = SqliteStore(book, decide, apply)
    store.commit([asked("meanwhile", Name(("z",)))], 7)
    assert verify(book, apply).commits == COMMITS + 1
    store.commit([asked("afterwards", Name(("w",)))], 8)
    store.close()


@pytest.mark.parametrize(("table", "column"), [("event", "body"), ("seal", "header"), ("seal", "head")])
@pytest.mark.parametrize("since", [0, 2])
def test_every_flipped_byte_of_events_and_seals_is_named(
    book: str, raw: apsw.Connection, table: str, column: str, since: int
) -> None:
    key = {"event": "seq", "seal": "n"}[table]
    found: list[Any] = raw.execute(f"SELECT {key}, {column} FROM {table}").fetchall()
    first = {"event": 5, "seal": 3}[table] if since else 1
    for number, value in found[first - 1 :]:
        for at in range(0, len(value), 1 if not since else 7):
            raw.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (_flipped(value, at), number))
            assert _place(book, since=since) == f"{table} {number}", at
        raw.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, number))


@pytest.mark.parametrize(("sql", "place"), [
    ("UPDATE event SET crc = crc + 1 WHERE seq = 3", "event 3"),
    ("DELETE FROM event WHERE seq = 3", "event 3"),
    ("DELETE FROM event WHERE seq = 9", "event 9"),
    ("DELETE FROM seal WHERE n = 3", "seal 3"),
    ("DELETE FROM seal WHERE n = 6", "asked id e"),
    ("DELETE FROM seal WHERE n = 6; DELETE FROM asked WHERE first = 9", "event 9"),
    ("UPDATE seal SET last = last - 1 WHERE n = 2", "events 2 to 3"),
    ("UPDATE seal SET first = 1 WHERE n = 2", "seal 2"),
    ("UPDATE asked SET digest = x'00' WHERE id = 'a'", "the ids asked in seal 2"),
    ("UPDATE asked SET id = 'z' WHERE id = 'c'", "the ids asked in seal 4"),
    ("UPDATE asked SET first = 6 WHERE id = 'c'", "the ids asked in seal 3"),
    ("UPDATE asked SET count = 9 WHERE id = 'c'", "asked id c"),
    ("DELETE FROM asked WHERE id = 'c'", "the ids asked in seal 4"),
    ("INSERT INTO asked VALUES('new', x'00', 99, 1)", "asked id new"),
    ("INSERT INTO asked VALUES(x'00', x'00', 9, 1)", "the ids asked in seal 6"),
    ("UPDATE holding SET party = 'y' WHERE lo = 20", "holding A 20"),
    ("DELETE FROM holding WHERE lo = 20", "holding A 20"),
    ("INSERT INTO holding VALUES('C', 1, 1, 'x', 1, 'v5', 0)", "holding C 1"),
    ("UPDATE total SET given = 0, held = held", "total A"),
    ("INSERT INTO kept VALUES(1, 6, x'00')", "the tree"),
    ("INSERT INTO moving VALUES(9, 'A', 1, 1, 'y', 1, 'y', 1)", "the schema (trigger asked_no_DELETE)"),
])
def test_what_was_rewritten_is_named(book: str, raw: apsw.Connection, sql: str, place: str) -> None:
    raw.execute(sql)
    assert _place(book) == place


def test_every_changed_and_every_missing_row_is_named(book: str, raw: apsw.Connection) -> None:
    rows: list[Any] = raw.execute("SELECT key, value FROM row").fetchall()
    for key, value in rows:
        raw.execute("UPDATE row SET value = ? WHERE key = ?", (_flipped(value, len(value) - 1), key))
        changed = str(_place(book))
        assert changed.startswith(("row Tally", "row Party", "row Pen")), changed
        raw.execute("DELETE FROM row WHERE key = ?", (key,))
        assert _place(book) == changed
        assert _place(book, since=3) == "the rows"
        raw.execute("INSERT INTO row VALUES(?, ?)", (key, value))
    assert str(_place(book)).startswith("the schema")


def test_dropped_triggers_are_named(book: str, raw: apsw.Connection) -> None:
    assert str(_place(book)).startswith("the schema (trigger")


def test_a_cut_tail_is_found_by_somebody_who_remembers_the_head(book: str, tmp_path: Path) -> None:
    older = tmp_path / "older"
    older.write_bytes(Path(book).read_bytes())
    store = SqliteStore(book, decide, apply)
    store.commit([asked("last", Name(("z",)))], 7)
    head = store.position().head
    store.close()
    assert verify(book, apply, head=head).commits == COMMITS + 1
    assert verify(str(older), apply).commits == COMMITS
    assert _place(str(older), head=head) == "the end of the book"
    assert _place(str(older), head=head, since=2) == "the end of the book"
    assert verify(str(older), apply, head=_heads(str(older))[0], since=2).commits == COMMITS


def test_the_tail_alone_can_be_verified(book: str) -> None:
    whole = verify(book, apply)
    folded: list[Event] = []
    for since in range(1, COMMITS + 1):
        assert verify(book, lambda _, event: folded.append(event), since=since) == whole
    assert folded == []
    assert _place(book, since=COMMITS + 1) == "the end of the book"


def test_the_log_alone_can_be_verified(book: str, raw: apsw.Connection) -> None:
    whole = verify(book, apply, chain=True)
    raw.execute("UPDATE holding SET party = 'y' WHERE lo = 20")
    assert verify(book, lambda *_: pytest.fail("nothing is folded"), chain=True) == whole
    raw.execute("UPDATE event SET body = x'9101' WHERE seq = 4")
    with pytest.raises(Refused) as caught:
        verify(book, apply, chain=True)
    assert caught.value.facts["place"] == "event 4"


def test_a_cut_log_is_found_by_its_head_without_folding_too(book: str) -> None:
    head = _heads(book)[-1]
    assert verify(book, apply, head=head, chain=True).commits == COMMITS
    with pytest.raises(Refused):
        verify(book, apply, head=bytes(32), chain=True)


def test_a_log_that_leads_elsewhere_is_named_by_its_seal(book: str) -> None:
    def other(target: Book, event: Event) -> None:
        apply(target, PartyNamed(event.party, "another") if isinstance(event, PartyNamed) else event)

    with pytest.raises(Refused) as caught:
        verify(book, other)
    assert caught.value.facts["place"] == "seal 2"


@pytest.mark.parametrize("keep", [0, 50, 100, 4096, 8192, 20_000])
def test_a_truncated_file_is_refused(book: str, keep: int) -> None:
    file = Path(book)
    file.write_bytes(file.read_bytes()[:keep])
    assert _place(book)


@pytest.mark.parametrize("open_", [
    lambda path: verify(path, apply), lambda path: SqliteStore(path, decide, apply),
], ids=["verify", "store"])
def test_what_is_no_book_is_refused(tmp_path: Path, open_: Callable[[str], object]) -> None:
    text, other = tmp_path / "text", tmp_path / "other"
    text.write_bytes(b"nama,nik\n" * 200)
    connection = apsw.Connection(str(other))
    connection.execute("CREATE TABLE t(a); PRAGMA user_version = 1")
    connection.close()
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(Refused) as caught:
            open_(str(path))
        assert caught.value.refusal is Refusal.BOOK_DAMAGED
        assert path.read_bytes() == before


def test_a_missing_book_is_refused_and_not_made(tmp_path: Path) -> None:
    assert _place(str(tmp_path / "none")) == "the file"
    assert list(tmp_path.iterdir()) == []


def test_flipped_bytes_anywhere_in_the_file_are_found_or_harmless(book: str) -> None:
    """A book that still verifies after a flip has the same log; nothing else than a refusal is raised."""
    file, whole, chance = Path(book), verify(book, apply), random.Random(7)
    original = file.read_bytes()
    refusals = set()
    for _ in range(250):
        at = chance.randrange(len(original))
        file.write_bytes(_flipped(original, at))
        try:
            assert verify(book, apply) == whole, at
        except Refused as refused:
            refusals.add(refused.refusal)
    assert refusals <= {Refusal.BOOK_DAMAGED, Refusal.BOOK_NEWER}


def test_flipped_bytes_of_events_in_the_file_are_named(book: str) -> None:
    """The same as above without any engine in between: the bytes of the file itself."""
    file = Path(book)
    original = file.read_bytes()
    store = SqliteStore(book, decide, apply)
    bodies = [body for sealed in store.sealed_since(0, 100) for body in sealed.events]
    headers = [sealed.header for sealed in store.sealed_since(0, 100)]
    store.close()
    for name, parts in (("event", bodies), ("seal", headers)):
        for number, part in enumerate(parts, 1):
            assert original.count(part) == 1
            file.write_bytes(_flipped(original, original.index(part) + len(part) // 2))
            assert _place(book) == f"{name} {number}"

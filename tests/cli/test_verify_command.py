"""`ektp verify`: whole books pass, a changed byte or a missing end is named."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest
from click.testing import Result

from ektp_cli.verify_command import verify
from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.custody import TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Found, NewKey, NewOfficer, NewParty, Register
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.wire.envelope import PayloadType, signed
from ektp_core.wire.upload import Receipt, write_receipt
from ektp_data.regions import load_regions
from ektp_keys.key_file import create_key
from ektp_store.sqlite import SqliteStore

STATION = "station/52.03/1"


FIRST = Register(
    parties=(NewParty("centre", "Centre"), NewParty("supplier/PNRI", "PNRI")),
    officers=(NewOfficer("verifier-1", "Verifier 1", "Gudang", (Role.CENTRE_STORE,)),),
    keys=(NewKey("k-1", "verifier-1", Hand.OFFICER, "00" * 64),),
)


def make(path: Path, supplies: str, receipt: bytes = b"") -> SqliteStore:
    """A book of a founding and some supplies: the same ones give the same bytes."""
    store = SqliteStore(str(path), Decider(load_regions()), apply)
    asks = [Ask("founding", Found(FIRST), (), 1, b"f")]
    bodies = [TakeSupply("supplier/PNRI", "v5", ((series, 1, 9),), "", "") for series in supplies]
    asks += [Ask(body.ranges[0][0], body, ("k-1",), 1, b"d") for body in bodies]
    for one in asks:
        (answer,) = store.commit([Work(one)], 1)
        assert not isinstance(answer, Refused), answer
    if receipt:
        store.set_link("receipt", receipt)
    return store


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of three commits, with a receipt for the second beside it as a station keeps one."""
    path = tmp_path / "station.db"
    store = make(path, "AB")
    store.set_link("receipt", write_receipt(Receipt(1, STATION, 2, store.sealed_since(1, 1)[0].head.hex(), 9)))
    store.close()
    return path


def flip(path: Path, table: str, column: str, where: str, at: int = 3) -> None:
    """Change one bit of what is stored, as somebody with a file editor would."""
    connection = apsw.Connection(str(path))
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    rows: list[Any] = connection.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchall()
    ((value,),) = rows
    changed = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (changed,))
    connection.close()


def heads(path: Path) -> list[str]:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    found = [head.hex() for (head,) in connection.execute("SELECT head FROM seal ORDER BY n")]
    connection.close()
    return found


def test_a_whole_book_is_counted(
    book: Path, run: Callable[..., Result], tmp_path: Path, read_json: Callable[[Path], dict[str, Any]]
) -> None:
    result = run(verify, book, "--json", tmp_path / "v.json")
    (found,) = read_json(tmp_path / "v.json")["books"]
    assert result.exit_code == 0
    assert "commits       3\n" in result.output
    assert "acknowledged  up to commit 2" in result.output
    assert f"head          {heads(book)[-1]}" in result.output
    assert (found["whole"], found["commits"], found["acknowledged"], found["head"]) == (True, 3, 2, heads(book)[-1])
    assert len(found["root"]) == 64


@pytest.mark.parametrize(("table", "column", "where", "place"), [
    ("event", "body", "seq = 2", "event 2"),
    ("seal", "header", "n = 2", "seal 2"),
    ("seal", "head", "n = 3", "seal 3"),
])
def test_a_flipped_byte_is_named(
    book: Path, run: Callable[..., Result], tmp_path: Path, read_json: Callable[[Path], dict[str, Any]],
    table: str, column: str, where: str, place: str,
) -> None:  # fmt: skip
    flip(book, table, column, where)
    result = run(verify, book, "--json", tmp_path / "v.json")
    assert isinstance(result.exception, Refused)
    assert (result.exception.refusal, result.exception.facts["place"]) == (Refusal.BOOK_DAMAGED, place)
    (found,) = read_json(tmp_path / "v.json")["books"]
    assert (found["whole"], found["code"], found["facts"]["place"]) == (False, "BOOK_DAMAGED", place)


def test_only_the_end_is_checked_since_a_seal(book: Path, run: Callable[..., Result]) -> None:
    assert run(verify, book, "--since", 2).exit_code == 0


def test_a_head_that_was_written_down_must_be_there(book: Path, run: Callable[..., Result]) -> None:
    assert run(verify, book, "--head", heads(book)[1]).exit_code == 0
    result = run(verify, book, "--head", "ab" * 32)
    assert isinstance(result.exception, Refused)
    assert result.exception.facts["place"] == "the end of the book"


@pytest.mark.parametrize("head", ["ab", "x" * 64])
def test_a_head_of_another_shape_is_refused(book: Path, run: Callable[..., Result], head: str) -> None:
    result = run(verify, book, "--head", head)
    assert isinstance(result.exception, Refused)
    assert result.exception.facts["field"] == "--head"


def test_a_book_whose_end_was_cut_is_found_by_the_receipt_it_keeps(
    book: Path, run: Callable[..., Result], tmp_path: Path
) -> None:
    """A shorter book is whole in itself: nothing but the receipt tells."""
    make(tmp_path / "whole.db", "").close()
    assert run(verify, tmp_path / "whole.db").exit_code == 0
    make(tmp_path / "cut.db", "", write_receipt(Receipt(1, STATION, 2, heads(book)[1], 9))).close()
    result = run(verify, tmp_path / "cut.db")
    assert isinstance(result.exception, Refused)
    assert result.exception.facts["place"] == "the end of the book"
    assert "commit 2" in str(result.exception)


def test_a_receipt_for_another_history_is_found(book: Path, run: Callable[..., Result], tmp_path: Path) -> None:
    hub = create_key(tmp_path / "hub.key", "hub", Hand.HUB, None)
    paper = tmp_path / "receipt.json"
    for head, is_there in ((heads(book)[2], True), ("ab" * 32, False)):
        payload = write_receipt(Receipt(1, STATION, 3, head, 9))
        for raw in (payload, signed(PayloadType.RECEIPT, payload, (hub,)).to_json()):
            paper.write_bytes(raw)
            result = run(verify, book, "--peer-receipt", paper)
            assert (result.exit_code == 0) is is_there
            if not is_there:
                assert isinstance(result.exception, Refused)
                assert result.exception.facts["place"] == "seal 3"


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff"])
def test_a_file_that_is_no_receipt_is_refused(
    book: Path, run: Callable[..., Result], tmp_path: Path, raw: bytes
) -> None:
    paper = tmp_path / "receipt.json"
    paper.write_bytes(raw)
    result = run(verify, book, "--peer-receipt", paper)
    assert isinstance(result.exception, Refused)
    assert result.exception.refusal is Refusal.BAD_FILE


def test_all_books_of_a_folder_are_verified_and_each_damage_said(
    book: Path, run: Callable[..., Result], tmp_path: Path, read_json: Callable[[Path], dict[str, Any]]
) -> None:
    other = tmp_path / "centre" / "book.sqlite"
    other.parent.mkdir()
    shutil.copy(book, other)
    assert run(verify, tmp_path).output.count(": whole") == 2
    flip(other, "event", "body", "seq = 1")
    result = run(verify, tmp_path, "--json", tmp_path / "v.json")
    assert isinstance(result.exception, Refused)
    assert result.output.count(": whole") == 1
    assert f"{other}: The book is damaged at event 1" in result.stderr
    assert [one["whole"] for one in read_json(tmp_path / "v.json")["books"]] == [False, True]
    assert run(verify, tmp_path, "--since", 1).exit_code == 2


def test_a_folder_without_a_book_is_refused(tmp_path: Path, run: Callable[..., Result]) -> None:
    result = run(verify, tmp_path)
    assert isinstance(result.exception, Refused)
    assert result.exception.refusal is Refusal.BAD_FILE

"""The key of a book, in the file beside it: wrapped, whole, for its owner alone."""

import json
import random
from pathlib import Path

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_keys.book_key import create_book_key, key_of_book, path_of_key, read_book_key

PASSPHRASE = "rinjani dan segara anak"

pytestmark = pytest.mark.rule(40)


def change(book: Path, **values: object) -> None:
    path = path_of_key(book)
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_the_key_that_was_made_is_the_key_that_is_read(tmp_path: Path, passphrase: str | None) -> None:
    book = tmp_path / "station.db"
    key = create_book_key(book, passphrase)
    found = read_book_key(book)
    assert found is not None and found.protected is (passphrase is not None)
    assert len(key) == 32 and key_of_book(book, passphrase) == key
    assert path_of_key(book).name == "station.db-key" and path_of_key(book).stat().st_mode & 0o077 == 0


def test_a_book_without_a_key_file_has_no_key(tmp_path: Path) -> None:
    assert read_book_key(tmp_path / "book") is None and key_of_book(tmp_path / "book") is None


def test_a_protected_file_shows_no_key_and_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    key = create_book_key(tmp_path / "book", PASSPHRASE, random.Random(1).randbytes)
    assert key.hex() not in path_of_key(tmp_path / "book").read_text()
    assert key.hex() not in repr(read_book_key(tmp_path / "book"))
    for wrong, shape in ((None, "it is protected"), ("another one", "the passphrase does not open it")):
        with pytest.raises(Refused, match=shape) as caught:
            key_of_book(tmp_path / "book", wrong)
        assert caught.value.refusal is Refusal.BAD_FILE


@pytest.mark.parametrize("changed", [
    {"key": "00" * 60}, {"key": "no"}, {"salt": "00" * 16}, {"kdf": "scrypt"}, {"kdf": "rot13"}, {"protected": False},
    {"protected": False, "kdf": ""}, {"format": "ektp-book-key/2"}, {"format": 7},
])
def test_a_file_changed_in_any_field_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    create_book_key(tmp_path / "book", PASSPHRASE)
    change(tmp_path / "book", **changed)
    with pytest.raises(Refused) as caught:
        key_of_book(tmp_path / "book", PASSPHRASE)
    assert caught.value.refusal is Refusal.BAD_FILE


def test_a_short_passphrase_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="at least 8 characters"):
        create_book_key(tmp_path / "book", "seven77")
    assert list(tmp_path.iterdir()) == []


def test_a_second_key_never_takes_the_place_of_the_first(tmp_path: Path) -> None:
    key = create_book_key(tmp_path / "book", None)
    with pytest.raises(Refused, match="it exists already"):
        create_book_key(tmp_path / "book", None)
    assert key_of_book(tmp_path / "book") == key


def test_a_file_open_to_others_is_refused(tmp_path: Path) -> None:
    create_book_key(tmp_path / "book", None)
    path_of_key(tmp_path / "book").chmod(0o640)
    with pytest.raises(Refused, match="chmod 600"):
        key_of_book(tmp_path / "book")

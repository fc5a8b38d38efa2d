"""The station's book is encrypted from its first start, and whoever refuses protection is told so in red."""

import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ektp_cli.verify_command import verify as verify_command
from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.vocabulary.role import Hand
from ektp_keys.book_key import key_of_book, path_of_key, read_book_key
from ektp_keys.key_file import create_key
from ektp_station import journal_key
from ektp_station.commands import station
from ektp_station.config import BOOK_FILE, KEY_FILE
from ektp_station.disk_room import DiskRoom, RoomyStore
from ektp_station.journal_key import BESIDE_IN_RED, CREDENTIAL, IN_RED, open_store, passphrase_given, warning_of
from ektp_station.showing_status import show_status
from ektp_store.opening import is_encrypted
from ektp_store.sqlite import SqliteStore
from ektp_testing.small_book import Name, TakeIn, asked, decide

PASSPHRASE = "rinjani dan segara anak"
STATION = "station/52.03/1"
CANARY = "5203054408999001"

pytestmark = pytest.mark.rule(40)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


def opened(folder: Path, passphrase: str | None) -> RoomyStore:
    return open_store(folder, passphrase, decide, STATION, DiskRoom(folder, lambda: 0))[0]


def work(store: RoomyStore) -> tuple[Answer, ...]:
    return store.commit([asked("a", TakeIn(1, 9)), asked("b", Name((CANARY,)))], 1)


def on_disk(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.iterdir()))


def test_with_a_passphrase_a_stolen_disk_shows_neither_book_nor_key(folder: Path) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, PASSPHRASE)
    store = opened(folder, PASSPHRASE)
    work(store)
    key = key_of_book(folder / BOOK_FILE, PASSPHRASE)
    assert key is not None
    for _ in range(2):
        assert CANARY.encode() not in on_disk(folder)
        assert key not in on_disk(folder) and key.hex().encode() not in on_disk(folder)
        store.close()
    assert is_encrypted(str(folder / BOOK_FILE)) and warning_of(folder) == ""


@pytest.mark.parametrize("wrong", [None, "another passphrase"])
def test_a_missing_or_wrong_passphrase_opens_nothing_and_changes_nothing(folder: Path, wrong: str | None) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, PASSPHRASE)
    opened(folder, PASSPHRASE).close()
    before = on_disk(folder)
    with pytest.raises(Refused) as caught:
        opened(folder, wrong)
    assert caught.value.refusal is Refusal.BAD_FILE and on_disk(folder) == before


def test_an_encrypted_book_without_its_key_file_is_refused_and_no_new_key_is_made(folder: Path) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, None)
    opened(folder, None).close()
    path_of_key(folder / BOOK_FILE).unlink()
    with pytest.raises(Refused, match="its key file is missing"):
        opened(folder, None)
    assert not path_of_key(folder / BOOK_FILE).exists()


def test_a_book_from_before_is_encrypted_at_its_next_start(folder: Path) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, PASSPHRASE)
    old = SqliteStore(str(folder / BOOK_FILE), decide, apply, owner=STATION)
    old.commit([asked("a", TakeIn(1, 9)), asked("b", Name((CANARY,)))], 1)
    position = old.position()
    old.close()
    assert CANARY.encode() in on_disk(folder)
    store = opened(folder, PASSPHRASE)
    assert store.position() == position
    store.close()
    assert CANARY.encode() not in on_disk(folder)


def test_a_folder_open_to_others_is_refused_before_anything_is_made(folder: Path) -> None:
    folder.chmod(0o755)
    with pytest.raises(Refused, match="chmod 700"):
        opened(folder, None)
    assert list(folder.iterdir()) == []
    folder.chmod(0o700)


# -- told in red ------------------------------------------------------------------------------


def test_a_station_without_a_passphrase_works_and_says_what_that_means(folder: Path) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, None)
    assert warning_of(folder) == IN_RED  # also before the first start
    opened(folder, None).close()
    assert warning_of(folder) == IN_RED
    shown = show_status({"station": STATION, "warning": IN_RED}, lambda text, **_: text)
    assert f"\x1b[31m{IN_RED}\x1b[0m" in shown


def test_run_says_it_in_red_before_it_begins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, None)
    (folder / "station.toml").write_text(f'station = "{STATION}"\nhub = "http://127.0.0.1:1"\n')
    given: list[Any] = []
    monkeypatch.setattr("ektp_station.wiring.run_station", lambda *what, **_: given.append(what))
    said = CliRunner().invoke(station, ["run", str(folder)], color=True)
    assert f"\x1b[31m{IN_RED}" in said.output and len(given) == 1


# -- who hands the passphrase in -------------------------------------------------------------------


def test_the_passphrase_comes_from_a_file_or_from_what_systemd_hands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert passphrase_given(None) is None
    (tmp_path / CREDENTIAL).write_text("from the tpm\n")
    (tmp_path / "file").touch(0o600)
    (tmp_path / "file").write_text("from the file\nand a second line\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert passphrase_given(None) == "from the tpm"
    assert passphrase_given(tmp_path / "file") == "from the file"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "none"))
    assert passphrase_given(None) is None


def test_a_passphrase_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch(0o600)
    (tmp_path / "file").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "file", tmp_path / "none"):
        with pytest.raises(Refused) as caught:
            passphrase_given(path)
        assert caught.value.facts["file"] == str(path)


@pytest.mark.parametrize("mode", [0o666, 0o640, 0o604])
def test_a_passphrase_file_that_others_can_use_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    (tmp_path / "file").write_text("from the file\n")
    (tmp_path / "file").chmod(mode)
    with pytest.raises(Refused, match=f"chmod 600 {tmp_path / 'file'}") as caught:
        passphrase_given(tmp_path / "file")
    assert "from the file" not in str(caught.value)


def test_a_passphrase_beside_its_key_is_told_in_red(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, PASSPHRASE)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "word"
    assert warning_of(folder, folder / "word") == BESIDE_IN_RED
    assert warning_of(folder, elsewhere) == "" == warning_of(folder, None)


# -- copies of the book ----------------------------------------------------------------------------


@pytest.mark.parametrize("left", ["-copy", "-copy-journal", "-encrypting", "-encrypting-journal"])
def test_what_a_killed_backup_or_move_left_is_gone_at_the_next_start(folder: Path, left: str) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, None)
    copy = folder / f"{BOOK_FILE}{left}"
    copy.touch(0o600)
    opened(folder, None).close()
    assert not copy.exists() and (folder / BOOK_FILE).exists()
    copy.touch(0o644)
    copy.chmod(0o644)
    with pytest.raises(Refused, match="chmod 600"):
        opened(folder, None)


# -- a key in a token --------------------------------------------------------------------------------


def test_the_books_key_is_sealed_to_the_token_and_its_pin_opens_nothing(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = create_key(tmp_path_factory.mktemp("token") / "inside", STATION, Hand.STATION, None)
    (folder / "station.token").touch(0o600)
    monkeypatch.setattr(journal_key, "read_token_file", lambda _: token)
    made = journal_key.open_journal(folder, "1234", token)
    found = read_book_key(folder / BOOK_FILE)
    assert found is not None and found.is_sealed and found.protected and warning_of(folder) == ""
    assert journal_key.open_journal(folder, "1234", token).key == made.key
    other = create_key(tmp_path_factory.mktemp("other") / "inside", STATION, Hand.STATION, None)
    for signer in (None, other):
        with pytest.raises(Refused, match="the token it was made with"):
            journal_key.open_journal(folder, "1234", signer)
    assert made.key is not None and made.key.hex().encode() not in on_disk(folder)


# -- ektp verify ---------------------------------------------------------------------------------


def test_verify_opens_it_with_the_passphrase_and_says_what_is_missing_without(folder: Path) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, PASSPHRASE)
    store = opened(folder, PASSPHRASE)
    store.commit([asked("a", TakeIn(1, 9))], 1)
    store.close()
    (folder / "word").write_text(PASSPHRASE + "\n")
    book = str(folder / BOOK_FILE)
    by_file = CliRunner().invoke(verify_command, [book, "--passphrase-file", str(folder / "word")])
    typed = CliRunner().invoke(verify_command, [book], input=f"{PASSPHRASE}\n")
    assert "commits" in by_file.output and by_file.exit_code == typed.exit_code == 0
    wrong = CliRunner().invoke(verify_command, [book], input="another one\n")
    assert isinstance(wrong.exception, Refused) and wrong.exception.refusal is Refusal.BAD_FILE
    path_of_key(folder / BOOK_FILE).unlink()
    gone = CliRunner().invoke(verify_command, [book])
    assert isinstance(gone.exception, Refused) and gone.exception.facts["shape"] == "it is encrypted"


def test_the_files_of_a_running_station_are_its_owners_alone(folder: Path) -> None:
    if os.name != "posix":
        pytest.skip("modes are a matter of POSIX")
    mask = os.umask(0)
    try:
        create_key(folder / KEY_FILE, STATION, Hand.STATION, None)
        store = opened(folder, None)
        work(store)
    finally:
        os.umask(mask)
    modes = {one.name: one.stat().st_mode & 0o777 for one in folder.iterdir()}
    store.close()
    assert {name for name, mode in modes.items() if mode & 0o077} == set(), modes
    assert f"{BOOK_FILE}-wal" in modes


def test_a_damaged_page_met_at_the_start_is_refused_by_name_and_nothing_is_written(folder: Path) -> None:
    create_key(folder / KEY_FILE, STATION, Hand.STATION, None)
    store = opened(folder, None)
    work(store)
    store.close()
    book = folder / BOOK_FILE
    sound = book.read_bytes()
    met = 0
    for page in range(len(sound) // 4096):
        at = page * 4096 + 900
        book.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        damaged = book.read_bytes()
        try:
            opened(folder, None).close()
        except Refused as refused:
            met += 1
            assert refused.refusal in (Refusal.BOOK_DAMAGED, Refusal.BAD_FILE)
            assert str(book) in str(refused) and book.read_bytes() == damaged
    assert met >= 3  # the first page, and those with the last seal and the last event

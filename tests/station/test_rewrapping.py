"""Another passphrase: at every moment one passphrase opens both keys, and the keys stay the same."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.role import Hand
from ektp_keys import book_key, key_file
from ektp_keys.book_key import create_book_key, path_of_key, path_of_next
from ektp_keys.key_file import create_key, load_key, read_key
from ektp_keys.passphrase import SCRYPT
from ektp_station import rewrapping
from ektp_station.commands import station
from ektp_station.config import BOOK_FILE, KEY_FILE
from ektp_station.journal_key import open_journal, warning_of
from ektp_station.rewrapping import change_passphrase

STATION, OLD, NEW = "station/52.03/1", "rinjani dan segara anak", "sembalun lawang"

pytestmark = pytest.mark.rule(40)


class Killed(BaseException):
    """A power cut."""


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase gives its key at once: hundreds are tried here, and how dear that is is tested elsewhere."""

    def key_by(_: str, passphrase: str, salt: bytes) -> bytes:
        return sha256(salt + passphrase.encode()).digest()

    for module in (key_file, book_key):
        monkeypatch.setattr(module, "key_by", key_by)
        monkeypatch.setattr(module, "fresh_key", lambda word, salt: (SCRYPT, key_by(SCRYPT, word, salt)))


def made(folder: Path, passphrase: str | None) -> bytes:
    folder.mkdir(mode=0o700)
    create_key(folder / KEY_FILE, STATION, Hand.STATION, passphrase)
    return create_book_key(folder / BOOK_FILE, passphrase)


def opens(folder: Path, passphrase: str | None) -> bytes | None:
    """The book's key as the next start gets it; None where the start is refused."""
    try:
        load_key(folder / KEY_FILE, passphrase)
        return open_journal(folder, passphrase).key
    except Refused:
        return None


@pytest.mark.parametrize("old", [OLD, None])
def test_the_new_passphrase_opens_the_same_keys_and_the_old_one_nothing(tmp_path: Path, old: str | None) -> None:
    folder = tmp_path / "station"
    key, own = made(folder, old), read_key(tmp_path / "station" / KEY_FILE).key_id
    change_passphrase(folder, old, NEW)
    assert (load_key(folder / KEY_FILE, NEW).key_id, opens(folder, NEW)) == (own, key)
    assert opens(folder, OLD) is None and opens(folder, None) is None
    assert warning_of(folder) == ""
    assert sorted(one.name for one in folder.iterdir()) == ["station.db-key", KEY_FILE]
    assert all(one.stat().st_mode & 0o077 == 0 for one in folder.iterdir())


def test_before_the_first_start_there_is_one_key_to_wrap(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    create_key(tmp_path / KEY_FILE, STATION, Hand.STATION, None)
    change_passphrase(tmp_path, None, NEW)
    assert read_key(tmp_path / KEY_FILE).protected and opens(tmp_path, NEW) is not None


@pytest.mark.parametrize("old", [OLD, None])
@pytest.mark.parametrize("then", [NEW, OLD])
def test_cut_off_at_any_write_one_passphrase_opens_both_and_the_change_can_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str | None, then: str
) -> None:
    before = after = 0
    for cut in range(1, 30):
        folder = tmp_path / f"s{cut}"
        key = made(folder, old)
        done = 0

        def counted(real: Callable[..., object], cut: int = cut) -> Callable[..., object]:
            def call(*what: object, **more: object) -> object:
                nonlocal done
                done += 1
                if done == cut:
                    raise Killed
                return real(*what, **more)

            return call

        with monkeypatch.context() as patched:
            for name in ("fsync", "replace", "unlink", "fdopen"):
                patched.setattr(os, name, counted(getattr(os, name)))
            try:
                change_passphrase(folder, old, NEW)
                finished = True
            except Killed:
                finished = False
        good = [one for one in dict.fromkeys((old, NEW)) if opens(folder, one) == key]
        if old is None:  # a key that lies open is opened whatever is typed
            good = [NEW] if read_key(folder / KEY_FILE).protected else [None]
        assert len(good) == 1 and opens(folder, good[0]) == key and not path_of_next(folder / BOOK_FILE).exists()
        before, after = before + (good == [old]), after + (good == [NEW])
        change_passphrase(folder, good[0], then)
        assert opens(folder, then) == key
        if finished:
            break
    assert finished and before > 2 and after > 2


def test_another_passphrase_changes_nothing_and_drops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "station"
    key = made(folder, OLD)
    with monkeypatch.context() as patched:
        patched.setattr(rewrapping, "settle", lambda *_: None)  # cut off before the last step
        change_passphrase(folder, OLD, NEW)
    for wrong in (OLD, None, "another one"):
        with pytest.raises(Refused):
            open_journal(folder, wrong)
        assert path_of_next(folder / BOOK_FILE).exists()
    assert open_journal(folder, NEW).key == key and not path_of_next(folder / BOOK_FILE).exists()


def test_a_short_one_a_wrong_one_and_a_full_disk_leave_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "station"
    key = made(folder, OLD)
    was = {one.name: one.read_bytes() for one in folder.iterdir()}
    for old, new in ((OLD, "short"), ("wrong passphrase", NEW), (None, NEW)):
        with pytest.raises(Refused):
            change_passphrase(folder, old, new)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(Refused, match="No space left"):
            change_passphrase(folder, OLD, NEW)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == was and opens(folder, OLD) == key


def test_a_key_in_a_token_has_a_pin_and_no_passphrase(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "station.token").touch(0o600)
    with pytest.raises(Refused, match="the token's own program"):
        change_passphrase(tmp_path, None, NEW)


def test_the_command_asks_for_old_and_new_and_gives_an_open_key_its_first_passphrase(tmp_path: Path) -> None:
    folder = tmp_path / "station"
    key = made(folder, None)
    first = CliRunner().invoke(station, ["passphrase", str(folder)], input=f"{NEW}\n{NEW}\n")
    assert first.exit_code == 0 and opens(folder, NEW) == key
    for name, word in (("old", NEW), ("new", OLD)):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_text(word + "\n")
    files = ["--passphrase-file", str(tmp_path / "old"), "--new-passphrase-file", str(tmp_path / "new")]
    second = CliRunner().invoke(station, ["passphrase", str(folder), *files])
    assert second.exit_code == 0 and opens(folder, OLD) == key and NEW not in second.output + first.output
    wrong = CliRunner().invoke(station, ["passphrase", str(folder)], input=f"wrong one\n{NEW}\n{NEW}\n")
    assert isinstance(wrong.exception, Refused) and wrong.exception.refusal is Refusal.BAD_FILE
    assert path_of_key(folder / BOOK_FILE).exists() and opens(folder, OLD) == key

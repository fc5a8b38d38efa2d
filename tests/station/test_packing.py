"""A station's file and folder have their names only when they are whole; what lies in the way is not written through."""

from pathlib import Path

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_keys.book_key import key_of_book
from ektp_keys.key_file import load_key
from ektp_station import packing, restoring
from ektp_station.config import BOOK_FILE, FILE, KEY_FILE, load_config
from ektp_station.hub_page import HubSeen
from ektp_station.packing import BACKUP, Package, pack, unpack
from ektp_station.restoring import Answered, check_not_older
from ektp_station.wiring import StationProcess
from tests.station.station_bench import STATION, Office

WORD = "kata sandi berkas"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A station whose book was founded."""
    found = Office(tmp_path / "hub").folder
    StationProcess(found, load_config(found), load_key(found / KEY_FILE)).store.close()
    return found


def backup(folder: Path, out: Path) -> Path:
    pack(folder, out, Package(BACKUP, STATION, 1, key=key_of_book(folder / BOOK_FILE)), WORD)
    return out


def test_a_link_in_the_way_is_not_written_through(folder: Path, tmp_path: Path) -> None:
    victim, stick = tmp_path / "victim", tmp_path / "stick"
    victim.write_text("mine")
    stick.mkdir()
    (stick / "b.ektp.part").symlink_to(victim)
    backup(folder, stick / "b.ektp")
    assert victim.read_text() == "mine"
    assert {one.name for one in stick.iterdir()} == {"b.ektp", "b.ektp.part"}


def test_a_copy_of_a_book_that_holds_nothing_is_refused(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ektp_station.wiring.found_book", lambda *_: None)
    empty = Office(tmp_path / "other").folder
    with pytest.raises(Refused):
        StationProcess(empty, load_config(empty), load_key(empty / KEY_FILE))
    with pytest.raises(Refused, match="it holds nothing yet"):
        backup(empty, tmp_path / "b.ektp")
    assert not (tmp_path / "b.ektp").exists()


class Killed(BaseException):
    """The process ended at this moment; nothing of it runs any more."""


@pytest.mark.parametrize("files", range(4))
def test_an_unpacking_that_was_cut_off_leaves_no_folder_of_that_name_and_is_made_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    file, new = backup(folder, tmp_path / "b.ektp"), tmp_path / "new"
    usual = packing._take_out
    taken: list[object] = []

    def take_out(*arguments: object) -> None:
        if len(taken) == files:
            raise Killed
        taken.append(1)
        usual(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(packing, "_take_out", take_out)
    with pytest.raises(Killed):
        unpack(file, new, BACKUP, WORD)
    assert not new.exists()
    monkeypatch.setattr(packing, "_take_out", usual)
    assert unpack(file, new, BACKUP, WORD).station == STATION
    assert {BOOK_FILE, FILE, "arriving.json"} <= {one.name for one in new.iterdir()}
    assert not (tmp_path / "new.part").exists()


def test_what_somebody_else_keeps_in_the_way_is_left_alone(folder: Path, tmp_path: Path) -> None:
    file = backup(folder, tmp_path / "b.ektp")
    (tmp_path / "new.part").mkdir()
    (tmp_path / "new.part" / "letter").write_text("mine")
    with pytest.raises(Refused) as caught:
        unpack(file, tmp_path / "new", BACKUP, WORD)
    assert caught.value.refusal is Refusal.NO_ROOM and (tmp_path / "new.part" / "letter").read_text() == "mine"


@pytest.mark.parametrize(
    ("seen", "said"), [(None, Answered.AWAY), (HubSeen(0, None), Answered.UNKNOWN), (HubSeen(0, {"chain_n": 0}), Answered.FITS)]
)
def test_a_hub_that_is_away_is_not_one_that_knows_nothing_of_the_station(
    folder: Path, monkeypatch: pytest.MonkeyPatch, seen: HubSeen | None, said: Answered
) -> None:
    monkeypatch.setattr(restoring, "look_at_hub", lambda *_: seen)
    assert check_not_older(folder, STATION, key_of_book(folder / BOOK_FILE)) is said

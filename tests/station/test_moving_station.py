"""A station packed and opened elsewhere; a copy that is opened twice or is older is stopped (papers 004, rules 21, 22)."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.custody import Receive
from ektp_core.flow.moving import MoveBook
from ektp_core.flow.moving_events import Coming
from ektp_core.flow.old_copy import RESTORED
from ektp_core.flow.rows import BookPlace, Desk, Printer
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_keys.book_key import key_of_book
from ektp_station import wiring
from ektp_station.arriving import NOTE_FILE
from ektp_station.book_reading import book_read
from ektp_station.config import BOOK_FILE
from ektp_station.packing import BACKUP, MOVE, Package, pack, packed_token, undo, unpack
from ektp_station.restoring import compare
from ektp_station.wiring import StationProcess
from ektp_store.opening import open_to_read
from tests.station.station_bench import SERIES, STATION, WAIT_S, Line, people, refused, until

pytestmark = pytest.mark.processes

WORD = "kata sandi pindah"
TOKEN = "a" * 32
Make = Callable[..., Line]


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "printer", "VP-0001", card_ms=60, reboot_ms=50)
    yield running
    if running.process.poll() is None:
        running.kill()


@pytest.fixture
def line(tmp_path: Path, printer: RunningPrinter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr(wiring, "REOPEN_S", 0.1)
    made: list[Line] = []

    def make(cards: int = 0, **settings: Any) -> Line:
        made.append(Line(tmp_path, printer, cards, **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


class Elsewhere:
    """The station in another folder, in a thread of this process, with the same hub."""

    def __init__(self, at_work: Line, folder: Path) -> None:
        self.process = StationProcess(folder, at_work.config, at_work.office.keys["station"])
        self.process.link.client = at_work.hub
        self.thread = threading.Thread(target=self.process.run, name="elsewhere")
        self.thread.start()

    def __enter__(self) -> StationProcess:
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.stop()
        self.thread.join(WAIT_S)
        assert not self.thread.is_alive()


def packed(at_work: Line, out: Path, kind: str = MOVE) -> Path:
    folder = at_work.office.folder
    key = key_of_book(folder / BOOK_FILE)
    token = packed_token(folder, STATION, key) if kind == MOVE else ""
    pack(folder, out, Package(kind, STATION, 1, token, key), WORD)
    return out


def marks(at_work: Line) -> int:
    """How many cards the machine has begun to mark, by its own log."""
    return (at_work.printer.folder / "truth.jsonl").read_bytes().count(b'"mark_begun"')


def take(process: StationProcess, at_work: Line, body: object, *who: str) -> None:
    answer = process.people_ask(at_work.ask(body, *who))
    assert isinstance(answer, Accepted), answer


def opens(process: StationProcess, at_work: Line) -> bool:
    """Two people compare the printer's counter; refused until the station has read it too."""
    answer = process.people_ask(at_work.ask(ClosePrinter("A", "", 0), "verifier-1", "verifier-2"))
    return isinstance(answer, Accepted)


@pytest.mark.rule(22)
def test_a_station_goes_on_elsewhere_within_minutes_and_the_old_one_refuses(line: Make, tmp_path: Path) -> None:
    at_work = line(cards=2).open()
    at_work.judge()
    until(lambda: at_work.press()["phase"] == "asking", "the second card is made")
    at_work.judge()
    at_work.must_take(MoveBook("Kantor Kecamatan Sakra", TOKEN), "operator")
    refusal = refused(at_work.process.people_ask(at_work.ask(LoadPrinter("A", ((SERIES, 3, 20),), 2), "station")))
    assert refusal.refusal is Refusal.BOOK_MOVED
    file = packed(at_work, tmp_path / "moved.ektp")
    at_work.end()
    head = unpack(file, tmp_path / "new", MOVE, WORD)
    assert (head.station, head.token) == (STATION, TOKEN)
    with Elsewhere(at_work, tmp_path / "new") as new:
        assert not (tmp_path / "new" / NOTE_FILE).exists()
        take(new, at_work, LoadPrinter("A", ((SERIES, 3, 20),), 2), "station")
        at_work.hub.must_take(*at_work_records(at_work, 3))
        until(lambda: [one["phase"] for one in new.now["printers"]] == ["asking"], "it prints elsewhere")
    with pytest.raises(Refused):  # the folder is no new one
        unpack(file, tmp_path / "new", MOVE, WORD)


def at_work_records(at_work: Line, count: int) -> list[bytes]:
    """People nobody knows yet."""
    return [at_work.office.record(person) for person in people(count)[-1:]]


@pytest.mark.rule(22)
def test_a_file_that_is_opened_a_second_time_is_stopped_at_its_first_contact(line: Make, tmp_path: Path) -> None:
    at_work = line().open()
    at_work.must_take(MoveBook("Sakra", TOKEN), "operator")
    file = packed(at_work, tmp_path / "moved.ektp")
    at_work.end()
    for name in ("one", "two"):
        unpack(file, tmp_path / name, MOVE, WORD)
    with Elsewhere(at_work, tmp_path / "one") as one:
        until(lambda: one.now["acknowledged"] == one.now["commits"], "the first has reached the hub")
    with Elsewhere(at_work, tmp_path / "two") as two:
        until(lambda: bool(two.now["stopped"]), "the second is stopped")
        assert two.now["stopped"].partition(":")[0] in (Refusal.CHAIN_FORK.value, Refusal.ROLLED_BACK.value)


def test_a_book_is_packed_again_if_its_file_was_lost(line: Make, tmp_path: Path) -> None:
    at_work = line().open()
    with pytest.raises(Refused):
        packed(at_work, tmp_path / "early.ektp")  # nobody asked to move yet
    at_work.must_take(MoveBook("Sakra", TOKEN), "operator")
    packed(at_work, tmp_path / "one.ektp").unlink()
    packed(at_work, tmp_path / "two.ektp")
    assert unpack(tmp_path / "two.ektp", tmp_path / "new", MOVE, WORD).token == TOKEN
    undo(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.rule(22)
def test_a_backup_that_is_older_than_what_the_hub_has_is_refused_and_begins_no_card(line: Make, tmp_path: Path) -> None:
    at_work = line(cards=2).open()
    until(lambda: at_work.now("acknowledged") == at_work.now("commits"), "all has arrived")
    file = packed(at_work, tmp_path / "monday.ektp", BACKUP)
    at_work.judge()
    at_work.judge()
    at_work.until_absorbed()
    at_work.end()
    old = tmp_path / "old"
    unpack(file, old, BACKUP, WORD)
    with at_work.hub.store.read() as hub, book_read(old, key_of_book(old / BOOK_FILE)) as book:
        desk = hub.row(Desk, STATION)
        assert desk is not None
        with pytest.raises(Refused) as caught:
            compare(book.view, {"chain_n": desk.chain_n, "chain_head": desk.chain_head.hex()})
    assert caught.value.refusal is Refusal.ROLLED_BACK
    with Elsewhere(at_work, old) as restored:  # and if somebody starts it all the same
        until(lambda: bool(restored.now["stopped"]), "it is stopped")
    assert marks(at_work) == 2


@pytest.mark.rule(22)
def test_a_restored_station_begins_no_card_before_hub_and_two_people_have_spoken(line: Make, tmp_path: Path) -> None:
    at_work = line().open()
    until(lambda: at_work.now("acknowledged") == at_work.now("commits"), "all has arrived")
    file = packed(at_work, tmp_path / "today.ektp", BACKUP)
    at_work.end()
    unpack(file, tmp_path / "new", BACKUP, WORD)
    at_work.hub.away = True
    with Elsewhere(at_work, tmp_path / "new") as new:
        until(lambda: bool(new.now["printers"]), "its printer answers")
        assert new.now["waits"] == "the book was restored and has not heard the hub yet"
        assert [one["closed"] for one in new.now["printers"]] == [RESTORED]
        at_work.hub.away = False
        until(lambda: not new.now["waits"], "it has heard the hub")
        at_work.hub.must_take(*at_work_records(at_work, 1))
        until(lambda: new.now["held"] == 1, "it has an authorisation")
        assert marks(at_work) == 0
        until(lambda: opens(new, at_work), "two people open it with the counter the station read itself")
        until(lambda: [one["phase"] for one in new.now["printers"]] == ["asking"], "it prints")
        with new.store.read() as view:
            place, row = view.row(BookPlace, STATION), view.row(Printer, STATION, "A")
            assert place and row and (place.how, row.closed_why) == (Coming.RESTORED, "")


@pytest.mark.rule(40)
def test_a_backup_shows_no_personal_data_and_a_move_carries_it(line: Make, tmp_path: Path) -> None:
    at_work = line(cards=1)
    at_work.start()
    until(lambda: at_work.now("counts").get("IN_TRANSIT") == 20, "the station learns of its blanks")
    at_work.must_take(Receive("K-2", STATION, ((SERIES, 1, 20),)), "operator", "verifier-2")
    until(lambda: at_work.now("held") == 1, "it holds an authorisation")
    packed(at_work, tmp_path / "b.ektp", BACKUP)
    at_work.must_take(MoveBook("Sakra", TOKEN), "operator")
    packed(at_work, tmp_path / "m.ektp")
    for file, kind, count in (("b.ektp", BACKUP, 0), ("m.ektp", MOVE, 1)):
        folder = tmp_path / kind
        unpack(tmp_path / file, folder, kind, WORD)
        assert kept_keys(folder) == count


def kept_keys(folder: Path) -> int:
    """How many records' personal data can be read in a folder's book."""
    connection = open_to_read(str(folder / BOOK_FILE), key=key_of_book(folder / BOOK_FILE))
    try:
        found: int = connection.execute("SELECT count(*) FROM payload_key").get
        return found
    finally:
        connection.close()


@pytest.mark.rule(40)
def test_the_old_copy_forgets_everybody_once_the_hub_has_heard_of_the_new_one(line: Make, tmp_path: Path) -> None:
    at_work = line(cards=1)
    at_work.start()
    until(lambda: at_work.now("counts").get("IN_TRANSIT") == 20, "the station learns of its blanks")
    at_work.must_take(Receive("K-2", STATION, ((SERIES, 1, 20),)), "operator", "verifier-2")
    until(lambda: at_work.now("held") == 1, "it holds an authorisation")
    at_work.must_take(MoveBook("Sakra", TOKEN), "operator")
    file = packed(at_work, tmp_path / "m.ektp")
    until(lambda: at_work.now("acknowledged") == at_work.now("commits"), "the hub has all of it")
    assert not at_work.now("is_empty") and kept_keys(at_work.office.folder) == 1  # the file may be lost
    at_work.end()
    unpack(file, tmp_path / "new", MOVE, WORD)
    with Elsewhere(at_work, tmp_path / "new") as new:
        until(lambda: new.now["acknowledged"] == new.now["commits"], "the hub has heard of the arrival")
        at_work.start()
        until(lambda: at_work.now("is_empty"), "the old copy has heard of it too")
        assert kept_keys(at_work.office.folder) == 0 and not at_work.now("stopped")
        assert kept_keys(tmp_path / "new") == 1


@pytest.mark.parametrize(("kind", "other"), [(MOVE, BACKUP), (BACKUP, MOVE)])
def test_a_file_of_the_other_kind_is_not_taken(line: Make, tmp_path: Path, kind: str, other: str) -> None:
    at_work = line().open()
    at_work.must_take(MoveBook("Sakra", TOKEN), "operator")
    file = packed(at_work, tmp_path / "file", kind)
    with pytest.raises(Refused, match="BAD_FILE"):
        unpack(file, tmp_path / "new", other, WORD)
    with pytest.raises(Refused, match="passphrase"):
        unpack(file, tmp_path / "new", kind, "another passphrase")
    raw = file.read_bytes()
    file.write_bytes(raw[:-1])
    with pytest.raises(Refused, match="BAD_FILE"):
        unpack(file, tmp_path / "new", kind, WORD)
    assert {one.name for one in tmp_path.iterdir() if "new" in one.name} == set()  # nothing is left of what was not whole
    with pytest.raises(Refused, match="exists already"):
        packed(at_work, file, kind)

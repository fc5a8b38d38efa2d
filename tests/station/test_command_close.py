"""`ektp station close`: two people count blind, and get one page; all of it without a hub."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.closing_day import page_of
from ektp_core.flow.decide import Decider
from ektp_core.flow.events import Event, TakenIn
from ektp_core.flow.rows import StationDay
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.wire.problem import refused_from_plain, refused_to_plain
from ektp_data.regions import load_regions
from ektp_keys.key_file import read_key
from ektp_keys.public_keys import BookKeys
from ektp_station import asking_station, command_close
from ektp_station.commands import station
from ektp_station.config import StationConfig, write_config
from ektp_station.count_trace import with_trace
from ektp_station.door import open_local_ask
from ektp_station.founding import found_book
from ektp_station.messages import Settings, StationState
from ektp_station.snapshot import snapshot
from ektp_station.steady import now_ms
from ektp_store.memory import MemoryStore
from tests.station.press_bench import Happened
from tests.station.station_bench import SERIES, STATION, Office

pytestmark = [pytest.mark.rule(33)]


class Room:
    """A station's book with seven blanks, one finished card and one of waste, and its page in this process."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder / "hub", now_ms())
        self.folder = self.office.folder
        write_config(self.folder, StationConfig(STATION, "http://127.0.0.1:1"))
        self.store = MemoryStore(self._decide, apply, STATION)
        found_book(self.store, self.folder, STATION, now_ms())
        self.state = StationState(Settings(STATION, self.office.keys["station"].key_id))
        for lo, hi, bucket in ((1, 1, Bucket.GOOD_HELD), (2, 2, Bucket.WASTE_HELD), (4, 10, Bucket.STOCK)):
            self.happen(TakenIn(SERIES, lo, hi, STATION, bucket, "v5", "office/52.03"))

    @staticmethod
    def _decide(view: View, ask: Ask) -> tuple[Event, ...] | Refused:
        return ask.body.events if isinstance(ask.body, Happened) else Decider(load_regions(), STATION)(view, ask)

    def happen(self, *events: Event) -> None:
        self.store.commit([Work(Ask("", Happened(events), (), now_ms(), b""))], now_ms())

    def answer(self, _folder: Path, method: str, _path: str, body: bytes | None = None) -> dict[str, Any]:
        """As the running station answers."""
        with self.store.read() as view:
            if method == "GET":
                found: dict[str, Any] = json.loads(json.dumps(snapshot(self.state, view, now_ms())))
                return found
            assert body is not None
            work = open_local_ask(body, BookKeys(view), STATION, now_ms(), 900_000)
        given, *_ = self.store.commit(list(with_trace(work)), now_ms())
        if isinstance(given, Refused):
            raise refused_from_plain(json.loads(json.dumps(refused_to_plain(given))))
        return {"accepted": {}}

    def run(self, *arguments: str, typed: str = "", who: tuple[str, ...] = ("operator", "verifier-2")) -> Any:
        keys = [part for name in who for part in ("--key", str(self.office.made.people[name]))]
        return CliRunner().invoke(station, [*arguments[:1], str(self.folder), *arguments[1:], *keys], input=typed)

    def days(self) -> list[StationDay]:
        with self.store.read() as view:
            return [one for one in view.rows(StationDay, STATION) if one.number]

    def is_counting(self) -> bool:
        with self.store.read() as view:
            return page_of(view, STATION).cut_seq > 0


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    made = Room(tmp_path)
    monkeypatch.setenv("EKTP_LANG", "en")
    for module in (asking_station, command_close):
        monkeypatch.setattr(module, "answer", made.answer)
    return made


#: safe, hopper, machine, finished, waste, old cards, minutes
TRUE = ("4", "3", "0", "1", "1", "12", "BA-1")


def test_the_piles_are_asked_one_by_one_and_the_book_is_never_told(room: Room) -> None:
    done = room.run("close", typed="\n".join(TRUE))
    assert done.exit_code == 0, (done.output, done.exception)
    asked, _, page = done.output.partition("is closed")
    assert "7" not in asked.replace("52.03-1", "")  # nobody is told what is expected
    assert "unprinted" in page and "BA-1" in page and "give-back" in page
    (day,) = room.days()
    assert [(line[0].value, line[2], line[3]) for line in day.lines] == [
        ("finished", 1, 1), ("unprinted", 7, 7), ("waste", 1, 1), ("old-cards", 12, 0),
    ]  # fmt: skip
    assert not room.is_counting()


def test_a_pile_that_differs_is_counted_once_more_and_explained(room: Room) -> None:
    first = ("4", "2", "0", *TRUE[3:])
    again = ("one fell behind the desk", "4", "2", "0")
    with_serials = ("one fell behind the desk", "4", f"{SERIES}:4-7", "2", f"{SERIES}:9-10", "0")
    done = room.run("close", typed="\n".join((*first, *again, *with_serials)))
    assert done.exit_code == 0, (done.output, done.exception)
    assert f"Not there: {SERIES}:8-8" in done.output
    (day,) = room.days()
    assert (day.missing[0][1:], day.lines[1][6]) == ((SERIES, 8, 8), "one fell behind the desk")


COUNT = f"""
minutes = "BA-2"
[[piles]]
pile = "unprinted"
place = "safe"
blank_class = "v5"
counted = 6
present = ["{SERIES}:4-7", "{SERIES}:9-10"]
explanation = "one is not there"
[[piles]]
pile = "finished"
blank_class = "v5"
counted = 1
[[piles]]
pile = "waste"
blank_class = "v5"
counted = 1
"""


def test_a_count_in_a_file_needs_no_terminal_and_is_given_as_json(room: Room, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(COUNT, encoding="utf-8")
    done = room.run("close", "--file", str(tmp_path / "c.toml"), "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    told = json.loads(done.stdout)
    assert (told["minutes"], told["missing"], told["number"]) == ("BA-2", [f"{SERIES}:8-8"], 1)


@pytest.mark.parametrize("text", ["minutes = 3", "piles = [", 'minutes = "x"\nrows = 1', ""])
def test_a_file_that_is_no_count_is_refused_before_anything_stops(room: Room, tmp_path: Path, text: str) -> None:
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    done = room.run("close", "--file", str(tmp_path / "c.toml"))
    assert isinstance(done.exception, Refused) and done.exception.refusal in (Refusal.BAD_FILE, Refusal.MALFORMED)
    assert not room.is_counting() and not room.days()


def test_a_count_is_begun_given_up_and_a_closed_day_opened_again_by_two(room: Room) -> None:
    assert room.run("close", "--begin", who=("operator",)).exit_code == 0 and room.is_counting()
    assert room.run("close", "--give-up", "power cut", who=("operator",)).exit_code == 0 and not room.is_counting()
    assert room.run("close", typed="\n".join(TRUE)).exit_code == 0
    assert isinstance(room.run("close", typed="\n".join(TRUE)).exception, Refused)
    one = room.run("close", "--reopen", "ten wait", who=("operator",))
    assert isinstance(one.exception, Refused) and one.exception.refusal is Refusal.NEEDS_PEOPLE
    assert room.run("close", "--reopen", "ten wait").exit_code == 0
    assert room.run("close", typed="\n".join((*TRUE[:-1], "BA-2"))).exit_code == 0
    assert [one.minutes for one in room.days()] == ["BA-1", "BA-2"]


def test_one_person_alone_closes_no_day(room: Room) -> None:
    done = room.run("close", typed="\n".join(TRUE), who=("operator",))
    assert isinstance(done.exception, Refused) and done.exception.refusal is Refusal.NEEDS_PEOPLE
    assert not room.is_counting() and not room.days()
    twice = room.run("close", typed="\n".join(TRUE), who=("operator", "operator"))
    assert isinstance(twice.exception, Refused) and not room.is_counting()


def test_a_file_that_is_missing_or_names_no_serials_stops_nothing(room: Room, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(COUNT.replace(f"{SERIES}:4-7", f"{SERIES} 4-7"), encoding="utf-8")
    for name in ("missing.toml", "c.toml"):
        done = room.run("close", "--file", str(tmp_path / name))
        assert isinstance(done.exception, Refused) and not room.is_counting()


def test_only_the_field_that_is_wrong_is_asked_for_again(room: Room) -> None:
    explained = ("one fell behind the desk", "4", "2", "0")
    typed = (
        *("4", "2", "0", "1", "1", "12"), "NIK 5203054408990001", "BA-1",
        *explained,
        "one fell behind the desk", "4", f"{SERIES} 4-7", f"{SERIES}:4-99", f"{SERIES}:4-7", "2", f"{SERIES}:9-10", "0",
    )  # fmt: skip
    done = room.run("close", typed="\n".join(typed))
    assert done.exit_code == 0, (done.output, done.exception)
    (day,) = room.days()
    assert (day.minutes, [one[1:] for one in day.missing]) == ("BA-1", [(SERIES, 8, 8)])


def test_minutes_that_were_used_before_are_asked_for_again_and_no_pile_is(room: Room) -> None:
    assert room.run("close", typed="\n".join(TRUE)).exit_code == 0
    assert room.run("close", "--reopen", "ten wait").exit_code == 0
    done = room.run("close", typed="\n".join((*TRUE, "BA-2")))
    assert done.exit_code == 0, (done.output, done.exception)
    assert [one.minutes for one in room.days()] == ["BA-1", "BA-2"]


def test_every_count_that_is_refused_because_it_differs_leaves_a_mark(room: Room, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(COUNT.replace("one is not there", ""), encoding="utf-8")
    for _ in range(3):
        done = room.run("close", "--file", str(tmp_path / "c.toml"))
        assert isinstance(done.exception, Refused) and done.exception.refusal is Refusal.COUNT_UNEXPLAINED
    assert room.run("close", "--give-up", "tea", who=("operator",)).exit_code == 0
    done = room.run("close", typed="\n".join(TRUE))
    assert done.exit_code == 0 and "because they differed: 3" in done.output
    (day,) = room.days()
    assert day.differed == 3


def test_unused_blanks_go_back_to_the_store(room: Room) -> None:
    done = room.run("give-back", "--paper", "P-1", "--blanks", f"{SERIES}:9-10", who=("operator",))
    assert done.exit_code == 0, (done.output, done.exception)
    with room.store.read() as view:
        run = view.covering(SERIES, 9)
    assert run is not None and run.bucket is Bucket.IN_TRANSIT


@pytest.mark.rule(39)
def test_a_reader_gets_a_key_and_a_form_that_enrols_it(room: Room, tmp_path: Path) -> None:
    key, form = tmp_path / "reader.key", tmp_path / "enrol.json"
    done = CliRunner().invoke(station, ["reader", str(room.folder), "--out", str(key), "--form", str(form)])
    assert done.exit_code == 0, (done.output, done.exception)
    (new,) = json.loads(form.read_text("utf-8"))["body"]["keys"]
    made = read_key(key)
    assert (new["key"], new["owner"], new["hand"], new["public"]) == (
        made.key_id, STATION, "reader", made.public.hex(),
    )  # fmt: skip
    again = CliRunner().invoke(station, ["reader", str(room.folder), "--out", str(key), "--form", str(form)])
    assert isinstance(again.exception, Refused)


def test_evidence_of_a_record_nobody_knows_is_refused(room: Room) -> None:
    done = room.run("evidence", "--record", "52.03-000001", "--attempt", "1", "--uid", "04a1b2c3d4e5f6")
    assert isinstance(done.exception, Refused) and done.exception.refusal is Refusal.UNKNOWN_RECORD

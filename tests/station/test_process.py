"""A station as a process: refused a second time, told to stop, and killed at every moment of a card's life."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from ektp_cli.demo.hands import OPERATOR, SECOND, VERIFIER, Hands
from ektp_cli.demo.house import OFFICE, SEED, STATION, House
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.rows import Dispute, Holding, Lock, Station
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import to_payload
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_core.wire.asks import EnterRecord
from ektp_data.regions import load_regions
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.truth import CardTruth
from ektp_keys.book_key import key_of_book
from ektp_station.config import load_config, write_config
from ektp_store.sqlite import SqliteStore
from tests.station.station_bench import SOON_S, WAIT_S, people, until

pytestmark = pytest.mark.processes

SERIES, BLANKS, CARDS = "PNRI-2026", 40, 20
WHOLE = ((SERIES, 1, BLANKS),)


class Shift:
    """A house with one printer at work, somebody who judges its cards, and somebody who cuts the power."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        config = load_config(self.house.station_folder)
        write_config(self.house.station_folder, evolve(config, printers=config.printers[:1], retry_most_ms=300))
        self.printer = self.house.printers["A"]
        self.truth = self.printer.folder / "truth.jsonl"
        self.house.start_hub()
        self.hands = Hands(self.house)
        self.house.start_station()
        self._deliver()

    def _deliver(self) -> None:
        hands = self.hands
        chips = tuple(uid_of(SERIES, number, SEED) for number in range(1, BLANKS + 1))
        hands.ask_hub(TakeSupply("supplier/PNRI", "v5", WHOLE, "SJ-1", "2026-01-05", chips), VERIFIER)
        hands.ask_hub(Grant("J-1", OFFICE, "v5", BLANKS), VERIFIER)
        hands.ask_hub(Dispatch("K-1", "J-1"), VERIFIER)
        hands.ask_hub(Receive("K-1", OFFICE, WHOLE), OPERATOR, SECOND)
        hands.ask_hub(Issue("K-2", STATION, "v5", BLANKS), OPERATOR)
        until(lambda: hands.see().get("counts", {}).get("IN_TRANSIT") == BLANKS, "the station learns of its blanks")
        hands.ask_station(STATION, Receive("K-2", STATION, WHOLE), OPERATOR, SECOND)
        self.printer.panel.load(SERIES, 1, BLANKS, seed=SEED)
        hands.ask_station(STATION, LoadPrinter("A", WHOLE, 0), "station")

    def enter(self, count: int) -> None:
        now = time.time_ns() // 1_000_000
        for person in people(count):
            self.hands.ask_hub(EnterRecord(OFFICE, to_payload(person).decode(), now), OPERATOR)

    def asking(self) -> dict[str, Any] | None:
        """The card that waits for its verdict."""
        for printer in self.hands.see().get("printers", []):
            if printer["phase"] == "asking":
                found: dict[str, Any] = printer["card"]
                return found
        return None

    def judge(self, card: dict[str, Any]) -> None:
        serial = f"{card['series']} {card['number']}"
        good = self.printer.truth().cards[serial].printed_good
        outcome, cause = (Outcome.GOOD, Cause.NONE) if good else (Outcome.SPOILED, Cause.MISPRINT)
        body = Conclude(card["record"], card["n"], outcome, BlankPlace.OUTPUT, Certainty.OPERATOR, cause)
        try:
            self.hands.ask_station(STATION, body, OPERATOR)
        except (httpx.HTTPError, OSError, Refused):
            return  # the power went in between, or it was judged before

    def work_until(self, there: Callable[[], bool], what: str, wait_s: float = WAIT_S) -> None:
        """Judge cards until something is so."""
        deadline = time.monotonic() + wait_s
        looked = 0.0
        while not there():
            assert time.monotonic() < deadline, f"waited in vain until {what}; {self.hands.see()}"
            if time.monotonic() > looked + 0.02:
                looked = time.monotonic()
                card = self.asking()
                if card:
                    self.judge(card)
            time.sleep(0.001)

    def happened(self, what: str) -> int:
        """How often that happened in the machine."""
        return self.truth.read_bytes().count(b'"what":"%b"' % what.encode())

    def states(self) -> Counter[str]:
        """How many records are in which state, at the hub."""
        return Counter(self.hands.hub.get("/v1/states")["states"])

    def is_done(self) -> bool:
        now = self.hands.see()
        if not now or now["commits"] != now["acknowledged"] or now["held"]:
            return False
        found = self.states()
        return found["PRINTED"] + found["MISPRINTED"] + found["SUSPECT"] == CARDS


@pytest.fixture(scope="module")
def only_shift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shift]:
    made = Shift(tmp_path_factory.mktemp("house"))
    yield made
    made.hands.hub.close()
    made.hands.page.close()
    made.house.close()


@pytest.fixture
def shift(only_shift: Shift) -> Shift:
    """The shift with hub and station at work, whatever another test did to them."""
    if not only_shift.house.runs("hub"):
        only_shift.house.start_hub()
    if not only_shift.house.runs("station"):
        only_shift.house.start_station()
    return only_shift


def ektp(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "ektp_cli", *arguments]
    environment = os.environ | {"EKTP_LANG": "en"}
    return subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False, env=environment)


def test_a_second_station_on_the_same_folder_is_refused_in_clear_words(shift: Shift) -> None:
    folder = shift.house.station_folder
    before = (folder / "address").read_text()
    done = ektp("station", "run", str(folder))
    assert done.returncode == 1
    assert "BOOK_IN_USE" in done.stderr and "Stop the other process" in done.stderr
    assert "Traceback" not in done.stderr
    assert (folder / "address").read_text() == before
    assert json.loads(ektp("station", "status", str(folder), "--json").stdout)["station"] == STATION


def test_told_to_stop_a_station_ends_in_order_though_its_page_was_used(shift: Shift) -> None:
    folder = shift.house.station_folder
    with pytest.raises(Refused):
        shift.hands.ask_station(STATION, LoadPrinter("A", ((SERIES, 900, 901),), 0), "station")
    began = time.monotonic()
    shift.house.stop("station")
    assert time.monotonic() - began < SOON_S
    assert not (folder / "address").exists()
    told = ektp("station", "status", str(folder))
    assert told.returncode == 1 and "NOT_REACHED" in told.stderr and "Traceback" not in told.stderr
    shift.house.start_station()


def test_a_page_left_behind_by_a_killed_station_is_told_from_a_running_one(shift: Shift) -> None:
    shift.house.kill("station")
    told = ektp("station", "status", str(shift.house.station_folder))
    assert told.returncode == 1 and "NOT_REACHED" in told.stderr and "Traceback" not in told.stderr
    shift.house.start_station()


# -- killed at every moment ---------------------------------------------------------------------------

Moment = Callable[[Shift], None]


def at(what: str, times: int = 1, later_s: float = 0.0) -> Moment:
    """The moment when something happened in the machine once more."""

    def wait(shift: Shift) -> None:
        before = shift.happened(what)
        shift.work_until(lambda: shift.happened(what) >= before + times, what)
        time.sleep(later_s)

    return wait


def asked(shift: Shift) -> None:
    """A card waits for its verdict; nobody gives it."""
    until(shift.asking, "a card waits")


def verdict_on_its_way(shift: Shift) -> None:
    until(shift.asking, "a card waits")
    card = shift.asking()
    if card:
        threading.Thread(target=shift.judge, args=(card,), daemon=True).start()
        time.sleep(0.004)


def verdict_taken(shift: Shift) -> None:
    until(shift.asking, "a card waits")
    card = shift.asking()
    if card:
        shift.judge(card)


def just_started(_: Shift) -> None:
    """The page answers; the printer is perhaps not open yet."""


MOMENTS: tuple[Moment, ...] = (
    at("fed"), at("moved"), at("encoded"), at("moved", 2), at("mark_begun"), at("mark_begun", 1, 0.03), at("printed"),
    at("ejected"), asked, verdict_on_its_way, verdict_taken, just_started,
)  # fmt: skip


def test_killed_at_every_moment_no_card_is_printed_twice_and_every_blank_is_where_it_is(shift: Shift) -> None:
    shift.enter(CARDS)
    for moment in MOMENTS:
        moment(shift)
        shift.house.kill("station")
        shift.house.start_station()
    shift.work_until(shift.is_done, "every card came to its end")
    states = shift.states()
    shift.house.stop("station")
    shift.house.stop("hub")

    cards = shift.printer.truth().cards
    marked = [card for card in cards.values() if card.marked]
    assert states["PRINTED"] >= CARDS - len(MOMENTS), f"each kill costs the certainty about one card at most: {states}"
    assert max(Counter((card.record, card.attempt) for card in marked).values()) == 1, "a card was printed twice"
    assert max(Counter(card.record for card in marked).values()) == 1, "a person has two cards"
    _compare(shift.house, cards, states)


def _compare(house: House, cards: dict[str, CardTruth], states: Counter[str]) -> None:
    """Both books against the machine's truth."""
    hub = SqliteStore(str(house.hub.book), Decider(load_regions()), apply)
    station = SqliteStore(
        str(house.station_folder / "station.db"), Decider(load_regions(), STATION), apply, owner=STATION,
        key=key_of_book(house.station_folder / "station.db"),
    )
    try:
        with hub.read() as view, station.read() as own:
            assert [one.frozen_why for one in view.rows(Station)] == [""]
            assert list(view.rows(Dispute)) == []
            locks = {row.record: row.state for row in view.rows(Lock)}
            assert {row.record: row.state for row in own.rows(Lock)} == locks
            for run in view.rows(Holding):
                for number in range(run.lo, run.hi + 1):
                    serial = f"{run.series} {number}"
                    assert _fits(run.bucket, cards[serial]), f"{serial} is {run.bucket.name}: {cards[serial]}"
                    here = own.covering(run.series, number)
                    assert here is not None and (here.party, here.bucket) == (run.party, run.bucket), serial
    finally:
        hub.close()
        station.close()
    good = {card.record for card in cards.values() if card.printed_good}
    assert {record for record, state in locks.items() if state is LockState.PRINTED} <= good
    assert Counter(state.name for state in locks.values()) == +states


def _fits(bucket: Bucket, card: CardTruth) -> bool:
    """Whether the book has a blank where it physically can be."""
    match bucket:
        case Bucket.STOCK:
            return not card.fed
        case Bucket.GOOD_HELD:
            return card.printed_good and card.place.value == "output"
        case Bucket.WASTE_HELD:
            return card.fed and not card.printed_good
        case Bucket.SUSPECT:
            return card.fed
        case _:
            return False

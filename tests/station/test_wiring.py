"""The station's threads: every order brings something back, and no fault leaves half a station."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ektp_core.boundary.store import Accepted, StoreUnsure
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.custody import Receive
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.wire.envelope import Envelope, PayloadType, signed
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_station import keeper, wiring
from ektp_station.machine import Machine
from ektp_station.wiring import EXIT_FAULT, EXIT_FULL, EXIT_UNSURE, StationProcess
from tests.station.station_bench import SERIES, SOON_S, STATION, WAIT_S, Line, refused, until

pytestmark = pytest.mark.processes

NIK = "5203014101900001"
Make = Callable[..., Line]


@pytest.fixture
def printer(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "printer", "VP-0001", card_ms=getattr(request, "param", 60), reboot_ms=50)
    yield running
    if running.process.poll() is None:
        running.kill()


@pytest.fixture
def line(tmp_path: Path, printer: RunningPrinter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr(wiring, "REOPEN_S", 0.1)
    monkeypatch.setattr("ektp_station.press.LOOK_GAP_MS", 100)
    made: list[Line] = []

    def make(cards: int = 0, **settings: Any) -> Line:
        made.append(Line(tmp_path, printer, cards, **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()
        if one.printer.process.poll() is None:
            one.printer.kill()


#: A printer that takes so long over a card that whatever is done to it in mid print comes in time.
SLOW = pytest.mark.parametrize("printer", [1_500], indirect=True, ids=["slow"])


def marked(at_work: Line, count: int = 1) -> None:
    """Wait until the machine has begun to mark that many cards."""
    truth = at_work.printer.folder / "truth.jsonl"
    until(lambda: truth.read_bytes().count(b'"mark_begun"') >= count, "a card is being marked")


# -- cards ------------------------------------------------------------------------------------


def test_a_card_is_printed_from_record_to_receipt(line: Make) -> None:
    at_work = line(cards=2).open()
    serials = [at_work.judge(), at_work.judge()]
    at_work.until_absorbed()
    assert sorted(at_work.hub.locks().values()) == ["PRINTED", "PRINTED"]
    assert [at_work.printer.truth().cards[one].printed_good for one in serials] == [True, True]
    assert at_work.now("counts")["STOCK"] == 18
    assert at_work.end() == 0


@SLOW
def test_a_driver_killed_while_a_card_is_marked_makes_one_suspect_and_printing_goes_on(line: Make) -> None:
    at_work = line(cards=2).open()
    marked(at_work)
    pid = at_work.process.printers["A"].machine.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    at_work.judge()
    at_work.until_absorbed()
    assert sorted(at_work.hub.locks().values()) == ["PRINTED", "SUSPECT"]
    truth = at_work.printer.truth()
    assert len(truth.job_keys) == 2 and at_work.now("counts") == {"GOOD_HELD": 1, "STOCK": 18, "SUSPECT": 1}


@SLOW
def test_a_printer_that_loses_power_while_it_marks_is_judged_and_prints_on(line: Make) -> None:
    at_work = line(cards=2).open()
    marked(at_work)
    at_work.printer.kill()
    time.sleep(0.3)
    at_work.printer = launch.start(at_work.printer.folder, at_work.printer.serial, card_ms=60, reboot_ms=50)
    at_work.judge()
    at_work.until_absorbed()
    assert sorted(at_work.hub.locks().values()) in (["MISPRINTED", "PRINTED"], ["PRINTED", "SUSPECT"])
    cards = at_work.printer.truth().cards.values()
    assert sum(one.marked for one in cards) == 2


def test_a_record_that_cannot_be_drawn_costs_no_blank(line: Make) -> None:
    at_work = line(cards=1)

    def draw(_: bytes) -> Any:
        raise KeyError(NIK)

    at_work.build().printers["A"].machine.draw = draw
    at_work.run()
    at_work.count_in()
    before = at_work.now("commits")
    until(lambda: at_work.now("commits") >= before + 2, "the start is taken back")
    until(lambda: at_work.now("counts").get("IN_MACHINE", 0) == 0, "the blank is in stock again")
    assert not any(one.fed for one in at_work.printer.truth().cards.values())


# -- printers that are not there ------------------------------------------------------------------


def test_a_printer_that_is_not_there_is_named_and_taken_when_it_comes(line: Make) -> None:
    at_work = line(cards=1)
    at_work.printer.kill()
    at_work.start()
    until(lambda: "printer A" in at_work.now("troubles"), "the trouble is shown")
    assert at_work.now("printers") == []
    at_work.printer = launch.start(at_work.printer.folder, at_work.printer.serial, card_ms=60)
    at_work.count_in()
    at_work.judge()
    assert "printer A" not in at_work.now("troubles")


def test_a_fault_while_opening_does_not_lose_the_printer(line: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    works, tries = Machine.open, []

    def faulty(self: Machine) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise ValueError(NIK)
        return works(self)

    monkeypatch.setattr(Machine, "open", faulty)
    at_work = line().start()
    until(lambda: "printer A" in at_work.now("troubles"), "the trouble is shown")
    assert NIK not in str(at_work.now("troubles"))
    until(lambda: at_work.press()["phase"] == "idle", "the printer is there")


# -- the hub away -----------------------------------------------------------------------------------


def test_printing_goes_on_without_the_hub_and_all_is_told_when_it_is_back(line: Make) -> None:
    at_work = line(cards=3).open()
    at_work.judge()
    until(lambda: at_work.hub.calls.count("payload") >= 3, "it has all it needs for its cards")
    at_work.hub.away = True
    until(lambda: at_work.now("link_waits_ms") == 200, "it waits longer and longer")
    assert "away" in at_work.now("troubles")["hub"]
    at_work.judge()
    before, began = len(at_work.hub.calls), time.monotonic()
    time.sleep(0.5)
    calls, halves = len(at_work.hub.calls) - before, (time.monotonic() - began) / 0.5
    assert calls <= 8 * halves, "a dead line is not hammered"
    at_work.hub.away = False
    at_work.judge()
    at_work.until_absorbed()
    assert set(at_work.hub.locks().values()) == {"PRINTED"}
    until(lambda: (at_work.now("link_waits_ms"), at_work.now("troubles")) == (0, {}), "the line is well again")


@pytest.mark.parametrize("call", ["feed", "upload", "payload"])
def test_a_fault_in_the_link_is_a_failure_like_any_other(
    line: Make, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work = line(cards=1)
    works = getattr(at_work.hub, call)
    failed: list[int] = []

    def faulty(envelope: bytes) -> Any:
        if len(failed) < 2:
            failed.append(1)
            raise ValueError(NIK)
        return works(envelope)

    monkeypatch.setattr(at_work.hub, call, faulty)
    at_work.open()
    at_work.judge()
    at_work.until_absorbed()
    assert len(failed) == 2
    assert NIK not in str(at_work.now("troubles"))


def test_a_refused_entry_is_named_and_does_not_hold_up_those_before_it(
    line: Make, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    at_work = line(cards=1)
    feed = at_work.hub.feed
    monkeypatch.setattr(at_work.hub, "feed", lambda raw: [*list(feed(raw))[:1], b"{}"])
    at_work.start()
    until(lambda: at_work.now("feed_taken") >= 1, "the good entry is taken")
    forged = at_work.ask(LoadPrinter("A", ((SERIES, 1, 1),), 0), "station")
    monkeypatch.setattr(at_work.hub, "feed", lambda _: [forged])
    until(lambda: "hub" in at_work.now("troubles"), "the bad one is named")
    assert at_work.now("link_waits_ms") > 0
    monkeypatch.setattr(at_work.hub, "feed", feed)
    until(lambda: at_work.now("troubles") == {}, "the line is well again")
    assert '"trouble"' in capfd.readouterr().err


def test_the_good_entries_before_a_forged_one_are_taken(line: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work = line(cards=1)
    feed = at_work.hub.feed
    forged: list[bytes] = []

    def forging(raw: bytes) -> list[bytes]:
        good = list(feed(raw))[:1]
        for one in good:
            by_station = signed(PayloadType.FEED, Envelope.from_json(one).payload, [at_work.office.keys["station"]])
            forged.append(by_station.to_json())
        return [*good, *forged[:1]]  # at every fetch, so that the trouble does not pass before it is seen

    monkeypatch.setattr(at_work.hub, "feed", forging)
    at_work.start()
    until(lambda: at_work.now("feed_taken") == 1, "the good entry is taken")
    until(lambda: "NOT_ALLOWED" in at_work.now("troubles").get("hub", ""), "the forged one is named")


# -- people -------------------------------------------------------------------------------------


def test_many_people_at_once_all_get_their_answers(line: Make) -> None:
    at_work = line().open()
    answers: list[Any] = []

    def ask(number: int) -> None:
        body = LoadPrinter("A", ((SERIES, 1 + number % 5, 20),), 0)
        answers.append(at_work.process.people_ask(at_work.ask(body, "station")))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(WAIT_S)
    assert len(answers) == 20 and all(isinstance(one, Accepted) for one in answers)


def test_an_ask_sent_again_gets_the_same_answer(line: Make) -> None:
    at_work = line().open()
    raw = at_work.ask(LoadPrinter("A", ((SERIES, 1, 5),), 0), "station")
    first, second = at_work.process.people_ask(raw), at_work.process.people_ask(raw)
    assert isinstance(first, Accepted) and isinstance(second, Accepted)
    assert (second.n, second.events, second.is_first) == (first.n, first.events, False)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[" * 9_000, b"\xff"])
def test_bytes_that_are_no_ask_are_refused_and_disturb_nobody(line: Make, raw: bytes) -> None:
    at_work = line().start()
    assert refused(at_work.process.people_ask(raw)).refusal is Refusal.MALFORMED
    assert at_work.end() == 0


def test_a_question_that_fails_is_the_askers_trouble_alone(line: Make) -> None:
    at_work = line().start()

    def question() -> int:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        at_work.process.ask_main(question)
    assert at_work.process.ask_main(lambda: None) is None
    assert at_work.end() == 0


def test_the_last_change_becomes_visible_though_nothing_follows(line: Make) -> None:
    at_work = line().start()
    until(lambda: at_work.now("counts").get("IN_TRANSIT") == 20, "the feed is taken")
    at_work.hub.away = True
    at_work.must_take(Receive("K-2", STATION, ((SERIES, 1, 20),)), "operator", "verifier-2")
    until(lambda: at_work.now("counts").get("STOCK") == 20, "it is shown")


# -- ends -----------------------------------------------------------------------------------------


def test_stopping_lets_the_card_under_way_come_out_and_begins_no_other(line: Make) -> None:
    at_work = line(cards=2).open()
    marked(at_work)
    assert at_work.end() == 0
    assert at_work.process.printers["A"].is_working is False
    assert at_work.now("printers")[0]["card"]["step"] == "EJECTED"
    assert [one.place.value for one in at_work.printer.truth().good] == ["output"]
    at_work.start()
    at_work.judge()
    at_work.judge()
    at_work.until_absorbed()
    assert set(at_work.hub.locks().values()) == {"PRINTED"}
    assert len(at_work.printer.truth().job_keys) == 2


def test_told_twice_to_stop_it_ends_at_once(line: Make) -> None:
    at_work = line(cards=1).open()
    marked(at_work)
    pid = at_work.process.printers["A"].machine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    at_work.process.stop()
    began = time.monotonic()
    assert at_work.end() == 0
    assert time.monotonic() - began < SOON_S
    until(lambda: not at_work.process.printers["A"].is_working, "its worker ends")


def test_after_the_end_nobody_waits_for_an_answer(line: Make) -> None:
    at_work = line().start()
    at_work.end()
    assert refused(at_work.process.people_ask(b"{}", timeout_s=60)).facts["why"] == "it was stopped"
    with pytest.raises(Refused, match="it was stopped"):
        at_work.process.ask_main(lambda: 1)


def test_an_answer_that_does_not_come_in_time_is_a_refusal_too(line: Make) -> None:
    at_work = line()
    at_work.build()  # nobody runs it
    assert refused(at_work.process.people_ask(b"{}", timeout_s=0.05)).refusal is Refusal.NOT_REACHED
    at_work.process.store.close()


def test_a_driver_that_hangs_does_not_hold_up_the_end_and_does_not_outlive_it(
    line: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "STOP_S", 0.3)
    monkeypatch.setattr(wiring, "END_S", 0.1)
    at_work = line(cards=1).open()
    marked(at_work)
    pid = at_work.process.printers["A"].machine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    assert at_work.end() == 0
    assert time.monotonic() - began < SOON_S
    until(lambda: not at_work.process.printers["A"].is_working, "its worker ends")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    "fault",
    [
        (StoreUnsure("COMMIT did not say whether it was kept"), EXIT_UNSURE, Refusal.BOOK_UNSURE),
        (Refused(Refusal.BOOK_FULL, {"path": "station.db"}), EXIT_FULL, Refusal.BOOK_FULL),
        (Refused(Refusal.BOOK_DAMAGED, {"path": "station.db"}), EXIT_UNSURE, Refusal.BOOK_DAMAGED),
        (KeyError(NIK), EXIT_FAULT, Refusal.BOOK_UNSURE),
    ],
)  # fmt: skip
def test_a_fault_of_the_book_ends_the_whole_process_and_whoever_waits_is_told(
    line: Make,
    fault: tuple[Exception, int, Refusal],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    error, code, told = fault
    at_work = line(cards=1).open()

    def commit(*_: object) -> Any:
        raise error

    raw = at_work.ask(LoadPrinter("A", ((SERIES, 1, 5),), 0), "station")
    monkeypatch.setattr(at_work.process.store, "commit", commit)
    assert refused(at_work.process.people_ask(raw)).refusal is told
    at_work.thread.join(WAIT_S)
    assert at_work.code == [code]
    assert NIK not in capfd.readouterr().err
    at_work.start()  # the book was let go of, and what is in it is found
    assert at_work.end() == 0


def test_a_fault_in_the_step_ends_the_whole_process(line: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work = line().start()

    def step(*_: object) -> Any:
        raise AssertionError("a bug")

    monkeypatch.setattr(keeper, "step", step)
    at_work.thread.join(WAIT_S)
    assert at_work.code == [EXIT_FAULT]


def test_a_second_station_on_the_same_folder_is_refused(line: Make) -> None:
    at_work = line().start()
    with pytest.raises(Refused, match="BOOK_IN_USE"):
        StationProcess(at_work.office.folder, at_work.config, at_work.office.keys["station"])


def test_a_station_that_cannot_be_founded_lets_its_book_go(line: Make) -> None:
    at_work = line()
    founding = at_work.office.folder / "founding.json"
    kept = founding.read_bytes()
    founding.unlink()
    with pytest.raises(Refused, match="BAD_FILE"):
        at_work.build()
    founding.write_bytes(kept)
    with pytest.raises(Refused, match="NOT_ALLOWED"):
        StationProcess(at_work.office.folder, at_work.config, at_work.office.keys["operator"])
    at_work.start()
    assert at_work.end() == 0

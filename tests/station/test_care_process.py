"""Care for a printer in a station at work: a test card through the book, a cap that outlives a restart."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.blank_tests import NoteCleaning, OrderTest
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.piles import piles_at
from ektp_core.flow.rows import Allotment, Dispute
from ektp_core.vocabulary.verdict import Cause
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_station import wiring
from tests.station.station_bench import OFFICE, SOON_S, Line, refused, until

pytestmark = pytest.mark.processes


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "printer", "VP-0001", card_ms=60, reboot_ms=50)
    yield running
    running.kill()


@pytest.fixture
def line(tmp_path: Path, printer: RunningPrinter) -> Iterator[Any]:
    made: list[Line] = []

    def make(cards: int, **duty: Any) -> Line:
        one = Line(tmp_path, printer, cards)
        one.config = evolve(one.config, printers=(evolve(one.config.printers[0], look_ms=100, **duty),))
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


@pytest.mark.rule(24)
def test_a_test_card_is_printed_and_reported_as_bad_without_a_person(line: Any) -> None:
    at_work = line(1).open()
    at_work.judge()
    at_work.must_take(OrderTest("A"), "operator")
    until(lambda: at_work.press().get("test_card") == "waste", "the test card came out")
    at_work.until_absorbed()
    assert at_work.now("counts") == {"GOOD_HELD": 1, "WASTE_HELD": 1, "STOCK": 18}
    assert at_work.press()["cards_today"] == 2
    with at_work.hub.store.read() as view:
        allotment = view.row(Allotment, "J-1")
        assert allotment is not None and list(view.rows(Dispute)) == []
        found, lines = piles_at(view, serials_of(allotment.ranges), OFFICE, at_work.hub.store.position().seq)
    assert (found.good, found.bad_without, found.bad_of_person, found.difference) == (1, 1, 0, 0)
    assert [(one.cause, one.person, one.record) for one in lines] == [(Cause.TEST.value, "", "")]
    out = [one for one in at_work.printer.truth().cards.values() if one.marked]
    assert len(out) == 2 and all(one.place.value == "output" for one in out)


def test_the_cap_of_a_day_holds_over_a_restart(line: Any) -> None:
    at_work = line(2, daily_cap=1).open()
    at_work.judge()
    for _ in range(2):
        until(lambda: (at_work.press().get("waits") or {}).get("code") == "daily-cap", "the cap is reached")
        assert at_work.press()["waits_because"] == "Printer A made its 1 cards of today; it goes on tomorrow."
        assert at_work.end() == 0
        at_work.start()
    assert sorted(at_work.hub.locks().values()) == ["AUTHORISED", "PRINTED"]


def test_a_printer_that_is_too_hot_takes_no_card_and_one_that_cooled_down_does(line: Any) -> None:
    at_work = line(1, temperature_max_c=37).open()  # the virtual printer always has 38
    until(lambda: (at_work.press().get("waits") or {}).get("code") == "too-hot", "it is too hot")
    assert at_work.press()["temperature_c"] == 38
    assert at_work.end() == 0
    at_work.config = evolve(at_work.config, printers=(evolve(at_work.config.printers[0], temperature_max_c=38),))
    at_work.start()
    at_work.judge()


def test_a_cleaning_is_due_after_so_many_cards_and_noted_by_people(line: Any) -> None:
    at_work = line(1, clean_every=1).open()
    at_work.judge()
    until(lambda: [one["code"] for one in at_work.press()["due"]] == ["clean-counted"], "a cleaning is due")
    answer = at_work.process.people_ask(at_work.ask(NoteCleaning("A"), "station"))
    assert refused(answer).refusal is Refusal.NOT_ALLOWED
    at_work.must_take(NoteCleaning("A"), "operator")
    until(lambda: at_work.press()["due"] == [], "it was cleaned")


def test_supplies_are_shown_as_forecasts(line: Any) -> None:
    at_work = line(1).open()
    at_work.judge()
    until(lambda: at_work.press()["supplies"] and at_work.press()["cards_today"] == 1, "it was looked at")
    supplies = {one["name"]: one for one in at_work.press()["supplies"]}
    assert set(supplies) == {"ribbon", "blanks"}
    assert supplies["blanks"]["working_days"] == supplies["blanks"]["cards"]


def test_a_driver_that_hangs_while_it_is_only_looked_at_does_not_hold_up_the_end(
    line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "END_S", 2 * SOON_S)
    at_work = line(0).open()
    until(lambda: at_work.press().get("supplies"), "it is looked at")
    pid = at_work.process.printers["A"].machine.pid
    os.killpg(pid, signal.SIGSTOP)  # in a sandbox its process is one of several
    until(lambda: at_work.press()["phase"] == "checking", "a look is under way")
    began = time.monotonic()
    assert at_work.end() == 0
    assert time.monotonic() - began < SOON_S

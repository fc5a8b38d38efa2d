"""What the station shows of itself: enough to work by, and nobody's data."""

import json
from typing import Any

import pytest
from attrs import evolve

from ektp_core.flow.closing_day_events import DayMark, DayMarked
from ektp_core.flow.events import Event, PrinterLoaded, PrinterPaused, StationFrozen, TakenIn
from ektp_core.flow.rows import Record
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_station.messages import LinkFailed, StationState
from ektp_station.press import Phase
from ektp_station.snapshot import snapshot
from tests.station.press_bench import FIRST, PRINTER, STATION, Bench


def shown(bench: Bench, state: StationState | None = None) -> dict[str, Any]:
    with bench.store.read() as view:
        found = snapshot(state or bench.state, view)
    again: dict[str, Any] = json.loads(json.dumps(found))  # it is for the page
    return again


def test_a_station_at_rest_shows_its_blanks_and_its_printer() -> None:
    bench = Bench()
    bench.up()
    now = shown(bench)
    assert now["station"] == STATION and now["stopped"] == ""
    assert now["counts"] == {"STOCK": 10}
    (printer,) = now["printers"]
    assert (printer["name"], printer["phase"], printer["closed"]) == (PRINTER, "idle", "")
    assert printer["loaded"] is not None and "card" not in printer


def test_a_card_in_the_press_is_shown_with_its_blank_and_its_step() -> None:
    bench = Bench()
    bench.run_to(PressStep.FED)
    (printer,) = shown(bench)["printers"]
    card = printer["card"]
    assert (card["record"], card["n"], card["step"]) == (FIRST, 1, "FED")


def test_a_card_counts_as_held_from_its_authorisation_to_its_verdict() -> None:
    bench = Bench(records=1)
    before = shown(bench)["held"]
    bench.run_to(PressStep.FED)
    assert (before, shown(bench)["held"]) == (1, 1)


def test_a_card_is_held_also_while_its_printer_is_away() -> None:
    bench = Bench(records=1)
    bench.run_to(PressStep.FED)
    assert shown(bench, evolve(bench.state, presses={}))["held"] == 1


def test_blanks_of_two_classes_are_counted_together() -> None:
    bench = Bench()
    bench.happen(TakenIn("B", 1, 5, STATION, Bucket.STOCK, "v6", "office/52.03"))
    assert shown(bench)["counts"] == {"STOCK": 15}


def test_a_station_at_rest_says_that_it_would_begin_a_card() -> None:
    bench = Bench(records=0)
    bench.up()
    now = shown(bench)
    assert (now["none_begins"], now["frozen"], now["printers"][0]["takes_cards"]) == ("", "", True)


@pytest.mark.parametrize(
    ("event", "part", "says"),
    [
        (StationFrozen(STATION, "two histories"), "frozen", "two histories"),
        (StationFrozen(STATION, "two histories"), "none_begins", "the centre stopped this station: two histories"),
        (DayMarked(STATION, DayMark.COUNT_BEGUN, "2023-11-14", 1, ("operator",)), "none_begins", "the day is being counted or closed"),
        (PrinterLoaded(STATION, PRINTER, 0, "", 0, 0), "takes_cards", False),
        (PrinterPaused(STATION, PRINTER, "paper dust", ("operator",), 1), "takes_cards", False),
    ],
)
def test_a_station_that_begins_no_card_says_so(event: Event, part: str, says: object) -> None:
    bench = Bench(records=1)
    bench.up()
    bench.happen(event)
    now = shown(bench)
    assert (now[part] if part in now else now["printers"][0][part]) == says
    bench.tick()
    bench.settle()
    assert bench.lock_state() is LockState.AUTHORISED  # and it is as it says


def test_a_paused_printer_shows_why() -> None:
    bench = Bench()
    bench.up()
    bench.happen(PrinterPaused(STATION, PRINTER, "paper dust", ("operator",), bench.now_ms))
    (printer,) = shown(bench)["printers"]
    assert (printer["paused"], printer["closed"]) == ("paper dust", "")


def test_a_link_that_waits_is_shown() -> None:
    bench = Bench()
    bench.put(LinkFailed(False))
    assert shown(bench)["link_waits_ms"] == bench.state.settings.retry_ms


def test_nothing_of_a_person_is_shown() -> None:
    bench = Bench()
    bench.run_to(PressStep.INTENT_MARK)
    assert bench.press.phase is Phase.ACTING
    with bench.store.read() as view:
        row = view.row(Record, FIRST)
    text = json.dumps(shown(bench))
    assert row is not None
    for secret in (row.person, row.payload):
        assert secret.decode() not in text and secret.hex() not in text

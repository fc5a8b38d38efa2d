"""The counter's answer from the station's own book: each circumstance has one reason, and the queue its order."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Fact
from ektp_core.flow.allotting_events import RecordLifted
from ektp_core.flow.counter_answer import CounterAnswer, Why
from ektp_core.flow.events import (
    GivenOut,
    PrinterClosed,
    PrinterLoaded,
    PrinterPaused,
    Recalled,
    StationFrozen,
    Stepped,
)
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from ektp_station import counter
from ektp_station.acts import Failed
from ektp_station.counter import _OF_PRINTER, queue_here, why_here, why_printer
from ektp_station.duty import Limits, Reason, Told
from ektp_station.messages import Drove
from ektp_station.press import Phase
from ektp_station.snapshot import snapshot
from ektp_station.step_cards import startable
from tests.station.press_bench import FIRST, LEASE_MS, NOW, PRINTER, STATION, Bench

pytestmark = pytest.mark.rule(34)

SECOND = "52.03-000002"
DAY_MS = 24 * 3_600_000

Scene = Callable[[Bench], Any]


def answer(bench: Bench, record: str = FIRST) -> CounterAnswer:
    with bench.store.read() as view:
        return why_here(bench.state, view, record, bench.now_ms)


def up(bench: Bench) -> None:
    bench.up()


def happened(*events: Any) -> Scene:
    def play(bench: Bench) -> None:
        bench.up()
        bench.happen(*events)

    return play


def state(**changes: Any) -> Scene:
    def play(bench: Bench) -> None:
        bench.up()
        bench.state = evolve(bench.state, **changes)

    return play


def later(ms: int) -> Scene:
    def play(bench: Bench) -> None:
        bench.up()
        bench.now_ms += ms

    return play


def stale(bench: Bench) -> None:
    bench.up()
    bench.reset_lease(NOW + 60 * DAY_MS)
    bench.now_ms += 31 * DAY_MS


def to(step: PressStep) -> Scene:
    return lambda bench: bench.run_to(step)


def asking(bench: Bench) -> None:
    bench.run_to(PressStep.EJECTED)
    bench.settle()
    assert bench.phase is Phase.ASKING


def away(bench: Bench) -> None:
    """The station was started again while a card was inside, and no driver came yet."""
    bench.run_to(PressStep.FED)
    bench.state = evolve(bench.state, presses={})


def failed_three_times(bench: Bench) -> None:
    bench.up()
    for number in (1, 2, 3):
        bench.happen(
            Stepped(FIRST, 1, LockEvent.START, LockState.IN_PRESS),
            Stepped(FIRST, 1, LockEvent.BLANK_FAILED, LockState.AUTHORISED),
        )
        assert bench.attempt().tries == number


def no_answer(bench: Bench) -> None:
    bench.up()
    bench.state = evolve(bench.state, settings=evolve(bench.state.settings, limits={PRINTER: Limits()}))
    bench.tick()
    bench.performs.clear()
    bench.put(Drove(PRINTER, Failed("unplugged")))


#: Name, what happened, the one reason, and what its sentence must say; by hand.
SCENES: tuple[tuple[str, Scene, Why, dict[str, Fact]], ...] = (
    ("next", up, Why.NEXT_HERE, {"ahead": 0, "until": NOW + LEASE_MS}),
    ("its data did not come", state(lacking=frozenset({(FIRST, 1)})), Why.DATA_LACKING, {"record": FIRST}),
    ("the printer takes it", Bench.start, Why.BEGINNING, {"printer": PRINTER}),
    ("in the machine", to(PressStep.FED), Why.IN_MACHINE, {"station": STATION}),
    ("to be looked at", asking, Why.LOOK_WANTED, {"printer": PRINTER}),
    ("its printer is gone", away, Why.IN_MACHINE_AWAY, {"printer": PRINTER}),
    ("printing is stopped", state(stopped_why="FEED_FORK: m=2"), Why.STATION_STOPPED, {"why": "FEED_FORK: m=2"}),
    ("the hub stopped it", happened(StationFrozen(STATION, "two histories")), Why.STATION_STOPPED, {"why": "two histories"}),
    ("not heard the hub", state(wait_hub_ms=NOW + 1), Why.STATION_RESTS, {}),
    ("no room", state(no_room="120 MB left"), Why.DISK_LOW, {}),
    ("called back", happened(Recalled(FIRST, 1)), Why.CALLED_BACK, {"station": STATION}),
    ("the time is over", later(LEASE_MS + 1), Why.PERMISSION_OVER, {"until": NOW + LEASE_MS}),
    ("an old check", stale, Why.CHECK_TOO_OLD, {"days": 31, "limit": 30}),
    ("three blanks failed", failed_three_times, Why.TRIES_SPENT, {"tries": 3}),
    ("no printer", lambda _: None, Why.NO_PRINTER, {}),
    ("no blanks", happened(GivenOut("A", 1, 10, STATION, Bucket.STOCK)), Why.NO_BLANKS, {"station": STATION}),
    ("no answer", no_answer, Why.PRINTER_AWAY, {"printer": PRINTER}),
    ("closed", happened(PrinterClosed(STATION, PRINTER, "a counter")), Why.PRINTER_CLOSED, {"why": "a counter"}),
    ("paused", happened(PrinterPaused(STATION, PRINTER, "dust", ("x",), NOW)), Why.PRINTER_PAUSED, {"why": "dust"}),
    ("not loaded", happened(PrinterLoaded(STATION, PRINTER, 0, "", 0, 0)), Why.PRINTER_EMPTY, {"printer": PRINTER}),
)  # fmt: skip


@pytest.mark.rule(5)
@pytest.mark.parametrize(("name", "scene", "why", "says"), SCENES, ids=[one[0] for one in SCENES])
def test_every_circumstance_has_its_one_reason(name: str, scene: Scene, why: Why, says: dict[str, Fact]) -> None:
    bench = Bench()
    scene(bench)
    found = answer(bench)
    assert found.why is why, name
    assert says.items() <= found.facts.items()
    assert set(re.findall(r"\{(\w+)\}", why.text + why.remedy)) <= set(found.facts)


#: Reasons only a station gives that no scene above ends with: by the printer's duty, the queue, and the page.
ELSEWHERE = {
    Why.PRINTER_LOOK, Why.PRINTER_TROUBLE, Why.PRINTER_TEMPERATURE, Why.PRINTER_RESTING, Why.PRINTER_CAP,
    Why.PRINTER_TESTS, Why.WAITING_HERE, Why.NOT_HERE_NO_LINE, Why.NOT_READ,
}  # fmt: skip
OF_THE_HUB_TOO = {
    Why.NO_BLANKS, Why.STATION_STOPPED, Why.CALLED_BACK, Why.PERMISSION_OVER, Why.CHECK_TOO_OLD, Why.IN_MACHINE,
}  # fmt: skip


def test_every_reason_a_station_gives_has_a_scene() -> None:
    first = list(Why).index(Why.NOT_HERE_NO_LINE)
    assert {one[2] for one in SCENES} - OF_THE_HUB_TOO == set(list(Why)[first:]) - ELSEWHERE


def told(reason: Reason, **facts: str | int) -> Told:
    return Told(reason, {"printer": PRINTER, **facts})


@pytest.mark.parametrize(
    ("waits", "why"),
    [
        (told(Reason.LOOK), Why.PRINTER_LOOK),
        (told(Reason.DEVICE, condition="cover open"), Why.PRINTER_TROUBLE),
        (told(Reason.TOO_COLD, now_c=150, limit_c=160), Why.PRINTER_TEMPERATURE),
        (told(Reason.TOO_HOT, now_c=180, limit_c=170), Why.PRINTER_TEMPERATURE),
        (told(Reason.RESTS, minutes=4, cards=50), Why.PRINTER_RESTING),
        (told(Reason.DAILY_CAP, cap=100), Why.PRINTER_CAP),
        (told(Reason.TEST), Why.PRINTER_TESTS),
    ],
)
def test_what_duty_says_of_a_printer_is_the_reason_with_its_facts(
    waits: Told, why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counter, "why_printer_waits", lambda *_: waits)
    bench = Bench()
    bench.up()
    found = answer(bench)
    assert found.why is why
    assert set(re.findall(r"\{(\w+)\}", why.text + why.remedy)) <= set(found.facts)


def test_every_reason_a_printer_may_have_to_wait_has_a_sentence() -> None:
    due = {Reason.CLEAN_SAID, Reason.CLEAN_COUNTED, Reason.LOW, Reason.IDLE}  # these stop no card
    assert set(_OF_PRINTER) == set(Reason) - due


def test_a_record_nobody_brought_is_not_known_here() -> None:
    assert answer(Bench(), "52.03-000099").why is Why.NOT_KNOWN


def test_what_lies_with_the_hub_is_told_as_the_book_last_heard() -> None:
    bench = Bench()
    bench.up()
    bench.happen(Stepped(FIRST, 1, LockEvent.DISPUTE, LockState.SUSPECT))
    assert answer(bench).why is Why.SUSPECT


def test_one_paused_printer_does_not_stop_the_card_where_another_prints() -> None:
    bench = Bench()
    bench.up()
    bench.happen(PrinterPaused(STATION, PRINTER, "dust", ("x",), NOW), PrinterLoaded(STATION, "B", 0, "A", 1, 10))
    bench.state = evolve(bench.state, presses={**bench.state.presses, "B": evolve(bench.press, name="B")})
    assert answer(bench).why is Why.NEXT_HERE
    with bench.store.read() as view:
        assert why_printer(bench.state, view, "B", NOW) is None


@pytest.mark.rule(31)
def test_who_is_lifted_is_begun_next_and_the_other_sees_one_before() -> None:
    bench = Bench(records=2)
    bench.happen(RecordLifted(SECOND, "office/52.03", "sakit", ("section",), NOW))
    bench.up()
    assert answer(bench, SECOND).why is Why.NEXT_HERE
    assert (answer(bench, FIRST).why, answer(bench, FIRST).facts["ahead"]) == (Why.WAITING_HERE, 1)
    with bench.store.read() as view:
        turns = queue_here(bench.state, view, NOW)
    assert [(one.record, one.lifted_because) for one in turns] == [(SECOND, "sakit"), (FIRST, "")]
    bench.tick()
    assert bench.press.record == SECOND


@pytest.mark.rule(35)
def test_a_paused_printer_takes_no_card_until_it_goes_on_also_after_a_power_cut() -> None:
    bench = Bench()
    bench.happen(PrinterPaused(STATION, PRINTER, "dust", ("x",), NOW))
    bench.start()
    assert bench.phase is Phase.IDLE and not bench.performs
    bench.kill()
    bench.tick()
    assert bench.phase is Phase.IDLE
    bench.happen(PrinterPaused(STATION, PRINTER, "", ("x",), NOW))
    bench.tick()
    assert bench.press.record == FIRST


def test_a_printer_that_is_paused_ends_the_card_it_has() -> None:
    bench = Bench()
    bench.run_to(PressStep.FED)
    bench.happen(PrinterPaused(STATION, PRINTER, "dust", ("x",), NOW))
    bench.settle()
    assert bench.attempt().step is PressStep.EJECTED


@pytest.mark.rule(23)
def test_what_was_checked_too_long_ago_goes_back_and_is_not_begun() -> None:
    bench = Bench()
    stale(bench)
    bench.tick()
    assert bench.phase is Phase.IDLE
    bench.settle()
    assert bench.lock_state() is LockState.READY


def test_a_card_without_its_data_is_never_the_next_one_and_holds_nobody_up() -> None:
    bench = Bench(records=2)
    bench.up()
    assert answer(bench, SECOND).why is Why.WAITING_HERE
    bench.state = evolve(bench.state, lacking=frozenset({(FIRST, 1)}))
    assert answer(bench, SECOND).why is Why.NEXT_HERE
    with bench.store.read() as view:
        assert [turn.record for turn in startable(bench.state, view, bench.now_ms)] == [SECOND]


@pytest.mark.rule(39)
def test_the_page_names_no_chip_while_somebody_looks_at_the_card() -> None:
    bench = Bench()
    to(PressStep.UID_BOUND)(bench)
    assert card_shown(bench)["uid"]
    bench = Bench()
    asking(bench)
    assert card_shown(bench)["uid"] == "" and card_shown(bench)["record"] == FIRST


def card_shown(bench: Bench) -> dict[str, Any]:
    with bench.store.read() as view:
        (printer,) = snapshot(bench.state, view, bench.now_ms)["printers"]
    found: dict[str, Any] = printer["card"]
    return found

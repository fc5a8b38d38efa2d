"""Care in the step: idle printers are looked at, duty keeps cards back, and each trouble is told once."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import (
    Can,
    CardPosition,
    Condition,
    Counters,
    DriverError,
    DriverTimeout,
    Look,
    Notice,
    Severity,
    Status,
    Supply,
)
from ektp_core.flow.pressing import Conclude
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_station import messages
from ektp_station.acts import Act, Done, Failed
from ektp_station.duty import Limits, Reason
from ektp_station.press import Phase
from ektp_station.snapshot import snapshot
from ektp_station.step_care import why_printer_waits
from tests.station.press_bench import OPERATOR, PRINTER, SECOND, Bench


def bench_with(records: int = 1, **limits: Any) -> Bench:
    return Bench(records, limits={PRINTER: Limits(**limits)})


def why(bench: Bench) -> Reason | None:
    with bench.store.read() as view:
        found = why_printer_waits(bench.state, view, PRINTER, bench.now_ms)
    return found.reason if found else None


def shown(bench: Bench) -> dict[str, Any]:
    with bench.store.read() as view:
        (one,) = snapshot(bench.state, view, bench.now_ms)["printers"]
    return dict(one)


def answered(bench: Bench, temperature_c: int | None, *notices: Notice, supplies: tuple[Supply, ...] = ()) -> None:
    """The check that waits comes back with this."""
    assert bench.performs.pop(0).order.act is Act.CHECK
    look = Look(Status(notices, CardPosition.NONE, 1, False, temperature_c), Counters(()))
    bench.put(messages.Drove(PRINTER, Done(look, supplies=supplies)))


def up(bench: Bench, temperature_c: int | None = None, *notices: Notice, can: Can = Can.NOTHING) -> None:
    """The printer is there and answered its first look; its card is not begun yet."""
    able = bench.machine.capabilities(0)
    bench.put(messages.PrinterUp(PRINTER, evolve(able, can=able.can | can)))
    bench.tick(1)
    answered(bench, temperature_c, *notices)


def test_an_idle_printer_is_looked_at_now_and_then_and_not_at_each_tick() -> None:
    bench = bench_with(0, look_ms=10_000)
    bench.up()
    acts = []
    for _ in range(100):
        bench.tick(500)
        acts += [one.order.act for one in bench.performs]
        bench.settle()
    assert set(acts) == {Act.CHECK} and 4 <= len(acts) <= 6
    assert bench.phase is Phase.IDLE


def test_a_printer_without_duty_gets_no_looks() -> None:
    bench = Bench(0)
    bench.start()
    assert (bench.performs, bench.phase) == ([], Phase.IDLE)
    assert "waits_because" not in shown(bench)


def test_a_card_goes_on_after_the_look() -> None:
    bench = bench_with()
    bench.up()
    bench.tick()
    bench.settle()
    bench.tick()
    bench.settle()
    assert bench.lock_state() is LockState.IN_PRESS


def test_a_printer_that_does_not_answer_is_told_once_and_taken_again_when_it_does() -> None:
    bench = bench_with(0, look_ms=1_000)
    bench.up()
    for _ in range(20):
        bench.tick(1_000)
        for _ in bench.performs:
            bench.performs.clear()
            bench.put(messages.Drove(PRINTER, Failed("unplugged")))
    assert why(bench) is Reason.NO_ANSWER
    assert [one.what for one in bench.alarms] == ["Printer p1 does not answer: unplugged."]
    for _ in range(4):
        bench.tick(1_000)
        bench.settle()
    assert why(bench) is None


def test_the_cap_keeps_the_second_card_and_says_so_once() -> None:
    bench = bench_with(2, daily_cap=1, look_ms=1_000)
    bench.up()
    for _ in range(3):
        bench.tick()
        bench.settle()
    first = next(r for r in ("52.03-000001", SECOND) if bench.lock_state(r) is LockState.IN_PRESS)
    bench.ask(Conclude(first, 1, Outcome.GOOD, BlankPlace.OUTPUT, Certainty.OPERATOR), OPERATOR)
    bench.settle()
    for _ in range(5):
        bench.tick()
        bench.settle()
    assert [bench.lock_state(r) for r in ("52.03-000001", SECOND)] == [LockState.PRINTED, LockState.AUTHORISED]
    assert why(bench) is Reason.DAILY_CAP
    assert sum("of today" in one.what for one in bench.alarms) == 1
    bench.kill()  # the book remembers
    for _ in range(3):
        bench.tick()
        bench.settle()
    assert why(bench) is Reason.DAILY_CAP
    assert (shown(bench)["cards_today"], shown(bench)["waits"]["code"]) == (1, "daily-cap")


@pytest.mark.parametrize(("now_c", "is_begun"), [(159, False), (165, True), (171, False), (None, True)])
def test_a_card_is_begun_at_the_right_temperature_only(now_c: int | None, is_begun: bool) -> None:
    bench = bench_with()
    up(bench, now_c, can=Can.RETRANSFER | Can.READS_TEMPERATURE)
    bench.tick(1)
    assert bool(bench.performs) is is_begun
    assert bench.phase is (Phase.SIZING if is_begun else Phase.IDLE)


def test_a_supply_that_runs_low_is_told_once_and_stops_nothing() -> None:
    bench = bench_with(0, look_ms=1_000)
    up(bench)
    for _ in range(3):
        bench.tick(1_000)
        answered(bench, None, Notice(Condition.CLEANING_DUE, Severity.REPORT), supplies=(Supply("ribbon", 3),))
    assert [one.what for one in bench.alarms] == ["Printer p1 asks to be cleaned."]
    assert why(bench) is None
    assert shown(bench)["supplies"] == [{"name": "ribbon", "cards": 3, "working_days": None}]


@pytest.mark.parametrize(("error", "is_failed"), [(DriverError, False), (DriverTimeout, True)])
def test_a_device_that_knows_no_supplies_is_none_the_worse(
    error: type[Exception], is_failed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def supplies(*_: object) -> None:
        raise error("no")

    bench = bench_with(0)
    monkeypatch.setattr(type(bench.machine), "supplies", supplies)
    bench.up()
    bench.tick()
    bench.settle()
    assert (why(bench) is Reason.NO_ANSWER) is is_failed

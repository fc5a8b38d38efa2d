"""Test cards at the press: one blank each, durable before the feed, never fed twice, whatever dies when."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import CardPosition, DriverLost
from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.blank_tests import DoubtTest, OrderTest
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import PrinterWork, Testing
from ektp_core.flow.closing_day_events import DayMark, DayMarked
from ektp_core.flow.events import ChipLinked, PrinterClosed
from ektp_core.flow.moving_events import BookArrived, BookMoved, Coming
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_station.acts import Act
from ektp_station.messages import StationState
from ektp_station.press import Phase
from ektp_station.step_blank_tests import PATIENCE_MS
from tests.station.press_bench import FIRST, NEVER, OPERATOR, PRINTER, STATION, Bench

FATES = {
    "hopper": {Bucket.STOCK, Bucket.SUSPECT},
    "output": {Bucket.WASTE_HELD, Bucket.SUSPECT},
    "reject": {Bucket.WASTE_HELD, Bucket.SUSPECT},
    "inside": {Bucket.SUSPECT},
}


def ordered(records: int = 0, blind: bool = False) -> Bench:
    bench = Bench(records, blind=blind)
    bench.up()
    bench.ask(OrderTest(PRINTER), OPERATOR)
    bench.commit()
    return bench


def last_test(bench: Bench) -> Testing:
    with bench.store.read() as view:
        found = view.row(Testing, STATION, PRINTER)
    assert found is not None
    return found


def run(bench: Bench, ticks: int = 40) -> None:
    """Let it work until nothing is open."""
    for _ in range(ticks):
        bench.settle()
        if not last_test(bench).state.is_open and bench.phase in (Phase.IDLE, Phase.SHUT):
            return
        bench.tick()
    raise AssertionError(f"the test card is still {last_test(bench).state} in {bench.phase}")


def test_a_test_card_is_printed_before_the_next_citizens_card() -> None:
    bench = ordered(records=1)
    bench.tick()
    acts: list[Act] = []
    while bench.persists or bench.performs:
        if bench.persists:
            assert bench.bucket(1) is (Bucket.STOCK if not acts[1:] else Bucket.IN_MACHINE)
            bench.commit()
        else:
            acts.append(bench.work().order.act)
    assert acts == [Act.LOOK, Act.FEED, Act.READ_UID, Act.PREPARE, Act.MARK, Act.EJECT]
    assert (bench.bucket(1), bench.cards[0].place, bench.cards[0].is_good) == (Bucket.WASTE_HELD, "output", True)
    assert bench.cards[0].written == b"", "its chip holds nothing of anybody"
    bench.tick()
    bench.settle()
    assert bench.lock_state() is LockState.IN_PRESS, "the citizen's card follows, and its counter fits"
    assert bench.attempt().number == 2


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("happened", range(14))
def test_a_station_that_dies_at_any_moment_of_a_test_card_feeds_no_second_and_loses_none(
    happened: int, is_done: bool, blind: bool
) -> None:
    bench = ordered(blind=blind)
    bench.tick()
    for _ in range(happened):
        if bench.persists:
            bench.commit()
        elif bench.performs:
            bench.work()
    if is_done and bench.performs:
        bench.work_unseen()
    bench.kill()
    bench.tick()
    run(bench)
    card = bench.cards[0]
    assert bench.bucket(1) in FATES[card.place]
    assert len(bench.machine.fed_ever) <= 1 and all(one.is_untouched for one in bench.cards[1:])
    assert [bench.bucket(number) for number in range(2, 11)] == [Bucket.STOCK] * 9
    if not blind:
        assert bench.bucket(1) is not Bucket.SUSPECT, "a printer that can tell leaves no doubt"


@pytest.mark.parametrize("act", ["printer_jam", "printer_power", "printer_silent", "printer_slow"])
@pytest.mark.parametrize("seed", range(12))
def test_a_machine_in_trouble_ends_with_the_blank_where_the_book_has_it(seed: int, act: str) -> None:
    bench = ordered()
    bench.machine.dice.seed(seed)
    bench.machine.strikes = lambda kind: kind == act and bench.machine.dice.random() < 0.3
    bench.tick()
    for _ in range(60):
        bench.settle()
        bench.tick()
    bench.machine.strikes = NEVER
    run(bench, 900)
    assert bench.bucket(1) in FATES[bench.cards[0].place]
    assert len(bench.machine.fed_ever) <= 1


def test_an_order_no_printer_could_take_lapses() -> None:
    bench = ordered()
    bench.machine.hopper = []
    for _ in range(3):
        bench.tick()
        bench.settle()
    assert last_test(bench).state is TestState.ORDERED
    assert bench.has_alarm("the test card cannot start") == 1, "told once"
    bench.tick(PATIENCE_MS)
    bench.settle()
    bench.tick()
    bench.settle()
    assert last_test(bench).state is TestState.UNUSED
    assert bench.bucket(1) is Bucket.STOCK


def test_a_counter_nobody_explains_shuts_the_printer_and_costs_no_blank() -> None:
    bench = ordered()
    bench.machine.hopper.pop(0)
    bench.machine.counters_by_name[next(iter(bench.machine.counters_by_name))] += 1
    bench.tick()
    bench.settle()
    assert bench.phase is Phase.SHUT and bench.printer().closed_why
    assert bench.bucket(1) is Bucket.STOCK
    assert any(Refusal.COUNTER_UNEXPLAINED.value in str(one.facts) for one in bench.alarms)


@pytest.mark.rule(7)
def test_a_foreign_chip_shuts_the_printer() -> None:
    bench = Bench(0)
    bench.happen(ChipLinked("A", 1, tuple(f"{number:014X}" for number in range(101, 111))))
    bench.up()
    bench.ask(OrderTest(PRINTER), OPERATOR)
    bench.commit()
    bench.tick()
    bench.settle()
    assert (bench.bucket(1), bench.phase) == (Bucket.SUSPECT, Phase.SHUT)
    assert bench.printer().closed_why.startswith(Refusal.FOREIGN_BLANK.value)


def test_a_card_that_will_not_come_out_is_suspect_and_its_printer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = ordered()
    bench.tick()
    bench.commit() if bench.persists else bench.work()
    while bench.machine.inside is None:
        bench.commit() if bench.persists else bench.work()
    bench.machine.position = CardPosition.JAMMED

    def stuck(*_: object) -> None:
        raise DriverLost("stuck")

    monkeypatch.setattr(type(bench.machine), "recover", stuck)
    run(bench)
    assert bench.bucket(1) is Bucket.SUSPECT
    assert bench.phase is Phase.IDLE and bench.has_alarm("the blank of a test card is suspect") == 1


def test_a_test_card_counts_as_a_card_of_the_day() -> None:
    bench = ordered()
    bench.tick()
    run(bench)
    with bench.store.read() as view:
        work = view.row(PrinterWork, STATION, PRINTER)
    assert work is not None and work.total == 1


@pytest.mark.rule(22)
def test_a_blank_in_doubt_and_its_shut_printer_are_one_commit_so_no_card_comes_in_between() -> None:
    bench = ordered(records=1, blind=True)
    bench.tick()
    while bench.bucket(1) is not Bucket.IN_MACHINE:
        bench.commit() if bench.persists else bench.work()
    bench.kill()  # before the feed: the blank is still the first of the hopper
    bench.tick()
    while last_test(bench).state is not TestState.DOUBT:
        bench.commit() if bench.persists else bench.work()
    assert not bench.persists
    bench.kill()
    for _ in range(20):
        bench.settle()
        bench.tick()
    assert bench.printer().closed_why and bench.phase in (Phase.IDLE, Phase.SHUT)
    assert (bench.lock_state(), bench.bucket(2)) == (LockState.AUTHORISED, Bucket.STOCK)
    assert bench.machine.fed_ever == set()


GATES: dict[str, Callable[[Bench], None]] = {
    "no room": lambda bench: _with(bench, no_room="the disk is nearly full"),
    "stopped": lambda bench: _with(bench, stopped_why="the book is an older copy"),
    "the hub is awaited": lambda bench: _with(bench, wait_hub_ms=bench.now_ms + 3_600_000),
    "a count": lambda bench: bench.happen(DayMarked(STATION, DayMark.COUNT_BEGUN, "2023-11-14", 1, ("a",), "")),
    "restored": lambda bench: bench.happen(BookArrived(STATION, Coming.RESTORED, "", 10_000)),
    "packed": lambda bench: bench.happen(BookMoved(STATION, "elsewhere", "0" * 16, ("a",))),
}


def _with(bench: Bench, **changed: Any) -> None:
    bench.state = evolve(bench.state, **changed)


@pytest.mark.parametrize("is_looking", [False, True])
@pytest.mark.parametrize("gate", GATES)
def test_what_keeps_a_citizens_card_from_being_begun_keeps_a_test_card_too(gate: str, is_looking: bool) -> None:
    citizen = Bench(1)
    citizen.up()
    bench = ordered()
    for one in (bench, citizen):
        if is_looking and one is bench:
            one.tick()
            assert one.phase is Phase.TEST_SIZING
        GATES[gate](one)
        for _ in range(3):
            one.settle()
            one.tick()
        assert (one.bucket(1), one.machine.fed_ever) == (Bucket.STOCK, set())
    assert citizen.lock_state() is LockState.AUTHORISED and last_test(bench).state is TestState.ORDERED


@pytest.mark.parametrize("where", ["away", "closed", "at a citizen's card"])
def test_an_order_lapses_wherever_its_printer_is(where: str) -> None:
    bench = ordered(records=int(where == "at a citizen's card"))
    if where == "away":
        bench.state = StationState(bench.settings)
    elif where == "closed":
        bench.happen(PrinterClosed(STATION, PRINTER, "a fork"))
        _with(bench, presses={PRINTER: evolve(bench.press, phase=Phase.SHUT)})
    else:
        _with(bench, presses={PRINTER: evolve(bench.press, phase=Phase.ASKING, record=FIRST, n=1)})
    before = bench.state.presses
    bench.tick()
    assert bench.persists == []
    bench.tick(PATIENCE_MS)
    bench.tick()
    assert len(bench.persists) == 1, "asked once"
    bench.commit()
    assert last_test(bench).state is TestState.UNUSED and bench.bucket(1) is Bucket.STOCK
    assert bench.state.presses == before, "what the printer is at is not touched by it"


def test_a_printer_that_is_gone_is_given_up_by_people_and_one_at_work_is_not() -> None:
    bench = ordered()
    bench.tick()
    while bench.bucket(1) is not Bucket.IN_MACHINE:
        bench.commit() if bench.persists else bench.work()
    bench.ask(DoubtTest(PRINTER), OPERATOR)
    answer = bench.replies[-1].answer
    assert isinstance(answer, Refused) and answer.refusal is Refusal.PRINTER_CLOSED
    bench.performs, bench.persists, bench.state = [], [], StationState(bench.settings)  # a restart; it stays away
    bench.tick(10 * PATIENCE_MS)
    bench.ask(DoubtTest(PRINTER), OPERATOR)
    bench.settle()
    assert isinstance(bench.replies[-1].answer, Accepted)
    assert (bench.bucket(1), last_test(bench).state) == (Bucket.SUSPECT, TestState.DOUBT)
    bench.up()
    for _ in range(3):
        bench.tick()
        bench.settle()
    assert bench.printer().closed_why and bench.machine.fed_ever == set()

"""Test cards at the press: one blank each, durable before the feed, never fed twice, whatever dies when."""

import pytest

from ektp_core.boundary.card_printer import CardPosition, DriverLost
from ektp_core.errors import Refusal
from ektp_core.flow.blank_tests import OrderTest
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import PrinterWork, Testing
from ektp_core.flow.events import ChipLinked
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_station.acts import Act
from ektp_station.press import Phase
from ektp_station.step_blank_tests import PATIENCE_MS
from tests.station.press_bench import OPERATOR, PRINTER, STATION, Bench

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


@pytest.mark.parametrize("act", ["jam", "power", "silent", "slow"])
@pytest.mark.parametrize("seed", range(12))
def test_a_machine_in_trouble_ends_with_the_blank_where_the_book_has_it(seed: int, act: str) -> None:
    bench = ordered()
    bench.machine.dice.seed(seed)
    setattr(bench.machine.trouble, act, 0.3)
    bench.tick()
    for _ in range(60):
        bench.settle()
        bench.tick()
    bench.machine.trouble = type(bench.machine.trouble)()
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

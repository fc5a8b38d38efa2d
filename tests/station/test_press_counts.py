"""What a printer's own counts explain: one card, one feed; and blanks that fail in a row are the printer's fault."""

import pytest

from ektp_core.boundary.card_printer import Bin, CardPosition, Counter, CounterName, Counters
from ektp_core.flow.pressing import Conclude
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_station import messages
from ektp_station.acts import Failed
from ektp_station.press import Phase
from ektp_testing.sim.printer import Machine
from tests.station.press_bench import FIRST, OPERATOR, PRINTER, SECOND, Bench

S, L = PressStep, LockState
GOOD = Conclude(FIRST, 1, Outcome.GOOD, BlankPlace.OUTPUT, Certainty.OPERATOR)


@pytest.mark.rule(11)
def test_a_second_card_fed_with_the_first_is_not_explained_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Machine._fed

    def twice(machine: Machine) -> None:
        real(machine)
        if len(machine.hopper) == 9:
            machine.hopper.pop(0).place = "reject"
            machine._count(CounterName.FED)

    monkeypatch.setattr(Machine, "_fed", twice)
    bench = Bench(records=2)
    bench.start()
    bench.settle()
    assert (bench.phase, bench.printer().explained) == (Phase.ASKING, 1)
    bench.ask(GOOD, OPERATOR)
    bench.settle()
    bench.tick()
    bench.settle()
    assert (bench.lock_state(), bench.lock_state(SECOND), bench.phase) == (L.PRINTED, L.AUTHORISED, Phase.SHUT)
    assert "COUNTER_UNEXPLAINED" in bench.printer().closed_why


@pytest.mark.rule(11)
def test_cards_fed_while_the_station_was_down_are_not_explained_by_the_doubt() -> None:
    bench = Bench(records=2)
    bench.run_to(S.FED)
    bench.machine.taken_out()
    for _ in range(3):
        bench.machine.hopper.pop(0).place = "gone"
        bench.machine._count(CounterName.FED)
    bench.kill()
    bench.settle()
    bench.tick()
    bench.settle()
    assert (bench.lock_state(), bench.lock_state(SECOND), bench.phase) == (L.SUSPECT, L.AUTHORISED, Phase.SHUT)


@pytest.mark.parametrize("dies", [False, True])
def test_a_count_that_a_restart_sets_back_proves_nothing_even_if_the_restart_is_forgotten(
    monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    def counters(machine: Machine, _: int) -> Counters:
        return Counters(tuple(Counter(name, count, "", "power") for name, count in machine.counters_by_name.items()))

    monkeypatch.setattr(Machine, "counters", counters)
    bench = Bench()
    bench.run_to(S.START)
    bench.work_unseen()
    bench.machine.lose_power(0)
    bench.machine._out(Bin.REJECT)  # it clears its path when it starts, and begins to count anew
    bench.machine.position = CardPosition.NONE
    bench.machine.counters_by_name = dict.fromkeys(CounterName, 0)
    bench.performs.clear()
    if dies:
        bench.kill()
    else:
        bench.put(messages.Drove(PRINTER, Failed("lost")))
    bench.work_unseen()  # the look that hears of the restart; its answer is lost
    if dies:
        bench.kill()
    else:
        bench.put(messages.Drove(PRINTER, Failed("no answer")))
        bench.tick()
    bench.settle()
    assert (bench.lock_state(), bench.bucket(1), bench.cards[0].place) == (L.SUSPECT, Bucket.SUSPECT, "reject")


def _broken_reader(bench: Bench, number: int) -> None:
    for card in bench.cards[:number]:
        card.has_dead_chip = True


def _work(bench: Bench) -> None:
    for _ in range(20):
        bench.tick()
        bench.settle()


@pytest.mark.parametrize("most", [2, 3])
def test_a_broken_reader_costs_a_few_blanks_and_not_the_hopper(most: int) -> None:
    bench = Bench(records=4, failed_blanks=most)
    _broken_reader(bench, 10)
    bench.up()
    _work(bench)
    assert [card.place for card in bench.cards] == ["reject"] * most + ["hopper"] * (10 - most)
    assert bench.phase is Phase.SHUT and "in a row" in bench.printer().closed_why
    assert bench.has_alarm("the printer is out of service") == 1


def test_a_card_that_comes_out_between_two_failed_blanks_begins_the_count_anew() -> None:
    bench = Bench(records=2)
    for place in (0, 1, 3, 4):
        bench.cards[place].has_dead_chip = True
    bench.up()
    _work(bench)
    assert bench.phase is Phase.ASKING
    bench.ask(GOOD, OPERATOR)
    _work(bench)
    assert (bench.phase, bench.press.record, bench.attempt(SECOND).number) == (Phase.ASKING, SECOND, 6)

"""Nothing is given back before the printers' counters were compared with the book (docs/decisions/0045)."""

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.events import Recalled
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_station import comparing, messages
from ektp_station.duty import Limits
from ektp_station.press import Phase
from tests.station.press_bench import FIRST, PRINTER, SECOND, Bench

pytestmark = pytest.mark.rule(23)


def starting(*, fed: int = 0, blind: bool = False, seen: bool = True) -> Bench:
    """A station whose driver still opens its printer, which fed so many cards; an authorisation is to be given back."""
    bench = Bench(blind=blind, limits={PRINTER: Limits()} if seen else {})
    bench.happen(Recalled(FIRST, 1))
    for _ in range(fed):
        bench.machine.feed(1_000)
        bench.machine.taken_out()
    return bench


def recalled(*, fed: int = 0, blind: bool = False, seen: bool = True) -> Bench:
    """The same, once the driver opened it."""
    bench = starting(fed=fed, blind=blind, seen=seen)
    bench.up()
    return bench


def test_nothing_goes_back_while_a_driver_still_opens_its_printer() -> None:
    bench = starting(fed=3)
    for _ in range(5):
        bench.tick()
        bench.settle()
    assert bench.lock_state() is LockState.AUTHORISED
    bench.up()
    for _ in range(5):
        bench.tick()
        bench.settle()
    assert bench.printer().closed_why.startswith(Refusal.COUNTER_UNEXPLAINED.value)
    assert bench.lock_state() is LockState.AUTHORISED


def test_a_printer_that_was_looked_for_in_vain_holds_nothing_up() -> None:
    bench = starting(fed=3)
    bench.put(messages.PrinterAbsent(PRINTER))
    bench.tick()
    bench.settle()
    assert bench.lock_state() is LockState.READY


def test_what_is_recalled_goes_back_once_the_counter_is_what_the_book_explains() -> None:
    bench = recalled()
    bench.tick()
    assert bench.phase is Phase.CHECKING and bench.persists == []
    bench.settle()
    bench.tick()
    bench.settle()
    assert bench.lock_state() is LockState.READY


@pytest.mark.parametrize("fed", [1, 3])
def test_a_counter_that_is_ahead_shuts_the_printer_and_nothing_goes_back(fed: int) -> None:
    bench = recalled(fed=fed)
    for _ in range(5):
        bench.tick()
        bench.settle()
    assert bench.printer().closed_why.startswith(Refusal.COUNTER_UNEXPLAINED.value)
    assert f"found={fed}, explained=0" in bench.printer().closed_why
    assert bench.lock_state() is LockState.AUTHORISED


def test_a_printer_that_does_not_answer_or_shows_no_counter_holds_nothing_up() -> None:
    silent, blind, unknown = recalled(fed=1), recalled(fed=1, blind=True), recalled(seen=False)
    silent.machine.lose_power(10**9)
    for bench in (silent, blind, unknown):
        for _ in range(4):
            bench.tick()
            bench.settle()
        assert bench.lock_state() is LockState.READY and not bench.printer().closed_why


def shut_asks(bench: Bench) -> int:
    """How many asks of the comparing wait to be written."""
    return sum(word == comparing.WORD for word in bench.state.waiting.values())


def test_a_printer_that_begins_a_card_is_judged_by_its_start_and_not_shut_beside_it() -> None:
    bench = Bench(limits={PRINTER: Limits()})
    bench.up()
    bench.tick()
    bench.settle()
    bench.machine.feed(1_000)  # somebody fed one at the panel
    bench.machine.taken_out()
    bench.tick()
    bench.work()
    assert bench.phase is Phase.STARTING and len(bench.persists) == 1
    bench.tick()
    assert shut_asks(bench) == 0 and len(bench.persists) == 1
    bench.settle()
    assert bench.printer().closed_why.startswith(Refusal.COUNTER_UNEXPLAINED.value)


@pytest.mark.parametrize("why", ["wait_hub_ms", "unfit_ms"])
def test_a_book_that_may_be_an_older_copy_shuts_no_printer_before_the_hub_was_heard_or_found_away(why: str) -> None:
    bench = recalled(fed=3)
    until = {why: bench.now_ms + 60_000}
    bench.state = evolve(bench.state, wait_hub_ms=until.get("wait_hub_ms", 0), unfit_ms=until.get("unfit_ms", 0))
    for _ in range(5):
        bench.tick()
        bench.settle()
    assert not bench.printer().closed_why
    assert bench.lock_state() is LockState.AUTHORISED  # and it gives nothing back meanwhile
    bench.now_ms += 60_000
    for _ in range(3):
        bench.tick()
        bench.settle()
    assert bench.printer().closed_why.startswith(Refusal.COUNTER_UNEXPLAINED.value)


def test_a_printer_is_put_out_of_service_once() -> None:
    bench = recalled(fed=1)
    bench.tick()
    bench.settle()
    bench.tick()
    bench.tick()
    assert shut_asks(bench) == 1 and len(bench.persists) == 1
    bench.settle()
    assert bench.printer().closed_why
    for _ in range(20):  # its counter is ahead still, and looked at again and again
        bench.tick()
        assert bench.persists == []
        bench.settle()


def test_a_look_at_a_card_under_way_compares_the_counter_too() -> None:
    """No look of its own is waited for: what is recalled goes back while people still judge the card in the press."""
    bench = Bench(records=2, limits={PRINTER: Limits()})
    bench.up()
    bench.tick()
    bench.settle()
    bench.run_to(PressStep.FED)
    bench.happen(Recalled(SECOND, 1))
    bench.kill()
    bench.tick()
    assert bench.phase is Phase.LOOKING and bench.lock_state(SECOND) is LockState.AUTHORISED
    bench.work()
    assert bench.state.care[PRINTER].next_look_ms == 0
    bench.tick()
    while bench.persists:
        bench.commit()
    assert bench.lock_state(SECOND) is LockState.READY

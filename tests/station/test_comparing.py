"""Nothing is given back before the printers' counters were compared with the book (docs/decisions/0045)."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.events import Recalled
from ektp_core.vocabulary.state import LockState
from ektp_station import messages
from ektp_station.duty import Limits
from ektp_station.press import Phase
from tests.station.press_bench import FIRST, PRINTER, Bench

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

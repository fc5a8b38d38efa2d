"""What comes between while a printer is freed: it still moves, its driver begins anew, the station is told to stop."""

from types import SimpleNamespace
from typing import Any

import pytest

from ektp_core.boundary.store import Accepted, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blank_tests import BeginTest, EndTest, OrderTest
from ektp_core.flow.care_events import TestState
from ektp_core.flow.recovering import FreeBy, RecoverPrinter
from ektp_core.vocabulary.state import LockState
from ektp_station.acts import Act
from ektp_station.freeing import FreeEnd, Stage
from ektp_station.keeper import Keeper
from ektp_station.press import Phase
from tests.station.press_bench import KEY, OPERATOR, PRINTER, SECOND
from tests.station.test_step_recovering import CLEAR, stuck, untouched, why
from tests.station.wedged_bench import WedgedBench

pytestmark = [pytest.mark.rule(15), pytest.mark.rule(22)]


def acting(by: FreeBy = CLEAR) -> WedgedBench:
    """The order to the driver waits to be carried out."""
    bench = stuck()
    bench.machine.taken_out()
    bench.ask(RecoverPrinter(PRINTER, by), KEY)
    bench.tick()
    bench.work()
    bench.commit()
    assert bench.performs[0].order.act is Act.CLEAR and bench.state.freed[PRINTER].stage is Stage.ACTING
    return bench


def late(bench: WedgedBench) -> None:
    """Something still moves inside, for two seconds."""
    bench.machine.late = (bench.now_ms + 2_000, lambda: None)


def test_a_printer_that_still_moves_afterwards_goes_on_by_its_own_word_later() -> None:
    bench = acting()
    bench.machine.moves_after_ms = 2_000
    bench.work()
    assert bench.end is FreeEnd.MOVES and bench.lock_state(SECOND) is LockState.AUTHORISED
    bench.until_idle(6)
    assert bench.lock_state(SECOND) is LockState.IN_PRESS
    untouched(bench)


def test_a_printer_that_still_moves_gets_no_order() -> None:
    bench = stuck()
    before = list(bench.machine.ordered)
    late(bench)
    bench.free(CLEAR, ticks=1)
    assert "still moves" in why(bench) and bench.machine.ordered == before


def test_a_driver_that_begins_anew_meanwhile_leaves_it_unknown() -> None:
    bench = acting()
    bench.up()
    bench.tick()
    assert bench.end is FreeEnd.UNKNOWN
    bench.performs.clear()
    bench.until_idle(6)
    assert bench.phase is Phase.SHUT and bench.lock_state(SECOND) is LockState.AUTHORISED
    untouched(bench)


def test_a_station_that_is_told_to_stop_lets_it_come_to_its_end() -> None:
    bench = acting()
    is_under_way: Any = vars(Keeper)["has_cards_under_way"].fget
    assert is_under_way(SimpleNamespace(state=bench.state)) is True
    bench.work()
    assert bench.end is FreeEnd.GOES_ON and is_under_way(SimpleNamespace(state=bench.state)) is False


def test_while_a_test_card_is_in_it_the_book_says_no() -> None:
    bench = WedgedBench()

    def asked(body: Any, key: str) -> Accepted | Refused:
        (answer,) = bench.store.commit([Work(Ask("", body, (key,), bench.now_ms, b""))], bench.now_ms)
        return answer

    for body, key in ((OrderTest(PRINTER), OPERATOR), (BeginTest(PRINTER, 0), KEY)):
        assert isinstance(asked(body, key), Accepted)
    refused = asked(RecoverPrinter(PRINTER, CLEAR), KEY)
    assert isinstance(refused, Refused) and refused.refusal is Refusal.CANNOT_RECOVER
    assert refused.facts["why"] == "a test card is under way"
    assert isinstance(asked(EndTest(PRINTER, TestState.WASTE, 1), KEY), Accepted)
    assert isinstance(asked(RecoverPrinter(PRINTER, CLEAR), KEY), Accepted)

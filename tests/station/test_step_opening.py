"""A printer of a restored book goes on only with the counter the station itself reads."""

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.events import PrinterClosed
from ektp_core.flow.moving_events import BookArrived, Coming
from ektp_core.flow.old_copy import RESTORED
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.vocabulary.state import LockState
from ektp_station.duty import Limits
from ektp_station.step_cards import why_none_begins
from ektp_station.step_opening import NOT_READ
from tests.station.press_bench import CHECKER, PRINTER, STATION, VERIFIER, Bench

pytestmark = pytest.mark.rule(22)


def restored(blind: bool = False, fed: int = 0) -> Bench:
    """A station whose book is a backup of before its printer fed these cards; its printer was looked at."""
    bench = Bench(1, blind=blind, limits={PRINTER: Limits()})
    for name in bench.machine.counters_by_name:
        bench.machine.counters_by_name[name] = fed
    bench.happen(BookArrived(STATION, Coming.RESTORED, "", 0), PrinterClosed(STATION, PRINTER, RESTORED))
    bench.up()
    bench.tick(1)
    bench.settle()
    return bench


def opened(bench: Bench, counter: int) -> object:
    """What two people are answered who open the printer."""
    bench.ask(ClosePrinter(PRINTER, "", counter), CHECKER, VERIFIER)
    while bench.persists:
        bench.commit()
    return bench.replies.pop().answer


def refusal(answer: object) -> tuple[Refusal, object]:
    assert isinstance(answer, Refused)
    return answer.refusal, answer.facts.get("found", answer.facts.get("why"))


@pytest.mark.parametrize("counter", [0, 1, 2, -1])
def test_a_printer_that_fed_more_than_the_book_knows_stays_shut_whatever_people_say(counter: int) -> None:
    bench = restored(fed=1)
    assert refusal(opened(bench, counter)) == (Refusal.COUNTER_UNEXPLAINED, 1)
    bench.tick()
    assert bench.lock_state() is LockState.AUTHORISED and bench.printer().closed_why == RESTORED


@pytest.mark.parametrize("counter", [1, -1])
def test_a_counter_that_is_said_wrong_or_left_out_is_no_comparison(counter: int) -> None:
    assert refusal(opened(restored(), counter)) == (Refusal.COUNTER_UNEXPLAINED, 0)


def test_a_printer_that_fed_nothing_more_goes_on() -> None:
    bench = restored()
    assert isinstance(opened(bench, 0), Accepted)
    bench.tick()
    bench.settle()
    assert bench.lock_state() is not LockState.AUTHORISED


def test_only_a_printer_that_shows_no_counter_is_opened_without_one() -> None:
    assert refusal(opened(restored(blind=True), 0)) == (Refusal.COUNTER_UNEXPLAINED, -1)
    assert isinstance(opened(restored(blind=True), -1), Accepted)


def test_a_printer_whose_counter_the_station_cannot_read_is_not_opened() -> None:
    bench = restored()
    bench.state = type(bench.state)(bench.settings)  # it is not there, or has another name in station.toml
    assert refusal(opened(bench, 0)) == (Refusal.PRINTER_CLOSED, NOT_READ)


def test_no_card_is_begun_at_another_printer_before_the_last_was_compared() -> None:
    bench = restored()
    bench.happen(PrinterClosed(STATION, "B", RESTORED))
    assert isinstance(opened(bench, 0), Accepted)
    bench.tick()
    bench.settle()
    assert bench.lock_state() is LockState.AUTHORISED
    with bench.store.read() as view:
        assert why_none_begins(bench.state, view, bench.now_ms) == f"printer B: {RESTORED}"

"""A person frees a printer: only its own word lets it go on, and no card is judged or printed again by it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import Can, CardPosition, DriverError, DriverLost, DriverTimeout, Recovery
from ektp_core.boundary.store import Accepted, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.counter_answer import Why
from ektp_core.flow.recovering import FreeBy, RecoverPrinter
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_station import step_recovering
from ektp_station.acts import Act
from ektp_station.freeing import FreeEnd
from ektp_station.messages import AskArrived, Persisted
from ektp_station.press import Phase
from ektp_station.snapshot import snapshot
from ektp_station.step_care import why_printer_waits
from tests.station.press_bench import CHECKER, FIRST, KEY, OPERATOR, PRINTER, SECOND, VERIFIER
from tests.station.wedged_bench import WedgedBench

pytestmark = [pytest.mark.rule(15), pytest.mark.rule(22)]

CLEAR, REJECT = FreeBy.CLEAR, FreeBy.REJECT


def stuck(at: str = "print") -> WedgedBench:
    """The first card is in doubt and stuck inside; the second waits, and its printer takes no card."""
    bench = WedgedBench()
    bench.jam(at)
    assert bench.lock_state() is LockState.SUSPECT and bench.bucket(1) is Bucket.SUSPECT
    assert bench.lock_state(SECOND) is LockState.AUTHORISED and bench.machine.inside is bench.cards[0]
    return bench


def untouched(bench: WedgedBench) -> None:
    """The interrupted card is what it was, and nothing of it was printed again."""
    assert bench.lock_state() is LockState.SUSPECT and bench.bucket(1) is Bucket.SUSPECT
    assert sum(job.startswith(FIRST) for job in bench.marks()) <= 1
    assert bench.blanks() == 10


def why(bench: WedgedBench) -> str:
    answer = bench.answer()
    assert isinstance(answer, Refused) and answer.refusal is Refusal.CANNOT_RECOVER, answer
    return str(answer.facts["why"])


# -- it goes on ------------------------------------------------------------------------------------


def test_a_jam_that_a_person_freed_is_cleared_and_the_next_card_is_printed_without_a_restart() -> None:
    bench = stuck()
    bench.machine.taken_out()
    bench.until_idle(5)
    assert bench.lock_state(SECOND) is LockState.AUTHORISED, "it waits for the host to clear its error"
    bench.free(CLEAR)
    assert bench.end is FreeEnd.GOES_ON and isinstance(bench.answer(), Accepted)
    bench.until_idle(5)
    assert bench.lock_state(SECOND) is LockState.IN_PRESS and bench.phase is Phase.ASKING
    assert bench.marks() == [f"{FIRST}/1/1", f"{SECOND}/1/1"]
    untouched(bench)


def test_a_card_inside_goes_to_the_reject_tray_and_stays_in_doubt() -> None:
    bench = stuck()
    bench.machine.is_wedged = False
    bench.free(REJECT)
    assert bench.end is FreeEnd.GOES_ON and bench.cards[0].place == "reject"
    bench.until_idle(5)
    assert bench.lock_state(SECOND) is LockState.IN_PRESS
    untouched(bench)


def test_the_order_leaves_nothing_in_the_book() -> None:
    bench = stuck()
    before = list(bench.store.events())
    bench.machine.taken_out()
    bench.ask(RecoverPrinter(PRINTER, CLEAR), KEY)
    bench.tick()
    while bench.phase is Phase.RECOVERING:
        bench.commit() if bench.persists else bench.work()
    assert bench.end is FreeEnd.GOES_ON
    assert list(bench.store.events()) == before


# -- it does not -----------------------------------------------------------------------------------


def test_whoever_says_that_the_card_is_out_while_it_is_not_changes_nothing() -> None:
    bench = stuck()
    bench.free(CLEAR)
    assert bench.end is FreeEnd.CARD_INSIDE and "must come out first" in bench.freed.declined
    bench.until_idle(10)
    assert bench.lock_state(SECOND) is LockState.AUTHORISED and bench.machine.inside is bench.cards[0]
    untouched(bench)


def test_a_printer_that_forgets_its_error_with_the_card_inside_still_takes_no_other() -> None:
    bench = stuck()
    bench.machine.obeys = True
    bench.free(CLEAR)
    assert bench.end is FreeEnd.CARD_INSIDE and not bench.freed.declined
    bench.until_idle(10)
    assert bench.lock_state(SECOND) is LockState.AUTHORISED
    with bench.store.read() as view:
        (shown,) = snapshot(bench.state, view, bench.now_ms)["printers"]
    assert shown["waits"]["code"] == "device", "it says itself that a card is stuck"
    untouched(bench)


def test_a_card_left_inside_of_which_the_printer_does_not_complain_is_told_with_what_to_do() -> None:
    bench = stuck()
    bench.machine.is_latched, bench.machine.position = False, CardPosition.EXIT
    bench.until_idle(15)
    with bench.store.read() as view:
        (shown,) = snapshot(bench.state, view, bench.now_ms)["printers"]
        told = why_printer_waits(bench.state, view, PRINTER, bench.now_ms)
    assert shown["waits"]["code"] == "card-inside" and "recover-printer" in shown["waits_because"]
    assert told is not None and set(re.findall(r"\{(\w+)\}", Why.PRINTER_TROUBLE.text)) <= set(told.facts)
    bench.machine.is_wedged = False
    bench.free(REJECT)
    assert bench.end is FreeEnd.GOES_ON
    bench.until_idle(5)
    untouched(bench)


def test_a_printer_that_even_says_it_is_empty_makes_no_second_card_of_the_first_permission() -> None:
    bench = stuck()
    bench.machine.obeys = bench.machine.is_liar = True
    bench.free(CLEAR)
    assert bench.end is FreeEnd.GOES_ON
    bench.until_idle(20)
    untouched(bench)
    bench.machine.lies = False
    bench.machine.taken_out()
    bench.until_idle(20)
    untouched(bench)


def test_another_fault_that_is_still_there_is_named() -> None:
    bench = stuck()
    bench.machine.taken_out()
    bench.machine.hopper, kept = [], bench.machine.hopper
    bench.free(CLEAR)
    assert bench.end is FreeEnd.STILL_STOPS and bench.freed.facts["condition"] == "media-empty"
    bench.machine.hopper = kept
    bench.until_idle(5)
    assert bench.lock_state(SECOND) is LockState.IN_PRESS, "it says now that it is ready and empty"
    untouched(bench)


def test_a_printer_that_shows_no_place_is_shut_until_two_people_explain_it() -> None:
    bench = WedgedBench(blind=True)
    bench.up()
    bench.machine.is_latched = True
    bench.until_idle(5)
    bench.free(CLEAR)
    assert bench.end is FreeEnd.CANNOT_SAY and bench.phase is Phase.SHUT
    assert "does not say whether it is empty" in bench.printer().closed_why
    bench.until_idle(10)
    assert bench.lock_state() is LockState.AUTHORISED and not bench.marks()


@pytest.mark.parametrize("error", [DriverTimeout("too late"), DriverLost("it is gone")])
@pytest.mark.parametrize("by", [CLEAR, REJECT])
def test_a_driver_that_is_silent_leaves_a_printer_that_two_people_must_open(by: FreeBy, error: DriverError) -> None:
    bench = stuck()
    bench.machine.raises = error
    if by is CLEAR:
        bench.machine.taken_out()
    bench.free(by)
    assert bench.end is FreeEnd.UNKNOWN and bench.phase is Phase.SHUT
    assert "nobody knows what it did" in bench.printer().closed_why
    bench.machine.raises, bench.machine.is_latched = None, False
    bench.machine.taken_out()
    bench.kill()
    bench.until_idle(10)
    assert bench.lock_state(SECOND) is LockState.AUTHORISED, "also after a restart"
    bench.ask(ClosePrinter(PRINTER, "", 1), CHECKER, VERIFIER)
    bench.until_idle(5)
    assert bench.lock_state(SECOND) is LockState.IN_PRESS
    untouched(bench)


def test_one_that_says_no_and_is_silent_afterwards_is_shut_too() -> None:
    bench = stuck()
    bench.ask(RecoverPrinter(PRINTER, CLEAR), KEY)
    bench.tick()
    while bench.press.act is not Act.CLEAR:
        bench.commit() if bench.persists else bench.work()
    bench.work()
    bench.machine.powered_from_ms = bench.now_ms + 60_000
    bench.settle()
    assert bench.end is FreeEnd.UNKNOWN and bench.printer().closed_why


def test_a_printer_that_was_out_of_service_stays_it_though_it_is_free_now() -> None:
    bench = stuck()
    bench.ask(ClosePrinter(PRINTER, "the head is scratched"), KEY)
    bench.until_idle(2)
    bench.machine.taken_out()
    bench.free(CLEAR)
    assert bench.end is FreeEnd.STAYS_OUT and "scratched" in str(bench.freed.facts["why"])
    bench.until_idle(5)
    assert bench.phase is Phase.SHUT and bench.lock_state(SECOND) is LockState.AUTHORISED
    assert bench.printer().closed_why == "the head is scratched"


def test_a_counter_that_the_book_does_not_explain_is_told_and_no_card_is_begun() -> None:
    bench = stuck()
    bench.machine.taken_out()
    bench.machine._count(next(name for name in bench.machine.counters_by_name if name.value == "fed"))
    bench.free(CLEAR, ticks=1)
    assert bench.end is FreeEnd.STAYS_OUT and "COUNTER_UNEXPLAINED" in str(bench.freed.facts["why"])
    bench.until_idle(5)
    assert bench.printer().closed_why and bench.lock_state(SECOND) is LockState.AUTHORISED


# -- refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [PressStep.START, PressStep.FED, PressStep.UID_BOUND, PressStep.INTENT_MARK])
@pytest.mark.parametrize("by", [CLEAR, REJECT])
def test_while_a_card_is_in_the_act_nothing_is_sent(by: FreeBy, step: PressStep) -> None:
    bench = WedgedBench()
    bench.run_to(step)
    waiting = list(bench.performs)
    bench.ask(RecoverPrinter(PRINTER, by), KEY)
    assert "in the act" in why(bench) and bench.performs == waiting
    assert PRINTER not in bench.state.freed and not bench.machine.ordered


def test_a_card_that_waits_for_a_look_is_looked_at_first() -> None:
    bench = WedgedBench()
    bench.start()
    bench.settle()
    assert bench.phase is Phase.ASKING
    bench.ask(RecoverPrinter(PRINTER, CLEAR), KEY)
    assert "first look" in why(bench)


def test_the_book_says_no_while_it_has_a_card_in_that_printer_and_of_no_other() -> None:
    bench = WedgedBench()
    bench.run_to(PressStep.FED)
    works = [Work(Ask("", RecoverPrinter(name, CLEAR), (KEY,), bench.now_ms, b"")) for name in (PRINTER, "another")]
    mine, other = bench.store.commit(works, bench.now_ms)
    assert isinstance(mine, Refused) and mine.facts["why"] == f"the card of {FIRST} is in it"
    assert isinstance(other, Accepted) and other.events == ()


def test_what_the_book_refuses_is_not_sent_to_the_printer() -> None:
    bench = stuck()
    bench.ask(RecoverPrinter(PRINTER, CLEAR), KEY)
    bench.tick()
    bench.work()
    before = list(bench.machine.ordered)
    no = Refused(Refusal.CANNOT_RECOVER, {"printer": PRINTER, "why": "a test card is under way"})
    bench.put(Persisted(bench.persists.pop().token, (no,)))
    assert bench.answer() == no and bench.phase is Phase.RESTING
    bench.settle()
    assert bench.machine.ordered == before and PRINTER not in bench.state.freed


def test_a_printer_that_runs_well_is_left_alone() -> None:
    bench = WedgedBench(records=0)
    bench.up()
    bench.until_idle(3)
    for by, says in ((CLEAR, "reports no error"), (REJECT, "sees no card inside")):
        bench.free(by)
        assert says in why(bench) and bench.phase in (Phase.IDLE, Phase.RESTING)
    assert not bench.machine.ordered


def test_a_printer_nobody_knows_and_one_that_is_away_are_refused() -> None:
    bench = WedgedBench()
    bench.ask(RecoverPrinter("p9", CLEAR), KEY)
    answer = bench.answer()
    assert isinstance(answer, Refused) and answer.refusal is Refusal.BAD_VALUE
    assert answer.facts == {"field": "printer", "shape": "2 characters", "expected": PRINTER}
    bench.ask(RecoverPrinter(PRINTER, CLEAR), KEY)
    assert "it is not there" in why(bench)


@pytest.mark.parametrize(
    ("change", "by", "says"),
    [
        (lambda can: can | Can.OPAQUE_QUEUE, CLEAR, "behind a queue"),
        (lambda can: can | Can.OPAQUE_QUEUE, REJECT, "behind a queue"),
        (lambda can: can & ~Can.REJECT_TRAY, REJECT, "no reject tray"),
    ],
)
def test_what_a_printer_cannot_do_is_not_ordered(change: Callable[[Can], Can], by: FreeBy, says: str) -> None:
    bench = stuck()
    can = bench.press.can
    assert can is not None
    changed = evolve(bench.press, can=evolve(can, can=change(can.can)))
    bench.state = evolve(bench.state, presses={PRINTER: changed})
    before = list(bench.machine.ordered)
    bench.free(by)
    assert says in why(bench) and bench.machine.ordered == before


@pytest.mark.parametrize("keys", [(OPERATOR,), (VERIFIER, CHECKER), ()])
def test_only_the_stations_own_key_orders_it(keys: tuple[str, ...]) -> None:
    bench = stuck()
    before = list(bench.machine.ordered)
    bench.ask(RecoverPrinter(PRINTER, CLEAR), *keys)
    for _ in range(3):
        bench.tick()
        bench.settle()
    assert isinstance(bench.answer(), Refused) and bench.machine.ordered == before
    assert bench.phase in (Phase.IDLE, Phase.RESTING) and PRINTER not in bench.state.freed


def test_a_printer_that_does_not_answer_gets_no_order() -> None:
    bench = stuck()
    bench.machine.powered_from_ms = bench.now_ms + 600_000
    before = list(bench.machine.ordered)
    bench.free(CLEAR)
    assert "does not answer" in why(bench) and bench.machine.ordered == before
    assert not bench.printer().closed_why


# -- in time, and once ------------------------------------------------------------------------------


def test_the_order_waits_for_a_look_that_is_under_way() -> None:
    bench = stuck()
    bench.machine.taken_out()
    while bench.phase is not Phase.SIZING:
        bench.tick()
    bench.ask(RecoverPrinter(PRINTER, CLEAR), KEY)
    assert len(bench.performs) == 1 and bench.performs[0].order.act is Act.LOOK
    bench.until_idle(4)
    assert bench.end is FreeEnd.GOES_ON


def test_an_order_that_came_too_late_to_be_carried_out_is_not() -> None:
    bench = stuck()
    while bench.phase is not Phase.SIZING:
        bench.tick()
    bench.ask(RecoverPrinter(PRINTER, CLEAR), KEY)
    before = list(bench.machine.ordered)
    waiting = list(bench.performs)
    bench.tick(step_recovering.PATIENCE_MS + 1)
    assert "too long" in why(bench) and bench.performs == waiting, "before the page gives up on an answer"
    bench.until_idle(4)
    assert "too long" in why(bench) and bench.machine.ordered == before


def test_a_second_order_meanwhile_is_refused_and_the_same_one_again_is_not_carried_out_twice() -> None:
    bench = stuck()
    before = len(bench.machine.ordered)
    bench.ask(RecoverPrinter(PRINTER, CLEAR), KEY)
    sent = bench.state.freed[PRINTER].work
    bench.ask(RecoverPrinter(PRINTER, REJECT), KEY)
    assert "already" in why(bench)
    bench.until_idle(3)
    assert bench.machine.ordered[before:] == [Recovery.CLEAR_ERROR]
    bench.put(AskArrived(9, sent))
    answer = bench.answer()
    assert isinstance(answer, Accepted) and not answer.is_first
    bench.until_idle(3)
    assert bench.machine.ordered[before:] == [Recovery.CLEAR_ERROR]


def test_what_the_page_shows_of_it_names_the_order_and_its_end() -> None:
    bench = stuck()
    bench.free(CLEAR)
    with bench.store.read() as view:
        (shown,) = snapshot(bench.state, view, bench.now_ms)["printers"]
    freed: dict[str, Any] = shown["freed"]
    assert (freed["ask"], freed["by"], freed["end"]) == (bench.freed.ask, "clear", "card-inside")
    text = FreeEnd(freed["end"]).sentence.text.format(**freed["facts"])
    assert text.startswith(f"Printer {PRINTER} still has a card inside")
    assert bench.machine.position is CardPosition.JAMMED

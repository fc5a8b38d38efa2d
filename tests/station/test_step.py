"""The station between hub, people and printers: what it starts, gives back, uploads, and when it stops."""

import pytest

from ektp_core.boundary.card_printer import CardPosition
from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.events import PrinterLoaded, Recalled, StationFrozen
from ektp_core.flow.pressing import ReturnCard
from ektp_core.flow.rows import Desk
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from ektp_core.wire.upload import Receipt
from ektp_station import messages
from ektp_station.acts import Act, Failed
from ektp_station.messages import Acknowledged, FeedCame, LinkFailed, Persisted, StationState
from ektp_station.press import Phase
from tests.station.press_bench import FIRST, LEASE_MS, PRINTER, SECOND, STATION, Bench


def _asked_for(bench: Bench, kind: type) -> list[object]:
    return [one for one in bench.others if isinstance(one, kind)]


def test_printers_take_the_lowest_records_one_each() -> None:
    bench = Bench(records=2)
    bench.start()
    assert [one.printer for one in bench.performs] == [PRINTER]
    assert bench.press.record == FIRST


def test_nothing_is_started_before_the_printer_is_there() -> None:
    bench = Bench()
    bench.tick()
    assert bench.performs == []


@pytest.mark.parametrize(
    "refusal", [Refusal.FEED_FORK, Refusal.ROLLED_BACK, Refusal.CHAIN_FORK, Refusal.NOT_BOTH_SIGNED]
)
def test_a_fatal_refusal_stops_starts_and_fetches_but_not_uploads(refusal: Refusal) -> None:
    bench = Bench()
    bench.up()
    bench.put(Acknowledged(Refused(refusal, {"n": 3}), is_signed=True))
    bench.tick(60_000)
    assert bench.performs == []
    assert (_asked_for(bench, messages.Fetch), len(_asked_for(bench, messages.Upload))) == ([], 1)
    assert bench.has_alarm("printing is stopped") == 1


def test_a_card_in_the_press_is_finished_though_starts_are_stopped() -> None:
    bench = Bench(records=2)
    bench.run_to(PressStep.FED)
    bench.put(Acknowledged(Refused(Refusal.CHAIN_FORK, {"n": 3})))
    bench.settle()
    bench.tick()
    assert (bench.phase, bench.press.record) == (Phase.ASKING, FIRST)


def test_a_frozen_station_starts_nothing() -> None:
    bench = Bench()
    bench.happen(StationFrozen(STATION, "two histories"))
    bench.start()
    bench.settle()
    assert (bench.lock_state(), bench.attempt().step) == (LockState.AUTHORISED, None)


@pytest.mark.rule(23)
def test_a_recalled_authorisation_is_given_back() -> None:
    bench = Bench()
    bench.happen(Recalled(FIRST, 1))
    bench.start()
    bench.settle()
    assert (bench.lock_state(), bench.attempt().outcome, bench.attempt().step) == (
        LockState.READY,
        LockEvent.RETURN,
        None,
    )


@pytest.mark.rule(23)
def test_an_authorisation_past_its_time_is_given_back_and_never_started() -> None:
    bench = Bench(records=2)
    bench.up()
    bench.tick(LEASE_MS + 1)
    while bench.persists:
        bench.commit()
        bench.tick(600)
    assert (bench.lock_state(FIRST), bench.lock_state(SECOND), bench.performs) == (LockState.READY, LockState.READY, [])


def test_one_recalled_while_the_printer_is_looked_at_is_given_back() -> None:
    bench = Bench()
    bench.start()
    bench.happen(Recalled(FIRST, 1))
    bench.settle()
    assert (bench.lock_state(), bench.phase) == (LockState.READY, Phase.IDLE)


def test_a_lease_that_ends_between_look_and_start_is_given_back() -> None:
    bench = Bench()
    bench.start()
    bench.now_ms += LEASE_MS + 1
    bench.settle()
    assert (bench.lock_state(), bench.attempt().step) == (LockState.READY, None)


def test_the_same_trouble_of_a_printer_is_told_once_until_something_else_happens() -> None:
    bench = Bench()
    hopper, bench.machine.hopper = bench.machine.hopper, []
    bench.start()
    for _ in range(3):
        bench.settle()
        bench.tick()
    assert bench.has_alarm("the printer cannot start") == 1
    bench.settle()
    bench.machine.hopper = hopper
    bench.tick()
    bench.tick()
    bench.settle()
    assert bench.phase is Phase.ASKING


def test_trouble_that_comes_back_later_is_told_again() -> None:
    bench = Bench()
    for _ in range(2):
        bench.machine.position, bench.machine.inside = CardPosition.HEAD, bench.cards[9]
        bench.start()
        bench.settle()
        bench.machine.position, bench.machine.inside = CardPosition.NONE, None
        bench.tick()
        bench.tick()
        bench.work()
        bench.commit()  # START: the printer works again
        bench.performs.clear()
        bench.put(messages.Drove(PRINTER, Failed("no card")))
        bench.settle()
    assert bench.has_alarm("a card is still in the machine") == 2


def test_a_printer_whose_range_is_used_up_is_left_alone() -> None:
    bench = Bench()
    bench.happen(PrinterLoaded(STATION, PRINTER, 0, "A", 90, 99))
    bench.start()
    assert bench.performs == []


def test_a_second_start_does_not_overtake_one_that_is_being_written() -> None:
    """The driver came up again between START being ordered and being durable: the card is taken up, not doubled."""
    bench = Bench(records=2)
    bench.start()
    bench.work()
    assert bench.phase is Phase.STARTING
    bench.up()
    bench.tick()
    assert bench.performs == [], "nothing before the book has answered"
    bench.commit()
    bench.tick()
    assert (bench.press.record, bench.phase) == (FIRST, Phase.LOOKING)
    bench.settle()
    assert bench.lock_state(SECOND) is LockState.AUTHORISED


def test_the_card_in_the_press_is_taken_up_first_after_a_crash() -> None:
    bench = Bench(records=2)
    bench.run_to(PressStep.FED)
    bench.kill()
    assert (bench.phase, bench.press.record, bench.performs[0].order.act) == (Phase.LOOKING, FIRST, Act.LOOK)


# -- feed -----------------------------------------------------------------------------------


def test_the_feed_is_fetched_after_the_last_entry_taken_and_one_fetch_at_a_time() -> None:
    bench = Bench(records=2)
    bench.tick()
    bench.tick()
    assert _asked_for(bench, messages.Fetch) == [messages.Fetch(2)]


def test_an_empty_feed_is_asked_again_after_a_while() -> None:
    bench = Bench(poll_ms=5_000)
    bench.tick()
    bench.put(FeedCame(()))
    bench.tick(4_000)
    assert len(_asked_for(bench, messages.Fetch)) == 1
    bench.tick(1_100)
    assert len(_asked_for(bench, messages.Fetch)) == 2


def _feed_answered(bench: Bench, answer: Accepted | Refused) -> None:
    bench.put(FeedCame((messages.Entry(b"body", b"digest", "key/hub"),)))
    bench.put(Persisted(bench.persists.pop().token, (answer,)))


def test_after_entries_were_taken_the_next_are_fetched_at_once() -> None:
    bench = Bench(poll_ms=5_000)
    bench.tick()
    _feed_answered(bench, Accepted(9, ()))
    bench.tick(1)
    assert len(_asked_for(bench, messages.Fetch)) == 2


@pytest.mark.parametrize("refusal", [Refusal.FEED_FORK, Refusal.ROLLED_BACK, Refusal.NOT_BOTH_SIGNED])
def test_an_entry_that_shows_another_history_stops_everything(refusal: Refusal) -> None:
    bench = Bench()
    bench.up()
    _feed_answered(bench, Refused(refusal, {"n": 1}))
    bench.tick(60_000)
    assert (bench.performs, bench.state.stopped_why != "") == ([], True)


def test_a_gap_in_the_feed_is_no_alarm() -> None:
    bench = Bench()
    bench.tick()
    _feed_answered(bench, Refused(Refusal.FEED_GAP, {"next": 2}))
    bench.tick()
    assert (bench.alarms, len(_asked_for(bench, messages.Fetch))) == ([], 2)


def test_an_entry_that_cannot_be_taken_is_told_and_does_not_stop_printing() -> None:
    bench = Bench()
    bench.up()
    _feed_answered(bench, Refused(Refusal.MALFORMED, {"field": "events"}))
    bench.tick()
    assert (bench.has_alarm("an entry was not taken"), len(bench.performs)) == (1, 1)


# -- link -----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_upload", [True, False])
def test_a_link_that_fails_is_tried_ever_more_seldom(is_upload: bool) -> None:
    bench, kind = Bench(), messages.Upload if is_upload else messages.Fetch
    waits = []
    for _ in range(7):
        bench.tick(0)
        assert _asked_for(bench, kind)
        bench.others.clear()
        bench.put(LinkFailed(is_upload))
        waited = 0
        while not _asked_for(bench, kind):
            bench.others.clear()
            bench.tick(500)
            waited += 500
        waits.append(waited)
    assert waits == [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]


def test_an_answer_ends_the_waiting() -> None:
    bench = Bench()
    for _ in range(5):
        bench.put(LinkFailed(True))
    bench.put(FeedCame(()))
    bench.put(LinkFailed(True))
    assert bench.state.wait_ms == 1_000


def test_printing_goes_on_without_a_link() -> None:
    bench = Bench()
    bench.put(LinkFailed(False))
    bench.start()
    bench.settle()
    assert bench.phase is Phase.ASKING


def test_a_receipt_is_remembered_and_moves_the_upload_on() -> None:
    bench = Bench()
    bench.tick()
    assert _asked_for(bench, messages.Upload) == [messages.Upload(0)]
    n = bench.store.position().n
    bench.put(Acknowledged(Receipt(1, STATION, n - 1, "00", 5)))
    assert [one.name for one in _asked_for(bench, messages.Remember) if isinstance(one, messages.Remember)] == [
        "receipt"
    ]
    bench.tick()
    assert _asked_for(bench, messages.Upload)[1:] == [messages.Upload(n - 1)]
    bench.put(Acknowledged(Receipt(1, STATION, n, "00", 6)))
    bench.tick()
    assert len(_asked_for(bench, messages.Upload)) == 2, "nothing new"


def test_a_gap_makes_the_upload_begin_where_the_hub_stands() -> None:
    bench = Bench()
    bench.state = StationState(bench.settings, acked_n=bench.store.position().n - 1)
    bench.tick()
    bench.put(Acknowledged(Refused(Refusal.CHAIN_GAP, {"absorbed": 1, "found": 3, "next": 2})))
    bench.tick()
    assert _asked_for(bench, messages.Upload)[-1] == messages.Upload(1)


# -- answers --------------------------------------------------------------------------------


def test_people_get_the_answer_of_the_book() -> None:
    bench = Bench()
    bench.ask(ReturnCard(FIRST, 1, "by hand"), "key/operator")
    assert bench.replies == []
    bench.commit()
    (reply,) = bench.replies
    assert reply.request == 7
    assert isinstance(reply.answer, Refused)
    assert reply.answer.refusal is Refusal.NOT_ALLOWED


def test_an_answer_nobody_waits_for_changes_nothing() -> None:
    bench = Bench()
    bench.up()
    before = bench.state
    bench.put(Persisted(99, (Accepted(1, ()),)))
    bench.put(messages.Drove("another", Failed("who")))
    assert bench.state == before


def test_the_desk_counts_what_was_taken() -> None:
    bench = Bench(records=2)
    with bench.store.read() as view:
        desk = view.row(Desk, STATION)
    assert desk is not None
    assert (desk.taken_m, desk.outstanding) == (2, 2)

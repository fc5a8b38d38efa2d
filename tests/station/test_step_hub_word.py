"""The hub's word in the step: what waits for it, what it stops, and what a time that is only guessed may do."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.events import Recalled
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.upload import Receipt
from ektp_station import messages
from ektp_station.messages import Acknowledged, FeedCame, HubHeard, Lacking, LinkFailed
from tests.station.press_bench import FIRST, LEASE_MS, PRINTER, SECOND, STATION, Bench

pytestmark = pytest.mark.rule(23)
WAIT_MS = 10_000


def just_started(**state: Any) -> Bench:
    """A station that has just started, its printer there."""
    bench = Bench(records=2)
    bench.state = evolve(bench.state, wait_hub_ms=bench.now_ms + WAIT_MS, **state)
    bench.up()
    return bench


def begun(bench: Bench) -> bool:
    """Whether a printer was given a record."""
    bench.tick()
    return bench.press.record != ""


def test_no_card_is_begun_before_the_hub_was_heard() -> None:
    bench = just_started()
    assert not begun(bench)
    bench.put(HubHeard(0, is_ours=True))
    assert begun(bench)


def test_entries_without_the_word_do_not_end_the_wait() -> None:
    bench = just_started()
    bench.put(FeedCame(()))
    assert not begun(bench)
    bench.now_ms += WAIT_MS
    assert begun(bench)


def test_an_unsigned_refusal_of_this_book_stops_nothing_for_good_and_the_hubs_word_decides() -> None:
    bench = just_started()
    bench.put(HubHeard(0, is_ours=True))
    bench.put(Acknowledged(Refused(Refusal.CHAIN_FORK, {"n": 3})))
    assert not begun(bench) and bench.state.stopped_why == ""
    assert any(isinstance(one, messages.Fetch) for one in bench.others)  # the hub is asked at once
    bench.put(HubHeard(0, is_ours=True))
    assert begun(bench)


def test_an_unsigned_gap_brings_commits_again_and_acknowledges_none() -> None:
    bench = just_started()
    acked_n = bench.store.position().n
    bench.state = evolve(bench.state, acked_n=acked_n)
    for absorbed, after in ((10**9, acked_n), (1, 1), ("x", 0), (-1, 0)):
        bench.put(Acknowledged(Refused(Refusal.CHAIN_GAP, {"absorbed": absorbed})))
        assert (bench.state.acked_n, bench.state.gap_n) == (acked_n, after)
    bench.put(Acknowledged(Receipt(1, "station/52.03/1", 2, "00", 9)))
    assert (bench.state.acked_n, bench.state.gap_n) == (2, None)


def test_with_a_clock_behind_no_card_is_begun_before_the_hub_is_heard() -> None:
    bench = just_started()
    bench.state = evolve(bench.state, is_time_known=False)
    bench.put(LinkFailed(False))
    assert not begun(bench)
    bench.put(HubHeard(0, is_ours=True))
    assert begun(bench)


def test_somebody_is_told_when_the_hub_takes_its_time_back() -> None:
    bench = just_started()
    bench.put(HubHeard(0, is_ours=True, back_ms=60_000))
    assert bench.has_alarm("the hub takes back the time it had said") == 0
    bench.put(HubHeard(0, is_ours=True, back_ms=60_001))
    assert bench.has_alarm("the hub takes back the time it had said") == 1


@pytest.mark.parametrize("what", [LinkFailed(False), LinkFailed(True)])
def test_or_found_away(what: messages.Input) -> None:
    bench = just_started()
    bench.put(what)
    assert begun(bench)


def test_without_room_nothing_is_fetched_and_the_hub_is_waited_for_when_there_is_some() -> None:
    bench = just_started(no_room="the disk is nearly full")
    for _ in range(3):
        assert not begun(bench)
        bench.now_ms += WAIT_MS // 2
    assert not any(isinstance(one, messages.Fetch) for one in bench.others)
    bench.state = evolve(bench.state, no_room="")
    assert not begun(bench)  # nobody has said yet that this book is the newest copy
    assert any(isinstance(one, messages.Fetch) for one in bench.others)
    bench.put(HubHeard(0, is_ours=True))
    assert begun(bench)


def test_or_silent_for_a_while() -> None:
    bench = just_started()
    bench.now_ms += WAIT_MS
    assert begun(bench)


@pytest.mark.rule(22)
def test_a_book_without_the_hubs_last_commit_stops_for_good() -> None:
    bench = just_started()
    bench.put(HubHeard(9, is_ours=False))
    assert bench.state.stopped_why.startswith(Refusal.ROLLED_BACK.value)
    assert [one.value for one in bench.others if isinstance(one, messages.Remember)] == [
        bench.state.stopped_why.encode()
    ]
    assert not begun(bench)


def test_a_guessed_time_starts_nothing_after_its_end_and_gives_nothing_back() -> None:
    bench = just_started(is_time_sure=False)
    bench.now_ms += LEASE_MS + WAIT_MS
    assert not begun(bench)
    assert (bench.persists, bench.lock_state()) == ([], LockState.AUTHORISED)


def test_a_recall_is_answered_under_a_guessed_time_too() -> None:
    bench = just_started(is_time_sure=False)
    bench.happen(Recalled(FIRST, 1))
    bench.tick()
    bench.settle()
    assert bench.lock_state() is LockState.READY


def test_when_the_hub_sets_the_time_right_nothing_waits_for_a_moment_that_is_years_away() -> None:
    bench = just_started(is_time_sure=False)
    years_ms = 10 * 365 * 86_400_000
    far = bench.now_ms + years_ms
    press = evolve(bench.state.presses[PRINTER], until_ms=far)
    bench.state = evolve(
        bench.state, next_fetch_ms=far, next_upload_ms=far, next_return_ms=far, presses={PRINTER: press}
    )
    bench.put(HubHeard(0, is_ours=True))
    soon = bench.now_ms + bench.settings.retry_most_ms
    state = bench.state
    assert max(state.next_fetch_ms, state.next_upload_ms, state.next_return_ms, bench.press.until_ms) <= soon
    assert state.is_time_sure


def test_a_record_without_its_personal_data_is_not_begun_and_told_once() -> None:
    bench = Bench(records=2)
    bench.up()
    for _ in range(2):
        bench.put(Lacking(frozenset({(FIRST, 1)})))
    bench.tick()
    assert bench.press.record == SECOND
    assert bench.has_alarm("the personal data of a record is not here") == 1


def test_a_hub_that_sees_a_gap_is_asked_again_only_after_a_while() -> None:
    bench = Bench()
    gap = Acknowledged(Refused(Refusal.CHAIN_GAP, {"absorbed": 0, "found": 3, "next": 1}))
    waits = []
    for _ in range(4):
        bench.put(gap)
        waits.append(bench.state.next_upload_ms - bench.now_ms)
    retry_ms = bench.settings.retry_ms
    assert waits == [retry_ms, 2 * retry_ms, 4 * retry_ms, 8 * retry_ms]
    uploads = [one for one in bench.others if isinstance(one, messages.Upload)]
    bench.tick(retry_ms // 2)
    assert [one for one in bench.others if isinstance(one, messages.Upload)] == uploads
    bench.put(Acknowledged(Receipt(1, STATION, 1, "00", 1)))
    assert bench.state.wait_ms == 0

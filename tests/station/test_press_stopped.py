"""A card stopped in the machine by the hub's word: nothing more is done to it, and that it was fed is kept."""

import pytest

from ektp_core.flow.events import Stepped
from ektp_core.flow.locks import attempt_of, lock_of
from ektp_core.flow.rows import OpenSuspect
from ektp_core.flow.suspect_evidence import Known, told, was_used
from ektp_core.flow.suspect_evidence_events import Shown
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from ektp_core.vocabulary.verdict import BlankPlace
from ektp_station import messages
from ektp_station.acts import Act
from ektp_station.press import Phase
from tests.station.press_bench import FIRST, STATION, Bench

S, L = PressStep, LockState
pytestmark = [pytest.mark.rule(15), pytest.mark.rule(22)]


def _stop(bench: Bench) -> None:
    bench.happen(Stepped(FIRST, 1, LockEvent.DISPUTE, L.SUSPECT))


def _acts(bench: Bench) -> list[Act]:
    acts = []
    while bench.persists or bench.performs:
        if bench.persists:
            bench.commit()
        else:
            acts.append(bench.work().order.act)
    return acts


def _place(bench: Bench) -> BlankPlace:
    with bench.store.read() as view:
        suspect = view.row(OpenSuspect, STATION, FIRST, 1)
    assert suspect is not None
    (line,) = suspect.evidence
    assert line[0] is Shown.POSITION
    return line[3]


def _may_be_unused(bench: Bench) -> bool:
    with bench.store.read() as view:
        lock = lock_of(view, FIRST)
        return not was_used(view, lock, attempt_of(view, lock))


@pytest.mark.parametrize(
    ("step", "acts"),
    [
        (S.FED, [Act.READ_UID, Act.SET_ASIDE]),
        (S.UID_BOUND, [Act.PREPARE, Act.SET_ASIDE]),
        (S.INTENT_ENCODE, [Act.ENCODE, Act.SET_ASIDE]),
        (S.INTENT_MARK, [Act.MARK, Act.SET_ASIDE]),
    ],
)
def test_what_is_under_way_ends_and_the_card_goes_to_the_reject_tray(step: PressStep, acts: list[Act]) -> None:
    bench = Bench()
    bench.run_to(step)
    _stop(bench)
    assert _acts(bench) == acts
    assert (bench.cards[0].place, bench.phase, _place(bench)) == ("reject", Phase.IDLE, BlankPlace.REJECT)
    assert not _may_be_unused(bench), "it left the hopper"
    assert bench.has_alarm("the card was stopped in the machine") == 1


def test_a_card_stopped_before_its_printing_is_not_printed() -> None:
    bench = Bench(log="complete")
    bench.run_to(S.INTENT_MARK)
    bench.machine.picture = b""
    bench.kill()
    assert bench.work().order.act is Act.LOOK
    assert bench.performs[0].order.act is Act.PREPARE
    _stop(bench)
    assert _acts(bench) == [Act.PREPARE, Act.SET_ASIDE]
    assert (bench.cards[0].job, bench.cards[0].place) == ("", "reject")


def test_a_card_stopped_on_its_way_out_lies_in_the_output_tray_and_the_book_says_so() -> None:
    bench = Bench()
    bench.run_to(S.INTENT_MARK)
    bench.work()
    assert bench.performs[0].order.act is Act.EJECT
    _stop(bench)
    assert _acts(bench) == [Act.EJECT]
    assert (bench.cards[0].place, _place(bench), bench.phase) == ("output", BlankPlace.OUTPUT, Phase.IDLE)
    assert not _may_be_unused(bench)
    with bench.store.read() as view:
        suspect = view.row(OpenSuspect, STATION, FIRST, 1)
        assert suspect is not None
        assert told(view, suspect, bench.attempt())[0] is Known.CAME_OUT


def test_a_card_stopped_before_its_feed_is_not_fed_and_shuts_the_printer() -> None:
    """Its blank is suspect and lies in the hopper: the next card would be printed on it."""
    bench = Bench(records=2)
    bench.start()
    bench.work()
    start = bench.persists[0]
    answers = bench.store.commit(start.works, bench.now_ms)
    bench.persists.clear()
    _stop(bench)
    bench.put(messages.Persisted(start.token, answers))
    assert _acts(bench) == []
    bench.tick()
    assert (bench.phase, bench.cards[0].place, bench.bucket(2)) == (Phase.SHUT, "hopper", Bucket.STOCK)
    assert "hopper" in bench.printer().closed_why

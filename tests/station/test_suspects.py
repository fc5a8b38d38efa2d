"""A card in doubt is asked for again when its printer comes back, and told once when it is old."""

import pytest

from ektp_core.boundary.store import Accepted, Work
from ektp_core.flow.ask import Ask
from ektp_core.flow.closing_day_events import DayMark, DayMarked
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.rows import OpenSuspect
from ektp_core.flow.suspect_evidence import Known, Todo
from ektp_core.flow.suspect_evidence_events import Shown
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_data.texts import translator
from ektp_station import suspects
from ektp_station.press import Phase
from ektp_station.showing_status import show_status
from ektp_station.snapshot import snapshot
from tests.station.press_bench import FIRST, KEY, PRINTER, STATION, Bench

ALARM = "a card is in doubt for longer than a shift"
HOUR_MS = 3_600_000


def doubtful(log: str = "kept", unseen: bool = True) -> Bench:
    """A card that was marked while nobody saw it is in doubt; the station starts again."""
    bench = Bench(records=1, log=log)
    bench.run_to(PressStep.INTENT_MARK)
    if unseen:
        bench.work_unseen()
    doubt = Conclude(FIRST, 1, Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT)
    (answer,) = bench.store.commit([Work(Ask("", doubt, (KEY,), bench.now_ms, b""))], bench.now_ms)
    assert isinstance(answer, Accepted) and bench.lock_state() is LockState.SUSPECT
    bench.kill()
    return bench


def evidence(bench: Bench) -> tuple[tuple[object, ...], ...]:
    with bench.store.read() as view:
        found = view.row(OpenSuspect, STATION, FIRST, 1)
    assert found is not None
    return found.evidence


def shown(bench: Bench) -> dict[str, object]:
    with bench.store.read() as view:
        (one,) = snapshot(bench.state, view, bench.now_ms)["suspects"]
    return dict(one)


def test_what_the_printer_still_knows_of_the_card_becomes_evidence_and_no_more() -> None:
    bench = doubtful()
    bench.tick()
    assert bench.press.phase is Phase.DOUBTING
    bench.settle()
    found = {line[0]: line for line in evidence(bench)}
    assert set(found) == {Shown.JOB, Shown.UID}
    assert found[Shown.JOB][2] is Outcome.GOOD and found[Shown.UID][5] == PRINTER
    assert bench.lock_state() is LockState.SUSPECT and bench.phase is Phase.IDLE


def test_a_station_says_what_is_known_and_what_to_do_next() -> None:
    bench = doubtful()
    assert (shown(bench)["known"], shown(bench)["todo"]) == ("INKED", "SEARCH")
    bench.tick()
    bench.settle()
    assert (shown(bench)["known"], shown(bench)["todo"]) == ("CARD_READ", "ONE_CLOSES")
    assert str(shown(bench)["sentence"]).count(".") == 2


def test_the_same_answer_is_not_written_twice() -> None:
    bench = doubtful()
    bench.tick()
    bench.settle()
    before = evidence(bench)
    bench.kill()
    bench.tick()
    bench.settle()
    assert evidence(bench) == before


def test_a_printer_that_remembers_nothing_adds_nothing_about_the_job() -> None:
    bench = doubtful(log="volatile")
    bench.machine.lose_power(500)
    bench.now_ms += 2_000
    bench.kill()
    bench.tick()
    bench.settle()
    assert Shown.JOB not in {line[0] for line in evidence(bench)}


def test_a_printer_is_asked_again_after_a_while_and_not_at_every_tick() -> None:
    bench = doubtful()
    bench.tick()
    bench.settle()
    asked = []
    for _ in range(3):
        bench.tick()
        asked.append(bench.phase)
        bench.settle()
    assert Phase.DOUBTING not in asked
    bench.tick(suspects.LOOK_EVERY_MS)
    assert bench.phase is Phase.DOUBTING


def test_a_printer_that_fails_the_look_is_free_again() -> None:
    bench = doubtful()
    bench.tick()
    bench.machine.lose_power(10**9)
    bench.settle()
    assert bench.phase is not Phase.DOUBTING and not evidence(bench)


def test_a_card_in_doubt_for_longer_than_a_shift_is_an_alarm_once() -> None:
    bench = doubtful()
    bench.tick(7 * HOUR_MS)
    assert not bench.has_alarm(ALARM) and shown(bench)["is_aged"] is False
    for _ in range(3):
        bench.tick(HOUR_MS + 1)
        bench.settle()
    assert bench.has_alarm(ALARM) == 1 and shown(bench)["is_aged"] is True


@pytest.mark.rule(33)
def test_between_count_and_close_no_printer_takes_a_card_and_no_figure_is_shown() -> None:
    bench = Bench(records=1)
    day = date_of(bench.now_ms, "office/52.03")
    bench.happen(DayMarked(STATION, DayMark.COUNT_BEGUN, day, bench.store.position().seq, ("operator",)))
    bench.up()
    bench.tick()
    assert not bench.performs and bench.phase is Phase.IDLE
    with bench.store.read() as view:
        now = snapshot(bench.state, view, bench.now_ms)
    assert now["counts"] == {} and now["day"]["counting"] is True and now["day"]["last"] is None


def test_the_status_says_of_each_card_in_doubt_what_to_do_next() -> None:
    bench = doubtful()
    with bench.store.read() as view:
        now = snapshot(bench.state, view, bench.now_ms)
    said = show_status(now, translator("en").text)
    assert f"In doubt: {FIRST}. {Known.INKED.value} {Todo.SEARCH.value}" in said

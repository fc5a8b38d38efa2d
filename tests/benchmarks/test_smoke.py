"""The benchmarks run, in one tiny round each; nothing here says how fast anything is."""

from pathlib import Path

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.flow.events import FeedQueued, Moved
from tests.benchmarks import bars, growing, movements, posting, station_cards, station_seeds, verifying
from tests.benchmarks.timing import alternate


@pytest.fixture(autouse=True)
def few_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "BLANKS", 50)


@pytest.mark.parametrize("kind", ["moves", "issues"])
@pytest.mark.parametrize("size", [1, 5])
def test_a_replay_leaves_the_same_tables_as_the_store(tmp_path: Path, kind: str, size: int) -> None:
    found = posting.measured(tmp_path, kind, size, rounds=1, commits=2, opponents=False)
    assert all(found["checked"].values())
    settings = found["checked"]["settings"]
    assert (settings["journal_mode"], settings["synchronous"]) == ("wal", 2)
    assert set(found["ratio"]) == {"replay", "bare replay"}


def test_the_opponents_post_as_many_movements(tmp_path: Path) -> None:
    pytest.importorskip("eventsourcing")
    pytest.importorskip("sqlalchemy")
    found = posting.measured(tmp_path, "moves", 3, rounds=1, commits=2, opponents=True)
    assert set(found["ratio"]) == {"replay", "bare replay", "eventsourcing", "SQLAlchemy ORM"}


def test_what_is_measured_moves_one_blank_for_each_ask(tmp_path: Path) -> None:
    store = movements.opened(str(tmp_path / "book"))
    movements.found(store, 10)
    for source, beside in ((movements.moves(10), Moved), (movements.issues(10, 8), FeedQueued)):
        (answer,) = store.commit([next(source)], movements.AT_MS)
        assert isinstance(answer, Accepted), answer
        moved = [event for event in answer.events if isinstance(event, Moved)]
        assert [(event.lo, event.hi) for event in moved] == [(moved[0].lo, moved[0].lo)]
        assert beside in {type(event) for event in answer.events}
    store.close()


def test_verifying_and_growing_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = verifying.measured(tmp_path, 20, rounds=1, size=5)
    assert found["events"] > 40 and found["chain of scan"] > 0
    monkeypatch.setattr(growing, "SMALL", 400)
    assert growing.measured(tmp_path, 800, rounds=1, commits=1)["rate kept"] > 0


def test_a_lock_step_is_measured_beside_transitions() -> None:
    pytest.importorskip("transitions")
    from tests.benchmarks import locks

    assert locks.measured(1, steps=300)["nanoseconds"]["step"] > 0


def test_ratios_are_taken_inside_a_round() -> None:
    rates = alternate({"one": lambda: 1, "two": lambda: 2}, rounds=3)
    assert {len(found) for found in rates.per_second.values()} == {3}
    assert rates.ratio("one", "one") == 1


def test_a_bar_is_met_from_its_own_side() -> None:
    found = {"locks": {"nanoseconds": {"step": 90, "transitions": 9000}, "times as fast as transitions": 20}}
    assert [bar["met"] for bar in bars.judged(found)] == [True, False]


def test_a_card_at_the_station_is_measured_beside_as_many_raw_transactions(tmp_path: Path) -> None:
    found = station_cards.measured(tmp_path, rounds=1, cards=2)
    assert found["commits a card"] == 7, "a durable step more or less; the bar speaks of these"
    assert set(found["times the floor"]) == set(station_cards.FLOORS)
    assert [bar["what"] for bar in bars.judged({"cards": found})] == [f"a station's card / {name}" for name in station_cards.FLOORS]


@pytest.mark.processes
def test_a_killed_station_comes_back_with_its_open_card_in_hand(tmp_path: Path) -> None:
    from tests.benchmarks import station_recovery

    found = station_recovery.measured(tmp_path, (3, 60), rounds=1, processes=False)
    assert found["cards"]["60"]["events"] > 60 * 16 > found["cards"]["3"]["events"] > 3 * 16
    assert found["most ms"] > 0 and len(bars.judged({"recovery": found})) == 1


@pytest.mark.processes
def test_processor_and_memory_are_read_of_the_station_and_apart_of_its_drivers(tmp_path: Path) -> None:
    from tests.benchmarks import station_running

    found = station_running.measured(tmp_path, 4, 0.1)
    assert found["idle"]["drivers"]["processes"] == found["four printers"]["drivers"]["processes"] == 4
    assert found["four printers"]["station"]["most MB"] >= found["idle"]["station"]["resident MB"] / 2 > 5


def test_seeds_are_counted() -> None:
    found = station_seeds.measured(1, 2)
    assert (found["seeds"], found["found"]) == (2, 0) and found["seeds a second a core"] > 0

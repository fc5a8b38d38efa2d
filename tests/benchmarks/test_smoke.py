"""The benchmarks run, in one tiny round each; nothing here says how fast anything is."""

from pathlib import Path

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.flow.events import FeedQueued, Moved
from tests.benchmarks import bars, growing, movements, posting, verifying
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

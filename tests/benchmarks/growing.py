"""Whether a large book is slower (buku besar): asks a second at 100,000 rows and at five million, in turns."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from ektp_core.boundary.store import Work
from ektp_store.sqlite import SqliteStore
from tests.benchmarks import movements, replaying
from tests.benchmarks.timing import alternate

SIZE = 100
SMALL = 100_000
_ROWS = "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM asked) + (SELECT count(*) FROM row)"


def measured(folder: Path, rows: int, rounds: int = 15, commits: int = 20) -> dict[str, Any]:
    """Two books, both open, a slice each in every round."""
    books = {goal: _grown(str(folder / f"grown-{goal}"), goal) for goal in (SMALL, rows)}
    contenders: dict[str, Callable[[], int]] = {}
    for goal, (store, source) in books.items():
        groups = [list(islice(source, SIZE)) for _ in range((rounds + 1) * commits)]
        contenders[f"{goal} rows"] = _slice(store, iter(groups), commits)
    rates = alternate(contenders, rounds)
    for store, _ in books.values():
        store.close()
    small, large = contenders
    return {
        "asks per second": {name: round(rates.median(name)) for name in contenders},
        "range": {name: [round(end) for end in rates.spread(name)] for name in contenders},
        "rate kept": round(rates.ratio(large, small), 3),
    }


def _grown(path: str, goal: int) -> tuple[SqliteStore, Iterator[Work]]:
    """A book with at least so many rows, and the asks that come next."""
    store = movements.opened(path)
    movements.found(store, goal)
    source = movements.moves(goal)
    while (missing := goal - _rows(path)) > 0:
        for _ in range(max(1, min(200, missing // 4 // SIZE))):
            replaying.committed(store.commit(list(islice(source, SIZE)), movements.AT_MS))
    return store, source


def _slice(store: SqliteStore, groups: Iterator[list[Work]], commits: int) -> Callable[[], int]:
    def run() -> int:
        return sum(replaying.committed(store.commit(group, movements.AT_MS)) for group in islice(groups, commits))

    return run


def _rows(path: str) -> int:
    connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
    count: int = connection.execute(_ROWS).get
    connection.close()
    return count

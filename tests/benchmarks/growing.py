"""Whether a large book is slower (buku besar): asks a second at 100,000 rows and at five million."""

from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import apsw

from tests.benchmarks import movements, replaying

SIZE = 100
SMALL = 100_000
_ROWS = "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM asked) + (SELECT count(*) FROM row)"


def measured(folder: Path, rows: int, slices: int = 15, commits: int = 20) -> dict[str, Any]:
    """The median of some slices at each size; the two can never alternate, so the spread is told too."""
    path = str(folder / "grown")
    store = movements.opened(path)
    movements.found(store, rows)
    source = movements.grants()
    found: dict[str, Any] = {}
    for goal in (SMALL, rows):
        while _rows(path) < goal:
            for _ in range(max(1, min(200, (goal - _rows(path)) // 4 // SIZE))):
                store.commit(list(islice(source, SIZE)), movements.AT_MS)
        rates = []
        for _ in range(slices):
            groups = [list(islice(source, SIZE)) for _ in range(commits)]
            started = perf_counter()
            done = sum(replaying.committed(store.commit(group, movements.AT_MS)) for group in groups)
            rates.append(done / (perf_counter() - started))
        rates.sort()
        found[f"{goal} rows"] = {"median": round(rates[len(rates) // 2]), "range": [round(rates[0]), round(rates[-1])]}
    store.close()
    small, large = (one["median"] for one in found.values())
    return {**found, "rate kept": round(large / small, 3)}


def _rows(path: str) -> int:
    connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
    count: int = connection.execute(_ROWS).get
    connection.close()
    return count

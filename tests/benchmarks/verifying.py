"""Verifying a book (pembuktian): a bare scan of its log, the log verified, and the fold from zero, in turns.

The bare scan fetches what verifying the log must read, in the same order, and does nothing
with it: events, seals and ids.
"""

from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from ektp_core.flow.apply import apply
from ektp_store.verify import verify
from tests.benchmarks import movements, replaying
from tests.benchmarks.timing import alternate


def measured(folder: Path, asks: int, rounds: int, size: int = 100) -> dict[str, Any]:
    """Events a second, over one closed book with this many asks."""
    path = str(folder / "verified")
    store = movements.opened(path)
    blanks = asks  # of each office: more than are moved
    movements.found(store, blanks)
    source = movements.moves(blanks)
    for _ in range(asks // size):
        replaying.committed(store.commit(list(islice(source, size)), movements.AT_MS))
    store.close()

    def scan() -> int:
        connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
        events = len(connection.execute("SELECT seq, body, crc FROM event ORDER BY seq").fetchall())
        for others in ("SELECT * FROM seal ORDER BY n", "SELECT * FROM asked ORDER BY first"):
            connection.execute(others).fetchall()
        connection.close()
        return events

    contenders = {
        "bare scan": scan,
        "chain": lambda: verify(path, apply, chain=True).events,
        "fold": lambda: verify(path, apply).events,
    }
    rates = alternate(contenders, rounds)
    return {
        "events": scan(),
        "per commit": size,
        "rounds": rounds,
        "events per second": {name: round(rates.median(name)) for name in contenders},
        "events per processor second": {name: round(1e6 / rates.cpu_us(name)) for name in contenders},
        "range": {name: [round(end) for end in rates.spread(name)] for name in contenders},
        "chain of scan": round(rates.ratio("chain", "bare scan"), 3),
    }

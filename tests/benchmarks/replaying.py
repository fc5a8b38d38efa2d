"""The row writes of a store, recorded and repeated (tulisan mentah): what the work costs without the work.

A store commits the asks once while every statement that writes is noted with its values. The
replay makes exactly those writes on a copy of the same book: same tables and indexes, same
order, same batches, same settings, by `executemany` for each stretch of equal statements, as
apsw's documentation advises. `bare` drops the triggers that check and count; only the one
that empties the working notes at a seal stays, because it writes.
"""

import shutil
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import apsw

from ektp_core.boundary.store import Accepted, Work
from ektp_store.opening import open_to_write
from tests.benchmarks import movements

Batch = list[tuple[str, list[tuple[Any, ...]]]]

_WRITES = ("INSERT", "UPDATE", "DELETE")


def recorded(path: Path, groups: Sequence[Sequence[Work]]) -> list[Batch]:
    """Commit the groups, and give the writes of each."""
    noted: list[tuple[str, tuple[Any, ...]]] = []

    def note(cursor: object, sql: str, bindings: Any) -> bool:
        if sql.startswith(_WRITES):
            noted.append((sql, tuple(bindings or ())))
        return True

    store = movements.opened(str(path))
    store._connection.exec_trace = note
    batches = []
    for group in groups:
        noted.clear()
        committed(store.commit(group, movements.AT_MS))
        batches.append([(sql, [values for _, values in same]) for sql, same in groupby(noted, lambda one: one[0])])
    store._connection.exec_trace = None
    store.close()
    return batches


def committed(answers: Sequence[object]) -> int:
    """How many asks were taken: all of them."""
    assert all(type(answer) is Accepted for answer in answers), answers
    return len(answers)


class Replay:
    """The same writes once more."""

    def __init__(self, path: Path, *, bare: bool = False) -> None:
        self.connection = open_to_write(str(path))
        if bare:
            for (name,) in list(self.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")):
                if name != "seal_done":
                    self.connection.execute(f"DROP TRIGGER {name}")
        self._cursor = self.connection.cursor()

    def commit(self, batch: Batch) -> None:
        cursor = self._cursor
        cursor.execute("BEGIN IMMEDIATE")
        for sql, rows in batch:
            cursor.executemany(sql, rows)
        cursor.execute("COMMIT")


def copied(path: Path, name: str) -> Path:
    """A copy of a closed book."""
    return Path(shutil.copy(path, path.with_name(name)))


TABLES = ("event", "seal", "asked", "holding", "row", "kept")


def contents(connection: apsw.Connection) -> Iterator[list[Any]]:
    """All rows of the tables a commit writes, for comparing two books."""
    for table in TABLES:
        yield connection.execute(f"SELECT * FROM {table}").fetchall()

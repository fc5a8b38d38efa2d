"""The station's time for a card (waktu per kartu) beside what its disk needs: as many raw transactions of as many bytes.

The floor is plain apsw on the same disk, in turns with the station: for every commit of a card one
transaction that inserts one value, with WAL and `synchronous=FULL` as the book has. It is given twice: the
value as long as what the station's commit brought to the write-ahead log, and as long as the events
and the seal alone.
"""

import os
from itertools import cycle
from pathlib import Path
from typing import Any

import apsw
from attrs import define

from tests.benchmarks.station_scene import HELD, AtWork, opened
from tests.benchmarks.timing import alternate
from tests.station.station_bench import Office

_PAGE_BYTES = 4096
_SETTINGS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000"

#: The judged one first.
FLOORS = ("raw, same bytes to the disk", "raw, same bytes of the log")


@define(eq=False)
class Shift:
    """A station that prints the next cards, slice after slice. `cards`: of one slice, at most `HELD`."""

    work: AtWork
    cards: int
    first: int = 1
    printed: int = 0

    def prepare(self) -> None:
        """Authorise what the next slice prints."""
        self.first = 1 + self.printed
        self.work.authorise(self.first, self.cards)

    def slice(self) -> int:
        """Print them."""
        self.printed += self.work.cards(self.first, self.cards)
        return self.cards


class Raw:
    """Transactions of one value each, with the sizes given, again and again."""

    def __init__(self, path: Path, sizes: list[int], cards: int) -> None:
        self._connection = apsw.Connection(str(path))
        self._connection.execute(f"{_SETTINGS}; CREATE TABLE log(n INTEGER PRIMARY KEY, bytes BLOB NOT NULL)").fetchall()
        self._sizes, self._each, self._cards = cycle(sizes), len(sizes), cards
        self._noise = os.urandom(max(sizes))

    def slice(self) -> int:
        """As many transactions as one slice of cards has."""
        execute = self._connection.cursor().execute
        for _ in range(self._each):
            execute("BEGIN IMMEDIATE")
            execute("INSERT INTO log(bytes) VALUES(?)", (self._noise[: next(self._sizes)],))
            execute("COMMIT")
        return self._cards

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def measured(folder: Path, rounds: int, cards: int = HELD) -> dict[str, Any]:
    """Milliseconds a card, and how many times the floor that is."""
    blanks = (rounds + 2) * cards
    on_disk, in_log = _sizes(folder / "noted", cards)
    shifts = {
        name: Shift(_at_work(folder / name, blanks, is_answered=name == "station, hub answers"), cards)
        for name in ("station", "station, hub answers")
    }
    raws = {name: Raw(folder / f"raw-{at}", sizes, cards) for at, (name, sizes) in enumerate(zip(FLOORS, (on_disk, in_log), strict=True))}
    contenders = {name: one.slice for name, one in shifts.items()} | {name: one.slice for name, one in raws.items()}
    rates = alternate(contenders, rounds, before={name: one.prepare for name, one in shifts.items()})
    for shift in shifts.values():
        shift.work.store.close()
    for raw in raws.values():
        raw.close()
    return {
        "rounds": rounds,
        "cards a slice": cards,
        "commits a card": round(len(on_disk) / cards, 2),
        "bytes a card": {FLOORS[0]: round(sum(on_disk) / cards), FLOORS[1]: round(sum(in_log) / cards)},
        "ms a card": {name: round(1000 / rates.median(name), 3) for name in contenders},
        "range": {name: [round(1000 / end, 3) for end in reversed(rates.spread(name))] for name in contenders},
        "cpu ms a card": {name: round(rates.cpu_us(name) / 1000, 3) for name in contenders},
        "times the floor": {name: round(rates.ratio(name, "station"), 2) for name in FLOORS},
    }


def _at_work(folder: Path, blanks: int, *, is_answered: bool = False) -> AtWork:
    office = Office(folder)
    work = AtWork(office, opened(office, blanks), is_answered)
    work.up()
    return work


def _sizes(folder: Path, cards: int) -> tuple[list[int], list[int]]:
    """Of each commit while cards are printed: bytes brought to the write-ahead log, and bytes of events and seal."""
    work = _at_work(folder, cards)
    work.authorise(1, cards)
    before = work.store.position().n
    connection: apsw.Connection = work.store._inner._connection  # type: ignore[attr-defined]  # to look on
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    pages: list[int] = []

    def note(_connection: object, _name: str, found: int) -> int:
        pages.append(found)
        return apsw.SQLITE_OK

    connection.set_wal_hook(note)
    work.cards(1, cards)
    in_log = [len(one.header) + len(one.head) + sum(map(len, one.events)) for one in work.store.sealed_since(before, 1 << 30)]
    work.store.close()
    on_disk = [(now - then) * _PAGE_BYTES for then, now in zip([0, *pages], pages, strict=False)]
    assert len(on_disk) == len(in_log), "a transaction that is no commit"
    return on_disk, in_log

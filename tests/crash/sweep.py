"""Runs of the crash matrix, one after the other or two at a time, and what came of them."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from ektp_core.errors import EktpError
from ektp_driver_virtual.truth import Place
from ektp_station.config import BOOK_FILE
from tests.crash.judging import (
    Row,
    Struck,
    double_prints,
    lost_blanks,
    lost_words,
    not_allowed,
    row_of,
    serial_in_act,
    state_of,
    struck_now,
)
from tests.crash.scenes import (
    CALLS,
    DEVICE_STEPS,
    GOOD,
    SCENES,
    AtRest,
    AtWrite,
    Kind,
    Scene,
    Strike,
    Twice,
    of_each_row,
    of_profiles,
    of_recovery,
)
from tests.crash.world import World
from tests.station.station_bench import Office

#: Exit codes with which a station may end that could not write; 70: it does not know whether it was written.
UNSURE, FULL = 70, 75
CODES = {Kind.KILL: {-9, 137}, Kind.EIO: {UNSURE}, Kind.ENOSPC: {UNSURE, FULL}}


@frozen
class Run:
    """One run. `code`: None if the station did not end by it. `row`: None if the strike never came."""

    scene: Scene
    strike: Strike
    code: int | None
    row: Row | None
    state: str
    double: int
    lost: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Nothing lost, nothing twice, nothing the matrix does not allow."""
        return not (self.double or self.lost or self.problems)


def run(founded: Office, folder: Path, scene: Scene, strike: Strike) -> Run:
    """Strike a station once, start it again, let it settle, and judge. A sound run leaves no folder."""
    world = World(founded, folder, scene)
    try:
        done = _run(world, strike)
    except (AssertionError, EktpError, OSError) as error:  # a run nobody could judge is unsound, and not the last
        done = Run(scene, strike, next(iter(world.codes), None), None, "?", 0, (), (f"{type(error).__name__}: {error}",))
    finally:
        world.close()
    if done.is_sound:
        shutil.rmtree(folder, ignore_errors=True)
    return done


def _run(world: World, strike: Strike) -> Run:
    world.start(strike.first if isinstance(strike, Twice) else strike)
    row, code = None, None
    struck = Struck()
    problems: list[str] = []
    lasts = isinstance(strike, AtWrite) and strike.lasting
    ended = not world.work(full=lasts)
    if isinstance(strike, AtRest):
        world.kill()
        ended = True
    if ended:
        code = world.codes[-1]
        if code not in CODES[strike.kind] and not (lasts and world.gave_up):
            problems.append(f"ended with {code}")
        row, struck = _seen_now(world)
        world.start(strike.second if isinstance(strike, Twice) else None)
        settled = world.work()
        if not settled and isinstance(strike, Twice):
            row, struck = _seen_now(world)
            world.start()
            settled = world.work()
        if not settled:
            raise AssertionError(f"started again, it ended with {world.codes[-1]}")
    elif failed := world.failed_writes():
        row = Row.WENT_ON
        # A commit is what stands in the log. Into the book itself only a checkpoint writes, which is done again;
        # the log's index is made anew at each start; how a sync of the folder ends SQLite takes no notice of.
        if strike.kind is not Kind.ENOSPC and any(name.endswith(f"{BOOK_FILE}-wal") for name in failed):
            problems.append(f"it went on after a failed write to {failed}")
    world.kill()
    cards, state = world.printer.truth().cards, state_of(world)
    problems += lost_words(world)
    problems += not_allowed(world.scene, row or Row.WENT_ON, state, cards, struck)
    lost = tuple(lost_blanks(world))
    return Run(world.scene, strike, code, row, state, double_prints(cards), lost, tuple(problems))


def _seen_now(world: World) -> tuple[Row, Struck]:
    """The row the book stands at and the truth of that moment; then people do what they do."""
    book = world.open_book(copy=True)
    row, serial = row_of(book), serial_in_act(book)
    book.close()
    cards = world.printer.truth().cards
    # The machine itself may have moved the card out, and no book has that.
    set_aside = serial in cards and cards[serial].place is Place.REJECT
    return row, evolve(struck_now(cards), taken=bool(world.people_meanwhile()) or set_aside)


@define
class Tally:
    """What all runs came to."""

    runs: list[Run] = field(factory=list)

    def add(self, done: Run) -> None:
        """Take one run in."""
        self.runs.append(done)

    @property
    def unsound(self) -> list[Run]:
        """Runs that must not be."""
        return [one for one in self.runs if not one.is_sound]

    def plain(self) -> dict[str, Any]:
        """As `crash.json` has it."""
        cells: dict[tuple[str, str, str], Counter[str]] = {}
        for one in self.runs:
            if one.row:
                cells.setdefault((one.row.value, one.strike.kind.value, one.scene.truth.value), Counter())[one.state] += 1
        return {
            "cells": len(cells),
            "runs": sum(one.row is not None for one in self.runs),
            "clean_runs": sum(one.row is None and one.is_sound for one in self.runs),
            "lost": sum(len(one.lost) for one in self.runs),
            "double": sum(one.double for one in self.runs),
            "unknown_commits": sum(one.code == UNSURE for one in self.runs),
            "problems": [f"{one.scene.name}; {one.strike}; {one.lost} {one.problems}" for one in self.unsound],
            "by_cell": [
                {"row": row, "fault": kind, "truth": truth, "runs": ends.total(), "ends": dict(sorted(ends.items()))}
                for (row, kind, truth), ends in sorted(cells.items())
            ],
        }

    def write(self, path: Path) -> None:
        """Write `crash.json`."""
        path.write_text(json.dumps(self.plain(), indent=1) + "\n", encoding="utf-8")


def strike_all(founded: Office, folder: Path, cells: Iterable[tuple[Scene, Strike]], jobs: int = 2) -> Iterator[Run]:
    """These cells, some at a time."""
    numbers = count()

    def one(cell: tuple[Scene, Strike]) -> Run:
        return run(founded, folder / f"run-{next(numbers)}", *cell)

    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(one, cells)


def sweep(founded: Office, folder: Path, scene: Scene, each: AtWrite, *, jobs: int, every: int) -> Iterator[Run]:
    """Every write of a card's life from this one upward, until a station comes through unharmed."""
    for first in count(each.number, jobs * every):
        cells = [(scene, evolve(each, number=first + more * every)) for more in range(jobs)]
        found = list(strike_all(founded, folder / f"{each.call}-{each.kind.name}-{first}", cells, jobs))
        yield from found
        if all(one.row is None for one in found):
            return


def everything(founded: Office, folder: Path, jobs: int = 2, every: int = 1) -> Iterator[Run]:
    """Every commit in every scene, every write of a good card, every step of the device; or every `every`-th."""
    yield from strike_all(founded, folder / "profiles", [*of_each_row(), *of_profiles(), *of_recovery()], jobs)
    for number, scene in enumerate(SCENES):
        there = folder / f"scene-{number}"
        yield from strike_all(founded, there / "device", [(scene, at) for at in (*DEVICE_STEPS, AtRest())], jobs)
        for kind in Kind:
            for call in CALLS if scene is GOOD else CALLS[1:]:
                yield from sweep(founded, there, scene, AtWrite(kind, call, 1), jobs=jobs, every=every)

"""`python -m tests.benchmarks` (`make bench`): measure, print, and write bench.json. What each figure means: docs/reference/benchmarks.md."""

import argparse
import json
import os
import platform
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import apsw

from tests.benchmarks import bars, growing, posting, verifying

#: Of the store, and of the station that keeps it.
PARTS = ("posting", "verifying", "locks", "allotting")
STATION_PARTS = ("cards", "running", "recovery", "seeds")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure the store and its opponents, and the station.")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the figures go")
    parser.add_argument("--rounds", type=int, default=9, help="rounds that count (7 or more for figures to be quoted)")
    parser.add_argument("--scale", type=float, default=1.0, help="length of a slice; 1 is what is quoted")
    parser.add_argument("--rows", type=int, default=0, help="also grow a book to so many rows, for example 5000000")
    parser.add_argument("--cards", type=int, default=0, help="also recover a station's book of so many cards, for example 100000")
    parser.add_argument("--only", default="", help=f"one part: {', '.join((*PARTS, 'station', *STATION_PARTS))}")
    parser.add_argument("--no-opponents", action="store_true", help="leave out what is not installed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("BENCH_DIR")) as folder:
        found = measured(Path(folder), options)
    found["bars"] = bars.judged(found)
    options.json.write_text(json.dumps(found, indent=2) + "\n")
    bars.show(found)
    print(f"\n{options.json} written")


def measured(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Every part that was asked for."""
    found: dict[str, Any] = {"machine": _machine()}
    wanted = {options.only} if options.only else {*PARTS, "station"}
    with_others = not options.no_opponents
    if "posting" in wanted:
        found["posting"] = []
        for kind in ("moves", "issues"):
            for size, commits in posting.SLICES.items():
                others = with_others and kind == "moves"
                count = max(1, round(commits * options.scale))
                found["posting"].append(posting.measured(folder, kind, size, options.rounds, count, opponents=others))
                print(json.dumps(found["posting"][-1]), flush=True)
    if "verifying" in wanted:
        found["verifying"] = verifying.measured(folder, max(200, round(20_000 * options.scale)), options.rounds)
    if "locks" in wanted and with_others:
        from tests.benchmarks import locks

        found["locks"] = locks.measured(options.rounds)
    if "allotting" in wanted:
        from tests.benchmarks import allotting

        found["allotting"] = allotting.measured(options.rounds)
    wanted |= set(STATION_PARTS) if "station" in wanted else set()
    found |= {name: _of_station(name, folder / name, options) for name in STATION_PARTS if name in wanted}
    if options.rows:
        found["growing"] = growing.measured(folder, options.rows)
    return found


def _of_station(name: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """One part of the station; printed as soon as it is known."""
    from tests.benchmarks import station_cards, station_recovery, station_running, station_scene, station_seeds

    folder.mkdir()
    match name:
        case "cards":
            part = station_cards.measured(folder, options.rounds, max(2, round(station_scene.HELD * min(1.0, options.scale))))
        case "running":
            part = station_running.measured(folder, max(8, round(200 * options.scale)), max(1.0, 5 * options.scale))
        case "recovery":
            sizes = sorted({*(max(100, round(size * options.scale)) for size in station_recovery.SIZES), options.cards} - {0})
            part = station_recovery.measured(folder, tuple(sizes), min(5, options.rounds))
        case _:
            part = station_seeds.measured(min(3, options.rounds), max(5, round(100 * options.scale)))
    print(json.dumps({name: part}), flush=True)
    return part


def _machine() -> dict[str, Any]:
    packages = ("apsw-sqlite3mc", "msgspec", "attrs", "eventsourcing", "sqlalchemy", "transitions")
    return {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        **{name: _version(name) for name in packages},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    main()

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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure the store and its opponents.")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the figures go")
    parser.add_argument("--rounds", type=int, default=9, help="rounds that count (7 or more for figures to be quoted)")
    parser.add_argument("--scale", type=float, default=1.0, help="length of a slice; 1 is what is quoted")
    parser.add_argument("--rows", type=int, default=0, help="also grow a book to so many rows, for example 5000000")
    parser.add_argument("--only", default="", help="one part: posting, verifying, locks, allotting")
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
    wanted = {options.only} if options.only else {"posting", "verifying", "locks", "allotting"}
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
    if options.rows:
        found["growing"] = growing.measured(folder, options.rows)
    return found


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

"""`python -m tests.crash`: the crash matrix on the real process, into `crash.json`."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.crash.scenes import few
from tests.crash.sweep import Run, Tally, everything, strike_all
from tests.crash.world import found


def main() -> int:
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--few", action="store_true", help="one cell for each row and truth: a minute or two")
    parser.add_argument("--every", type=int, default=1, help="strike only at every so many writes")
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    parser.add_argument("--out", type=Path, default=Path("crash.json"))
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ektp-crash-"))
    founded = found(folder / "founded")
    runs: Iterator[Run] = everything(founded, folder, chosen.jobs, chosen.every)
    if chosen.few:
        runs = strike_all(founded, folder, few(), chosen.jobs)
    tally = Tally()
    for done in runs:
        tally.add(done)
        tally.write(chosen.out)  # what was found so far outlives an interruption
        if done.row or not done.is_sound:
            where = done.row.value if done.row else "never struck"
            what = "" if done.is_sound else f"  BAD: {done.double} twice, {done.lost} {done.problems}"
            print(f"{done.scene.name}; {done.strike}; {where} -> {done.state}{what}", flush=True)
    shown = tally.plain()
    names = ("cells", "runs", "lost", "double", "unknown_commits")
    print(", ".join(f"{name} {shown[name]}" for name in names), f"-> {chosen.out}")
    return 1 if tally.unsound else 0


if __name__ == "__main__":
    sys.exit(main())

"""`make fuzz`: made-up device bytes for every parser, and the counts (`--inputs`, `--seed`, `--only`)."""

import argparse
import sys
import time

from tests.fuzz.campaign import DAILY, DAILY_SEED, run
from tests.fuzz.engine import table


def main(arguments: list[str]) -> int:
    """Run; 1 if a law was broken."""
    parser = argparse.ArgumentParser(prog="make fuzz", description="Made-up device bytes for every parser.")
    parser.add_argument("--inputs", type=int, default=DAILY, help="how many in all (1000000)")
    parser.add_argument("--seed", type=int, default=DAILY_SEED, help="the same seed makes the same inputs")
    parser.add_argument("--only", default="", help="targets whose name holds this")
    options = parser.parse_args(arguments)
    began_s = time.process_time()
    tallies = list(run(options.inputs, options.seed, options.only))
    print(table([one.row for one in tallies]))
    print(f"seed {options.seed}, {time.process_time() - began_s:.0f} s of one core")
    broken = [one for tally in tallies for one in tally.breaches]
    for one in broken:
        print(f"{one.target}: {one.why}; shrunk, for tests/fuzz/kept.py:\n    {one.kept}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make planted-bugs`: plant each mistake, and show which check caught it and how many seeds that took."""

import sys

from tests.planted.table import PLANTED, caught


def main(names: list[str]) -> int:
    """Plant all, or those named; 1 if one was not caught."""
    missed = 0
    for planted in PLANTED:
        if names and planted.name not in names:
            continue
        found = caught(planted)
        missed += not found.check
        beside = f" (also seen: {', '.join(found.others)})" if found.others and not found.check else ""
        print(f"{found.name:36} {found.seeds:4} seeds  {found.check or 'NOT CAUGHT'}{beside}", flush=True)
    return 1 if missed else 0


sys.exit(main(sys.argv[1:]))

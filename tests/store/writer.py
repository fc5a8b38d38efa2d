"""A process that commits until it is killed, and says after each commit that it was kept."""

import sys

from ektp_core.boundary.store import Accepted
from ektp_core.flow.apply import apply
from ektp_store.sqlite import SqliteStore
from ektp_testing.small_book import Move, TakeIn, asked, decide


def main(path: str) -> None:
    store = SqliteStore(path, decide, apply)
    if store.position().n == 0:
        store.commit([asked("supply", TakeIn(1, 1_000_000))], 1)
    at = store.position().n
    while True:
        (answer,) = store.commit([asked(f"move-{at}", Move(2 * at, 2 * at, "centre", f"office/52.{at % 40:02}"))], at)
        assert isinstance(answer, Accepted)
        at += 1
        sys.stdout.write(f"{at}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])

"""What must be true of every book at every moment, computed the slow way.

Nothing here uses the tallies, digests or checks of the program: blanks are counted one by
one from the log, and rows are folded again from zero.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, get_args

from ektp_core.boundary.store import Store
from ektp_core.flow.apply import apply
from ektp_core.flow.codec import row_key, row_value
from ektp_core.flow.events import Event, GivenOut, Moved, TakenIn
from ektp_core.flow.pen import EMPTY, holder
from ektp_core.flow.rows import Desk, FeedRow, Holding, Lease, Lock, Pen, Ready, Record, Row, Station, Tally
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_store.memory import MemoryGround
from tests.core.flow.offices import Offices, rows

Places = dict[tuple[str, int], tuple[str, Bucket]]


def check_books(books: Offices) -> None:
    """Everything below, for the hub and its stations."""
    for store in (books.hub, *books.stations.values()):
        check_runs(store)
        check_conserved(store)
        check_tallies(store)
        check_pens(store)
        check_counters(store)


def check_runs(store: Store) -> None:
    """Runs are disjoint and maximal."""
    for left, right in pairwise(rows(store, Holding)):
        assert left.series != right.series or left.hi < right.lo, f"{left} and {right} share a blank"
        assert not left.joins(right), f"{left} and {right} should be one run"


def places(events: Iterable[Event]) -> Places:
    """Where every blank is, moved one by one."""
    found: Places = {}
    for event in events:
        if not isinstance(event, TakenIn | Moved | GivenOut):
            continue
        for number in range(event.lo, event.hi + 1):
            blank = (event.series, number)
            if isinstance(event, TakenIn):
                assert blank not in found, f"{blank} came in twice"
                found[blank] = (event.party, event.bucket)
                continue
            assert found.pop(blank) == (event.party, event.bucket), f"{blank} was moved from where it was not"
            if isinstance(event, Moved):
                found[blank] = (event.to_party, event.to_bucket)
    return found


def check_conserved(store: Store) -> None:
    """The runs hold exactly the blanks that the log leaves, each where the log left it."""
    runs = {
        (run.series, number): (run.party, run.bucket)
        for run in rows(store, Holding)
        for number in range(run.lo, run.hi + 1)
    }
    assert runs == places(event for _, event in store.events())


def check_tallies(store: Store) -> None:
    """Each tally is the sum of its runs, and there is none without a blank."""
    counted: Counter[tuple[str, Bucket, str]] = Counter()
    for run in rows(store, Holding):
        counted[run.place] += len(run)
    assert {(t.party, t.bucket, t.blank_class): t.count for t in rows(store, Tally)} == dict(counted)


def pen_of(store: Store, station: str) -> bytes:
    """The digest of all rows under a station's pen, summed afresh."""
    penned: list[Holding | Lock] = [*rows(store, Holding), *rows(store, Lock)]
    digests = (hashlib.sha256(row_key(r) + b"\0" + row_value(r)).digest() for r in penned if holder(r) == station)
    return (sum(int.from_bytes(d, "big") for d in digests) % (1 << 256)).to_bytes(32, "big")


def check_pens(store: Store) -> None:
    """The digests kept while rows change are those of the rows."""
    kept = {one.station: one.digest for one in rows(store, Pen)}
    for station in rows(store, Station):
        assert kept.get(station.station, EMPTY) == pen_of(store, station.station)


def check_counters(store: Store) -> None:
    """What is counted beside the locks agrees with the locks: outstanding, leases, who waits, feed numbers."""
    locks = rows(store, Lock)
    with_station = [one for one in locks if one.state in (LockState.AUTHORISED, LockState.IN_PRESS)]
    assert {(x.station, x.record, x.n) for x in rows(store, Lease)} == {
        (x.station, x.record, x.n) for x in with_station
    }
    offices = {one.record: one.office for one in rows(store, Record)}
    ready = {(offices[one.record], one.record) for one in locks if one.state is LockState.READY}
    assert {(one.office, one.record) for one in rows(store, Ready)} == ready
    for desk in rows(store, Desk):
        waiting = sum(one.station == desk.station and one.state is LockState.AUTHORISED for one in locks)
        assert desk.outstanding == waiting
        assert [entry.m for entry in rows(store, FeedRow, desk.station)] == list(range(1, desk.queued_m + 1))


def agree(books: Offices, station: str) -> bool:
    """Whether hub and station hold the same rows under the station's pen."""
    return pen_of(books.hub, station) == pen_of(books.stations[station], station)


def check_refold(store: Store) -> None:
    """The log folded from zero gives the rows."""
    ground = MemoryGround()
    for _, event in store.events():
        apply(ground.book, event)
    assert _all_rows(ground.book.rows) == _all_rows(lambda kind: rows(store, kind))


def _all_rows(read: Callable[[type[Any]], Iterable[Row]]) -> dict[type[Any], list[Row]]:
    return {kind: list(read(kind)) for kind in get_args(Row)}

"""Runs of blanks in memory (saldo di memori): by serial and by place, with one level of undo.

Sorted lists and binary search; a run never overlaps another, equal neighbours are joined, and
only a run that is there can be removed.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence

from ektp_core.boundary.store import StoreError
from ektp_core.ledger.holding import Holding, Place
from ektp_core.vocabulary.bucket import Bucket

Serial = tuple[str, int]


class Runs:
    """All holdings of one book; without `by_place` nobody asks for the lowest run of a place."""

    def __init__(self, *, by_place: bool = True) -> None:
        self._by_place = by_place
        self._firsts: dict[str, list[int]] = {}
        self._runs: dict[Serial, Holding] = {}
        self._places: dict[Place, list[Serial]] = {}
        self._leaving: Holding | None = None  # removed, but in its place still: the next may take it
        self._last: Holding | None = None  # the answer before: the next question is often about it
        self._done: list[tuple[Holding, bool]] = []  # since `forget`: run, whether it was inserted
        self._mark = 0

    def __len__(self) -> int:
        self._settle()
        return len(self._runs)

    def covering(self, series: str, number: int) -> Holding | None:
        """The run that holds this blank."""
        if self._leaving is not None:
            self._settle()
        last = self._last
        if last is not None and last.lo <= number <= last.hi and last.series == series:
            return last
        firsts = self._firsts.get(series)
        at = bisect_right(firsts, number) - 1 if firsts else -1
        if firsts is None or at < 0:
            return None
        run = self._runs[series, firsts[at]]
        if run.hi < number:
            return None
        self._last = run
        return run

    def overlapping(self, series: str, lo: int, hi: int) -> Sequence[Holding]:
        """All runs that share a blank with lo..hi, in order."""
        self._settle()
        firsts = self._firsts.get(series, [])
        first = self.covering(series, lo)
        at = bisect_left(firsts, first.lo if first else lo)
        return [self._runs[series, found] for found in firsts[at : bisect_right(firsts, hi)]]

    def lowest(self, party: str, bucket: Bucket, blank_class: str, after: Serial) -> Holding | None:
        """The first run of that place above `after`."""
        self._settle()
        serials = self._places.get((party, bucket, blank_class), [])
        at = bisect_right(serials, after)
        return self._runs[serials[at]] if at < len(serials) else None

    def runs(self, *series: object) -> Iterator[Holding]:
        """All runs (of that series), in order."""
        self._settle()
        for name in sorted(self._firsts):
            if not series or name == series[0]:
                yield from [self._runs[name, lo] for lo in self._firsts[name]]

    def insert(self, run: Holding) -> None:
        """Keep a run; one that another just made room for takes its place, with one end moved."""
        if not run.lo <= run.hi or not isinstance(run.bucket, Bucket):
            raise StoreError(f"run {run.series} {run.lo} has no serials or no bucket")
        old = self._leaving
        is_at_its_place = (
            old is not None
            and (old.lo == run.lo or old.hi == run.hi)
            and old.series == run.series
            and old.party == run.party
            and old.bucket is run.bucket
            and old.blank_class == run.blank_class
        )
        if old is not None and is_at_its_place:
            self._take_over(old, run)
        else:
            self._settle()
            firsts = self._firsts.setdefault(run.series, [])
            at = bisect_left(firsts, run.lo)
            self._check_apart(run, firsts, at, at)
            firsts.insert(at, run.lo)
            self._runs[run.series, run.lo] = run
            if self._by_place:
                insort(self._places.setdefault(run.place, []), (run.series, run.lo))
        self._last = run
        self._done.append((run, True))

    def _take_over(self, old: Holding, run: Holding) -> None:
        """A run in the place of one that leaves: the lists keep their length."""
        firsts = self._firsts[run.series]
        at = bisect_left(firsts, old.lo)
        self._check_apart(run, firsts, at, at + 1)
        self._leaving = None
        if old.lo != run.lo:
            firsts[at] = run.lo
            del self._runs[run.series, old.lo]
            if self._by_place:
                places = self._places[run.place]
                places[bisect_left(places, (run.series, old.lo))] = (run.series, run.lo)
        self._runs[run.series, run.lo] = run

    def _check_apart(self, run: Holding, firsts: list[int], at: int, behind: int) -> None:
        """The neighbours, up to the one before `at` and from `behind` on, are other runs."""
        left = self._runs[run.series, firsts[at - 1]] if at else None
        right = self._runs[run.series, firsts[behind]] if behind < len(firsts) else None
        if (left is not None and left.hi >= run.lo) or (right is not None and right.lo <= run.hi):
            raise StoreError(f"run {run.series} {run.lo} overlaps another")
        joins_left = left is not None and left.hi + 1 == run.lo and left.joins(run)
        if joins_left or (right is not None and run.hi + 1 == right.lo and run.joins(right)):
            raise StoreError(f"{run.series} {run.lo} is not joined with its equal neighbour")

    def remove(self, run: Holding) -> None:
        """Let go of exactly this run; it keeps its place until the next question or run."""
        if self._leaving is not None:
            self._settle()
        found = self._runs.get((run.series, run.lo))
        if found is not run and found != run:
            raise StoreError(f"run {run.series} {run.lo} is not there to be removed")
        self._leaving = run
        self._last = None
        self._done.append((run, False))

    def _settle(self) -> None:
        run, self._leaving = self._leaving, None
        if run is not None:
            self._take(run)

    # -- for the commit ---------------------------------------------------------------

    def mark(self) -> None:
        """Where `undo` goes back to."""
        self._settle()
        self._mark = len(self._done)

    def undo(self) -> None:
        """Take back everything since the mark."""
        self._settle()
        self._last = None
        while len(self._done) > self._mark:
            run, was_inserted = self._done.pop()
            if was_inserted:
                self._take(run)
            else:
                self._add(run)

    def undo_all(self) -> None:
        """Take back everything since `forget`."""
        self._mark = 0
        self.undo()

    def changed(self) -> Sequence[tuple[Holding, bool]]:
        """Every run since `forget`, and whether it was inserted (else removed), in order."""
        return self._done

    def forget(self) -> None:
        """The commit was kept: nothing is taken back any more."""
        self._settle()
        self._done.clear()
        self._mark = 0

    def _add(self, run: Holding) -> None:
        serial = (run.series, run.lo)
        insort(self._firsts.setdefault(run.series, []), run.lo)
        self._runs[serial] = run
        if self._by_place:
            insort(self._places.setdefault(run.place, []), serial)

    def _take(self, run: Holding) -> None:
        serial = (run.series, run.lo)
        del self._runs[serial]
        firsts = self._firsts[run.series]
        del firsts[bisect_left(firsts, run.lo)]
        if self._by_place:
            places = self._places[run.place]
            del places[bisect_left(places, serial)]

"""What one process knows of the runs in its book (saldo yang diketahui): spared questions.

One process writes a book, so a run it has read or written is there until it removes it. The
answers here are runs that are certainly there, or nothing, which means "ask the book". Of a
place the first run is known too, as long as it can be: when it goes, the runs that come in
its stead lie where it lay, because runs never overlap.
"""

from bisect import bisect_right, insort

from ektp_core.ledger.holding import Holding, Place

#: More runs than this are not remembered; then all are forgotten at once.
REMEMBERED = 4_000


class KnownRuns:
    """Runs that are in the book."""

    def __init__(self) -> None:
        self._series: dict[str, tuple[list[int], dict[int, Holding]]] = {}
        self._count = 0
        self._lowest: dict[Place, Holding] = {}
        self._last: Holding | None = None  # the answer before: the next question is often about it
        self._gone: dict[Place, Holding] = {}  # the first run of the place, removed: the next may lie in its stead

    def covering(self, series: str, number: int) -> Holding | None:
        """The run that holds this blank, if it is known."""
        last = self._last
        if last is not None and last.lo <= number <= last.hi and last.series == series:
            return last
        known = self._series.get(series)
        if known is None:
            return None
        firsts, runs = known
        at = bisect_right(firsts, number)
        if not at:
            return None
        run = runs[firsts[at - 1]]
        if run.hi < number:
            return None
        self._last = run
        return run

    def lowest(self, place: Place) -> Holding | None:
        """The first run of a place, if it is known which that is."""
        return self._lowest.get(place)

    def is_lowest(self, run: Holding) -> None:
        """Remember that this is the first run of its place."""
        self._lowest[run.place] = run
        self._gone.pop(run.place, None)

    def read(self, run: Holding) -> None:
        """Remember a run that was read."""
        if self._count >= REMEMBERED:
            self.forget()
        known = self._series.get(run.series)
        if known is None:
            known = self._series[run.series] = ([], {})
        firsts, runs = known
        if run.lo not in runs:
            runs[run.lo] = run
            insort(firsts, run.lo)
            self._count += 1

    def came(self, run: Holding) -> None:
        """A run was inserted."""
        self.read(run)
        place = run.place
        first = self._lowest.get(place)
        if first is not None:
            if (run.series, run.lo) < (first.series, first.lo):
                self._lowest[place] = run
            return
        gone = self._gone.pop(place, None)
        if gone is not None and (run.series, run.lo) <= (gone.series, gone.hi):
            self._lowest[place] = run

    def changed(self, old: Holding, new: Holding) -> None:
        """One end of a run moved; no other run lies between the old end and the new."""
        known = self._series.get(new.series)
        if known is None or old.lo not in known[1]:
            self.went(old)
            self.came(new)
            return
        firsts, runs = known
        if new.lo != old.lo:
            del runs[old.lo]
            firsts[bisect_right(firsts, old.lo) - 1] = new.lo
        runs[new.lo] = self._last = new
        if self._lowest or self._gone:
            place = new.place
            self._gone.pop(place, None)
            first = self._lowest.get(place)
            if first is not None and first.lo == old.lo and first.series == old.series:
                self._lowest[place] = new

    def went(self, run: Holding) -> None:
        """A run was removed."""
        self._last = None
        known = self._series.get(run.series)
        if known is not None and known[1].pop(run.lo, None) is not None:
            firsts = known[0]
            del firsts[bisect_right(firsts, run.lo) - 1]
            self._count -= 1
        place = run.place
        self._gone.pop(place, None)
        first = self._lowest.get(place)
        if first is not None and first.lo == run.lo and first.series == run.series:
            self._gone[place] = self._lowest.pop(place)

    def forget(self) -> None:
        """Nothing is known any more."""
        self._count = 0
        self._last = None
        self._series.clear()
        self._lowest.clear()
        self._gone.clear()

"""What must hold below the fold (pemeriksaan): the checks of the schema, for books in memory.

A movement's source is one run held there when the movement is written, and what comes in
was not here. At the seal, the last movement of each serial says where the holding is, and
per series held = taken in - given out. The checks read columns and runs only, so that a
mistake in `apply` cannot hide in them. That runs stay apart and joined is seen by the runs.
"""

from bisect import bisect_left, bisect_right

from ektp_core.boundary.store import StoreError
from ektp_core.vocabulary.bucket import Bucket
from ektp_store.movement import Movement
from ektp_store.runs import Runs

Part = tuple[int, int]
Covered = tuple[list[int], list[int]]  # firsts and lasts of parts, in order, apart
Total = tuple[int, int, int]  # taken in, given out, held


class Checks:
    """The running totals of a book, and what its open commit moved."""

    def __init__(self, runs: Runs) -> None:
        self.totals: dict[str, Total] = {}
        self._runs = runs
        self._moved: list[Movement] = []
        self._mark = 0

    def before(self, movement: Movement) -> None:
        """Check the source of a movement that is about to be applied."""
        if not self._is_at(movement.party, movement.bucket, movement.series, movement.lo, movement.hi):
            where = "already in the book" if movement.party is None else "not one run held where it is moved from"
            raise StoreError(f"{_named(movement)} is {where}")
        self._moved.append(movement)

    def at_seal(self) -> None:
        """Check everything that must hold when a commit is sealed."""
        self._check_last_movements()
        totals = self._new_totals()
        for series, (taken, given, held) in totals.items():
            if held != taken - given:
                raise StoreError(f"{held} blanks of {series} are held; {taken} came in and {given} left")
        self.totals.update(totals)

    def mark(self) -> None:
        """Note where `undo` goes back to."""
        self._mark = len(self._moved)

    def undo(self) -> None:
        """Forget the refused ask."""
        del self._moved[self._mark :]

    def forget(self) -> None:
        """Begin the next commit."""
        self._moved.clear()
        self._mark = 0

    def _is_at(self, party: str | None, bucket: Bucket | None, series: str, lo: int, hi: int) -> bool:
        """Whether one run holds lo..hi at that place; without a place, whether nothing holds any of it."""
        if party is None:
            return not self._runs.overlapping(series, lo, hi)
        run = self._runs.covering(series, lo)
        return run is not None and hi <= run.hi and run.party == party and run.bucket == bucket

    def _check_last_movements(self) -> None:
        later: dict[str, Covered] = {}
        for movement in reversed(self._moved):
            for lo, hi in _newly_covered(later.setdefault(movement.series, ([], [])), movement.lo, movement.hi):
                if not self._is_at(movement.to_party, movement.to_bucket, movement.series, lo, hi):
                    raise StoreError(f"{_named(movement)} is not where its last movement put it")

    def _new_totals(self) -> dict[str, Total]:
        held: dict[str, int] = {}
        for run, was_inserted in self._runs.changed():
            held[run.series] = held.get(run.series, 0) + (run.hi - run.lo + 1 if was_inserted else run.lo - run.hi - 1)
        totals = {series: _plus(self.totals.get(series, (0, 0, 0)), (0, 0, net)) for series, net in held.items()}
        for series, lo, hi, party, _, to_party, _ in self._moved:
            count = hi - lo + 1
            if party is None or to_party is None:
                before = totals.get(series) or self.totals.get(series, (0, 0, 0))
                more = (0 if party is not None else count, 0 if to_party is not None else count, 0)
                totals[series] = _plus(before, more)
        return totals


def _plus(one: Total, other: Total) -> Total:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _newly_covered(covered: Covered, lo: int, hi: int) -> list[Part]:
    """The parts of lo..hi outside the covered parts (sorted, apart), which then cover them too."""
    firsts, lasts = covered
    start, end = bisect_left(lasts, lo), bisect_right(firsts, hi)
    new, at = [], lo
    for low, high in zip(firsts[start:end], lasts[start:end], strict=True):
        if at < low:
            new.append((at, low - 1))
        at = high + 1
    if at <= hi:
        new.append((at, hi))
    if start and lasts[start - 1] == lo - 1:
        start -= 1
    if end < len(firsts) and firsts[end] == hi + 1:
        end += 1
    if start < end:
        lo, hi = min(lo, firsts[start]), max(hi, lasts[end - 1])
    firsts[start:end], lasts[start:end] = [lo], [hi]
    return new


def _named(movement: Movement) -> str:
    return f"{movement.series} {movement.lo}-{movement.hi}"

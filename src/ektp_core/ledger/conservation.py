"""Conservation (kekekalan): held = taken in - given out, per series, after every movement.

`replay` carries movements out one after the other on the runs they touch and refuses to go
on when a blank would be in two places or come from where it is not. `decide` runs it on its
own result before anything is written; the database checks the same again by other means.

>>> start = [Holding("A", 1, 10, "centre", Bucket.STOCK, "v5")]
>>> after = replay(start, [Step("A", 3, 4, ("centre", Bucket.STOCK), ("office/52.03", Bucket.STOCK))])
>>> [(run.lo, run.hi, run.party) for run in after]
[(1, 2, 'centre'), (3, 4, 'office/52.03'), (5, 10, 'centre')]
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from attrs import frozen

from ektp_core.ledger.holding import Holding, without
from ektp_core.vocabulary.bucket import Bucket

Spot = tuple[str, Bucket]


class NotConserved(AssertionError):
    """A decision would have lost, doubled or teleported a blank: a fault of this program."""


@frozen
class Step:
    """One movement of one run; `source` None: taken in; `target` None: given out."""

    series: str
    lo: int
    hi: int
    source: Spot | None
    target: Spot | None
    blank_class: str = ""
    assumed: bool = False


def replay(held: Sequence[Holding], steps: Iterable[Step]) -> list[Holding]:
    """The runs after the movements, in order, equal neighbours joined.

    Raises:
        NotConserved: naming the serials and the movement that does not fit.
    """
    runs = _canonical(held)
    before = count(runs)
    net = 0
    for one in steps:
        runs, change = _carried_out(runs, one)
        net += change
    if count(runs) != before + net:
        raise NotConserved(f"{before} blanks became {count(runs)}, {before + net} expected")
    return runs


def _carried_out(runs: list[Holding], one: Step) -> tuple[list[Holding], int]:
    size = one.hi - one.lo + 1
    if size < 1 or (one.source is None and one.target is None):
        raise NotConserved(f"{one.series} {one.lo}-{one.hi} is no movement")
    touched = [r for r in runs if r.series == one.series and r.lo <= one.hi and one.lo <= r.hi]
    if one.source is None and one.target is not None:
        if touched:
            raise NotConserved(f"{one.series} {one.lo}-{one.hi} is in the book already")
        return _canonical([*runs, Holding(one.series, one.lo, one.hi, *one.target, one.blank_class, one.assumed)]), size
    if len(touched) != 1 or not _holds(touched[0], one):
        raise NotConserved(f"{one.series} {one.lo}-{one.hi} is not one run of {one.source}")
    run = touched[0]
    rest = [r for r in runs if r is not run]
    rest.extend(without(run, one.lo, one.hi))
    if one.target is None:
        return _canonical(rest), -size
    return _canonical([*rest, run.part(one.lo, one.hi).at(*one.target)]), 0


def _holds(run: Holding, one: Step) -> bool:
    return (run.party, run.bucket) == one.source and run.lo <= one.lo and one.hi <= run.hi


def _sorted(runs: Iterable[Holding]) -> list[Holding]:
    return sorted(runs, key=lambda run: (run.series, run.lo))


def _canonical(runs: Sequence[Holding]) -> list[Holding]:
    """The runs in order, equal neighbours joined; no blank may be in two of them."""
    for left, right in overlaps(runs):
        raise NotConserved(f"{left.series} {right.lo}-{min(left.hi, right.hi)} is in two places")
    whole: list[Holding] = []
    for run in _sorted(runs):
        if whole and whole[-1].joins(run):
            whole[-1] = whole[-1].part(whole[-1].lo, run.hi)
        else:
            whole.append(run)
    return whole


def count(runs: Iterable[Holding]) -> int:
    """How many blanks the runs hold."""
    return sum(len(run) for run in runs)


def overlaps(runs: Sequence[Holding]) -> list[tuple[Holding, Holding]]:
    """Pairs of neighbouring runs that share a blank; empty for a sound book."""
    ordered = _sorted(runs)
    pairs = pairwise(ordered)
    return [(a, b) for a, b in pairs if a.series == b.series and b.lo <= a.hi]

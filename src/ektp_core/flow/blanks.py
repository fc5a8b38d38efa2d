"""Movements of blanks that more than one ask needs: find, move, or name exactly what is not there."""

from collections.abc import Iterable, Iterator, Sequence

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.events import Moved
from ektp_core.flow.rows import Holding, Ranges, Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.serial import SerialRange, SerialSet, disjoint_union

Spot = tuple[str, Bucket]

_NONE = SerialSet()


def serials_of(ranges: Iterable[Sequence[str | int]]) -> SerialSet:
    """Ranges as they come in a request, checked: sound, and no blank named twice.

    Raises:
        Refused: BAD_VALUE or SERIALS_OVERLAP.
    """
    return disjoint_union(SerialRange(str(series), int(lo), int(hi)) for series, lo, hi in ranges)


def as_ranges(serials: SerialSet) -> Ranges:
    """A set of serials as rows and events hold it."""
    return tuple((part.series, part.lo, part.hi) for part in serials)


def moves(view: View, serials: SerialSet, source: Spot, target: Spot, reference: str) -> tuple[Moved, ...]:
    """The movements of these blanks, one for each run that holds some of them.

    Raises:
        Refused: NOT_HELD, naming every blank that is not in `source`.
    """
    if len(serials.ranges) == 1:  # the usual case: one stretch, and one run holds it
        (part,) = serials.ranges
        run = view.covering(part.series, part.lo)
        if run is not None and part.hi <= run.hi and (run.party, run.bucket) == source:
            return (Moved(part.series, part.lo, part.hi, *source, *target, reference),)
    found: list[Moved] = []
    held: list[SerialRange] = []
    for part in serials:
        for run in view.overlapping(part.series, part.lo, part.hi):
            if (run.party, run.bucket) == source:
                lo, hi = max(run.lo, part.lo), min(run.hi, part.hi)
                held.append(part if (lo, hi) == (part.lo, part.hi) else SerialRange(part.series, lo, hi))
                found.append(Moved(part.series, lo, hi, *source, *target, reference))
    missing = serials - SerialSet(held)
    if missing:
        raise Refused(
            Refusal.NOT_HELD,
            {"serials": missing.shown()[:20], "party": source[0], "bucket": source[1].name},
        )
    return tuple(found)


def runs_of(view: View, party: str, bucket: Bucket, blank_class: str) -> Iterator[Holding]:
    """All runs of a place, in order of their serials."""
    run = view.lowest(party, bucket, blank_class)
    while run:
        yield run
        run = view.lowest(party, bucket, blank_class, (run.series, run.lo))


def lowest_blanks(  # noqa: PLR0917  # a place is party, bucket and class
    view: View, party: str, bucket: Bucket, blank_class: str, count: int, but: SerialSet = _NONE
) -> SerialSet:
    """The first `count` blanks of a place, leaving out those in `but`.

    Raises:
        Refused: TOO_FEW, saying how many there are.
    """
    held = view.row(Tally, party, bucket, blank_class)
    if count < 1:
        raise Refused(Refusal.BAD_VALUE, {"field": "count", "shape": str(count), "expected": "1 or more"})
    if held is None or held.count < count:
        has = held.count if held else 0
        raise Refused(Refusal.TOO_FEW, {"party": party, "bucket": bucket.name, "held": has, "asked": count})
    chosen: list[SerialRange] = []
    left = count
    run: Holding | None = view.lowest(party, bucket, blank_class)
    while run and left:
        free = SerialSet.of(SerialRange(run.series, run.lo, run.hi)) - but if but else (run,)
        for part in free:
            size = min(part.hi - part.lo + 1, left)
            if size:
                chosen.append(SerialRange(part.series, part.lo, part.lo + size - 1))
            left -= size
        run = view.lowest(party, bucket, blank_class, (run.series, run.lo)) if left else None
    if left:
        raise Refused(Refusal.TOO_FEW, {"party": party, "bucket": bucket.name, "held": count - left, "asked": count})
    return SerialSet(chosen)

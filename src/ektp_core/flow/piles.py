"""The piles of an allotment at a cut (tumpukan per jatah): where its blanks were, and why the bad ones are bad.

The book holds where blanks are now. For a cut in the past the movements since then are
undone on a copy, newest first; the cost is what has moved since, not the length of history.
"""

from collections.abc import Iterable, Iterator

from ektp_core.flow.events import GivenOut, Moved, TakenIn
from ektp_core.flow.rows import Holding, Record, Spoil
from ektp_core.flow.view import View
from ektp_core.ledger.holding import without
from ektp_core.spoilage.report import Columns, Line
from ektp_core.vocabulary.bucket import LOST, Bucket
from ektp_core.vocabulary.party import PartyId, is_station
from ektp_core.vocabulary.serial import SerialRange, SerialSet

_COLUMN = {
    Bucket.GOOD_HELD: "good",
    Bucket.HANDED_OVER: "good",
    Bucket.VOID_HELD: "good",  # a void card came out good (rule 16)
    Bucket.SUSPECT: "suspect",
    Bucket.USED_DECLARED: "good",  # used by count, never shown as proven (rule 10)
    Bucket.STOCK: "remaining",
    Bucket.FOUND_HELD: "remaining",
    Bucket.IN_MACHINE: "remaining",
    Bucket.IN_TRANSIT: "remaining",
    Bucket.IN_TRANSIT_GOOD: "good",
    Bucket.IN_TRANSIT_VOID: "good",
}
_BAD = frozenset({Bucket.WASTE_HELD, Bucket.IN_TRANSIT_WASTE, Bucket.DESTROYED})


def piles_at(view: View, serials: SerialSet, office: str, cut_seq: int) -> tuple[Columns, tuple[Line, ...]]:
    """The report's columns as the book has them at a cut, and the line of every bad and lost blank."""
    counts: dict[str, int] = {}
    lines: list[Line] = []
    for run in _runs_at(view, serials, cut_seq):
        if _not_received(run, office):
            continue
        counts["received"] = counts.get("received", 0) + len(run)
        if run.bucket in _BAD or run.bucket in LOST:
            spoiled = tuple(_lines(view, run))
            lines += spoiled
            for line in spoiled:
                column = "lost" if line.is_lost else "bad_of_person" if line.person else "bad_without"
                counts[column] = counts.get(column, 0) + 1
        else:
            column = _COLUMN[run.bucket]
            counts[column] = counts.get(column, 0) + len(run)
    return Columns(**counts), tuple(sorted(lines))


def _not_received(run: Holding, office: str) -> bool:
    """Still the centre's, or on the road to the office."""
    on_the_road = run.bucket is Bucket.IN_TRANSIT and not is_station(run.party)
    return PartyId(run.party).home.value != office or on_the_road


def _lines(view: View, run: Holding) -> Iterator[Line]:
    for number in range(run.lo, run.hi + 1):
        spoil = view.row(Spoil, run.series, number)
        lost = run.bucket in LOST
        if spoil is None:
            yield Line(run.series, number, is_lost=lost)
            continue
        record = view.row(Record, spoil.record) if spoil.of_person else None
        person = record.person.hex() if record else ""
        yield Line(run.series, number, person, spoil.record, spoil.n, spoil.cause.value, lost)


def _runs_at(view: View, serials: SerialSet, cut_seq: int) -> list[Holding]:
    runs = [clipped for part in serials for clipped in _clipped(view, part)]
    since = [event for _, event in view.moves_since(cut_seq)]
    for event in reversed(since):
        assert isinstance(event, Moved | TakenIn | GivenOut)
        if isinstance(event, Moved):
            for part in SerialSet.of(SerialRange(event.series, event.lo, event.hi)) & serials:
                runs = list(_undone(runs, event, part))
    return runs


def _clipped(view: View, part: SerialRange) -> Iterator[Holding]:
    for run in view.overlapping(part.series, part.lo, part.hi):
        yield run.part(max(run.lo, part.lo), min(run.hi, part.hi))


def _undone(runs: Iterable[Holding], event: Moved, part: SerialRange) -> Iterator[Holding]:
    for run in runs:
        lo, hi = max(run.lo, part.lo), min(run.hi, part.hi)
        if run.series != part.series or lo > hi:
            yield run
            continue
        yield from without(run, lo, hi)
        yield run.part(lo, hi).at(event.party, event.bucket)

"""The piles of an allotment at a cut (tumpukan per jatah): where its blanks were, and why the bad ones are bad.

The book holds where blanks are now. For a cut in the past the movements since then are
undone on a copy, newest first; the cost is what has moved since, not the length of history.

A blank counts to the allotment it came from, also when it is lent, sent on or returned upward
(rules 24 and 30). What left the office printed keeps its column; what left as a blank counts as
lent or returned, and is accounted for where it went. Which blanks those are, the office's
own waybills say.

A blank on which an attempt failed, or was lost, keeps its line whatever becomes of it: a lost card that is
found again is void, and its person still waits to be reported (rules 11, 15 and 24).
"""

from collections.abc import Iterable, Iterator

from attrs import frozen

from ektp_core.flow.blanks import serials_of
from ektp_core.flow.custody_rows import Loan, NamedWaste, Waybill
from ektp_core.flow.events import GivenOut, Moved, TakenIn
from ektp_core.flow.rows import Attempt, Bound, Holding, Record, Spoil
from ektp_core.flow.view import View
from ektp_core.ledger.holding import without
from ektp_core.spoilage.report import Columns, Line
from ektp_core.vocabulary.bucket import IN_TRANSIT, LOST, Bucket, Condition
from ektp_core.vocabulary.party import PartyId, PartyKind, is_station
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockEvent
from ektp_core.vocabulary.verdict import Cause

_COLUMN = {
    Bucket.GOOD_HELD: "good",
    Bucket.HANDED_OVER: "good",
    Bucket.VOID_HELD: "good",  # a void card came out good (rule 16)
    Bucket.SUSPECT: "suspect",
    Bucket.USED_DECLARED: "used_declared",  # by the office's word, never as good from records (rule 10)
    Bucket.STOCK: "remaining",
    Bucket.RESERVED: "remaining",
    Bucket.FOUND_HELD: "remaining",
    Bucket.IN_MACHINE: "remaining",
    Bucket.IN_TRANSIT: "remaining",
    Bucket.IN_TRANSIT_GOOD: "good",
    Bucket.IN_TRANSIT_VOID: "good",
}
#: Where a card can lie on which an attempt failed nevertheless; looked at one by one.
_VOID = frozenset({Bucket.VOID_HELD, Bucket.IN_TRANSIT_VOID, Bucket.LOST_VOID, Bucket.DESTROYED})
_BAD = frozenset({Bucket.WASTE_HELD, Bucket.IN_TRANSIT_WASTE, Bucket.DESTROYED})
_GOOD = frozenset({LockEvent.VERDICT_GOOD, LockEvent.SETTLE_GOOD, LockEvent.VOID})
_RANKS = {PartyKind.OFFICE: 0, PartyKind.GROUP: 0, PartyKind.PROVINCE: 1, PartyKind.CENTRE: 2}


@frozen
class _Left:
    """Blanks of an office that left it: on which paper, in which column if they left unprinted.

    `spoiled`: those that left unprinted and came back as cards or waste; what became of them happened
    elsewhere, and stands in the report of where it happened.
    """

    serials: SerialSet
    column: str
    sent: tuple[int, str]
    spoiled: SerialSet


def piles_at(view: View, serials: SerialSet, office: str, cut_seq: int) -> tuple[Columns, tuple[Line, ...]]:
    """The report's columns as the book has them at a cut, and the line of every bad and lost blank."""
    counts: dict[str, int] = {}
    lines: list[Line] = []
    runs, later = _runs_at(view, serials, cut_seq)
    left, borrowed = _left(view, office, later), _borrowed(view, office)
    for run, column in _accounted(view, runs, office, left):
        own = SerialSet.of(SerialRange(run.series, run.lo, run.hi))
        lent_to = len(own & borrowed)
        _add(counts, "borrowed", lent_to)
        _add(counts, "received", len(run) - lent_to)
        if column:
            _add(counts, column, len(run))
        elif _is_spoiled(view, run):
            spoiled = tuple(_lines(view, run))
            lines += spoiled
            for line in spoiled:
                _add(counts, "lost" if line.is_lost else "bad_of_person" if line.person else "bad_without", 1)
        else:
            _add(counts, _COLUMN.get(run.bucket, "good"), len(run))
    return Columns(**counts), tuple(sorted(lines))


def _add(counts: dict[str, int], column: str, count: int) -> None:
    counts[column] = counts.get(column, 0) + count


def _accounted(
    view: View, runs: Iterable[Holding], office: str, left: tuple[_Left, ...]
) -> Iterator[tuple[Holding, str]]:
    """Runs the office has had, with the column of those that left it unprinted; destroyed ones blank by blank."""
    for run, column in _came_back(runs, left):
        if column:
            yield run, column
            continue
        if PartyId(run.party).home.value == office and not _is_coming(run):
            yield from _at_home(view, run, office, left)
            continue
        rest = SerialSet.of(SerialRange(run.series, run.lo, run.hi))
        for paper in left:
            for part in paper.serials & rest:
                piece = run.part(part.lo, part.hi)
                yield from ((piece, paper.column),) if paper.column else _one_by_one(piece)
            rest = rest - paper.serials
        for part in rest:
            yield from _printed_here(view, run.part(part.lo, part.hi), office)


def _came_back(runs: Iterable[Holding], left: tuple[_Left, ...]) -> Iterator[tuple[Holding, str]]:
    """The runs, those apart that left as blanks and came back otherwise: with their column, wherever they are now."""
    for run in runs:
        rest = SerialSet.of(SerialRange(run.series, run.lo, run.hi))
        for paper in left:
            yield from ((run.part(part.lo, part.hi), paper.column) for part in paper.spoiled & rest)
            rest = rest - paper.spoiled
        yield from ((run.part(part.lo, part.hi), "") for part in rest)


def _is_coming(run: Holding) -> bool:
    """On the road to the office; what a station gives back is on the road within it."""
    return run.bucket is Bucket.IN_TRANSIT and not is_station(run.party)


def _one_by_one(run: Holding) -> Iterator[tuple[Holding, str]]:
    """Whether a destroyed or void card was waste, or counts as good, is known of each by itself."""
    if run.bucket not in _VOID:
        yield run, ""
        return
    for number in range(run.lo, run.hi + 1):
        yield run.part(number, number), ""


def _printed_here(view: View, run: Holding, office: str) -> Iterator[tuple[Holding, str]]:
    """Cards that are elsewhere without a paper of ours, such as surrendered ones, were this office's if it ran them."""
    if run.bucket.condition is Condition.BLANK:
        return  # never received
    for number in range(run.lo, run.hi + 1):
        if _printed_by(view, run.series, number) == office:
            yield run.part(number, number), ""


def _at_home(view: View, run: Holding, office: str, left: tuple[_Left, ...]) -> Iterator[tuple[Holding, str]]:
    """Runs the office has; a card that another printed on a blank we lent, surrendered here, stays lent."""
    rest = SerialSet.of(SerialRange(run.series, run.lo, run.hi))
    for paper in left if run.bucket.condition is not Condition.BLANK else ():
        for part in paper.serials & rest if paper.column else ():
            for number in range(part.lo, part.hi + 1):
                by = _printed_by(view, run.series, number)
                yield run.part(number, number), paper.column if by and by != office else ""
        rest = rest - paper.serials if paper.column else rest
    for part in rest:
        yield from _one_by_one(run.part(part.lo, part.hi))


def _printed_by(view: View, series: str, number: int) -> str:
    """The office whose station took this blank last, or nothing."""
    bound = view.row(Bound, series, number)
    attempt = view.row(Attempt, bound.record, bound.n) if bound else None
    return PartyId(attempt.station).home.value if attempt else ""


def _left(view: View, office: str, later: frozenset[str]) -> tuple[_Left, ...]:
    """The office's departures up to the cut, newest first."""
    found = []
    for one in view.rows(Waybill, office):
        if one.consignment not in later:
            serials, column = serials_of(one.ranges), _column(view, one)
            spoiled = serials & _spoiled_by(view, one, office, later) if column else SerialSet()
            found.append(_Left(serials, column, (one.sent_ms, one.consignment), spoiled))
    return tuple(sorted(found, key=lambda one: one.sent, reverse=True))


def _spoiled_by(view: View, waybill: Waybill, office: str, later: frozenset[str]) -> SerialSet:
    """What the receiver of a paper sent back first not as blanks; the centre sends no cards and no waste back."""
    spoiled, whole = SerialSet(), SerialSet()
    if PartyId(waybill.receiver).kind is PartyKind.CENTRE:
        return spoiled
    back = [one for one in view.rows(Waybill, waybill.receiver) if one.receiver == office]
    for one in sorted(back, key=lambda one: (one.sent_ms, one.consignment)):
        if one.sent_ms < waybill.sent_ms or one.consignment in later:
            continue
        if one.carries is Condition.BLANK:
            whole = whole | serials_of(one.ranges)
        else:
            spoiled = spoiled | (serials_of(one.ranges) - whole)
    return spoiled


def _column(view: View, waybill: Waybill) -> str:
    """Where blanks that left count; nothing for cards and waste, which keep their own column."""
    if waybill.carries is not Condition.BLANK:
        return ""
    loan = view.row(Loan, waybill.sender, waybill.reference) if waybill.reference else None
    ranks = [_RANKS.get(PartyId(party).kind, 0) for party in (waybill.sender, waybill.receiver)]
    return "returned" if loan or ranks[0] < ranks[1] else "lent"


def _borrowed(view: View, office: str) -> SerialSet:
    return SerialSet(part for loan in view.rows(Loan, office) for part in serials_of(loan.delivered))


def _is_spoiled(view: View, run: Holding) -> bool:
    if run.bucket in _VOID and view.row(Spoil, run.series, run.lo):
        return True
    if run.bucket is Bucket.DESTROYED:  # waste only after a report named it, so the rest was void
        return view.row(NamedWaste, run.series, run.lo) is not None
    return run.bucket in _BAD or run.bucket in LOST


def _lines(view: View, run: Holding) -> Iterator[Line]:
    for number in range(run.lo, run.hi + 1):
        spoil = view.row(Spoil, run.series, number)
        lost = run.bucket in LOST
        if spoil is None:
            yield _missing(view, run.series, number) if lost else Line(run.series, number)
            continue
        person = _person(view, spoil.record) if spoil.of_person else ""
        yield Line(run.series, number, person, spoil.record, spoil.n, spoil.cause.value, lost)


def _missing(view: View, series: str, number: int) -> Line:
    """A lost blank; where it was a finished card, of the person it was made for (rule 16)."""
    bound = view.row(Bound, series, number)
    attempt = view.row(Attempt, bound.record, bound.n) if bound else None
    if bound is None or attempt is None or attempt.outcome not in _GOOD:
        return Line(series, number, is_lost=True)
    return Line(series, number, _person(view, bound.record), bound.record, bound.n, Cause.LOST.value, is_lost=True)


def _person(view: View, record: str) -> str:
    found = view.row(Record, record)
    return found.person.hex() if found else ""


def _runs_at(view: View, serials: SerialSet, cut_seq: int) -> tuple[list[Holding], frozenset[str]]:
    """The runs as at the cut, and the papers of movements since."""
    runs = [clipped for part in serials for clipped in _clipped(view, part)]
    since = [event for _, event in view.moves_since(cut_seq)]
    for event in reversed(since):
        assert isinstance(event, Moved | TakenIn | GivenOut)
        if isinstance(event, Moved):
            for part in SerialSet.of(SerialRange(event.series, event.lo, event.hi)) & serials:
                runs = list(_undone(runs, event, part))
    later = (event.reference for event in since if isinstance(event, Moved) and event.to_bucket in IN_TRANSIT)
    return runs, frozenset(later)


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

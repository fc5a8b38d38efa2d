"""Use and readings of blanks that are only counted (pemakaian menurut laporan, pembacaan; rule 10).

An office without records says how many blanks it used on a day: so many placeholders go to
`USED_DECLARED`, which is never shown as proven. Where only serials that were read are left,
the office must say so itself: from then on nobody knows which of them remain, and all are
assumed. A real reading that says a blank is elsewhere than assumed swaps places with a
placeholder; what was read is proven from then on. The swap stays within the party: what another has is its
own to correct. Nothing becomes a usable blank again by reading but what was assumed to be one, or used.
"""

from collections.abc import Iterator

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves, serials_of
from ektp_core.flow.counting_events import Reidentified, UseDeclared
from ektp_core.flow.events import Event, GivenOut, Moved, TakenIn
from ektp_core.flow.lineage import papers_of
from ektp_core.flow.office_stock import members
from ektp_core.flow.opening import known_class
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.placeholders import (
    assumed_at,
    checked_count,
    counted_party,
    is_placeholder,
    not_stopped,
    runs_at,
    taken_from,
)
from ektp_core.flow.rows import Bound, DeclaredUse, Holding, Ranges
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.flow.waste import not_evidence
from ektp_core.ledger.count import serials_in
from ektp_core.vocabulary.bucket import LOST, Bucket, Condition
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.serial import SerialRange, SerialSet

#: The source account of serials that were read where a count stood, and where the placeholders went.
READ = "read"
#: Places in which a blank can be seen, or was seen used.
_SEEN_IN = frozenset({Bucket.STOCK, Bucket.GOOD_HELD, Bucket.WASTE_HELD, Bucket.VOID_HELD, Bucket.USED_DECLARED})
#: Places from which a serial that is only assumed there may be swapped away.
_FREE = _SEEN_IN | LOST


@frozen
class DeclareUse:
    """Declare blanks used on a day by count.

    `is_from_known`: blanks whose serials were read were used as well, nobody noted which. An office with a station
    does not say so: its station keeps the records (rule 10).
    """

    party: str
    blank_class: str
    count: int
    day: str
    paper: str
    is_from_known: bool = False


@frozen
class Reidentify:
    """Give the serials that two people read at a place where the book has a count alone."""

    party: str
    bucket: Bucket
    blank_class: str
    ranges: Ranges
    minutes: str


def decide_use(view: View, ask: Ask, body: DeclareUse) -> tuple[Event, ...]:
    """So many blanks are used by count; once for a party, class and day."""
    who = require(view, ask, PERMITS[Act.DECLARE_USE])
    counted_party(view, body.party)
    of_office(who, body.party)
    checked_text("paper", body.paper)
    checked_date(body.day, "day")
    late = paper_date_checked(view, body.party, Paper("the declared use", body.paper, body.day), ask.at_ms, "day")
    checked_count(body.count, "count", 1)
    if body.is_from_known and len(tuple(members(view, body.party))) > 1:
        shape, expected = "known blanks of an office with a station", "what the station's own records say"
        raise Refused(Refusal.BAD_VALUE, {"field": "is_from_known", "shape": shape, "expected": expected})
    if view.row(DeclaredUse, body.party, body.blank_class, body.day):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the use declared for the day", "id": body.day})
    stock = (body.party, Bucket.STOCK)
    chosen = taken_from(assumed_at(view, *stock, body.blank_class, SerialSet()), body.count)
    known = [run for run in runs_at(view, *stock, body.blank_class) if not run.assumed]
    lacking = body.count - len(chosen)
    if lacking and body.is_from_known:
        chosen = chosen | taken_from(iter(serials_in(known)), lacking)
    if len(chosen) < body.count:
        facts: dict[str, str | int] = {
            "party": body.party,
            "bucket": Bucket.STOCK.name,
            "held": len(chosen),
            "asked": body.count,
        }
        raise Refused(Refusal.TOO_FEW, facts)
    doubted = as_ranges(serials_in(known)) if lacking else ()
    told = UseDeclared(body.party, body.blank_class, body.count, body.day, body.paper, who.names, doubted)
    return (told, *moves(view, chosen, stock, (body.party, Bucket.USED_DECLARED), body.paper), *late)


def decide_reidentify(view: View, ask: Ask, body: Reidentify) -> tuple[Event, ...]:
    """What was read takes its real place; placeholders take the places it was assumed in."""
    who = require(view, ask, PERMITS[Act.REIDENTIFY])
    counted_party(view, body.party)
    of_office(who, body.party)
    checked_text("minutes", body.minutes)
    if body.bucket not in _SEEN_IN:
        expected = "stock, good held, waste held, void held or used"
        raise Refused(Refusal.BAD_VALUE, {"field": "bucket", "shape": body.bucket.name, "expected": expected})
    known_class(view, body.party, body.blank_class)
    read = _read(body)
    place = (body.party, body.bucket)
    assumed = _assumed_runs(view, body, read)
    elsewhere = [run for run in assumed if (run.party, run.bucket) != place]
    strange = read - serials_in(assumed)
    replaced = _placeholders(view, body, read, elsewhere, strange)
    swapped = tuple(_swapped(elsewhere, strange, replaced, body))
    not_evidence(view, read | replaced)
    went = SerialSet(SerialRange(one.series, one.lo, one.hi) for one in swapped if isinstance(one, GivenOut))
    what = (body.party, body.bucket, body.blank_class, as_ranges(read), as_ranges(replaced), body.minutes, who.names)
    done = Reidentified(*what, as_ranges(strange), as_ranges(went), tuple(papers_of(view, went)))
    return (*swapped, done)


def _read(body: Reidentify) -> SerialSet:
    read = serials_of(body.ranges)
    if not read or any(is_placeholder(part.series) for part in read):
        shape = "numbers that stand for a count" if read else "empty"
        raise Refused(Refusal.BAD_VALUE, {"field": "ranges", "shape": shape, "expected": "printed serials"})
    checked_count(len(read), "ranges", 1)
    return read


def _assumed_runs(view: View, body: Reidentify, read: SerialSet) -> list[Holding]:
    """The parts of runs that hold what was read.

    All must be this party's, assumed, of that class, never in a press, and on no paper: what is reserved or on the
    road is named there by its serials.
    """
    found: list[Holding] = []
    for part in read:
        for run in view.overlapping(part.series, part.lo, part.hi):
            clipped = run.part(max(run.lo, part.lo), min(run.hi, part.hi))
            is_free = run.assumed and run.bucket in _FREE and run.party == body.party
            if not is_free or not _may_become(run.bucket, body.bucket) or run.blank_class != body.blank_class:
                raise Refused(Refusal.HELD_ELSEWHERE, {"found": (shown_run(clipped),)})
            fed = [n for n in range(clipped.lo, clipped.hi + 1) if view.row(Bound, run.series, n)]
            if fed:
                raise Refused(Refusal.WAS_FED, {"serials": tuple(f"{run.series} {n}" for n in fed[:20])})
            if body.bucket is Bucket.STOCK:
                not_stopped(view, SerialSet.of(SerialRange(run.series, clipped.lo, clipped.hi)))
            found.append(clipped)
    return found


def shown_run(run: Holding) -> str:
    """Where the book has a run, for a refusal."""
    serials = SerialRange(run.series, run.lo, run.hi)
    return f"{serials} in {run.bucket.name} of {run.party}, class {run.blank_class}"


def _may_become(bucket: Bucket, other: Bucket) -> bool:
    """Only what was thought a blank, or used, can be a blank: waste or a card never is (rule 11)."""
    return other.condition is not Condition.BLANK or bucket.condition in (Condition.BLANK, None)


def _placeholders(
    view: View, body: Reidentify, read: SerialSet, elsewhere: list[Holding], strange: SerialSet
) -> SerialSet:
    """As many assumed blanks of the place as were read elsewhere or are new; only numbers for a count become blanks."""
    count = len(serials_in(elsewhere)) + len(strange)
    parts = assumed_at(view, body.party, body.bucket, body.blank_class, read)
    if not all(_may_become(body.bucket, run.bucket) for run in elsewhere):
        parts = (part for part in parts if is_placeholder(part.series))
    chosen = taken_from(parts, count)
    if len(chosen) < count:
        facts: dict[str, str | int] = {
            "party": body.party,
            "bucket": body.bucket.name,
            "held": len(chosen),
            "asked": count,
        }
        raise Refused(Refusal.TOO_FEW, facts)
    return chosen


def _swapped(elsewhere: list[Holding], strange: SerialSet, replaced: SerialSet, body: Reidentify) -> Iterator[Event]:
    """Each run read elsewhere against as many placeholders; what the book never knew comes in, placeholders go out."""
    place, rest = (body.party, body.bucket), replaced
    for run in elsewhere:
        there = (run.party, run.bucket)
        yield Moved(run.series, run.lo, run.hi, *there, *place, body.minutes)
        back = taken_from(iter(rest), len(run))
        rest = rest - back
        yield from (Moved(part.series, part.lo, part.hi, *place, *there, body.minutes) for part in back)
    for part in rest:
        yield GivenOut(part.series, part.lo, part.hi, *place, READ)
    for part in strange:
        yield TakenIn(part.series, part.lo, part.hi, *place, body.blank_class, READ, body.minutes)

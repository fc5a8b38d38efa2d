"""What the book knows of an office when blanks are divided (angka kantor dari buku). Rules 8, 27, 28, 29.

A pure reader: `figures_of` gives the same value that a file of figures gives, so that
`allotment.plan` runs on the book, and nothing goes the other way: estimates never enter the
ledger (rule 29). What the book cannot know is handed in: months of printing (the fold knows no
time; they are counted from the sealed commits) and the office's own backlog.

*On the road* are blanks on their way to the office and those of its allotments that still lie
reserved at the centre: granted twice before the first is sent, they would count for nothing else.
*Backlog* is every record of the office that waits here; a record knows no class, so it counts to
the class the office's first station prints first, and not twice. Counting it costs one step a
waiting record.
"""

from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from ektp_core.allotment.figures import DAYS_MAX, OfficeFigures
from ektp_core.flow.allotting_rows import Request, Standing
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.holds import is_held
from ektp_core.flow.office_stock import members
from ektp_core.flow.report_cut import allotments_of
from ektp_core.flow.rows import Allotment, Party, Ready, Report, Station, Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.dates import days_between
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.party import CENTRE, PartyId, PartyKind
from ektp_core.vocabulary.request_state import RequestState

#: Where a blank of an allotment is not used yet, as far as it is the office's or on its way there.
_UNUSED = frozenset({Bucket.STOCK, Bucket.IN_MACHINE, Bucket.IN_TRANSIT, Bucket.FOUND_HELD})
_OFFICES = frozenset({PartyKind.OFFICE, PartyKind.PROVINCE})


@frozen
class Given:
    """What no row says: past months as counted from the commits (oldest first), the office's own backlog."""

    printed: tuple[int, ...] = ()
    stock_out_days: tuple[int, ...] = ()
    own_backlog: int = 0


NOTHING = Given()


def figures_of(view: View, party: str, blank_class: str, at_ms: int, given: Given = NOTHING) -> OfficeFigures:
    """One office (or province's store) and class, as the book has it at a moment (milliseconds UTC).

    Not given: `signed_push` and `recorded_this_month`, which no book knows.
    """
    standing = view.row(Standing, party, blank_class) or Standing(party, blank_class)
    last = next(allotments_of(view, party, blank_class), None)
    report = view.row(Report, last.report) if last and last.report else None
    return OfficeFigures(
        party,
        blank_class,
        stock=_on_hand(view, party, blank_class),
        in_transit=_coming(view, party, blank_class),
        backlog=_backlog(view, party, blank_class, at_ms),
        own_backlog=given.own_backlog,
        requested=sum(one.count for one in open_requests(view, party, blank_class)),
        printed_per_month=given.printed,
        stock_out_days=given.stock_out_days,
        printers_good=standing.good,
        printers_poor=standing.poor,
        printers_broken=standing.broken,
        printers_missing=standing.missing,
        daily_cap=standing.daily_cap,
        working_days=standing.working_days,
        best_month=max((standing.best_month, *given.printed)),
        signed_capacity=standing.signed_capacity,
        is_store=PartyId(party).kind is PartyKind.PROVINCE,
        accounted_for=None if last is None else bool(report and report.cut_ms),
        report_age_days=_days(report.cut_ms, at_ms, party) if report and report.cut_ms else 0,
        remaining_of_last=_unused(view, last) if last else 0,
        grant_age_days=_days(last.granted_ms, at_ms, party) if last else None,
    )


def all_figures(
    view: View, at_ms: int, given: Mapping[tuple[str, str], Given] | None = None
) -> tuple[OfficeFigures, ...]:
    """Every office and province with every class it prints, holds, had or asks for; `given` by (party, class)."""
    known = given or {}
    return tuple(
        figures_of(view, party.party, blank_class, at_ms, known.get((party.party, blank_class), NOTHING))
        for party in view.rows(Party)
        if PartyId(party.party).kind in _OFFICES
        for blank_class in sorted(_classes(view, party.party))
    )


def supply_of(view: View) -> dict[str, int]:
    """What the centre has of each class and has not granted, the reserve included."""
    return {tally.blank_class: tally.count for tally in view.rows(Tally, CENTRE.value, Bucket.STOCK)}


def open_requests(view: View, party: str, blank_class: str) -> tuple[Request, ...]:
    """The requests of a party for a class that wait for an answer."""
    found = view.rows(Request, party, RequestState.OPEN)
    return tuple(one for one in found if one.blank_class == blank_class)


def _classes(view: View, party: str) -> set[str]:
    found = {standing.blank_class for standing in view.rows(Standing, party)}
    found |= {request.blank_class for request in view.rows(Request, party, RequestState.OPEN)}
    for member in members(view, party):
        station = view.row(Station, member)
        found |= {*station.classes} if station else set()
        found |= {tally.blank_class for tally in view.rows(Tally, member, Bucket.STOCK)}
    return found


def _on_hand(view: View, party: str, blank_class: str) -> int:
    """In the store, at the stations, in their machines, and between the two."""
    found = 0
    for member in members(view, party):
        inside = (Bucket.IN_MACHINE, Bucket.IN_TRANSIT) if member != party else (Bucket.IN_MACHINE,)
        for bucket in (Bucket.STOCK, *inside):
            tally = view.row(Tally, member, bucket, blank_class)
            found += tally.count if tally else 0
    return found


def _coming(view: View, party: str, blank_class: str) -> int:
    """On the road to the party's store, or granted and not sent; one unsent behind a sent one is not looked for."""
    tally = view.row(Tally, party, Bucket.IN_TRANSIT, blank_class)
    found = tally.count if tally else 0
    for allotment in allotments_of(view, party, blank_class):
        waiting = _count(view, allotment, lambda holder, bucket: (holder, bucket) == _RESERVED)
        if not waiting:
            break
        found += waiting
    return found


_RESERVED = (CENTRE.value, Bucket.RESERVED)


def _unused(view: View, allotment: Allotment) -> int:
    """Blanks of an allotment that its party has and has not printed on, those still to come included."""

    def is_unused(holder: str, bucket: Bucket) -> bool:
        is_own = PartyId(holder).home.value == allotment.party
        return (holder, bucket) == _RESERVED or (is_own and bucket in _UNUSED)

    return _count(view, allotment, is_unused)


def _count(view: View, allotment: Allotment, counts: Callable[[str, Bucket], bool]) -> int:
    found = 0
    for part in serials_of(allotment.ranges):
        for run in view.overlapping(part.series, part.lo, part.hi):
            if counts(run.party, run.bucket):
                found += min(run.hi, part.hi) - max(run.lo, part.lo) + 1
    return found


def _backlog(view: View, party: str, blank_class: str, at_ms: int) -> int:
    """Records that wait and that nothing holds back."""
    if _first_class(view, party) not in ("", blank_class):
        return 0
    return sum(1 for one in view.rows(Ready, party) if not is_held(view, one.record, party, at_ms))


def _first_class(view: View, party: str) -> str:
    """The class people wait for: what the first station prints first, else the first the party has to do with."""
    stations: Iterator[Station | None] = (view.row(Station, member) for member in members(view, party))
    printed = next((station.classes[0] for station in stations if station and station.classes), "")
    return printed or min(_classes(view, party), default="")


def _days(since_ms: int, at_ms: int, party: str) -> int:
    """Local days between two instants, as papers count them."""
    return min(DAYS_MAX, max(0, days_between(date_of(since_ms, party), date_of(at_ms, party))))

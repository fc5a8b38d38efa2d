"""Which papers name a placeholder (asal-usul nomor pengganti): a blank counts to the allotment it came from.

A reading puts real serials in place of numbers that stood for a count. The allotment, the loan and the
waybill that named the number name the blank from then on; otherwise it would stand in no report
(rules 10 and 24). Readings are rare and made by people: their papers are looked for once, among all
papers, when the reading is decided; the fold goes straight to them.
"""

from collections.abc import Iterator

from attrs import evolve

from ektp_core.flow.blanks import serials_of
from ektp_core.flow.counting_events import Reidentified
from ektp_core.flow.custody_rows import Loan, Waybill
from ektp_core.flow.rows import Allotment, Consignment, Ranges
from ektp_core.flow.view import Book, View
from ektp_core.vocabulary.serial import SerialRange, SerialSet

_ALLOTMENT, _LOAN, _WAYBILL = "allotment", "loan", "waybill"


def papers_of(view: View, serials: SerialSet) -> Iterator[tuple[str, str, str]]:
    """Every allotment, loan and waybill that names one of these blanks, as `Reidentified.papers` has them."""
    if not serials:
        return
    for allotment in view.rows(Allotment):
        if _names(allotment.ranges, serials):
            yield _ALLOTMENT, allotment.allotment, ""
    for loan in view.rows(Loan):
        if _names(loan.delivered, serials):
            yield _LOAN, loan.borrower, loan.loan
    for waybill in view.rows(Waybill):
        if _names(waybill.ranges, serials):
            yield _WAYBILL, waybill.party, waybill.consignment


def _names(ranges: Ranges, serials: SerialSet) -> bool:
    return any(
        part.series == series and part.lo <= hi and lo <= part.hi for series, lo, hi in ranges for part in serials
    )


def renamed(book: Book, event: Reidentified) -> None:
    """The papers of a reading name what was read instead of the placeholders that are no more."""
    for kind, name, other in event.papers:
        if kind == _ALLOTMENT:
            allotment = book.row(Allotment, name)
            if allotment:
                book.put(evolve(allotment, ranges=in_place(allotment.ranges, event)))
        elif kind == _LOAN:
            loan = book.row(Loan, name, other)
            if loan:
                book.put(evolve(loan, delivered=in_place(loan.delivered, event)))
        else:
            _waybill(book, book.row(Waybill, name, other), event)


def _waybill(book: Book, waybill: Waybill | None, event: Reidentified) -> None:
    if waybill is None:
        return
    counted = in_place(waybill.counted, event)
    book.put(evolve(waybill, ranges=in_place(waybill.ranges, event), counted=counted))
    consignment = book.row(Consignment, waybill.consignment)
    if consignment:
        book.put(evolve(consignment, ranges=in_place(consignment.ranges, event)))


def in_place(ranges: Ranges, event: Reidentified) -> Ranges:
    """These ranges with each placeholder that went replaced by the blank that came for it; as many as before."""
    kept = serials_of(ranges)
    came: list[SerialRange] = []
    for gone, new in _pairs(event.went, event.came):
        for part in SerialSet.of(gone) & kept:
            lo = new.lo + part.lo - gone.lo
            came.append(SerialRange(new.series, lo, lo + len(part) - 1))
            kept = kept - SerialSet.of(part)
    whole = kept | SerialSet(came)
    return tuple((part.series, part.lo, part.hi) for part in whole)


def _pairs(went: Ranges, came: Ranges) -> Iterator[tuple[SerialRange, SerialRange]]:
    """Ranges of the same size, one of each, in order."""
    left, right = list(went), list(came)
    while left and right:
        (old, lo, hi), (new, start, end) = left.pop(0), right.pop(0)
        size = min(hi - lo, end - start) + 1
        yield SerialRange(old, lo, lo + size - 1), SerialRange(new, start, start + size - 1)
        if lo + size <= hi:
            left.insert(0, (old, lo + size, hi))
        if start + size <= end:
            right.insert(0, (new, start + size, end))

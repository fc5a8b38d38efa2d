"""The fold of days and of evidence (lipatan tutup buku dan bukti)."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow.closing_day_events import BookClosed, DayMark, DayMarked, VarianceBooked
from ektp_core.flow.closing_day_rows import StationDay
from ektp_core.flow.suspect_evidence_events import EvidenceAdded
from ektp_core.flow.suspect_evidence_rows import OpenSuspect
from ektp_core.flow.view import Book


def _evidence_added(book: Book, event: EvidenceAdded) -> None:
    """Shown beside the open suspect; of one that is closed it stands in the log alone."""
    suspect = book.row(OpenSuspect, event.station, event.record, event.n)
    if suspect is None:
        return
    line = (
        event.shown, event.certainty, event.outcome, event.place, event.uid, event.printer, event.reader, event.by,
        event.at_ms,
    )  # fmt: skip
    book.put(evolve(suspect, evidence=(*suspect.evidence, line)))


def _day_marked(book: Book, event: DayMarked) -> None:
    page = _page(book, event.station)
    match event.mark:
        case DayMark.COUNT_BEGUN:
            book.put(evolve(page, cut_seq=event.cut_seq))
        case DayMark.COUNT_GIVEN_UP:
            book.put(evolve(page, cut_seq=0))
        case DayMark.REOPENED:
            book.put(evolve(page, day=""))
        case DayMark.DIFFERED:
            book.put(evolve(page, differed=page.differed + 1))


def _book_closed(book: Book, event: BookClosed) -> None:
    """Numbered by this book: a station that was enrolled anew begins its own numbers again."""
    page = _page(book, event.station)
    number = page.last + 1
    book.put(
        StationDay(
            event.station,
            number,
            event.day,
            event.cut_seq,
            minutes=event.minutes,
            lines=event.lines,
            places=event.places,
            missing=event.missing,
            extra=event.extra,
            by_run=event.by_run,
            suspects=event.suspects,
            by=event.by,
            differed=page.differed,
        )
    )
    book.put(evolve(page, day=event.day, cut_seq=0, last=number, differed=0))


def _variance_booked(book: Book, event: VarianceBooked) -> None:
    close = book.row(StationDay, event.station, event.number)
    if close:
        book.put(evolve(close, elsewhere=event.elsewhere, surplus=event.surplus))
    book.put(evolve(_page(book, event.station), booked=event.number))


def _page(book: Book, station: str) -> StationDay:
    return book.row(StationDay, station, 0) or StationDay(station, 0)


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    EvidenceAdded: _evidence_added,
    DayMarked: _day_marked,
    BookClosed: _book_closed,
    VarianceBooked: _variance_booked,
}

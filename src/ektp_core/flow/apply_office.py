"""The fold of an office's life beside its cards (lipatan kantor)."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow import office_events as events
from ektp_core.flow import office_rows as rows
from ektp_core.flow.view import Book


def _period_closed(book: Book, event: events.PeriodClosed) -> None:
    book.put(rows.Period(event.party, event.month, event.minutes, event.counted_on, event.balance, event.by))


def _paper_posted_late(book: Book, event: events.PaperPostedLate) -> None:
    book.put(rows.LatePaper(event.party, event.posted_on, event.paper_date, event.what, event.paper))


def _daily_filed(book: Book, event: events.DailyFiled) -> None:
    book.put(rows.Daily(event.date, event.office, event.number, event.columns, event.how, event.by))


def _suket_registered(book: Book, event: events.SuketRegistered) -> None:
    book.put(
        rows.Suket(
            event.office,
            event.number,
            event.date,
            event.expiry,
            event.reason,
            event.status,
            event.person,
            event.usable,
        )
    )
    book.put(rows.SuketOf(event.person, event.office, event.number))


def _suket_withdrawn(book: Book, event: events.SuketWithdrawn) -> None:
    letter = book.row(rows.Suket, event.office, event.number)
    assert letter is not None, "the fold lost an interim letter"
    book.put(evolve(letter, withdrawn=event.why, record=event.record))


def _emptiness_reported(book: Book, event: events.EmptinessReported) -> None:
    book.put(rows.Complaint(event.complaint, event.office, event.date, event.source, event.usable, event.by))
    if event.usable:
        book.put(rows.StockAlarm(event.office, event.complaint, event.usable))


def _complaint_answered(book: Book, event: events.ComplaintAnswered) -> None:
    complaint = book.row(rows.Complaint, event.complaint)
    assert complaint is not None, "the fold lost a complaint"
    book.put(evolve(complaint, answer=event.answer, answered_by=event.by))
    alarm = book.row(rows.StockAlarm, event.office, event.complaint)
    if alarm:
        book.drop(alarm)


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    events.PeriodClosed: _period_closed,
    events.PaperPostedLate: _paper_posted_late,
    events.DailyFiled: _daily_filed,
    events.SuketRegistered: _suket_registered,
    events.SuketWithdrawn: _suket_withdrawn,
    events.EmptinessReported: _emptiness_reported,
    events.ComplaintAnswered: _complaint_answered,
}

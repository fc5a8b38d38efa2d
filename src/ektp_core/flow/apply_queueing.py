"""The fold of the queue (lipatan antrean): paused printers, proposals, the batch that is printed, receipts."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow import queueing_events as events
from ektp_core.flow.queueing_rows import CounterReceipt, PrintingBatch, Proposal, ReceiptsGiven
from ektp_core.flow.rows import Printer, Record
from ektp_core.flow.view import Book


def _printer_paused(book: Book, event: events.PrinterPaused) -> None:
    printer = book.row(Printer, event.station, event.printer)
    if printer:
        book.put(evolve(printer, paused_why=event.why))


def _proposal_made(book: Book, event: events.ProposalMade) -> None:
    book.put(Proposal(event.office, event.proposal, event.district, event.lines, event.by, event.at_ms))


def _proposal_answered(book: Book, event: events.ProposalAnswered) -> None:
    known = book.row(Proposal, event.office, event.proposal)
    if known:
        book.put(evolve(known, answers=event.answers, answered_by=event.by, answered_ms=event.at_ms))


def _batch_chosen(book: Book, event: events.BatchChosen) -> None:
    known = book.row(PrintingBatch, event.office)
    if event.batch:
        book.put(PrintingBatch(event.office, event.batch, event.by, event.at_ms))
    elif known:
        book.drop(known)


def _papers_taken(book: Book, event: events.PapersTaken) -> None:
    taken = CounterReceipt(
        event.office,
        event.record,
        event.receipt,
        event.papers,
        event.other,
        event.urgency,
        event.by,
        event.at_ms,
    )
    book.put(taken)
    book.put(ReceiptsGiven(event.office, event.number))


def forget_papers(book: Book, name: str) -> None:
    """Rule 40: what was noted at the counter goes when the record has ended; the number is not given again."""
    record = book.row(Record, name)
    taken = book.row(CounterReceipt, record.office, name) if record else None
    if taken:
        book.drop(taken)


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    events.PrinterPaused: _printer_paused,
    events.ProposalMade: _proposal_made,
    events.ProposalAnswered: _proposal_answered,
    events.BatchChosen: _batch_chosen,
    events.PapersTaken: _papers_taken,
}

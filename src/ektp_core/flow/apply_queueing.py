"""The fold of the queue (lipatan antrean): paused printers, proposals, the batch that is printed."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow import queueing_events as events
from ektp_core.flow.queueing_rows import PrintingBatch, Proposal
from ektp_core.flow.rows import Printer
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


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    events.PrinterPaused: _printer_paused,
    events.ProposalMade: _proposal_made,
    events.ProposalAnswered: _proposal_answered,
    events.BatchChosen: _batch_chosen,
}

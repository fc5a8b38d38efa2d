"""The fold of consignments and loans (lipatan kiriman dan pinjaman): what left, what was counted in, what is owed."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow.blanks import as_ranges, serials_of
from ektp_core.flow.custody_events import Consigned, LoanAgreed, LoanDelivered, LoanSettled, TakenBack
from ektp_core.flow.custody_rows import Loan, Waybill
from ektp_core.flow.events import Dispatched, Received
from ektp_core.flow.rows import Allotment, Consignment
from ektp_core.flow.view import Book
from ektp_core.vocabulary.party import is_station


def dispatched(book: Book, event: Dispatched) -> None:
    """A consignment is open; its papers, where they are noted, follow."""
    book.put(Consignment(event.consignment, event.sender, event.receiver, event.ranges))
    party = filed_under(event.sender, event.receiver)
    known = book.row(Waybill, party, event.consignment)
    if known:  # part of it was called back: the papers stay
        book.put(evolve(known, ranges=event.ranges))
    elif event.at_ms:
        way = (event.sender, event.receiver)
        book.put(Waybill(party, event.consignment, *way, event.ranges, event.at_ms))


def filed_under(sender: str, receiver: str) -> str:
    """Whose departures a consignment is found among."""
    return receiver if is_station(receiver) else sender


def consigned(book: Book, event: Consigned) -> None:
    """The papers of a consignment that just left."""
    consignment = book.row(Consignment, event.consignment)
    party = filed_under(consignment.sender, consignment.receiver) if consignment else ""
    waybill = book.row(Waybill, party, event.consignment)
    if waybill:
        papers = evolve(waybill, carries=event.carries, reference=event.reference, minutes=event.minutes)
        book.put(evolve(papers, fault=event.fault))


def received(book: Book, event: Received) -> None:
    """What was counted in is not open any more; with nothing left the consignment is closed."""
    consignment = book.row(Consignment, event.consignment)
    if consignment is None:
        return
    book.put(evolve(consignment, is_received=not event.rest))
    way, ranges = (consignment.sender, consignment.receiver), consignment.ranges
    party = filed_under(*way)
    waybill = book.row(Waybill, party, event.consignment)
    if waybill and not event.rest and any(map(is_station, way)):
        book.drop(waybill)  # what passed inside an office is done with; its papers stand in the events
    elif waybill or event.rest:
        counted = as_ranges(serials_of(ranges) - serials_of(event.rest))
        papers = waybill or Waybill(party, event.consignment, *way, ranges, 0)
        book.put(evolve(papers, counted=counted))


def loan_agreed(book: Book, event: LoanAgreed) -> None:
    """The loan, and the report it will be accounted for by: an allotment of its name with no blank yet."""
    book.put(
        Loan(event.borrower, event.loan, event.lender, event.blank_class, event.count, event.due_date, event.ordered_by)
    )
    book.put(Allotment(event.loan, event.borrower, event.blank_class, 0, ()))


def loan_delivered(book: Book, event: LoanDelivered) -> None:
    """The borrower owes these, and reports on them."""
    loan = book.row(Loan, event.borrower, event.loan)
    assert loan is not None, "a delivery of a loan that is not there"
    ranges = as_ranges(serials_of(loan.delivered) | serials_of(event.ranges))
    loan = evolve(loan, delivered=ranges)
    book.put(loan)
    allotment = book.row(Allotment, event.loan)
    if allotment:
        book.put(evolve(allotment, ranges=ranges, count=loan.delivered_count, is_final=False))


def loan_settled(book: Book, event: LoanSettled) -> None:
    """Part of it is returned or forgiven."""
    loan = book.row(Loan, event.borrower, event.loan)
    if loan:
        book.put(evolve(loan, returned=loan.returned + event.returned, forgiven=loan.forgiven + event.forgiven))


def taken_back(_book: Book, _event: TakenBack) -> None:
    """Told for those who read the book; the blanks moved beside it."""


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    Dispatched: dispatched,
    Received: received,
    Consigned: consigned,
    LoanAgreed: loan_agreed,
    LoanDelivered: loan_delivered,
    LoanSettled: loan_settled,
    TakenBack: taken_back,
}

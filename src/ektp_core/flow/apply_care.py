"""The fold of a printer's care (lipatan perawatan): test cards, cleanings, and cards a day.

Days are the party's own (rule 38). A day is kept as a number, because what a clone or a thief
writes as a time must be folded too, and no calendar reaches that far.
"""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow.care_events import BlankTested, PrinterCleaned, TestState
from ektp_core.flow.care_rows import PrinterWork, Testing
from ektp_core.flow.feed_count import explained_after
from ektp_core.flow.rows import FedBlank, Printer, Spoil
from ektp_core.flow.view import Book
from ektp_core.vocabulary.local_calendar import day_number
from ektp_core.vocabulary.verdict import Cause

#: Of so many days on which a printer worked, the cards are kept.
DAYS_KEPT = 28


def card_fed(book: Book, station: str, printer: str, at_ms: int) -> None:
    """One more card of a printer's day."""
    work = book.row(PrinterWork, station, printer) or PrinterWork(station, printer)
    day, count = day_number(at_ms, station), 1
    days = work.days
    if days and days[-1][0] == day:
        days, count = days[:-1], days[-1][1] + 1
    days = (*days, (day, count))[-DAYS_KEPT:]
    book.put(evolve(work, days=days, total=work.total + 1, last_ms=at_ms))


def _tested(book: Book, event: BlankTested) -> None:
    known = book.row(Testing, event.station, event.printer)
    by = event.by if known is None or event.state is TestState.ORDERED else known.by
    book.put(
        Testing(event.station, event.printer, event.state, event.series, event.number, event.counter, event.at_ms, by)
    )
    if event.counter >= 0:
        begun = event.counter if event.state is TestState.BEGUN or known is None else known.counter
        printer = book.row(Printer, event.station, event.printer) or Printer(event.station, event.printer, 0)
        book.put(evolve(printer, explained=explained_after(begun, event.counter, printer.explained)))
    if event.state is TestState.WASTE:
        book.put(Spoil(event.series, event.number, "", 0, Cause.TEST, of_person=False))
        card_fed(book, event.station, event.printer, event.at_ms)
    if event.state is TestState.DOUBT and known and 0 <= known.counter < event.counter:
        # The printer fed a card meanwhile: whatever the blank looks like, it is never unused (rule 11).
        book.put(FedBlank(event.series, event.number, "", 0))


def _cleaned(book: Book, event: PrinterCleaned) -> None:
    work = book.row(PrinterWork, event.station, event.printer) or PrinterWork(event.station, event.printer)
    book.put(evolve(work, cleaned_total=work.total))


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {BlankTested: _tested, PrinterCleaned: _cleaned}

"""The fold of lost and silent stations (lipatan mesin cetak hilang)."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow.care_rows import PrinterWork, Testing
from ektp_core.flow.disputed_facts import noted_evidence
from ektp_core.flow.evidence import MOST_BYTES
from ektp_core.flow.rows import BookPlace, Desk, Printer, StationDay
from ektp_core.flow.station_loss_events import (
    CodeMistyped,
    EvidenceKept,
    LostSiteCounted,
    LostStationClosed,
    Released,
    ReleaseSeen,
    StationLost,
    StationReEnrolled,
)
from ektp_core.flow.station_loss_rows import Contact, Evidence, LostStation, ReleasedByCode, WrongCodes
from ektp_core.flow.view import Book

#: How long wrong codes are counted together. A number of the fold: it never changes.
WRONG_WITHIN_MS = 3_600_000


def _station_lost(book: Book, event: StationLost) -> None:
    book.put(LostStation(event.station, event.letter, event.letter_date, event.exposed))


def _evidence_kept(book: Book, event: EvidenceKept) -> None:
    book.put(Evidence(event.station, event.n, event.head, event.at_ms, event.events))
    noted_evidence(book, event)
    # A commit kept without its events was one too many: from there on more was said than is known.
    more = sum(map(len, event.events)) or MOST_BYTES + 1
    lost = book.row(LostStation, event.station)
    if lost:
        book.put(evolve(lost, kept_bytes=lost.kept_bytes + more))
    contact = book.row(Contact, event.station)
    if contact and contact.key:
        book.put(evolve(contact, kept_bytes=contact.kept_bytes + more))


def _released(book: Book, event: Released) -> None:
    book.put(ReleasedByCode(event.station, event.record, event.n))


def _release_seen(book: Book, event: ReleaseSeen) -> None:
    book.drop(ReleasedByCode(event.station, event.record, event.n))


def _site_counted(_: Book, event: LostSiteCounted) -> None:
    """The count is kept in the log; what it moved stands in the movements beside it."""


def _closed(book: Book, event: LostStationClosed) -> None:
    lost = book.row(LostStation, event.station)
    if lost:
        book.put(evolve(lost, closed=event.minutes))


def _code_mistyped(book: Book, event: CodeMistyped) -> None:
    """Codes are counted together for an hour from the first wrong one on."""
    known = book.row(WrongCodes, event.station)
    if known is None or event.at_ms >= known.since_ms + WRONG_WITHIN_MS:
        known = WrongCodes(event.station, event.at_ms, 0)
    book.put(evolve(known, count=known.count + 1))


def _re_enrolled(book: Book, event: StationReEnrolled) -> None:
    """The new chain begins at nothing; the feed's numbers go on, so that an old entry is never the next one."""
    desk = book.row(Desk, event.station) or Desk(event.station)
    feed_m = max(desk.queued_m, event.feed_m)
    book.put(evolve(desk, queued_m=feed_m, taken_m=feed_m, chain_n=0, chain_head=b""))
    contact = book.row(Contact, event.station) or Contact(event.station)
    book.put(evolve(contact, feed_m=feed_m, key=event.key))
    for owed in list(book.rows(ReleasedByCode, event.station)):
        book.drop(owed)  # the commit that would have said so is the old chain's: it never comes
    # The new book knows no printer, no test card and no move; of the day only what was closed is known.
    for kind in (Printer, Testing, PrinterWork, BookPlace):
        for row in list(book.rows(kind, event.station)):
            book.drop(row)
    page = book.row(StationDay, event.station, 0)
    if page:
        book.put(evolve(page, day="", cut_seq=0, differed=0))


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    StationLost: _station_lost,
    EvidenceKept: _evidence_kept,
    Released: _released,
    ReleaseSeen: _release_seen,
    LostSiteCounted: _site_counted,
    LostStationClosed: _closed,
    CodeMistyped: _code_mistyped,
    StationReEnrolled: _re_enrolled,
}

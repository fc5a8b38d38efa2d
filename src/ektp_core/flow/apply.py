"""The fold (lipatan): one event onto the book; nothing else writes rows.

`apply` asks no questions: what it is given was decided, or absorbed as a fact. It gives the
same rows from the same events for ever, so it reads nothing but the book and the event, and
never the lock table: the state a lock goes to stands in the event.
"""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow import events, rows
from ektp_core.flow.apply_allotting import FOLDS as ALLOTTING
from ektp_core.flow.apply_cards import FOLDS as CARDS
from ektp_core.flow.apply_care import FOLDS as CARE
from ektp_core.flow.apply_closing_day import FOLDS as CLOSING_DAY
from ektp_core.flow.apply_consignments import FOLDS as CONSIGNMENTS
from ektp_core.flow.apply_counting import FOLDS as COUNTING
from ektp_core.flow.apply_custody import given_out, moved, taken_in
from ektp_core.flow.apply_destroying import FOLDS as DESTROYING
from ektp_core.flow.apply_locks import (
    authorised,
    card_made,
    card_revoked,
    entered,
    pressed,
    recalled,
    stepped,
    take_lock,
)
from ektp_core.flow.apply_moving import FOLDS as MOVING
from ektp_core.flow.apply_office import FOLDS as OFFICE
from ektp_core.flow.apply_queueing import FOLDS as QUEUEING
from ektp_core.flow.apply_station_loss import FOLDS as STATION_LOSS
from ektp_core.flow.disputed_facts import noted_dispute
from ektp_core.flow.view import Book


def apply(book: Book, event: events.Event) -> None:
    """Write the rows that follow from one event."""
    _FOLDS[type(event)](book, event)


def _chips_linked(book: Book, event: events.ChipLinked) -> None:
    for offset, uid in enumerate(event.uids):
        _bind(book, uid, event.series, event.lo + offset)


def _chip_read(book: Book, event: events.ChipRead) -> None:
    _bind(book, event.uid, event.series, event.number)


def _bind(book: Book, uid: str, series: str, number: int) -> None:
    """A chip and its blank are bound for ever (rule 6): what the chip became is not forgotten."""
    if book.row(rows.Chip, uid) is None:
        book.put(rows.Chip(uid, series, number))
        book.put(rows.ChipOf(series, number, uid))


def _party_named(book: Book, event: events.PartyNamed) -> None:
    book.put(rows.Party(event.party, event.name))


def _officer_named(book: Book, event: events.OfficerNamed) -> None:
    book.put(rows.Officer(event.officer, event.name, event.unit, event.roles))


def _key_trusted(book: Book, event: events.KeyTrusted) -> None:
    book.put(rows.Key(event.key, event.owner, event.hand, event.public))


def _key_revoked(book: Book, event: events.KeyRevoked) -> None:
    key = book.row(rows.Key, event.key)
    if key:
        book.put(evolve(key, revoked=True))


def _station_enrolled(book: Book, event: events.StationEnrolled) -> None:
    book.put(rows.Station(event.station, event.classes))
    if book.row(rows.Desk, event.station) is None:
        book.put(rows.Desk(event.station))


def _station_frozen(book: Book, event: events.StationFrozen) -> None:
    station = book.row(rows.Station, event.station)
    if station:
        book.put(evolve(station, frozen_why=event.why))


def _granted(book: Book, event: events.Granted) -> None:
    """A grant that was undone in part is granted again with the rest: its report and its terms stay."""
    count = sum(hi - lo + 1 for _, lo, hi in event.ranges)
    known = book.row(rows.Allotment, event.allotment)
    new = known or rows.Allotment(event.allotment, event.party, event.blank_class, 0, ())
    book.put(evolve(new, count=count, ranges=event.ranges))


def _feed_queued(book: Book, event: events.FeedQueued) -> None:
    book.put(rows.FeedRow(event.station, event.m, event.kind, event.record, event.n, event.body))
    desk = book.row(rows.Desk, event.station) or rows.Desk(event.station)
    book.put(evolve(desk, queued_m=event.m))


def _absorbed(book: Book, event: events.Absorbed) -> None:
    book.put(rows.AbsorbedCommit(event.station, event.n, event.head, event.hub_n))
    desk = book.row(rows.Desk, event.station) or rows.Desk(event.station)
    book.put(evolve(desk, chain_n=event.n, chain_head=event.head))
    if event.at_ms:
        contact = book.row(rows.Contact, event.station) or rows.Contact(event.station)
        book.put(evolve(contact, heard_ms=max(contact.heard_ms, event.at_ms)))


def _disputed(book: Book, event: events.Disputed) -> None:
    book.put(
        rows.Dispute(
            event.station,
            event.n,
            event.index,
            event.objection,
            event.record,
            event.attempt,
            event.event,
        )
    )
    noted_dispute(book, event)


def _reported(book: Book, event: events.Reported) -> None:
    book.put(
        rows.Report(
            event.report,
            event.allotment,
            event.cut_seq,
            event.digest,
            event.reporter,
            event.good,
            event.bad,
            event.suspect,
            event.cut_ms,
        )
    )
    allotment = book.row(rows.Allotment, event.allotment)
    if allotment:
        book.put(evolve(allotment, report=event.report, is_final=event.is_final))


def _policy_set(book: Book, event: events.PolicySet) -> None:
    book.put(
        rows.Policy(
            event.name,
            event.version,
            event.unlock_people,
            event.receive_people,
            event.tries,
            event.lease_count,
            event.lease_ms,
            event.checked_ms,
            event.message_ms,
            event.grace_ms,
        )
    )


def _printer_loaded(book: Book, event: events.PrinterLoaded) -> None:
    printer = book.row(rows.Printer, event.station, event.printer) or rows.Printer(event.station, event.printer, 0)
    book.put(evolve(printer, explained=event.explained, series=event.series, lo=event.lo, hi=event.hi))


def _printer_closed(book: Book, event: events.PrinterClosed) -> None:
    printer = book.row(rows.Printer, event.station, event.printer) or rows.Printer(event.station, event.printer, 0)
    book.put(evolve(printer, closed_why=event.why))


_FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    events.TakenIn: taken_in,
    events.Moved: moved,
    events.GivenOut: given_out,
    events.Entered: entered,
    events.Authorised: authorised,
    events.Stepped: stepped,
    events.Pressed: pressed,
    events.ChipLinked: _chips_linked,
    events.ChipRead: _chip_read,
    events.CardMade: card_made,
    events.CardRevoked: card_revoked,
    events.PartyNamed: _party_named,
    events.OfficerNamed: _officer_named,
    events.KeyTrusted: _key_trusted,
    events.KeyRevoked: _key_revoked,
    events.StationEnrolled: _station_enrolled,
    events.StationFrozen: _station_frozen,
    events.Granted: _granted,
    events.FeedQueued: _feed_queued,
    events.FeedTaken: take_lock,
    events.Absorbed: _absorbed,
    events.Disputed: _disputed,
    events.Reported: _reported,
    events.PolicySet: _policy_set,
    events.PrinterLoaded: _printer_loaded,
    events.PrinterClosed: _printer_closed,
    events.Recalled: recalled,
    **CONSIGNMENTS,
    **DESTROYING,
    **COUNTING,
    **CARDS,
    **OFFICE,
    **ALLOTTING,
    **STATION_LOSS,
    **QUEUEING,
    **CARE,
    **CLOSING_DAY,
    **MOVING,
}

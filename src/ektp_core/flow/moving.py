"""A station's book goes on elsewhere, or again (pindah dan pemulihan buku): papers 004, rules 19, 21, 22.

A *moved* book ends in its own chain: the note that it was packed is durable before anybody has
the file, and from then on this copy decides nothing. The copy that is opened from the file says so
in the next commit of the same chain. Two openings of one file are two histories, and the second
is stopped at its first contact with the hub.

A *restored* book may be older than what happened: what it believes is not begun may be printed. So
every printer is out of service until two people compare its counter, and no authorisation is given
back before that. That the hub knows nothing newer is seen outside, where receipts are.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import frozen

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow import events
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.founding import Found
from ektp_core.flow.moving_events import BookArrived, BookMoved, Coming
from ektp_core.flow.moving_rows import BookPlace
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.pressing import ReturnCard
from ektp_core.flow.releasing import BurnForCode
from ektp_core.flow.rows import Lease, Lock, Printer
from ektp_core.flow.signers import require
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockState

#: Why a printer is out of service in a restored book.
RESTORED = "the book was restored: two people compare the printer's counter with the book"


@frozen
class MoveBook:
    """Pack this station's book, so that it goes on elsewhere; this copy takes nothing more."""

    to: str
    token: str


@frozen
class ArriveBook:
    """The copy of the book that was opened here goes on. `printers`: the names this station is set up with."""

    how: Coming
    token: str
    printers: tuple[str, ...] = ()


def decide_move(view: View, ask: Ask, body: MoveBook, owner: str) -> tuple[Event, ...]:
    """One person of the office packs; a card in a machine must come out first."""
    who = require(view, ask, PERMITS[Act.MOVE_STATION])
    if not 16 <= len(body.token) <= 64:
        facts = {"field": "token", "shape": f"{len(body.token)} characters", "expected": "16 to 64 characters"}
        raise Refused(Refusal.BAD_VALUE, facts)
    for lease in view.rows(Lease, owner):
        lock = view.row(Lock, lease.record)
        if lock and lock.state is LockState.IN_PRESS:
            facts = {"record": lease.record, "state": lock.state.name, "event": "MOVE", "allowed": "nothing yet"}
            raise Refused(Refusal.NO_SUCH_STEP, facts)
    return (BookMoved(owner, body.to, body.token, who.names),)


def decide_arrive(view: View, ask: Ask, body: ArriveBook, owner: str) -> tuple[Event, ...]:
    """The hoppers of a moved station are loaded again; a restored one's printers wait for two people."""
    require(view, ask, PERMITS[Act.STATION_WORK])
    place = view.row(BookPlace, owner)
    if body.how is Coming.MOVED and (place is None or not place.is_packed or place.token != body.token):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the arrival of this book", "id": owner})
    if body.how is Coming.RESTORED and place and place.is_packed:
        raise _packed(place)
    return (
        BookArrived(owner, body.how, body.token, view.position.n + 1),
        *_printers(view, body, owner),
    )


def _printers(view: View, body: ArriveBook, owner: str) -> Iterator[Event]:
    known = {one.printer: one for one in view.rows(Printer, owner)}
    if body.how is Coming.MOVED:
        for one in known.values():
            if one.lo:
                yield events.PrinterLoaded(owner, one.printer, one.explained, "", 0, 0)
        return
    for name in sorted(known.keys() | set(body.printers)):
        yield events.PrinterClosed(owner, name, RESTORED)


def check_place(view: View, body: object, owner: str) -> None:
    """What a packed book refuses, and what a restored one refuses until two people have compared the counters.

    Raises:
        Refused: BOOK_MOVED for everything but the arrival; PRINTER_CLOSED for giving an authorisation
            back; COUNTER_UNEXPLAINED for a counter that shows more than the restored book knows.
    """
    place = view.row(BookPlace, owner)
    if place is None or isinstance(body, ArriveBook | Found):
        return
    if place.is_packed:
        raise _packed(place)
    if place.how is Coming.RESTORED and isinstance(body, ReturnCard | BurnForCode):
        for printer in view.rows(Printer, owner):
            if printer.closed_why == RESTORED:
                raise Refused(Refusal.PRINTER_CLOSED, {"printer": printer.printer, "why": printer.closed_why})
    if isinstance(body, ClosePrinter) and not body.why:
        _check_counter(view, body, owner)


def _check_counter(view: View, body: ClosePrinter, owner: str) -> None:
    """A printer this book knows goes on only if it fed nothing the book does not know of."""
    printer = view.row(Printer, owner, body.printer)
    if printer is None or printer.closed_why != RESTORED or body.counter < 0:
        return
    if (printer.explained or printer.lo) and body.counter != printer.explained:
        facts: dict[str, Fact] = {"printer": body.printer, "found": body.counter, "explained": printer.explained}
        raise Refused(Refusal.COUNTER_UNEXPLAINED, facts)


def waits(view: View, station: str, acked_n: int) -> str:
    """Why no card is begun, no authorisation given back and no feed taken; nothing where all is as usual.

    `acked_n`: the last commit the hub has a receipt for.
    """
    place = view.row(BookPlace, station)
    if place is None:
        return ""
    if place.is_packed:
        return f"the book was packed and goes on elsewhere: {place.to}"
    if place.how is Coming.RESTORED and acked_n < place.n:
        return "the book was restored and has not heard the hub yet"
    return ""


def _packed(place: BookPlace) -> Refused:
    return Refused(Refusal.BOOK_MOVED, {"station": place.station, "to": place.to})


Family = Callable[[View, Ask, Any], tuple[Event, ...]]


def placed(families: Mapping[type[Any], Family], owner: str) -> Mapping[type[Any], Family]:
    """A station's families, each asked only where this copy of the book may still decide."""
    return {kind: partial(_in_place, family, owner) for kind, family in families.items()}


def _in_place(family: Family, owner: str, view: View, ask: Ask, body: Any) -> tuple[Event, ...]:
    check_place(view, body, owner)
    return family(view, ask, body)

"""A station's book goes on elsewhere, or again (pindah dan pemulihan buku): papers 004, rules 19, 21, 22.

A *moved* book ends in its own chain: the note that it was packed is durable before anybody has
the file, and from then on this copy decides nothing. The copy that is opened from the file says so
in the next commit of the same chain. Two openings of one file are two histories, and the second
is stopped at its first contact with the hub.

A *restored* book may be older than what happened: what it believes is not begun may be printed. So
every printer is out of service until two people compare its counter, and no card is begun and no
authorisation given back before the last of them was. A counter that is not what the book explains keeps
its printer shut for good: people close what was held, and enrol the station again. That the hub knows
nothing newer is seen outside, where receipts are.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import evolve, frozen

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow import events
from ektp_core.flow.ask import Ask
from ektp_core.flow.care_events import BlankTested, TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.events import Event
from ektp_core.flow.founding import Found
from ektp_core.flow.moving_events import BookArrived, BookMoved, Coming
from ektp_core.flow.moving_rows import BookPlace
from ektp_core.flow.old_copy import RESTORED, is_restored, refuse_doubtful, uncompared, why_kept
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.pressing import ReturnCard, StartCard
from ektp_core.flow.releasing import BurnForCode
from ektp_core.flow.rows import Lease, Lock, Printer, Tally
from ektp_core.flow.signers import require
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState


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
    """One person of the office packs; a card or a test card in a machine must come out first.

    A test card that was only ordered is given up by the same commit: the machine stays here.
    """
    who = require(view, ask, PERMITS[Act.MOVE_STATION])
    if not 16 <= len(body.token) <= 64:
        facts = {"field": "token", "shape": f"{len(body.token)} characters", "expected": "16 to 64 characters"}
        raise Refused(Refusal.BAD_VALUE, facts)
    for lease in view.rows(Lease, owner):
        lock = view.row(Lock, lease.record)
        if lock and lock.state is LockState.IN_PRESS:
            facts = {"record": lease.record, "state": lock.state.name, "event": "MOVE", "allowed": "nothing yet"}
            raise Refused(Refusal.NO_SUCH_STEP, facts)
    tests = tuple(view.rows(Testing, owner))
    busy = next((one.printer for one in tests if one.state is TestState.BEGUN), "")
    if busy or any(one.count for one in view.rows(Tally, owner, Bucket.IN_MACHINE)):
        why = "its test card has not ended" if busy else "a blank lies in a machine"
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": busy or owner, "why": why})
    ordered = (one.printer for one in tests if one.state is TestState.ORDERED)
    lapsed = (BlankTested(owner, printer, TestState.UNUSED, at_ms=ask.at_ms) for printer in ordered)
    return *lapsed, BookMoved(owner, body.to, body.token, who.names)


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
    """What a packed book refuses, and what one that may be an older copy refuses.

    Raises:
        Refused: BOOK_MOVED for everything but the arrival; PRINTER_CLOSED, STATION_FROZEN for giving an
            authorisation back; STATION_FROZEN for beginning one that may be printed already;
            COUNTER_UNEXPLAINED for a counter that shows more than the restored book knows.
    """
    place = view.row(BookPlace, owner)
    if isinstance(body, ArriveBook | Found):
        return
    if place and place.is_packed:
        raise _packed(place)
    if isinstance(body, StartCard | ReturnCard | BurnForCode):
        refuse_doubtful(view, owner, body.record, body.n)
    why = why_kept(view, owner) if isinstance(body, ReturnCard | BurnForCode) else None
    if why:
        raise why
    if place and place.was_restored:
        _check_restored(view, body, owner)


def _check_restored(view: View, body: object, owner: str) -> None:
    """What the book that is gone may have done: no card is begun before the last printer was compared."""
    if isinstance(body, ClosePrinter) and not body.why:
        _check_counter(view, body, owner)
    if isinstance(body, LoadPrinter) and view.row(Printer, owner, body.printer) is None:
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": body.printer, "why": RESTORED})
    left = uncompared(view, owner) if isinstance(body, StartCard) else None
    if left:
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": left.printer, "why": left.closed_why})


def _check_counter(view: View, body: ClosePrinter, owner: str) -> None:
    """A printer goes on only if it fed nothing this book does not know of; one the copy never knew fed nothing.

    That a printer shows no counter (-1) is seen at the device, and only believed where none was ever explained.
    """
    printer = view.row(Printer, owner, body.printer)
    if printer is None or not is_restored(printer):
        return
    if body.counter != printer.explained and (body.counter >= 0 or printer.explained):
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
    if place.how is Coming.DOUBTED and acked_n < place.n:
        return "a printer had fed more cards than the book knew of, and the hub has not heard of it yet"
    return ""


def _packed(place: BookPlace) -> Refused:
    return Refused(Refusal.BOOK_MOVED, {"station": place.station, "to": place.to})


Family = Callable[[View, Ask, Any], tuple[Event, ...]]


def placed(families: Mapping[type[Any], Family], owner: str) -> Mapping[type[Any], Family]:
    """A station's families, each asked only where this copy of the book may still decide."""
    return {kind: partial(_in_place, family, owner) for kind, family in families.items()}


def _in_place(family: Family, owner: str, view: View, ask: Ask, body: Any) -> tuple[Event, ...]:
    check_place(view, body, owner)
    return tuple(_still_restored(view, event) for event in family(view, ask, body))


def _still_restored(view: View, event: Event) -> Event:
    """Another reason to shut a printer does not hide that its counter must be compared."""
    if not isinstance(event, events.PrinterClosed) or event.why in ("", RESTORED):
        return event
    printer = view.row(Printer, event.station, event.printer)
    return evolve(event, why=f"{RESTORED}; {event.why}") if printer and is_restored(printer) else event

"""What people do with a station's queue (antrean di mesin cetak), also without a line: lift, cancel, pause.

Rules 5, 31 and 35. One person and a reason each. A lift only changes the order of what the station
may print anyhow; a cancelled authorisation goes back to the hub and is not handed out again before
its own time would have ended; a paused printer begins no card and ends the one it has. Pausing is
not closing: nothing has to be explained to go on.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.allotting_events import RecordLifted
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event, PrinterPaused
from ektp_core.flow.holds import office_of
from ektp_core.flow.lifting import LiftRecord, is_first_lifted
from ektp_core.flow.locks import at_attempt, lock_of, row_for, stepped
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Printer
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockEvent


@frozen
class CancelCard:
    """Give an authorisation back that the station has not begun; `why` is kept."""

    record: str
    n: int
    why: str


@frozen
class PausePrinter:
    """Let a printer begin no card (a reason), or go on (no reason)."""

    printer: str
    why: str = ""


def decide_lift_here(view: View, ask: Ask, body: LiftRecord) -> tuple[Event, ...]:
    """The section head's word, for a person whose authorisation this station holds."""
    who = require(view, ask, PERMITS[Act.LIFT_RECORD])
    lock = lock_of(view, body.record)
    office = office_of(view, body.record)
    of_office(who, office)
    row_for(lock, LockEvent.START)
    if is_first_lifted(view, office, body.record):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the lift of record", "id": body.record})
    checked_text("why", body.why)
    return (RecordLifted(body.record, office, body.why, who.names, ask.at_ms),)


def decide_cancel(view: View, ask: Ask, body: CancelCard) -> tuple[Event, ...]:
    """The pen goes back to the hub, with who gave it back and why."""
    who = require(view, ask, PERMITS[Act.CANCEL_CARD])
    lock = lock_of(view, body.record)
    of_office(who, office_of(view, body.record))
    at_attempt(lock, body.n)
    row = row_for(lock, LockEvent.RETURN)
    checked_text("why", body.why)
    return stepped(view, lock, row, None, by=who.names, reference=body.why)


def decide_pause(view: View, ask: Ask, body: PausePrinter, owner: str) -> tuple[Event, ...]:
    """Kept in the book: a printer that was paused is paused after a power cut too."""
    who = require(view, ask, PERMITS[Act.PAUSE_PRINTER])
    printer = view.row(Printer, owner, body.printer)
    if printer is None:
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": body.printer, "why": "it was never loaded"})
    checked_text("why", body.why, needed=False)
    is_paused, pauses = bool(printer.paused_why), bool(body.why.strip())
    if is_paused and pauses:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the pause of printer", "id": body.printer})
    if not is_paused and not pauses:
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "printer", "shape": "a printer that is not paused", "expected": "a printer that is paused"},
        )
    return (PrinterPaused(owner, body.printer, body.why.strip(), who.names, ask.at_ms),)

"""A printer is freed by a person (pencetak dibebaskan): the order to clear its error, or to reject the card inside.

The order says nothing of any card, so it leaves no event: an attempt that was interrupted stays suspect or
misprinted, and its blank where it is counted (rules 15, 17 and 22). The book only says no while it has a card in the
act in that printer; whether there is anything to free, the station sees at the device.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.events import Event
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.pressing import has_card
from ektp_core.flow.rows import Printer
from ektp_core.flow.signers import require
from ektp_core.flow.view import View


class FreeBy(Enum):
    """How a printer is freed. To go on with the same card, or to begin another, is not among it."""

    CLEAR = "clear"  # somebody opened it and took out what was inside: it shall forget its error
    REJECT = "reject"  # it shall move the card inside into its reject tray


@frozen
class RecoverPrinter:
    """Free a printer that stands still: clear its error, or let it reject the card inside."""

    printer: str
    by: FreeBy


#: Names of the asks on the wire.
KINDS: Mapping[str, type[Any]] = {"recover-printer": RecoverPrinter}


def decide_recover(view: View, ask: Ask, body: RecoverPrinter, owner: str) -> tuple[Event, ...]:
    """No event: nothing is known of a card from this.

    Raises:
        Refused: NOT_ALLOWED and its kin; CANNOT_RECOVER while a card is in the act.
    """
    require(view, ask, PERMITS[Act.STATION_WORK])
    printer, testing = view.row(Printer, owner, body.printer), view.row(Testing, owner, body.printer)
    why = f"the card of {printer.inside} is in it" if printer and has_card(view, printer) else ""
    if testing and testing.state is TestState.BEGUN:
        why = "a test card is under way"
    if why:
        raise Refused(Refusal.CANNOT_RECOVER, {"printer": body.printer, "why": why})
    return ()

"""Printing one batch before all others (cetak per daftar): rule 35.

A batch is a named list (`listing`). While the office prints it, only its members are authorised, and
whoever the section head lifts; it ends by itself when the batch is opened or nothing of it is left
that can be printed.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards_rows import CardList
from ektp_core.flow.events import BatchChosen, Event
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.queueing_rows import PrintingBatch
from ektp_core.flow.rows import Party
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.card_words import ListKind


@frozen
class PrintBatch:
    """Print the batch of this name before all others; no name: print everybody in turn again."""

    office: str
    name: str = ""


def decide_print_batch(view: View, ask: Ask, body: PrintBatch) -> tuple[Event, ...]:
    """The office's choice, until it is taken back or the batch is opened."""
    who = require(view, ask, PERMITS[Act.CHOOSE_BATCH])
    if view.row(Party, body.office) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": body.office})
    of_office(who, body.office)
    chosen = view.row(PrintingBatch, body.office)
    if body.name == (chosen.batch if chosen else ""):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the batch that is printed first", "id": body.name or "-"})
    batch = view.row(CardList, body.name) if body.name else None
    is_open = batch and batch.kind is ListKind.BATCH and batch.office == body.office and not batch.closed_ms
    if body.name and not is_open:
        raise Refused(Refusal.UNKNOWN_LIST, {"list": body.name})
    return (BatchChosen(body.office, body.name, who.names, ask.at_ms),)

"""Half-finished lives from the old system (riwayat setengah jadi): locked on arrival (rule 4, rows 21 to 23).

Whether a card was made elsewhere is not known here, so no blank of ours stands behind it and
nothing is printed: two people of the centre open the record, or the card is seen and the
record closed. A print-ready record goes the ordinary way; who is not due, not recorded or only
recorded does not come in. A second recording is a line to be judged (rule 2).
"""

from attrs import evolve, field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards_events import CardOfBefore, DuplicateNoted, EnteredLocked
from ektp_core.flow.cards_rows import Adjudication
from ektp_core.flow.elsewhere import at_home
from ektp_core.flow.events import CardRevoked, Event, Stepped
from ektp_core.flow.holds import office_of
from ektp_core.flow.locks import lock_of, row_for
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.previous_cards import (
    close_previous,
    importers,
    importing_key,
    may_open,
    may_reopen,
    next_record,
    second_recording,
)
from ektp_core.flow.rows import Person, Record
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.lock.step import step
from ektp_core.vocabulary.card_words import Judgement
from ektp_core.vocabulary.imported_status import ImportedStatus
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import LockEvent


@frozen
class EnterLocked:
    """One half-finished life. `person` is the keyed hash of the NIK, `payload` the digest of the signed record."""

    office: str
    person: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    status: int
    reason: Reason = Reason.FIRST
    previous: PreviousCard = PreviousCard.NONE
    letter: str = ""
    letter_date: str = ""
    checked_ms: int = 0
    home: str = ""  # region of the person's home; empty where the record does not say


@frozen
class OpenImported:
    """Open a record locked since the old system. `minutes`: number of the paper that says why."""

    record: str
    minutes: str


@frozen
class CardSeen:
    """Close a record whose card of the old system was seen, without a blank of ours."""

    record: str
    reference: str


@frozen
class Adjudicate:
    """Judge the second recording of a person by `office`. `record` is the first one's."""

    record: str
    office: str
    judgement: Judgement
    reference: str


def decide_enter_locked(view: View, ask: Ask, body: EnterLocked) -> tuple[Event, ...]:
    """A half-finished life comes in, locked."""
    who, office = importers(view, ask, body.office)
    status = _half_finished(body.status)
    person = view.row(Person, body.person)
    twice = second_recording(view, ask, who, person, body)
    if twice:
        return (twice,)
    at_home(body.office, body.home)
    may_open(view, person)
    record = next_record(view, office)
    closed = close_previous(view, ask, body, person, record)
    may_reopen(who, person)
    assert step(None, LockEvent.ENTER_LOCKED), "the table lost the row of imported lives"
    entered = EnteredLocked(
        record,
        body.person,
        body.office,
        status,
        body.reason,
        body.previous,
        body.letter,
        body.letter_date,
        body.payload,
        importing_key(who),
        body.checked_ms,
    )
    return (*closed, entered)


def _half_finished(code: int) -> ImportedStatus:
    known = code in frozenset(ImportedStatus)
    status = ImportedStatus(code) if known else None
    if status is None or not status.is_half_finished:
        shape = _NO_CARD.get(status, "an unknown code") if status else "an unknown code"
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "status", "shape": shape, "expected": "the code of a card under way; others are entered as such"},
        )
    return status


_NO_CARD = {
    ImportedStatus.NOT_DUE: "a person not due for a card",
    ImportedStatus.NOT_RECORDED: "a person not recorded",
    ImportedStatus.RECORDED: "a person recorded and not print-ready",
    ImportedStatus.PRINT_READY_RECORD: "a print-ready record",
}


def decide_open_imported(view: View, ask: Ask, body: OpenImported) -> tuple[Event, ...]:
    """Two people of the centre open it; a card that the old system may have made is on the stop list, unknown."""
    lock = lock_of(view, body.record)
    row = row_for(lock, LockEvent.OPEN)
    who = require(view, ask, PERMITS[Act.OPEN_IMPORTED])
    _named("minutes", body.minutes)
    record = view.row(Record, body.record)
    assert record is not None, "a lock without its record"
    unknown = CardRevoked(f"before/{record.person.hex()}", "opened by the centre", body.record)
    done = Stepped(body.record, lock.n, row.event, row.target, by=who.names, reference=body.minutes)
    return done, unknown


def decide_card_seen(view: View, ask: Ask, body: CardSeen) -> tuple[Event, ...]:
    """The card was seen; the person's record is closed, and the card is out until it is given for a new one."""
    lock = lock_of(view, body.record)
    row = row_for(lock, LockEvent.CARD_SEEN)
    who = require(view, ask, PERMITS[Act.SEE_CARD])
    of_office(who, office_of(view, body.record))
    _named("reference", body.reference)
    record = view.row(Record, body.record)
    assert record is not None, "a lock without its record"
    done = Stepped(body.record, lock.n, row.event, row.target, by=who.names, reference=body.reference)
    return done, CardOfBefore(record.person, body.record, True)


def decide_adjudicate(view: View, ask: Ask, body: Adjudicate) -> tuple[Event, ...]:
    """The line of a second recording is judged once; neither judgement makes anything printable."""
    who = require(view, ask, PERMITS[Act.ADJUDICATE])
    lock_of(view, body.record)
    line = view.row(Adjudication, body.record, body.office)
    if line is None:
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "office", "shape": "no double recording", "expected": "the office of the second recording"},
        )
    if line.judgement:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the judgement of a double recording", "id": body.record})
    _named("reference", body.reference)
    noted = DuplicateNoted(line.record, line.office, line.payload, line.signer, line.at_ms)
    return (evolve(noted, judgement=body.judgement, by=who.names, reference=body.reference),)


def _named(name: str, text: str) -> None:
    if not text.strip():
        raise Refused(Refusal.BAD_VALUE, {"field": name, "shape": "empty", "expected": "number of the paper"})

"""The fold of cards (lipatan kartu): holds, activation, hand-over, lists, imported lives."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow.apply_locks import before_after
from ektp_core.flow.apply_queueing import forget_papers
from ektp_core.flow.cards_events import (
    Activated,
    CardMissed,
    CardOfBefore,
    CardPolicySet,
    DuplicateNoted,
    EnteredElsewhere,
    EnteredLocked,
    HandedOver,
    HoldLifted,
    HoldPlaced,
    ListClosed,
    ListMade,
    Rechecked,
)
from ektp_core.flow.cards_rows import Adjudication, CardFacts, CardList, CardPolicy, Elsewhere, HeldPerson, Hold
from ektp_core.flow.rows import Chip, Lock, Person, Record, RunningNumber
from ektp_core.flow.view import Book
from ektp_core.handover.delivery import OldCard
from ektp_core.vocabulary.card_words import ListKind
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.record_id import region_and_number
from ektp_core.vocabulary.state import CardState, LockState


def entered_locked(book: Book, event: EnteredLocked) -> None:
    """The record and its lock, LOCKED_BEFORE; the person has an open record now."""
    book.put(
        Record(
            event.record,
            event.person,
            event.office,
            event.reason,
            event.previous,
            event.letter,
            event.letter_date,
            event.payload,
            event.signer,
            event.checked_ms,
        )
    )
    book.put(Lock(event.record, LockState.LOCKED_BEFORE))
    person = book.row(Person, event.person) or Person(event.person)
    book.put(evolve(person, open_record=event.record, before=before_after(person, event.previous), ended=""))
    region, number = region_and_number(event.record)
    running = book.row(RunningNumber, region)
    if running is None or running.last < number:
        book.put(RunningNumber(region, number))


def duplicate_noted(book: Book, event: DuplicateNoted) -> None:
    """The line of a second recording, as it stands."""
    line = Adjudication(
        event.record,
        event.office,
        event.payload,
        event.signer,
        event.at_ms,
        event.judgement,
        event.by,
        event.reference,
    )
    book.put(line)


def card_policy_set(book: Book, event: CardPolicySet) -> None:
    """The policy of its date."""
    book.put(CardPolicy(event.since, event.activation, event.uncollected_days, event.reference))


def hold_placed(book: Book, event: HoldPlaced) -> None:
    """The hold lies; all records of the person find it, but a batch's."""
    book.put(Hold(event.record, event.kind, event.why, event.until, event.by, event.at_ms))
    record = book.row(Record, event.record)
    if record and event.kind is not HoldKind.BATCH:
        book.put(HeldPerson(record.person, event.record, event.kind))


def hold_lifted(book: Book, event: HoldLifted) -> None:
    """The hold is gone."""
    hold = book.row(Hold, event.record, event.kind)
    if hold:
        book.drop(hold)
    record = book.row(Record, event.record)
    held = book.row(HeldPerson, record.person, event.record, event.kind) if record else None
    if held:
        book.drop(held)


def _facts(book: Book, record: str, n: int) -> CardFacts:
    return book.row(CardFacts, record, n) or CardFacts(record, n)


def handed_over(book: Book, event: HandedOver) -> None:
    """The card's facts; where it is now is a movement of its own. The old card of ours was dealt with, if one was."""
    facts = _facts(book, event.record, event.n)
    book.put(evolve(facts, handed_ms=event.at_ms, handed_by=event.by, receiver=event.receiver))
    forget_papers(book, event.record)
    record = book.row(Record, event.record)
    person = book.row(Person, record.person) if record else None
    if person and person.before != event.record and event.old_card is not OldCard.NONE:
        book.put(evolve(person, before=""))


def activated(book: Book, event: Activated) -> None:
    """The card's facts, and its chip if it is known."""
    facts = _facts(book, event.record, event.n)
    book.put(evolve(facts, activated_ms=event.at_ms, activated_by=event.by, exception=event.exception))
    chip = book.row(Chip, event.uid) if event.uid else None
    if chip and chip.state is not CardState.REVOKED:
        book.put(evolve(chip, state=CardState.ACTIVE))


def card_missed(book: Book, event: CardMissed) -> None:
    """The minutes that say so."""
    book.put(evolve(_facts(book, event.record, event.n), missed=event.minutes))


def list_made(book: Book, event: ListMade) -> None:
    """The list; the cards of an outing are out on it."""
    made = CardList(
        event.name,
        event.kind,
        event.office,
        event.place,
        event.members,
        event.urgent,
        event.by,
        event.at_ms,
    )
    book.put(made)
    for record in event.members if event.kind is ListKind.OUTING else ():
        _carried(book, record, event.name)


def list_closed(book: Book, event: ListClosed) -> None:
    """The list is closed; what was returned is out no more."""
    made = book.row(CardList, event.name)
    if made:
        book.put(evolve(made, closed_ms=event.at_ms, missing=event.missing, returned=event.returned))
    for record in event.returned:
        _carried(book, record, "")


def entered_elsewhere(book: Book, event: EnteredElsewhere) -> None:
    """Why a record stands at another office than the home one."""
    book.put(Elsewhere(event.record, event.office, event.home, event.purpose, event.by))


def card_of_before(book: Book, event: CardOfBefore) -> None:
    """What is known of a person's card from before this book."""
    person = book.row(Person, event.person) or Person(event.person)
    book.put(evolve(person, card_before=event.record if event.is_out else ""))


def rechecked(book: Book, event: Rechecked) -> None:
    """The record was looked at again."""
    record = book.row(Record, event.record)
    if record:
        since_ms = record.since_ms or record.checked_ms
        book.put(evolve(record, checked_ms=event.checked_ms, since_ms=since_ms))


def _carried(book: Book, record: str, name: str) -> None:
    lock = book.row(Lock, record)
    if lock:
        book.put(evolve(_facts(book, record, lock.n), out_on=name))


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    EnteredLocked: entered_locked,
    DuplicateNoted: duplicate_noted,
    CardPolicySet: card_policy_set,
    HoldPlaced: hold_placed,
    HoldLifted: hold_lifted,
    HandedOver: handed_over,
    Activated: activated,
    CardMissed: card_missed,
    ListMade: list_made,
    ListClosed: list_closed,
    EnteredElsewhere: entered_elsewhere,
    CardOfBefore: card_of_before,
    Rechecked: rechecked,
}

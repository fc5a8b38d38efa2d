"""Handing a card to its holder (penyerahan kartu), and missing one in custody: rules 3, 5, 16, 35.

The card goes from the held ones to the citizen once, while nothing holds it. Where an old
card is due at hand-over it is surrendered or declared lost in the same ask: a card of ours
goes to the void cards, any other to the old-card book, and a lost one on the stop list; whoever
never fetched the card it was to be given for, owes it still. What an inquiry holds stays. The
holder's interim letters are over (rule 36). The first card of a complete batch opens the batch.
A card missed in custody is lost as the good card it is; its lock stays until another issuance.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards import stopped
from ektp_core.flow.cards_events import CardMissed, CardOfBefore, HandedOver
from ektp_core.flow.cards_rows import CardFacts
from ektp_core.flow.custody_events import OldCardTaken
from ektp_core.flow.events import Event
from ektp_core.flow.finished import finished_card, of_holder, out_of_hold, refuse_stopped
from ektp_core.flow.holds import refuse_held
from ektp_core.flow.listing import opened_if_complete
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.previous_cards import card_due, check_letter, ended_card, told, unknown_card
from ektp_core.flow.rows import Attempt, Person, Record
from ektp_core.flow.signers import refuse_printers, require
from ektp_core.flow.suket import withdrawn_at_hand_over
from ektp_core.flow.view import View
from ektp_core.flow.waste import not_evidence
from ektp_core.handover.delivery import OldCard, Receiver
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.old_card import OldCardReason
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.serial import SerialRange, SerialSet


@frozen
class HandOver:
    """Hand a card over. `letter`, `letter_date`: of the old card's loss; `proxy_letter`: of whoever fetches it."""

    record: str
    n: int
    receiver: Receiver = Receiver.HOLDER
    old_card: OldCard = OldCard.NONE
    letter: str = ""
    letter_date: str = ""
    proxy_letter: str = ""


@frozen
class DeclareCardMissing:
    """Say that a finished card is not where it was kept. `minutes`: number of the paper."""

    record: str
    n: int
    minutes: str


def decide_hand_over(view: View, ask: Ask, body: HandOver) -> tuple[Event, ...]:
    """The card is the citizen's from now on."""
    card = finished_card(view, body.record, body.n, "HAND_OVER")
    who = require(view, ask, PERMITS[Act.HAND_OVER])
    of_holder(view, who, card)
    facts = view.row(CardFacts, body.record, body.n)
    if facts and facts.handed_ms:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the hand-over of record", "id": body.record})
    refuse_stopped(view, card)
    not_evidence(view, SerialSet.of(SerialRange.one(card.series, card.number)))
    opened = opened_if_complete(view, ask, body.record, who.names)
    refuse_held(view, body.record, ask.at_ms, batch=not opened)
    if (body.receiver is Receiver.PROXY) != bool(body.proxy_letter):
        shape = "empty" if not body.proxy_letter else "a letter"
        raise _bad("proxy_letter", shape, "number of the letter, for a proxy only")
    moved = out_of_hold(view, card, Bucket.HANDED_OVER)
    handed = HandedOver(
        body.record,
        body.n,
        body.receiver,
        body.old_card,
        body.letter,
        body.letter_date,
        body.proxy_letter,
        who.names,
        ask.at_ms,
    )
    record = view.row(Record, body.record)
    assert record is not None, "a lock without its record"
    old, ended = _old_card(view, ask, record, moved.party, who.names)
    ends: list[tuple[Attempt, list[Event]]] = [(card, [moved]), *([(old, ended)] if old else [])]
    letters = withdrawn_at_hand_over(view, record.person, body.record)
    return (*opened, handed, moved, *ended, *letters, *told(view, ask.at_ms, *ends))


def _old_card(
    view: View, ask: Ask, record: Record, holder: str, by: tuple[str, ...]
) -> tuple[Attempt | None, list[Event]]:
    """The old card of ours that ends now, and what ends it; refused when one is due and not named."""
    body = ask.body
    assert isinstance(body, HandOver), "a hand-over is asked for"
    person = view.row(Person, record.person) or Person(record.person)
    old = card_due(view, person)
    if old and old.record == record.record:
        old = None
    due = old.record if old else person.card_before
    if not due and record.previous is not PreviousCard.AT_HANDOVER and body.old_card is not OldCard.NONE:
        raise _bad("old_card", "an old card that is not due", "none: it was closed when the record came in")
    if due and body.old_card is OldCard.NONE:
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": due})
    home = PartyId(holder).home.value
    if body.old_card is OldCard.DECLARED_LOST:
        check_letter(body.letter, body.letter_date, "letter", date_of(ask.at_ms, home))
    if old:
        return old, ended_card(view, old, is_surrendered=body.old_card is OldCard.SURRENDERED, office=home)
    if not due:
        return None, []
    gone = CardOfBefore(record.person, record.record, False)
    return None, [_card_of_before(ask, record, body.old_card, by), gone]


def _card_of_before(ask: Ask, record: Record, fate: OldCard, by: tuple[str, ...]) -> Event:
    """A card that is none of ours: in the old-card book (rule 14), or stopped without its chip being known."""
    if fate is OldCard.DECLARED_LOST:
        return unknown_card(record.person)
    reason = _SURRENDERED_FOR.get(record.reason, OldCardReason.OTHER)
    day = date_of(ask.at_ms, record.office)
    return OldCardTaken(record.office, reason, day, record.person, False, 1, "", True, by)


_SURRENDERED_FOR = {
    Reason.DAMAGED: OldCardReason.DAMAGED,
    Reason.DATA_CHANGE: OldCardReason.DATA_CHANGE,
    Reason.MOVED: OldCardReason.MOVED,
}


def decide_missing(view: View, ask: Ask, body: DeclareCardMissing) -> tuple[Event, ...]:
    """A held card is lost as a good card, and on the stop list; the lock is not touched (rule 16)."""
    card = finished_card(view, body.record, body.n, "DECLARE_MISSING")
    who = require(view, ask, PERMITS[Act.SETTLE], (*card.operator, *card.reporter))
    if not body.minutes.strip():
        raise _bad("minutes", "empty", "number of the minutes")
    of_holder(view, who, card)
    refuse_printers(who, card.operator, PartyId(card.station).home.value)
    moved = out_of_hold(view, card, Bucket.GOOD_HELD.lost)
    gone: list[Event] = [moved, *stopped(view, body.record, card.uid, (card.series, card.number), "missing")]
    return CardMissed(body.record, body.n, body.minutes, who.names), *gone, *told(view, ask.at_ms, (card, gone))


def _bad(field: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": expected})

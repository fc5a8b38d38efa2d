"""Opening an issuance (membuka penerbitan): who brings the record in, and what closed the card before it.

Rules 2, 3, 16 and 42: one open issuance a person in the country; a new one opens only when
the previous card is surrendered, declared lost with its letter, or to be surrendered at
hand-over; what was withdrawn or voided is opened again by the registry alone; a second
recording by another office is a line to be judged and never becomes printable by itself.
Ordinary records and imported half-finished lives come in through here alike.
"""

from typing import Protocol

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards import good_card, open_card, stopped
from ektp_core.flow.cards_events import DuplicateNoted
from ektp_core.flow.cards_rows import Adjudication, CardFacts
from ektp_core.flow.events import CardRevoked, Event, FeedQueued, Moved
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Attempt, Party, Person, Record, RunningNumber
from ektp_core.flow.signers import Signers, of_office, require, signers
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.party import PartyId, PartyKind, is_station
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.record_id import record_id
from ektp_core.vocabulary.role import Hand


class Recording(Protocol):
    """What an ask says that brings a record in: whose card, why, and what became of the card before."""

    @property
    def office(self) -> str:
        """The office that brings it in."""

    @property
    def person(self) -> bytes:
        """The keyed hash of the NIK."""

    @property
    def payload(self) -> bytes:
        """Digest of the signed record."""

    @property
    def reason(self) -> Reason:
        """Why this card is made."""

    @property
    def previous(self) -> PreviousCard:
        """What became of the previous card."""

    @property
    def letter(self) -> str:
        """Number of the letter that declares it lost."""

    @property
    def letter_date(self) -> str:
        """Date of that letter."""


def importers(view: View, ask: Ask, office: str) -> tuple[Signers, PartyId]:
    """Who brings a record in, and for which registered office.

    Raises:
        Refused: SIGNER_NOT_REGISTRY for the hub's key, UNKNOWN_PARTY, NOT_ALLOWED.
    """
    who = signers(view, ask)
    if who.has(Hand.HUB):
        raise Refused(Refusal.SIGNER_NOT_REGISTRY, {"who": who.keys[0].owner})
    require(view, ask, PERMITS[Act.ENTER])
    party = PartyId.parse(office, "office")
    if party.kind is not PartyKind.OFFICE or view.row(Party, office) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": office})
    of_office(who, office)
    return who, party


def importing_key(who: Signers) -> str:
    """The key whose signature over the record counts (rule 42)."""
    return next(key.key for key in who.keys if key.hand in (Hand.REGISTRY, Hand.OFFICER))


def next_record(view: View, office: PartyId) -> str:
    """The id of the office's next record (dense, rule 2)."""
    running = view.row(RunningNumber, office.region)
    return record_id(office.region, (running.last if running else 0) + 1)


def second_recording(
    view: View, ask: Ask, who: Signers, person: Person | None, body: Recording
) -> DuplicateNoted | None:
    """The line of a person whom another office recorded first, if this is one and is not noted yet (rule 2)."""
    person = view.row(Person, body.person)
    if person is None or body.reason is not Reason.FIRST:
        return None
    card = open_card(view, person.last_record) if person.last_record else None
    first = person.open_record or (person.last_record if card else "")
    record = view.row(Record, first) if first else None
    if record is None or record.office == body.office or view.row(Adjudication, first, body.office):
        return None
    return DuplicateNoted(first, body.office, body.payload, importing_key(who), ask.at_ms)


def may_open(view: View, person: Person | None) -> None:
    """Refuse a second open issuance, and a third card.

    Raises:
        Refused: PERSON_HAS_OPEN_RECORD, PREVIOUS_CARD_OPEN.
    """
    if person is None:
        return
    if person.open_record:
        raise Refused(Refusal.PERSON_HAS_OPEN_RECORD, {"record": person.open_record})
    if person.before not in ("", person.last_record) and open_card(view, person.before):
        # Two cards are out already: the last was made to be exchanged for this one at its hand-over.
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": person.before})


def may_reopen(who: Signers, person: Person | None) -> None:
    """Refuse what only the registry opens again: a record withdrawn, or its card voided (rule 16).

    Raises:
        Refused: NEEDS_REGISTRY.
    """
    if person and person.ended and not who.has(Hand.REGISTRY):
        raise Refused(Refusal.NEEDS_REGISTRY, {"record": person.ended})


def close_previous(view: View, ask: Ask, body: Recording, last: str) -> list[Event]:
    """What closes the previous card; refused when nothing does (rule 3)."""
    if body.previous is PreviousCard.DECLARED_LOST:
        check_letter(body.letter, body.letter_date, "previous_letter")
    if not last:
        unknown = body.previous is PreviousCard.DECLARED_LOST
        return [unknown_card(body.person)] if unknown else []
    card = open_card(view, last)
    if card is None:
        return []
    if body.previous is PreviousCard.NONE:
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": last})
    if body.previous is PreviousCard.AT_HANDOVER:
        _one_exchange(view, card)
        return []
    closed = ended_card(view, card, is_surrendered=body.previous is PreviousCard.SURRENDERED)
    return [*closed, *told(view, ask.at_ms, (card, closed))]


def _one_exchange(view: View, card: Attempt) -> None:
    """Refuse to exchange a card at hand-over that itself still waits to be exchanged for an older one."""
    record = view.row(Record, card.record)
    facts = view.row(CardFacts, card.record, card.n)
    is_handed = facts is not None and facts.handed_ms > 0
    if record and record.previous is PreviousCard.AT_HANDOVER and not is_handed:
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": card.record})


def check_letter(letter: str, letter_date: str, field: str) -> None:
    """Refuse a loss without number and date of its letter.

    Raises:
        Refused: BAD_VALUE.
    """
    if not (letter and letter_date):
        raise Refused(
            Refusal.BAD_VALUE, {"field": field, "shape": "empty", "expected": "number and date of the letter"}
        )
    checked_date(letter_date, f"{field}_date")


def unknown_card(person: bytes) -> CardRevoked:
    """The stop of a card from before this book: nobody knows its chip."""
    return CardRevoked(f"before/{person.hex()}", "declared lost", "")


def ended_card(view: View, card: Attempt, *, is_surrendered: bool) -> list[Event]:
    """What ends a card that was surrendered or declared lost: to the void cards if in hand, and on the stop list."""
    why = "surrendered" if is_surrendered else "declared lost"
    closed: list[Event] = to_void(view, card) if is_surrendered else []
    if open_card(view, card.record) == card:
        closed += stopped(view, card.record, card.uid, (card.series, card.number), why)
    return closed


def to_void(view: View, card: Attempt) -> list[Event]:
    """The movement of a card in hand to the void cards; none when it lies elsewhere."""
    run = view.covering(card.series, card.number)
    if run is None or run.bucket not in (Bucket.HANDED_OVER, Bucket.GOOD_HELD):
        return []
    one = card.number
    return [Moved(card.series, one, one, run.party, run.bucket, run.party, Bucket.VOID_HELD, "surrendered")]


def card_due(view: View, person: Person | None) -> Attempt | None:
    """The older card of ours that is still somewhere about when the new one is handed over, if there is one."""
    card = good_card(view, person.before) if person and person.before else None
    run = view.covering(card.series, card.number) if card else None
    return card if run and run.bucket in (Bucket.HANDED_OVER, Bucket.GOOD_HELD) else None


def told(view: View, at_ms: int, *ends: tuple[Attempt, list[Event]]) -> list[FeedQueued]:
    """The entries by which the stations that made these cards hear what became of them, one a station."""
    by_station: dict[str, list[Event]] = {}
    for card, events in ends:
        if events and is_station(card.station):
            by_station.setdefault(card.station, []).extend(events)
    return [feed.queued(view, station, feed.SETTLED, events, at_ms) for station, events in by_station.items()]


def ended_by_activation(view: View, card: Attempt) -> list[Event]:
    """The stop of an older card when the new one is activated (rule 3); where it lies does not change."""
    return [*stopped(view, card.record, card.uid, (card.series, card.number), "superseded")]

"""Opening an issuance (membuka penerbitan): who brings the record in, and what closed the card before it.

Rules 2, 3, 16 and 42: one open issuance a person in the country; a new one opens only when
the previous card is surrendered, declared lost with its letter, or to be surrendered at
hand-over; what was withdrawn or voided is opened again by the registry alone; a second
recording by another office is a line to be judged and never becomes printable by itself.
A card from before this book that is known to be out is remembered with the person, and asked for
like one of ours.
Ordinary records and imported half-finished lives come in through here alike.
"""

from typing import Protocol

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards import good_card, open_card, stopped
from ektp_core.flow.cards_events import CardOfBefore, DuplicateNoted
from ektp_core.flow.cards_rows import Adjudication, CardFacts
from ektp_core.flow.events import CardRevoked, Event, FeedQueued, GivenOut, Moved
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Attempt, Party, Person, Record, RunningNumber
from ektp_core.flow.signers import Signers, of_office, require, signers
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.local_calendar import date_of
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
    """The line of a person whom another office recorded first, if this is one and is not noted yet (rule 2).

    Raises:
        Refused: PREVIOUS_CARD_OPEN when the line is there already and the first office's card is out.
    """
    person = view.row(Person, body.person)
    if person is None or body.reason is not Reason.FIRST:
        return None
    card = open_card(view, person.last_record) if person.last_record else None
    first = person.open_record or (person.last_record if card else "")
    record = view.row(Record, first) if first else None
    if record is None or record.office == body.office:
        return None
    if view.row(Adjudication, first, body.office):
        if person.open_record:
            return None
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": first})
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


def close_previous(view: View, ask: Ask, body: Recording, person: Person | None, record: str) -> list[Event]:
    """What closes the previous card for the new `record`; refused when nothing does (rule 3)."""
    if body.previous is PreviousCard.DECLARED_LOST:
        check_letter(body.letter, body.letter_date, "previous_letter", date_of(ask.at_ms, body.office))
    person = person or Person(body.person)
    is_surrendered = body.previous is PreviousCard.SURRENDERED
    card = open_card(view, person.last_record) if person.last_record else None
    if card is None:
        stopped_before = card_due(view, person) if is_surrendered and not person.card_before else None
        if stopped_before is None:
            return _of_before(body, person, record)
        card = stopped_before  # it was stopped when a newer card was activated; now it is in hand
    elif body.previous is PreviousCard.NONE:
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": person.last_record})
    elif body.previous is PreviousCard.AT_HANDOVER:
        _one_exchange(view, person, card)
        return []
    closed = ended_card(view, card, is_surrendered=is_surrendered, office=body.office)
    return [*closed, *told(view, ask.at_ms, (card, closed))]


def _of_before(body: Recording, person: Person, record: str) -> list[Event]:
    """What is said of a card from before this book, where no card of ours is open.

    Raises:
        Refused: PREVIOUS_CARD_OPEN when one is known to be out and nothing is said.
    """
    is_out, is_known = bool(person.card_before), bool(person.last_record)
    if body.previous is PreviousCard.NONE:
        if is_out:
            raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": person.card_before})
        return []
    if body.previous is PreviousCard.AT_HANDOVER:
        return [] if is_out or is_known else [CardOfBefore(body.person, record, True)]
    found: list[Event] = []
    if body.previous is PreviousCard.DECLARED_LOST and (is_out or not is_known):
        found.append(unknown_card(body.person))
    return [*found, CardOfBefore(body.person, record, False)] if is_out else found


def _one_exchange(view: View, person: Person, card: Attempt) -> None:
    """Refuse to exchange a card at hand-over that itself still waits to be exchanged for an older one."""
    record = view.row(Record, card.record)
    facts = view.row(CardFacts, card.record, card.n)
    due = card_due(view, person)
    is_owed = bool(person.card_before) or (due is not None and due.record != card.record)
    is_exchanged = is_owed or (record is not None and record.previous is PreviousCard.AT_HANDOVER)
    if is_exchanged and not (facts and facts.handed_ms):
        raise Refused(Refusal.PREVIOUS_CARD_OPEN, {"record": card.record})


def check_letter(letter: str, letter_date: str, field: str, this_day: str) -> None:
    """Refuse a loss without number and date of its letter, or with a date after `this_day` (local ISO date).

    Raises:
        Refused: BAD_VALUE.
    """
    if not (letter and letter_date):
        raise Refused(
            Refusal.BAD_VALUE, {"field": field, "shape": "empty", "expected": "number and date of the letter"}
        )
    if checked_date(letter_date, f"{field}_date") > this_day:
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": f"{field}_date", "shape": "in the future", "expected": f"a date up to {this_day}"},
        )


def unknown_card(person: bytes) -> CardRevoked:
    """The stop of a card from before this book: nobody knows its chip."""
    return CardRevoked(f"before/{person.hex()}", "declared lost", "")


def ended_card(view: View, card: Attempt, *, is_surrendered: bool, office: str) -> list[Event]:
    """What ends a card that was surrendered or declared lost: to the void cards if in hand, and on the stop list.

    `office`: where it was surrendered.
    """
    why = "surrendered" if is_surrendered else "declared lost"
    closed: list[Event] = to_void(view, card, office) if is_surrendered else []
    if open_card(view, card.record) == card:
        closed += stopped(view, card.record, card.uid, (card.series, card.number), why)
    return closed


def to_void(view: View, card: Attempt, office: str) -> list[Event]:
    """The movement of a card to the void cards of whoever has it in hand; none when nobody has.

    What a citizen surrenders lies in the office that took it (rule 14), whoever handed it over once.
    """
    run = view.covering(card.series, card.number)
    if run is None or run.bucket not in (Bucket.HANDED_OVER, Bucket.GOOD_HELD):
        return []
    is_home = run.bucket is Bucket.GOOD_HELD or PartyId(run.party).home.value == office
    one, party = card.number, run.party if is_home else office
    return [Moved(card.series, one, one, run.party, run.bucket, party, Bucket.VOID_HELD, "surrendered")]


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
            by_station.setdefault(card.station, []).extend(_as_seen_there(one, card.station) for one in events)
    return [feed.queued(view, station, feed.SETTLED, events, at_ms) for station, events in by_station.items()]


def _as_seen_there(event: Event, station: str) -> Event:
    """A card that went to somebody else is given out in the book of the station that made it."""
    if not isinstance(event, Moved) or event.to_party == station:
        return event
    return GivenOut(event.series, event.lo, event.hi, event.party, event.bucket, event.reference)


def ended_by_activation(view: View, card: Attempt) -> list[Event]:
    """The stop of an older card when the new one is activated (rule 3); where it lies does not change."""
    return [*stopped(view, card.record, card.uid, (card.series, card.number), "superseded")]

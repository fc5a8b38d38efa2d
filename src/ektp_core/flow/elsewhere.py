"""Cards away from home (luar domisili): any office, for a lost or damaged card without data change (rule 20).

A person who stands at another office's counter may have a lost or damaged card printed there;
first cards and changes of data belong to the home office. Why the record was opened is said and
kept; blank, report and hand-over are the printing office's. Where the person's record lies with
another office already, the refusal says where, since when, and whom to call.
"""

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.cards_events import EnteredElsewhere
from ektp_core.flow.feed import read_entry
from ektp_core.flow.rows import Attempt, FeedRow, Lock, Person, Record
from ektp_core.flow.signers import Signers
from ektp_core.flow.view import View
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.prr import Reason
from ektp_core.vocabulary.state import LockState

#: Reasons that change nothing on the card.
_ANYWHERE = frozenset({Reason.LOST, Reason.DAMAGED})
_LEASED = (LockState.AUTHORISED, LockState.IN_PRESS)


def away_from_home(
    who: Signers, record: str, *, office: str, home: str, reason: Reason, purpose: str
) -> EnteredElsewhere | None:
    """What is kept of a record opened away from home; nothing at home, or where the home is not said.

    Raises:
        Refused: NOT_HOME_OFFICE for a first card or a change of data, BAD_VALUE without a purpose.
    """
    if not home or home == PartyId(office).region:
        return None
    if reason not in _ANYWHERE:
        raise Refused(Refusal.NOT_HOME_OFFICE, {"office": office, "home": f"office/{home}"})
    if not purpose:
        expected = "why this person is served here, in a few words"
        raise Refused(Refusal.BAD_VALUE, {"field": "purpose", "shape": "empty", "expected": expected})
    return EnteredElsewhere(record, office, home, purpose, who.names)


def at_home(office: str, home: str) -> None:
    """Refuse another office than the home one for a life that began in the old system.

    Raises:
        Refused: NOT_HOME_OFFICE.
    """
    if home and home != PartyId(office).region:
        raise Refused(Refusal.NOT_HOME_OFFICE, {"office": office, "home": f"office/{home}"})


def refuse_leased_elsewhere(view: View, person: Person | None, office: str) -> None:
    """Say where the person's record lies when another office's station holds it.

    Raises:
        Refused: OPEN_ELSEWHERE.
    """
    record = view.row(Record, person.open_record) if person and person.open_record else None
    lock = view.row(Lock, record.record) if record else None
    if record and lock and record.office != office:
        leased_at(view, record, lock)


def leased_at(view: View, record: Record, lock: Lock) -> None:
    """Refuse while a station holds the record, and say which, since when, and of which office.

    Raises:
        Refused: OPEN_ELSEWHERE.
    """
    if lock.state not in _LEASED:
        return
    raise Refused(
        Refusal.OPEN_ELSEWHERE,
        {"record": record.record, "office": record.office, "station": lock.station, "since": since_ms(view, lock)},
    )


def since_ms(view: View, lock: Lock) -> int:
    """When the station was allowed to print it, as the message to it says."""
    attempt = view.row(Attempt, lock.record, lock.n)
    entry = view.row(FeedRow, lock.station, attempt.feed_m) if attempt else None
    leave = read_entry(entry.body).authorisation if entry else None
    return leave.not_before_ms if leave else 0

"""Activating a card (aktivasi): what reading it with its holder showed (rules 3, 18).

Activation is no gate: it comes before, at or after hand-over, as dated policy wants, and a
card activated at another time is a remark for a list. A dead chip or wrong data is a failed
card, cause "aktivasi". A finger that does not fit is a question of identity: the record is
held, the card is never waste by that alone, and the section head may activate it in spite of
the finger. Activating a person's new card revokes the old one in the same transaction.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards import card_state, open_card
from ektp_core.flow.cards_events import Activated, CardPolicySet, HoldLifted, HoldPlaced
from ektp_core.flow.cards_rows import CardPolicy, Hold
from ektp_core.flow.events import Event
from ektp_core.flow.finished import finished_card, refuse_stopped
from ektp_core.flow.holds import office_of, on_hold
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.previous_cards import ended_by_activation, told
from ektp_core.flow.rows import Attempt, Chip, Person, Record
from ektp_core.flow.settling import FailCard, decide_fail_card
from ektp_core.flow.signers import Signers, of_office, require
from ektp_core.flow.view import View
from ektp_core.handover.activation import Finding, When
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.state import CardState
from ektp_core.vocabulary.uid import checked_uid
from ektp_core.vocabulary.verdict import Cause


@frozen
class Activate:
    """Write down what the reader showed: the card by record and attempt, or by its chip. `reason`: of an exception."""

    finding: Finding
    record: str = ""
    n: int = 0
    uid: str = ""
    reason: str = ""


@frozen
class SetCardPolicy:
    """Set the policy about cards from a local date on. `reference`: the circular or regulation it follows."""

    since: str
    activation: When
    uncollected_days: int
    reference: str


def decide_activate(view: View, ask: Ask, body: Activate) -> tuple[Event, ...]:
    """The card is active, failed, or held as a question of identity."""
    record, n = _named_card(view, body)
    if body.finding in (Finding.CHIP_DEAD, Finding.DATA_WRONG):
        return decide_fail_card(view, ask, FailCard(record, n, Cause.ACTIVATION_FAILED))
    card = finished_card(view, record, n, "ACTIVATE")
    is_exception = body.finding is Finding.EXCEPTION
    who = require(view, ask, PERMITS[Act.EXCEPT if is_exception else Act.ACTIVATE])
    of_office(who, PartyId(card.station).home.value)
    refuse_stopped(view, card)
    if card_state(view, card) is CardState.ACTIVE:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the activation of record", "id": record})
    hold = view.row(Hold, record, HoldKind.IDENTITY)
    if body.finding is Finding.FINGER_DIFFERS:
        return _held(ask, who, record, hold)
    if is_exception != bool(body.reason.strip()):
        shape = "empty" if is_exception else "a reason"
        raise _bad("reason", shape, "the reason of an exception, for an exception only")
    if hold and not is_exception:
        raise on_hold(hold, office_of(view, record))
    lifted = (HoldLifted(record, hold.kind, body.reason, who.names),) if hold else ()
    active = Activated(record, n, card.uid, body.reason, who.names, ask.at_ms)
    return (*lifted, active, *_older_ended(view, ask, card))


def _named_card(view: View, body: Activate) -> tuple[str, int]:
    if not body.uid:
        return body.record, body.n
    chip = view.row(Chip, checked_uid(body.uid))
    if chip is None or not chip.record:
        raise _bad("uid", "the chip of no card", "the chip of a finished card")
    if body.record and (body.record, body.n) != (chip.record, chip.n):
        raise _bad("uid", "the chip of another card", "the chip of the record named")
    return chip.record, chip.n


def _held(ask: Ask, who: Signers, record: str, hold: Hold | None) -> tuple[Event, ...]:
    if hold:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the hold", "id": f"{record} {hold.kind.name}"})
    return (HoldPlaced(record, HoldKind.IDENTITY, Finding.FINGER_DIFFERS.value, "", who.names, ask.at_ms),)


def _older_ended(view: View, ask: Ask, card: Attempt) -> list[Event]:
    """The person's older card is revoked now; it is still to be surrendered when this one is handed over."""
    record = view.row(Record, card.record)
    person = view.row(Person, record.person) if record else None
    if person is None or person.last_record != card.record or person.before in ("", card.record):
        return []
    old = open_card(view, person.before)
    ended = ended_by_activation(view, old) if old else []
    return [*ended, *told(view, ask.at_ms, (old, ended))] if old else []


def decide_card_policy(view: View, ask: Ask, body: SetCardPolicy) -> tuple[Event, ...]:
    """A policy about cards; each later than the one before, so that nothing judged by an older one changes."""
    require(view, ask, PERMITS[Act.REGISTER])
    checked_date(body.since, "since")
    last = max((row.since for row in view.rows(CardPolicy)), default="")
    if body.since <= last:
        raise _bad("since", "not after the last policy", "a date after the one of the last policy")
    if not 1 <= body.uncollected_days <= _LONGEST_DAYS:
        raise _bad("uncollected_days", "out of range", "one day to ten years")
    if not body.reference.strip():
        raise _bad("reference", "empty", "number of the circular or regulation")
    return (CardPolicySet(body.since, body.activation, body.uncollected_days, body.reference),)


_LONGEST_DAYS = 3_650


def _bad(field: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": expected})

"""Taking a person's papers in at the counter (penerimaan berkas di loket): papers, reason, urgency, a receipt.

Rules 20, 31, 34 and 40. Somebody of the office notes for one record which papers were shown, and the
person gets a receipt with a number. Which papers a reason needs is one table, from the documents of the
field (decision 48); what no document asks for is not demanded. Noting papers prints nothing: a record
that is held may be noted too, since a hold stops authorising and hand-over (rule 5). The reason is the
record's own, said once more by the person at the counter: where they differ, the record is wrong.
Urgency is a class of the policy in force and nothing else; moving one person to the front stays the
section head's own ask. Who the person is, is not known here.
"""

from collections.abc import Iterable

from attrs import frozen

from ektp_core.allotment.policy import Policy
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.allotment_policies import policy_on
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards_rows import CardFacts
from ektp_core.flow.elsewhere import leased_at
from ektp_core.flow.events import Event, PapersTaken
from ektp_core.flow.locks import lock_of
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.queueing_class import urgent_classes
from ektp_core.flow.queueing_rows import CounterReceipt, ReceiptsGiven
from ektp_core.flow.rows import Lock, Record
from ektp_core.flow.signers import Signers, of_office, require
from ektp_core.flow.view import View
from ektp_core.lock.step import allowed
from ektp_core.vocabulary.counter_paper import CounterPaper
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import LockState

#: Longest name of another paper.
OTHER_LONGEST = 60

#: A card that is made waits to be handed over; what ended, or is the centre's to open, is asked for nowhere.
_TOO_LATE = frozenset({LockState.PRINTED, LockState.WITHDRAWN, LockState.LOCKED_BEFORE})
_OLD_CARD_THERE = frozenset({PreviousCard.SURRENDERED, PreviousCard.AT_HANDOVER})


@frozen
class TakePapers:
    """Take a person's papers in at the counter and give a receipt with a number.

    Attributes:
        papers: what was shown, each once.
        other: what kind of paper the other one is, without any digit; empty where none was shown.
        urgency: a class of the policy in force that no reason is called by, such as "mendesak"; else empty.
    """

    record: str
    reason: Reason
    papers: tuple[CounterPaper, ...]
    other: str = ""
    urgency: str = ""


def needed_papers(reason: Reason, previous: PreviousCard) -> tuple[CounterPaper, ...]:
    """What must be shown: the family card by everybody (paper 004), the old card or the letter of its loss (rule 3).

    A first card has neither of the two.
    """
    is_lost = reason is Reason.LOST or previous is PreviousCard.DECLARED_LOST
    has_card = reason is Reason.DAMAGED or previous in _OLD_CARD_THERE
    old = (CounterPaper.POLICE_LETTER,) if is_lost else (CounterPaper.OLD_CARD,) if has_card else ()
    return (CounterPaper.FAMILY_CARD, *old)


def decide_take_papers(view: View, ask: Ask, body: TakePapers) -> tuple[Event, ...]:
    """The papers are noted, and the receipt has the office's next number."""
    who = require(view, ask, PERMITS[Act.TAKE_PAPERS])
    lock = lock_of(view, body.record)
    record = view.row(Record, body.record)
    assert record is not None, "a lock without its record"
    _of_this_office(view, who, record, lock)
    known = view.row(CounterReceipt, record.office, body.record)
    if known:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the papers for this record, receipt", "id": known.receipt})
    _still_wanted(view, lock)
    if body.reason is not record.reason:
        expected = "the reason of the record; if that one is wrong, have the record withdrawn and brought in again"
        raise _bad("reason", "not the reason of the record", expected)
    _checked_papers(body)
    _nothing_missing(record, body.papers)
    day = date_of(ask.at_ms, record.office)
    _urgency_allowed(policy_on(view, day).policy, record.reason.term, body.urgency)
    given = view.row(ReceiptsGiven, record.office)
    number = (given.last if given else 0) + 1
    papers = tuple(sorted(body.papers))
    noted = (record.reason, papers, body.other.strip(), body.urgency, who.names, ask.at_ms)
    return (PapersTaken(body.record, record.office, receipt_number(record.office, day, number), number, *noted),)


def receipt_number(office: str, day: str, number: int) -> str:
    """The number on a receipt: the office's region, the local day, and a number the office never gives again.

    >>> receipt_number("office/52.03", "2018-11-19", 7)
    '52.03/TT/2018-11-19/7'
    """
    return f"{PartyId(office).region}/TT/{day}/{number}"


def _of_this_office(view: View, who: Signers, record: Record, lock: Lock) -> None:
    """Papers are taken where the record was opened, which rule 20 allows anywhere for a lost or damaged card."""
    if any(officer.unit != record.office for officer in who.officers):
        leased_at(view, record, lock)
    of_office(who, record.office)


def _still_wanted(view: View, lock: Lock) -> None:
    """Refuse what was made, ended, or is the centre's to open: nobody asks for such a card at the counter.

    Raises:
        Refused: NO_SUCH_STEP.
    """
    if lock.state not in _TOO_LATE:
        return
    card = view.row(CardFacts, lock.record, lock.n)
    state, can = lock.state.name, ", ".join(one.name for one in allowed(lock.state)) or "nothing"
    if lock.state is LockState.PRINTED:
        state, can = ("HANDED_OVER", "nothing") if card and card.handed_ms else (state, "HAND_OVER")
    facts = {"record": lock.record, "state": state, "event": "TAKE_PAPERS", "allowed": can}
    raise Refused(Refusal.NO_SUCH_STEP, facts)


def _checked_papers(body: TakePapers) -> None:
    if len(set(body.papers)) < len(body.papers):
        raise _bad("papers", "named twice", "each paper once")
    if (CounterPaper.OTHER in body.papers) != bool(body.other.strip()):
        raise _bad("other", "another paper without its name, or a name alone", "another paper and its name together")
    checked_text("other", body.other, needed=False)
    if len(body.other) > OTHER_LONGEST or any(letter.isdigit() for letter in body.other):
        expected = f"the kind of paper in up to {OTHER_LONGEST} characters, without a number of it"
        raise _bad("other", "a long text or one with digits", expected)


def _nothing_missing(record: Record, shown: Iterable[CounterPaper]) -> None:
    there = frozenset(shown)
    missing = [one for one in needed_papers(record.reason, record.previous) if one not in there]
    if missing:
        names = tuple(one.name for one in missing)
        raise Refused(Refusal.PAPERS_MISSING, {"record": record.record, "reason": record.reason.term, "papers": names})


def _urgency_allowed(policy: Policy, reason: str, urgency: str) -> None:
    """Refuse an urgency the policy of the day does not name; what the policy refuses is urgent for nobody."""
    if not urgency:
        return
    if reason in policy.refused_classes:
        raise _bad("urgency", "the policy in force prints no card for this reason", "no urgency")
    classes = urgent_classes(policy)
    if not classes:
        raise _bad(
            "urgency", "the policy in force has no urgent class", "no urgency; the section head may lift one person"
        )
    if urgency not in classes:
        raise _bad("urgency", "no urgent class of the policy in force", ", ".join(classes))


def _bad(field: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": expected})

"""Loans of blanks between offices (pinjam-meminjam blangko): agreed, delivered, returned in kind, forgiven.

Rule 30: the province orders or agrees a loan; blanks go and come back by consignments that name
it. The borrower owes what left for it, since its own collector fetched it, and owes less when
the lender has counted a return in, or forgives. A loan is accounted for like an allotment, by
a report of its own name: a blank stays with the allotment it came from, there as lent.
"""

from collections.abc import Iterator

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.consigning import known_party
from ektp_core.flow.custody_events import LoanAgreed, LoanDelivered, LoanSettled
from ektp_core.flow.custody_rows import Loan, Waybill
from ektp_core.flow.events import Event
from ektp_core.flow.on_the_road import rest_of, waybill_of
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Allotment, Consignment
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.party import PartyId, PartyKind
from ektp_core.vocabulary.serial import SerialSet

#: No loan is larger; a count above it is a slip of the pen.
MOST = 10_000_000

_LENDERS = frozenset({PartyKind.OFFICE, PartyKind.PROVINCE})


@frozen
class AgreeLoan:
    """Agree on a loan of `count` blanks of a class, to be returned in kind by the due date.

    `ordered_by`: the province that ordered or agreed it, the borrower's; `letter`: number of its paper.
    """

    loan: str
    lender: str
    borrower: str
    blank_class: str
    count: int
    due_date: str
    ordered_by: str
    letter: str


@frozen
class ForgiveLoan:
    """Forgive a part of a loan: it need not be returned."""

    loan: str
    count: int
    why: str


def decide_agree_loan(view: View, ask: Ask, body: AgreeLoan) -> tuple[Event, ...]:
    """The province's word: who lends how many to whom until when."""
    who = require(view, ask, PERMITS[Act.AGREE_LOAN])
    for party in (body.lender, body.borrower, body.ordered_by):
        known_party(view, party)
    borrower = PartyId.parse(body.borrower, "borrower")
    kinds = {borrower.kind, PartyId.parse(body.lender, "lender").kind}
    if body.lender == body.borrower or not kinds <= _LENDERS:
        raise _bad("borrower", "no other office or province", "two different offices or provinces' stores")
    if body.ordered_by != f"province/{borrower.region[:2]}":
        raise _bad("ordered_by", "another party", f"the borrower's province, province/{borrower.region[:2]}")
    of_office(who, body.ordered_by)
    if not 1 <= body.count <= MOST:
        raise _bad("count", str(body.count), f"1 to {MOST}")
    checked_text("letter", body.letter)
    checked_text("loan", body.loan)
    checked_date(body.due_date, "due_date")
    if view.row(Allotment, body.loan):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the loan or allotment", "id": body.loan})
    agreed = (body.blank_class, body.count, body.due_date, body.ordered_by, body.letter)
    return (LoanAgreed(body.loan, body.lender, body.borrower, *agreed),)


def decide_forgive_loan(view: View, ask: Ask, body: ForgiveLoan) -> tuple[Event, ...]:
    """The lender's head, or the province that ordered the loan, lets the borrower keep what it still has."""
    who = require(view, ask, PERMITS[Act.FORGIVE_LOAN])
    loan = loan_of(view, body.loan)
    if loan is None:
        raise Refused(Refusal.UNKNOWN_LOAN, {"loan": body.loan})
    if any(officer.unit != loan.ordered_by for officer in who.officers):
        of_office(who, loan.lender)
    checked_text("why", body.why)
    _not_above(body.loan, body.count, _still_held(view, loan))
    return (LoanSettled(loan.loan, loan.borrower, 0, body.count, body.why),)


def overdue_loans(view: View, day: str) -> tuple[Loan, ...]:
    """Loans of which something is still owed after their due date on a day (ISO text), longest due first; a reader."""
    late = (loan for loan in view.rows(Loan) if loan.outstanding > 0 and loan.due_date < day)
    return tuple(sorted(late, key=lambda loan: (loan.due_date, loan.loan)))


def loan_of(view: View, name: str) -> Loan | None:
    """The loan of that name; its report stands under the same name with the borrower."""
    allotment = view.row(Allotment, name) if name else None
    return view.row(Loan, allotment.party, name) if allotment else None


def delivered(view: View, loan: Loan, serials: SerialSet) -> LoanDelivered:
    """The delivery of these blanks of the lender.

    Raises:
        Refused: TOO_FEW when more leave than was agreed; BAD_VALUE for blanks the borrower itself had sent away.
    """
    _not_above(loan.loan, len(serials), loan.agreed - loan.delivered_count, "agreed and not delivered")
    own = sent_before(view, loan.borrower) & serials
    if own:
        raise _bad("ranges", f"{len(own)} blanks the borrower itself had sent away", "other blanks")
    return LoanDelivered(loan.loan, loan.borrower, tuple((p.series, p.lo, p.hi) for p in serials))


def may_return(view: View, loan: Loan, count: int) -> None:
    """Refuse to send back more than is owed; what is on the road back is sent.

    Raises:
        Refused: TOO_FEW.
    """
    _not_above(loan.loan, count, _still_held(view, loan))


def _still_held(view: View, loan: Loan) -> int:
    """What is owed and has not left for the lender either; what is missed on the way back is owed again."""
    coming = 0
    for waybill in view.rows(Waybill, loan.borrower):
        if (waybill.reference, waybill.receiver) == (loan.loan, loan.lender):
            consignment = view.row(Consignment, waybill.consignment)
            coming += len(rest_of(view, consignment)) if consignment else 0
    return loan.outstanding - coming


def returned_in_kind(view: View, consignment: Consignment, count: int) -> Iterator[LoanSettled]:
    """What a counted return takes off the loan it names, at most what is owed."""
    waybill = waybill_of(view, consignment)
    loan = loan_of(view, waybill.reference) if waybill else None
    if loan is None or loan.borrower != consignment.sender:
        return
    settled = min(count, loan.outstanding)
    if settled:
        yield LoanSettled(loan.loan, loan.borrower, settled, 0, consignment.consignment)


def sent_before(view: View, party: str) -> SerialSet:
    """All blanks and cards this party ever sent away; what of them comes back is its own again."""
    return SerialSet(part for waybill in view.rows(Waybill, party) for part in serials_of(waybill.ranges))


def _not_above(loan: str, count: int, limit: int, bucket: str = "delivered and not returned") -> None:
    if count < 1:
        raise _bad("count", str(count), "1 or more")
    if count > limit:
        raise Refused(Refusal.TOO_FEW, {"party": loan, "bucket": bucket, "held": limit, "asked": count})


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

"""Sending blanks and cards on (pengiriman): centre, provinces' stores, offices; lent, returned, sent upward.

Rule 13: a consignment carries blanks, finished cards, waste or void cards, and names who
fetched it. Blanks leave the centre only for an allotment, and pass between equals only as a
loan the province ordered (rule 30). What a province gives of its own store is bound by rule 27
as any grant; it does not wait where two people, one of them of the centre, sign for it by a
letter. Waste leaves only when a report names it, nothing leaves that an inquiry holds, and a
factory-fault return is a claim (rule 26).
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves, serials_of
from ektp_core.flow.consigning import known_party, new_consignment, some
from ektp_core.flow.custody_events import Consigned
from ektp_core.flow.custody_rows import Loan
from ektp_core.flow.events import Dispatched, Event, Granted
from ektp_core.flow.granting import Grant, explained_when_due
from ektp_core.flow.lending import delivered, loan_of, may_return, sent_before
from ektp_core.flow.on_the_road import held_as
from ektp_core.flow.papers import checked_text, checked_texts
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Allotment, Ranges
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.flow.waste import all_named, not_evidence
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.party import PartyId, PartyKind
from ektp_core.vocabulary.serial import SerialSet

#: Who sends to whom, and is sent to; stations have ways of their own.
_RANKS = {PartyKind.OFFICE: 0, PartyKind.PROVINCE: 1, PartyKind.CENTRE: 2}


@frozen
class Send:
    """Send a consignment. `reference`: the allotment or loan its blanks are for; `fault`: why the factory is to blame.

    `collector`: who fetched it, by a name or staff identity, never a citizen's number.
    `minutes_date`: ISO text, empty where the paper has none. `exception`: number of the letter by which
    a province sends blanks that would have to wait for a report (rule 27); empty = none.
    """

    consignment: str
    sender: str
    receiver: str
    ranges: Ranges
    carries: Condition
    collector: str
    letter: str
    vehicle: str
    minutes: str
    seals: tuple[str, ...] = ()
    reference: str = ""
    fault: str = ""
    minutes_date: str = ""
    exception: str = ""


@frozen
class _Case:
    """A consignment of blanks as it is judged: who asks when, what, between which ranks, and who signed."""

    ask: Ask
    body: Send
    ranks: tuple[int, int]
    serials: SerialSet
    by: tuple[str, ...]


@frozen
class ReturnLoan:
    """Return blanks to the lender, in kind: any of the class. The papers are those of a consignment."""

    loan: str
    consignment: str
    ranges: Ranges
    collector: str
    letter: str
    vehicle: str
    minutes: str
    seals: tuple[str, ...] = ()
    minutes_date: str = ""


def decide_send(view: View, ask: Ask, body: Send) -> tuple[Event, ...]:
    """The blanks or cards go on the road to the receiver."""
    who = require(view, ask, PERMITS[Act.SEND_SIGNED if body.exception else Act.SEND])
    ranks = _ranks(view, body)
    of_office(who, body.sender)
    new_consignment(view, body.consignment)
    _check_papers(body)
    _check_exception(body, ranks)
    minutes = Paper("the minutes", body.minutes, body.minutes_date)
    late = paper_date_checked(view, body.sender, minutes, ask.at_ms, "minutes_date")
    serials = some(serials_of(body.ranges))
    not_evidence(view, serials)
    if body.carries is Condition.WASTE:
        all_named(view, serials)
    _check_fault(body, ranks)
    bucket, accounted = held_as(body.carries), tuple[Event, ...]()
    if body.carries is Condition.BLANK:
        bucket, accounted = _blanks(view, _Case(ask, body, ranks, serials, who.names))
    elif body.reference:
        raise _bad("reference", "of an allotment or loan", "none; only blanks are allotted or lent")
    road = bucket.on_the_road or Bucket.IN_TRANSIT  # blanks held apart for an allotment travel as blanks
    moved = moves(view, serials, (body.sender, bucket), (body.receiver, road), body.consignment)
    sent = Dispatched(body.consignment, body.sender, body.receiver, as_ranges(serials), ask.at_ms)
    papers = (body.collector, body.letter, body.vehicle, body.minutes, body.seals, body.reference, body.fault)
    consigned = Consigned(body.consignment, body.carries, *papers, who.names, body.minutes_date)
    return (*moved, sent, consigned, *accounted, *late)


def decide_return_loan(view: View, ask: Ask, body: ReturnLoan) -> tuple[Event, ...]:
    """A consignment from the borrower to the lender that names the loan."""
    loan = loan_of(view, body.loan)
    if loan is None:
        raise Refused(Refusal.UNKNOWN_LOAN, {"loan": body.loan})
    papers = (body.collector, body.letter, body.vehicle, body.minutes, body.seals, body.loan)
    send = Send(body.consignment, loan.borrower, loan.lender, body.ranges, Condition.BLANK, *papers)
    send = evolve(send, minutes_date=body.minutes_date)
    return decide_send(view, ask, send)


def _ranks(view: View, body: Send) -> tuple[int, int]:
    parties = PartyId.parse(body.sender, "sender"), PartyId.parse(body.receiver, "receiver")
    for party, name in zip(parties, ("sender", "receiver"), strict=True):
        if party.kind not in _RANKS:
            expected = "the centre, a province or an office; stations are issued blanks and give them back"
            raise _bad(name, "another party", expected)
        known_party(view, party.value)
    if body.sender == body.receiver:
        raise _bad("receiver", "the sender", "another party")
    return _RANKS[parties[0].kind], _RANKS[parties[1].kind]


def _check_papers(body: Send) -> None:
    for name in ("collector", "letter", "vehicle", "minutes"):
        checked_text(name, getattr(body, name))
    checked_text("fault", body.fault, needed=False)
    checked_text("exception", body.exception, needed=False)
    checked_texts("seals", body.seals)


def _check_fault(body: Send, ranks: tuple[int, int]) -> None:
    is_upward = ranks[0] < ranks[1]
    if body.fault and not (is_upward and body.carries in (Condition.BLANK, Condition.WASTE)):
        raise _bad("fault", "not a return upward", "empty; only blanks and waste returned upward are a claim")


def _check_exception(body: Send, ranks: tuple[int, int]) -> None:
    is_distributed = _RANKS[PartyKind.CENTRE] > ranks[0] > ranks[1] and body.carries is Condition.BLANK
    if body.exception and (body.reference or not is_distributed):
        raise _bad("exception", "not a province's own blanks sent to an office", "empty; nothing else waits")


def _blanks(view: View, case: _Case) -> tuple[Bucket, tuple[Event, ...]]:
    """Where the blanks are taken from, and what accounts for them at the receiver; each class travels by itself."""
    body, ranks, serials = case.body, case.ranks, case.serials
    _class_of(view, serials)
    if ranks[0] == _RANKS[PartyKind.CENTRE]:
        _of_allotment(view, body, serials)
        return Bucket.RESERVED, ()
    loan = loan_of(view, body.reference)
    if loan:
        return Bucket.STOCK, tuple(_lent(view, body, loan, serials))
    if ranks[0] == ranks[1]:
        raise Refused(Refusal.UNKNOWN_LOAN, {"loan": body.reference or "(none named)"})
    if ranks[0] < ranks[1]:
        if body.reference:
            raise _bad("reference", "not a loan", "none; what is returned upward is for no allotment")
        return Bucket.STOCK, ()
    if body.reference:
        _of_allotment(view, body, serials)
        return Bucket.STOCK, ()
    return Bucket.STOCK, tuple(_distributed(view, case))


def _of_allotment(view: View, body: Send, serials: SerialSet) -> None:
    """Blanks of an allotment go to the one it was granted to, or to the province's store on the way."""
    allotment = view.row(Allotment, body.reference)
    if allotment is None:
        raise Refused(Refusal.UNKNOWN_ALLOTMENT, {"allotment": body.reference or "(none named)"})
    on_the_way = f"province/{PartyId(allotment.party).region[:2]}"
    if body.receiver not in (allotment.party, on_the_way):
        raise _bad("receiver", "not the allotment's", f"{allotment.party}, or {on_the_way} on the way")
    foreign = serials - serials_of(allotment.ranges)
    if foreign:
        raise Refused(
            Refusal.NOT_HELD,
            {"serials": foreign.shown()[:20], "party": body.sender, "bucket": f"allotment {body.reference}"},
        )


def _lent(view: View, body: Send, loan: Loan, serials: SerialSet) -> Iterator[Event]:
    if _class_of(view, serials) != loan.blank_class:
        raise _bad("ranges", "blanks of another class", f"blanks of class {loan.blank_class}")
    if (body.sender, body.receiver) == (loan.lender, loan.borrower):
        yield delivered(view, loan, serials)
    elif (body.sender, body.receiver) == (loan.borrower, loan.lender):
        may_return(view, loan, len(serials))
        yield from _sent_on(view, body, serials)
    else:
        raise _bad("reference", "a loan of others", f"a loan between {body.sender} and {body.receiver}")


def _distributed(view: View, case: _Case) -> Iterator[Event]:
    """A province gives of its own store: it waits as any grant, and answers the office's open requests (rule 27)."""
    body = case.body
    for granted in _sent_on(view, body, case.serials):
        count = len(serials_of(granted.ranges))
        terms = (body.minutes, body.minutes_date)
        asked = Grant(body.consignment, body.receiver, granted.blank_class, count, *terms, exception=body.exception)
        yield granted
        yield explained_when_due(view, case.ask, asked, case.by)


def _sent_on(view: View, body: Send, serials: SerialSet) -> Iterator[Granted]:
    """Blanks that were never the receiver's are reported by it under the consignment's name (rule 24)."""
    new = serials - sent_before(view, body.receiver)
    if not new:
        return
    if view.row(Allotment, body.consignment):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the allotment", "id": body.consignment})
    papers = (body.minutes, body.minutes_date)
    yield Granted(body.consignment, body.receiver, _class_of(view, new), as_ranges(new), *papers)


def _class_of(view: View, serials: SerialSet) -> str:
    """The one class of these blanks.

    Raises:
        Refused: BAD_VALUE when they are of several.
    """
    runs = (run for part in serials for run in view.overlapping(part.series, part.lo, part.hi))
    classes = sorted({run.blank_class for run in runs})
    if len(classes) > 1:
        raise _bad("ranges", f"blanks of {len(classes)} classes", "blanks of one class")
    return classes[0] if classes else ""


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

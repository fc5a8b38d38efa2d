"""Filing a spoilage report and unlocking (pelaporan dan pembukaan kunci): rules 24 and 25, paper 002.

A report that balances with the ledger at its cut is accepted: the misprints it names become
REPORTED. Only then may two people of the centre, neither of whom reported, unlock a record;
their signatures bind the record, the attempt and the digest of the accepted report.
"""

from collections.abc import Iterator

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.events import Event, Reported, Stepped
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.locks import at_attempt, attempt_of, lock_of, row_for, stepped
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.piles import piles_at
from ektp_core.flow.report_cut import cut_time, refuse_spanning
from ektp_core.flow.rows import Allotment, Attempt, Lock, Report
from ektp_core.flow.signers import Permit, of_office, require
from ektp_core.flow.view import View
from ektp_core.flow.waste import newly_named
from ektp_core.lock.step import step
from ektp_core.spoilage.reconcile import reconcile
from ektp_core.spoilage.report import Columns, Line
from ektp_core.vocabulary.state import LockEvent, LockState


@frozen
class FileReport:
    """A spoilage report. `lines` name every bad and lost blank of the allotment up to the cut.

    `cut_ms`: when the commit of the cut was sealed, as the hub's edge looks it up; 0 = not looked up.
    """

    report: str
    allotment: str
    cut_seq: int
    columns: Columns
    lines: tuple[Line, ...] = field(repr=False)
    is_final: bool = False
    paper: str = ""
    paper_date: str = ""
    cut_ms: int = 0


@frozen
class Unlock:
    """Unlock one reported record. `report_digest`: hexadecimal digest of the accepted report."""

    record: str
    n: int
    report_digest: str


def decide_report(view: View, ask: Ask, body: FileReport) -> tuple[Event, ...]:
    """Accept a report that balances; refuse any other with the exact difference."""
    who = require(view, ask, PERMITS[Act.REPORT])
    if view.row(Report, body.report):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the report", "id": body.report})
    checked_text("report", body.report)
    checked_text("paper", body.paper, needed=False)
    allotment = view.row(Allotment, body.allotment)
    if allotment is None:
        raise Refused(Refusal.UNKNOWN_ALLOTMENT, {"allotment": body.allotment})
    of_office(who, allotment.party)
    paper = Paper("the spoilage report", body.paper, body.paper_date)
    late = paper_date_checked(view, allotment.party, paper, ask.at_ms)
    _check_cut(view, body, allotment)
    refuse_spanning(view, body.columns, body.lines, allotment)
    book, known = piles_at(view, serials_of(allotment.ranges), allotment.party, body.cut_seq)
    found = reconcile(body.columns, body.lines, book, known)
    if found:
        raise Refused(
            Refusal.REPORT_DIFFERS,
            {"difference": found.columns[:20] or ("the lines",), "concerned": found.concerned[:50]},
        )
    if body.is_final and (book.suspect or book.remaining):
        raise Refused(
            Refusal.REPORT_DIFFERS,
            {
                "difference": (
                    f"a final report has no suspects ({book.suspect}) and nothing remaining ({book.remaining})",
                ),
                "concerned": (),
            },
        )
    accepted = Reported(
        body.report,
        body.allotment,
        body.cut_seq,
        ask.digest,
        who.names[0],
        book.good,
        book.bad_of_person + book.bad_without,
        book.suspect,
        body.is_final,
        body.paper,
        body.paper_date,
        cut_time(view, body.cut_seq, body.cut_ms, ask.at_ms),
    )
    named = newly_named(view, known, body.report)
    return (accepted, *named, *_reported_locks(view, known, who.names, body.report), *late)


def _check_cut(view: View, body: FileReport, allotment: Allotment) -> None:
    last = view.row(Report, allotment.report) if allotment.report else None
    oldest = last.cut_seq if last else 1
    if not oldest <= body.cut_seq <= view.position.seq:
        raise Refused(Refusal.STALE_CUT, {"cut": body.cut_seq, "oldest": oldest, "newest": view.position.seq})


def _reported_locks(view: View, known: tuple[Line, ...], reporter: tuple[str, ...], report: str) -> Iterator[Event]:
    """Each misprint named for the first time becomes REPORTED."""
    for line in known:
        lock = view.row(Lock, line.record) if line.record else None
        if lock is None or not line.person or (lock.n, lock.state) != (line.n, LockState.MISPRINTED):
            continue
        row = step(lock.state, LockEvent.ACCEPT_REPORT)
        assert row is not None, "the table lost the row of the accepted report"
        yield Stepped(lock.record, lock.n, row.event, row.target, by=reporter, reference=report)


def decide_unlock(view: View, ask: Ask, body: Unlock) -> tuple[Event, ...]:
    """Two people of the centre open a reported record for its next attempt."""
    lock = lock_of(view, body.record)
    at_attempt(lock, body.n)
    if lock.state is LockState.MISPRINTED:
        raise Refused(Refusal.NOT_REPORTED, {"record": body.record})
    row = row_for(lock, LockEvent.UNLOCK)
    attempt = attempt_of(view, lock)
    _same_report(view, attempt, body)
    permit = PERMITS[Act.UNLOCK]
    people = max(permit.people, policy_in_force(view).unlock_people)
    exact = Permit(permit.roles, people=people, two_units=permit.two_units)
    who = require(view, ask, exact, (*attempt.operator, *attempt.reporter))
    return stepped(view, lock, row, None, by=who.names, reference=attempt.report)


def _same_report(view: View, attempt: Attempt, body: Unlock) -> None:
    report = view.row(Report, attempt.report)
    if report is None or report.digest.hex() != body.report_digest:
        raise Refused(Refusal.OTHER_REPORT, {"record": body.record})

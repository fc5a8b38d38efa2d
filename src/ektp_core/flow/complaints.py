"""Emptiness reported by the public (keluhan blangko kosong): rule 37, paper 001.

A citizen, a paper or an ombudsman says that an office has no blanks. The complaint is set
beside what the office's book has at that moment, and the office must answer. Blanks in the
book and "empty" at the counter do not go together: that is an alarm until it is answered.
Who complained is a source (a newspaper, the counter), never a citizen's name or number.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.daily import office_known
from ektp_core.flow.events import Event
from ektp_core.flow.office_events import ComplaintAnswered, EmptinessReported
from ektp_core.flow.office_rows import Complaint, StockAlarm
from ektp_core.flow.office_stock import usable_blanks
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.nik import may_hold_nik

TEXT_LIMIT = 500


@frozen
class Complain:
    """Note a complaint. `date`: the day the office was found empty, in its own calendar."""

    complaint: str
    office: str
    date: str
    source: str


@frozen
class AnswerComplaint:
    """Answer a complaint of the public, for the office."""

    complaint: str
    answer: str


def decide_complain(view: View, ask: Ask, body: Complain) -> tuple[Event, ...]:
    """Set the complaint beside the book's stock; anybody who may note one may note it of any office."""
    who = require(view, ask, PERMITS[Act.NOTE_COMPLAINT])
    office_known(view, body.office)
    _check_text("complaint", body.complaint)
    if view.row(Complaint, body.complaint):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the complaint", "id": body.complaint})
    _check_text("source", body.source)
    if not body.date:
        raise _bad("date", "empty", "the day the office was found empty")
    late = paper_date_checked(view, body.office, Paper("the complaint", body.complaint, body.date), ask.at_ms, "date")
    usable = usable_blanks(view, body.office)
    return (EmptinessReported(body.complaint, body.office, body.date, body.source, usable, who.names), *late)


def decide_answer(view: View, ask: Ask, body: AnswerComplaint) -> tuple[Event, ...]:
    """The head or the section head of the office answers, once."""
    who = require(view, ask, PERMITS[Act.ANSWER_COMPLAINT])
    complaint = view.row(Complaint, body.complaint)
    if complaint is None or complaint.answer:
        shape = "answered already" if complaint else "not noted"
        raise _bad("complaint", shape, "the id of an open complaint")
    of_office(who, complaint.office)
    _check_text("answer", body.answer)
    return (ComplaintAnswered(body.complaint, complaint.office, body.answer, who.names),)


def open_complaints(view: View) -> tuple[Complaint, ...]:
    """Complaints nobody has answered."""
    return tuple(one for one in view.rows(Complaint) if not one.answer)


def alarms(view: View) -> tuple[StockAlarm, ...]:
    """Offices said to be empty whose book has blanks, unanswered, by office."""
    return tuple(view.rows(StockAlarm))


def _check_text(name: str, text: str) -> None:
    if not text.strip() or len(text) > TEXT_LIMIT:
        raise _bad(name, f"{len(text)} characters", f"1 to {TEXT_LIMIT} characters")
    if may_hold_nik(text):
        raise _bad(name, "it holds sixteen digits, as a NIK does", "text without a citizen's number")


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

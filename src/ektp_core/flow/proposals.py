"""Districts' proposals (usulan kecamatan): a list of people with a reason each, answered line by line (rule 34).

A district officer asks that these people be printed first; the section head of the office answers
every line at once. Whoever waits is lifted, with the district's reason, unless the head declines the
line and says why; of everybody else the line says why nothing is lifted, in the words of the
counter's answer. Persons stand here as keyed hashes, as everywhere in the book. Each district numbers its
own lists: the full name of one is who sent it and its number, `sakra/USUL-7`; the number alone will do where it
is the only one.
"""

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.allotting_events import RecordLifted
from ektp_core.flow.allotting_rows import Lifted
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import to_json
from ektp_core.flow.counter_at_hub import why_at_hub
from ektp_core.flow.events import Event, ProposalAnswered, ProposalMade
from ektp_core.flow.lifting import told_to_stations
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.queueing_rows import Proposal
from ektp_core.flow.rows import Party
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View

#: Most lines of one list.
MOST_LINES = 500


class LineAnswer(Enum):
    """What a line of a proposal may be answered besides the counter's reasons; the sentence is a message id."""

    text: str

    def __new__(cls, code: str, text: str) -> "LineAnswer":
        """A member from its code and its sentence."""
        member = object.__new__(cls)
        member._value_ = code
        member.text = text
        return member

    LIFTED_NOW = "lifted-now", "Moved to the front: record {record}."
    DECLINED = "declined", "The section head did not agree: {why}."
    TWICE = "named-twice", "The same person stands in an earlier line."


@frozen
class Propose:
    """A district's list for an office: a person's keyed hash and a reason a line."""

    proposal: str
    office: str
    lines: tuple[tuple[bytes, str], ...] = field(repr=False)


@frozen
class AnswerProposal:
    """Answer a district's list: every line is lifted that can be; `declined`: numbers of lines from 1, and why."""

    proposal: str
    office: str
    declined: tuple[tuple[int, str], ...] = ()


def decide_propose(view: View, ask: Ask, body: Propose) -> tuple[Event, ...]:
    """The list as the district wrote it; nothing is moved by it."""
    who = require(view, ask, PERMITS[Act.PROPOSE])
    if view.row(Party, body.office) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": body.office})
    of_office(who, body.office)
    checked_text("proposal", body.proposal)
    sender = who.names[0]
    name = f"{sender}/{body.proposal}"
    if view.row(Proposal, body.office, name):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the proposal", "id": name})
    if not 1 <= len(body.lines) <= MOST_LINES:
        raise _bad("lines", f"{len(body.lines)} lines", f"1 to {MOST_LINES} lines")
    for number, (_, why) in enumerate(body.lines, 1):
        checked_text(f"lines[{number}].why", why)
    return (ProposalMade(name, body.office, sender, body.lines, who.names, ask.at_ms),)


def proposal_of(view: View, office: str, name: str) -> Proposal | None:
    """A list by its full name, or by its number where only one district used it."""
    found = view.row(Proposal, office, name)
    if found:
        return found
    same = [one for one in view.rows(Proposal, office) if one.proposal.partition("/")[2] == name]
    return same[0] if len(same) == 1 else None


def decide_answer(view: View, ask: Ask, body: AnswerProposal) -> tuple[Event, ...]:
    """One answer a line, and a lift for every line that is granted."""
    who = require(view, ask, PERMITS[Act.ANSWER_PROPOSAL])
    of_office(who, body.office)
    proposal = proposal_of(view, body.office, body.proposal)
    if proposal is None:
        raise Refused(Refusal.UNKNOWN_LIST, {"list": body.proposal})
    if proposal.answered_ms:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the answer to proposal", "id": proposal.proposal})
    declined = dict(body.declined)
    if len(declined) < len(body.declined) or not set(declined) <= set(range(1, len(proposal.lines) + 1)):
        raise _bad("declined", "a line that is not there, or twice", f"lines 1 to {len(proposal.lines)}, each once")
    for number, why in declined.items():
        checked_text(f"declined[{number}]", why)
    answers: list[tuple[str, str, str]] = []
    lifts: list[RecordLifted] = []
    seen: set[bytes] = set()
    for number, (person, why) in enumerate(proposal.lines, 1):
        found = why_at_hub(view, person, body.office, ask.at_ms)
        if person in seen:
            answers.append(_answer(LineAnswer.TWICE.value, "", {}))
        elif number in declined:
            answers.append(_answer(LineAnswer.DECLINED.value, found.record, {"why": declined[number]}))
        elif found.why.may_be_lifted and view.row(Lifted, body.office, found.record) is None:
            lifts.append(RecordLifted(found.record, body.office, why, who.names, ask.at_ms))
            answers.append(_answer(LineAnswer.LIFTED_NOW.value, found.record, {}))
        else:
            answers.append(_answer(found.why.value, found.record, found.facts))
        seen.add(person)
    told = told_to_stations(view, lifts, ask.at_ms)
    return (*lifts, *told, ProposalAnswered(proposal.proposal, body.office, tuple(answers), who.names, ask.at_ms))


def _answer(code: str, record: str, facts: Mapping[str, Fact]) -> tuple[str, str, str]:
    """Code, record, and the facts of the sentence as JSON: an answer reads the same whenever it is shown."""
    return code, record, to_json({"record": record, **facts}).decode()


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

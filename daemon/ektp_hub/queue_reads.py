"""What the hub shows of districts' proposals (laporan usulan): plain values, nobody's data (rule 34)."""

from typing import Any

import msgspec

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.proposals import proposal_of
from ektp_core.flow.rows import Proposal
from ektp_core.flow.view import View


def proposal(view: View, name: str) -> dict[str, Any]:
    """A district's list by its office and name, `office/52.03:sakra/USUL-1`: an answer a line, no person.

    With the office alone: which lists of it wait for an answer, the oldest first.

    Raises:
        Refused: UNKNOWN_LIST.
    """
    office, _, number = name.partition(":")
    if not number:
        return _waiting(view, office)
    found = proposal_of(view, office, number)
    if found is None:
        raise Refused(Refusal.UNKNOWN_LIST, {"list": name})
    answers = found.answers or (("", "", "{}"),) * len(found.lines)
    return {
        "proposal": found.proposal,
        "office": found.office,
        "district": found.district,
        "by": list(found.by),
        "answered_by": list(found.answered_by),
        "answered": found.answered_ms,
        "lines": [
            {"line": number, "why": why, "answer": code, "record": record, "facts": msgspec.json.decode(facts)}
            for number, ((_, why), (code, record, facts)) in enumerate(zip(found.lines, answers, strict=True), 1)
        ],
    }


def _waiting(view: View, office: str) -> dict[str, Any]:
    lists = sorted((one for one in view.rows(Proposal, office) if not one.answered_ms), key=lambda one: one.at_ms)
    waiting = [{"proposal": one.proposal, "lines": len(one.lines), "sent": one.at_ms} for one in lists]
    return {"office": office, "waiting": waiting}

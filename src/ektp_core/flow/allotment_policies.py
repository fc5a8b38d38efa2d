"""The policy of allotment in force (kebijakan alokasi yang berlaku): a dated row of the book. Rules 27, 28, 31.

Two people of the centre set it, the same value a policy file holds (`allotment.policy`). On any
local date one policy holds: one without a last day gives way while another holds. A new one may
begin in the past, for a letter is often older than its entry; what was granted stays as it was. Until
one is set the default holds: a report not older than 31 days, and no other condition.
"""

from attrs import frozen

from ektp_core.allotment.policy import Policy, checked
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.allotting_events import AllotmentPolicySet
from ektp_core.flow.allotting_rows import AllotmentPolicy
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import from_json, to_json
from ektp_core.flow.events import Event
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.signers import require
from ektp_core.flow.view import View

DEFAULT = Policy(name="default", need_binds=False)

_DIGEST = 64


@frozen
class SetAllotmentPolicy:
    """Bring a dated policy into force. `source`: SHA-256 (hexadecimal) of the file it was read from, or empty."""

    policy: Policy
    letter: str
    source: str = ""


@frozen
class InForce:
    """The policy of a day; `is_set`: somebody set it, it is not the default."""

    policy: Policy
    is_set: bool


def decide_allotment_policy(view: View, ask: Ask, body: SetAllotmentPolicy) -> tuple[Event, ...]:
    """The policy stands beside the others, none of whose days it shares."""
    who = require(view, ask, PERMITS[Act.SET_ALLOTMENT_POLICY])
    policy = checked(body.policy)
    checked_text("name", policy.name)
    checked_text("letter", body.letter)
    checked_text("paper", policy.paper, needed=False)
    if body.source and (len(body.source) != _DIGEST or set(body.source) - set("0123456789abcdef")):
        shape = f"{len(body.source)} characters"
        raise Refused(
            Refusal.BAD_VALUE, {"field": "source", "shape": shape, "expected": "64 hexadecimal digits, or nothing"}
        )
    _refuse_overlap(view, policy)
    keys = to_json(policy)
    period = (policy.valid_from, policy.valid_to)
    return (AllotmentPolicySet(policy.name, *period, keys, body.source, body.letter, who.names),)


def _refuse_overlap(view: View, new: Policy) -> None:
    """Two may not begin on one day, nor one begin within the given days of another."""
    for old in view.rows(AllotmentPolicy):
        is_inside = old.valid_from <= new.valid_from <= (old.valid_to or old.valid_from)
        is_around = new.valid_from <= old.valid_from <= (new.valid_to or new.valid_from)
        if is_inside or is_around:
            facts = {"policy": old.name, "since": old.valid_from or "-", "until": old.valid_to or "-"}
            raise Refused(Refusal.POLICIES_OVERLAP, facts)


def policy_on(view: View, day: str) -> InForce:
    """The policy of allotment that holds on a local date (ISO text): of those that do, the one that began last."""
    holding = (row for row in view.rows(AllotmentPolicy) if row.valid_from <= day <= (row.valid_to or day))
    newest = max(holding, key=lambda row: row.valid_from, default=None)
    if newest is None:
        return InForce(DEFAULT, is_set=False)
    return InForce(from_json(newest.keys, Policy, "policy"), is_set=True)

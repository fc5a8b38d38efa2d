"""A waiting person's class in the queue (golongan dalam antrean): the reason, or an urgency noted at the counter.

Rules 31 and 34. The policy of the day names the classes and their order. A class that is called like no
reason ("mendesak", "bencana") is one that people are put into at the counter, when their papers are taken.
It counts as long as the policy in force names it, and only forward: whoever is better placed by the
reason stays there, and what the policy refuses is not let in by being urgent.
"""

from ektp_core.allotment.policy import Policy
from ektp_core.flow.queueing_rows import CounterReceipt
from ektp_core.flow.rows import Record
from ektp_core.flow.view import View
from ektp_core.vocabulary.prr import Reason

_REASONS = frozenset(reason.term for reason in Reason)


def urgent_classes(policy: Policy) -> tuple[str, ...]:
    """The classes of a policy that are no reason, the first first."""
    return tuple(one for one in policy.priority_classes if one not in _REASONS)


def class_of(view: View, record: Record, policy: Policy) -> str:
    """The class a record waits in by this policy."""
    reason, classes = record.reason.term, policy.priority_classes
    if reason in policy.refused_classes or not urgent_classes(policy):
        return reason
    taken = view.row(CounterReceipt, record.office, record.record)
    if taken is None or taken.urgency not in classes:
        return reason
    is_before = reason not in classes or classes.index(taken.urgency) < classes.index(reason)
    return taken.urgency if is_before else reason

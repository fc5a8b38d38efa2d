"""In what order people wait for a card (urutan prioritas). Rule 31, paper 004.

The classes and their order are the policy's: urgent needs first in 2015, first cards and disaster
victims first in 2020, renames and region splits refused altogether. The section head may lift
one person to the front, with a reason, and that is listed in the daily report; what the policy
refuses cannot be lifted. Nobody waits for ever: after every so many days a person rises one
class, and within a class whoever waits longest is first. Only an order: nothing is printed here.
"""

from collections.abc import Iterable

from attrs import frozen

from ektp_core.allotment.policy import Policy
from ektp_core.errors import Refusal, Refused

_DAY_MS = 86_400_000
_REASON_MAX = 200


@frozen
class Waiting:
    """Somebody waiting for a card. `lifted_because`: the section head's reason, empty when not lifted."""

    record: str
    priority_class: str
    since_at_ms: int
    lifted_because: str = ""


@frozen
class Queue:
    """Who is next: first the lifted, then by class; and who is not printed at all."""

    order: tuple[Waiting, ...]
    refused: tuple[Waiting, ...]

    @property
    def lifted(self) -> tuple[Waiting, ...]:
        """Those lifted by the section head, for the daily report."""
        return tuple(one for one in self.order if one.lifted_because)


def lift(waiting: Waiting, because: str, policy: Policy) -> Waiting:
    """The same person, at the front.

    Raises:
        Refused: BAD_VALUE without a reason, or when the policy refuses the class.
    """
    reason = because.strip()
    if not 0 < len(reason) <= _REASON_MAX:
        expected = f"a reason of 1 to {_REASON_MAX} characters"
        raise Refused(
            Refusal.BAD_VALUE, {"field": "because", "shape": f"{len(reason)} characters", "expected": expected}
        )
    if waiting.priority_class in policy.refused_classes:
        expected = "a class the policy does not refuse"
        raise Refused(
            Refusal.BAD_VALUE, {"field": "priority_class", "shape": waiting.priority_class, "expected": expected}
        )
    return Waiting(waiting.record, waiting.priority_class, waiting.since_at_ms, reason)


def risen(place: int, since_ms: int, ageing_days: int, at_ms: int) -> int:
    """The place of a class, 0 first, after waiting: one place nearer for every so many days; 0 days: never."""
    return max(0, place - max(0, at_ms - since_ms) // (_DAY_MS * ageing_days)) if ageing_days else place


def queue(policy: Policy, waiting: Iterable[Waiting], at_ms: int) -> Queue:
    """The order at one moment; classes the policy does not name come last, ties by waiting time, then by record."""
    places = {name: place for place, name in enumerate(policy.priority_classes)}
    refused = frozenset(policy.refused_classes)
    last = len(places)

    def key(one: Waiting) -> tuple[int, int, str]:
        if one.lifted_because:
            return -1, one.since_at_ms, one.record
        place = risen(places.get(one.priority_class, last), one.since_at_ms, policy.priority_ageing_days, at_ms)
        return place, one.since_at_ms, one.record

    people = tuple(waiting)
    order = sorted((one for one in people if one.priority_class not in refused), key=key)
    turned_away = sorted((one for one in people if one.priority_class in refused), key=lambda one: one.record)
    return Queue(tuple(order), tuple(turned_away))

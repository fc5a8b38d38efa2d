"""Activation of a card (aktivasi): what it found, and whether it came when policy wants it (rule 18).

Some offices activate before the citizen comes, some at the counter, some long after. When it
is wanted is dated policy; a card activated at another time is a remark in a list, never a
refusal: activation is no gate by itself. This file knows local dates as ISO text and no clock.

>>> rules = (Rule("2011-01-01", When.AT), Rule("2018-04-01", When.BEFORE))
>>> in_force(rules, "2018-03-31").when.name
'AT'
>>> timing(When.BEFORE, activated="2018-05-03", handed="2018-05-02").name
'LATE'
"""

from collections.abc import Iterable
from enum import Enum, IntEnum

from attrs import frozen


class Finding(Enum):
    """What reading the card with its holder showed."""

    FITS = "sesuai"
    CHIP_DEAD = "chip-mati"
    DATA_WRONG = "data-salah"
    FINGER_DIFFERS = "sidik-jari-berbeda"  # an identity question, never waste by itself
    EXCEPTION = "pengecualian"  # the section head activates in spite of the finger


class When(IntEnum):
    """When policy wants a card activated. Numbers are stored."""

    ANY = 1
    BEFORE = 2  # before hand-over
    AT = 3  # on the day of hand-over
    AFTER = 4  # not before hand-over


class Timing(Enum):
    """How an activation stands beside the policy."""

    IN_TIME = "in time"
    LATE = "late"
    EARLY = "early"
    DUE = "due"  # the card is out and should be active
    OPEN = "open"  # nothing to say yet


@frozen
class Rule:
    """Policy from a local date on, until the next rule begins."""

    since: str
    when: When


def in_force(rules: Iterable[Rule], day: str) -> Rule:
    """The rule of that local date (ISO text): the last that began by then; none: any time will do."""
    begun = [rule for rule in rules if rule.since <= day]
    return max(begun, key=lambda rule: rule.since, default=Rule("", When.ANY))


def timing(when: When, activated: str, handed: str) -> Timing:
    """How an activation stands.

    Args:
        when: what policy wants on the day of the hand-over.
        activated: local date of the activation, empty if there was none.
        handed: local date of the hand-over, empty if the card is still held.
    """
    if not activated:
        return Timing.DUE if handed and when in (When.BEFORE, When.AT) else Timing.OPEN
    if when is When.ANY:
        return Timing.IN_TIME
    if not handed:
        return Timing.IN_TIME if when is When.BEFORE else Timing.EARLY
    if activated > handed:
        return Timing.IN_TIME if when is When.AFTER else Timing.LATE
    early = activated < handed and when in (When.AT, When.AFTER)
    return Timing.EARLY if early else Timing.IN_TIME

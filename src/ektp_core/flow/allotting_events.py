"""Events of allotment (kejadian penjatahan): kinds 80 to 85; rules 27, 28 and 31.

What was granted stands in `Granted`, as it always did; why, and by whose word, stands here beside it.
"""

from typing import ClassVar

from attrs import frozen


@frozen
class BlanksRequested:
    """An office asked for blanks."""

    KIND: ClassVar[int] = 80
    request: str
    party: str
    blank_class: str
    count: int
    paper: str
    paper_date: str
    why: str
    by: tuple[str, ...]
    at_ms: int


@frozen
class RequestWithdrawn:
    """The office took a request back before it was answered."""

    KIND: ClassVar[int] = 81
    request: str
    party: str
    why: str
    by: tuple[str, ...]


@frozen
class AllotmentPolicySet:
    """A dated policy of allotment; `keys` is its canonical JSON, `source` the SHA-256 (hexadecimal) of its file."""

    KIND: ClassVar[int] = 82
    name: str
    valid_from: str
    valid_to: str
    keys: bytes
    source: str
    letter: str
    by: tuple[str, ...]


@frozen
class PrintersRegistered:
    """What a printing office can print of a class: its whole entry in the register, as it is from here on."""

    KIND: ClassVar[int] = 83
    party: str
    blank_class: str
    good: int
    poor: int
    broken: int
    missing: int
    daily_cap: int
    working_days: int
    best_month: int
    signed_capacity: int
    letter: str
    by: tuple[str, ...]
    at_ms: int


@frozen
class GrantExplained:
    """Why an allotment is as big as it is, beside its `Granted`.

    Attributes:
        previous: the allotment of this party and class before it.
        policy: name of the policy it was granted by.
        bound_by: code of the rule that bound it; empty when no rule did.
        limits: code of each rule that had a say, and what it alone would have given.
        facts: the numbers that the rules' sentences name.
        requests: the requests it answers.
        push, exception: number of the letter, where two people of the centre signed one.
    """

    KIND: ClassVar[int] = 84
    allotment: str
    party: str
    blank_class: str
    at_ms: int
    previous: str
    policy: str
    bound_by: str
    limits: tuple[tuple[str, int], ...]
    facts: tuple[tuple[str, int], ...]
    requests: tuple[str, ...]
    push: str
    exception: str
    by: tuple[str, ...]


@frozen
class RecordLifted:
    """The section head moved one waiting person to the front."""

    KIND: ClassVar[int] = 85
    record: str
    office: str
    why: str
    by: tuple[str, ...]
    at_ms: int


AllottingEvent = (
    BlanksRequested | RequestWithdrawn | AllotmentPolicySet | PrintersRegistered | GrantExplained | RecordLifted
)

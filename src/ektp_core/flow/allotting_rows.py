"""Rows of allotment (baris penjatahan): requests, dated policies, the printer register, people moved to the front.

Rules 27, 28 and 31. Tables 53 to 56. The terms of a grant stand in its `Allotment`.
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.vocabulary.request_state import RequestState


@frozen
class Request:
    """A request of a party (usulan), filed by what became of it; `allotment`: the grant that answered it."""

    TABLE: ClassVar[int] = 53
    KEY: ClassVar[int] = 3
    party: str
    state: RequestState
    request: str
    blank_class: str
    count: int
    lodged_ms: int
    paper: str = ""
    allotment: str = ""


@frozen
class AllotmentPolicy:
    """A policy of allotment by its first day (empty: since ever); `keys` as in its event."""

    TABLE: ClassVar[int] = 54
    KEY: ClassVar[int] = 1
    valid_from: str
    name: str
    valid_to: str
    keys: bytes
    source: str
    letter: str


@frozen
class Standing:
    """What the centre keeps of a party for one class: its last allotment, and what it can print (rule 28).

    `best_month`: most cards really printed in a month; `signed_capacity`: cards a month by the letter
    named, binding instead of the lower of register and best month. 0 = not known.
    """

    TABLE: ClassVar[int] = 55
    KEY: ClassVar[int] = 2
    party: str
    blank_class: str
    allotment: str = ""
    good: int = 0
    poor: int = 0
    broken: int = 0
    missing: int = 0
    daily_cap: int = 0
    working_days: int = 0
    best_month: int = 0
    signed_capacity: int = 0
    letter: str = ""
    registered_ms: int = 0


@frozen
class Lifted:
    """A person moved to the front of an office's queue, and why; kept a month for the daily report (rule 31)."""

    TABLE: ClassVar[int] = 56
    KEY: ClassVar[int] = 2
    office: str
    record: str
    why: str
    by: tuple[str, ...]
    at_ms: int


AllottingRow = Request | AllotmentPolicy | Standing | Lifted

"""What happens in an office's life beside its cards (kejadian kantor): closes, late papers, daily reports, letters.

Rules 32 and 36 to 38. None of these moves a blank: they are evidence beside the ledger. The
`person` of an interim letter is a keyed hash; dates are local days of the party.
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.vocabulary.prr import Reason

#: (bucket number, blank class, count): one line of a balance.
Balance = tuple[tuple[int, str, int], ...]


@frozen
class PeriodClosed:
    """A month of a party was closed from a count; `balance` is what is carried over."""

    KIND: ClassVar[int] = 50
    party: str
    month: str
    minutes: str
    counted_on: str
    balance: Balance
    by: tuple[str, ...]


@frozen
class PaperPostedLate:
    """A paper dated in a closed month was posted in the open one."""

    KIND: ClassVar[int] = 51
    party: str
    what: str
    paper: str
    paper_date: str
    posted_on: str


@frozen
class DailyFiled:
    """An office's report of a day was kept; `number` 1 is the first of that day, later ones correct it."""

    KIND: ClassVar[int] = 52
    office: str
    date: str
    number: int
    columns: tuple[tuple[str, int], ...]
    how: str
    by: tuple[str, ...]


@frozen
class SuketRegistered:
    """An interim letter was given; `usable`: blanks the office had then, which it should have used."""

    KIND: ClassVar[int] = 53
    office: str
    number: str
    date: str
    expiry: str
    reason: Reason
    status: str
    person: bytes
    usable: int


@frozen
class SuketWithdrawn:
    """An interim letter is over: the card was handed over (`record`), or it was taken back otherwise."""

    KIND: ClassVar[int] = 54
    office: str
    number: str
    why: str
    record: str = ""


@frozen
class EmptinessReported:
    """The public says an office has no blanks; `usable` is what its book had at that moment."""

    KIND: ClassVar[int] = 55
    complaint: str
    office: str
    date: str
    source: str
    usable: int
    by: tuple[str, ...]


@frozen
class ComplaintAnswered:
    """The office answered."""

    KIND: ClassVar[int] = 56
    complaint: str
    office: str
    answer: str
    by: tuple[str, ...]


OfficeEvent = (
    PeriodClosed
    | PaperPostedLate
    | DailyFiled
    | SuketRegistered
    | SuketWithdrawn
    | EmptinessReported
    | ComplaintAnswered
)

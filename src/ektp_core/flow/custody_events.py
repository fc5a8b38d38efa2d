"""Events of custody (kejadian penatausahaan): kinds 40 to 49; rules 12, 13, 14, 26, 30 and 38.

Names on a paper (collector, vehicle, witnesses) stand here as they were written, after a check
that no citizen's number is among them.
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.flow.custody_rows import Ranges
from ektp_core.vocabulary.bucket import Condition
from ektp_core.vocabulary.destruction_method import Method
from ektp_core.vocabulary.old_card import OldCardReason


@frozen
class Consigned:
    """The papers a consignment left with: who fetched it, by which letter and vehicle, under which seals."""

    KIND: ClassVar[int] = 40
    consignment: str
    carries: Condition
    collector: str
    letter: str
    vehicle: str
    minutes: str
    seals: tuple[str, ...]
    reference: str
    fault: str
    by: tuple[str, ...]
    minutes_date: str = ""


@frozen
class WasteNamed:
    """An accepted report names this waste for the first time."""

    KIND: ClassVar[int] = 41
    report: str
    ranges: Ranges


@frozen
class InquiryOpened:
    """Blanks and cards are evidence from here on; the books of `stations` are told."""

    KIND: ClassVar[int] = 42
    inquiry: str
    ranges: Ranges
    why: str
    by: tuple[str, ...]
    stations: tuple[str, ...] = ()


@frozen
class InquiryLifted:
    """They are no evidence any more."""

    KIND: ClassVar[int] = 43
    inquiry: str
    why: str
    by: tuple[str, ...]


@frozen
class Destroyed:
    """Waste, void and old cards were destroyed under minutes; the blanks are separate moves."""

    KIND: ClassVar[int] = 44
    party: str
    minutes: str
    date: str
    method: Method
    waste: int
    void: int
    old_cards: int
    witnesses: tuple[str, ...]
    by: tuple[str, ...]
    month: str  # the one it is posted in


@frozen
class OldCardTaken:
    """Old cards were surrendered. `in_book`: they are none of ours and are counted in the old-card book."""

    KIND: ClassVar[int] = 45
    party: str
    reason: OldCardReason
    date: str
    person: bytes
    punched: bool
    count: int
    uid: str
    in_book: bool
    by: tuple[str, ...]


@frozen
class LoanAgreed:
    """A loan was ordered or agreed by the province."""

    KIND: ClassVar[int] = 46
    loan: str
    lender: str
    borrower: str
    blank_class: str
    count: int
    due_date: str
    ordered_by: str
    letter: str


@frozen
class LoanDelivered:
    """Blanks of a loan left for the borrower."""

    KIND: ClassVar[int] = 47
    loan: str
    borrower: str
    ranges: Ranges


@frozen
class LoanSettled:
    """Part of a loan is not owed any more: returned in kind, or forgiven."""

    KIND: ClassVar[int] = 48
    loan: str
    borrower: str
    returned: int
    forgiven: int
    why: str


@frozen
class TakenBack:
    """A store took cards or waste of its station back: one paper, two signatures (rule 12); the moves are beside it."""

    KIND: ClassVar[int] = 49
    station: str
    paper: str
    paper_date: str
    carries: Condition
    ranges: Ranges
    by: tuple[str, ...]


CustodyEvent = (
    Consigned
    | WasteNamed
    | InquiryOpened
    | InquiryLifted
    | Destroyed
    | OldCardTaken
    | LoanAgreed
    | LoanDelivered
    | LoanSettled
    | TakenBack
)

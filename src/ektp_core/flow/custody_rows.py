"""Rows of custody (baris penatausahaan): papers of consignments, loans, inquiries, waste named, old cards, minutes.

Rules 13, 14, 26 and 30. Tables 35 to 39, and 59. A row holds what the next decision needs; the
names on the papers stand in the events. None knows a person: an old card's holder is a keyed
hash in its event.
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.vocabulary.bucket import Condition
from ektp_core.vocabulary.old_card import OldCardReason

Ranges = tuple[tuple[str, int, int], ...]


@frozen
class Waybill:
    """The papers of a consignment (surat jalan), filed under its sender; `counted`: what was counted in so far.

    What passes between an office and its station is filed under the station: those are many, and are
    no departures of the office. `sent_ms` is 0 where nobody noted it; `fault`: of the factory.
    """

    TABLE: ClassVar[int] = 35
    KEY: ClassVar[int] = 2
    party: str
    consignment: str
    sender: str
    receiver: str
    ranges: Ranges
    sent_ms: int
    carries: Condition = Condition.BLANK
    reference: str = ""
    minutes: str = ""
    fault: str = ""
    counted: Ranges = ()


@frozen
class NamedWaste:
    """A spoiled blank or card that an accepted report names; only such waste may leave (rule 26)."""

    TABLE: ClassVar[int] = 36
    KEY: ClassVar[int] = 2
    series: str
    number: int
    report: str


@frozen
class Loan:
    """A loan of blanks (pinjaman), by borrower; counts in blanks, `due_date` as the paper writes it.

    `delivered` are the very blanks that went to the borrower; what comes back may be others.
    """

    TABLE: ClassVar[int] = 37
    KEY: ClassVar[int] = 2
    borrower: str
    loan: str
    lender: str
    blank_class: str
    agreed: int
    due_date: str
    ordered_by: str
    delivered: Ranges = ()
    returned: int = 0
    forgiven: int = 0

    @property
    def delivered_count(self) -> int:
        """How many blanks went to the borrower."""
        return sum(hi - lo + 1 for _, lo, hi in self.delivered)

    @property
    def outstanding(self) -> int:
        """How many blanks are still owed."""
        return self.delivered_count - self.returned - self.forgiven


@frozen
class Inquiry:
    """Blanks and cards kept as evidence; a lifted one stays, so that its name is never used again.

    `by`: who opened it; `stations`: whose books were told of it.
    """

    TABLE: ClassVar[int] = 38
    KEY: ClassVar[int] = 2
    is_lifted: bool
    inquiry: str
    ranges: Ranges
    why: str
    by: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()


@frozen
class OldCards:
    """Old cards an office keeps that are none of ours (kartu lama), by reason; `punched` of them are."""

    TABLE: ClassVar[int] = 39
    KEY: ClassVar[int] = 2
    party: str
    reason: OldCardReason
    count: int
    punched: int


@frozen
class Destruction:
    """One destruction under minutes (berita acara pemusnahan); old cards in a column of their own.

    `month`: the one it is posted in, which is a later one than its date's when that was closed (rule 38).
    """

    TABLE: ClassVar[int] = 59
    KEY: ClassVar[int] = 2
    party: str
    minutes: str
    date: str
    waste: int
    void: int
    old_cards: int
    month: str = ""


CustodyRow = Waybill | NamedWaste | Loan | Inquiry | OldCards | Destruction

"""Rows of an office's life beside its cards (baris kantor): closed months, late papers, daily reports, letters.

A closed month is written once and never again (rule 38). Nothing here holds personal data:
`person` is a keyed hash.
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.flow.office_events import Balance
from ektp_core.vocabulary.prr import Reason


@frozen
class Period:
    """A closed month of a party; its balance is the opening of the next (saldo)."""

    TABLE: ClassVar[int] = 40
    KEY: ClassVar[int] = 2
    party: str
    month: str
    minutes: str
    counted_on: str
    balance: Balance
    by: tuple[str, ...]


@frozen
class LatePaper:
    """A paper of a closed month, posted in the month that was open then (surat terlambat)."""

    TABLE: ClassVar[int] = 41
    KEY: ClassVar[int] = 5
    party: str
    posted_on: str
    paper_date: str
    what: str
    paper: str


@frozen
class Daily:
    """One report of an office for a day; the highest number is the one that counts."""

    TABLE: ClassVar[int] = 42
    KEY: ClassVar[int] = 3
    date: str
    office: str
    number: int
    columns: tuple[tuple[str, int], ...]
    how: str
    by: tuple[str, ...]


@frozen
class Suket:
    """An interim letter (surat keterangan) in an office's register; open while `withdrawn` is empty."""

    TABLE: ClassVar[int] = 43
    KEY: ClassVar[int] = 2
    office: str
    number: str
    date: str
    expiry: str
    reason: Reason
    status: str
    person: bytes
    usable: int
    withdrawn: str = ""
    record: str = ""


@frozen
class SuketOf:
    """The letters a person was given."""

    TABLE: ClassVar[int] = 60
    KEY: ClassVar[int] = 3
    person: bytes
    office: str
    number: str


@frozen
class Complaint:
    """Emptiness reported by the public, beside the book's stock of that moment."""

    TABLE: ClassVar[int] = 61
    KEY: ClassVar[int] = 1
    complaint: str
    office: str
    date: str
    source: str
    usable: int
    by: tuple[str, ...]
    answer: str = ""
    answered_by: tuple[str, ...] = ()


@frozen
class StockAlarm:
    """A complaint of emptiness against an office whose book had blanks, not answered yet (rule 37)."""

    TABLE: ClassVar[int] = 62
    KEY: ClassVar[int] = 2
    office: str
    complaint: str
    usable: int


OfficeRow = Period | LatePaper | Daily | Suket | SuketOf | Complaint | StockAlarm

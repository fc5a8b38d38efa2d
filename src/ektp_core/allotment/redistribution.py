"""Loans from full offices to empty ones (pinjam-pakai blangko), ranked. Rule 30.

"Those with a surplus lend to those that are empty, so that a province runs out together": an
empty office is filled at most to the days of use its lender keeps. Within the province first, for
every borrower; only then elsewhere, provinces near in region code first, and there again the
office nearest in code. The emptiest borrower chooses first; ties by party id. Region codes run
along the islands, so near in code is roughly near on the map; no distance is known here.

Nobody lends who is being granted blanks, whose need is not known (it had no blanks to print with,
say), or what is still on the road; nobody borrows past the rule that makes it wait for its report.
Province stores neither lend nor borrow: what they hold is divided by a plan of its own. Named
groups have no one shelf to lend from.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ektp_core.allotment.grants import Grant, Loan
from ektp_core.allotment.limits import CAPACITY, NEXT, REPORT, Sized
from ektp_core.allotment.need import MONTH_DAYS, for_days
from ektp_core.allotment.policy import Policy

_OFFICE = "office/"
_DIGITS = 6
_IN_PROVINCE = 10_000


class _Lender:
    """An office with blanks to spare; `surplus` and `stock` fall as loans are made."""

    __slots__ = ("keeps", "office", "stock", "surplus")

    def __init__(self, office: str, stock: int, keeps: int, surplus: int) -> None:
        self.office = office
        self.stock = stock
        self.keeps = keeps
        self.surplus = surplus


class _Borrower:
    """An empty office; as loans are made `wanted` falls and `has` grows, `days` is as it began."""

    __slots__ = ("code", "days", "has", "office", "rate", "wanted")

    def __init__(self, office: str, code: int, has: int, wanted: int, rate: int) -> None:
        self.office = office
        self.code = code
        self.has = has
        self.days = has * MONTH_DAYS // rate
        self.wanted = wanted
        self.rate = rate


class _Shelves:
    """The lenders of one province, by code."""

    __slots__ = ("codes", "lenders")

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.lenders: list[_Lender] = []

    def nearest(self, code: int) -> int:
        """Place of the lender nearest in code; the lower of two equally near."""
        place = bisect_left(self.codes, code)
        if place == len(self.codes):
            return place - 1
        if place and code - self.codes[place - 1] <= self.codes[place] - code:
            return place - 1
        return place

    def drop(self, place: int) -> None:
        """A lender has nothing more to spare."""
        del self.codes[place], self.lenders[place]


class _Lent(NamedTuple):
    """A loan, with what both have when its turn comes."""

    lender: _Lender
    borrower: _Borrower
    blanks: int
    lender_stock: int
    borrower_has: int


def region_number(party: str) -> int:
    """The region code of an office as a number to measure by, three parts deep; -1 for any other party.

    >>> region_number("office/52.03"), region_number("office/52.03.05"), region_number("group/65")
    (520300, 520305, -1)
    """
    digits = party[len(_OFFICE) :].replace(".", "")
    if not (party.startswith(_OFFICE) and digits.isdecimal()):
        return -1
    return int(digits.ljust(_DIGITS, "0")[:_DIGITS])


def loans(policy: Policy, rows: Sequence[Sized], grants: Sequence[Grant]) -> list[Loan]:
    """Loans among the offices of one class, first to be made first; rows and grants in one order, by party id."""
    if not policy.loans_proposed:
        return []
    borrowers = sorted(_borrowers(policy, rows, grants), key=lambda one: (one.days, one.office))
    if not borrowers:
        return []
    shelves = _lenders(policy, rows, grants)
    found: list[_Lent] = []
    for borrower in borrowers:
        home = borrower.code // _IN_PROVINCE
        if home in shelves:
            _borrow(policy, borrower, shelves, home, found)
    for borrower in borrowers:
        home = borrower.code // _IN_PROVINCE
        if borrower.wanted >= _smallest(policy) and shelves:
            for province in sorted(shelves, key=lambda other: (abs(other - home), other)):
                _borrow(policy, borrower, shelves, province, found)
    return [
        Loan(
            lender.office, borrower.office, grants[0].blank_class, count, policy.loan_due_days, rank,
            borrower.code // _IN_PROVINCE == region_number(lender.office) // _IN_PROVINCE,
            stock, lender.keeps, has, has * MONTH_DAYS // borrower.rate,
        )
        for rank, (lender, borrower, count, stock, has) in enumerate(found, start=1)
    ]  # fmt: skip


def _smallest(policy: Policy) -> int:
    """The smallest loan worth a trip."""
    return max(policy.rounding_lot, policy.minimum_grant)


def _borrow(
    policy: Policy, borrower: _Borrower, shelves: dict[int, _Shelves], province: int, found: list[_Lent]
) -> None:
    """Fill one borrower from one province, the office nearest in code first."""
    smallest = _smallest(policy)
    shelf = shelves[province]
    while borrower.wanted >= smallest and shelf.lenders:
        place = shelf.nearest(borrower.code)
        lender = shelf.lenders[place]
        count = min(borrower.wanted, lender.surplus)
        found.append(_Lent(lender, borrower, count, lender.stock, borrower.has))
        borrower.wanted -= count
        borrower.has += count
        lender.surplus -= count
        lender.stock -= count
        if lender.surplus < smallest:
            shelf.drop(place)
    if not shelf.lenders:
        del shelves[province]


def _lenders(policy: Policy, rows: Sequence[Sized], grants: Sequence[Grant]) -> dict[int, _Shelves]:
    """Offices with blanks to spare, by province."""
    smallest, lot, keep_days = _smallest(policy), policy.rounding_lot, policy.loan_keep_days
    found: list[tuple[int, _Lender]] = []
    for (figures, _, _, _, _, rate, need), grant in zip(rows, grants, strict=True):
        if not figures.stock or grant.count or need < 0 or figures.is_store:
            continue
        keeps = for_days(rate, keep_days)
        surplus = (figures.stock - keeps) // lot * lot
        if surplus >= smallest and (code := region_number(figures.office)) >= 0:
            found.append((code, _Lender(figures.office, figures.stock, keeps, surplus)))
    shelves: dict[int, _Shelves] = {}
    for code, lender in sorted(found, key=lambda pair: (pair[0], pair[1].office)):
        shelf = shelves.setdefault(code // _IN_PROVINCE, _Shelves())
        shelf.codes.append(code)
        shelf.lenders.append(lender)
    return shelves


def _borrowers(policy: Policy, rows: Sequence[Sized], grants: Sequence[Grant]) -> Iterable[_Borrower]:
    """Offices that stay empty although they need blanks and may have them."""
    empty_days, keep_days, lot = policy.loan_empty_days, policy.loan_keep_days, policy.rounding_lot
    for (figures, own, _, _, _, rate, need), grant in zip(rows, grants, strict=True):
        count = grant.count
        if need <= count or not own[REPORT] or not own[NEXT] or figures.is_store:
            continue
        has = figures.stock + figures.in_transit + count
        days = has * MONTH_DAYS // rate
        if days > empty_days or (code := region_number(figures.office)) < 0:
            continue
        wanted = min(need - count, for_days(rate, keep_days) - has, own[CAPACITY] - count) // lot * lot
        if wanted > 0:
            yield _Borrower(figures.office, code, has, wanted, rate)

"""Loans: from full offices to empty ones, the own province first, the nearest code first (rule 30)."""

from collections import Counter

import pytest
from attrs import evolve
from hypothesis import given

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.grants import Loan
from ektp_core.allotment.need import for_days
from ektp_core.allotment.plan import plan
from ektp_core.allotment.policy import Policy
from ektp_core.allotment.redistribution import region_number
from tests.core.allotment.worlds import CLASS, countries, policies, supplies

pytestmark = pytest.mark.rule(30)

#: 30 days are kept; an office with 3 days of use or fewer is empty.
POLICY = Policy(name="lending", loan_keep_days=30, loan_empty_days=3, loan_due_days=90)


def full(code: str, spare: int, rate: int = 300) -> OfficeFigures:
    """An office that uses `rate` a month and has that and `spare` more."""
    return OfficeFigures(f"office/{code}", CLASS, stock=rate + spare, printed_per_month=(rate,))


def empty(code: str, rate: int = 300, requested: int = 0) -> OfficeFigures:
    """An office that uses `rate` a month and has nothing."""
    return OfficeFigures(f"office/{code}", CLASS, printed_per_month=(rate,), requested=requested)


def lent(*offices: OfficeFigures, policy: Policy = POLICY, supply: int = 0) -> list[tuple[str, str, int]]:
    """Lender, borrower and count of every loan, in order of rank."""
    loans = plan(policy, {CLASS: supply}, offices).loans
    assert [loan.rank for loan in loans] == list(range(1, len(loans) + 1))
    return [(short(loan.lender), short(loan.borrower), loan.count) for loan in loans]


def short(office: str) -> str:
    return office.removeprefix("office/")


@given(policies(), supplies, countries())
def test_nobody_lends_below_what_he_keeps_and_nobody_borrows_past_it(
    policy: Policy, supply: int, offices: list[OfficeFigures]
) -> None:
    found = plan(policy, {CLASS: supply}, offices)
    grants = {grant.office: grant for grant in found.grants}
    given_away: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for loan in found.loans:
        assert loan.count > 0
        assert loan.count % policy.rounding_lot == 0
        given_away[loan.lender] += loan.count
        taken[loan.borrower] += loan.count
    for office, count in given_away.items():
        row = grants[office].row
        assert count <= row.figures.stock - for_days(row.rate, policy.loan_keep_days)
        assert not grants[office].count
        assert office not in taken
    for office, count in taken.items():
        row = grants[office].row
        has = row.figures.stock + row.figures.in_transit + grants[office].count
        assert has + count <= for_days(row.rate, policy.loan_keep_days)
        assert count <= row.need - grants[office].count
        assert not row.figures.is_store


@given(policies(), supplies, countries())
def test_while_an_office_of_the_province_can_lend_nobody_borrows_elsewhere(
    policy: Policy, supply: int, offices: list[OfficeFigures]
) -> None:
    found = plan(policy, {CLASS: supply}, offices)
    flags = [loan.same_province for loan in found.loans]
    assert flags == sorted(flags, reverse=True)
    last = {loan.lender: index for index, loan in enumerate(found.loans)}
    for index, loan in enumerate(found.loans):
        assert loan.same_province == (short(loan.lender)[:2] == short(loan.borrower)[:2])
        if not loan.same_province:
            neighbours = [other for other in found.loans if short(other.lender)[:2] == short(loan.borrower)[:2]]
            spare = spare_after(found.loans, policy)
            assert all(last[other.lender] < index or spare[other.lender] < smallest(policy) for other in neighbours)


def smallest(policy: Policy) -> int:
    return max(policy.rounding_lot, policy.minimum_grant)


def spare_after(loans: tuple[Loan, ...], policy: Policy) -> dict[str, int]:
    return {loan.lender: loan.lender_stock - loan.lender_keeps - loan.count for loan in loans}


def test_an_office_with_a_surplus_lends_to_an_empty_one_as_much_as_it_keeps_itself() -> None:
    assert lent(full("33.18", 1_000), empty("33.19")) == [("33.18", "33.19", 300)]


def test_a_lender_keeps_its_own_days_of_use() -> None:
    assert lent(full("33.18", 120), empty("33.19")) == [("33.18", "33.19", 120)]
    assert lent(full("33.18", 0), empty("33.19")) == []


def test_the_own_province_lends_before_a_nearer_code_of_another() -> None:
    # 33.01 is nearer in code to 32.79 than 32.01 is
    assert lent(full("33.01", 1_000), full("32.01", 1_000), empty("32.79")) == [("32.01", "32.79", 300)]


def test_within_the_province_the_nearest_code_lends_first_and_of_two_the_lower() -> None:
    assert lent(full("33.05", 100), full("33.09", 100), full("33.20", 100), empty("33.07")) == [
        ("33.05", "33.07", 100),
        ("33.09", "33.07", 100),
        ("33.20", "33.07", 100),
    ]


def test_what_the_province_cannot_lend_comes_from_the_nearest_province() -> None:
    assert lent(full("33.05", 100), full("36.01", 500), full("31.01", 150), empty("33.07")) == [
        ("33.05", "33.07", 100),
        ("31.01", "33.07", 150),
        ("36.01", "33.07", 50),
    ]


def test_the_emptiest_borrower_chooses_first_and_ties_go_by_party() -> None:
    slow = OfficeFigures("office/33.01", CLASS, stock=20, printed_per_month=(300,))  # two days left
    assert lent(full("33.05", 450), slow, empty("33.09"), empty("33.08")) == [
        ("33.05", "33.08", 300),
        ("33.05", "33.09", 150),
    ]


def test_every_province_helps_its_own_before_it_helps_another() -> None:
    poor = OfficeFigures("office/33.01", CLASS, stock=20, printed_per_month=(300,))
    assert lent(full("33.05", 280), empty("32.09"), poor) == [("33.05", "33.01", 280)]


@pytest.mark.parametrize(
    "borrower",
    [
        OfficeFigures("office/33.07", CLASS, stock=40, printed_per_month=(300,)),  # four days left: not empty
        OfficeFigures("office/33.07", CLASS, in_transit=400, printed_per_month=(300,)),  # on the road
        OfficeFigures("office/33.07", CLASS, printed_per_month=(300,), accounted_for=False),  # past rule 27
        OfficeFigures("office/33.07", CLASS, printed_per_month=(300,), printers_broken=2, daily_cap=100, working_days=21),
        OfficeFigures("office/33.07", CLASS),  # nothing known
        OfficeFigures("province/33", CLASS, printed_per_month=(300,), is_store=True),
        OfficeFigures("group/33/regencies", CLASS, printed_per_month=(300,)),
    ],
)
def test_who_is_not_empty_or_may_not_have_blanks_borrows_nothing(borrower: OfficeFigures) -> None:
    assert lent(full("33.05", 1_000), borrower) == []


@pytest.mark.parametrize(
    "lender",
    [
        evolve(full("33.05", 0), in_transit=5_000),  # only what is on the shelf can be lent
        OfficeFigures("office/33.05", CLASS, stock=5_000),  # nothing known of its use
        OfficeFigures("office/33.05", CLASS, stock=5_000, printed_per_month=(0, 0), stock_out_days=(30, 28)),
        evolve(full("33.05", 1_000), office="province/33", is_store=True),
        evolve(full("33.05", 1_000), office="group/33/regencies"),
    ],
)
def test_who_has_nothing_sure_to_spare_lends_nothing(lender: OfficeFigures) -> None:
    assert lent(lender, empty("33.07")) == []


def test_who_is_granted_blanks_does_not_lend_and_whose_grant_fills_it_does_not_borrow() -> None:
    assert lent(full("33.05", 1_000), empty("33.07", requested=300), supply=300) == []
    asking = evolve(full("33.05", 1_000), requested=500, backlog=5_000)
    assert lent(asking, empty("33.07"), supply=500, policy=evolve(POLICY, need_binds=False)) == []


def test_loans_are_whole_lots_and_not_below_the_smallest_grant() -> None:
    lots = evolve(POLICY, rounding_lot=100)
    assert lent(full("33.05", 250), empty("33.07"), policy=lots) == [("33.05", "33.07", 200)]
    assert lent(full("33.05", 250), empty("33.07"), policy=evolve(lots, minimum_grant=300)) == []


def test_a_policy_may_propose_no_loans() -> None:
    assert lent(full("33.05", 250), empty("33.07"), policy=evolve(POLICY, loans_proposed=False)) == []


def test_a_loan_says_why_and_when_it_is_due() -> None:
    loan = plan(POLICY, {CLASS: 0}, [full("33.05", 250), empty("33.07")]).loans[0]
    assert loan.due_days == 90
    assert loan.text.format(**loan.facts) == (
        "office/33.05 has 550 and keeps 300 for itself; office/33.07 in the same province has 0, enough for 0 days."
    )
    far = plan(POLICY, {CLASS: 0}, [full("32.05", 250), empty("33.07")]).loans[0]
    assert not far.same_province
    assert "nobody in its province" in far.text.format(**far.facts)


def test_a_loan_counts_the_loans_before_it() -> None:
    first, second = plan(POLICY, {CLASS: 0}, [full("33.05", 100), full("33.09", 500), empty("33.07")]).loans
    assert (first.lender_stock, first.borrower_has, first.borrower_days, first.count) == (400, 0, 0, 100)
    assert (second.lender_stock, second.borrower_has, second.borrower_days, second.count) == (800, 100, 10, 200)
    one, other = plan(POLICY, {CLASS: 0}, [full("33.05", 500), empty("33.07"), empty("33.08", rate=100)]).loans
    assert (one.lender_stock, one.count, other.lender_stock, other.count) == (800, 300, 500, 100)


def test_codes_are_measured_in_their_order() -> None:
    assert region_number("office/52.03") == 520_300
    assert region_number("office/52.03.05") == 520_305
    assert region_number("province/52") == region_number("office/nowhere") == -1

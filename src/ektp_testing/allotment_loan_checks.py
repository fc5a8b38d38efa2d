"""What must hold of the loans a plan proposes (pemeriksaan pinjam-pakai), by name. Rule 30.

Loans are taken in the order they are proposed, and what the two offices then have is counted from
the figures, never from what the plan says of them.
"""

from collections.abc import Mapping, Sequence

from ektp_core.allotment.policy import Policy
from ektp_testing.allotment_model import Due, for_days
from ektp_testing.operation import NamedCheck, must
from ektp_testing.protocols import ProposedLoan

LENDER_KEEPS = NamedCheck(
    "a_lender_keeps_its_own", "Nobody lends what it needs itself, nor lends and is granted (rule 30)."
)
LENDER_IS_TOLD = NamedCheck(
    "a_loan_says_what_the_lender_has", "What a lender has and keeps is told as it is when the loan's turn comes."
)
BORROWER_MAY = NamedCheck(
    "a_borrower_is_empty_and_may_have_it",
    "An office of the plan borrows when it is nearly empty and need not wait, what it needs and can print.",
)

LOAN_CHECKS = (LENDER_KEEPS, LENDER_IS_TOLD, BORROWER_MAY)


def judge_loans(
    policy: Policy, loans: Sequence[ProposedLoan], dues: Mapping[str, Due], counts: Mapping[str, int]
) -> None:
    """The loans of one class; `dues` and `counts` (what each is granted) by office."""
    lent: dict[str, int] = {}
    borrowed: dict[str, int] = {}
    must(policy.loans_proposed or not loans, BORROWER_MAY, "loans are proposed under a policy that has none")
    for loan in loans:
        lender, borrower = dues.get(loan.lender), dues.get(loan.borrower)
        if lender is None or borrower is None or loan.lender == loan.borrower:
            must(False, BORROWER_MAY, f"{loan.lender} lends to {loan.borrower}: not two offices of the plan")
            continue
        _lends(policy, loan, lender, lent.get(loan.lender, 0), counts[loan.lender])
        _borrows(policy, loan, borrower, borrowed.get(loan.borrower, 0), counts[loan.borrower])
        lent[loan.lender] = lent.get(loan.lender, 0) + loan.count
        borrowed[loan.borrower] = borrowed.get(loan.borrower, 0) + loan.count


def _lends(policy: Policy, loan: ProposedLoan, one: Due, lent: int, granted: int) -> None:
    keeps = for_days(one.rate, policy.loan_keep_days)
    has = one.figures.stock - lent
    is_sure = one.need is not None and not one.figures.is_store and not granted
    fits = is_sure and 0 < loan.count <= has - keeps
    must(fits, LENDER_KEEPS, f"{loan.lender} lends {loan.count} of {has}, needs {keeps} and is granted {granted}")
    told = (loan.lender_stock, loan.lender_keeps)
    must(told == (has, keeps), LENDER_IS_TOLD, f"{loan.lender} has {has} and keeps {keeps}, told are {told}")


def _borrows(policy: Policy, loan: ProposedLoan, one: Due, borrowed: int, granted: int) -> None:
    has = one.figures.stock + one.figures.in_transit + granted
    is_empty = one.rate > 0 and 30 * has < (policy.loan_empty_days + 1) * one.rate
    may = is_empty and not one.waits and not one.figures.is_store
    most = min((one.need or 0) - granted, for_days(one.rate, policy.loan_keep_days) - has)
    if one.room is not None:
        most = min(most, one.room - granted)
    fits = may and borrowed + loan.count <= most and loan.count % policy.rounding_lot == 0
    must(fits, BORROWER_MAY, f"{loan.borrower} has {has}, borrows {borrowed + loan.count} and may have {most}")

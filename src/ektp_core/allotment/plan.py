"""Who gets how many blanks (rencana alokasi): the whole division, each grant with its reason.

For every class by itself (rule 8): each office's own limits first, then, when they ask for more
than there is, the sharing; signed pushes are served before the rest. What is kept back as the
reserve is not granted, and a grant says RESERVE when it would have been whole without it. The
order of the input changes nothing: offices are taken by party id. Rules 27 to 30; papers 001, 003.

`plan` serves the centre and a province alike: a province divides its own store among its
regencies with the same function and its store as the supply (paper 003).

>>> from ektp_core.allotment.figures import OfficeFigures
>>> asked = OfficeFigures("office/32.01", "v4", requested=100_000, backlog=240_000, best_month=20_000)
>>> grant = plan(Policy(name="2017"), {"v4": 800_000}, [asked]).grants[0]
>>> grant.count, grant.bound_by, dict(grant.would_give)[Rule.REQUEST]
(20000, <Rule.CAPACITY: 'CAPACITY'>, 100000)
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.grants import Grant, Loan, Plan, Terms
from ektp_core.allotment.limits import Sized, sizes
from ektp_core.allotment.policy import Policy, ShortageRule
from ektp_core.allotment.rationing import shared
from ektp_core.allotment.redistribution import loans
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Refusal, Refused

_by_class = attrgetter("blank_class")
_by_class_and_office = attrgetter("blank_class", "office")


def plan(policy: Policy, supply: Mapping[str, int], offices: Sequence[OfficeFigures]) -> Plan:
    """Divide what there is of each class, the reserve included in `supply`.

    Policy and figures are taken as checked (`policy.checked`, `figures.checked`).

    Raises:
        Refused: BAD_VALUE when an office stands twice with one class, or a supply is negative.
    """
    for blank_class, count in supply.items():
        if count < 0:
            expected = "a whole number from 0"
            raise Refused(
                Refusal.BAD_VALUE, {"field": f"supply {blank_class}", "shape": str(count), "expected": expected}
            )
    rows = sorted(offices, key=_by_class_and_office)
    _refuse_twice(rows)
    grants: list[Grant] = []
    lent: list[Loan] = []
    left = dict(supply)
    for blank_class, group in groupby(rows, key=_by_class):
        if blank_class not in supply:
            grants.extend(_none_of(policy, row) for row in sizes(policy, group))
            continue
        rows_sized = sizes(policy, group)
        granted = _granted(policy, supply[blank_class], rows_sized)
        left[blank_class] -= sum(grant.count for grant in granted)
        lent.extend(loans(policy, rows_sized, granted))
        grants.extend(granted)
    return Plan(policy, dict(supply), tuple(grants), tuple(lent), left)


def _refuse_twice(rows: Sequence[OfficeFigures]) -> None:
    previous = ("", "")
    for one in rows:
        key = (one.blank_class, one.office)
        if key == previous:
            shape = f"{one.office} twice with class {one.blank_class}"
            raise Refused(Refusal.BAD_VALUE, {"field": "office", "shape": shape, "expected": "one row for each"})
        previous = key


def _none_of(policy: Policy, row: Sized) -> Grant:
    """The answer to a request for a class that is not supplied at all."""
    one = row.figures
    return Grant(one.office, one.blank_class, 0, Rule.CLASS, row, Terms(policy, 0, 0, 0))


def _granted(policy: Policy, supply: int, rows: list[Sized]) -> list[Grant]:
    """Grants of one class, in the order given."""
    wanted = sum([one[2] for one in rows])
    available = max(0, supply - policy.central_reserve)
    terms = Terms(policy, supply, available, wanted)
    counts = [one[2] for one in rows] if wanted <= available else _shares(policy, available, rows)
    cut_by = Rule.RESERVE if wanted <= supply else Rule.SHORTAGE
    return [
        Grant(row[0].office, row[0].blank_class, count, row[3] if count == row[2] else cut_by, row, terms)
        for row, count in zip(rows, counts, strict=True)
    ]


def _shares(policy: Policy, available: int, rows: list[Sized]) -> list[int]:
    """What each office gets of too little: pushes first, to the blank; the rest in whole lots.

    An office whose use nobody knows is taken to use 1 a month, so that it pays nobody to give no figures.
    """
    counts = [0] * len(rows)
    is_equal = policy.shortage_rule is ShortageRule.EQUAL_DAYS
    for is_push, lot in ((True, 1), (False, policy.rounding_lot)):
        open_rows = []
        for place, (one, _, cap, _, pushed, rate, _) in enumerate(rows):
            if cap and pushed is is_push:
                lots = cap // lot
                base = one.stock + one.in_transit if is_equal else 0
                open_rows.append((place, 2 * base, 2 * ((rate or 1) if is_equal else lots), 0, lots))
        for place, lots in shared(available // lot, open_rows, lot if is_equal else 1).items():
            counts[place] = lots * lot
            available -= lots * lot
    return counts

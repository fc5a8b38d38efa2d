"""How blanks are divided this year (kebijakan alokasi): a dated value, never code.

What differs by year or office is data with a default (rules 27, 28 and 31): the papers of 2015,
2017, 2018 and 2020 give four different answers to "when may an office have the next?", and all
four are values of this one class. Each key's meaning, unit, bounds and paper stand in the
attribute's metadata, so that a reference of the keys and a schema can be made from them.
Numbers no paper gives are defaults of ours and say so ("our default"). This file knows no office.

>>> from ektp_core.errors import Refused
>>> checked(Policy(name="weekly", used_up=UsedUp.WEEKLY)).interval_days
7
>>> try:
...     checked(Policy(name="weekly", rounding_lot=0))
... except Refused as refused:
...     print(refused)
BAD_VALUE: field=rounding_lot, shape=0, expected=a whole number from 1 to 1000000
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from attrs import field, fields, frozen

from ektp_core.allotment.figures import COUNT_MAX, DAYS_MAX
from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.dates import checked_date

LOT_MAX = 1_000_000
PERIODS_MAX = 36

_TEXT_MAX = 80


class UsedUp(Enum):
    """When an office may have the next grant, besides an accepted report (rule 27)."""

    NONE = "none"
    USED_UP_FIRST = "used-up-first"  # paper 002: the last allotment is used up
    BELOW_THRESHOLD = "below-threshold"  # paper 003: stock below 1,000
    BEFORE_EMPTY = "before-empty"  # paper 004: before it runs out
    WEEKLY = "weekly"  # paper 000: every week


class ShortageRule(Enum):
    """How too few blanks are shared. The second value is the reason given, a message id."""

    text: str

    def __new__(cls, code: str, text: str) -> "ShortageRule":
        """A member from its code and its reason."""
        member = object.__new__(cls)
        member._value_ = code
        member.text = text
        return member

    EQUAL_DAYS = (
        "equal-days-of-cover",
        "{available} may be granted and {wanted} are wanted: they are shared so that all offices run out together; "
        "{office} then has blanks for {cover_days_after} days.",
    )
    PROPORTIONAL = (
        "proportional",
        "{available} may be granted and {wanted} are wanted: each office gets the same part of what it would get; "
        "{office} gets {count} of {before}.",
    )


def _key(default: object, meaning: str, **about: object) -> Any:
    """A key of the policy. `about`: unit, paper, least, most."""
    return field(default=default, metadata=MappingProxyType({"meaning": meaning, **about}))


@frozen(kw_only=True)
class Policy:
    """One dated policy. Days are calendar days of months of 30; counts are blanks (keping)."""

    name: str = field(metadata={"meaning": "Name of the policy."})
    valid_from: str = _key("", "First day it holds, as 2026-01-31; empty: since ever.", unit="date")
    valid_to: str = _key("", "Last day it holds; empty: until another replaces it.", unit="date")
    paper: str = _key("", "Letter or paper the policy comes from.")

    # when the next grant may be made (rule 27)
    report_needed: bool = _key(True, "A grant waits for an accepted report of the last allotment.", paper="rule 27")
    report_max_age_days: int = _key(
        31, "Greatest age of that report's cut (our default).", unit="days", paper="rule 27", most=DAYS_MAX
    )
    used_up: UsedUp = _key(  # noqa: RUF009 - as every other key; the rule knows numbers and texts only
        UsedUp.NONE, "When the next grant may be made, besides the report.", paper="rule 27"
    )
    reorder_threshold: int = _key(
        1_000, "below-threshold: stock and blanks on the road must be below this.", unit="blanks", paper="003"
    )
    before_empty_days: int = _key(
        0, "before-empty: days of use left at which the next is due; 0: any time.", unit="days", most=DAYS_MAX,
        paper="004",
    )  # fmt: skip
    interval_days: int = _key(7, "weekly: days between two grants.", unit="days", paper="000", least=1, most=DAYS_MAX)

    # how much
    need_binds: bool = _key(True, "No grant beyond the need: backlog or days of use, less what is there.")
    target_cover_days: int = _key(30, "Days of use a grant fills up to (our default).", unit="days", most=DAYS_MAX)
    max_cover_days: int = _key(
        0, "No office may hold more days of use than this; 0: no limit.", unit="days", most=DAYS_MAX
    )
    periods_averaged: int = _key(
        3, "Months of printing that are averaged (our default).", unit="months", least=1, most=PERIODS_MAX
    )
    stock_out_corrected: bool = _key(True, "Months with days without blanks count as if there had been none.")
    capacity_binds: bool = _key(True, "No more than the office can print in a month.", paper="001")
    poor_printer_percent: int = _key(
        100, "Share of its daily cap that a poor printer makes (our default).", unit="percent", most=100
    )
    quota: int = _key(0, "Most blanks one office gets at a time; 0: no quota.", unit="blanks")
    central_reserve: int = _key(0, "Blanks of each class the centre keeps back.", unit="blanks", paper="001")
    shortage_rule: ShortageRule = _key(  # noqa: RUF009 - as above
        ShortageRule.EQUAL_DAYS, "How too few blanks are shared."
    )
    rounding_lot: int = _key(1, "Grants are whole lots of this many.", unit="blanks", least=1, most=LOT_MAX)
    minimum_grant: int = _key(0, "Less than this is not sent, shortage aside; 0: none.", unit="blanks")
    push_allowed: bool = _key(True, "A signed push may send more than the rules give, or unasked.", paper="003")

    # how it is delivered
    delivery_max: int = _key(0, "Most blanks in one delivery; 0: all at once.", unit="blanks", paper="004")
    delivery_interval_days: int = _key(
        7, "Days between two deliveries (our default).", unit="days", least=1, most=DAYS_MAX
    )

    # loans between offices (rule 30)
    loans_proposed: bool = _key(True, "Loans from full offices to empty ones are proposed.", paper="rule 30")
    loan_keep_days: int = _key(
        30, "Days of use a lender keeps (our default).", unit="days", least=1, most=DAYS_MAX, paper="rule 30"
    )
    loan_empty_days: int = _key(
        3, "An office with at most this many days of use is empty (our default).", unit="days", most=DAYS_MAX
    )
    loan_due_days: int = _key(
        90, "Days until a loan is due (our default).", unit="days", least=1, most=DAYS_MAX, paper="rule 30"
    )

    # forecast and priority (rules 29 and 31)
    forecast_percent: int = _key(
        90, "Share of recorded people that become print-ready.", unit="percent", most=100, paper="000"
    )
    priority_classes: tuple[str, ...] = _key((), "Classes of waiting people, the first first.", paper="rule 31")
    refused_classes: tuple[str, ...] = _key((), "Classes that are not printed at all.", paper="rule 31")
    priority_ageing_days: int = _key(
        30, "After so many days of waiting a person rises one class (our default); 0: never.", unit="days",
        most=DAYS_MAX,
    )  # fmt: skip

    def is_valid_on(self, day: str) -> bool:
        """Whether the policy holds on a local date (ISO text)."""
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)


def bounds(name: str) -> tuple[int, int]:
    """Least and greatest value of a key that is a number."""
    about: Mapping[str, Any] = fields_by_name()[name].metadata
    return about.get("least", 0), about.get("most", COUNT_MAX)


def fields_by_name() -> Mapping[str, Any]:
    """Every key of a policy with its attribute: type, default, and metadata as written above."""
    return {one.name: one for one in fields(Policy)}


def checked(policy: Policy) -> Policy:
    """The same policy, when it can be right.

    Raises:
        Refused: BAD_VALUE naming the key: an empty name, an impossible date or one before the
            first, a number out of its bounds, keys that contradict each other.
    """
    if not 0 < len(policy.name) <= _TEXT_MAX:
        raise _bad("name", f"{len(policy.name)} characters", f"1 to {_TEXT_MAX} characters")
    for one in fields(Policy):
        value = getattr(policy, one.name)
        if isinstance(value, int) and not isinstance(value, bool):
            least, most = bounds(one.name)
            if not least <= value <= most:
                raise _bad(one.name, str(value), f"a whole number from {least} to {most}")
    _check_dates(policy)
    _check_sense(policy)
    return policy


def _check_dates(policy: Policy) -> None:
    for name in ("valid_from", "valid_to"):
        if day := getattr(policy, name):
            checked_date(day, name)
    if policy.valid_to and policy.valid_to < policy.valid_from:
        raise _bad("valid_to", policy.valid_to, f"{policy.valid_from} or later")


def _check_sense(policy: Policy) -> None:
    if policy.max_cover_days and policy.max_cover_days < policy.target_cover_days:
        expected = f"0 or at least target_cover_days, {policy.target_cover_days}"
        raise _bad("max_cover_days", str(policy.max_cover_days), expected)
    if policy.quota and policy.quota < policy.rounding_lot:
        raise _bad("quota", str(policy.quota), f"0 or at least one lot, {policy.rounding_lot}")
    if policy.quota and policy.minimum_grant > policy.quota:
        raise _bad("minimum_grant", str(policy.minimum_grant), f"at most the quota, {policy.quota}")
    if policy.delivery_max % policy.rounding_lot:
        raise _bad("delivery_max", str(policy.delivery_max), f"0 or whole lots of {policy.rounding_lot}")
    if policy.loan_empty_days >= policy.loan_keep_days:
        raise _bad("loan_empty_days", str(policy.loan_empty_days), f"below loan_keep_days, {policy.loan_keep_days}")
    for name in ("priority_classes", "refused_classes"):
        classes = getattr(policy, name)
        if len(set(classes)) < len(classes) or "" in classes:
            raise _bad(name, f"{len(classes)} classes", "each class once, none empty")
    if both := sorted(set(policy.priority_classes) & set(policy.refused_classes)):
        raise _bad("refused_classes", both[0], "a class that is not in priority_classes")


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

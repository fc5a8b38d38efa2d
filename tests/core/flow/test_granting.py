"""When an office may have its next allotment, how many, and what it is told of it (rules 27, 28, 30)."""

from typing import Any

import pytest

from ektp_core.allotment.policy import UsedUp
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Refusal
from ektp_core.flow.allotting import SetCapacity
from ektp_core.flow.allotting_rows import Request
from ektp_core.flow.custody import Dispatch, Grant, Receive
from ektp_core.flow.founding import NewStation, Register
from ektp_core.flow.granting import Told, told_of
from ektp_core.flow.lending import AgreeLoan
from ektp_core.flow.reversal import ReverseMovement
from ektp_core.flow.rows import Allotment, Report
from ektp_core.vocabulary.request_state import RequestState
from tests.core.flow.allotment_offices import (
    DAY_MS,
    OTHER,
    PROVINCE,
    PROVINCIAL,
    asked,
    granted,
    policy_set,
    registered,
    reported_on,
    with_heads,
)
from tests.core.flow.office_cards import entered, issue, true_report
from tests.core.flow.offices import (
    CLASS,
    NOW,
    OFFICE,
    OPERATOR,
    PAIR,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    facts,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_refold


def arrived(books: Offices, allotment: str) -> None:
    """The allotment is sent and counted in."""
    accepted(ask(books.hub, Dispatch(f"road/{allotment}", allotment), VERIFIER_1))
    ranges = row(books.hub, Allotment, allotment).ranges
    accepted(ask(books.hub, Receive(f"road/{allotment}", OFFICE, ranges), OPERATOR, VERIFIER_2))


def told(books: Offices, allotment: str) -> Told:
    with books.hub.read() as view:
        found = told_of(view, allotment)
    assert found is not None
    return found


# -- rule 27: the report ------------------------------------------------------------------


@pytest.mark.rule(27)
def test_a_second_grant_waits_for_the_report_of_the_first_and_names_it() -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    answer = granted(books, "A-2", 10, day=3)
    assert refusal(answer) is Refusal.ALLOTMENT_UNREPORTED
    assert facts(answer) == {
        "party": OFFICE, "allotment": "A-1", "since": "2018-11-19", "days": 31, "cut": "-",
    }  # fmt: skip
    arrived(books, "A-1")
    reported_on(books, "R-1", "A-1", day=3)
    accepted(granted(books, "A-2", 10, day=3))
    assert row(books.hub, Allotment, "A-2").previous == "A-1"


@pytest.mark.rule(27)
@pytest.mark.parametrize(("day", "may"), [(31, True), (32, False)])
def test_a_report_counts_while_its_cut_is_no_older_than_31_days(day: int, may: bool) -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    reported_on(books, "R-1", "A-1")
    answer = granted(books, "A-2", 10, day=day)
    if may:
        accepted(answer)
    else:
        assert refusal(answer) is Refusal.ALLOTMENT_UNREPORTED and facts(answer)["cut"] == "2018-11-19"


@pytest.mark.rule(27)
def test_the_policy_says_how_old_a_report_may_be() -> None:
    books = with_heads()
    policy_set(books, report_max_age_days=7)
    accepted(asked(books, "U-1", 50))
    accepted(granted(books, "A-1", 10))
    reported_on(books, "R-1", "A-1")
    accepted(asked(books, "U-2", 50))
    assert facts(granted(books, "A-2", 10, day=8))["days"] == 7
    accepted(granted(books, "A-2", 10, day=7))


@pytest.mark.rule(27)
def test_an_old_cut_filed_late_opens_nothing() -> None:
    """The report is of today, what it says is not: the age counts from the cut."""
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    arrived(books, "A-1")
    early = true_report(books, "R-1")
    issue(books, "I-1", 4)  # blanks moved since
    accepted(ask(books.hub, early, OPERATOR, at_ms=NOW + 90 * DAY_MS))
    assert row(books.hub, Report, "R-1").cut_ms == 0
    assert refusal(granted(books, "A-2", 10, day=90)) is Refusal.ALLOTMENT_UNREPORTED


@pytest.mark.rule(27)
def test_each_class_and_each_party_waits_for_its_own() -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    accepted(granted(books, "B-1", 10, party=OTHER))
    accepted(granted(books, "P-1", 10, party=PROVINCE))
    assert refusal(granted(books, "P-2", 10, party=PROVINCE)) is Refusal.ALLOTMENT_UNREPORTED


@pytest.mark.rule(27)
def test_a_grant_that_was_undone_whole_needs_no_report() -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    seq = max(n for n, event in books.hub.events() if type(event).__name__ == "Moved")
    accepted(ask(books.hub, ReverseMovement(seq, "wrong office"), *PAIR))
    accepted(granted(books, "A-2", 10))
    assert row(books.hub, Allotment, "A-2").previous == ""
    check_refold(books.hub)


@pytest.mark.rule(27)
def test_an_exception_needs_a_letter_and_two_people_and_stays_on_the_allotment() -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    body = Grant("A-2", OFFICE, CLASS, 10, exception="SK-12/2018")
    assert refusal(ask(books.hub, body, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    assert refusal(ask(books.hub, Grant("A-2", OFFICE, CLASS, 10), *PAIR)) is Refusal.ALLOTMENT_UNREPORTED
    accepted(ask(books.hub, body, *PAIR))
    assert row(books.hub, Allotment, "A-2").exception == "SK-12/2018"
    assert refusal(granted(books, "A-3", 10)) is Refusal.ALLOTMENT_UNREPORTED


@pytest.mark.rule(27)
def test_a_push_waits_like_any_other_grant() -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 10))
    assert refusal(granted(books, "A-2", 10, push="SK-1")) is Refusal.ALLOTMENT_UNREPORTED
    accepted(granted(books, "A-2", 10, push="SK-1", exception="SK-2"))


@pytest.mark.rule(28)
def test_an_exception_lifts_the_waiting_and_no_limit() -> None:
    books = with_heads()
    accepted(registered(books, 1, 10, 1))
    assert refusal(granted(books, "A-1", 11, exception="SK-1")) is Refusal.ABOVE_CAPACITY


@pytest.mark.rule(30)
def test_neither_party_of_a_loan_is_punished() -> None:
    books = with_heads()
    accepted(granted(books, "B-1", 10, party=OTHER))
    loan = AgreeLoan("L-1", OTHER, OFFICE, CLASS, 5, "2019-02-01", PROVINCE, "470/9")
    accepted(ask(books.hub, loan, PROVINCIAL))
    accepted(granted(books, "A-1", 10))
    assert row(books.hub, Allotment, "A-1").previous == ""


# -- rule 27: what else the policies ask --------------------------------------------------


def waiting(policy: dict[str, Any], day: int = 1, people: int = 1) -> tuple[Offices, Any]:
    """An office with twelve reported blanks of a first allotment, and the answer to its second grant."""
    books = with_heads()
    for number in range(people):
        entered(books, number + 1)
    policy_set(books, **policy)
    accepted(asked(books, "U-1", 50))
    accepted(granted(books, "A-1", 12))
    arrived(books, "A-1")
    reported_on(books, "R-1", "A-1", day)
    accepted(asked(books, "U-2", 50))
    return books, granted(books, "A-2", 5, day=day)


@pytest.mark.rule(27)
@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        ({"used_up": UsedUp.USED_UP_FIRST}, Rule.NOT_USED_UP),
        ({"used_up": UsedUp.BELOW_THRESHOLD, "reorder_threshold": 12}, Rule.ABOVE_THRESHOLD),
        ({"used_up": UsedUp.BEFORE_EMPTY, "before_empty_days": 3}, Rule.NOT_NEARLY_EMPTY),
        ({"used_up": UsedUp.WEEKLY}, Rule.TOO_SOON),
    ],
)
def test_a_grant_that_is_not_due_says_which_rule_and_what_the_office_has(policy: dict[str, Any], rule: Rule) -> None:
    books, answer = waiting(policy)
    assert refusal(answer) is Refusal.NEXT_NOT_DUE
    assert facts(answer) == {
        "party": OFFICE, "allotment": "A-1", "policy": "2018", "rule": rule.value,
        "stock": 12, "in_transit": 0, "remaining": 12,
    }  # fmt: skip
    accepted(granted(books, "A-2", 5, day=1, exception="SK-1"))


@pytest.mark.rule(27)
@pytest.mark.parametrize(
    ("policy", "day"),
    [
        ({"used_up": UsedUp.NONE}, 0),
        ({"used_up": UsedUp.BELOW_THRESHOLD, "reorder_threshold": 13}, 0),
        ({"used_up": UsedUp.WEEKLY}, 7),
    ],
)
def test_a_grant_that_is_due_is_made(policy: dict[str, Any], day: int) -> None:
    accepted(waiting(policy, day)[1])


@pytest.mark.rule(27)
def test_where_nobody_knows_what_an_office_uses_no_days_are_left_to_wait_for() -> None:
    accepted(waiting({"used_up": UsedUp.BEFORE_EMPTY, "before_empty_days": 3}, people=0)[1])


# -- rule 28 ------------------------------------------------------------------------------


@pytest.mark.rule(28)
def test_no_more_is_granted_than_fits_what_the_office_can_print() -> None:
    """Two printers of ten a day, two days a month: 40; five on the road and none in stock."""
    books = with_heads()
    accepted(registered(books, 2, 10, 2))
    accepted(granted(books, "A-1", 5))
    accepted(ask(books.hub, Dispatch("road/A-1", "A-1"), VERIFIER_1))
    reported_on(books, "R-1", "A-1")
    answer = granted(books, "A-2", 36)
    assert refusal(answer) is Refusal.ABOVE_CAPACITY
    assert facts(answer) == {
        "party": OFFICE, "capacity": 40, "stock": 0, "in_transit": 5, "limit": 35, "count": 36,
    }  # fmt: skip
    accepted(granted(books, "A-2", 35))


@pytest.mark.rule(28)
def test_blanks_granted_and_not_sent_yet_take_up_the_capacity_too() -> None:
    books = with_heads()
    accepted(registered(books, 1, 10, 2))
    accepted(granted(books, "A-1", 15))
    reported_on(books, "R-1", "A-1")
    assert facts(granted(books, "A-2", 6))["limit"] == 5


@pytest.mark.rule(28)
def test_the_lower_of_register_and_best_month_binds_unless_one_is_signed() -> None:
    books = with_heads()
    accepted(registered(books, 2, 10, 2))
    accepted(ask(books.hub, SetCapacity(OFFICE, CLASS, 30, 0, "ND-1"), *PAIR))
    assert facts(granted(books, "A-1", 31))["capacity"] == 30
    accepted(ask(books.hub, SetCapacity(OFFICE, CLASS, 30, 60, "ND-2"), *PAIR))
    assert facts(granted(books, "A-1", 61))["capacity"] == 60
    accepted(registered(books, 0, 10, 2, broken=2))
    accepted(granted(books, "A-1", 60))


@pytest.mark.rule(28)
def test_an_office_whose_printers_are_all_broken_gets_a_push_only() -> None:
    books = with_heads()
    accepted(registered(books, 0, 10, 2, broken=2))
    assert facts(granted(books, "A-1", 1))["limit"] == 0
    accepted(granted(books, "A-1", 1, push="SK-1"))
    assert row(books.hub, Allotment, "A-1").push == "SK-1"


@pytest.mark.rule(28)
@pytest.mark.parametrize("is_set", [False, True])
def test_a_grant_may_exceed_a_request_only_as_a_push(is_set: bool) -> None:
    books = with_heads()
    if is_set:
        policy_set(books)
    accepted(asked(books, "U-1", 10))
    answer = granted(books, "A-1", 11)
    assert refusal(answer) is Refusal.ABOVE_LIMIT
    assert facts(answer) == {"party": OFFICE, "count": 11, "rule": "REQUEST", "limit": 10}
    assert refusal(ask(books.hub, Grant("A-1", OFFICE, CLASS, 11, push="SK-1"), VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    accepted(granted(books, "A-1", 11, push="SK-1"))
    assert told(books, "A-1").bound_by is Rule.PUSH


@pytest.mark.rule(28)
def test_under_a_policy_blanks_nobody_asked_for_are_pushed() -> None:
    books = with_heads()
    accepted(granted(books, "A-1", 1))
    policy_set(books, report_needed=False)
    assert facts(granted(books, "A-2", 1))["rule"] == "NOT_ASKED"
    accepted(granted(books, "A-2", 1, push="SK-1"))


@pytest.mark.rule(28)
@pytest.mark.parametrize(
    ("policy", "rule", "limit"),
    [({"quota": 10}, "QUOTA", 10), ({"central_reserve": 95}, "RESERVE", 5)],
)
def test_quota_and_reserve_bind_a_grant_that_is_no_push(policy: dict[str, int], rule: str, limit: int) -> None:
    books = with_heads()
    policy_set(books, **policy)
    accepted(asked(books, "U-1", 50))
    answer = granted(books, "A-1", limit + 1)
    assert facts(answer) == {"party": OFFICE, "count": limit + 1, "rule": rule, "limit": limit}
    accepted(granted(books, "A-1", limit + 1, push="SK-1"))


@pytest.mark.rule(28)
def test_a_policy_may_allow_no_push() -> None:
    books = with_heads()
    policy_set(books, push_allowed=False)
    answer = granted(books, "A-1", 1, push="SK-1")
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "push"


# -- what it answers, and why -------------------------------------------------------------


def test_a_grant_answers_the_request_it_names_or_all_of_them() -> None:
    books = with_heads()
    for name, count in (("U-1", 10), ("U-2", 7), ("U-3", 5)):
        accepted(asked(books, name, count))
    assert facts(granted(books, "A-1", 8, request="U-2"))["limit"] == 7
    accepted(granted(books, "A-1", 7, request="U-2"))
    assert row(books.hub, Request, OFFICE, RequestState.GRANTED, "U-2").allotment == "A-1"
    assert [one.request for one in rows(books.hub, Request, OFFICE, RequestState.OPEN)] == ["U-1", "U-3"]
    reported_on(books, "R-1", "A-1")
    accepted(granted(books, "A-2", 15))
    assert rows(books.hub, Request, OFFICE, RequestState.OPEN) == []


@pytest.mark.parametrize("changes", [{"request": "U-9"}, {"request": "U-1", "party": OTHER}])
def test_a_grant_for_a_request_that_is_not_there_is_refused(changes: dict[str, Any]) -> None:
    books = with_heads()
    accepted(asked(books, "U-1", 10))
    assert refusal(granted(books, "A-1", 1, **changes)) is Refusal.UNKNOWN_REQUEST
    accepted(ask(books.hub, Register(stations=(NewStation("station/52.03/3", "Old", ("v4.8",)),)), *PAIR))
    accepted(asked(books, "U-2", 10, blank_class="v4.8"))
    assert refusal(granted(books, "A-1", 1, request="U-2")) is Refusal.UNKNOWN_REQUEST
    accepted(granted(books, "A-1", 10, request="U-1"))
    again = granted(books, "A-2", 1, request="U-1")
    assert refusal(again) is Refusal.UNKNOWN_REQUEST


@pytest.mark.rule(28)
def test_an_office_is_told_which_rule_bound_its_grant_and_what_the_others_would_have_given() -> None:
    books = with_heads()
    policy_set(books, quota=30)
    accepted(registered(books, 1, 10, 2))
    accepted(asked(books, "U-1", 50))
    accepted(granted(books, "A-1", 20))
    found = told(books, "A-1")
    assert found.bound_by is Rule.CAPACITY
    assert found.would_give == ((Rule.REQUEST, 50), (Rule.QUOTA, 30))
    assert found.bound_by.text.format(**found.facts) == (
        "office/52.03 can print 20 a month and has 0; 0 are on the road."
    )
    for rule, _ in found.would_give:
        assert OFFICE in rule.text.format(**found.facts) or rule is Rule.QUOTA


@pytest.mark.rule(28)
def test_a_grant_below_every_rule_is_bound_by_none() -> None:
    books = with_heads()
    accepted(asked(books, "U-1", 50))
    accepted(granted(books, "A-1", 20))
    assert told(books, "A-1").bound_by is None and told(books, "A-1").would_give == ((Rule.REQUEST, 50),)


def test_nothing_is_told_of_what_is_no_grant() -> None:
    books = with_heads()
    with books.hub.read() as view:
        assert told_of(view, "A-1") is None


def test_a_letter_with_a_citizens_number_is_refused() -> None:
    answer = granted(with_heads(), "A-1", 1, push="5203054408990001")
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "push"

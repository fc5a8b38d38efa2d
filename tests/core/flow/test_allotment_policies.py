"""One policy of allotment holds on any local day; two people of the centre set it (rules 27, 31)."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.allotment.policy import Policy, UsedUp
from ektp_core.boundary.store import Accepted, Answer
from ektp_core.errors import Refusal
from ektp_core.flow.allotment_policies import DEFAULT, InForce, SetAllotmentPolicy, policy_on
from ektp_core.flow.allotting_rows import AllotmentPolicy
from tests.core.flow.offices import OPERATOR, PAIR, VERIFIER_1, Offices, accepted, ask, facts, founded, refusal, rows
from tests.core.flow.soundness import check_refold

pytestmark = pytest.mark.rule(27)

THREE = Policy(
    name="2020", valid_from="2020-01-01", valid_to="2020-06-30", used_up=UsedUp.BELOW_THRESHOLD, paper="470/1",
    priority_classes=("baru", "hilang"), rounding_lot=500,
)  # fmt: skip


def put(books: Offices, policy: Policy, *keys: str, **changes: Any) -> Answer:
    return ask(books.hub, SetAllotmentPolicy(policy, **{"letter": "SE-1", **changes}), *(keys or PAIR))


def on(books: Offices, day: str) -> InForce:
    with books.hub.read() as view:
        return policy_on(view, day)


def test_until_one_is_set_the_default_asks_for_a_report_of_31_days_and_nothing_else() -> None:
    force = on(founded(), "2018-11-19")
    assert force == InForce(DEFAULT, is_set=False)
    assert (DEFAULT.report_needed, DEFAULT.report_max_age_days, DEFAULT.used_up) == (True, 31, UsedUp.NONE)
    assert (DEFAULT.need_binds, DEFAULT.quota, DEFAULT.central_reserve) == (False, 0, 0)


def test_every_key_of_a_policy_comes_back_from_the_book() -> None:
    books = founded()
    accepted(put(books, THREE, source="ab" * 32))
    assert on(books, "2020-01-01") == on(books, "2020-06-30") == InForce(THREE, is_set=True)
    assert rows(books.hub, AllotmentPolicy)[0].source == "ab" * 32
    check_refold(books.hub)


@pytest.mark.parametrize("day", ["2019-12-31", "2020-07-01"])
def test_outside_its_days_a_policy_does_not_hold(day: str) -> None:
    books = founded()
    accepted(put(books, THREE))
    assert not on(books, day).is_set


def test_a_policy_without_a_last_day_gives_way_while_another_holds() -> None:
    books = founded()
    always = Policy(name="always")
    accepted(put(books, always))
    accepted(put(books, THREE))
    days = ("2015-01-01", "2020-03-01", "2020-07-01")
    assert [on(books, day).policy.name for day in days] == ["always", "2020", "always"]


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2020-01-01", ""),
        ("2020-06-30", ""),
        ("2020-03-01", "2020-04-01"),
        ("2019-12-01", "2020-01-01"),
        ("2019-12-01", "2021-01-01"),
        ("", "2020-01-01"),
    ],
)
def test_overlapping_days_are_refused_naming_the_other(since: str, until: str) -> None:
    books = founded()
    accepted(put(books, THREE))
    answer = put(books, Policy(name="other", valid_from=since, valid_to=until))
    assert refusal(answer) is Refusal.POLICIES_OVERLAP
    assert facts(answer) == {"policy": "2020", "since": "2020-01-01", "until": "2020-06-30"}


@pytest.mark.parametrize(("since", "until"), [("2019-12-01", "2019-12-31"), ("2020-07-01", ""), ("2019-12-01", "")])
def test_days_that_only_touch_are_taken(since: str, until: str) -> None:
    books = founded()
    accepted(put(books, THREE))
    accepted(put(books, Policy(name="other", valid_from=since, valid_to=until)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_from": "2020-02-30"}, "valid_from"),
        ({"valid_to": "2019-12-31"}, "valid_to"),
        ({"quota": -1}, "quota"),
        ({"report_max_age_days": -1}, "report_max_age_days"),
        ({"name": ""}, "name"),
        ({"name": "5203054408990001"}, "name"),
        ({"paper": "x" * 121}, "paper"),
        ({"refused_classes": ("baru",)}, "refused_classes"),
    ],
)
def test_a_policy_that_cannot_be_right_names_the_key(changes: dict[str, Any], field: str) -> None:
    answer = put(founded(), evolve(THREE, **changes))
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == field


@pytest.mark.parametrize("source", ["ab", "zz" * 32, "AB" * 32])
def test_the_digest_of_the_file_is_one_or_empty(source: str) -> None:
    assert facts(put(founded(), THREE, source=source))["field"] == "source"


def test_a_policy_needs_a_letter_and_two_people_of_the_centre() -> None:
    books = founded()
    assert facts(put(books, THREE, letter=""))["field"] == "letter"
    assert refusal(put(books, THREE, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    assert refusal(put(books, THREE, OPERATOR, VERIFIER_1)) is Refusal.NOT_ALLOWED
    assert rows(books.hub, AllotmentPolicy) == []


_DAYS = tuple(f"2020-01-{day:02}" for day in range(1, 13))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(("", *_DAYS)), st.sampled_from(("", *_DAYS))), max_size=6))
def test_on_every_day_at_most_one_policy_with_a_last_day_holds(periods: list[tuple[str, str]]) -> None:
    books, taken = founded(), list[Policy]()
    for number, (since, until) in enumerate(periods):
        policy = Policy(name=str(number), valid_from=since, valid_to=until)
        taken += [policy] if isinstance(put(books, policy), Accepted) else []
    for day in _DAYS:
        holding = [one for one in taken if one.is_valid_on(day)]
        assert sum(bool(one.valid_to) for one in holding) <= 1
        assert on(books, day).is_set is bool(holding)
        assert not holding or on(books, day).policy in holding

"""A policy is dated data; impossible values are refused, naming the key."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from ektp_core.allotment.policy import Policy, bounds, checked, fields_by_name
from ektp_core.errors import Refusal, Refused
from tests.core.allotment.worlds import policies

pytestmark = pytest.mark.rule(27)

ONE = Policy(name="2020")
NUMBERS = sorted(
    name for name, one in fields_by_name().items() if isinstance(one.default, int) and not isinstance(one.default, bool)
)


def test_the_default_is_a_possible_policy() -> None:
    assert checked(ONE) is ONE


@given(policies())
def test_any_policy_of_these_tests_is_possible(policy: Policy) -> None:
    assert checked(policy) is policy


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_has_bounds_and_is_held_to_them(name: str) -> None:
    least, most = bounds(name)
    for value in (-1, least - 1, most + 1, 10**20):
        refuse(name, changed(name, value))


@pytest.mark.parametrize("name", sorted(fields_by_name()))
def test_every_key_says_what_it_means_and_numbers_their_unit(name: str) -> None:
    about = fields_by_name()[name].metadata
    assert about["meaning"].endswith(".")
    assert (name in NUMBERS) <= ("unit" in about)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("name", {"name": ""}),
        ("valid_from", {"valid_from": "2020-02-30"}),
        ("valid_to", {"valid_to": "31-12-2020"}),
        ("valid_to", {"valid_from": "2020-02-01", "valid_to": "2020-01-31"}),
        ("max_cover_days", {"max_cover_days": 20, "target_cover_days": 30}),
        ("quota", {"quota": 50, "rounding_lot": 100}),
        ("minimum_grant", {"quota": 50, "minimum_grant": 51}),
        ("delivery_max", {"delivery_max": 150, "rounding_lot": 100}),
        ("loan_empty_days", {"loan_empty_days": 30, "loan_keep_days": 30}),
        ("priority_classes", {"priority_classes": ("first", "first")}),
        ("refused_classes", {"refused_classes": ("",)}),
        ("refused_classes", {"priority_classes": ("first",), "refused_classes": ("first",)}),
    ],
)
def test_keys_that_cannot_be_right_are_refused(name: str, changes: dict[str, Any]) -> None:
    refuse(name, evolve(ONE, **changes))


def changed(name: str, value: Any) -> Policy:
    changes: dict[str, Any] = {name: value}
    return evolve(ONE, **changes)


def refuse(name: str, wrong: Policy) -> None:
    with pytest.raises(Refused) as caught:
        checked(wrong)
    assert caught.value.refusal is Refusal.BAD_VALUE
    assert caught.value.facts["field"] == name


@pytest.mark.parametrize(
    ("day", "expected"), [("2019-12-31", False), ("2020-01-01", True), ("2020-12-31", True), ("2021-01-01", False)]
)
def test_a_policy_holds_from_its_first_day_to_its_last(day: str, expected: bool) -> None:
    assert evolve(ONE, valid_from="2020-01-01", valid_to="2020-12-31").is_valid_on(day) is expected
    assert ONE.is_valid_on(day)

"""Every rule of the domain that the core can hold has a test that names it."""

from tests.rules import RULES, held, without_test


def test_every_rule_the_core_can_hold_is_named_by_a_test() -> None:
    assert without_test(held()) == []


def test_no_test_names_a_rule_that_does_not_exist() -> None:
    assert {one.rule for one in held()} <= set(RULES)


def test_a_rule_without_a_test_would_be_seen() -> None:
    left = [one for one in held() if one.rule != 24]
    assert without_test(left) == [24]

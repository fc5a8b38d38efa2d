"""Who may destroy how on which day, and the month added up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.spoilage.destruction import RULES, Destroyed, Minutes, Rule, in_force, roll_up
from ektp_core.vocabulary.destruction_method import Method
from ektp_core.vocabulary.party import PartyKind

pytestmark = pytest.mark.rule(26)


@pytest.mark.parametrize(
    ("date", "kind", "method", "allowed"),
    [
        ("2018-11-19", PartyKind.OFFICE, Method.BURN, False),
        ("2018-11-19", PartyKind.OFFICE, Method.CUT_AND_BURN, False),
        ("2018-11-19", PartyKind.CENTRE, Method.CUT_AND_BURN, True),
        ("2018-12-12", PartyKind.CENTRE, Method.BURN, False),
        ("2018-12-13", PartyKind.OFFICE, Method.BURN, True),
        ("2018-12-13", PartyKind.OFFICE, Method.CUT, False),
        ("2026-01-31", PartyKind.PROVINCE, Method.BURN, True),
        ("2026-01-31", PartyKind.STATION, Method.BURN, False),
    ],
)
def test_the_circular_of_december_2018_changed_who_burns(
    date: str, kind: PartyKind, method: Method, allowed: bool
) -> None:
    assert in_force(date).allows(kind, method) is allowed


def test_a_rule_of_the_future_is_data_and_no_branch() -> None:
    later = Rule("2030-01-01", (Method.CUT,), frozenset({PartyKind.OFFICE}), 2)
    assert in_force("2029-12-31", (*RULES, later)) == RULES[-1]
    assert in_force("2030-01-01", (*RULES, later)) == later


def test_the_rules_stand_in_the_order_of_their_dates() -> None:
    dates = [rule.valid_from for rule in RULES]
    assert dates == sorted(set(dates))


MINUTES = st.builds(
    Minutes,
    st.sampled_from(["centre", "province/52", "office/52.03", "office/52.01", "office/35.05"]),
    st.sampled_from(["2018-12", "2019-01", "2019-02"]),
    st.builds(Destroyed, st.integers(0, 9), st.integers(0, 9), st.integers(0, 99)),
)


@given(minutes=st.lists(MINUTES, max_size=12))
def test_the_parts_of_a_month_are_its_whole_and_all_minutes_are_in_one_month(minutes: list[Minutes]) -> None:
    found = [roll_up(month, minutes) for month in ("2018-12", "2019-01", "2019-02")]
    assert sum((one.whole for one in found), Destroyed()) == sum((one.destroyed for one in minutes), Destroyed())
    for one in found:
        centre = dict(one.parties).get("centre", Destroyed())
        assert sum((part for _, part in one.provinces), centre) == one.whole
        assert sum((part for _, part in one.parties), Destroyed()) == one.whole


def test_a_month_by_hand() -> None:
    minutes = [
        Minutes("office/52.03", "2019-01", Destroyed(5, 1, 60)),
        Minutes("office/52.03", "2019-01", Destroyed(1, 0, 40)),
        Minutes("office/52.01", "2019-01", Destroyed(2, 0, 0)),
        Minutes("office/35.05", "2019-01", Destroyed(0, 3, 0)),
        Minutes("office/52.01", "2019-02", Destroyed(9, 9, 9)),
    ]
    found = roll_up("2019-01", minutes)
    assert found.parties == (
        ("office/35.05", Destroyed(0, 3, 0)),
        ("office/52.01", Destroyed(2, 0, 0)),
        ("office/52.03", Destroyed(6, 1, 100)),
    )
    assert found.provinces == (("province/35", Destroyed(0, 3, 0)), ("province/52", Destroyed(8, 1, 100)))
    assert found.whole == Destroyed(8, 4, 100)

"""Whom a batch waits for, and who is missing from it (rule 35)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.handover.batch import missing, waiting
from ektp_core.vocabulary.state import LockState

pytestmark = pytest.mark.rule(35)

MEMBERS = st.dictionaries(st.integers(1, 9).map(lambda n: f"52.03-{n:06d}"), st.sampled_from(LockState))

#: Typed by hand from the rule.
WAITED_FOR = {"READY", "AUTHORISED", "IN_PRESS", "LOCKED_BEFORE"}


@pytest.mark.parametrize("state", LockState, ids=lambda state: state.name)
def test_a_batch_waits_for_what_is_still_to_be_printed_and_for_nothing_else(state: LockState) -> None:
    assert bool(waiting({"52.03-000001": state})) is (state.name in WAITED_FOR)
    assert waiting({"52.03-000001": state}, ["52.03-000001"]) == ()


@given(members=MEMBERS)
def test_whoever_is_waited_for_is_missing_and_whoever_is_missing_has_no_card(members: dict[str, LockState]) -> None:
    assert set(waiting(members)) <= set(missing(members))
    assert {one for one, state in members.items() if state is LockState.PRINTED} == set(members) - set(missing(members))
    assert list(missing(members)) == sorted(missing(members))

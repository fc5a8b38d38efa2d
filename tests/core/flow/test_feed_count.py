"""How far a printer's count is explained: never further than one feed for one card."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.flow.feed_count import explained_after

pytestmark = pytest.mark.rule(11)
COUNTS = st.integers(-1, 2**32)


@given(COUNTS, COUNTS, COUNTS)
def test_a_card_explains_one_feed_or_none(begun: int, seen: int, explained: int) -> None:
    after = explained_after(begun, seen, explained)
    assert after in {explained, begun, begun + 1}
    if begun >= 0 and seen in (begun, begun + 1):
        assert after == seen
    if begun >= 0 and seen > begun + 1:
        assert after != seen


@pytest.mark.parametrize(("begun", "seen"), [(-1, 7), (5, 4), (5, -1)])
def test_what_was_not_counted_at_both_ends_explains_nothing(begun: int, seen: int) -> None:
    assert explained_after(begun, seen, 3) == 3

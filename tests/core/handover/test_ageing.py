"""Ageing of cards nobody fetched (rule 35)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.handover.ageing import DAY_MS, Waiting, aged

pytestmark = pytest.mark.rule(35)

CARDS = st.lists(st.integers(0, 400).map(lambda day: Waiting(f"52.03-{day:06d}", day * DAY_MS)))
BANDS = st.lists(st.integers(1, 300), max_size=4, unique=True).map(tuple)


@given(cards=CARDS, bands=BANDS)
def test_every_card_is_in_one_band_and_only_the_last_is_overdue(cards: list[Waiting], bands: tuple[int, ...]) -> None:
    found = aged(cards, 400 * DAY_MS, bands)
    assert found.total == len(cards)
    assert len(found.counts) == len(bands) + 1
    assert len(found.overdue) == found.counts[-1]
    limit = max(bands, default=0)
    assert all(400 * DAY_MS - one.since_ms >= limit * DAY_MS for one in found.overdue)


@given(cards=CARDS, bands=BANDS)
def test_the_order_of_cards_and_bands_does_not_matter(cards: list[Waiting], bands: tuple[int, ...]) -> None:
    assert aged(cards, 400 * DAY_MS, bands) == aged(cards[::-1], 400 * DAY_MS, bands[::-1])


def test_a_band_begins_on_its_day() -> None:
    """By hand: 6, 7, 29, 30 and 100 days."""
    cards = [Waiting(str(days), (100 - days) * DAY_MS) for days in (6, 7, 29, 30, 100)]
    found = aged(cards, 100 * DAY_MS, (7, 30))
    assert found.counts == (1, 2, 2)
    assert [one.record for one in found.overdue] == ["100", "30"]


def test_the_usual_bands_are_a_week_a_month_and_a_quarter() -> None:
    cards = [Waiting(str(days), (100 - days) * DAY_MS) for days in (6, 7, 30, 90)]
    assert aged(cards, 100 * DAY_MS).counts == (1, 1, 1, 1)

"""Where a blank can be."""

import pytest

from ektp_core.vocabulary.bucket import IN_TRANSIT, LOST, Bucket, Condition


def test_the_buckets_and_their_stored_numbers_are_these() -> None:
    """Typed by hand: a book written today is read in ten years."""
    assert {bucket.name: int(bucket) for bucket in Bucket} == {
        "STOCK": 1,
        "RESERVED": 2,
        "IN_TRANSIT": 3,
        "IN_MACHINE": 4,
        "SUSPECT": 5,
        "GOOD_HELD": 6,
        "HANDED_OVER": 7,
        "WASTE_HELD": 8,
        "VOID_HELD": 9,
        "DESTROYED": 10,
        "LOST": 11,
        "FOUND_HELD": 12,
        "IN_TRANSIT_GOOD": 13,
        "IN_TRANSIT_WASTE": 14,
        "IN_TRANSIT_VOID": 15,
        "USED_DECLARED": 16,
        "LOST_GOOD": 17,
        "LOST_WASTE": 18,
        "LOST_VOID": 19,
    }


def test_a_station_moves_blanks_only_out_of_its_stock_and_machine() -> None:
    """Everything after the verdict is the hub's to write (rule 1)."""
    assert {bucket for bucket in Bucket if bucket.station_writes} == {Bucket.STOCK, Bucket.IN_MACHINE}


@pytest.mark.rule(11)
@pytest.mark.parametrize(
    ("held", "road", "lost"),
    [
        (Bucket.STOCK, Bucket.IN_TRANSIT, Bucket.LOST),
        (Bucket.GOOD_HELD, Bucket.IN_TRANSIT_GOOD, Bucket.LOST_GOOD),
        (Bucket.WASTE_HELD, Bucket.IN_TRANSIT_WASTE, Bucket.LOST_WASTE),
        (Bucket.VOID_HELD, Bucket.IN_TRANSIT_VOID, Bucket.LOST_VOID),
    ],
)
def test_on_the_road_and_lost_a_blank_keeps_its_condition(held: Bucket, road: Bucket, lost: Bucket) -> None:
    """It comes back to where blanks of that condition are held."""
    assert (held.on_the_road, held.lost, road.lost) == (road, lost, lost)
    assert (road.found, lost.found) == (held, held)
    assert held.condition is road.condition is lost.condition


@pytest.mark.rule(11)
def test_what_nobody_can_say_is_lost_without_a_condition() -> None:
    """A suspect may be a card or a blank: it is missed as one whose outcome nobody knows."""
    assert Bucket.SUSPECT.condition is None
    assert Bucket.SUSPECT.lost is Bucket.LOST
    assert Bucket.SUSPECT.on_the_road is None
    assert {Bucket.DESTROYED.on_the_road, Bucket.HANDED_OVER.on_the_road, Bucket.LOST.on_the_road} == {None}


def test_each_condition_has_one_bucket_on_the_road_and_one_lost() -> None:
    """A count by bucket is a count by condition."""
    assert {bucket.condition for bucket in IN_TRANSIT} == {bucket.condition for bucket in LOST} == set(Condition)

"""Where a blank can be."""

from ektp_core.vocabulary.bucket import Bucket


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
    }


def test_a_station_moves_blanks_only_out_of_its_stock_and_machine() -> None:
    """Everything after the verdict is the hub's to write (rule 1)."""
    assert {bucket for bucket in Bucket if bucket.station_writes} == {Bucket.STOCK, Bucket.IN_MACHINE}

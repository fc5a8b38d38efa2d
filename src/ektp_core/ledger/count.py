"""A physical count against the book (opname): piles counted blind, compared with sums of buckets (rule 33).

Four piles are what people can see and touch; each stands for some buckets. A pile is counted
as a number; the serials that lie there may be listed with it. Where the number says that
blanks are missing, a list of all that are there says which; without one, only blanks whose
numbers stand for a count (rule 10) can be taken; where nothing is left, all of them are
missing. Nothing here knows parties, papers or people.

>>> box = Holding("A", 1, 10, "office/52.03", Bucket.STOCK, "v5")
>>> compare(9, 10, SerialSet.of(SerialRange("A", 1, 9)), [box]).missing
SerialSet(A 10)
>>> compare(12, 10, SerialSet(), [box]).surplus, compare(9, 10, SerialSet(), [box]).short
(2, 1)
>>> compare(0, 10, SerialSet(), [box]).missing
SerialSet(A 1-10)
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import field, frozen

from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.serial import SerialRange, SerialSet


class Pile(Enum):
    """What lies together at the close of a day (tumpukan)."""

    UNPRINTED = "unprinted"  # blangko kosong: gudang, hopper, mesin
    FINISHED = "finished"  # kartu jadi, belum diserahkan
    WASTE = "waste"  # gagal cetak dan batal
    OLD_CARDS = "old-cards"  # kartu lama yang ditarik; another book, counted with the rest (rule 14)


#: The pile a bucket is seen in. What was found too many (`FOUND_HELD`) lies in the pile it was found in.
PILE_OF: Mapping[Bucket, Pile] = {
    Bucket.STOCK: Pile.UNPRINTED,
    Bucket.RESERVED: Pile.UNPRINTED,
    Bucket.IN_MACHINE: Pile.UNPRINTED,
    Bucket.GOOD_HELD: Pile.FINISHED,
    Bucket.WASTE_HELD: Pile.WASTE,
    Bucket.VOID_HELD: Pile.WASTE,
}


@frozen
class Variance:
    """How a pile differs from the book.

    Attributes:
        missing: serials that are surely not there.
        extra: serials that are there and not in this pile of the book.
        short: how many more are missing whose serials nobody can tell.
        surplus: how many more are there whose serials nobody read.
    """

    missing: SerialSet = field(factory=SerialSet)
    extra: SerialSet = field(factory=SerialSet)
    short: int = 0
    surplus: int = 0

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.short or self.surplus)


def serials_in(runs: Iterable[Holding]) -> SerialSet:
    """The blanks of these runs."""
    return SerialSet([SerialRange(run.series, run.lo, run.hi) for run in runs])


def compare(counted: int, expected: int, present: SerialSet, runs: Iterable[Holding]) -> Variance:
    """How a pile differs.

    Args:
        counted: blanks counted, the listed ones included.
        expected: blanks of the pile in the book.
        present: serials listed as lying there; none, or some, or all.
        runs: the runs of the pile in the book, `expected` blanks; none where nobody can say which they were.
            Read only where serials are listed or nothing is there.
    """
    held = serials_in(runs) if present or not counted else SerialSet()
    extra = present - held
    difference = counted - expected - len(extra)
    if difference >= 0:
        return Variance(extra=extra, surplus=difference)
    if counted == len(present) and len(held) == expected:
        return Variance(missing=held - present, extra=extra)
    return Variance(extra=extra, short=-difference)

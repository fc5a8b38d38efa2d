"""Holdings as canonical maximal runs (saldo blangko): where each serial is now.

One `Holding` is a run of serials of one series in one place. Runs never overlap and equal
neighbours are always joined, so a book has exactly one way to say where its blanks are and
"the fold equals the rows" is plain equality. Lineage is not in the run: carton, seal and
consignment are found through the movements.

>>> carton = Holding("A", 1, 100, "centre", Bucket.STOCK, "v5")
>>> left, right = without(carton, 5, 9)
>>> (left.lo, left.hi), (right.lo, right.hi)
((1, 4), (10, 100))
>>> joined(left, carton.part(5, 9), right) == carton
True
"""

from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

from ektp_core.vocabulary.bucket import Bucket

Place = tuple[str, Bucket, str]


@frozen(weakref_slot=False)
class Holding:
    """One maximal run of serials in one place.

    Attributes:
        assumed: nobody read these serials; the numbers stand for a count (rule 10).
    """

    TABLE: ClassVar[int] = 1
    KEY: ClassVar[int] = 2
    series: str
    lo: int
    hi: int
    party: str
    bucket: Bucket
    blank_class: str
    assumed: bool = False

    @property
    def place(self) -> Place:
        """Party, bucket and class."""
        return self.party, self.bucket, self.blank_class

    def __len__(self) -> int:
        return self.hi - self.lo + 1

    def is_at(self, place: Place, *, assumed: bool) -> bool:
        """Whether these blanks are at that place, and assumed as said."""
        party, bucket, blank_class = place
        return (
            self.party == party
            and self.bucket is bucket
            and self.blank_class == blank_class
            and self.assumed is assumed
        )

    def part(self, lo: int, hi: int) -> "Holding":
        """The blanks lo..hi of this run."""
        return run_of(self.series, lo, hi, (self.party, self.bucket, self.blank_class), self.assumed)

    def at(self, party: str, bucket: Bucket) -> "Holding":
        """The same blanks elsewhere."""
        return Holding(self.series, self.lo, self.hi, party, bucket, self.blank_class, self.assumed)

    def joins(self, other: "Holding") -> bool:
        """Whether `other` follows directly in the same place, so that both are one run."""
        return (
            self.hi + 1 == other.lo
            and self.party == other.party
            and self.bucket is other.bucket
            and self.series == other.series
            and self.blank_class == other.blank_class
            and self.assumed == other.assumed
        )


class _Unfrozen:
    """A run while its fields are set: plain assignments, and then it is a `Holding` for ever.

    The same slots in the same order make that one step. A frozen value sets each field by a call,
    which takes three times as long, and the fold makes two runs for every movement.
    """

    __slots__ = Holding.__slots__  # type: ignore[attr-defined]  # attrs makes them

    def __init__(self, series: str, lo: int, hi: int, place: Place, assumed: bool) -> None:
        self.series = series
        self.lo = lo
        self.hi = hi
        self.party, self.bucket, self.blank_class = place
        self.assumed = assumed
        self.__class__ = Holding  # type: ignore[assignment]  # the same slots


if TYPE_CHECKING:

    def run_of(series: str, lo: int, hi: int, place: Place, assumed: bool) -> Holding:
        """A run, made as quickly as can be."""
else:
    run_of = _Unfrozen


def without(run: Holding, lo: int, hi: int) -> tuple[Holding, ...]:
    """What is left of a run when lo..hi, which it holds, is taken out."""
    assert run.lo <= lo <= hi <= run.hi, "taking out what the run does not hold"
    left = (run.part(run.lo, lo - 1),) if run.lo < lo else ()
    right = (run.part(hi + 1, run.hi),) if hi < run.hi else ()
    return left + right


def joined(left: Holding | None, run: Holding, right: Holding | None) -> Holding:
    """A run together with the neighbours that belong to it."""
    lo = left.lo if left is not None and left.hi + 1 == run.lo and left.joins(run) else run.lo
    hi = right.hi if right is not None and run.hi + 1 == right.lo and run.joins(right) else run.hi
    return run if (lo, hi) == (run.lo, run.hi) else run.part(lo, hi)

"""Where a blank can be (tempat blangko): exactly one bucket at every instant.

On the road and lost, a blank or card keeps the condition it had (rule 11): each of those two
places has one bucket a condition, so that a count by bucket is also a count by condition.

>>> Bucket.STOCK.station_writes, Bucket.SUSPECT.station_writes
(True, False)
>>> Bucket.WASTE_HELD.lost, Bucket.WASTE_HELD.lost.found
(<Bucket.LOST_WASTE: 18>, <Bucket.WASTE_HELD: 8>)
>>> Bucket.HANDED_OVER.on_the_road is None
True
"""

from collections.abc import Mapping
from enum import Enum, IntEnum


class Condition(Enum):
    """What a blank is by now, wherever it is (keadaan)."""

    BLANK = "blank"  # blangko kosong
    GOOD = "good"  # kartu baik
    WASTE = "waste"  # gagal cetak
    VOID = "void"  # kartu batal


class Bucket(IntEnum):
    """One place in the life of a blank. The number is what is stored; it never changes."""

    STOCK = 1  # usable blank (blangko kosong)
    RESERVED = 2  # hub stock held for a granted allotment (dicadangkan)
    IN_TRANSIT = 3  # an unprinted blank on the road (dalam pengiriman)
    IN_MACHINE = 4  # inside a printer (di dalam mesin)
    SUSPECT = 5  # outcome not known (meragukan)
    GOOD_HELD = 6  # good card waiting to be handed over (kartu baik, belum diserahkan)
    HANDED_OVER = 7  # in the citizen's hand (diserahkan)
    WASTE_HELD = 8  # spoiled, kept until destroyed (gagal cetak, disimpan)
    VOID_HELD = 9  # good card that must not be used (batal, disimpan)
    DESTROYED = 10  # destroyed under minutes (dimusnahkan)
    LOST = 11  # an unprinted blank, or one whose outcome nobody knows, not found (hilang)
    FOUND_HELD = 12  # surplus found in a count (temuan)
    IN_TRANSIT_GOOD = 13  # a finished card on the road
    IN_TRANSIT_WASTE = 14
    IN_TRANSIT_VOID = 15
    USED_DECLARED = 16  # used by count, without records (terpakai menurut laporan; rule 10)
    LOST_GOOD = 17  # a finished card not found
    LOST_WASTE = 18
    LOST_VOID = 19

    __hash__ = int.__hash__  # an equal number hashes alike, and places are looked up all the time

    @property
    def station_writes(self) -> bool:
        """Whether a station's own book is the one that moves blanks out of here (its pen)."""
        return self in (Bucket.STOCK, Bucket.IN_MACHINE)

    @property
    def condition(self) -> Condition | None:
        """What a blank in this bucket is; None where nobody can say, or it is no more."""
        return _CONDITIONS.get(self)

    @property
    def on_the_road(self) -> "Bucket | None":
        """Where a blank goes when it is sent from here; None when it cannot be sent."""
        condition = _CONDITIONS.get(self) if self in _HELD_AS.values() else None
        return _ROAD_AS[condition] if condition else None

    @property
    def lost(self) -> "Bucket":
        """Where a blank goes when it is missed here; its condition is kept."""
        condition = self.condition
        return _LOST_AS[condition] if condition else Bucket.LOST

    @property
    def found(self) -> "Bucket | None":
        """From the road or from lost: where a blank of this condition is held."""
        condition = self.condition if self in IN_TRANSIT or self in LOST else None
        return _HELD_AS[condition] if condition else None


_HELD_AS: Mapping[Condition, Bucket] = {
    Condition.BLANK: Bucket.STOCK,
    Condition.GOOD: Bucket.GOOD_HELD,
    Condition.WASTE: Bucket.WASTE_HELD,
    Condition.VOID: Bucket.VOID_HELD,
}
_ROAD_AS: Mapping[Condition, Bucket] = {
    Condition.BLANK: Bucket.IN_TRANSIT,
    Condition.GOOD: Bucket.IN_TRANSIT_GOOD,
    Condition.WASTE: Bucket.IN_TRANSIT_WASTE,
    Condition.VOID: Bucket.IN_TRANSIT_VOID,
}
_LOST_AS: Mapping[Condition, Bucket] = {
    Condition.BLANK: Bucket.LOST,
    Condition.GOOD: Bucket.LOST_GOOD,
    Condition.WASTE: Bucket.LOST_WASTE,
    Condition.VOID: Bucket.LOST_VOID,
}
#: All buckets of the road, and all of what is not found.
IN_TRANSIT = frozenset(_ROAD_AS.values())
LOST = frozenset(_LOST_AS.values())

_CONDITIONS: Mapping[Bucket, Condition] = {
    **{bucket: condition for places in (_HELD_AS, _ROAD_AS, _LOST_AS) for condition, bucket in places.items()},
    Bucket.RESERVED: Condition.BLANK,
    Bucket.FOUND_HELD: Condition.BLANK,
    Bucket.HANDED_OVER: Condition.GOOD,
}

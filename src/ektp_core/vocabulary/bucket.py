"""Where a blank can be (tempat blangko): exactly one bucket at every instant.

>>> Bucket.STOCK.station_writes, Bucket.SUSPECT.station_writes
(True, False)
"""

from enum import IntEnum


class Bucket(IntEnum):
    """One place in the life of a blank. The number is what is stored; it never changes."""

    STOCK = 1  # usable blank (blangko kosong)
    RESERVED = 2  # hub stock held for a granted allotment (dicadangkan)
    IN_TRANSIT = 3  # on the road, condition kept (dalam pengiriman)
    IN_MACHINE = 4  # inside a printer (di dalam mesin)
    SUSPECT = 5  # outcome not known (meragukan)
    GOOD_HELD = 6  # good card waiting to be handed over (kartu baik, belum diserahkan)
    HANDED_OVER = 7  # in the citizen's hand (diserahkan)
    WASTE_HELD = 8  # spoiled, kept until destroyed (gagal cetak, disimpan)
    VOID_HELD = 9  # good card that must not be used (batal, disimpan)
    DESTROYED = 10  # destroyed under minutes (dimusnahkan)
    LOST = 11  # not found (hilang)
    FOUND_HELD = 12  # surplus found in a count (temuan)

    @property
    def station_writes(self) -> bool:
        """Whether a station's own book is the one that moves blanks out of here (its pen)."""
        return self in (Bucket.STOCK, Bucket.IN_MACHINE)

"""A plain ledger (buku polos): a dictionary and a counter, correct and slow, for the mutants to spoil.

It is not how ours works, and it is judged by the same machine, so that what a mutant is caught
for is its own mistake.
"""

from collections import Counter
from collections.abc import Iterable

from ektp_testing.protocols import Blanks, Place, Spot

Serial = tuple[str, int]
_HIGHEST = 10**12


class PlainLedger:
    """Every blank by its serial; the methods that begin with an underscore are what mutants replace."""

    def __init__(self) -> None:
        self.places: dict[Serial, Place] = {}
        self.assumed: set[Serial] = set()
        self.counts: Counter[Place] = Counter()
        self.papers: dict[str, tuple[Blanks, Place]] = {}

    def take_in(self, blanks: Blanks, place: Place) -> bool:
        """Blanks come in."""
        if not self._is_range(blanks) or not self._are_new(blanks):
            return False
        for serial in blanks.serials():
            self._put(serial, place)
        return True

    def take_in_assumed(self, blanks: Blanks, place: Place) -> bool:
        """Placeholders come in."""
        taken = self.take_in(blanks, place)
        if taken:
            self.assumed.update(blanks.serials())
        return taken

    def take_in_once(self, paper: str, blanks: Blanks, place: Place) -> bool:
        """Blanks of a paper come in, once."""
        if paper in self.papers:
            return self.papers[paper] == (blanks, place)
        taken = self.take_in(blanks, place)
        if taken:
            self.papers[paper] = (blanks, place)
        return taken

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        """Blanks go elsewhere."""
        if not self._is_range(blanks) or not self._are_there(blanks, source):
            return False
        for serial in self._carried(blanks):
            self._carry(serial, target)
        return True

    def give_out(self, blanks: Blanks, source: Spot) -> bool:
        """Blanks leave."""
        if not self._is_range(blanks) or not self._are_there(blanks, source):
            return False
        for serial in blanks.serials():
            self._remove(serial)
        return True

    def reidentify(self, series: str, number: int, in_place_of: int) -> bool:
        """Two placeholders exchange places."""
        one, other = (series, number), (series, in_place_of)
        if one == other or not {one, other} <= self.assumed:
            return False
        here, there = self.places[one], self.places[other]
        if here.blank_class != there.blank_class:
            return False
        self.places[one], self.places[other] = there, here
        self.assumed.discard(one)
        return True

    def place_of(self, series: str, number: int) -> Place | None:
        """Where a blank is."""
        return self.places.get((series, number))

    def is_assumed(self, series: str, number: int) -> bool:
        """Whether nobody read it."""
        return (series, number) in self.assumed

    def count(self, place: Place) -> int:
        """How many are there."""
        return self.counts[place]

    # -- what mutants replace -------------------------------------------------------------

    def _is_range(self, blanks: Blanks) -> bool:
        return 1 <= blanks.lo <= blanks.hi <= _HIGHEST

    def _are_new(self, blanks: Blanks) -> bool:
        return not any(serial in self.places for serial in blanks.serials())

    def _are_there(self, blanks: Blanks, source: Spot) -> bool:
        return all(self._is_at(serial, source) for serial in blanks.serials())

    def _is_at(self, serial: Serial, spot: Spot) -> bool:
        return serial in self.places and self.places[serial].spot == spot

    def _carried(self, blanks: Blanks) -> Iterable[Serial]:
        return blanks.serials()

    def _put(self, serial: Serial, place: Place) -> None:
        self.places[serial] = place
        self.counts[place] += 1

    def _carry(self, serial: Serial, target: Spot) -> None:
        place = self.places[serial]
        self.counts[place] -= 1
        self._put(serial, Place(*target, place.blank_class))

    def _remove(self, serial: Serial) -> None:
        self.counts[self.places.pop(serial)] -= 1
        self.assumed.discard(serial)

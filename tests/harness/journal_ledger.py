"""A ledger that knows nothing of ours: a journal on paper, read from its last line backwards.

There is no balance anywhere. Where a blank is stands in the last line that names it; a count is
made by reading everything. It is here to be judged, as somebody else's ledger would be.
"""

from ektp_testing.protocols import Blanks, Place, Spot

Line = tuple[Blanks, Place | None]


class JournalLedger:
    """Lines of blanks and where they went; nowhere: they left."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def take_in(self, blanks: Blanks, place: Place) -> bool:
        if not self._is_range(blanks) or any(self.place_of(*serial) for serial in blanks.serials()):
            return False
        self.lines.append((blanks, place))
        return True

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        found = self._all_at(blanks, source)
        for (series, number), place in found:
            self.lines.append((Blanks(series, number, number), Place(*target, place.blank_class)))
        return bool(found)

    def give_out(self, blanks: Blanks, source: Spot) -> bool:
        found = bool(self._all_at(blanks, source))
        if found:
            self.lines.append((blanks, None))
        return found

    def place_of(self, series: str, number: int) -> Place | None:
        for blanks, place in reversed(self.lines):
            if blanks.series == series and blanks.lo <= number <= blanks.hi:
                return place
        return None

    def count(self, place: Place) -> int:
        last: dict[tuple[str, int], Place | None] = {}
        for blanks, where in self.lines:
            last.update((serial, where) for serial in blanks.serials())
        return sum(where == place for where in last.values())

    def _all_at(self, blanks: Blanks, source: Spot) -> list[tuple[tuple[str, int], Place]]:
        """Every blank with its place, or nothing unless all are there."""
        found = []
        for serial in blanks.serials() if self._is_range(blanks) else ():
            place = self.place_of(*serial)
            if place is None or place.spot != source:
                return []
            found.append((serial, place))
        return found

    @staticmethod
    def _is_range(blanks: Blanks) -> bool:
        return 1 <= blanks.lo <= blanks.hi <= 10**12

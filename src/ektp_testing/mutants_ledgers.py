"""Ledgers that do the wrong thing (buku blangko yang keliru): one mistake each, and the check that must find it.

They are mistakes somebody could make: one end of a range forgotten, a running count not kept, the
refusal that comes after half of the work. None of them falls over.
"""

from collections.abc import Iterable

from ektp_core.vocabulary.bucket import Bucket
from ektp_testing import ledger_checks as checks
from ektp_testing.ledger_machine import LEDGER
from ektp_testing.mutant import Mutant, found_by
from ektp_testing.plain_ledger import PlainLedger, Serial
from ektp_testing.protocols import Blanks, Place, Spot


class _TakesAgain(PlainLedger):
    """What is in the book is overwritten."""

    def _are_new(self, blanks: Blanks) -> bool:
        return True


class _LooksAtTheFirst(PlainLedger):
    """Only the first blank of a delivery is looked up."""

    def _are_new(self, blanks: Blanks) -> bool:
        return (blanks.series, blanks.lo) not in self.places


class _LooksAtTheEnds(PlainLedger):
    """Of a range that moves only the first blank is looked up; the rest is carried from wherever it is."""

    def _are_there(self, blanks: Blanks, source: Spot) -> bool:
        first = (blanks.series, blanks.lo)
        return self._is_at(first, source) and all(serial in self.places for serial in blanks.serials())


class _AnyParty(PlainLedger):
    """The bucket must be right; whose it is does not matter."""

    def _is_at(self, serial: Serial, spot: Spot) -> bool:
        return serial in self.places and self.places[serial].bucket is spot.bucket


class _AnyBucket(PlainLedger):
    """The party must be right; waste is as good as stock."""

    def _is_at(self, serial: Serial, spot: Spot) -> bool:
        return serial in self.places and self.places[serial].party == spot.party


class _EmptyRangesPass(PlainLedger):
    """A range that ends before it begins is taken, as no blanks."""

    def _is_range(self, blanks: Blanks) -> bool:
        return True


class _NeverAgain(PlainLedger):
    """A blank that left can never come back."""

    def __init__(self) -> None:
        super().__init__()
        self._gone: set[Serial] = set()

    def _are_new(self, blanks: Blanks) -> bool:
        return super()._are_new(blanks) and not any(serial in self._gone for serial in blanks.serials())

    def _remove(self, serial: Serial) -> None:
        super()._remove(serial)
        self._gone.add(serial)


class _TouchesNothing(PlainLedger):
    """A delivery right behind blanks that are known is taken for an overlap."""

    def _are_new(self, blanks: Blanks) -> bool:
        return super()._are_new(Blanks(blanks.series, blanks.lo - 1, blanks.hi))


class _HalfBeforeRefusing(PlainLedger):
    """What can be moved is moved before the rest is refused."""

    def _are_there(self, blanks: Blanks, source: Spot) -> bool:
        for serial in blanks.serials():
            if not self._is_at(serial, source):
                return False
            after = (serial[0], serial[1] + 1)
            if serial[1] < blanks.hi and not self._is_at(after, source):
                self._carry(serial, Spot(source.party, Bucket.LOST))
        return True


class _OneShort(PlainLedger):
    """The last blank of a range stays behind."""

    def _carried(self, blanks: Blanks) -> Iterable[Serial]:
        return [*blanks.serials()][: max(1, blanks.hi - blanks.lo)]


class _WholeRun(PlainLedger):
    """The run goes as a whole: a neighbour in the same place goes with it."""

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        lo = blanks.lo
        while 1 <= lo <= blanks.hi and self._is_at((blanks.series, lo - 1), source):
            lo -= 1
        return super().move(Blanks(blanks.series, lo, blanks.hi), source, target)


class _ClassOfTheNeighbour(PlainLedger):
    """A blank that comes to lie behind another joins its run, and becomes of its class."""

    def _carry(self, serial: Serial, target: Spot) -> None:
        super()._carry(serial, target)
        left, here = self.places.get((serial[0], serial[1] - 1)), self.places[serial]
        if left and left.spot == here.spot:
            self.counts[here] -= 1
            self._put(serial, left)


class _LeavesItsCount(PlainLedger):
    """What leaves the book is still counted."""

    def _remove(self, serial: Serial) -> None:
        del self.places[serial]
        self.assumed.discard(serial)


class _CountsTwice(PlainLedger):
    """What is lost is counted as lost by the centre too."""

    def _put(self, serial: Serial, place: Place) -> None:
        super()._put(serial, place)
        if place.bucket is Bucket.LOST and place.party != "centre":
            self.counts[Place("centre", Bucket.LOST, place.blank_class)] += 1


class _ReadByMoving(PlainLedger):
    """A placeholder that is moved counts as read."""

    def _carry(self, serial: Serial, target: Spot) -> None:
        super()._carry(serial, target)
        self.assumed.discard(serial)


class _StaysAssumed(PlainLedger):
    """A placeholder that was read stays a placeholder."""

    def reidentify(self, series: str, number: int, in_place_of: int) -> bool:
        done = super().reidentify(series, number, in_place_of)
        if done:
            self.assumed.add((series, number))
        return done


class _ReadsAtHomeOnly(PlainLedger):
    """A reading at another party's is refused."""

    def reidentify(self, series: str, number: int, in_place_of: int) -> bool:
        here, there = self.places.get((series, number)), self.places.get((series, in_place_of))
        return bool(here and there and here.party == there.party) and super().reidentify(series, number, in_place_of)


class _MovesOnlyTheRead(PlainLedger):
    """The blank that was read moves; the one thought to be there stays there too."""

    def reidentify(self, series: str, number: int, in_place_of: int) -> bool:
        there = self.places.get((series, in_place_of))
        done = super().reidentify(series, number, in_place_of)
        if done and there:
            self.places[series, in_place_of] = there
        return done


class _PaperByName(PlainLedger):
    """A paper's name is enough: another content under it is answered as the first was."""

    def take_in_once(self, paper: str, blanks: Blanks, place: Place) -> bool:
        return paper in self.papers or super().take_in_once(paper, blanks, place)


class _PaperForgotten(PlainLedger):
    """A paper that comes again is refused: its blanks are known."""

    def take_in_once(self, paper: str, blanks: Blanks, place: Place) -> bool:
        return paper not in self.papers and super().take_in_once(paper, blanks, place)


class _PaperWithoutPlace(PlainLedger):
    """A paper is known by its blanks; where they went is not compared."""

    def take_in_once(self, paper: str, blanks: Blanks, place: Place) -> bool:
        known = self.papers.get(paper)
        return bool(known and known[0] == blanks) or super().take_in_once(paper, blanks, place)


class _PaperByItsFirst(PlainLedger):
    """A paper is known by its place and its first blank; where the range ends is not compared."""

    def take_in_once(self, paper: str, blanks: Blanks, place: Place) -> bool:
        known = self.papers.get(paper)
        is_same = known and (known[0].series, known[0].lo, known[1]) == (blanks.series, blanks.lo, place)
        return bool(is_same) or super().take_in_once(paper, blanks, place)


class _ReadsAcrossClasses(PlainLedger):
    """A placeholder of one class is read where one of another class was thought to be."""

    def reidentify(self, series: str, number: int, in_place_of: int) -> bool:
        one, other = (series, number), (series, in_place_of)
        if one == other or not {one, other} <= self.assumed:
            return False
        self.places[one], self.places[other] = self.places[other], self.places[one]
        self.assumed.discard(one)
        return True


class _AddsWhatStays(PlainLedger):
    """A movement to where the blanks are is added to the count and not taken from it."""

    def _carry(self, serial: Serial, target: Spot) -> None:
        stays = self.places[serial].spot == target
        super()._carry(serial, target)
        self.counts[self.places[serial]] += stays


class _ShortNumbers(PlainLedger):
    """A number is kept in two bytes: a delivery of higher ones is refused."""

    def _is_range(self, blanks: Blanks) -> bool:
        return super()._is_range(blanks) and blanks.hi < 2**15


class _NotTheHighest(PlainLedger):
    """The highest number there is counts as one too many."""

    def _is_range(self, blanks: Blanks) -> bool:
        return super()._is_range(blanks) and blanks.hi < 10**12


class _FiftyAtATime(PlainLedger):
    """Of a long range only the first fifty are carried."""

    def _carried(self, blanks: Blanks) -> Iterable[Serial]:
        return [*blanks.serials()][:50]


class _SeriesUpToTheDot(PlainLedger):
    """What stands behind a dot in a series is left away: A.1 is taken for A."""

    def take_in(self, blanks: Blanks, place: Place) -> bool:
        return super().take_in(_without_dot(blanks), place)

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        return super().move(_without_dot(blanks), source, target)

    def give_out(self, blanks: Blanks, source: Spot) -> bool:
        return super().give_out(_without_dot(blanks), source)

    def place_of(self, series: str, number: int) -> Place | None:
        return super().place_of(series.partition(".")[0], number)


def _without_dot(blanks: Blanks) -> Blanks:
    return Blanks(blanks.series.partition(".")[0], blanks.lo, blanks.hi)


class _LosesWhatIsRare(PlainLedger):
    """Blanks that move out of a bucket seldom used leave the book."""

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        if source.bucket in (Bucket.SUSPECT, Bucket.VOID_HELD):
            return self.give_out(blanks, source)
        return super().move(blanks, source, target)


class _ForgetsTheRoad(PlainLedger):
    """A card lost or on the road comes back as what blanks are: its condition is not kept (rule 11)."""

    def _put(self, serial: Serial, place: Place) -> None:
        plain = {
            Bucket.IN_TRANSIT_WASTE: Bucket.IN_TRANSIT,
            Bucket.LOST_VOID: Bucket.LOST,
            Bucket.USED_DECLARED: Bucket.DESTROYED,
        }
        super()._put(serial, Place(place.party, plain.get(place.bucket, place.bucket), place.blank_class))


class _ClassOfTheFirst(PlainLedger):
    """A range that moves is written down with the class of its first blank."""

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        first = self.places.get((blanks.series, blanks.lo))
        done = super().move(blanks, source, target)
        if done and first:
            for serial in blanks.serials():
                self.counts[self.places[serial]] -= 1
                self._put(serial, Place(*target, first.blank_class))
        return done


LEDGER_MUTANTS: tuple[Mutant, ...] = tuple(
    found_by(LEDGER, make, check, seeds=20, steps=120)
    for make, check in (
        (_TakesAgain, checks.WHAT_DOES_NOT_FIT_IS_REFUSED),
        (_LooksAtTheFirst, checks.WHAT_DOES_NOT_FIT_IS_REFUSED),
        (_LooksAtTheEnds, checks.WHAT_DOES_NOT_FIT_IS_REFUSED),
        (_AnyParty, checks.WHAT_DOES_NOT_FIT_IS_REFUSED),
        (_AnyBucket, checks.WHAT_DOES_NOT_FIT_IS_REFUSED),
        (_EmptyRangesPass, checks.WHAT_DOES_NOT_FIT_IS_REFUSED),
        (_NeverAgain, checks.WHAT_FITS_IS_TAKEN),
        (_TouchesNothing, checks.WHAT_FITS_IS_TAKEN),
        (_HalfBeforeRefusing, checks.A_REFUSAL_CHANGES_NOTHING),
        (_OneShort, checks.A_BLANK_IS_WHERE_IT_WAS_PUT),
        (_WholeRun, checks.WHAT_WAS_NOT_NAMED_STAYS),
        (_ClassOfTheNeighbour, checks.A_CLASS_IS_KEPT),
        (_LeavesItsCount, checks.COUNTS_ARE_THE_BLANKS),
        (_CountsTwice, checks.HELD_IS_IN_LESS_OUT),
        (_ReadByMoving, checks.PLACEHOLDERS_STAY),
        (_StaysAssumed, checks.PLACEHOLDERS_STAY),
        (_ReadsAtHomeOnly, checks.A_READING_SWAPS),
        (_MovesOnlyTheRead, checks.A_BLANK_IS_WHERE_IT_WAS_PUT),
        (_PaperByName, checks.A_PAPER_IS_TAKEN_ONCE),
        (_PaperForgotten, checks.A_PAPER_IS_TAKEN_ONCE),
        (_PaperWithoutPlace, checks.A_PAPER_IS_TAKEN_ONCE),
        (_PaperByItsFirst, checks.A_PAPER_IS_TAKEN_ONCE),
        (_ReadsAcrossClasses, checks.A_READING_SWAPS),
        (_AddsWhatStays, checks.COUNTS_ARE_THE_BLANKS),
        (_ShortNumbers, checks.WHAT_FITS_IS_TAKEN),
        (_NotTheHighest, checks.WHAT_FITS_IS_TAKEN),
        (_FiftyAtATime, checks.A_BLANK_IS_WHERE_IT_WAS_PUT),
        (_SeriesUpToTheDot, checks.WHAT_FITS_IS_TAKEN),
        (_LosesWhatIsRare, checks.A_BLANK_IS_WHERE_IT_WAS_PUT),
        (_ForgetsTheRoad, checks.A_BLANK_IS_WHERE_IT_WAS_PUT),
        (_ClassOfTheFirst, checks.A_CLASS_IS_KEPT),
    )
)

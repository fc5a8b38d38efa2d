"""The ledger in small (buku blangko tiruan), written by hand: a dictionary from each blank to its place.

It stands beside the ledger under test and says what must be true of it. It is slow and plain on
purpose, and imports nothing of `ektp_core.ledger`, so that it cannot share its mistakes. A
placeholder is a blank nobody read (rule 10); what a paper brought in is kept by its name.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field, frozen

from ektp_core.vocabulary.bucket import Bucket
from ektp_testing.operation import Dice
from ektp_testing.protocols import Blanks, Place, Spot

Serial = tuple[str, int]

#: The small country of the machine: few enough that everything meets everything.
PARTIES = ("centre", "office/52.03", "office/52.01", "station/52.03/1")
BUCKETS = tuple(Bucket)
CLASSES = ("v5", "v4.8")
#: One is the beginning of another, one differs in its sign only: a series is compared as it stands.
SERIES = ("A", "A.1", "A-1")
LONGEST = 12
HIGHEST = 10**12

#: Half of all blanks go to a few buckets, so that many lie together; the other half anywhere at all.
_COMMON = (Bucket.STOCK, Bucket.IN_TRANSIT, Bucket.WASTE_HELD, Bucket.LOST, Bucket.GOOD_HELD)
_DRAWN = _COMMON * 4 + BUCKETS
_SPOTS = tuple(Spot(party, bucket) for bucket in _DRAWN for party in PARTIES)
#: Most numbers are so low, and drawn as they are: a story keeps its sense when a line is taken out of it.
_LOW = 36
#: The first of a thousand blanks that come in at once.
_CARTON = 1_001
CARTON = 1_000
#: Where a number no longer fits into some column; the last blanks there can be are among them.
_EDGES = (2**15, 2**16, 2**24, 2**31, 2**32, HIGHEST)
_PAIRS = 50


@frozen
class Blank:
    """What the model knows of one blank."""

    place: Place
    is_assumed: bool = False


@define(eq=False)
class LedgerModel:
    """Every blank of the book, and what came in and went out."""

    blanks: dict[Serial, Blank] = field(factory=dict)
    papers: dict[str, tuple[Blanks, Place]] = field(factory=dict)
    cartons: int = 0
    gone: list[Serial] = field(factory=list)
    taken_in: int = 0
    given_out: int = 0

    # -- what must be possible ------------------------------------------------------------

    def may_take_in(self, blanks: Blanks) -> bool:
        """Whether none of these blanks is in the book."""
        return is_sound(blanks) and not any(serial in self.blanks for serial in blanks.serials())

    def may_leave(self, blanks: Blanks, source: Spot) -> bool:
        """Whether all of these blanks are there."""
        if not is_sound(blanks) or blanks.hi - blanks.lo > len(self.blanks):
            return False
        found = [self.blanks.get(serial) for serial in blanks.serials()]
        return all(one is not None and one.place.spot == source for one in found)

    def may_reidentify(self, read: Serial, thought: Serial) -> bool:
        """Whether both are placeholders of one class."""
        one, other = self.blanks.get(read), self.blanks.get(thought)
        if one is None or other is None or read == thought:
            return False
        return one.is_assumed and other.is_assumed and one.place.blank_class == other.place.blank_class

    # -- what follows ---------------------------------------------------------------------

    def take_in(self, blanks: Blanks, place: Place, *, is_assumed: bool = False) -> None:
        """The blanks are in the book."""
        for serial in blanks.serials():
            self.blanks[serial] = Blank(place, is_assumed)
        size = blanks.hi - blanks.lo + 1
        self.taken_in += size
        self.cartons += size == CARTON

    def move(self, blanks: Blanks, target: Spot) -> None:
        """The blanks are elsewhere, of the class they were."""
        for serial in blanks.serials():
            was = self.blanks[serial]
            self.blanks[serial] = Blank(Place(*target, was.place.blank_class), was.is_assumed)

    def give_out(self, blanks: Blanks) -> None:
        """The blanks are not in the book any more."""
        for serial in blanks.serials():
            del self.blanks[serial]
            self.gone.append(serial)
        self.given_out += blanks.hi - blanks.lo + 1

    def reidentify(self, read: Serial, thought: Serial) -> None:
        """The two exchange places; the one that was read is a fact."""
        one, other = self.blanks[read], self.blanks[thought]
        self.blanks[read], self.blanks[thought] = Blank(other.place), Blank(one.place, is_assumed=True)

    # -- for the checks -------------------------------------------------------------------

    def counts(self) -> Mapping[Place, int]:
        """Every place with something in it, counted blank by blank."""
        return Counter([blank.place for blank in self.blanks.values()])

    def around(self, blanks: Blanks) -> Iterator[Serial]:
        """The blanks of them and the neighbours on both sides."""
        lo, hi = max(1, blanks.lo - 1), min(blanks.hi + 1, blanks.lo + 4 * LONGEST)
        return Blanks(blanks.series, lo, hi).serials()

    # -- for the draws --------------------------------------------------------------------

    def some_blanks(self, dice: Dice) -> Blanks:
        """What lies in one place in a row, or a part of it; the book must hold something."""
        series, lo = self._some_serial(dice)
        spot, hi, longest = self.spot(series, lo), lo, dice.number(1, LONGEST + 2)
        is_whole = longest > LONGEST
        while is_whole and self._is_at(spot, series, lo - 1):
            lo -= 1
        while (is_whole or hi - lo + 1 < longest) and self._is_at(spot, series, hi + 1):
            hi += 1
        return Blanks(series, lo, hi)

    def _some_serial(self, dice: Dice) -> Serial:
        """A blank of the book: mostly the first from a low number on, now and then any."""
        serials = sorted(self.blanks)
        if dice.number(0, 5) == 5:
            return dice.pick(serials)
        first = bisect_left(serials, (dice.pick(SERIES), dice.number(1, _LOW)))
        return serials[first % len(serials)]

    def spot(self, series: str, number: int) -> Spot:
        """Party and bucket of a blank of the book."""
        return self.blanks[series, number].place.spot

    def unknown_blanks(self, dice: Dice) -> Blanks:
        """Blanks that were never in the book, or are no more: as many as fit from some number on."""
        series = dice.pick(SERIES)
        lo = self.unknown_number(series, dice.number(1, _LOW))
        hi, longest = lo, dice.number(1, LONGEST)
        while hi - lo + 1 < longest and (series, hi + 1) not in self.blanks:
            hi += 1
        return Blanks(series, lo, hi)

    def far_blanks(self, dice: Dice) -> Blanks:
        """Unknown blanks with long numbers; the last there can be among them."""
        series = dice.pick(SERIES)
        lo = self.unknown_number(series, dice.pick(_EDGES) - dice.number(0, 2))
        if lo > HIGHEST:
            return self.unknown_blanks(dice)
        hi = max(n for n in range(lo, min(HIGHEST, lo + dice.number(0, 3)) + 1) if self._are_unknown(series, lo, n))
        return Blanks(series, lo, hi)

    def carton(self, dice: Dice) -> Blanks:
        """A thousand blanks in a row, once in a life."""
        return Blanks(dice.pick(SERIES), _CARTON, _CARTON + CARTON - 1)

    def unknown_number(self, series: str, lo: int) -> int:
        """The first number from `lo` on that is not in the book; of blanks that are, the end is seen from here."""
        while (series, lo) in self.blanks:
            lo += 1
        return lo

    def _are_unknown(self, series: str, lo: int, hi: int) -> bool:
        return not any((series, number) in self.blanks for number in range(lo, hi + 1))

    def pairs(self, *, one_class: bool = True) -> Sequence[tuple[Serial, Serial]]:
        """Placeholders near each other, of one series and in different places; of one class, or of two."""
        assumed = [serial for serial in sorted(self.blanks) if self.blanks[serial].is_assumed]
        found: list[tuple[Serial, Serial]] = []
        for at, one in enumerate(assumed):
            here = self.blanks[one].place
            for other in assumed[at + 1 : at + 30]:
                there = self.blanks[other].place
                is_one = here.blank_class == there.blank_class
                if one[0] == other[0] and here != there and is_one is one_class:
                    found.append((one, other))
                    if len(found) == _PAIRS:
                        return found
        return found

    def _is_at(self, spot: Spot, series: str, number: int) -> bool:
        return (series, number) in self.blanks and self.spot(series, number) == spot


def some_place(dice: Dice) -> Place:
    """Any place of the small country."""
    return Place(*dice.pick(_SPOTS), dice.pick(CLASSES))


def other_spot(dice: Dice, but: Spot) -> Spot:
    """Any party and bucket but these."""
    return dice.pick([spot for spot in _SPOTS if spot != but])


def is_sound(blanks: Blanks) -> bool:
    """Whether these are serials at all."""
    return 1 <= blanks.lo <= blanks.hi <= HIGHEST

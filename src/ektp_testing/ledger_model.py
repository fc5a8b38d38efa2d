"""The ledger in small (buku blangko tiruan), written by hand: a dictionary from each blank to its place.

It stands beside the ledger under test and says what must be true of it. It is slow and plain on
purpose, and imports nothing of `ektp_core.ledger`, so that it cannot share its mistakes. A
placeholder is a blank nobody read (rule 10); what a paper brought in is kept by its name.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field, frozen

from ektp_core.vocabulary.bucket import Bucket
from ektp_testing.operation import Dice
from ektp_testing.protocols import Blanks, Place, Spot

Serial = tuple[str, int]

#: The small country of the machine: few enough that everything meets everything.
PARTIES = ("centre", "office/52.03", "office/52.01", "station/52.03/1")
BUCKETS = (Bucket.STOCK, Bucket.IN_TRANSIT, Bucket.WASTE_HELD, Bucket.LOST, Bucket.GOOD_HELD)
CLASSES = ("v5", "v4.8")
SERIES = ("A", "B")
LONGEST = 12
HIGHEST = 10**12


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
    highest: dict[str, int] = field(factory=dict)
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
        self.highest[blanks.series] = max(blanks.hi, self.highest.get(blanks.series, 0))
        self.taken_in += blanks.hi - blanks.lo + 1

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
        """Part of what lies in one place in a row; the book must hold something."""
        series, number = dice.pick(sorted(self.blanks))
        spot = self.spot(series, number)
        longest = 1
        while longest < LONGEST and self._is_at(spot, series, number + longest):
            longest += 1
        return Blanks(series, number, number + dice.number(1, longest) - 1)

    def spot(self, series: str, number: int) -> Spot:
        """Party and bucket of a blank of the book."""
        return self.blanks[series, number].place.spot

    def unknown_blanks(self, dice: Dice) -> Blanks:
        """Blanks that were never in the book, or are no more; mostly right behind the last."""
        if self.gone and dice.number(0, 3) == 0:
            series, number = dice.pick(self.gone)
            if (series, number) not in self.blanks:
                return Blanks(series, number, number)
        series = dice.pick(SERIES)
        lo = self.highest.get(series, 0) + 1 + (dice.number(0, 3) if dice.number(0, 2) == 0 else 0)
        return Blanks(series, lo, lo + dice.number(0, LONGEST - 1))

    def pairs(self, most: int = 50) -> Sequence[tuple[Serial, Serial]]:
        """Placeholders near each other, of one series and class, in different places; at most so many pairs."""
        assumed = [serial for serial in sorted(self.blanks) if self.blanks[serial].is_assumed]
        found: list[tuple[Serial, Serial]] = []
        for at, one in enumerate(assumed):
            for other in assumed[at + 1 : at + 30]:
                if (
                    one[0] == other[0]
                    and self.blanks[one].place != self.blanks[other].place
                    and self.may_reidentify(one, other)
                ):
                    found.append((one, other))
                    if len(found) == most:
                        return found
        return found

    def _is_at(self, spot: Spot, series: str, number: int) -> bool:
        return (series, number) in self.blanks and self.spot(series, number) == spot


def some_place(dice: Dice, blank_class: str = "") -> Place:
    """Any place of the small country."""
    return Place(dice.pick(PARTIES), dice.pick(BUCKETS), blank_class or dice.pick(CLASSES))


def other_spot(dice: Dice, but: Spot) -> Spot:
    """Any party and bucket but these."""
    spots = (Spot(party, bucket) for party in PARTIES for bucket in BUCKETS)
    return dice.pick([spot for spot in spots if spot != but])


def is_sound(blanks: Blanks) -> bool:
    """Whether these are serials at all."""
    return 1 <= blanks.lo <= blanks.hi <= HIGHEST

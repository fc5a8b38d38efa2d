"""What the book expects in a party's piles as at a cut (isi tumpukan menurut buku; rule 33).

Sums of buckets now, with the movements since the cut undone. Blanks found too many in an
earlier count are held apart in the book, and lie in the pile they were found in. Old cards
are another book, with numbers alone; they are taken as they stand now (rule 14).
"""

from collections import Counter
from collections.abc import Iterator

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.custody_rows import OldCards
from ektp_core.flow.events import GivenOut, Moved, TakenIn
from ektp_core.flow.placeholders import runs_at
from ektp_core.flow.rows import Count, Counting, FoundBlank, Holding, Tally
from ektp_core.flow.view import View
from ektp_core.ledger.count import PILE_OF, Pile
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.serial import SerialRange, SerialSet

Key = tuple[Pile, str]


@frozen
class Sums:
    """Blanks of each pile and class as at the cut, and the piles in which anything moved since."""

    expected: dict[Key, int]
    moved: frozenset[Key]


def sums_at(view: View, party: str, cut_seq: int) -> Sums:
    """The sums of a party's piles.

    Raises:
        Refused: STALE_CUT when the cut is not of this book, is before the party's last count, or cannot be told.
    """
    oldest = max(1, (view.row(Counting, party) or Counting(party)).settled_seq)
    if not oldest <= cut_seq <= view.position.seq:
        raise _stale(view, cut_seq, oldest)
    here: Counter[Key] = Counter()
    for tally in view.rows(Tally, party):
        pile = PILE_OF.get(tally.bucket)
        if pile:
            here[pile, tally.blank_class] += tally.count
        if tally.bucket is Bucket.FOUND_HELD:
            for pile in Pile:
                here[pile, tally.blank_class] += sum(map(len, found_runs(view, party, pile, tally.blank_class)))
    here[Pile.OLD_CARDS, ""] = sum(row.count for row in view.rows(OldCards, party))
    moved: set[Key] = set()
    for key, change in _since(view, party, cut_seq, oldest):
        here[key] -= change
        moved.add(key)
    return Sums({key: count for key, count in here.items() if count}, frozenset(moved))


def _since(view: View, party: str, cut_seq: int, oldest: int) -> Iterator[tuple[Key, int]]:
    for seq, event in view.moves_since(cut_seq):
        assert isinstance(event, TakenIn | Moved | GivenOut)
        if event.party == party and isinstance(event, Moved) and view.row(Count, party, event.reference):
            raise _stale(view, cut_seq, seq)  # what a count settled is never undone, or it would be settled again
        for place, change in _places(event, event.hi - event.lo + 1):
            if place[0] != party or (place[1] not in PILE_OF and place[1] is not Bucket.FOUND_HELD):
                continue
            run = view.covering(event.series, event.lo)
            if run is None or place[1] is Bucket.FOUND_HELD:
                raise _stale(view, cut_seq, oldest)  # its class is known no more, or its pile was not yet told
            yield (PILE_OF[place[1]], run.blank_class), change


def _places(event: TakenIn | Moved | GivenOut, size: int) -> Iterator[tuple[tuple[str, Bucket], int]]:
    if isinstance(event, TakenIn):
        yield (event.party, event.bucket), size
        return
    yield (event.party, event.bucket), -size
    if isinstance(event, Moved):
        yield (event.to_party, event.to_bucket), size


def _stale(view: View, cut_seq: int, oldest: int) -> Refused:
    return Refused(Refusal.STALE_CUT, {"cut": cut_seq, "oldest": oldest, "newest": view.position.seq})


def pile_runs(view: View, party: str, pile: Pile, blank_class: str) -> Iterator[Holding]:
    """The runs of a pile as the book has them now: found ones first, then bucket after bucket."""
    yield from found_runs(view, party, pile, blank_class)
    for bucket, where in PILE_OF.items():
        if where is pile:
            yield from runs_at(view, party, bucket, blank_class)


def found_runs(view: View, party: str, pile: Pile, blank_class: str) -> Iterator[Holding]:
    """Blanks held as found that lie in this pile; those nobody named a pile for are unprinted."""
    if pile is Pile.UNPRINTED:
        others = [one for other in Pile if other is not pile for one in view.rows(FoundBlank, party, other)]
        elsewhere = SerialSet([SerialRange(one.series, one.lo, one.hi) for one in others])
        for run in runs_at(view, party, Bucket.FOUND_HELD, blank_class):
            for part in SerialSet.of(SerialRange(run.series, run.lo, run.hi)) - elsewhere:
                yield run.part(part.lo, part.hi)
        return
    for one in view.rows(FoundBlank, party, pile):
        for run in view.overlapping(one.series, one.lo, one.hi):
            if run.place == (party, Bucket.FOUND_HELD, blank_class):
                yield run.part(max(run.lo, one.lo), min(run.hi, one.hi))

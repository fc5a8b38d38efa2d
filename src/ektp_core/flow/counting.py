"""The physical count (opname): piles counted blind by two people and set against the book (rule 33).

Blind means: whoever counts is not told what the book expects. So a count that differs is
refused with the names of the piles only, not by how many and not which way; who could read
the difference from a refusal would write the expected figure instead of counting again. Once
something is written beside each of these piles the count is taken as it stands, and what
differs goes to an account of its own: what is missing is lost, unexplained; what is too many
is held as found (rule 11). The accepted count shows all figures.

What was found once and is missing now is lost as what it was found among, never as a blank, and a card
that is missing is stopped and reported with the person it was made for (rule 16). The old-card book
has from then on what was counted (rule 14).

A station counts in its own book, whose pen it holds; here are counted the stores of offices,
provinces, groups and the centre. A pile that is not named counts as empty.
"""

from collections.abc import Iterator, Mapping

from attrs import evolve, field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves, serials_of
from ektp_core.flow.counting_events import Counted, SurplusFound
from ektp_core.flow.declaring import shown_run
from ektp_core.flow.events import Event, Moved, TakenIn
from ektp_core.flow.missing_cards import missed
from ektp_core.flow.opening import known_class
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.pile_sums import Key, Sums, pile_runs, sums_at
from ektp_core.flow.placeholders import assumed_at, checked_count, counted_party, is_placeholder, made, taken_from
from ektp_core.flow.rows import Count, Ranges
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.uncollected import cards_out
from ektp_core.flow.view import View
from ektp_core.ledger.count import PILE_OF, Pile, Variance, compare, serials_in
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.serial import SerialRange, SerialSet

#: The source account of what was found too many.
FOUND = "found"

#: What was held as found is lost as what lies in the pile it was found in.
_LOST_FROM: Mapping[Pile, Bucket] = {
    Pile.UNPRINTED: Bucket.LOST,
    Pile.FINISHED: Bucket.LOST_GOOD,
    Pile.WASTE: Bucket.LOST_WASTE,
}


@frozen
class PileCount:
    """One pile of one class, without its sealed boxes. Old cards have no class.

    `present`: serials listed as lying there; needed only where the count leaves open which are missing.
    """

    pile: Pile
    blank_class: str
    counted: int
    present: Ranges = ()
    explanation: str = ""


@frozen
class SealedBox:
    """A box of unprinted blanks that was not opened: its seal is whole, its label gives count or serials."""

    seal: str
    blank_class: str
    count: int
    ranges: Ranges = ()


@frozen
class CountDay:
    """Give the piles of a party as counted, as at position `cut_seq` of the hub's log."""

    party: str
    day: str
    cut_seq: int
    piles: tuple[PileCount, ...]
    boxes: tuple[SealedBox, ...]
    minutes: str


@frozen
class CountedPile:
    """A pile with its boxes in it."""

    counted: int = 0
    present: SerialSet = field(factory=SerialSet)
    explanation: str = ""


def decide_count(view: View, ask: Ask, body: CountDay) -> tuple[Event, ...]:
    """The count as it stands, and the movement of all that differs."""
    who = require(view, ask, PERMITS[Act.COUNT])
    counted_party(view, body.party)
    of_office(who, body.party)
    checked_text("minutes", body.minutes)
    checked_date(body.day, "day")
    late = paper_date_checked(view, body.party, Paper("the count", body.minutes, body.day), ask.at_ms, "day")
    if view.row(Count, body.party, body.minutes):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the count", "id": body.minutes})
    body = evolve(body, piles=tuple(_with_cards_out(view, body.party, one) for one in body.piles))
    piles = counted_piles(view, body)
    sums = sums_at(view, body.party, body.cut_seq)
    found = compared(view, body, piles, sums)
    blanks = {key: one for key, one in found.items() if key[0] is not Pile.OLD_CARDS}  # those are in another book
    numbers, kept = made(view, body.party, [one.surplus for one in blanks.values() if one.surplus])
    parts = iter(numbers)
    moved: list[Event] = []
    for key, variance in blanks.items():
        surplus = variance.extra | SerialSet([next(parts)] if variance.surplus else [])
        moved += lost_moves(view, body, key, piles[key], variance)
        moved += _found(body, key, surplus)
    lines = tuple(count_line(key, piles, sums, found.get(key, Variance())) for key in sorted(piles, key=_order))
    seals = tuple(box.seal for box in body.boxes)
    gone = missed(view, (one for one in moved if isinstance(one, Moved)), who.names, body.minutes, ask.at_ms)
    settled_seq = view.position.seq + 1 + len(moved) + len(kept) + len(late)
    counted = Counted(body.party, body.minutes, body.day, body.cut_seq, settled_seq, lines, seals, who.names)
    return (counted, *moved, *gone, *kept, *late)


def _with_cards_out(view: View, party: str, pile: PileCount) -> PileCount:
    """Cards carried out with a list lie in no drawer; the list accounts for them, so they are not missing."""
    out = cards_out(view, party, pile.blank_class) if pile.pile is Pile.FINISHED else SerialSet()
    if not out:
        return pile
    present = (*pile.present, *as_ranges(out)) if pile.present or not pile.counted else pile.present
    return evolve(pile, counted=pile.counted + len(out), present=present)


def _order(key: Key) -> tuple[str, str]:
    return key[0].value, key[1]


def count_line(
    key: Key, piles: Mapping[Key, CountedPile], sums: Sums, variance: Variance
) -> tuple[Pile, str, int, int, int, int, str]:
    """The line of a pile as a count keeps it."""
    found = len(variance.extra) + variance.surplus
    lost = len(variance.missing) + variance.short
    return (*key, piles[key].counted, sums.expected.get(key, 0), found, lost, piles[key].explanation)


# -- what people wrote --------------------------------------------------------------------------


def counted_piles(view: View, body: CountDay) -> dict[Key, CountedPile]:
    """Each pile with its sealed boxes; sound words, numbers and serials, nothing named twice."""
    found: dict[Key, CountedPile] = {}
    for one in body.piles:
        key = one.pile, one.blank_class
        if key in found:
            raise Refused(Refusal.ALREADY_KNOWN, {"what": "the pile", "id": _shown(key)})
        _sound_pile(view, body.party, one)
        found[key] = CountedPile(one.counted, serials_of(one.present), one.explanation.strip())
    for box in body.boxes:
        key = Pile.UNPRINTED, box.blank_class
        _sound_box(view, body.party, box)
        pile = found.get(key, CountedPile())
        found[key] = evolve(pile, counted=pile.counted + box.count, present=pile.present | serials_of(box.ranges))
    seals = [box.seal for box in body.boxes]
    twice = next((seal for seal in seals if seals.count(seal) > 1), None)
    if twice:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the seal", "id": twice})
    listed = [part for one in body.piles for part in one.present] + [part for box in body.boxes for part in box.ranges]
    if any(is_placeholder(part.series) for part in serials_of(listed)):
        shape = "numbers that stand for a count"
        raise Refused(Refusal.BAD_VALUE, {"field": "present", "shape": shape, "expected": "printed serials"})
    return found


def _sound_pile(view: View, party: str, one: PileCount) -> None:
    checked_count(one.counted, "counted")
    if one.explanation:
        checked_text("explanation", one.explanation)
    if one.pile is Pile.OLD_CARDS:
        if one.blank_class or one.present:
            expected = "a count alone"
            raise Refused(Refusal.BAD_VALUE, {"field": "piles", "shape": "old cards by class", "expected": expected})
        return
    known_class(view, party, one.blank_class)
    listed = len(serials_of(one.present))
    if listed > one.counted:
        shape, expected = f"{one.counted}, less than listed", f"{listed} or more"
        raise Refused(Refusal.BAD_VALUE, {"field": "counted", "shape": shape, "expected": expected})


def _sound_box(view: View, party: str, box: SealedBox) -> None:
    checked_text("seal", box.seal)
    checked_count(box.count, "count", 1)
    known_class(view, party, box.blank_class)
    size = len(serials_of(box.ranges))
    if size not in (0, box.count):
        shape = f"{size} serials, {box.count} blanks"
        raise Refused(Refusal.BAD_VALUE, {"field": "count", "shape": shape, "expected": "as many blanks as serials"})


# -- how it differs -----------------------------------------------------------------------------


def compared(view: View, body: CountDay, piles: dict[Key, CountedPile], sums: Sums) -> dict[Key, Variance]:
    """The piles that differ; every one of them must be explained. Unnamed piles are added as empty."""
    found: dict[Key, Variance] = {}
    for key in sorted({*piles, *sums.expected}, key=_order):
        pile = piles.setdefault(key, CountedPile())
        if pile.present and key in sums.moved:
            raise Refused(
                Refusal.STALE_CUT, {"cut": body.cut_seq, "oldest": view.position.seq, "newest": view.position.seq}
            )
        runs = () if key in sums.moved else pile_runs(view, body.party, *key)
        variance = compare(pile.counted, sums.expected.get(key, 0), pile.present, runs)
        if variance:
            found[key] = variance
    unexplained = tuple(_shown(key) for key in found if not piles[key].explanation)
    if unexplained:
        raise Refused(Refusal.COUNT_UNEXPLAINED, {"party": body.party, "pile": unexplained})
    _not_elsewhere(view, found)
    return found


def _shown(key: Key) -> str:
    pile, blank_class = key
    return f"{pile.value}, blanks of class {blank_class}" if blank_class else pile.value


def _not_elsewhere(view: View, found: Mapping[Key, Variance]) -> None:
    """What is there and not in this pile of the book must be unknown to it; else a movement is missing."""
    runs = [
        run.part(max(run.lo, part.lo), min(run.hi, part.hi))
        for variance in found.values()
        for part in variance.extra
        for run in view.overlapping(part.series, part.lo, part.hi)
    ]
    if runs:
        raise Refused(Refusal.HELD_ELSEWHERE, {"found": tuple(map(shown_run, runs[:20]))})


# -- where it goes ------------------------------------------------------------------------------


def lost_moves(view: View, body: CountDay, key: Key, pile: CountedPile, variance: Variance) -> Iterator[Event]:
    """What is missing, each blank to the account of the lost of its condition."""
    short = variance.short
    for bucket in (Bucket.FOUND_HELD, *(bucket for bucket, where in PILE_OF.items() if where is key[0])):
        if not short and not variance.missing:
            return
        own = serials_in(run for run in pile_runs(view, body.party, *key) if run.bucket is bucket)
        unread = assumed_at(view, body.party, bucket, key[1], pile.present) if short else iter(())
        chosen = taken_from((part for one in unread for part in own & SerialSet.of(one)), short)
        short -= len(chosen)
        gone = (variance.missing & own) | chosen
        lost = _LOST_FROM[key[0]] if bucket is Bucket.FOUND_HELD else bucket.lost
        yield from moves(view, gone, (body.party, bucket), (body.party, lost), body.minutes)
    if short:
        raise Refused(Refusal.SERIALS_NEEDED, {"party": body.party, "pile": (_shown(key),)})


def _found(body: CountDay, key: Key, surplus: SerialSet) -> Iterator[Event]:
    for part in surplus:
        yield from found_events(body.party, key, part, body.minutes, body.day)


def found_events(party: str, key: Key, part: SerialRange, minutes: str, day: str) -> Iterator[Event]:
    """Blanks that the book did not know come in, held apart, with the pile they were found in."""
    assumed = is_placeholder(part.series)
    yield TakenIn(part.series, part.lo, part.hi, party, Bucket.FOUND_HELD, key[1], FOUND, minutes, day, assumed=assumed)
    yield SurplusFound(party, key[0], part.series, part.lo, part.hi, minutes)

"""The close of a station's day (tutup buku harian): what lies at the station is counted blind, by two people (rule 33).

A count begins with a mark in the station's book: from there on no card and no test is begun. When the
machines stand still people count, as at that position of the log; a verdict given later is undone in the
sums, for its card was counted in the machine. They are not told what the book expects; a count that differs is
refused with the names of the piles only, until something is written beside each; each refused count leaves a mark.

The station holds the pen of its unprinted blanks: a missing one is moved to the lost in the same commit, by
its serial; where no serial can be read, the last blanks of the run stand for it. Finished cards, waste and
void cards are the hub's: what was counted of them is a fact, and the hub books what differs from its own
book (`ektp_core.flow.closing_day_booking`). Old cards stand in the office's book; their count is noted.

A closed day never changes (rule 38). No card is begun on it any more, unless two people open it again with
a reason; then it is closed once more, and both closes stand. All of this works without the hub.
"""

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import runs_of
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.closing_day_events import BookClosed, DayMark, DayMarked, ExtraRanges, PileRanges, Places
from ektp_core.flow.counting import (
    CountDay,
    CountedPile,
    PileCount,
    SealedBox,
    compared,
    count_line,
    counted_piles,
    lost_moves,
)
from ektp_core.flow.events import Event, Moved
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.pile_sums import Key, sums_at
from ektp_core.flow.placeholders import checked_count
from ektp_core.flow.rows import Bound, Ranges, StationDay, Tally
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.ledger.count import Pile, Variance
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.dates import checked_date, days_between
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.serial import SerialRange, SerialSet

#: What the hub writes beside its own movements; no paper is called so.
HUBS_WORDS = frozenset({"dispute"})

#: Why a printer with a test card in it cannot be counted as empty, and what people do.
TEST_IN_IT = (
    "its test card has not ended; if it does not come back, say so with `ektp station doubt-test`,"
    " and two people close the blank"
)

#: No older day is closed: whoever was away longer closes the day he comes back.
OLDEST_DAYS = 31

#: Where unprinted blanks lie at a station; each place is counted by itself, and the pile is their sum.
PLACES = ("safe", "hopper", "machine")


@frozen
class StationPile:
    """One pile as counted, of one class; old cards have none.

    Attributes:
        place: of unprinted blanks: safe, hopper or machine.
        present: serials listed as lying there.
        unread: the blanks bear no serial people can read; the last of the run stand for missing ones.
    """

    pile: Pile
    blank_class: str
    counted: int
    place: str = ""
    present: Ranges = ()
    explanation: str = ""
    unread: bool = False


@frozen
class MarkDay:
    """Begin or give up a count of a station, or open its closed day again; `why` for the last two."""

    mark: DayMark
    day: str
    why: str = ""


@frozen
class CloseDay:
    """Close a station's day with its piles as counted; `cut_seq`: the position when all machines stood still."""

    day: str
    cut_seq: int
    piles: tuple[StationPile, ...]
    boxes: tuple[SealedBox, ...]
    minutes: str


@frozen
class NoteDiffering:
    """Note that this count was refused because it differs; asked for beside each count, in the same commit."""

    close: CloseDay


#: A count that is refused so tells whoever sent it that a figure is not the book's.
DIFFERS = frozenset({Refusal.COUNT_UNEXPLAINED, Refusal.SERIALS_NEEDED, Refusal.HELD_ELSEWHERE})


def page_of(view: View, station: str) -> StationDay:
    """Where a station stands: last close, count under way."""
    return view.row(StationDay, station, 0) or StationDay(station, 0)


def rests(view: View, station: str, at_ms: int) -> str:
    """Why no card is begun at a station because of its day: it is being counted, or closed; empty when it may."""
    page = page_of(view, station)
    if page.cut_seq:
        return "the blanks are being counted"
    if page.day and page.day == date_of(at_ms, PartyId(station).home.value):
        return "the day is closed"
    return ""


def refuse_resting(view: View, station: str, printer: str, at_ms: int) -> None:
    """Refuse to begin a card between count and close, and on a closed day.

    Raises:
        Refused: PRINTER_CLOSED.
    """
    why = rests(view, station, at_ms)
    if why:
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": printer, "why": why})


# -- marks ------------------------------------------------------------------------------------


def decide_mark(view: View, ask: Ask, body: MarkDay, owner: str) -> tuple[Event, ...]:
    """A count begins or is given up by one person; two open a closed day again."""
    act = Act.REOPEN_DAY if body.mark is DayMark.REOPENED else Act.BEGIN_COUNT
    who = require(view, ask, PERMITS[act])
    home = PartyId(owner).home.value
    of_office(who, home)
    _sound_day(view, body.day, owner, ask.at_ms)
    page = page_of(view, owner)
    if body.mark is not DayMark.COUNT_BEGUN:
        checked_text("why", body.why)
    cut = 0
    match body.mark:
        case DayMark.COUNT_BEGUN:
            if page.cut_seq:
                raise Refused(Refusal.ALREADY_KNOWN, {"what": "the count", "id": body.day})
            _not_closed(page, body.day)
            cut = view.position.seq
        case DayMark.COUNT_GIVEN_UP if not page.cut_seq:
            raise _bad("mark", "no count was begun", "a count that is under way")
        case DayMark.DIFFERED:
            raise _bad("mark", "the station's own word", "count-begun, count-given-up or reopened")
        case DayMark.REOPENED if page.day != body.day or body.day != _this_day(owner, ask.at_ms):
            raise _bad("day", "not closed, or over", "this very day, once it is closed")
    return (DayMarked(owner, body.mark, body.day, cut, who.names, body.why),)


def decide_note_differing(view: View, ask: Ask, body: NoteDiffering, owner: str) -> tuple[Event, ...]:
    """A trace of a refused count: nobody finds the book's figure by trying, unseen.

    Raises:
        Refused: whatever else the count is refused with; ALREADY_KNOWN where it was not refused.
    """
    try:
        decide_close_day(view, ask, body.close, owner)
    except Refused as refused:
        if refused.refusal not in DIFFERS:
            raise
        names = require(view, ask, PERMITS[Act.COUNT]).names
        cut = page_of(view, owner).cut_seq
        return (DayMarked(owner, DayMark.DIFFERED, body.close.day, cut, names, refused.refusal.value),)
    raise Refused(Refusal.ALREADY_KNOWN, {"what": "the count", "id": body.close.day})


def _sound_day(view: View, day: str, owner: str, at_ms: int) -> None:
    """The day has come, and none after it was closed (rule 38)."""
    this_day = _this_day(owner, at_ms)
    if checked_date(day, "day") > this_day:
        raise _bad("day", "in the future", f"a date up to {this_day}")
    if days_between(day, this_day) > OLDEST_DAYS:
        raise _bad("day", f"more than {OLDEST_DAYS} days ago", f"a date of the last {OLDEST_DAYS} days")
    last = view.row(StationDay, owner, page_of(view, owner).last)
    if last and day < last.day:
        raise _bad("day", "before the last closed day", f"{last.day} or later")


def _this_day(owner: str, at_ms: int) -> str:
    return date_of(at_ms, PartyId(owner).home.value)


def _not_closed(page: StationDay, day: str) -> None:
    if page.day == day:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the close of the day", "id": day})


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})


# -- the close --------------------------------------------------------------------------------


def decide_close_day(view: View, ask: Ask, body: CloseDay, owner: str) -> tuple[Event, ...]:
    """The count as it stands; missing unprinted blanks are moved, everything else is a fact for the hub."""
    who = require(view, ask, PERMITS[Act.COUNT])
    of_office(who, PartyId(owner).home.value)
    if checked_text("minutes", body.minutes) in HUBS_WORDS:
        raise _bad("minutes", "a word of the hub", "number of the minutes")
    page = page_of(view, owner)
    _sound_day(view, body.day, owner, ask.at_ms)
    _not_closed(page, body.day)
    if not page.cut_seq:
        raise _bad("cut_seq", "no count was begun", "a count that is under way")
    if body.cut_seq < page.cut_seq:
        facts = {"cut": body.cut_seq, "oldest": page.cut_seq, "newest": view.position.seq}
        raise Refused(Refusal.STALE_CUT, facts)
    last = view.row(StationDay, owner, page.last)
    if last and last.minutes == body.minutes:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the count", "id": body.minutes})
    count = CountDay(owner, body.day, body.cut_seq, _merged(body.piles), body.boxes, body.minutes)
    piles = counted_piles(view, count)
    old_cards = {key: piles.pop(key) for key in list(piles) if key[0] is Pile.OLD_CARDS}
    sums = sums_at(view, owner, body.cut_seq)
    found = compared(view, count, piles, sums)
    found, by_run = _named_by_run(view, owner, body, piles, found)
    moved, missing = _gone(view, count, piles, found)
    lines = tuple(count_line(key, piles, sums, found.get(key, Variance())) for key in sorted(piles, key=str))
    lines += tuple((*key, one.counted, 0, 0, 0, one.explanation) for key, one in old_cards.items())
    extra: ExtraRanges = tuple(
        (*key, part.series, part.lo, part.hi) for key, variance in found.items() for part in variance.extra
    )
    suspects = sum(tally.count for tally in view.rows(Tally, owner, Bucket.SUSPECT))
    seals = tuple(box.seal for box in body.boxes)
    closed = BookClosed(
        owner, page.last + 1, body.day, body.minutes, body.cut_seq, lines, _places(body), missing, extra, by_run,
        suspects, seals, who.names,
    )  # fmt: skip
    return (closed, *moved)


def _merged(piles: tuple[StationPile, ...]) -> tuple[PileCount, ...]:
    """Safe, hopper and machine are one pile; each place is counted once."""
    named: set[tuple[Pile, str, str]] = set()
    whole: dict[Key, PileCount] = {}
    for one in piles:
        place = one.pile, one.blank_class, one.place
        if place in named:
            what = f"{one.pile.value} {one.place}".strip()
            raise Refused(Refusal.ALREADY_KNOWN, {"what": "the pile", "id": what})
        named.add(place)
        if (one.pile is Pile.UNPRINTED) is not (one.place in PLACES):
            raise _bad("place", f"{len(one.place)} characters", "safe, hopper or machine, for unprinted blanks alone")
        checked_count(one.counted, "counted")
        key = one.pile, one.blank_class
        before = whole.get(key, PileCount(*key, 0))
        words = before.explanation or one.explanation
        whole[key] = PileCount(*key, before.counted + one.counted, (*before.present, *one.present), words)
    return tuple(whole.values())


def _places(body: CloseDay) -> Places:
    return tuple((one.blank_class, one.place, one.counted) for one in body.piles if one.pile is Pile.UNPRINTED)


def _named_by_run(
    view: View, owner: str, body: CloseDay, piles: Mapping[Key, CountedPile], found: Mapping[Key, Variance]
) -> tuple[dict[Key, Variance], tuple[str, ...]]:
    """Where nobody can read a serial, the last blanks of the run stand for the missing ones (rule 7 exchanges them)."""
    unread = {one.blank_class for one in body.piles if one.pile is Pile.UNPRINTED and one.unread}
    known = dict(found)
    by_run: list[str] = []
    for blank_class in sorted(unread):
        key = Pile.UNPRINTED, blank_class
        short = found[key].short if key in found else 0
        if short:
            chosen = _last_blanks(view, owner, blank_class, short, piles[key].present)
            known[key] = evolve(found[key], missing=found[key].missing | chosen, short=short - len(chosen))
            by_run.append(blank_class)
    return known, tuple(by_run)


def _last_blanks(view: View, owner: str, blank_class: str, count: int, but: SerialSet) -> SerialSet:
    chosen: list[SerialRange] = []
    for run in reversed(list(runs_of(view, owner, Bucket.STOCK, blank_class))):
        for part in reversed((SerialSet.of(SerialRange(run.series, run.lo, run.hi)) - but).ranges):
            size = min(count, len(part))
            if size:
                chosen.append(SerialRange(part.series, part.hi - size + 1, part.hi))
                count -= size
    return SerialSet(chosen)


def _gone(
    view: View, count: CountDay, piles: Mapping[Key, CountedPile], found: Mapping[Key, Variance]
) -> tuple[tuple[Moved, ...], PileRanges]:
    """Movements of missing unprinted blanks, and the serials missing of every pile."""
    moved: list[Moved] = []
    missing: list[tuple[Pile, str, int, int]] = []
    for key in sorted(found, key=str):
        for one in _lost(view, count, key, piles[key], found[key]):
            missing.append((key[0], one.series, one.lo, one.hi))
            if key[0] is Pile.UNPRINTED:
                moved.append(one)
    return tuple(moved), tuple(missing)


def _lost(view: View, count: CountDay, key: Key, pile: CountedPile, variance: Variance) -> Iterator[Moved]:
    """Where the missing ones were; a blank in a machine belongs to a card, which is closed first."""
    if key[0] is Pile.UNPRINTED and variance.missing:
        # Those named by run lie in stock; the others may be anywhere in the pile.
        here = SerialSet(
            SerialRange(run.series, run.lo, run.hi) for run in runs_of(view, count.party, Bucket.IN_MACHINE, key[1])
        )
        for part in variance.missing & here:
            bound = view.row(Bound, part.series, part.lo)
            _no_test_of(view, count.party, part.series, part.lo)
            record, n = (bound.record, bound.n) if bound else ("?", 0)
            serial = f"{part.series} {part.lo}"
            raise Refused(Refusal.HELD_BY_RECORD, {"record": record, "n": n, "serial": serial})
    for event in lost_moves(view, count, key, pile, variance):
        if isinstance(event, Moved):
            if event.bucket is Bucket.IN_MACHINE:
                raise Refused(Refusal.SERIALS_NEEDED, {"party": count.party, "pile": (key[0].value,)})
            yield event


def _no_test_of(view: View, station: str, series: str, number: int) -> None:
    """A blank of a test card waits for its printer, or for the word that the printer does not come back."""
    for one in view.rows(Testing, station):
        if one.state is TestState.BEGUN and (one.series, one.number) == (series, number):
            facts = {"printer": one.printer, "why": TEST_IN_IT, "serial": f"{series} {number}"}
            raise Refused(Refusal.PRINTER_CLOSED, facts)


def moved_for_close(view: View, closed: BookClosed, event: Moved) -> bool:
    """Whether this movement takes missing unprinted blanks of this close, and no others, to the lost."""
    named = SerialSet(SerialRange(s, lo, hi) for pile, s, lo, hi in closed.missing if pile is Pile.UNPRINTED)
    taken = SerialSet.of(SerialRange(event.series, event.lo, event.hi))
    ways = (event.bucket, event.to_bucket, event.reference) == (Bucket.STOCK, Bucket.LOST, closed.minutes)
    return ways and not taken - named and closed.minutes not in HUBS_WORDS

"""The hub books what a station's count says of the hub's rows (pembukuan selisih; rule 33).

Finished cards, waste and void cards at a station are under the hub's pen, and the station's copy may be
older: cards may have been taken to the store by a paper the station has not heard of. So a serial the count
misses is lost only if the hub's own book still has it there; a lost card is stopped and reported with its
person (rule 16). A serial that lay there and no book knows is held as found at the home office (rule 11); one that
the book has elsewhere is not touched, and shown until people have looked into it. What was counted too many
without a serial moves nothing. The two people who signed the count are the same that an office's own count needs.

A close that was counted again the same day is booked as the later one has it. A close that meets a fault here is
left to people: all it names is shown, and nothing moves.
"""

from collections.abc import Iterator

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.closing_day import HUBS_WORDS, OLDEST_DAYS
from ektp_core.flow.closing_day_events import BookClosed, DayMark, DayMarked, PileRanges, VarianceBooked
from ektp_core.flow.counting import found_events
from ektp_core.flow.events import CardRevoked, Event, FeedQueued, Moved, Stepped
from ektp_core.flow.missing_cards import missed
from ektp_core.flow.opening import known_class
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.placeholders import MOST, no_placeholders
from ektp_core.flow.rows import Lock, Officer, StationDay
from ektp_core.flow.signers import require
from ektp_core.flow.view import View
from ektp_core.ledger.count import PILE_OF, Pile
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.dates import checked_date, days_between
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.serial import SerialRange, SerialSet, disjoint_union


@frozen
class BookVariance:
    """Book what a station's close says of the hub's rows; the hub asks it of itself, close after close.

    `left_to_people`: booking it met a fault; move nothing and show all it names, so that later closes are booked.
    """

    station: str
    number: int
    left_to_people: bool = False


@frozen
class _Sorted:
    """What became of the serials a close names."""

    lost: list[tuple[Pile, Holding]] = field(factory=list)
    explained: list[tuple[Pile, str, int, int]] = field(factory=list)
    found: list[tuple[Pile, str, SerialRange]] = field(factory=list)
    elsewhere: list[tuple[Pile, str, int, int]] = field(factory=list)


def decide_book_variance(view: View, ask: Ask, body: BookVariance) -> tuple[Event, ...]:
    """Movements of what is lost and found, word to the station, and the note that this close is booked."""
    require(view, ask, PERMITS[Act.BOOK_VARIANCE])
    page = view.row(StationDay, body.station, 0) or StationDay(body.station, 0)
    close = view.row(StationDay, body.station, body.number)
    if close is None or body.number != page.booked + 1:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the close of the day", "id": f"{body.station} {body.number}"})
    found = _unbooked(close) if body.left_to_people else _sorted(view, close)
    home = PartyId(body.station).home.value
    moved = [
        Moved(run.series, run.lo, run.hi, run.party, run.bucket, run.party, run.bucket.lost, close.minutes)
        for _, run in found.lost
    ]
    gone = missed(view, moved, close.by, close.minutes, ask.at_ms)
    elsewhere_told = [one for one in gone if isinstance(one, FeedQueued) and one.station != body.station]
    follows = [one for one in gone if not isinstance(one, FeedQueued)]
    came = [
        event
        for pile, blank_class, part in found.found
        for event in found_events(home, (pile, blank_class), part, close.minutes, close.day)
    ]
    lost = tuple((pile, run.series, run.lo, run.hi) for pile, run in found.lost)
    new = tuple((pile, part.series, part.lo, part.hi) for pile, _, part in found.found)
    booked = VarianceBooked(
        body.station, body.number, lost, new, tuple(found.explained), tuple(found.elsewhere), _surplus(close)
    )
    return (*moved, *follows, *came, *_told(view, body.station, [*moved, *follows], ask.at_ms), *elsewhere_told, booked)


def _sorted(view: View, close: StationDay) -> _Sorted:
    found = _Sorted()
    seen = SerialSet()  # a serial that is named twice is booked once
    again = _amended(view, close)
    for pile, series, lo, hi in close.missing:
        if pile is Pile.UNPRINTED:  # those the station moved itself
            continue
        for part in SerialSet.of(SerialRange(series, lo, hi)) - seen:
            _missing(view, close.station, pile, part, found, again)
        seen |= SerialSet.of(SerialRange(series, lo, hi))
    seen = SerialSet()
    for pile, blank_class, series, lo, hi in close.extra:
        for part in SerialSet.of(SerialRange(series, lo, hi)) - seen:
            _extra(view, close.station, pile, blank_class, part, found)
        seen |= SerialSet.of(SerialRange(series, lo, hi))
    return found


def _amended(view: View, close: StationDay) -> SerialSet | None:
    """What the last count of that same day misses; None when no later one of the day has been absorbed.

    The day was opened again and counted once more: what lay there then is not lost.
    """
    last = (view.row(StationDay, close.station, 0) or close).last
    for number in range(last, close.number, -1):
        later = view.row(StationDay, close.station, number)
        if later and later.day == close.day:
            return SerialSet(SerialRange(series, lo, hi) for _, series, lo, hi in later.missing)
    return None


def _unbooked(close: StationDay) -> _Sorted:
    """Nothing is moved; what the close names is shown until people have looked into it."""
    named: PileRanges = (*close.missing, *((pile, series, lo, hi) for pile, _, series, lo, hi in close.extra))
    return _Sorted(elsewhere=[one for one in named if one[0] is not Pile.UNPRINTED or one not in close.missing])


def _missing(  # noqa: PLR0917  # a serial, where it should lie, and what a later count says
    view: View, station: str, pile: Pile, part: SerialRange, found: _Sorted, again: SerialSet | None
) -> None:
    rest = SerialSet.of(part)
    for run in view.overlapping(part.series, part.lo, part.hi):
        here = run.part(max(run.lo, part.lo), min(run.hi, part.hi))
        if here.party == station and PILE_OF.get(here.bucket) is pile:
            gone = SerialSet.of(SerialRange(here.series, here.lo, here.hi))
            gone = gone if again is None else gone & again
            found.lost.extend((pile, here.part(one.lo, one.hi)) for one in gone)
            rest -= gone
    found.explained.extend((pile, one.series, one.lo, one.hi) for one in rest)


def _extra(view: View, station: str, pile: Pile, blank_class: str, part: SerialRange, found: _Sorted) -> None:  # noqa: PLR0917  # a serial and where it lay
    rest = SerialSet.of(part)
    for run in view.overlapping(part.series, part.lo, part.hi):
        here = run.part(max(run.lo, part.lo), min(run.hi, part.hi))
        rest = rest - SerialSet.of(SerialRange(here.series, here.lo, here.hi))
        if here.party != station or PILE_OF.get(here.bucket) is not pile:
            found.elsewhere.append((pile, here.series, here.lo, here.hi))
    found.found.extend((pile, blank_class, one) for one in rest)


def _surplus(close: StationDay) -> int:
    """What was counted too many and bears no serial that was written."""
    too_many = sum(line[4] for line in close.lines)
    return max(0, too_many - sum(hi - lo + 1 for _, _, _, lo, hi in close.extra))


def _told(view: View, station: str, done: list[Event], at_ms: int) -> Iterator[Event]:
    """The station's copy follows by its feed; of the locks only those that were its own."""
    told = [one for one in done if isinstance(one, Moved | CardRevoked) or _is_of(view, station, one)]
    if told:
        yield feed.queued(view, station, feed.SETTLED, told, at_ms)


def _is_of(view: View, station: str, event: Event) -> bool:
    lock = view.row(Lock, event.record) if isinstance(event, Stepped) else None
    return lock is not None and lock.station == station


# -- facts of a station -----------------------------------------------------------------------


def objection_to_mark(view: View, station: str, commit_ms: int, event: DayMarked) -> Objection | None:
    """What is held against a mark: it is of the station itself and of these days, and people made it."""
    if event.station != station:
        return Objection.WRONG_STATION
    people = 2 if event.mark is DayMark.REOPENED else 1
    sound = _is_near(event.day, station, commit_ms) and _are_people(view, event.by, people)
    return None if sound else Objection.NO_SUCH_STEP


def objection_to_close(view: View, station: str, commit_ms: int, event: BookClosed) -> Objection | None:
    """What is held against a close: it is of the station itself and of these days, by two people, and it can be booked.

    A serial stands in it once, a class is known, and what is there too many was counted.

    Raises:
        Refused: for what is no serial, class or text at all, which the caller takes for no step.
    """
    if event.station != station:
        return Objection.WRONG_STATION
    if checked_text("minutes", event.minutes) in HUBS_WORDS:
        return Objection.NO_SUCH_STEP
    extra = [SerialRange(*one[2:]) for one in event.extra]
    disjoint_union([*(SerialRange(*one[1:]) for one in event.missing), *extra])
    no_placeholders(SerialSet(extra), "extra")
    for blank_class in {one[1] for one in event.extra}:
        known_class(view, station, blank_class)
    named = {one[0] for one in (*event.missing, *event.extra)}
    sound = Pile.OLD_CARDS not in named and _was_counted(event) and _is_near(event.day, station, commit_ms)
    return None if sound and _are_people(view, event.by, 2) else Objection.NO_SUCH_STEP


def _was_counted(event: BookClosed) -> bool:
    """Whether as many lay there, and no fewer than nothing, as are named by their serials."""
    counted = {(line[0], line[1]): line[2] for line in event.lines}
    for pile, blank_class, series, lo, hi in event.extra:
        key = pile, blank_class
        counted[key] = counted.get(key, 0) - len(SerialRange(series, lo, hi))
    return all(0 <= count <= MOST for count in counted.values()) and all(line[4] >= 0 for line in event.lines)


def _is_near(day: str, station: str, commit_ms: int) -> bool:
    """Whether a day is one that could be closed when the commit was sealed; a day more for midnight and slow clocks."""
    past = days_between(checked_date(day, "day"), date_of(commit_ms, PartyId(station).home.value))
    return -1 <= past <= OLDEST_DAYS + 1


def _are_people(view: View, names: tuple[str, ...], count: int) -> bool:
    return len(set(names)) >= count and all(view.row(Officer, name) for name in names)

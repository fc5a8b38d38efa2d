"""The hub books what a station's count says of the hub's rows (pembukuan selisih; rule 33).

Finished cards, waste and void cards at a station are under the hub's pen, and the station's copy may be
older: cards may have been taken to the store by a paper the station has not heard of. So a serial the count
misses is lost only if the hub's own book still has it there; a lost card is stopped and reported with its
person (rule 16). A serial that lay there and no book knows is held as found at the home office (rule 11); one that
the book has elsewhere is not touched, and shown until people have looked into it. What was counted too many
without a serial moves nothing. The two people who signed the count are the same that an office's own count needs.
"""

from collections.abc import Iterator

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.closing_day_events import BookClosed, DayMark, DayMarked, VarianceBooked
from ektp_core.flow.counting import found_events
from ektp_core.flow.events import CardRevoked, Event, FeedQueued, Moved, Stepped
from ektp_core.flow.missing_cards import missed
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Lock, Officer, StationDay
from ektp_core.flow.signers import require
from ektp_core.flow.view import View
from ektp_core.ledger.count import PILE_OF, Pile
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.serial import SerialRange, SerialSet


@frozen
class BookVariance:
    """Book what a station's close says of the hub's rows; the hub asks it of itself, close after close."""

    station: str
    number: int


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
    found = _sorted(view, close)
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
    for pile, series, lo, hi in close.missing:
        if pile is not Pile.UNPRINTED:  # those the station moved itself
            _missing(view, close.station, pile, SerialRange(series, lo, hi), found)
    for pile, blank_class, series, lo, hi in close.extra:
        _extra(view, close.station, pile, blank_class, SerialRange(series, lo, hi), found)
    return found


def _missing(view: View, station: str, pile: Pile, part: SerialRange, found: _Sorted) -> None:
    rest = SerialSet.of(part)
    for run in view.overlapping(part.series, part.lo, part.hi):
        here = run.part(max(run.lo, part.lo), min(run.hi, part.hi))
        if here.party == station and PILE_OF.get(here.bucket) is pile:
            found.lost.append((pile, here))
            rest = rest - SerialSet.of(SerialRange(here.series, here.lo, here.hi))
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


def objection_to_mark(view: View, station: str, event: DayMarked) -> Objection | None:
    """What is held against a mark: it is of the station itself, and people made it."""
    if event.station != station:
        return Objection.WRONG_STATION
    people = 2 if event.mark is DayMark.REOPENED else 1
    return None if _are_people(view, event.by, people) else Objection.NO_SUCH_STEP


def objection_to_close(view: View, station: str, event: BookClosed) -> Objection | None:
    """What is held against a close: it is of the station itself, by two people, and its ranges are serials."""
    if event.station != station:
        return Objection.WRONG_STATION
    for _, series, lo, hi in (*event.missing, *((one[0], *one[2:]) for one in event.extra)):
        SerialRange(series, lo, hi)  # what is no serial is no step at all
    return None if _are_people(view, event.by, 2) else Objection.NO_SUCH_STEP


def _are_people(view: View, names: tuple[str, ...], count: int) -> bool:
    return len(set(names)) >= count and all(view.row(Officer, name) for name in names)

"""The daily report's columns as the book has them (laporan harian menurut buku): rule 32, filled by itself.

*Where the day comes from.* The fold knows no time, and none is given to it: an event says what
happened, the seal of its commit says when it was recorded (rule 38). So no row counts days.
Whoever wants the columns hands in the commits from the first day asked for up to the last
sealed one, each with the time of its seal; each event falls on the local day of its office. No
event costs more for it, nothing is stored twice, and the cost of a board is what happened since
that day, not the length of history. A card printed in the evening and sent to the centre the
next morning stands in the day it was recorded at the centre, as balances do.

*Why it adds up.* Blanks are counted out of the movements themselves, and every bucket of an
office's book stands for one column, so that what came equals what became of it, to the blank.
What is there at the end of a day is what is there now less what moved since. Serials that are read in
place of a count are no arrival and no departure, and stand in no column.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import frozen

from ektp_core.daily.columns import PRINTED
from ektp_core.daily.identity import BECAME, CAME
from ektp_core.flow.counting_events import Reidentified
from ektp_core.flow.events import Entered, Event, GivenOut, Moved, Stepped, TakenIn
from ektp_core.flow.office_events import SuketRegistered
from ektp_core.flow.office_stock import is_own
from ektp_core.flow.rows import Attempt, Consignment, Record, Tally
from ektp_core.flow.suket import letters_of
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import IN_TRANSIT, LOST, Bucket
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.party import PartyId, PartyKind, is_station
from ektp_core.vocabulary.prr import Reason
from ektp_core.vocabulary.state import LockEvent

#: Columns that say how much there is, not how much of it happened that day.
STANDING = ("remaining", "in_transit", "suspect")

_COLUMN: Mapping[Bucket, str] = {
    Bucket.STOCK: "remaining",
    Bucket.RESERVED: "remaining",
    Bucket.IN_MACHINE: "remaining",
    Bucket.FOUND_HELD: "remaining",
    Bucket.IN_TRANSIT: "in_transit",  # on the road to a station: inside the office
    Bucket.SUSPECT: "suspect",
    Bucket.GOOD_HELD: "good",
    Bucket.HANDED_OVER: "good",
    Bucket.VOID_HELD: "good",  # it came out good (rule 16)
    Bucket.IN_TRANSIT_GOOD: "good",
    Bucket.IN_TRANSIT_VOID: "good",
    Bucket.USED_DECLARED: "good",
    Bucket.WASTE_HELD: "spoiled",
    Bucket.IN_TRANSIT_WASTE: "spoiled",
    Bucket.DESTROYED: "spoiled",
    **dict.fromkeys(LOST, "lost"),
}
_PRINTED: Mapping[Reason, str] = {
    Reason.FIRST: "printed_first",
    Reason.LOST: "printed_lost",
    Reason.DAMAGED: "printed_damaged",
    Reason.DATA_CHANGE: "printed_changed",
    Reason.MOVED: "printed_moved",
    Reason.RECORDING_ERROR: "printed_error",
}
_GOOD = frozenset({LockEvent.VERDICT_GOOD, LockEvent.SETTLE_GOOD})
#: Accounts that blanks come from without anybody having sent them (rules 9 and 11).
_SOURCES: Mapping[str, str] = {"opening": "first_count", "found": "found"}

#: Columns that the book knows; the others are what only the office can say.
KNOWN: tuple[str, ...] = ("prr", "suket_today", *PRINTED, *CAME, *BECAME)

#: (office, column, by how much)
Change = tuple[str, str, int]


@frozen
class DayBook:
    """What happened in every office on the days read, and what each has now. Made by `day_book`."""

    changes: Mapping[tuple[str, str], Mapping[str, int]]
    standing: Mapping[str, Mapping[str, int]]

    def columns(self, office: str, date: str) -> dict[str, int]:
        """The columns of an office's day; columns nobody here can know are not in it.

        A good card that went bad or was lost later takes itself out of `good` on that later day, so
        `good` may be less than the cards printed, even below nought; the sum is right all the same.
        """
        own = self.changes.get((office, date), {})
        later = [changes for (who, day), changes in self.changes.items() if who == office and day > date]
        found = {**dict.fromkeys(KNOWN, 0), **own}
        for column in STANDING:
            is_now = self.standing.get(office, {}).get(column, 0)
            found[column] = is_now - sum(changes.get(column, 0) for changes in later)
        found["opening"] = sum(found[column] - own.get(column, 0) for column in STANDING)
        return found


def day_book(view: View, commits: Iterable[tuple[int, Iterable[Event]]]) -> DayBook:
    """Read commits, each the time of its seal (milliseconds UTC) and its events, up to the last sealed one.

    `view` is the book after them. They may begin anywhere in the first local day that is asked for
    later, or before it; `first_commit` finds the place.
    """
    changes: dict[tuple[str, str], Counter[str]] = {}
    for at_ms, commit in commits:
        events = tuple(commit)
        readings = tuple(event for event in events if isinstance(event, Reidentified))
        for event in events:
            if any(_is_of(reading, event) for reading in readings):
                continue
            for office, column, by in _changes(view, event):
                changes.setdefault((office, date_of(at_ms, office)), Counter())[column] += by
    return DayBook(changes, _now(view))


def _is_of(reading: Reidentified, event: Event) -> bool:
    """Whether a movement only puts serials that were read in place of a count: nothing came, went or was used by it.

    Every place has as many blanks after a reading as before it (rule 10).
    """
    if not isinstance(event, Moved | TakenIn | GivenOut):
        return False
    named = (reading.party, reading.bucket)
    ends = {(event.party, event.bucket)}
    if isinstance(event, Moved):
        ends.add((event.to_party, event.to_bucket))
    swapped = (*reading.read, *reading.replaced)
    is_in = any(series == event.series and lo <= event.lo <= event.hi <= hi for series, lo, hi in swapped)
    return named in ends and is_in


def first_commit(last: int, sealed_ms: Callable[[int], int], at_ms: int) -> int:
    """The first commit (1 to `last`) sealed at or after an instant; `last` + 1 when there is none.

    Seals follow the clock of the book-keeper, so that halving finds it. Where a clock was once set
    back the place found may be early or late by what was sealed meanwhile; ask for an earlier day then.
    """
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        if sealed_ms(middle) < at_ms:
            low = middle + 1
        else:
            high = middle
    return low


def _now(view: View) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for tally in view.rows(Tally):
        column = _COLUMN[tally.bucket]
        if column in STANDING and is_own(tally.party, tally.bucket):
            found.setdefault(_home(tally.party), Counter())[column] += tally.count
    return found


def _changes(view: View, event: Event) -> Iterator[Change]:
    match event:
        case Moved():
            yield from _moved(view, event)
        case TakenIn() if is_own(event.party, event.bucket):
            size, home = event.hi - event.lo + 1, _home(event.party)
            yield home, _COLUMN[event.bucket], size
            yield home, _SOURCES.get(event.source, "received"), size
        case GivenOut() if is_own(event.party, event.bucket):
            size, home = event.hi - event.lo + 1, _home(event.party)
            yield home, _COLUMN[event.bucket], -size
            yield home, "returned", size
        case Stepped() if event.event in _GOOD:
            attempt = view.row(Attempt, event.record, event.n)
            if attempt:
                yield _home(attempt.station), _printed_column(view, event.record), 1
        case Entered():
            yield event.office, "prr", 1
        case SuketRegistered():
            yield event.office, "suket_today", 1
        case _:
            return


def _moved(view: View, event: Moved) -> Iterator[Change]:
    """Out of one column and into another; and over the border, when another party's book is touched."""
    size = event.hi - event.lo + 1
    source, target = _home(event.party), _home(event.to_party)
    leaves, enters = is_own(event.party, event.bucket), is_own(event.to_party, event.to_bucket)
    if leaves:
        yield source, _COLUMN[event.bucket], -size
    if enters:
        yield target, _COLUMN[event.to_bucket], size
    if source == target:
        if leaves and not enters:  # back onto the road it came by: a receipt undone
            yield source, _came_as(view, event), -size
        elif enters and not leaves:
            yield target, _came_as(view, event), size
        return
    if leaves:
        yield source, _went_as(target), size
    if enters and leaves:
        yield target, _came_as(view, event), size
    elif enters:  # called back from the road to somebody else
        yield target, _went_as(source), -size


def _went_as(target: str) -> str:
    """Lent or sent on to another office, or returned upward."""
    return "lent" if _kind(target) is PartyKind.OFFICE else "returned"


def _came_as(view: View, event: Moved) -> str:
    """Borrowed from another office, or received from above. Who sent it stands in the consignment."""
    sender = event.party
    if event.bucket in IN_TRANSIT or event.to_bucket in IN_TRANSIT:
        sent = view.row(Consignment, event.reference) if event.reference else None
        sender = sent.sender if sent else ""
    is_other_office = _kind(sender) is PartyKind.OFFICE and _home(sender) != _home(event.to_party)
    return "borrowed" if is_other_office else "received"


def _printed_column(view: View, record: str) -> str:
    """By reason; a card for a person with an interim letter has a column of its own."""
    found = view.row(Record, record)
    if found is None:
        return "printed_first"
    replaces = any(letter.record == record or not letter.withdrawn for letter in letters_of(view, found.person))
    return "printed_suket" if replaces else _PRINTED[found.reason]


def _home(party: str) -> str:
    return PartyId(party).home.value if is_station(party) else party


def _kind(party: str) -> PartyKind | None:
    return PartyId(party).kind if party else None

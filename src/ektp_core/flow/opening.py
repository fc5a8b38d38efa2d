"""The opening count (saldo awal): what a party had before this book began, signed by two (rule 9).

Every office starts with stock, waste and cards that were not collected. They come in from a
source account of their own, `opening`, and stay apart in rows that nothing changes. A line
with serials comes in as read; a line with a count alone gets placeholders of the party's own
series, and known serials of which only the count is sure come in as assumed (rule 10).

What an office opened with is accounted for like an allotment, by a report of its own: `opening/` and the
party and class (rule 24). So its misprints unlock, and its waste may be destroyed (rules 25 and 26). The
first grant of the centre does not wait for that report; the second does (rule 27).

A group's figure holds the blanks of the offices it names; none of them opens the same class again.
"""

from collections.abc import Iterator, Mapping

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, serials_of
from ektp_core.flow.counting_events import BalanceOpened
from ektp_core.flow.events import Event, Granted, TakenIn
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.placeholders import MOST, checked_count, counted_party, is_placeholder, made
from ektp_core.flow.rows import Allotment, Counting, Opening, Party, Ranges, Station, Tally
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.party import CENTRE, PartyId, PartyKind
from ektp_core.vocabulary.serial import SerialRange, SerialSet

OPENING = "opening"

_HELD_AS: Mapping[Condition, Bucket] = {
    Condition.BLANK: Bucket.STOCK,
    Condition.GOOD: Bucket.GOOD_HELD,
    Condition.WASTE: Bucket.WASTE_HELD,
    Condition.VOID: Bucket.VOID_HELD,
}
#: An office has at most so many stations, by the shape of their names.
_STATIONS = range(1, 100)
#: Serials that an office may say it has; who needs more mistook a number, and would block a supplier's.
_MOST_SERIALS = 1_000_000


@frozen
class OpeningLine:
    """One pile at the beginning: serials, or a count alone.

    `is_assumed`: the serials are known, but which of them are still there is only a count.
    """

    condition: Condition
    blank_class: str
    ranges: Ranges = ()
    count: int = 0
    is_assumed: bool = False


@frozen
class OpenBalance:
    """Open a party's book for the classes of these lines.

    `members`: the offices whose blanks a group's figure holds; nobody else names any.
    """

    party: str
    lines: tuple[OpeningLine, ...]
    minutes: str
    minutes_date: str
    members: tuple[str, ...] = ()


def opening_account(party: str, blank_class: str) -> str:
    """The name under which a party reports on what it opened with (rule 24)."""
    return f"{OPENING}/{party}/{blank_class}"


def decide_opening(view: View, ask: Ask, body: OpenBalance) -> tuple[Event, ...]:
    """What was there comes in; a class that has begun is refused."""
    who = require(view, ask, PERMITS[Act.OPEN_BALANCE])
    counted_party(view, body.party)
    of_office(who, body.party)
    checked_text("minutes", body.minutes)
    checked_date(body.minutes_date, "minutes_date")
    paper = Paper("the opening count", body.minutes, body.minutes_date)
    late = paper_date_checked(view, body.party, paper, ask.at_ms, "minutes_date")
    _sound_members(view, body)
    _sound_lines(view, body)
    counts = [line.count for line in body.lines if line.count]
    numbers, kept = made(view, body.party, counts)
    parts = iter(numbers)
    came: list[Event] = []
    for line in body.lines:
        came += _taken_in(body, line, next(parts) if line.count else None)
    return (*_opened(body, who.names), *came, *_accounts(body, came), *kept, *late)


def _sound_members(view: View, body: OpenBalance) -> None:
    """A group names its offices, each once; nobody else has any."""
    party = PartyId(body.party)
    is_group = party.kind is PartyKind.GROUP
    named = [PartyId.parse(member, "members") for member in body.members]
    strange = [one for one in named if one.kind is not PartyKind.OFFICE or not one.region.startswith(party.region)]
    if is_group is not bool(named) or strange or len({*body.members}) < len(named):
        expected = "every office of the group, each once" if is_group else "none: only a group has members"
        raise Refused(Refusal.BAD_VALUE, {"field": "members", "shape": f"{len(named)} named", "expected": expected})
    for member in body.members:
        if view.row(Party, member) is None:
            raise Refused(Refusal.UNKNOWN_PARTY, {"party": member})


def _sound_lines(view: View, body: OpenBalance) -> None:
    if not body.lines:
        raise Refused(Refusal.BAD_VALUE, {"field": "lines", "shape": "empty", "expected": "one line or more"})
    for line in body.lines:
        if bool(line.ranges) == bool(line.count):
            shape = "serials and a count" if line.ranges else "neither serials nor a count"
            raise Refused(Refusal.BAD_VALUE, {"field": "count", "shape": shape, "expected": "one of the two"})
        checked_count(line.count, "count")
    most = MOST if body.party == CENTRE.value else _MOST_SERIALS
    checked_count(sum(hi - lo + 1 for line in body.lines for _, lo, hi in line.ranges), "ranges", most=most)
    serials = serials_of(part for line in body.lines for part in line.ranges)
    if any(is_placeholder(part.series) for part in serials):
        shape = "numbers that stand for a count"
        raise Refused(Refusal.BAD_VALUE, {"field": "ranges", "shape": shape, "expected": "printed serials, or a count"})
    for blank_class in dict.fromkeys(line.blank_class for line in body.lines):
        known_class(view, body.party, blank_class)
        for party in (body.party, *body.members):
            if _has_begun(view, party, blank_class):
                raise Refused(Refusal.BOOK_BEGUN, {"party": party, "blank_class": blank_class})
        if view.row(Allotment, opening_account(body.party, blank_class)):
            name = opening_account(body.party, blank_class)
            raise Refused(Refusal.ALREADY_KNOWN, {"what": "the allotment", "id": name})
    known = [run for part in serials for run in view.overlapping(part.series, part.lo, part.hi)]
    if known:
        shown = (serials_of((run.series, run.lo, run.hi) for run in known) & serials).shown()
        raise Refused(Refusal.SERIAL_KNOWN, {"serials": shown[:20]})


def known_class(view: View, party: str, blank_class: str) -> None:
    """Refuse a class that was never supplied and that no station prints (rule 8).

    Raises:
        Refused: BAD_VALUE.
    """
    if any(found == blank_class for found in _classes(view, party)):
        return
    expected = "a class that was supplied or that a station prints"
    raise Refused(
        Refusal.BAD_VALUE, {"field": "blank_class", "shape": f"{len(blank_class)} characters", "expected": expected}
    )


def _classes(view: View, party: str) -> Iterator[str]:
    """All classes anybody knows, the likeliest first."""
    for holder in (party, CENTRE.value):
        yield from (tally.blank_class for tally in view.rows(Tally, holder))
    for station in view.rows(Station):
        yield from station.classes


def _has_begun(view: View, party: str, blank_class: str) -> bool:
    """Whether the party, or a station of its store, holds blanks of this class, opened with them, or was counted."""
    counting = view.row(Counting, party) or Counting(party)
    is_in_group = any(found == blank_class for found, _ in counting.opened_in)
    if next(iter(view.rows(Opening, party, blank_class)), None) or counting.minutes or is_in_group:
        return True
    region = PartyId.parse(party).region if PartyId.parse(party).kind is PartyKind.OFFICE else ""
    stations = [f"station/{region}/{number}" for number in _STATIONS] if region else []
    return any(tally.blank_class == blank_class for one in (party, *stations) for tally in view.rows(Tally, one))


def _taken_in(body: OpenBalance, line: OpeningLine, numbers: SerialRange | None) -> Iterator[TakenIn]:
    bucket, papers = _HELD_AS[line.condition], (OPENING, body.minutes, body.minutes_date)
    for part in [numbers] if numbers else serials_of(line.ranges):
        assumed = numbers is not None or line.is_assumed
        yield TakenIn(part.series, part.lo, part.hi, body.party, bucket, line.blank_class, *papers, assumed=assumed)


def _opened(body: OpenBalance, by: tuple[str, ...]) -> Iterator[BalanceOpened]:
    """One event a class: blanks by condition, and how many of them are assumed."""
    for blank_class in dict.fromkeys(line.blank_class for line in body.lines):
        totals: dict[Condition, tuple[int, int]] = {}
        for line in body.lines:
            if line.blank_class == blank_class:
                size = line.count or len(serials_of(line.ranges))
                count, assumed = totals.get(line.condition, (0, 0))
                unread = size if line.count or line.is_assumed else 0
                totals[line.condition] = (count + size, assumed + unread)
        lines = tuple((condition, *totals[condition]) for condition in Condition if condition in totals)
        yield BalanceOpened(body.party, blank_class, lines, body.minutes, body.minutes_date, by, body.members)


def _accounts(body: OpenBalance, came: list[Event]) -> Iterator[Granted]:
    """One account a class, of all that came in, whatever its condition."""
    taken = [one for one in came if isinstance(one, TakenIn)]
    for blank_class in dict.fromkeys(one.blank_class for one in taken):
        whole = SerialSet(SerialRange(one.series, one.lo, one.hi) for one in taken if one.blank_class == blank_class)
        name = opening_account(body.party, blank_class)
        yield Granted(name, body.party, blank_class, as_ranges(whole), body.minutes, body.minutes_date)

"""Periods and the dates of papers (masa pembukuan dan tanggal surat): rule 38.

Balances follow the order of recording; a paper's own date is told beside it. A month is closed
for one party from an accepted count of its store (rule 33), with what lies at its stations, by two
people, while the book still says the same; it never changes again. What carries over is written
once, by bucket and class, and is the opening of the next month. December's close is the year's.
A paper dated in a closed month is posted in the open one and listed as late; one dated after
the party's own day of today is refused. A party that never closed a month has no late papers.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.office_events import PaperPostedLate, PeriodClosed
from ektp_core.flow.office_rows import LatePaper, Period
from ektp_core.flow.office_stock import balance_of, members, piles_of
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Count, Party
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.local_calendar import checked_month, date_of, last_day, month_of, next_month
from ektp_core.vocabulary.party import PartyId, PartyKind

DECEMBER = "-12"

_CLOSING = frozenset({PartyKind.CENTRE, PartyKind.PROVINCE, PartyKind.OFFICE, PartyKind.GROUP})
_SHOWN = 20


@frozen
class ClosePeriod:
    """Close a month (`2018-11`) of a party from a count.

    Attributes:
        minutes: number of the minutes of the party's accepted count, on the month's last day or later.
        stations: (station, pile, blank class, count) for every pile found at a station of the party;
            a pile that is not named was found empty.
    """

    party: str
    month: str
    minutes: str
    stations: tuple[tuple[str, str, str, int], ...] = ()


@frozen
class Paper:
    """A paper beside an ask: what it is ("the spoilage report"), its number, its date (ISO, or empty)."""

    what: str
    number: str
    date: str


@frozen
class Carried:
    """One line of what carries over (saldo pindahan): the closing of `month`, the opening of the next."""

    bucket: Bucket
    blank_class: str
    count: int


@frozen
class CarryOver:
    """What a party's open month began with, and from which count it comes."""

    party: str
    closed: str
    opens: str
    minutes: str
    lines: tuple[Carried, ...]

    @property
    def is_year(self) -> bool:
        """Whether it is the carry-over of 31 December."""
        return self.closed.endswith(DECEMBER)


def decide_close(view: View, ask: Ask, body: ClosePeriod) -> tuple[Event, ...]:
    """A month is closed when two people counted what the book says; otherwise nothing is."""
    who = require(view, ask, PERMITS[Act.CLOSE_PERIOD])
    party = PartyId.parse(body.party)
    if party.kind not in _CLOSING:
        raise _bad("party", "another party", "the centre, a province, a group or an office")
    if view.row(Party, body.party) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": body.party})
    of_office(who, body.party)
    this_day = date_of(ask.at_ms, body.party)
    _check_month(view, body, this_day)
    count = _count(view, body, this_day)
    _check_counted(view, body, count)
    balance = balance_of(view, body.party)
    return (PeriodClosed(body.party, body.month, body.minutes, count.day, balance, who.names),)


def _check_month(view: View, body: ClosePeriod, this_day: str) -> None:
    checked_month(body.month)
    if view.row(Period, body.party, body.month):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the close of the month", "id": f"{body.party} {body.month}"})
    last = last_closed(view, body.party)
    if last and body.month != next_month(last):
        raise _bad("month", "not the open month", next_month(last))
    if this_day < last_day(body.month):
        raise _bad("month", "not over yet", "a month whose last day has come")


def _count(view: View, body: ClosePeriod, this_day: str) -> Count:
    """The accepted count the close rests on; it belongs to the month's end."""
    count = view.row(Count, body.party, body.minutes)
    if count is None:
        raise _bad("minutes", "no accepted count of this party", "number of the minutes of an accepted count")
    if not last_day(body.month) <= count.day <= this_day:
        raise _bad("minutes", "a count of another time", "a count of the month's last day or later")
    return count


def _check_counted(view: View, body: ClosePeriod, count: Count) -> None:
    """Every pile that was counted is still what the book says, store and stations.

    Raises:
        Refused: BAD_VALUE for an unknown station or pile, or one named twice; MONTH_DIFFERS naming the piles, never a
            figure: the stations are counted blind too.
    """
    homes = tuple(members(view, body.party))
    counted: dict[tuple[str, Pile, str], int] = {
        (body.party, line[0], line[1]): line[2] for line in count.lines if line[0] is not Pile.OLD_CARDS
    }
    for station, name, blank_class, number in body.stations:
        place = (station, _pile(name), blank_class)
        if station not in homes[1:]:
            raise _bad("stations", "no station of this party", "stations whose home store this is")
        if number < 0 or place in counted:
            raise _bad("stations", "below nought or named twice", "each pile once, a count of 0 or more")
        counted[place] = number
    book = {(home, *place): held for home in homes for place, held in piles_of(view, home).items()}
    words = tuple(
        f"{place[0]} {place[1].value} {place[2]}"  # by name alone: a count is blind (rule 33)
        for place in sorted(counted.keys() | book.keys(), key=str)
        if counted.get(place, 0) != book.get(place, 0)
    )
    if words:
        raise Refused(Refusal.MONTH_DIFFERS, {"month": body.month, "party": body.party, "difference": words[:_SHOWN]})


def _pile(name: str) -> Pile:
    try:
        return Pile(name)
    except ValueError:
        raise _bad("stations", "not one of the list", ", ".join(pile.value for pile in Pile)) from None


def last_closed(view: View, party: str) -> str:
    """The last closed month of a party; empty when none was closed."""
    months = [period.month for period in view.rows(Period, party)]
    return months[-1] if months else ""


def carry_over(view: View, party: str) -> CarryOver | None:
    """What the party's open month began with; None while no month was closed."""
    closed = last_closed(view, party)
    period = view.row(Period, party, closed) if closed else None
    if period is None:
        return None
    lines = tuple(Carried(Bucket(bucket), blank_class, count) for bucket, blank_class, count in period.balance)
    return CarryOver(party, closed, next_month(closed), period.minutes, lines)


def late_papers(view: View, party: str) -> tuple[LatePaper, ...]:
    """Papers of closed months that were posted later, in the order of posting."""
    return tuple(view.rows(LatePaper, party))


def paper_date_checked(
    view: View, party: str, paper: Paper, at_ms: int, field: str = "paper_date"
) -> tuple[Event, ...]:
    """Check the date of a paper that enters the book of a party; the event that lists it when it is late.

    An ask that carries a paper calls this once and adds what it gives to its own events. No date
    (empty text) is no paper, and nothing is checked.

    Args:
        at_ms: the book-keeper's time of the ask.
        field: what the ask calls the date.

    Raises:
        Refused: BAD_VALUE naming `field` for a date that no calendar has, or after the party's own today.
    """
    if not paper.date:
        return ()
    this_day = date_of(at_ms, party)
    if checked_date(paper.date, field) > this_day:
        raise _bad(field, "in the future", f"a date up to {this_day}")
    closed = last_closed(view, party)
    if closed and month_of(paper.date) <= closed:
        return (PaperPostedLate(party, paper.what, paper.number, paper.date, this_day),)
    return ()


def posted_in(view: View, party: str, date: str, at_ms: int) -> str:
    """The month a paper of that date (ISO text) is posted in: its own, or the open one when its own is closed."""
    closed = last_closed(view, party)
    if not closed or month_of(date) > closed:
        return month_of(date)
    return max(month_of(date_of(at_ms, party)), next_month(closed))


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

"""The close of a station's day (tutup buku harian): counts begun, days closed, differences booked (rule 33).

The station writes the first two; they stand in its chain and are judged like every fact of it.
What its people counted of the hub's rows is booked by the hub, which says so in the third.
"""

from enum import Enum
from typing import ClassVar

from attrs import frozen

from ektp_core.flow.counting_rows import CountedLines
from ektp_core.ledger.count import Pile

#: (pile, series, first, last)
PileRanges = tuple[tuple[Pile, str, int, int], ...]
#: (pile, blank class, series, first, last)
ExtraRanges = tuple[tuple[Pile, str, str, int, int], ...]
#: (blank class, where the unprinted blanks lay, count)
Places = tuple[tuple[str, str, int], ...]


class DayMark(Enum):
    """What happened to a station's day besides its close."""

    COUNT_BEGUN = "count-begun"
    COUNT_GIVEN_UP = "count-given-up"
    REOPENED = "reopened"
    DIFFERED = "differed"  # a count was refused because it differs from the book: blind is who does not try figures


@frozen
class DayMarked:
    """A count of a station began (no card is begun until it ends), was given up or refused, or a closed day went on.

    `cut_seq`: the position of the station's log the count is as at.
    """

    KIND: ClassVar[int] = 99
    station: str
    mark: DayMark
    day: str
    cut_seq: int
    by: tuple[str, ...]
    why: str = ""


@frozen
class BookClosed:
    """Two people counted a station and closed its day.

    Attributes:
        number: 1, 2, ... for each close in the station's book; a later one of the same day amends, and replaces none.
        lines: pile, class, counted, expected by the station's book, found, lost, what was written beside it.
        missing: serials that are not there. The unprinted ones are moved beside this; of cards and waste the hub
            holds the pen, and books them (`VarianceBooked`).
        extra: serials that were there and stand nowhere in the station's book.
        by_run: classes whose serials nobody could read: the last blanks of the run stand for the missing ones.
        suspects: cards in doubt, which lie apart and are in no pile.
    """

    KIND: ClassVar[int] = 100
    station: str
    number: int
    day: str
    minutes: str
    cut_seq: int
    lines: CountedLines
    places: Places
    missing: PileRanges
    extra: ExtraRanges
    by_run: tuple[str, ...]
    suspects: int
    seals: tuple[str, ...]
    by: tuple[str, ...]


@frozen
class VarianceBooked:
    """The hub set a station's count beside its own book: what was missing is lost, what nobody knew is found.

    Attributes:
        explained: missing at the station, and not in that pile of the hub's book either: a paper took them.
        elsewhere: lay at the station, and the hub's book has them in another place: people look into it.
        surplus: cards or blanks too many of which no serial was written; nothing is booked of them.
    """

    KIND: ClassVar[int] = 101
    station: str
    number: int
    lost: PileRanges
    found: PileRanges
    explained: PileRanges
    elsewhere: PileRanges
    surplus: int


ClosingDayEvent = DayMarked | BookClosed | VarianceBooked

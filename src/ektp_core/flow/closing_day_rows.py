"""The days of a station (baris hari mesin cetak): its closes, and whether it is being counted now."""

from typing import ClassVar

from attrs import frozen

from ektp_core.flow.closing_day_events import ExtraRanges, PileRanges, Places
from ektp_core.flow.counting_rows import CountedLines


@frozen
class StationDay:
    """A close of a station's day, by its number; number 0 is the page that says where the station stands.

    Attributes:
        number: of the close; on page 0: 0.
        day: the closed local day; on page 0 that of the last close, empty after the day was reopened.
        cut_seq: position the count was as at; on page 0 that of the count under way, 0 when there is none.
        last: on page 0: number of the last close. booked: on page 0: number of the last one the hub booked.
        differed: counts that were refused because they differed; on page 0 those since the last close.
        From `minutes` on: as in `BookClosed`. `elsewhere`, `surplus`: as in `VarianceBooked`.
    """

    TABLE: ClassVar[int] = 71
    KEY: ClassVar[int] = 2
    station: str
    number: int
    day: str = ""
    cut_seq: int = 0
    last: int = 0
    booked: int = 0
    minutes: str = ""
    lines: CountedLines = ()
    places: Places = ()
    missing: PileRanges = ()
    extra: ExtraRanges = ()
    by_run: tuple[str, ...] = ()
    suspects: int = 0
    by: tuple[str, ...] = ()
    elsewhere: PileRanges = ()
    surplus: int = 0
    differed: int = 0

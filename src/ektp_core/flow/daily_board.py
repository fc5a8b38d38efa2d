"""The board of daily reports (papan laporan harian): who has not reported, and reported beside computed (rules 32, 33).

An office with a station of ours needs no report: its columns are filled by itself. One that
reports all the same is shown beside the book, column by column, with the difference. An office
without a station can only be asked whether its own figures add up.
"""

from collections.abc import Mapping

from attrs import frozen

from ektp_core.daily.columns import COLUMNS
from ektp_core.daily.identity import Identity, blanks_of_day, printed_of_day
from ektp_core.flow.daily_count import DayBook
from ektp_core.flow.office_rows import Daily
from ektp_core.flow.rows import Party, Station
from ektp_core.flow.view import View
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.party import PartyId, PartyKind


@frozen
class Compared:
    """One column; None where nobody said it. `difference` is reported less computed, where both are there."""

    column: str
    reported: int | None
    computed: int | None

    @property
    def difference(self) -> int | None:
        """Reported less computed."""
        if self.reported is None or self.computed is None:
            return None
        return self.reported - self.computed


@frozen
class OfficeDay:
    """One office on the board.

    Attributes:
        number: the report that counts, 0 when nobody reported.
        is_ours: it has a station here, so that the book fills the columns.
        blanks: whether what it reported adds up; None without a report, or when too little was said.
        printed: the same for cards printed by reason.
    """

    office: str
    name: str
    number: int
    is_ours: bool
    columns: tuple[Compared, ...]
    blanks: Identity | None = None
    printed: Identity | None = None

    @property
    def is_missing(self) -> bool:
        """Nobody reported, and no station of ours fills it in."""
        return not self.number and not self.is_ours

    @property
    def differing(self) -> tuple[Compared, ...]:
        """Columns in which report and book disagree."""
        return tuple(one for one in self.columns if one.difference)


def board(view: View, date: str, days: DayBook) -> tuple[OfficeDay, ...]:
    """Every office's day, in the order of the offices' ids.

    Raises:
        Refused: BAD_VALUE when `date` is no day.
    """
    checked_date(date)
    filed = {one.office: one for one in view.rows(Daily, date)}  # of one office the last number is the last row
    ours = {PartyId(one.station).home.value for one in view.rows(Station)}
    offices = [one for one in view.rows(Party) if PartyId(one.party).kind is PartyKind.OFFICE]
    return tuple(
        _office_day(one, filed.get(one.party), days.columns(one.party, date) if one.party in ours else None)
        for one in sorted(offices, key=lambda party: party.party)
    )


def missing(found: tuple[OfficeDay, ...]) -> tuple[str, ...]:
    """The offices nobody heard of."""
    return tuple(one.office for one in found if one.is_missing)


def _office_day(party: Party, filed: Daily | None, computed: Mapping[str, int] | None) -> OfficeDay:
    reported = dict(filed.columns) if filed else {}
    said = computed or {}
    columns = tuple(
        Compared(one.name, reported.get(one.name), said.get(one.name))
        for one in COLUMNS
        if one.name in reported or one.name in said
    )
    sums = (blanks_of_day(reported), printed_of_day(reported)) if filed else (None, None)
    return OfficeDay(party.party, party.name, filed.number if filed else 0, computed is not None, columns, *sums)

"""The fold of lost and silent stations (lipatan mesin cetak hilang)."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow.station_loss_events import (
    EvidenceKept,
    LostSiteCounted,
    LostStationClosed,
    Released,
    ReleaseSeen,
    StationLost,
)
from ektp_core.flow.station_loss_rows import Evidence, LostStation, ReleasedByCode
from ektp_core.flow.view import Book


def _station_lost(book: Book, event: StationLost) -> None:
    book.put(LostStation(event.station, event.letter, event.letter_date, event.exposed))


def _evidence_kept(book: Book, event: EvidenceKept) -> None:
    book.put(Evidence(event.station, event.n, event.head, event.at_ms, event.events))
    lost = book.row(LostStation, event.station)
    if lost:
        book.put(evolve(lost, kept_bytes=lost.kept_bytes + sum(map(len, event.events))))


def _released(book: Book, event: Released) -> None:
    book.put(ReleasedByCode(event.station, event.record, event.n))


def _release_seen(book: Book, event: ReleaseSeen) -> None:
    book.drop(ReleasedByCode(event.station, event.record, event.n))


def _site_counted(_: Book, event: LostSiteCounted) -> None:
    """The count is kept in the log; what it moved stands in the movements beside it."""


def _closed(book: Book, event: LostStationClosed) -> None:
    lost = book.row(LostStation, event.station)
    if lost:
        book.put(evolve(lost, closed=event.minutes))


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    StationLost: _station_lost,
    EvidenceKept: _evidence_kept,
    Released: _released,
    ReleaseSeen: _release_seen,
    LostSiteCounted: _site_counted,
    LostStationClosed: _closed,
}

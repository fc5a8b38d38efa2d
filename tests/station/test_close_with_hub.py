"""A day closed at a running station reaches the hub, which books what differs from its own rows (rule 33)."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ektp_core.flow.closing_day import CloseDay, MarkDay, StationPile
from ektp_core.flow.closing_day_events import DayMark
from ektp_core.flow.rows import StationDay
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.local_calendar import date_of
from ektp_driver_virtual.launch import RunningPrinter
from tests.station.running_station import printer as printer  # a fixture
from tests.station.station_bench import OFFICE, SERIES, STATION, Line, until

pytestmark = [pytest.mark.processes, pytest.mark.rule(33)]


@pytest.fixture
def line(tmp_path: Path, printer: RunningPrinter) -> Iterator[Line]:
    made = Line(tmp_path, printer, cards=2)
    try:
        yield made
    finally:
        made.close()


def bucket(line: Line, number: int) -> Bucket | None:
    with line.hub.store.read() as view:
        run = view.covering(SERIES, number)
    return run.bucket if run else None


def test_a_count_while_the_hub_is_away_is_booked_when_it_is_back(line: Line) -> None:
    line.open()
    line.judge()
    line.judge()
    line.until_absorbed()
    line.hub.away = True
    today = date_of(time.time_ns() // 1_000_000, OFFICE)
    line.must_take(MarkDay(DayMark.COUNT_BEGUN, today), "operator")
    until(lambda: line.now("day")["counting"], "the count is shown")
    assert line.now("counts") == {}
    piles = (
        StationPile(Pile.UNPRINTED, "v5", 10, "safe", ((SERIES, 3, 12),)),
        StationPile(Pile.UNPRINTED, "v5", 7, "hopper", ((SERIES, 14, 20),), "one is not there"),
        StationPile(Pile.FINISHED, "v5", 1, "", ((SERIES, 1, 1),), "one is not in the drawer"),
        StationPile(Pile.OLD_CARDS, "", 4),
    )
    cut = line.now("day")["seq"]
    line.must_take(CloseDay(today, cut, piles, (), "BA-1"), "operator", "verifier-2")
    until(lambda: line.now("day")["last"], "the close is shown")
    assert line.now("day")["last"]["missing"] == [f"{SERIES}:2-2", f"{SERIES}:13-13"]
    line.hub.away = False
    until(lambda: bucket(line, 2) is Bucket.LOST_GOOD, "the hub books the missing card")
    assert bucket(line, 13) is Bucket.LOST
    assert line.hub.locks()["52.03-000002"] == "MISPRINTED"
    until(lambda: line.now("counts").get("LOST_GOOD") == 1, "the station hears of it")
    with line.hub.store.read() as view:
        day = view.row(StationDay, STATION, 1)
    assert day is not None and day.by == ("operator", "verifier-2")

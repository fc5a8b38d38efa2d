"""The station's threads: every order brings something back, and no fault leaves half a station."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from tests.station.station_bench import Line

pytestmark = pytest.mark.processes


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "printer", "VP-0001", card_ms=30, reboot_ms=50)
    yield running
    if running.process.poll() is None:
        running.kill()


@pytest.fixture
def line(tmp_path: Path, printer: RunningPrinter) -> Iterator[Callable[..., Line]]:
    made: list[Line] = []

    def make(cards: int = 0, **settings: Any) -> Line:
        made.append(Line(tmp_path, printer, cards, **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_card_is_printed_from_record_to_receipt(line: Callable[..., Line]) -> None:
    at_work = line(cards=2).open()
    serials = [at_work.judge(), at_work.judge()]
    at_work.until_absorbed()
    assert sorted(at_work.hub.locks().values()) == ["PRINTED", "PRINTED"]
    assert [at_work.printer.truth().cards[one].printed_good for one in serials] == [True, True]
    assert at_work.now("counts")["STOCK"] == 18
    assert at_work.end() == 0

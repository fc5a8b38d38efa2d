"""A station that runs in the test's own process, and the printer it prints on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_station import wiring
from tests.station.station_bench import Line, until

NIK = "5203014101900001"
Make = Callable[..., Line]


@pytest.fixture
def printer(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "printer", "VP-0001", card_ms=getattr(request, "param", 60), reboot_ms=50)
    yield running
    if running.process.poll() is None:
        running.kill()


@pytest.fixture
def line(tmp_path: Path, printer: RunningPrinter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr(wiring, "REOPEN_S", 0.1)
    monkeypatch.setattr("ektp_station.press.LOOK_GAP_MS", 100)
    made: list[Line] = []

    def make(cards: int = 0, **settings: Any) -> Line:
        made.append(Line(tmp_path, printer, cards, **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()
        if one.printer.process.poll() is None:
            one.printer.kill()


#: A printer that takes so long over a card that whatever is done to it in mid print comes in time.
SLOW = pytest.mark.parametrize("printer", [1_500], indirect=True, ids=["slow"])


def marked(at_work: Line, count: int = 1) -> None:
    """Wait until the machine has begun to mark that many cards."""
    truth = at_work.printer.folder / "truth.jsonl"
    until(lambda: truth.read_bytes().count(b'"mark_begun"') >= count, "a card is being marked")

"""A station that is killed while a person has its printer freed: nothing is printed twice, and both books agree."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from ektp_cli.demo.house import STATION
from ektp_core.errors import Refused
from ektp_core.flow.recovering import FreeBy, RecoverPrinter
from ektp_driver_virtual.truth import Place
from tests.station.station_bench import until
from tests.station.test_process import SERIES, Shift, _compare, ektp

pytestmark = [pytest.mark.processes, pytest.mark.rule(15), pytest.mark.rule(22)]

#: How a card may end here.
ENDS = ("PRINTED", "SUSPECT", "MISPRINTED")

#: How long after the order the station is killed: it comes in, the printer is looked at, it acts.
DELAYS_S = (0.0, 0.03, 0.1)


class Killed(Shift):
    """A shift whose first card is in doubt and still lies in the printer; a second person waits."""

    def waits(self) -> str:
        """Why its printer takes no card."""
        found: dict[str, Any] = next(iter((self.hands.see() or {}).get("printers", [])), {})
        return str((found.get("waits") or {}).get("code", "")) if found.get("phase") != "away" else ""

    def leave_inside(self) -> None:
        """The power goes while a card is marked, for longer than the station asks for it."""
        self.enter(2)
        until(lambda: self.truth.exists() and self.happened("mark_begun") == 1, "a card is being marked")
        self.printer.panel.power(False)
        until(lambda: len((self.hands.see() or {}).get("suspects", [])) == 1, "the card is in doubt")
        self.printer.panel.power(True)
        until(lambda: self.waits() == "card-inside", "its card is seen inside")

    def is_first_inside(self) -> bool:
        """Whether the first card still lies in the printer."""
        return self.printer.truth().cards[f"{SERIES} 1"].place is Place.INSIDE

    def order(self) -> None:
        """Somebody has it rejected; whoever asks may hear nothing."""
        with suppress(httpx.HTTPError, OSError, Refused):
            self.hands.ask_station(STATION, RecoverPrinter("A", FreeBy.REJECT), "station")


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Killed]:
    made = Killed(tmp_path / "house")
    yield made
    made.hands.hub.close()
    made.hands.page.close()
    made.house.close()


def test_killed_in_the_middle_of_it_the_station_looks_and_goes_on(shift: Killed) -> None:
    shift.leave_inside()
    for delay_s in DELAYS_S:
        asking = threading.Thread(target=shift.order)
        asking.start()
        time.sleep(delay_s)
        shift.house.kill("station")
        asking.join()
        shift.house.start_station()
        until(lambda: (shift.hands.see() or {}).get("printers"), "its printer is open")
        assert len(shift.hands.see()["suspects"]) == 1
    if shift.is_first_inside():
        said = ektp("station", "recover-printer", str(shift.house.station_folder), "--printer", "A", "--reject")
        assert said.returncode == 0 and "goes on" in said.stdout, said.stderr
    assert shift.happened("rejected") == 1 and len(shift.printer.truth().lying(Place.REJECT)) == 1
    shift.work_until(lambda: sum(shift.states()[one] for one in ENDS) == 2, "the next card came to its end")
    until(lambda: shift.hands.see()["commits"] == shift.hands.see()["acknowledged"], "the hub has heard of it")
    states = shift.states()
    shift.house.stop("station")
    shift.house.stop("hub")
    cards = shift.printer.truth().cards
    marked = [card for card in cards.values() if card.marked]
    # A kill while the second card is begun may cost the certainty about that one too.
    assert states["SUSPECT"] >= 1 and len(marked) <= 2 and not any(one.printed_good for one in marked[:1])
    assert max(Counter(card.record for card in marked).values()) == 1, "a person has two cards"
    _compare(shift.house, cards, states)

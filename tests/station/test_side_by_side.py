"""Several printers at one station: one hangs, lies, crashes, is unplugged or swapped, and the others print on."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ektp_core.flow.custody import Receive
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.rows import Tally
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_station import machine, printer_worker, wiring
from ektp_station.config import PrinterConfig
from ektp_station.driver_link import DriverLink
from tests.station.bad_driver import LIE
from tests.station.station_bench import CALL_MS, SEED, SERIES, SOON_S, STATION, Line, until
from tests.station.test_bad_drivers import PLUGINS, ROOT, is_gone

pytestmark = pytest.mark.processes

#: The deadline of what hangs: long enough for what does not hang and has the same.
HANG_MS = 5_000


@pytest.fixture(autouse=True)
def _can_import_bad_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def second(tmp_path: Path) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "second", "VP-0002", card_ms=60, reboot_ms=50)
    yield running
    if running.process.poll() is None:
        running.kill()


@pytest.fixture
def first(tmp_path: Path) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "first", "VP-0001", card_ms=60, reboot_ms=50)
    yield running
    if running.process.poll() is None:
        running.kill()


class Two(Line):
    """Printer A works; printer B is in bad hands, or away."""

    def press(self, name: str = "A") -> dict[str, Any]:
        return next((one for one in self.now("printers") if one["name"] == name), {"phase": ""})

    def load_b(self, printer: RunningPrinter) -> None:
        """Blanks 1 to 10 lie in A's hopper, 11 to 20 in B's."""
        until(lambda: self.now("counts").get("IN_TRANSIT") == 20, "the station learns of its blanks")
        self.printer.panel.load(SERIES, 1, 10, seed=SEED)
        printer.panel.load(SERIES, 11, 10, seed=SEED)
        self.must_take(Receive("K-2", STATION, ((SERIES, 1, 20),)), "operator", "verifier-2")
        for name, lo in (("B", 11), ("A", 1)):
            self.must_take(LoadPrinter(name, ((SERIES, lo, lo + 9),), 0), "station")

    def every_blank(self) -> int:
        """Every blank of the book, wherever it is."""
        with self.process.store.read() as view:
            return sum(one.count for one in view.rows(Tally, STATION))


@pytest.fixture
def two(
    tmp_path: Path, first: RunningPrinter, second: RunningPrinter, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    monkeypatch.setattr("ektp_station.press.LOOK_GAP_MS", 50)
    monkeypatch.setattr(printer_worker, "REOPEN_S", 0.1)
    made: list[Two] = []

    def make(deed: str, cards: int = 3, driver: str = "bad", serial: str = "VP-0002", hang_ms: int = HANG_MS) -> Two:
        # Short only for what hangs: a slow machine is no bad driver.
        call_ms = hang_ms if deed.startswith("hang") else CALL_MS

        def link(kind: str, hint: str, serial: str, **more: Any) -> DriverLink:
            start_ms = hang_ms if kind == "bad" and deed == "hang@discover" else CALL_MS
            return DriverLink(kind, hint, serial, plugins=PLUGINS, start_timeout_ms=start_ms, **more)

        monkeypatch.setattr(machine, "DriverLink", link)
        monkeypatch.setattr(machine, "permits", lambda *_: None)  # the bad driver is of no distribution
        address = f"{deed}@{second.folder}" if driver == "bad" else str(second.folder)
        both = (
            PrinterConfig("A", "virtual", str(first.folder), first.serial, CALL_MS, look_ms=200),
            PrinterConfig("B", driver, address, serial, call_ms, look_ms=200),
        )
        made.append(Two(tmp_path, first, cards, printers=both))
        return made[-1]

    yield make
    for one in made:
        one.close()


def trouble(at_work: Two) -> str:
    """What the page says of B."""
    return str(at_work.now("troubles").get("printer B", "") or at_work.press("B").get("waits_because", ""))


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("hang@discover", "no answer to start"),
        ("crash@open", "the driver process ended during start"),
        ("bug@open", "driver bad cannot be loaded (ValueError)"),
        ("lie@identify", f"the device says it is {LIE} and not VP-0002"),
        ("hang@capabilities", "no answer to capabilities"),
        ("hang@look", "no answer to look"),
        ("crash@look", "the driver process ended during look"),
        ("flood-frames@look", "the driver process ended during look"),
        ("huge@look", "the driver process ended during look"),
        ("value@look", "a value of the driver has another shape"),
    ],
)
def test_a_bad_driver_is_named_on_the_page_and_the_other_printer_prints_on(two: Any, deed: str, said: str) -> None:
    at_work = two(deed, cards=2).open()
    until(lambda: said in trouble(at_work), f"it is said: {said}; said is {trouble(at_work)}")
    at_work.judge()
    at_work.judge()
    at_work.until_absorbed()
    assert set(at_work.hub.locks().values()) == {"PRINTED"}
    assert at_work.end() == 0


@pytest.mark.parametrize("deed", ["hang@feed", "crash@mark", "garbage@deliver", "bug@encode", "flood-frames@read_uid"])
def test_a_driver_that_goes_bad_with_a_card_inside_loses_no_blank_and_holds_up_nobody(
    two: Any, second: RunningPrinter, deed: str
) -> None:
    at_work = two(deed, cards=3).start()
    at_work.load_b(second)

    def all_done() -> bool:
        for name in ("A", "B"):
            if at_work.press(name)["phase"] == "asking":
                judge(at_work, name, at_work.printer if name == "A" else second)
        return all(state in ("PRINTED", "SUSPECT", "MISPRINTED") for state in at_work.hub.locks().values())

    until(all_done, "every card has an end")
    at_work.until_absorbed()
    assert "PRINTED" in at_work.hub.locks().values()
    assert at_work.every_blank() == 20
    keys = [*at_work.printer.truth().job_keys, *second.truth().job_keys]
    records = [key.split("/")[0] for key in keys]
    assert len(records) == len(set(records)) <= 3, "nobody's card was marked twice"
    assert at_work.end() == 0


def judge(at_work: Two, name: str, printer: RunningPrinter) -> None:
    """Somebody looks at the card a printer let go of."""
    card = at_work.press(name).get("card")
    if not card:
        return
    held = printer.truth().cards[f"{card['series']} {card['number']}"]
    outcome, cause = (Outcome.GOOD, Cause.NONE) if held.printed_good else (Outcome.SPOILED, Cause.MISPRINT)
    body = Conclude(card["record"], card["n"], outcome, BlankPlace.OUTPUT, Certainty.OPERATOR, cause)
    at_work.process.people_ask(at_work.ask(body, "operator"))


# -- plugged and unplugged ----------------------------------------------------------------------------


def test_an_unplugged_printer_is_noticed_while_idle_and_taken_again_when_it_is_back(
    two: Any, second: RunningPrinter
) -> None:
    at_work = two("", cards=1, driver="virtual").open()
    until(lambda: at_work.press("B").get("supplies"), "B was looked at")
    second.kill()
    until(lambda: at_work.press("B").get("waits", {}).get("code") == "no-answer", "it is missed")
    at_work.judge()
    back = launch.start(second.folder, second.serial, card_ms=60, reboot_ms=50)
    try:
        until(lambda: (at_work.press("B").get("waits") or {}).get("code") == "not-loaded", "it is back")
        assert at_work.end() == 0
    finally:
        back.kill()


def test_another_printer_in_its_place_is_refused_by_its_serial(two: Any) -> None:
    at_work = two("", cards=1, driver="virtual", serial="VP-0077").open()
    until(lambda: "another printer is there: VP-0002 and not VP-0077" in trouble(at_work), "the swap is named")
    at_work.judge()
    assert at_work.end() == 0


def test_a_printer_unplugged_with_a_card_inside_is_taken_up_by_evidence_when_it_is_back(
    two: Any, second: RunningPrinter
) -> None:
    at_work = two("", cards=2, driver="virtual").start()
    at_work.load_b(second)
    truth = second.folder / "truth.jsonl"
    until(lambda: b'"mark_begun"' in truth.read_bytes(), "B has a card")
    second.kill()
    back = launch.start(second.folder, second.serial, card_ms=60, reboot_ms=50)
    try:

        def all_done() -> bool:
            for name, printer in (("A", at_work.printer), ("B", back)):
                if at_work.press(name)["phase"] == "asking":
                    judge(at_work, name, printer)
            return all(state in ("PRINTED", "SUSPECT", "MISPRINTED") for state in at_work.hub.locks().values())

        until(all_done, "every card has an end")
        assert at_work.every_blank() == 20
        assert at_work.end() == 0
    finally:
        back.kill()


# -- side by side ------------------------------------------------------------------------------------------


def test_a_printer_prints_on_while_another_hangs_and_two_words_end_it_at_once(two: Any, second: RunningPrinter) -> None:
    at_work = two("hang@feed", cards=4, hang_ms=60_000).start()
    at_work.load_b(second)
    for _ in range(3):
        at_work.judge()
    until(lambda: sorted(at_work.hub.locks().values()) == ["IN_PRESS", *["PRINTED"] * 3], "the hub has all of A's")
    assert at_work.press("B")["phase"] == "acting"
    pid = at_work.process.printers["B"].machine.pid
    at_work.process.stop()
    began = time.monotonic()
    assert at_work.end() == 0
    assert time.monotonic() - began < SOON_S
    until(lambda: is_gone(pid), "its driver is gone")


def test_two_printers_let_their_cards_come_out_and_begin_no_other(two: Any, second: RunningPrinter) -> None:
    at_work = two("", cards=6, driver="virtual").start()
    at_work.load_b(second)
    both = [at_work.printer, second]
    until(lambda: all(b'"mark_begun"' in (one.folder / "truth.jsonl").read_bytes() for one in both), "both have a card")
    assert at_work.end() == 0
    for one in both:
        assert [card.place.value for card in one.truth().cards.values() if card.fed] == ["output"]
    assert sorted(at_work.press(name)["card"]["step"] for name in ("A", "B")) == ["EJECTED", "EJECTED"]


# -- the end ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["hang@discover", "hang@capabilities", "crash@open", "lie@identify"])
def test_a_printer_that_does_not_open_does_not_hold_up_the_end(
    two: Any, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer_worker, "REOPEN_S", 60.0)
    monkeypatch.setattr(wiring, "END_S", 2 * SOON_S)
    at_work = two(deed, cards=0, hang_ms=60_000).start()
    until(lambda: at_work.process.printers["B"].machine.pid or trouble(at_work), "B is being opened")
    began = time.monotonic()
    assert at_work.end() == 0
    assert time.monotonic() - began < SOON_S
    assert not at_work.process.printers["B"].is_working

"""From a killed station to one that is ready (waktu pulih), with books of a thousand to a hundred thousand cards.

One card is printed by the real station, and its events are repeated with the next citizen, blank and chip for
every other card, fifty cards a commit. Then the station takes one card more and is gone, as after kill -9,
when it has just ordered the print: the intent is open in the press and the write-ahead log is left behind.
What is timed is a new process that has its modules loaded: from the folder to the look ordered from the
printer with that card in hand; and the whole `ektp station run`, from its start to its page's first answer.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import httpx

from ektp_core.flow.events import Authorised, Entered, Event, FeedTaken, Pressed
from ektp_core.vocabulary.state import PressStep
from ektp_station import messages
from ektp_station.acts import Act
from ektp_station.config import ADDRESS_FILE, BOOK_FILE, PrinterConfig, StationConfig, write_config
from ektp_station.press_state import Phase
from ektp_station.wiring import StationProcess
from tests.benchmarks.station_scene import CAN, PRINTER, AtOnce, AtWork, happen, name_of, opened
from tests.station.station_bench import STATION, Office

#: Cards in the books that are compared; a third size of 100,000 is asked for on the command line.
SIZES = (1_000, 10_000)
A_COMMIT = 50

#: Beside what a small book takes: reading a write-ahead log of at most 4,000 pages (16 MB) into its index.
CONSTANT_MS = 150.0


def measured(folder: Path, sizes: tuple[int, ...], rounds: int, *, processes: bool = True) -> dict[str, Any]:
    """Milliseconds from start to ready, by the number of cards in the book. The sizes rise."""
    found: dict[str, Any] = {"rounds": rounds, "cards": {}}
    offices = {}
    for cards in sizes:
        began = time.perf_counter()
        offices[cards] = Office(folder / f"office-{cards}")
        found["cards"][f"{cards:,}"] = _in_a_child(partial(_built, offices[cards], cards)) | {
            "built in s": round(time.perf_counter() - began, 1)
        }
    ready: dict[int, list[float]] = {cards: [] for cards in sizes}
    page: dict[int, list[float]] = {cards: [] for cards in sizes}
    for _ in range(rounds + 1):  # in turns; the first is not counted
        for cards, office in offices.items():
            ready[cards].append(_in_a_child(partial(_to_ready, office, cards))["ms"])
            if processes:
                page[cards].append(_to_page(office))
    for cards in sizes:
        one = found["cards"][f"{cards:,}"]
        one["ready ms"] = round(statistics.median(ready[cards][1:]), 1)
        one["range ms"] = [round(end, 1) for end in (min(ready[cards][1:]), max(ready[cards][1:]))]
        if processes:
            one["process to page ms"] = round(statistics.median(page[cards][1:]), 1)
    least, most = (found["cards"][f"{cards:,}"] for cards in (sizes[0], sizes[-1]))
    found["most cards"], found["fewest cards"] = sizes[-1], sizes[0]
    found["grown"] = round(most["ready ms"] / least["ready ms"], 2)
    found["at most ms"] = round(1.5 * least["ready ms"] + CONSTANT_MS, 1)
    found["most ms"] = most["ready ms"]
    return found


def _in_a_child(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Done in a process that then is gone without a word, as after kill -9; what it found."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, json.dumps(work()).encode())
        except BaseException as error:  # noqa: BLE001  # a fork must never run on into what its parent does
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    assert said, "the child process failed"
    found: dict[str, Any] = json.loads(said)
    return found


# -- the book -----------------------------------------------------------------------------------


def _built(office: Office, cards: int) -> dict[str, Any]:
    """A book with so many finished cards and one in the press."""
    store = opened(office, cards + 10)
    work = AtWork(office, store)
    work.up()
    before = store.position().seq
    work.authorise(1, 1)
    work.cards(1, 1)
    pattern = [event for seq, event in store.events() if seq > before]
    for first in range(2, cards + 1, A_COMMIT):
        numbers = range(first, min(first + A_COMMIT, cards + 1))
        happen(store, *(one for number in numbers for one in _repeated(pattern, number)))
    work = AtWork(office, store, printer=AtOnce(cards))
    work.up()
    work.authorise(cards + 1, 1)
    _to_the_print(work)
    position = store.position()
    book = office.folder / BOOK_FILE
    return {
        "events": position.seq,
        "commits": position.n,
        "book MB": round(book.stat().st_size / 1e6, 1),
        "log left MB": round(book.with_name(f"{book.name}-wal").stat().st_size / 1e6, 1),
    }


def _to_the_print(work: AtWork) -> None:
    """Until the print is ordered; it is never carried out."""
    work.take(messages.Ticked())
    while work.keeper.state.presses[PRINTER].act is not Act.MARK:
        work.take(work.inputs.popleft() if work.inputs else messages.Ticked())


def _repeated(pattern: list[Event], number: int) -> Iterator[Event]:
    """The first card's events, of another citizen and with another blank."""
    name, uid = name_of(number), f"{number:014X}"
    said = {"record": name, "uid": uid, "lo": number, "hi": number, "number": number, "reference": f"{name}/1"}
    for event in pattern:
        here = {one.name: getattr(event, one.name) for one in attrs.fields(type(event))}
        changed = {field: value for field, value in said.items() if here.get(field)}
        match event:
            case Entered():
                changed["person"], changed["payload"] = b"person %d" % number, b"%032d" % number
            case Authorised():
                changed["feed_m"] = number
            case FeedTaken():
                changed["m"] = number
            case Pressed() if event.counter >= 0:
                changed["counter"] = number - (event.step is PressStep.START)
            case _:
                pass
        yield type(event)(**{**here, **changed})


# -- the start ----------------------------------------------------------------------------------


def _config() -> StationConfig:
    return StationConfig(STATION, "http://127.0.0.1:1", (PrinterConfig(PRINTER, "virtual", "nowhere", "VP-0001"),))


def _to_ready(office: Office, cards: int) -> dict[str, Any]:
    """From the folder to the look ordered from the printer, with the card in hand."""
    began = time.perf_counter()
    process = StationProcess(office.folder, _config(), office.keys["station"])
    process.keeper.take(messages.PrinterUp(PRINTER, CAN))
    order = process.printers[PRINTER].orders.get_nowait()
    passed_s = time.perf_counter() - began
    press = process.keeper.state.presses[PRINTER]
    assert order is not None and (order.act, press.phase, press.record) == (Act.LOOK, Phase.LOOKING, name_of(cards + 1))
    return {"ms": 1000 * passed_s}


def _to_page(office: Office) -> float:
    """From the start of `ektp station run` to its page's first answer, which shows the card; milliseconds."""
    write_config(office.folder, _config())
    address = office.folder / ADDRESS_FILE
    address.unlink(missing_ok=True)
    command = [sys.executable, "-m", "ektp_cli", "station", "run", str(office.folder)]
    began = time.perf_counter()
    with (office.folder.parent / "station.log").open("ab") as log:
        station = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        with httpx.Client(trust_env=False, timeout=5) as page:
            while not (now := _seen(page, address)):
                assert station.poll() is None and time.perf_counter() < began + 60, "the station does not come up"
                time.sleep(0.005)
        passed_s = time.perf_counter() - began
        assert now["held"] == 1, now
    finally:
        station.kill()
        station.wait()
    return 1000 * passed_s


def _seen(page: httpx.Client, address: Path) -> dict[str, Any]:
    try:
        shown: dict[str, Any] = page.get(f"{address.read_text('utf-8').strip()}/v1/now").json()
    except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError):
        return {}
    return shown

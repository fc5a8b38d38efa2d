"""The shell of the station (kerangka proses): the only file here with threads, clocks and queues.

One main thread owns the book: it takes inputs from a queue and gives them to the keeper. One
thread a printer, one for the link to the hub and one for the station's own page hold no
state that matters; what they bring back is an input, and every order brings something back.
A fault of the main thread ends the process: what starts it again finds all in book and device.
"""

import errno
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from ektp_client.hub_client import HubClient
from ektp_core.boundary.card_printer import Artwork, DriverError
from ektp_core.boundary.signer import StationSigner
from ektp_core.boundary.store import Answer, StoreError
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.decide import Decider
from ektp_data.regions import load_regions
from ektp_station import door, messages
from ektp_station.acts import Order
from ektp_station.arriving import arrive
from ektp_station.config import ADDRESS_FILE, StationConfig
from ektp_station.disk_room import DiskRoom
from ektp_station.driver_seen import note_of
from ektp_station.founding import check_founding, check_identity, found_book, last_sealed_ms
from ektp_station.health import health
from ektp_station.hub_word import NOTE, HubWord
from ektp_station.journal_key import open_store
from ektp_station.keeper import Keeper
from ektp_station.link_worker import LinkWorker
from ektp_station.logs import place_of, station_log
from ektp_station.machine import Machine, house_of
from ektp_station.metrics import Figures
from ektp_station.picture import picture_of
from ektp_station.printer_worker import PrinterWorker
from ektp_station.showing_status import doing_in_words
from ektp_station.steady import SteadyClock, boot_id, now_ms, passed_ms, read_note
from ektp_station.watchdog import watchdog_of

T = TypeVar("T")

TICK_MS = 50
SNAPSHOT_MS = 15
REOPEN_S = 1.0

#: How long the cards under way may take to come out when the station stops, and drivers to end after that.
STOP_S, END_S = 60.0, 2.0

#: Exit code when a commit's outcome is unknown, or the book cannot be opened for a fault of the disk: the
#: supervisor starts the station again, and it looks.
EXIT_UNSURE = 70

#: Exit code for a fault of this program: as after a crash, starting again looks.
EXIT_FAULT = 71

#: Exit code when the disk is full: nothing was written, and nothing is begun before there is room.
EXIT_FULL = 75

Box = queue.Queue[Any]


class StationProcess:
    """A station at work: book, printers, link. `run` returns the exit code.

    Raises:
        Refused: what the folder's founding or its book is refused for; the book is let go of.
    """

    def __init__(
        self,
        folder: Path,
        config: StationConfig,
        signer: StationSigner,
        passphrase: str | None = None,
        warning: str = "",
    ) -> None:
        self.config = config
        self.regions = load_regions()
        self.log = station_log(sys.stderr, config.station)
        self.inputs: queue.Queue[Any] = queue.Queue()
        self._boxes: set[Box] = set()
        self._boxes_turn = threading.Lock()
        self._ended: Refused | None = None
        self._next_snapshot_ms = 0
        self._stopping = self._hurries = False
        self.watchdog = watchdog_of(os.environ, os.getpid())
        decide = Decider(self.regions, config.station)
        room = DiskRoom(folder, passed_ms, config.disk_low_mb << 20)
        check_founding(folder, config.station)
        self.store, journal = open_store(folder, passphrase, decide, config.station, room, signer=signer)
        self._warning = journal.warning or warning
        try:
            found_book(self.store, folder, config.station, now_ms())
            check_identity(self.store, config.station, signer.key_id)
            arrive(self.store, folder, config, signer.key_id, now_ms())
            note = read_note(self.store.link(NOTE))
            clock = SteadyClock(now_ms, passed_ms, last_sealed_ms(self.store), note, boot_id())
            word = HubWord(self.store, clock, config.station)
            self.keeper = Keeper(config, signer, self.store, self.log, self, clock.now_ms, now_ms, word, room)
            tell = self.inputs.put, self.keeper.trouble
            self.link = LinkWorker(HubClient(config.hub), config.station, signer, *tell)
            houses = {one.name: house_of(config, folder, self.store.link(note_of(one.name))) for one in config.printers}
            machines = [Machine(one, self.draw, houses[one.name]) for one in config.printers]
            self.printers = {one.config.name: PrinterWorker(one, *tell) for one in machines}
        except BaseException:
            self.store.close()
            raise

    @property
    def now(self) -> dict[str, Any]:
        """What the station is doing now, and what people must be told in red."""
        warning = self._warning
        return {**self.keeper.now, "warning": warning} if warning else self.keeper.now

    def figures(self) -> Figures:
        """What metrics and health show; the main loop is not waited for."""
        found = health(self.now, passed_ms() - self.watchdog.turned_ms)
        return Figures(self.now, self.keeper.counted, found, now_ms())

    def let_go(self) -> None:
        """End before the work began: the book is let go of."""
        self._let_go(self._not_here("it did not start"))

    # -- the loop -------------------------------------------------------------------------

    def run(self) -> int:
        """Work until told to stop."""
        code, why = EXIT_FAULT, Refused(Refusal.BOOK_UNSURE)
        try:
            self.link.start()
            for worker in self.printers.values():
                worker.start()
            self._work()
            self._drain()
            code, why = 0, self._not_here("it was stopped")
        except StoreError as error:
            code = EXIT_UNSURE
            self.log.error("the book is unsure or unreadable; starting again will look", error=str(error))
        except Refused as refused:
            code, why = EXIT_FULL if refused.refusal is Refusal.BOOK_FULL else EXIT_UNSURE, refused
            self.log.error("the book takes nothing more", why=str(refused))
        except Exception as error:  # noqa: BLE001  # half a station is worse than none: all of it ends
            self.log.error("a fault of this program; starting again will look", fault=place_of(error))
        self._let_go(why)
        return code

    def stop(self) -> None:
        """Begin no card and let those under way come out; told a second time, end without them."""
        self._hurries = self._stopping
        self._stopping = True

    def _work(self) -> None:
        next_tick = 0
        self.watchdog.ready()
        while not self._stopping:
            self.watchdog.turned(passed_ms(), doing_in_words(self.now))
            self._take(self._waiting(0 if self.keeper.has_moved else next_tick))
            if self.keeper.has_moved or passed_ms() >= next_tick:
                self.keeper.has_moved = False
                self._take([messages.Ticked()])
                next_tick = passed_ms() + TICK_MS

    def _drain(self) -> None:
        """Cards under way come out and into the book, people get their answers, nothing is begun."""
        self.watchdog.stopping()
        self._take_while(STOP_S, lambda: self.keeper.has_cards_under_way and not self._hurries)
        self._end_workers()
        self._take_while(END_S, lambda: any(one.is_working for one in self.printers.values()) and not self._hurries)
        self._take(self._waiting(0))

    def _take_while(self, most_s: float, there: Callable[[], bool]) -> None:
        until_ms = passed_ms() + int(most_s * 1000)
        while there() and passed_ms() < until_ms:
            self.watchdog.turned(passed_ms(), "ending; a card comes out first")
            found = self._waiting(passed_ms() + TICK_MS)
            self._take([one for one in found if not self.keeper.would_begin(one)])

    def _end_workers(self) -> None:
        for worker in self.printers.values():
            worker.end()
        self.link.jobs.put(None)

    def _let_go(self, why: Refused) -> None:
        """Let go of workers and book; whoever still waits for an answer is told why there is none."""
        with self._boxes_turn:
            self._ended = why
            waiting = list(self._boxes)
        for box in waiting:
            box.put(why)
        self._end_workers()
        for worker in self.printers.values():
            worker.kill_driver()
        with suppress(StoreError):
            self.store.close()

    def _waiting(self, until_ms: int) -> list[Any]:
        """The inputs at hand; waits for one, but not past the next tick."""
        found = []
        try:
            found.append(self.inputs.get(timeout=max(0.0, (until_ms - passed_ms()) / 1000)))
            while True:
                found.append(self.inputs.get_nowait())
        except queue.Empty:
            return found

    def _take(self, inputs: list[Any]) -> None:
        """Inputs go to the keeper together; a call of another thread is made in its turn."""
        for what in inputs:
            if callable(what):
                what()
        self.keeper.take(*(what for what in inputs if not callable(what)))
        if passed_ms() >= self._next_snapshot_ms:  # else the next tick comes by: the last change is shown too
            self.keeper.show()
            self._next_snapshot_ms = passed_ms() + SNAPSHOT_MS

    # -- what the keeper orders -------------------------------------------------------------

    def perform(self, printer: str, order: Order) -> None:
        """Give an order to a printer's worker."""
        self.printers[printer].orders.put(order)

    def fetch(self, after: int, then: Callable[[list[door.Carried]], None]) -> None:
        """Fetch entries of the feed; `then` gets them in the main thread."""
        self.link.fetch(after, then)

    def upload(self, message: bytes, then: Callable[[bytes], None]) -> None:
        """Bring commits to the hub; `then` gets the receipt in the main thread."""
        self.link.upload(message, then)

    # -- asked by other threads -------------------------------------------------------------

    def draw(self, digest: bytes) -> Artwork:
        """The picture of a record; called by a printer's worker, answered by the main thread."""
        payload = self.ask_main(lambda: self.store.payload(digest))
        if payload is None:
            raise DriverError("the personal data of this record is not here")
        return picture_of(door.record_in(payload), self.regions)

    def ask_main(self, question: Callable[[], T], timeout_s: float = 30.0) -> T:
        """Have the main thread, which owns the book, answer a question.

        Raises:
            Refused: what the question refuses; NOT_REACHED when nobody answers any more.
        """

        def begin(box: Box) -> None:
            try:
                box.put((question(),))
            except StoreError:
                raise  # the book itself: that ends more than this question
            except Exception as error:  # noqa: BLE001  # it is raised where the question was asked
                box.put(error)

        answer = self._wait(begin, timeout_s)
        if isinstance(answer, Exception):
            raise answer
        value: T = answer[0]
        return value

    def people_ask(self, raw: bytes, timeout_s: float = 30.0) -> Answer:
        """A signed ask by people at the station; the answer."""
        answer: Answer = self._wait(lambda box: self.keeper.people_ask(raw, box.put), timeout_s)
        return answer

    def _wait(self, begin: Callable[[Box], None], timeout_s: float) -> Any:
        """What the main thread puts into a box; a refusal if it has ended, or does before it answers."""
        box: Box = queue.Queue()
        with self._boxes_turn:
            if self._ended is not None:
                return self._ended
            self._boxes.add(box)
        try:
            self.inputs.put(lambda: begin(box))
            return box.get(timeout=timeout_s)
        except queue.Empty:
            return self._not_here(f"no answer within {timeout_s:g} s")
        finally:
            with self._boxes_turn:
                self._boxes.discard(box)

    def _not_here(self, why: str) -> Refused:
        return Refused(Refusal.NOT_REACHED, {"where": self.config.station, "why": why})


def code_at_start(error: Exception) -> int | None:
    """With what a station ends that could not even open its book; None for a refusal, which is for people.

    A disk that fails, or is full, may do better later: whoever watches over the station starts it again.
    """
    is_full = isinstance(error, Refused) and error.refusal is Refusal.BOOK_FULL
    if is_full or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        return EXIT_FULL
    return None if isinstance(error, Refused) else EXIT_UNSURE


def run_station(
    folder: Path,
    config: StationConfig,
    signer: StationSigner,
    passphrase: str | None,
    serve: Callable[[StationProcess], None],
    *,
    warning: str = "",
) -> NoReturn:
    """Run a station in this process, to its end; `serve` starts its own page, which tells `warning` in red."""
    try:
        process = StationProcess(folder, config, signer, passphrase, warning)
    except (StoreError, OSError, Refused) as error:
        code = code_at_start(error)
        station_log(sys.stderr, config.station).error("the station did not start", why=str(error), code=code)
        if code is None:
            raise
        raise SystemExit(code) from error
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: process.stop())
    try:
        serve(process)
    except BaseException:
        process.let_go()
        raise
    code = process.run()
    (folder / ADDRESS_FILE).unlink(missing_ok=True)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)  # threads of the page may wait for ever; the book is what counts, and it is closed or unsure


def serve_in_thread(app: Any, port: int, announce: Callable[[int], None]) -> None:
    """Serve the station's page on loopback, in a thread; `announce` gets the port."""
    import socket

    import uvicorn

    # The protocol is named because asyncio switches Nagle's delay off only where it is: 40 ms an answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        shape, expected = f"port {port} cannot be had ({error.strerror})", "a free port, or 0 to have one chosen"
        facts = {"field": "station.toml: listen_port", "shape": shape, "expected": expected}
        raise Refused(Refusal.BAD_VALUE, facts) from None
    announce(listening.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    threading.Thread(target=lambda: server.run(sockets=[listening]), name="page", daemon=True).start()

"""The shell of the station (kerangka proses): the only file here with threads, clocks and queues.

One main thread owns the book: it takes inputs from a queue, runs the step, commits what it
wants persisted (all that waits, in one group) and hands orders to workers: one thread a
printer, one for the link to the hub, one for the station's own page. Workers hold no state
that matters; what they bring back is an input.
"""

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, evolve, field

from ektp_client.hub_client import HubClient
from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.card_printer import Settings as DeviceSettings
from ektp_core.boundary.store import StoreError, Work
from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import policy_in_force
from ektp_core.wire.upload import read_receipt
from ektp_data.regions import load_regions
from ektp_keys.key_file import FileSigner
from ektp_keys.public_keys import BookKeys
from ektp_station import door, messages
from ektp_station.acts import Act, Failed, Order, Result, perform
from ektp_station.config import BOOK_FILE, PrinterConfig, StationConfig
from ektp_station.driver_link import DriverLink, RemotePrinter
from ektp_station.founding import found_book
from ektp_station.logs import station_log
from ektp_station.messages import Input, Settings, StationState
from ektp_station.picture import picture_of
from ektp_station.snapshot import snapshot
from ektp_station.step import step
from ektp_store.sqlite import SqliteStore

T = TypeVar("T")

TICK_MS = 50
SNAPSHOT_MS = 15
UPLOAD_COMMITS = 100
REOPEN_S = 1.0

#: Exit code when a commit's outcome is unknown: the supervisor starts the station again, and it looks.
EXIT_UNSURE = 70

#: Exit code when the disk is full: nothing was written, and nothing is begun before there is room.
EXIT_FULL = 75


def now_ms() -> int:
    """Wall clock, milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


@define(eq=False)
class PrinterWorker:
    """One printer's thread: opens the driver, carries orders out one after the other."""

    config: PrinterConfig
    put: Callable[[Any], None]
    draw: Callable[[bytes], Any]
    orders: "queue.Queue[Order | None]" = field(factory=queue.Queue)
    _link: DriverLink | None = None

    def start(self) -> None:
        """Begin in a thread of its own."""
        threading.Thread(target=self._run, name=f"printer {self.config.name}", daemon=True).start()

    def _run(self) -> None:
        while not self._opened():
            time.sleep(REOPEN_S)
        while (order := self.orders.get()) is not None:
            self.put(messages.Drove(self.config.name, self._carried_out(order)))
        if self._link:
            self._link.close()

    def _opened(self) -> bool:
        try:
            printer = self._connect()
            can = printer.capabilities(self.config.timeout_ms)
        except DriverError:
            return False
        self.put(messages.PrinterUp(self.config.name, can))
        return True

    def _connect(self) -> RemotePrinter:
        """A printer whose dangerous habits are off, as read back from it."""
        if self._link is None:
            self._link = DriverLink(self.config.driver, self.config.address, self.config.serial)
        elif self._link.lost:
            self._link.restart()
        printer = RemotePrinter(self._link)
        wanted = DeviceSettings()
        got = printer.configure(wanted, self.config.timeout_ms)
        if evolve(got, digest="") != wanted:
            raise DriverError("the device keeps settings that let it print by itself")
        printer.reserve("ektp", self.config.timeout_ms)
        return printer

    def _carried_out(self, order: Order) -> Result:
        try:
            assert self._link is not None, "an order before the driver"
            printer = self._connect() if self._link.lost else RemotePrinter(self._link)
            art = self.draw(order.payload) if order.act is Act.PREPARE else None
            result = perform(printer, order, art, self.config.timeout_ms)
        except DriverError as error:
            return Failed(f"{type(error).__name__}: {error}")
        except Refused as refused:
            return Failed(str(refused))
        if isinstance(result, Failed):
            self._link.close()  # whatever state the line is in, the next look begins with a new one
        return result


@define(eq=False)
class LinkWorker:
    """The thread that talks to the hub; carries bytes, opens nothing."""

    client: HubClient
    station: str
    signer: FileSigner
    put: Callable[[Any], None]
    jobs: "queue.Queue[Callable[[], None] | None]" = field(factory=queue.Queue)

    def start(self) -> None:
        """Begin in a thread of its own."""
        threading.Thread(target=self._run, name="link", daemon=True).start()

    def _run(self) -> None:
        while (job := self.jobs.get()) is not None:
            job()

    def fetch(self, after: int, then: Callable[[list[door.Carried]], None]) -> None:
        """Entries after `after` and the personal data they refer to."""
        self.jobs.put(lambda: self._guarded(False, lambda: then(self._fetched(after))))

    def upload(self, message: bytes, then: Callable[[bytes], None]) -> None:
        """Bring commits; the receipt."""
        self.jobs.put(lambda: self._guarded(True, lambda: then(self.client.upload(message))))

    def _guarded(self, is_upload: bool, work: Callable[[], None]) -> None:
        try:
            work()
        except UplinkError:
            self.put(messages.LinkFailed(is_upload))
        except Refused as refused:
            self.put(messages.Acknowledged(refused) if is_upload else messages.LinkFailed(is_upload))

    def _fetched(self, after: int) -> list[door.Carried]:
        found = []
        for raw in self.client.feed(door.fetch_message(self.signer, self.station, after, now_ms())):
            digest = door.payload_digest(raw)
            sealed = b""
            if digest:
                ask = door.fetch_message(self.signer, self.station, after, now_ms(), digest)
                sealed = self.client.payload(ask)
            found.append(door.Carried(raw, sealed))
        return found


class StationProcess:
    """A station at work: book, printers, link. `run` returns the exit code."""

    def __init__(self, folder: Path, config: StationConfig, signer: FileSigner) -> None:
        self.config = config
        self.signer = signer
        self.regions = load_regions()
        self.log = station_log(sys.stderr, config.station)
        self.inputs: queue.Queue[Any] = queue.Queue()
        self.store = SqliteStore(
            str(folder / BOOK_FILE), Decider(self.regions, config.station), apply, owner=config.station
        )
        found_book(self.store, folder, config.station, now_ms())
        self.state = StationState(self._settings(), acked_n=self._acknowledged())
        self.now: dict[str, Any] = {}
        self.replies: dict[int, Callable[[Any], None]] = {}
        self._requests = 0
        self._moved = False
        self._next_snapshot_ms = 0
        self._stopping = False
        self.link = LinkWorker(HubClient(config.hub), config.station, signer, self.inputs.put)
        self.printers = {one.name: PrinterWorker(one, self.inputs.put, self.draw) for one in config.printers}

    def _settings(self) -> Settings:
        one = self.config
        return Settings(
            one.station, self.signer.key_id, one.operator_looks, one.profile, one.poll_ms, one.retry_ms,
            one.retry_most_ms,
        )  # fmt: skip

    def _acknowledged(self) -> int:
        raw = self.store.link("receipt")
        return read_receipt(raw).n if raw else 0

    # -- the loop -------------------------------------------------------------------------

    def run(self) -> int:
        """Work until told to stop."""
        self.link.start()
        for worker in self.printers.values():
            worker.start()
        next_tick = 0
        try:
            while not self._stopping:
                self._take(self._waiting(0 if self._moved else next_tick))
                if self._moved or now_ms() >= next_tick:
                    self._moved = False
                    self._take([messages.Ticked()])
                    next_tick = now_ms() + TICK_MS
        except StoreError as error:
            self.log.error("the book is unsure or unreadable; starting again will look", error=str(error))
            return EXIT_UNSURE
        except Refused as refused:
            self.log.error("the book takes nothing more", why=str(refused))
            return EXIT_FULL
        self.close()
        return 0

    def stop(self) -> None:
        """Let the loop end after the input in hand; a card in the press is found again at the next start."""
        self._stopping = True

    def close(self) -> None:
        """Let go of workers and book."""
        for worker in self.printers.values():
            worker.orders.put(None)
        self.link.jobs.put(None)
        self.store.close()

    def _waiting(self, until_ms: int) -> list[Any]:
        """The inputs at hand; waits for one, but not past the next tick."""
        found = []
        try:
            found.append(self.inputs.get(timeout=max(0.0, (until_ms - now_ms()) / 1000)))
            while True:
                found.append(self.inputs.get_nowait())
        except queue.Empty:
            return found

    def _take(self, inputs: list[Any]) -> None:
        """Step through inputs; everything to be persisted goes into one commit, then its answers are stepped too."""
        wanted: list[messages.Persist] = []
        for what in inputs:
            if callable(what):
                what()
            else:
                self._step(what, wanted)
        while wanted:
            group, wanted = wanted, []
            self._moved = True  # what was written may let a printer take its next card at once
            answers = iter(self.store.commit([work for one in group for work in one.works], now_ms()))
            for one in group:
                self._step(messages.Persisted(one.token, tuple(next(answers) for _ in one.works)), wanted)
        if now_ms() >= self._next_snapshot_ms:
            with self.store.read() as view:
                self.now = snapshot(self.state, view)
            self._next_snapshot_ms = now_ms() + SNAPSHOT_MS

    def _step(self, what: Input, wanted: list[messages.Persist]) -> None:
        with self.store.read() as view:
            self.state, effects = step(self.state, view, what, now_ms())
        for effect in effects:
            if isinstance(effect, messages.Persist):
                wanted.append(effect)
            else:
                self._do(effect)

    def _do(self, effect: messages.Effect) -> None:
        match effect:
            case messages.Perform():
                self.printers[effect.printer].orders.put(effect.order)
            case messages.Fetch():
                self.link.fetch(effect.after, lambda carried: self.inputs.put(lambda: self._feed_came(carried)))
            case messages.Upload():
                commits = self.store.sealed_since(effect.after, UPLOAD_COMMITS)
                message = door.upload_message(self.signer, self.config.station, commits)
                self.link.upload(message, lambda raw: self.inputs.put(lambda: self._receipt_came(raw)))
            case messages.Remember():
                self.store.set_link(effect.name, effect.value)
            case messages.Reply():
                self.replies.pop(effect.request, lambda _: None)(effect.answer)
            case messages.Alarm():
                self.log.warning(effect.what, **effect.facts)

    # -- what workers bring, opened in the main thread -------------------------------------

    def _feed_came(self, carried: list[door.Carried]) -> None:
        try:
            with self.store.read() as view:
                keys = BookKeys(view)
                entries = tuple(door.open_entry(one, keys, self.signer, self.config.station) for one in carried)
        except Refused as refused:
            self.log.error("an entry of the feed was not taken", why=str(refused))
            self._take([messages.LinkFailed(False)])
            return
        self._take([messages.FeedCame(entries)])

    def _receipt_came(self, raw: bytes) -> None:
        try:
            with self.store.read() as view:
                receipt = door.open_receipt(raw, BookKeys(view), self.config.station)
        except Refused as refused:
            self.log.error("a receipt was not taken", why=str(refused))
            self._take([messages.LinkFailed(True)])
            return
        self._take([messages.Acknowledged(receipt)])

    def draw(self, digest: bytes) -> Any:
        """The picture of a record; called by a printer's worker, answered by the main thread."""
        payload = self.ask_main(lambda: self.store.payload(digest))
        if payload is None:
            raise DriverError("the personal data of this record is not here")
        return picture_of(door.record_in(payload), self.regions)

    # -- asked by other threads -------------------------------------------------------------

    def ask_main(self, question: Callable[[], T], timeout_s: float = 30.0) -> T:
        """Have the main thread, which owns the book, answer a question."""
        box: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(1)

        def answer() -> None:
            try:
                box.put((question(), None))
            except Refused as refused:
                box.put((None, refused))

        self.inputs.put(answer)
        value, refused = box.get(timeout=timeout_s)
        if refused is not None:
            raise refused
        return value  # type: ignore[return-value]  # None only where the question's own answer is None

    def people_ask(self, raw: bytes, timeout_s: float = 30.0) -> Any:
        """A signed ask by people at the station; the answer."""
        box: queue.Queue[Any] = queue.Queue(1)

        def begin() -> None:
            try:
                work = self._opened(raw)
            except Refused as refused:
                box.put(refused)
                return
            self._requests += 1
            self.replies[self._requests] = box.put
            self._take([messages.AskArrived(self._requests, work)])

        self.inputs.put(begin)
        return box.get(timeout=timeout_s)

    def _opened(self, raw: bytes) -> Work:
        with self.store.read() as view:
            limit_ms = policy_in_force(view).message_ms
            return door.open_local_ask(raw, BookKeys(view), self.config.station, now_ms(), limit_ms)


def run_station(
    folder: Path, config: StationConfig, signer: FileSigner, serve: Callable[[StationProcess], None]
) -> int:
    """Run a station in this process; `serve` starts its own page. Returns the exit code."""
    process = StationProcess(folder, config, signer)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: process.stop())
    serve(process)
    code = process.run()
    sys.stderr.flush()
    if code:
        os._exit(code)  # workers may hang in a driver; the book is what counts and it is closed or unsure
    return code


def serve_in_thread(app: Any, port: int, announce: Callable[[int], None]) -> None:
    """Serve the station's page on loopback, in a thread; `announce` gets the port."""
    import socket

    import uvicorn

    # The protocol is named because asyncio switches Nagle's delay off only where it is: 40 ms an answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    announce(listening.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    threading.Thread(target=lambda: server.run(sockets=[listening]), name="page", daemon=True).start()

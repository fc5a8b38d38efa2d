"""A folder founded once and copied for every fault: the hub and the printer live on, the station is a real process.

The hub and the printer run in threads here, because neither may notice that the station died;
the station is `ektp station run`, unmodified, under `strace` where a write is to fail.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from attrs import define, evolve, field

from ektp_core.boundary.card_printer import DriverError
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.blank_tests import OrderTest
from ektp_core.flow.decide import Decider
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.recovering import FreeBy, RecoverPrinter
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_core.wire.envelope import pack_envelopes
from ektp_core.wire.problem import refused_to_plain, status_of
from ektp_data.regions import load_regions
from ektp_driver_virtual.launch import RunningPrinter
from ektp_driver_virtual.messages import Prepare
from ektp_driver_virtual.truth import Event, Place
from ektp_keys.book_key import key_of_book
from ektp_station.config import ADDRESS_FILE, BOOK_FILE, PrinterConfig, StationConfig, write_config
from ektp_station.sandbox import Wanted
from ektp_store.sqlite import SqliteStore
from tests.crash.printer import PRINTER, Printer
from tests.crash.scenes import AtDevice, AtHeld, AtWrite, Held, Scene, Strike
from tests.station.station_bench import STATION, HubHere, Line, Office, people

BLANKS = 4
SETTLE_S = 180.0
#: How long one call of a driver may take here, and an answer of the page: a busy machine is no fault of a printer.
CALL_MS, PAGE_S = 60_000, 60
#: How long people watch a station that waits for room on its disk.
FULL_S = 4.0
#: A card that was judged or doubted; nothing more happens to it here.
ENDED = {"PRINTED", "MISPRINTED", "SUSPECT"}
#: A test card that came to its end.
TESTED = {"waste", "unused", "doubt"}


def found(folder: Path) -> "Office":
    """An office with blanks counted in and loaded, and one person whose card nobody has authorised yet."""
    printer = Printer(folder / "printer")
    running = RunningPrinter(printer.folder, PRINTER, None)  # type: ignore[arg-type]  # it runs here
    line = Line(folder, running, blanks=BLANKS).open()
    line.until_absorbed()
    line.end()
    line.hub.must_take(*(line.office.record(person) for person in people(1)))
    line.close()
    printer.stop()
    return line.office


def serve(hub: HubHere, lost: tuple[str, ...] = ()) -> ThreadingHTTPServer:
    """The hub's addresses a station uses, over HTTP. `lost`: of so many uploads nothing is heard."""
    falls = list(lost)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            fall = falls.pop(0) if falls and self.path not in ("/v1/feed", "/v1/payload") else ""
            if fall == "before":
                self._fall()
                return
            try:
                status, answer = 200, _answer(hub, self.path, body)
            except Refused as refused:
                plain = {"refused": refused_to_plain(refused)}
                status, answer = status_of(refused), json.dumps(plain).encode()
            if fall == "after":
                self._fall()
                return
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _fall(self) -> None:
            """The hub dies: before it wrote the upload down, or after, and its receipt never comes."""
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A station that is killed lets its line fall; that is what is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def _answer(hub: HubHere, path: str, body: bytes) -> bytes:
    match path:
        case "/v1/feed":
            return pack_envelopes(hub.feed(body))
        case "/v1/payload":
            return hub.payload(body)
        case _:
            return hub.upload(body)


@define(eq=False, slots=False)
class World:
    """One copy of the office at work. Attributes: what was told to the operator; how the station ended, each time."""

    founded: Office
    folder: Path
    scene: Scene
    told: list[Conclude] = field(init=False, factory=list)
    codes: list[int] = field(init=False, factory=list)
    gave_up: bool = field(init=False, default=False)
    _station: "subprocess.Popen[bytes] | None" = field(init=False, default=None)
    _kill_at: AtDevice | None = field(init=False, default=None)
    _held: Held | None = field(init=False, default=None)
    _order: bytes = field(init=False, default=b"")

    def __attrs_post_init__(self) -> None:
        template = self.founded.made.folder.parent
        shutil.copytree(template, self.folder, ignore=shutil.ignore_patterns("*.sock", "address"))
        hub = self.folder / "hub"
        made = evolve(self.founded.made, folder=hub, book=hub / self.founded.made.book.name)
        self.office = _moved(self.founded, made)
        self.hub = HubHere(self.office)
        self.hub.away = self.scene.tests  # until a test card is ordered: no other card can be before it
        self.server = serve(self.hub, self.scene.lost)
        self.printer = Printer(self.folder / "printer", self._happened, self._heard)
        self.station_folder = self.folder / self.founded.folder.relative_to(template)
        self.page = httpx.Client(trust_env=False, timeout=PAGE_S)
        write_config(self.station_folder, self._config())
        if self.scene.fault:
            self.printer.panel.fault(self.scene.fault, 1, self.scene.step)

    def _config(self) -> StationConfig:
        printer = PrinterConfig("A", "virtual", str(self.printer.folder), PRINTER, CALL_MS)
        url = f"http://127.0.0.1:{self.server.server_port}"
        # A trace of every call would trace the making of the sandbox at each start too.
        return StationConfig(
            STATION, url, (printer,), profile=self.scene.profile, poll_ms=60, retry_ms=40, retry_most_ms=100,
            sandbox=Wanted.OFF,
        )  # fmt: skip

    # -- the station ------------------------------------------------------------------------

    def start(self, strike: Strike | None = None) -> None:
        """Start the station; the strike waits for it."""
        (self.station_folder / ADDRESS_FILE).unlink(missing_ok=True)
        self._kill_at = strike if isinstance(strike, AtDevice) else None
        self._held = strike.what if isinstance(strike, AtHeld) else None
        if self._held is Held.HUB:
            self.hub.away = True
        if self._held is Held.POWER:
            self.printer.panel.power(False)
        command = [sys.executable, "-m", "ektp_cli", "station", "run", str(self.station_folder)]
        if isinstance(strike, AtWrite):
            command = ["strace", "-f", "-qq", "-y", "-o", str(self._trace), *strike.strace, *command]
        with (self.folder / "station.log").open("ab") as log:
            self._station = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def _trace(self) -> Path:
        return self.folder / "strace.out"

    def failed_writes(self) -> list[str]:
        """The files at which a write was made to fail."""
        if not self._trace.exists():
            return []
        lines = self._trace.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line.partition("<")[2].partition(">")[0] for line in lines if "INJECTED" in line]

    def is_running(self) -> bool:
        """Whether the station still runs; notes how it ended."""
        if self._station is None:
            return False
        code = self._station.poll()
        if code is not None:
            self.codes.append(code)
            self._station = None
        return code is None

    def kill(self) -> None:
        """Kill -9; under `strace` the station itself, not its tracer."""
        if self._station is None:
            return
        pid = self._station.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        is_traced = Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip() == "strace"
        with suppress(ProcessLookupError):
            os.kill(int(children[0]) if is_traced and children else pid, signal.SIGKILL)
        self._station.wait()
        self.is_running()

    def _happened(self, event: Event) -> None:
        at = self._kill_at
        if at is None or event.what is not at.what or self._station is None:
            return
        if at.number > 1:
            self._kill_at = evolve(at, number=at.number - 1)
            return
        self._kill_at = None
        self._station.kill()

    def _heard(self, order: object) -> None:
        if self._held is Held.PICTURE and isinstance(order, Prepare) and self._station:
            self._station.kill()
            self._held = None

    def _is_held(self, now: dict[str, Any]) -> bool:
        """Whether the station has come to where it waits for what is held back from it. It can go no further."""
        printers = now.get("printers", [])
        asks = any(one["phase"] == "asking" for one in printers)
        match self._held:
            case Held.HUB:
                return bool(printers)
            case Held.POWER:
                return bool(now.get("held"))
            case Held.VERDICT:
                return asks
            case Held.RECEIPT if asks:
                self.hub.away = True  # before the verdict: nothing that tells of it can arrive
                self.judge(now)
                return bool(self.told)
            case _:
                return False

    def _let_go(self) -> None:
        """What was held back is there again."""
        held, self._held = self._held, None
        self.kill()
        self.hub.away = False
        if held is Held.POWER:
            self.printer.panel.power(True)

    # -- people -----------------------------------------------------------------------------

    def people_meanwhile(self) -> tuple[str, ...]:
        """What people do at the printer while the station is down; the cards they took."""
        return self.printer.panel.take(*self.scene.taken) if self.scene.taken else ()

    def see(self) -> dict[str, Any]:
        """The station's page; empty when it does not answer."""
        try:
            url = (self.station_folder / ADDRESS_FILE).read_text(encoding="utf-8").strip()
            shown: dict[str, Any] = self.page.get(f"{url}/v1/now").json()
        except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError):
            return {}
        return shown

    def judge(self, now: dict[str, Any]) -> None:
        """Somebody looks at the card that waits, if one does, and says what it is."""
        card = next((one["card"] for one in now.get("printers", []) if one["phase"] == "asking"), None)
        if card is None:
            return
        body = self._verdict(card)
        message = self.office.ask(STATION, body, "operator", ask_id=f"look/{time.time_ns()}", at_ms=time.time_ns() // 1_000_000)
        if self._is_taken(message):
            self.told.append(body)

    def order_test(self, now: dict[str, Any]) -> None:
        """Somebody orders a test card, with the same signed ask until it is taken; then the hub is there again."""
        if not self.hub.away or not now.get("printers"):
            return
        self._order = self._order or self.office.ask(
            STATION, OrderTest("A"), "operator", ask_id="test", at_ms=time.time_ns() // 1_000_000
        )
        self.hub.away = not self._is_taken(self._order)

    def _is_taken(self, message: bytes) -> bool:
        try:
            url = (self.station_folder / ADDRESS_FILE).read_text(encoding="utf-8").strip()
            return "accepted" in self.page.post(f"{url}/v1/asks", content=message).json()
        except (OSError, httpx.HTTPError, ValueError):
            return False  # the station went in between: nobody was told anything

    def _verdict(self, card: dict[str, Any]) -> Conclude:
        true = self.printer.truth().cards[f"{card['series']} {card['number']}"]
        if true.taken or true.place is not Place.OUTPUT:
            outcome, place, cause = Outcome.UNKNOWN, BlankPlace.UNKNOWN, Cause.NO_EVIDENCE
        elif true.printed_good:
            outcome, place, cause = Outcome.GOOD, BlankPlace.OUTPUT, Cause.NONE
        else:
            outcome, place, cause = Outcome.SPOILED, BlankPlace.OUTPUT, Cause.MISPRINT
        return Conclude(card["record"], card["n"], outcome, place, Certainty.OPERATOR, cause)

    def work(self, full: bool = False) -> bool:
        """Let things happen until the station ends (False) or everything has settled (True).

        `full`: its disk is full for good. A station may wait for room; somebody makes it, and starts it anew.
        """
        deadline = time.monotonic() + SETTLE_S
        full_since = 0.0
        while time.monotonic() < deadline:
            if not self.is_running():
                return False
            if full and not full_since and self.failed_writes():
                full_since = time.monotonic()
            if full_since and time.monotonic() > full_since + FULL_S:
                self.gave_up = True
                self.kill()
                return False
            now = self.see()
            if self._is_held(now):
                self._let_go()
                return False
            self.order_test(now)
            self.judge(now)
            self._new_ribbon()
            if self._has_settled(now) and not self._frees_a_card():
                return True
            time.sleep(0.02)
        raise AssertionError(f"never settled: {self.see()} {self.hub.locks()}; see {self.folder / 'station.log'}")

    def _frees_a_card(self) -> bool:
        """Whether a card that the printer can move still lies inside: nobody looks there, so somebody orders it out."""
        inside = any(card.place is Place.INSIDE for card in self.printer.truth().cards.values())
        if not inside or self.scene.is_stuck:
            return False
        order, now_ns = RecoverPrinter("A", FreeBy.REJECT), time.time_ns()
        self._is_taken(self.office.ask(STATION, order, "station", ask_id=f"free/{now_ns}", at_ms=now_ns // 1_000_000))
        return True

    def _new_ribbon(self) -> None:
        with suppress(DriverError):  # it has no power at the moment
            if self.printer.truth().ribbon == 0:
                self.printer.panel.new_ribbon()

    def _has_settled(self, now: dict[str, Any]) -> bool:
        if not now or now["commits"] != now["acknowledged"] or now["held"]:
            return False
        if self.scene.tests and not TESTED & {one.get("test_card") for one in now["printers"]}:
            return False
        return set(self.hub.locks().values()) <= ENDED

    # -- looking at the book ------------------------------------------------------------------

    def open_book(self, copy: bool = False) -> SqliteStore:
        """The station's book; of a copy, so that the look changes nothing before the station looks itself."""
        book = self.station_folder / BOOK_FILE
        if copy:
            there = self.folder / "seen"
            shutil.rmtree(there, ignore_errors=True)
            there.mkdir()
            for one in self.station_folder.glob(f"{BOOK_FILE}*"):
                shutil.copy(one, there)
            book = there / BOOK_FILE
        deadline = time.monotonic() + SETTLE_S
        while True:  # a driver's process that was being started at the kill has the lock until its program runs
            try:
                return SqliteStore(str(book), Decider(load_regions(), STATION), apply, owner=STATION, key=key_of_book(book))
            except Refused as refused:
                if refused.refusal is not Refusal.BOOK_IN_USE or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def close(self) -> None:
        """End everything."""
        self.kill()
        self.server.shutdown()
        self.server.server_close()
        self.printer.stop()
        self.hub.close()
        self.page.close()


def _moved(office: Office, made: Any) -> Office:
    moved = Office.__new__(Office)
    moved.__dict__.update(office.__dict__)
    moved.made = made
    return moved

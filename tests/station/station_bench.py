"""A station's folder as the hub exports it, everybody's keys, and a real hub in the same process to talk to."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from attrs import evolve

from ektp_core.boundary.store import Accepted
from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import POLICY
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.rows import Lock, Policy
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.prr import PreviousCard, PrintReadyRecord, Reason, to_payload
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_core.wire.asks import HUB, EnterRecord, write_ask
from ektp_core.wire.envelope import PayloadType, signed
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.launch import RunningPrinter
from ektp_hub.config import PSEUDONYMS
from ektp_hub.door import Door
from ektp_hub.init import HubFolder, make_hub
from ektp_hub.wiring import Hub, open_book
from ektp_keys.key_file import FileSigner, load_key
from ektp_keys.pseudonym import Pseudonyms
from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.founding import found_book
from ektp_station.logs import station_log
from ektp_station.wiring import StationProcess
from ektp_store.memory import MemoryStore

STATION, OFFICE, SERIES, SEED = "station/52.03/1", "office/52.03", "PNRI-2026", "bench"
NOW_MS = 1_800_000_000_000
#: Waiting costs nothing where all is well, and a busy machine may be slow over anything.
WAIT_S = 90.0
#: How long one call of a driver may take: long enough for any machine, and shorter than what a test calls held up.
CALL_MS = 40_000
#: What comes before this was not held up by anything that takes `CALL_MS` or longer.
SOON_S = 30.0


def people(count: int) -> tuple[PrintReadyRecord, ...]:
    """Made-up people who get their first card."""
    made = synthetic_people(7, 6 * count, "52.03", load_regions())
    first = [one for one in made if (one.reason, one.previous) == (Reason.FIRST, PreviousCard.NONE)]
    return tuple(first[:count])


def until(there: Callable[[], Any], what: str, wait_s: float = WAIT_S) -> None:
    """Wait for something, but not for ever."""
    deadline = time.monotonic() + wait_s
    while not there():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.005)


class Office:
    """What `ektp hub init` made, and whoever signs."""

    def __init__(self, folder: Path, at_ms: int = NOW_MS, policy: Policy | None = None) -> None:
        self.made: HubFolder = make_hub(folder, at_ms=at_ms, policy=policy)
        self.folder = self.made.stations[STATION]
        self.keys: dict[str, FileSigner] = {name: load_key(path) for name, path in self.made.people.items()}
        self.keys |= {"hub": load_key(self.made.hub_key), "registry": load_key(self.made.registry_key)}
        self.keys["station"] = load_key(self.folder / "station.key")
        self.at_ms = at_ms
        self.asked = 0

    def ask(self, to: str, body: object, *who: str, ask_id: str = "", at_ms: int | None = None) -> bytes:
        """A signed ask with an id of its own."""
        self.asked += 1
        payload = write_ask(ask_id or f"ask/{self.asked}", to, self.at_ms if at_ms is None else at_ms, body)
        return signed(PayloadType.ASK, payload, [self.keys[name] for name in who]).to_json()

    def record(self, person: PrintReadyRecord, *who: str) -> bytes:
        """A print-ready record; by the registry unless somebody else is named."""
        return self.ask(HUB, EnterRecord(OFFICE, to_payload(person).decode(), self.at_ms), *(who or ("registry",)))

    def book(self) -> MemoryStore:
        """The station's book, just founded."""
        store = MemoryStore(Decider(load_regions(), STATION), apply, STATION)
        found_book(store, self.folder, STATION, self.at_ms)
        return store


class HubHere:
    """The hub itself as a station's uplink, without a line between: `away` cuts it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.store = open_book(office.made.book)
        door = Door(Pseudonyms.load(office.made.folder / PSEUDONYMS), load_regions(), os.urandom)
        self.hub = Hub(self.store, door, office.keys["hub"], station_log(StringIO(), "hub"), stop=lambda _: None)
        self.away = False
        self.calls: list[str] = []
        self._turn = threading.Lock()

    def _reached(self, name: str) -> None:
        self.calls.append(name)
        if self.away:
            raise UplinkError("http://hub", "it is away")

    def must_take(self, *envelopes: bytes) -> list[Accepted]:
        """Asks that are accepted."""
        answers = self.ask(envelopes)
        assert all(isinstance(one, Accepted) for one in answers), answers
        return [one for one in answers if isinstance(one, Accepted)]

    def ask(self, envelopes: Any) -> Any:
        """Answers of the hub's people."""
        with self._turn:
            return asyncio.run(self._answered(lambda: self.hub.asks(envelopes)))

    def feed(self, envelope: bytes) -> Any:
        """Entries of the feed."""
        self._reached("feed")
        with self._turn:
            self.hub.tick()
            self.hub.commit_waiting()
            return asyncio.run(self.hub.feed(envelope))

    def payload(self, envelope: bytes) -> bytes:
        """A payload."""
        self._reached("payload")
        with self._turn:
            return asyncio.run(self.hub.payload(envelope))

    def upload(self, envelope: bytes) -> bytes:
        """A receipt."""
        self._reached("upload")
        with self._turn:
            receipt: bytes = asyncio.run(self._answered(lambda: self.hub.chain(envelope)))
            return receipt

    async def _answered(self, ask: Callable[[], Any]) -> Any:
        asked = asyncio.ensure_future(ask())
        while not asked.done():
            await asyncio.sleep(0)
            self.hub.commit_waiting()
        return await asked

    def locks(self) -> dict[str, str]:
        """State of every record, as the hub knows it."""
        with self._turn, self.store.read() as view:
            return {row.record: row.state.name for row in view.rows(Lock)}

    def close(self) -> None:
        """Let go of the book."""
        with self._turn:
            self.store.close()


class Line:
    """Hub, station and one virtual printer, all at work; the station in a thread of this process."""

    def __init__(
        self, folder: Path, printer: RunningPrinter, cards: int = 0, blanks: int = 20, **settings: Any
    ) -> None:
        self.office = Office(folder / "hub", time.time_ns() // 1_000_000, Policy(POLICY, 1, lease_count=40))
        self.hub = HubHere(self.office)
        self.printer = printer
        self.blanks = blanks
        self.config = StationConfig(
            STATION, "http://127.0.0.1:1",
            (PrinterConfig("A", "virtual", str(printer.folder), printer.serial, CALL_MS),),
            poll_ms=50, retry_ms=50, retry_most_ms=200,
        )  # fmt: skip
        self.config = evolve(self.config, **settings)
        self.code: list[int] = []
        self._enter(cards)

    def _enter(self, cards: int) -> None:
        office, whole = self.office, ((SERIES, 1, self.blanks),)
        chips = tuple(uid_of(SERIES, number, SEED) for number in range(1, self.blanks + 1))
        supplied = TakeSupply("supplier/PNRI", "v5", whole, "SJ-1", "2026-01-05", chips)
        self.hub.must_take(
            office.ask(HUB, supplied, "verifier-1"),
            office.ask(HUB, Grant("J-1", OFFICE, "v5", self.blanks), "verifier-1"),
            office.ask(HUB, Dispatch("K-1", "J-1"), "verifier-1"),
            office.ask(HUB, Receive("K-1", OFFICE, whole), "operator", "verifier-2"),
            office.ask(HUB, Issue("K-2", STATION, "v5", self.blanks), "operator"),
            *(office.record(person) for person in people(cards)),
        )

    def build(self) -> StationProcess:
        """The station, not yet at work."""
        self.process = StationProcess(self.office.folder, self.config, self.office.keys["station"])
        self.process.link.client = self.hub
        return self.process

    def run(self) -> "Line":
        """Let it work, in a thread."""
        self.thread = threading.Thread(target=lambda: self.code.append(self.process.run()), name="station")
        self.thread.start()
        return self

    def start(self) -> "Line":
        """The station at work."""
        self.build()
        return self.run()

    def open(self) -> "Line":
        """The station at work, with its blanks."""
        self.start()
        self.count_in()
        return self

    def count_in(self) -> None:
        """Two people count the blanks, and somebody loads them."""
        until(lambda: self.now("counts").get("IN_TRANSIT") == self.blanks, "the station learns of its blanks")
        whole = ((SERIES, 1, self.blanks),)
        self.printer.panel.load(SERIES, 1, self.blanks, seed=SEED)
        self.must_take(Receive("K-2", STATION, whole), "operator", "verifier-2")
        self.must_take(LoadPrinter("A", whole, 0), "station")

    def ask(self, body: object, *who: str) -> bytes:
        """An ask to the station, made now."""
        return self.office.ask(STATION, body, *who, at_ms=time.time_ns() // 1_000_000)

    def now(self, name: str) -> Any:
        """A part of what the page shows."""
        return self.process.now[name]

    def press(self) -> dict[str, Any]:
        """What the page shows of the printer."""
        return next(iter(self.now("printers")), {"phase": ""})

    def must_take(self, body: object, *who: str) -> None:
        """The station takes an ask."""
        answer = self.process.people_ask(self.ask(body, *who))
        assert isinstance(answer, Accepted), answer

    def judge(self) -> str:
        """Somebody looks at the card the printer let go of; its serial."""
        until(lambda: self.press()["phase"] == "asking", "a card is to be judged")
        card = self.press()["card"]
        serial = f"{card['series']} {card['number']}"
        is_good = self.printer.truth().cards[serial].printed_good
        outcome, cause = (Outcome.GOOD, Cause.NONE) if is_good else (Outcome.SPOILED, Cause.MISPRINT)
        self.must_take(
            Conclude(card["record"], card["n"], outcome, BlankPlace.OUTPUT, Certainty.OPERATOR, cause), "operator"
        )
        until(lambda: self.press().get("card") != card, "the verdict is taken")
        return serial

    def until_absorbed(self) -> None:
        """Nothing is left to do or to tell."""

        def done() -> bool:
            now = self.process.now
            return bool(now["commits"] == now["acknowledged"] and now["held"] == 0)

        until(done, "everything has arrived at the hub")

    def end(self) -> int:
        """Stop the station; its exit code."""
        self.process.stop()
        self.thread.join(WAIT_S)
        assert not self.thread.is_alive(), "the station does not end"
        return self.code[-1]

    def close(self) -> None:
        """End what runs."""
        if hasattr(self, "thread") and self.thread.is_alive():
            self.end()
        self.hub.close()


def refused(answer: object) -> Refused:
    """An answer that must be a refusal."""
    assert isinstance(answer, Refused), answer
    return answer

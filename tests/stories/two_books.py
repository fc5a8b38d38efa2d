"""A hub and copies of one station, by their real step and doors, signed envelopes between them, clocks moved by hand.

A `Site` is one running copy of the station's book: the real keeper, a machine that prints, and a
line that may be cut. A book can be copied, and started again later or twice: that is a restored
backup, or a clone.
"""

import copy
from collections import deque
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

from attrs import evolve

from ektp_core.boundary.card_printer import Artwork
from ektp_core.boundary.store import Answer
from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import POLICY
from ektp_core.flow.rows import Lock, Policy, Row
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.wire.asks import HUB
from ektp_data.regions import load_regions
from ektp_keys.key_file import FileSigner
from ektp_station import messages
from ektp_station.acts import Order, perform
from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.courier import Courier
from ektp_station.founding import found_book, last_sealed_ms
from ektp_station.hub_word import NOTE, HubWord
from ektp_station.keeper import Keeper
from ektp_station.logs import station_log
from ektp_station.steady import SteadyClock, read_note
from ektp_store.memory import MemoryStore
from ektp_testing.sim.plastic import Card
from ektp_testing.sim.printer import Machine
from tests.station.press_bench import NEVER
from tests.station.station_bench import NOW_MS, OFFICE, STATION, HubHere, Office, people

SERIES, PRINTER = "PNRI-2026", "A"
HOUR_MS = 3_600_000
LEASE_MS = 8 * HOUR_MS
REGIONS = load_regions()
DECIDE = Decider(REGIONS, STATION)


def uid_of(number: int) -> str:
    """The chip of a blank."""
    return f"{number:014X}"


def new_book() -> MemoryStore:
    """An empty book of the station."""
    return MemoryStore(DECIDE, apply, STATION)


def copied(store: MemoryStore) -> MemoryStore:
    """The book as it is now, as a file would be copied."""
    return copy.deepcopy(store, {id(DECIDE): DECIDE, id(REGIONS): REGIONS})


class Centre(HubHere):
    """The hub, an office with blanks, and people whose records wait."""

    def __init__(self, folder: Path, cards: int = 3, blanks: int = 10, leases: int = 3) -> None:
        policy = Policy(POLICY, 1, lease_count=leases, lease_ms=LEASE_MS)
        super().__init__(Office(folder, NOW_MS, policy))
        self.at_ms = NOW_MS
        self.error_ms = 0
        self.blanks = blanks
        self.hub.clock = self
        self.hub.door = evolve(self.hub.door, agree=self.office.keys["hub"].agree)
        whole = ((SERIES, 1, blanks),)
        chips = tuple(uid_of(number) for number in range(1, blanks + 1))
        self.take(TakeSupply("supplier/PNRI", "v5", whole, "SJ-1", "2026-01-05", chips), "verifier-1")
        self.take(Grant("J-1", OFFICE, "v5", blanks), "verifier-1")
        self.take(Dispatch("K-1", "J-1"), "verifier-1")
        self.take(Receive("K-1", OFFICE, whole), "operator", "verifier-2")
        self.take(Issue("K-2", STATION, "v5", blanks), "operator")
        self.must_take(*(self.office.record(person) for person in people(cards)))

    def now_ms(self) -> int:
        """The hub's clock."""
        return self.at_ms + self.error_ms

    def monotonic_ms(self) -> int:
        """What really passed."""
        return self.at_ms - NOW_MS

    def go(self, ms: int) -> None:
        """Time goes by, for everybody."""
        self.at_ms += ms
        self.office.at_ms = self.at_ms

    def take(self, body: object, *who: str) -> Any:
        """An ask of people that is taken; its events."""
        (answer,) = self.must_take(self.office.ask(HUB, body, *who))
        return answer.events

    def refused(self, body: object, *who: str) -> Refused:
        """An ask of people that is refused."""
        (answer,) = self.ask([self.office.ask(HUB, body, *who)])
        assert isinstance(answer, Refused), answer
        return answer

    def row(self, kind: type[Row], *key: object) -> Any:
        """A row of the hub's book, or None."""
        with self.store.read() as view:
            return view.row(kind, *key)

    def rows(self, kind: type[Row], *prefix: object) -> list[Any]:
        """Rows of the hub's book."""
        with self.store.read() as view:
            return list(view.rows(kind, *prefix))

    def state(self, record: str) -> str:
        """The state of a record's lock."""
        return str(self.row(Lock, record).state.name)


class Hopper:
    """The office's table: the real blanks, and the machines they lie in."""

    def __init__(self, centre: Centre, blanks: int = 10) -> None:
        self.machine = Machine(PRINTER, Random(1), centre.now_ms, lambda _: None, NEVER, "complete")
        self.machine.hopper = [Card(number, uid_of(number), "hopper") for number in range(1, blanks + 1)]
        self.cards = list(self.machine.hopper)

    @property
    def good(self) -> list[Card]:
        """Cards that were really printed, and are good."""
        return [card for card in self.cards if card.is_good]

    def made_for(self, record: str) -> int:
        """How many good cards were printed for a record."""
        return sum(card.job.startswith(record) for card in self.good)


class Site:
    """One running copy of the station."""

    def __init__(
        self, centre: Centre, store: MemoryStore, hopper: Hopper | None = None, *,
        signer: FileSigner | None = None, wall_ms: int = 0, boot: str = "",
    ) -> None:  # fmt: skip
        self.centre, self.store, self.hopper = centre, store, hopper
        self.is_cut = False
        self.wall_off_ms = wall_ms
        self.signer = signer or centre.office.keys["station"]
        self.log = StringIO()
        self.todo: deque[Callable[[], None]] = deque()
        clock = SteadyClock(
            self.wall_ms, centre.monotonic_ms, last_sealed_ms(store), read_note(store.link(NOTE)), boot
        )
        config = StationConfig(
            STATION, "http://127.0.0.1:1", (PrinterConfig(PRINTER, "virtual", "x", "y"),), operator_looks=False,
            poll_ms=500, retry_ms=500,
        )  # fmt: skip
        self.keeper = Keeper(
            config, self.signer, store, station_log(self.log, STATION), self, clock.now_ms, self.wall_ms,
            HubWord(store, clock, STATION),
        )  # fmt: skip
        up = messages.PrinterUp(PRINTER, hopper.machine.capabilities(0)) if hopper else messages.PrinterAbsent(PRINTER)
        self.keeper.take(up)
        self.drain()

    def wall_ms(self) -> int:
        """The office machine's clock on the wall."""
        return self.centre.at_ms + self.wall_off_ms

    # -- what the keeper orders

    def perform(self, printer: str, order: Order) -> None:
        """An order of the press."""
        assert self.hopper is not None, "an order without a machine"
        machine = self.hopper.machine

        def act() -> None:
            result = perform(machine, order, Artwork(b"picture"), 1_000)
            self.keeper.take(messages.Drove(printer, result))

        self.todo.append(act)

    def fetch(self, after: int, then: Callable[[Any], None]) -> None:
        """Entries of the feed, if the line bears."""
        nonces = iter((f"{self.centre.at_ms:032d}",))
        courier = Courier(
            self, self.signer, STATION, self.wall_ms, self.centre.monotonic_ms, lambda: next(nonces)
        )
        self.todo.append(lambda: self._guarded(False, lambda: courier.fetched(after), then))

    def upload(self, message: Any, then: Any = None) -> Any:
        """Commits to the hub (as the keeper orders it), or the call itself (as a courier's uplink)."""
        self.todo.append(lambda: self._guarded(True, lambda: self._reached(self.centre.upload)(message), then))

    def _guarded(self, is_upload: bool, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        try:
            found = work()
        except UplinkError:
            self.keeper.take(messages.LinkFailed(is_upload))
        except Refused as refused:
            self.keeper.trouble("hub", str(refused))
            self.keeper.take(messages.Acknowledged(refused) if is_upload else messages.LinkFailed(False))
        else:
            then(found)

    def _reached(self, call: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
        if self.is_cut:
            raise UplinkError("http://hub", "the line is cut")
        return call

    def feed(self, envelope: bytes) -> Any:
        """The uplink of a courier."""
        return self._reached(self.centre.feed)(envelope)

    def payload(self, envelope: bytes) -> Any:
        """The uplink of a courier."""
        return self._reached(self.centre.payload)(envelope)

    def ask(self, envelopes: Any) -> Any:
        """A station asks nothing."""
        raise NotImplementedError

    # -- time, and people

    def drain(self) -> None:
        """Let everything happen that waits."""
        while self.todo:
            self.todo.popleft()()

    def tick(self, times: int = 1, ms: int = 1_100) -> "Site":
        """Time goes by."""
        for _ in range(times):
            self.centre.go(ms)
            self.keeper.take(messages.Ticked())
            self.drain()
        return self

    def people(self, body: object, *who: str) -> Answer:
        """People at the station ask."""
        answers: list[Answer] = []
        raw = self.centre.office.ask(STATION, body, *who, at_ms=self.wall_ms())
        self.keeper.people_ask(raw, answers.append)
        self.drain()
        return answers[0]

    @property
    def stopped(self) -> str:
        """Why printing is stopped for good."""
        return self.keeper.state.stopped_why

    def row(self, kind: type[Row], *key: object) -> Any:
        """A row of this copy's book, or None."""
        with self.store.read() as view:
            return view.row(kind, *key)

    def rows(self, kind: type[Row], *prefix: object) -> list[Any]:
        """Rows of this copy's book."""
        with self.store.read() as view:
            return list(view.rows(kind, *prefix))


def opened(centre: Centre) -> Site:
    """The station with its blanks counted in, no machine yet, and the first authorisations taken."""
    store = new_book()
    found_book(store, centre.office.folder, STATION, centre.at_ms)
    site = Site(centre, store).tick(3)
    whole = ((SERIES, 1, centre.blanks),)
    answer = site.people(Receive("K-2", STATION, whole), "operator", "verifier-2")
    assert not isinstance(answer, Refused), answer
    answer = site.people(LoadPrinter(PRINTER, whole, 0), "station")
    assert not isinstance(answer, Refused), answer
    return site.tick(5)

"""A station at work with nothing to wait for: the real folder, keeper, step and encrypted book, a printer that answers at once.

What the station's main thread does is done here in the same order, without its threads: every
order to the printer has its answer at once, and the hub says nothing unless a contender lets it.
"""

import hashlib
from collections import deque
from collections.abc import Callable
from io import StringIO
from typing import Any

from attrs import Factory, define, field, frozen

from ektp_core.boundary.card_printer import (
    EVIDENCE,
    Can,
    Capabilities,
    CardPosition,
    Counter,
    CounterName,
    Counters,
    JobRecord,
    Look,
    Status,
)  # fmt: skip
from ektp_core.boundary.store import Payload, Work
from ektp_core.errors import Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import to_json
from ektp_core.flow.decide import Decider
from ektp_core.flow.events import Authorised, Entered, Event, FeedTaken, TakenIn
from ektp_core.flow.rows import Lock
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_core.wire.upload import Receipt
from ektp_data.regions import load_regions
from ektp_keys.payload_box import lock_payload
from ektp_station import door, messages
from ektp_station.acts import Act, Done, Order
from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.disk_room import DiskRoom, RoomyStore
from ektp_station.founding import found_book
from ektp_station.journal_key import open_store
from ektp_station.keeper import Keeper
from ektp_station.logs import station_log
from ektp_station.steady import passed_ms
from ektp_station.wiring import SNAPSHOT_MS
from tests.station.station_bench import NOW_MS, OFFICE, SERIES, STATION, Office, people

PRINTER = "A"
CAN = Capabilities(EVIDENCE | Can.READS_CHIP | Can.FEEDER | Can.REJECT_TRAY, 1016, 648, 300)
#: As many authorisations as the policy lets a station hold.
HELD = 50
_YEAR_MS = 365 * 86_400_000


@frozen
class Happened:
    """Events written as they stand, to set a book up."""

    events: tuple[Event, ...]


def decider() -> Callable[[View, Ask], "tuple[Event, ...] | Refused"]:
    """The station's rules, and events as they stand."""
    rules = Decider(load_regions(), STATION)
    return lambda view, ask: ask.body.events if isinstance(ask.body, Happened) else rules(view, ask)


def happen(store: Any, *events: Event, payloads: tuple[Payload, ...] = (), at_ms: int = NOW_MS) -> None:
    """Write events in one commit."""
    (answer,) = store.commit([Work(Ask("", Happened(events), (), at_ms, b""), payloads)], at_ms)
    assert not isinstance(answer, Refused), answer


def name_of(number: int) -> str:
    """The record of the citizen with that number."""
    return f"52.03-{number:06d}"


def authorised(number: int, digest: bytes) -> tuple[Event, ...]:
    """What the station's book holds once it took the authorisation of a record."""
    name = name_of(number)
    first = (Reason.FIRST, PreviousCard.NONE, "", "")
    return (
        Entered(name, b"person %d" % number, OFFICE, *first, digest, "key/registry", NOW_MS),
        Authorised(name, 1, STATION, NOW_MS + _YEAR_MS, number),
        FeedTaken(STATION, number, b"digest", name, 1, 2),
    )


def opened(office: Office, blanks: int) -> RoomyStore:
    """The founded book of a station with blanks in its one printer; it is encrypted, as every station's is."""
    room = DiskRoom(office.folder, passed_ms)
    store = open_store(office.folder, None, decider(), STATION, room)[0]
    found_book(store, office.folder, STATION, NOW_MS)
    happen(store, TakenIn(SERIES, 1, blanks, STATION, Bucket.STOCK, "v5", OFFICE))
    loading = LoadPrinter(PRINTER, ((SERIES, 1, blanks),), 0)
    ask = Ask("", loading, (office.keys["station"].key_id,), NOW_MS, hashlib.sha256(to_json(loading)).digest())
    (answer,) = store.commit([Work(ask)], NOW_MS)
    assert not isinstance(answer, Refused), answer
    return store


@define
class AtOnce:
    """A printer that does at once what it is told; the blanks of its hopper follow their serials."""

    fed: int = 0
    uid: str = ""
    job: JobRecord | None = None
    position: CardPosition = CardPosition.NONE

    def answer(self, order: Order) -> Done:
        """What the driver would bring back."""
        read, chip_fits = "", None
        match order.act:
            case Act.FEED:
                self.fed, self.job, self.position = self.fed + 1, None, CardPosition.HOPPER_EXIT
                self.uid = f"{self.fed:014X}"
            case Act.READ_UID:
                read = self.uid
            case Act.ENCODE:
                chip_fits = True
            case Act.MARK:
                good = Verdict(Outcome.GOOD, BlankPlace.IN_PRINTER, Certainty.DEVICE_JOB_RECORD)
                self.job, self.position = JobRecord(order.job_key, 1, good), CardPosition.HEAD
            case Act.EJECT:
                self.position = CardPosition.NONE
        counters = Counters((Counter(CounterName.FED, self.fed, "feed"),))
        return Done(Look(Status((), self.position, 1, False), counters, self.job), read, chip_fits)


@define(eq=False)
class AtWork:
    """The station's main thread at work. Attributes: is_answered: whether the hub takes what is brought, once a card."""

    office: Office
    store: RoomyStore
    is_answered: bool = False
    printer: AtOnce = Factory(AtOnce)
    keeper: Keeper = field(init=False)
    inputs: "deque[messages.Input]" = Factory(deque)
    orders: int = 0
    _begun_ms: int = Factory(passed_ms)
    _next_snapshot_ms: int = 0
    _payload: bytes = Factory(bytes)

    def __attrs_post_init__(self) -> None:
        one = PrinterConfig(PRINTER, "virtual", "", "VP-0001", look_ms=60_000)
        config = StationConfig(STATION, "http://hub", (one,), operator_looks=False)
        room = DiskRoom(self.office.folder, passed_ms)
        log = station_log(StringIO(), STATION)
        signer = self.office.keys["station"]
        self.keeper = Keeper(config, signer, self.store, log, self, self._now_ms, self._now_ms, None, room)
        self._payload = self.office.record(people(1)[0])

    def _now_ms(self) -> int:
        return NOW_MS + passed_ms() - self._begun_ms

    # -- what the keeper orders ---------------------------------------------------------------

    def perform(self, printer: str, order: Order) -> None:
        """The printer answers at once."""
        self.orders += 1
        self.inputs.append(messages.Drove(printer, self.printer.answer(order)))

    def fetch(self, after: int, then: Callable[[list[door.Carried]], None]) -> None:
        """The hub has nothing."""

    def upload(self, message: bytes, then: Callable[[bytes], None]) -> None:
        """The hub's answer comes when a contender lets it."""

    # -- the loop -----------------------------------------------------------------------------

    def take(self, *inputs: messages.Input) -> None:
        """As the station's main thread does: inputs, and now and then what its page shows."""
        self.keeper.take(*inputs)
        if passed_ms() >= self._next_snapshot_ms:
            self.keeper.show()
            self._next_snapshot_ms = passed_ms() + SNAPSHOT_MS

    def up(self) -> None:
        """The driver opened its device."""
        self.take(messages.PrinterUp(PRINTER, CAN))

    def authorise(self, first: int, count: int) -> None:
        """So many more citizens, with their personal data; nothing of this is measured."""
        digests = [hashlib.sha256(b"%d" % number).digest() for number in range(first, first + count)]
        events = [one for at, digest in enumerate(digests) for one in authorised(first + at, digest)]
        happen(self.store, *events, payloads=tuple(lock_payload(self._payload, digest) for digest in digests))

    def cards(self, first: int, count: int) -> int:
        """Print so many cards, each to its outcome; how many were."""
        for number in range(first, first + count):
            before = self.orders
            while not self._is_ended(number):
                self.keeper.has_moved = False
                self.take(messages.Ticked())
                while self.inputs:
                    self.take(self.inputs.popleft())
                assert self.orders > before, f"nothing is done: {self.keeper.now}"
                before = self.orders - 1
            if self.is_answered:
                position = self.store.position()
                self.take(messages.Acknowledged(Receipt(1, STATION, position.n, position.head.hex(), position.n)))
        return count

    def _is_ended(self, number: int) -> bool:
        with self.store.read() as view:
            lock = view.row(Lock, name_of(number))
        return lock is not None and lock.state is LockState.PRINTED

"""A centre to test: a hub's folder made as `ektp hub init` makes it, with everybody's keys at hand."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ektp_core.boundary.store import Accepted, Answer, Work
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Found
from ektp_core.flow.rows import FeedRow
from ektp_core.flow.station_book import TakeFeed
from ektp_core.vocabulary.prr import PreviousCard, PrintReadyRecord, Reason, to_payload
from ektp_core.wire.asks import EnterRecord, read_ask, write_ask
from ektp_core.wire.envelope import Envelope, PayloadType, signed
from ektp_core.wire.upload import Fetch, Upload, write_fetch, write_upload
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions
from ektp_hub.config import PSEUDONYMS
from ektp_hub.door import Door
from ektp_hub.init import FOUNDING, STATION_KEY, HubFolder, make_hub
from ektp_hub.wiring import open_book
from ektp_keys.key_file import FileSigner, load_key
from ektp_keys.pseudonym import Pseudonyms
from ektp_store.memory import MemoryStore
from ektp_store.sqlite import SqliteStore

NOW_MS = 1_800_000_000_000
STATION = "station/52.03/1"
OFFICE = "office/52.03"


def people(count: int) -> tuple[PrintReadyRecord, ...]:
    """Made-up people who get their first card."""
    made = synthetic_people(7, 6 * count, "52.03", load_regions())
    first = [one for one in made if (one.reason, one.previous) == (Reason.FIRST, PreviousCard.NONE)]
    return tuple(first[:count])


class Keys:
    """Everybody's keys, out of the files `make_hub` wrote."""

    def __init__(self, made: HubFolder) -> None:
        self.hub = load_key(made.hub_key)
        self.registry = load_key(made.registry_key)
        self.operator = load_key(made.people["operator"])
        self.first = load_key(made.people["verifier-1"])
        self.second = load_key(made.people["verifier-2"])
        self.station = load_key(made.stations[STATION] / STATION_KEY)


class Messages:
    """Signed messages as people and the station send them, all at one moment."""

    def __init__(self, keys: Keys, at_ms: int = NOW_MS) -> None:
        self.keys = keys
        self.at_ms = at_ms
        self.made = 0

    def ask(
        self, body: object, *signers: FileSigner, ask_id: str = "", to: str = "hub", at_ms: int | None = None
    ) -> bytes:
        """A signed ask; without an id it gets the next one."""
        self.made += 1
        when = self.at_ms if at_ms is None else at_ms
        payload = write_ask(ask_id or f"ask/{self.made}", to, when, body)
        return signed(PayloadType.ASK, payload, signers).to_json()

    def enter(self, person: PrintReadyRecord, *, ask_id: str = "", at_ms: int | None = None) -> bytes:
        """A print-ready record, signed by the registry."""
        body = EnterRecord(OFFICE, to_payload(person).decode(), self.at_ms)
        return self.ask(body, self.keys.registry, ask_id=ask_id, at_ms=at_ms)

    def blanks_to_station(self, count: int) -> tuple[bytes, ...]:
        """Everything by which `count` blanks come from the supplier to the station, in order."""
        first, second, operator = self.keys.first, self.keys.second, self.keys.operator
        ranges = (("PNRI-2026", 1, count),)
        return (
            self.ask(TakeSupply("supplier/PNRI", "v5", ranges, "BAST-1", "2026-01-05"), first),
            self.ask(Grant("J-1", OFFICE, "v5", count), first),
            self.ask(Dispatch("K-1", "J-1"), first),
            self.ask(Receive("K-1", OFFICE, ranges), operator, second),
            self.ask(Issue("K-2", STATION, "v5", count), operator),
        )

    def chain(self, upload: Upload, signer: FileSigner | None = None) -> bytes:
        """Sealed commits under the station's signature."""
        return signed(PayloadType.CHAIN, write_upload(upload), (signer or self.keys.station,)).to_json()

    def fetch(self, *, after: int = 0, limit: int = 100, digest: str = "", at_ms: int | None = None) -> bytes:
        """A fetch by the station."""
        when = self.at_ms if at_ms is None else at_ms
        payload = write_fetch(Fetch(1, STATION, when, after, limit, digest))
        return signed(PayloadType.FETCH, payload, (self.keys.station,)).to_json()


class StationBook:
    """A station's own book, founded from the hub's export, to make chains that are real."""

    def __init__(self, made: HubFolder, keys: Keys) -> None:
        self._keys = keys
        self._store = MemoryStore(Decider(load_regions(), STATION), apply, STATION)
        envelope = Envelope.from_json((made.stations[STATION] / FOUNDING).read_bytes())
        _, register = read_ask(envelope.payload)
        self._commit(Ask("founding", Found(register), (), NOW_MS, envelope.digest))

    def take(self, entry: bytes) -> None:
        """Take one feed entry, as the hub signed it."""
        envelope = Envelope.from_json(entry)
        self.take_body(envelope.payload)

    def take_body(self, body: bytes) -> None:
        """Take the bytes of a feed entry."""
        digest = hashlib.sha256(body).digest()
        self._commit(Ask("", TakeFeed(body, digest), (self._keys.hub.key_id,), NOW_MS, digest))

    def receive(self, count: int) -> None:
        """Two people count the consignment in."""
        body = Receive("K-2", STATION, (("PNRI-2026", 1, count),))
        who = (self._keys.operator.key_id, self._keys.second.key_id)
        self._commit(Ask("count", body, who, NOW_MS, b"count"))

    def upload(self, after: int = 0) -> Upload:
        """Its commits after the one named."""
        return Upload(STATION, tuple(self._store.sealed_since(after, 1_000)))

    def _commit(self, ask: Ask) -> None:
        (answer,) = self._store.commit((Work(ask),), NOW_MS)
        assert isinstance(answer, Accepted), answer


class Centre:
    """A hub's folder, its open book, and its door."""

    def __init__(self, folder: Path) -> None:
        self.made = make_hub(folder, at_ms=NOW_MS)
        self.keys = Keys(self.made)
        self.messages = Messages(self.keys)
        self.store: SqliteStore = open_book(self.made.book)
        self.door = Door(Pseudonyms.load(folder / PSEUDONYMS), load_regions(), Random(1).randbytes)

    def open(self, raw: bytes, now_ms: int = NOW_MS) -> Work | Refused:
        """What the door makes of an ask."""
        with self.store.read() as view:
            return self.door.open_ask(raw, view, now_ms)

    def take(self, raw: bytes, now_ms: int = NOW_MS) -> Answer:
        """Open and commit one ask."""
        work = self.open(raw, now_ms)
        return work if isinstance(work, Refused) else self.store.commit((work,), now_ms)[0]

    def must_take(self, *envelopes: bytes) -> list[Accepted]:
        """Open and commit asks that must be accepted."""
        answers = [self.take(raw) for raw in envelopes]
        assert all(isinstance(one, Accepted) for one in answers), answers
        return [one for one in answers if isinstance(one, Accepted)]

    def station_with_blanks(self, count: int) -> StationBook:
        """The station's book after it took its feed and counted the blanks in; nothing uploaded yet."""
        self.must_take(*self.messages.blanks_to_station(count))
        book = StationBook(self.made, self.keys)
        with self.store.read() as view:
            entries = [row.body for row in view.rows(FeedRow, STATION)]
        for body in entries:
            book.take_body(body)
        book.receive(count)
        return book

    def view(self, read: Callable[..., Any], *rest: Any) -> Any:
        """What one of the reads says of the book."""
        with self.store.read() as view:
            return read(view, *rest)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path / "hub")
    yield made
    made.store.close()


@pytest.fixture
def some_people() -> Callable[[int], tuple[PrintReadyRecord, ...]]:
    return people


@pytest.fixture
def founded(tmp_path: Path) -> HubFolder:
    """A hub's folder that nobody has opened yet."""
    return make_hub(tmp_path / "hub", at_ms=NOW_MS)


@pytest.fixture
def station_book() -> type[StationBook]:
    return StationBook


@pytest.fixture
def messages_of() -> Callable[..., Messages]:
    def make(made: HubFolder, at_ms: int) -> Messages:
        return Messages(Keys(made), at_ms)

    return make


@pytest.fixture
def centre_keys(founded: HubFolder) -> Keys:
    return Keys(founded)

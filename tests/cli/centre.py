"""A hub that answers in this process, and a station's book beside it, for the tests of the commands.

The hub's folder, keys, book, door and addresses are the real ones; only the loop that gathers
asks into commits is left out. What a station sealed is carried to the hub by hand.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from ektp_cli.asking import now_ms
from ektp_core.boundary.store import Accepted, Answer, Work
from ektp_core.errors import Refused
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask, Body
from ektp_core.flow.custody import Receive
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Found
from ektp_core.flow.pressing import Conclude, NoteStep, StartCard
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Desk, FeedRow, Lock
from ektp_core.flow.station_book import LoadPrinter, TakeFeed
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_core.wire.asks import read_ask
from ektp_core.wire.chain import read_header
from ektp_core.wire.envelope import Envelope
from ektp_core.wire.question import answer_to_plain
from ektp_data.regions import load_regions
from ektp_hub import reads
from ektp_hub.config import PSEUDONYMS
from ektp_hub.door import Door
from ektp_hub.init import FOUNDING, STATION_KEY, make_hub
from ektp_hub.question_door import answered
from ektp_hub.server import make_app
from ektp_hub.wiring import open_book
from ektp_keys.key_file import load_key
from ektp_keys.pseudonym import Pseudonyms
from ektp_store.memory import MemoryStore

URL = "http://pusat.example"
STATION, OFFICE = "station/52.03/1", "office/52.03"
SERIES = "PNRI-18"

GOOD = (Outcome.GOOD, BlankPlace.OUTPUT, Certainty.COUNTER_POSITION, Cause.NONE)
BAD = (Outcome.SPOILED, BlankPlace.OUTPUT, Certainty.COUNTER_POSITION, Cause.MISPRINT)
UNKNOWN = (Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, Cause.NONE)

Ending = tuple[Outcome, BlankPlace, Certainty, Cause]


class Centre:
    """A hub's folder and open book, as `make_app` wants it served."""

    def __init__(self, folder: Path) -> None:
        self.made = make_hub(folder, at_ms=now_ms())
        self.store = open_book(self.made.book)
        self.door = Door(Pseudonyms.load(folder / PSEUDONYMS), load_regions(), os.urandom)
        self.hub_key = load_key(self.made.hub_key).key_id
        self.late_ms = 0  # how much later it is here than where asks are made
        self.sent: list[bytes] = []

    # -- what the addresses ask for

    async def asks(self, envelopes: Sequence[bytes]) -> Sequence[Answer]:
        self.sent += envelopes
        with self.store.read() as view:
            opened = [self.door.open_ask(raw, view, now_ms() + self.late_ms) for raw in envelopes]
        answers = iter(self.store.commit([one for one in opened if isinstance(one, Work)], now_ms() + self.late_ms))
        return [one if isinstance(one, Refused) else next(answers) for one in opened]

    async def chain(self, envelope: bytes) -> bytes:
        raise AssertionError("carried by hand")

    feed = payload = chain

    async def why(self, envelope: bytes) -> dict[str, Any]:
        with self.store.read() as view:
            return answer_to_plain(answered(envelope, view, self.door.pseudonyms, now_ms()).answer)

    async def founding(self, station: str) -> bytes:
        raise NotImplementedError

    async def accountability(self) -> dict[str, Any]:
        return await self.read(reads.accountability)

    async def read(self, read: Callable[[View], dict[str, Any]]) -> dict[str, Any]:
        with self.store.read() as view:
            return read(view)

    # -- for tests

    def person(self, name: str) -> str:
        """The path of a person's key."""
        return str(self.made.people[name])

    def view(self, read: Callable[..., dict[str, Any]], *rest: Any) -> dict[str, Any]:
        """What one of the hub's reads says."""
        with self.store.read() as view:
            return read(view, *rest)

    def take(self, body: Body, *keys: str, name: str = "") -> None:
        """Write something that comes from the hub itself or from a chain."""
        done(self.store.commit([Work(Ask(name, body, keys, now_ms(), name.encode()))], now_ms())[0])


class Line(httpx.BaseTransport):
    """The line to a hub in this process; `cut` says how many more requests get through, None: all."""

    def __init__(self, centre: Centre) -> None:
        self._app = make_app(centre)  # type: ignore[arg-type]  # two addresses of stations are not served
        self.cut: int | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut is not None:
            self.cut -= 1
            if self.cut < 0:
                raise httpx.ReadTimeout("cut", request=request)
        return asyncio.run(self._through(request))

    async def _through(self, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=URL) as client:
            found = await client.request(request.method, request.url, content=request.read(), headers=request.headers)
        return httpx.Response(found.status_code, content=found.content)


class Station:
    """A station's own book; both books know of whatever it does here when the call returns."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        folder = centre.made.stations[STATION]
        self.key = load_key(folder / STATION_KEY).key_id
        self.store = MemoryStore(Decider(load_regions(), STATION), apply, STATION)
        envelope = Envelope.from_json((folder / FOUNDING).read_bytes())
        _, register = read_ask(envelope.payload)
        self._take(Found(register), name="founding")
        self.exchange()

    def exchange(self) -> None:
        """Carry the feed here and the chain there until neither side owes anything."""
        while self._feed() or self._ship():
            pass

    def receive(self, consignment: str, lo: int, hi: int) -> None:
        """Two people count blanks in, and load them."""
        people = [load_key(self.centre.made.people[name]).key_id for name in ("operator", "verifier-2")]
        self._take(Receive(consignment, STATION, ((SERIES, lo, hi),)), *people, name="count")
        self._take(LoadPrinter("A", ((SERIES, lo, hi),), 0), self.key, name="load")
        self.exchange()

    def print(self, record: str, ending: Ending) -> None:
        """Authorise a record and print it with that outcome."""
        self.centre.take(Authorise(record, STATION), self.centre.hub_key, name=f"auto/{record}")
        self.exchange()
        with self.store.read() as view:
            lock = view.row(Lock, record)
        assert lock is not None
        self._take(StartCard(record, lock.n, "A", -1, Profile.NO_CHIP), self.key)
        for step in (PressStep.FED, PressStep.INTENT_MARK, PressStep.EJECTED):
            self._take(NoteStep(record, lock.n, step), self.key)
        self._take(Conclude(record, lock.n, *ending), self.key)
        self.exchange()

    def _take(self, body: Body, *keys: str, name: str = "") -> None:
        done(self.store.commit([Work(Ask(name, body, keys, now_ms(), name.encode()))], now_ms())[0])

    def _feed(self) -> bool:
        with self.store.read() as mine:
            taken = (mine.row(Desk, STATION) or Desk(STATION)).taken_m
        with self.centre.store.read() as view:
            entry = view.row(FeedRow, STATION, taken + 1)
        if entry:
            self._take(TakeFeed(entry.body, hashlib.sha256(entry.body).digest()), self.centre.hub_key)
        return entry is not None

    def _ship(self) -> bool:
        with self.centre.store.read() as view:
            known = (view.row(Desk, STATION) or Desk(STATION)).chain_n
        commits = self.store.sealed_since(known, 1_000)
        for one in commits:
            header = read_header(one.header)
            body = AbsorbCommit(STATION, one.n, header.previous, one.head, header.at_ms, header.pen, one.events)
            self.centre.take(body, self.key)
        return bool(commits)


def done(answer: Answer) -> None:
    assert isinstance(answer, Accepted), answer

"""A small country (dunia kecil): one hub, a station or two, their printers, people, and a bad network.

The real steps of hub and station run on real books in memory; this file is their shell, on a
clock of its own and without a thread. Everything random comes from one seed, so the same seed
is the same story, told in `trace` in plain words. Crashes throw a step's state away, and what
waits to be committed or sent with it; books and machines stay.
"""

import heapq
import itertools
from collections.abc import Callable
from hashlib import sha256
from random import Random
from typing import Any

from attrs import Factory, define, field

from ektp_core.boundary.card_printer import Artwork
from ektp_core.boundary.store import Work
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.decide import Decider
from ektp_core.flow.rows import FeedRow
from ektp_core.vocabulary.region import Regions
from ektp_core.wire.upload import Receipt, Upload, read_receipt, read_upload, write_upload
from ektp_hub import step as hub_step
from ektp_station import messages
from ektp_station.acts import Order, perform
from ektp_station.step import step as station_step
from ektp_store.memory import MemoryStore
from tests.simulation.card_machine import Card, Machine, Trouble

REGIONS = Regions({"52": "Nusa Tenggara Barat", "52.03": "Lombok Timur"})
HUB_KEY, EPOCH_MS = "key/hub", 1_700_000_000_000
ART = Artwork(b"picture")


@define(eq=False)
class Bad:
    """How bad the world is: chances, all of them 0 once it heals."""

    lost: float = 0.0
    doubled: float = 0.0
    delay_ms: int = 20
    crash: float = 0.0  # of a station, in a second
    hub_crash: float = 0.0
    after_commit: float = 0.0  # a crash between commit and reply
    mischief: float = 0.0  # recalls, lost cards, hands in machines
    trouble: Trouble = Factory(Trouble)


@define(eq=False)
class Node:
    """One process: a book that stays, a state that a crash throws away."""

    world: "World"
    name: str
    store: MemoryStore
    state: Any = None
    epoch: int = 0
    is_up: bool = False
    wanted: list[Any] = Factory(list)

    def later(self, low_ms: int, high_ms: int, what: Callable[[], None]) -> None:
        """Do something a little later, unless the process died meanwhile."""
        epoch = self.epoch
        self.world.at(self.world.dice.randint(low_ms, high_ms), lambda: what() if self.epoch == epoch else None)

    def persist(self, effect: Any) -> None:
        """Everything that waits is one commit."""
        self.wanted.append(effect)
        if len(self.wanted) == 1:
            self.later(0, 20, self._commit)

    def _commit(self) -> None:
        group, self.wanted = self.wanted, []
        works = [work for one in group for work in one.works]
        answers = iter(self.store.commit(works, max(work.ask.at_ms for work in works)))
        self.world.after_commit(self)
        by_token = [(one.token, tuple(next(answers) for _ in one.works)) for one in group]
        for refused in (a for _, some in by_token for a in some if isinstance(a, Refused)):
            self.world.say(f"{self.name} refuses: {refused}")
        if self.world.chance(self.world.bad.after_commit):
            self.world.say(f"{self.name} dies between commit and reply")
            self.crash()
            return
        self.later(0, 20, lambda: self._answered(by_token))

    def _answered(self, by_token: list[tuple[int, tuple[Any, ...]]]) -> None:
        for token, answers in by_token:
            self.persisted(token, answers)

    def persisted(self, token: int, answers: tuple[Any, ...]) -> None:
        """The answers of a commit go into the step."""

    def crash(self) -> None:
        """The process is gone; what it had not written with it."""
        self.world.say(f"{self.name} crashes")
        self.epoch, self.is_up, self.wanted = self.epoch + 1, False, []
        self.later(100, 4_000, self.start)

    def start(self) -> None:
        """Begin again from the book."""


@define(eq=False)
class Hub(Node):
    """The hub's process."""

    replies: dict[int, Callable[[Any], None]] = Factory(dict)
    numbers: Any = field(factory=lambda: itertools.count(1))

    def start(self) -> None:
        """Begin again from the book."""
        self.is_up, self.replies = True, {}
        self.state = hub_step.HubState(HUB_KEY)
        self._tick()

    def _tick(self) -> None:
        self.put(hub_step.Ticked())
        self.later(300, 500, self._tick)

    def put(self, what: hub_step.Input) -> None:
        """One input of the step, and its effects carried out."""
        with self.store.read() as view:
            self.state, effects = hub_step.step(self.state, view, what, self.world.now_ms)
        for effect in effects:
            if isinstance(effect, hub_step.Persist):
                self.persist(effect)
            elif isinstance(effect, hub_step.Reply):
                self.replies.pop(effect.request, lambda _: None)(effect.answer)
            else:
                self.world.say(f"the hub's alarm: {effect.what} {dict(effect.facts)}")

    def persisted(self, token: int, answers: tuple[Any, ...]) -> None:
        """The answers of a commit go into the step."""
        self.put(hub_step.Persisted(token, answers))

    def ask(self, works: tuple[Work, ...]) -> None:
        """People at the hub ask; they look at the book for the answer."""
        if self.is_up:
            self.put(hub_step.AsksArrived(next(self.numbers), works))

    def upload(self, raw: bytes, key: str, reply: Callable[[Any], None]) -> None:
        """An upload arrives."""
        request = next(self.numbers)
        self.replies[request] = reply
        self.put(hub_step.ChainArrived(request, read_upload(raw), (key,)))

    def fetch(self, station: str, after: int, reply: Callable[[Any], None]) -> None:
        """A fetch arrives; entries are read from the book."""
        with self.store.read() as view:
            rows = itertools.islice((row for row in view.rows(FeedRow, station) if row.m > after), 10)
            reply(tuple(messages.Entry(row.body, sha256(row.body).digest(), HUB_KEY) for row in rows))


@define(eq=False)
class Station(Node):
    """A station's process and its machines."""

    key: str = ""
    machines: dict[str, Machine] = Factory(dict)
    under_way: dict[str, Order] = Factory(dict)
    requests: Any = field(factory=lambda: itertools.count(1))

    def start(self) -> None:
        """Begin again from the book; the drivers come up one after the other."""
        raw = self.store.link("receipt")
        settings = messages.Settings(self.name, self.key)
        self.is_up, self.state = True, messages.StationState(settings, acked_n=read_receipt(raw).n if raw else 0)
        for name in self.machines:
            self.later(10, 500, lambda name=name: self._open(name))  # type: ignore[misc]  # a default binds the name
        self._tick()

    def _open(self, name: str) -> None:
        if not self.machines[name].is_on:
            self.later(900, 1_100, lambda: self._open(name))
            return
        self.put(messages.PrinterUp(name, self.machines[name].capabilities(0)))

    def _tick(self) -> None:
        self.put(messages.Ticked())
        self.later(150, 250, self._tick)

    def put(self, what: messages.Input) -> None:
        """One input of the step, and its effects carried out."""
        if not self.is_up:
            return
        with self.store.read() as view:
            self.state, effects = station_step(self.state, view, what, self.world.now_ms)
        for effect in effects:
            self._do(effect)

    def _do(self, effect: messages.Effect) -> None:
        world, hub = self.world, self.world.hub
        match effect:
            case messages.Persist():
                self.persist(effect)
            case messages.Perform():
                assert effect.printer not in self.under_way, "two orders at once"
                self.under_way[effect.printer] = effect.order
                self.later(20, 300, lambda: self._performed(effect.printer))
            case messages.Fetch():
                ask = lambda reply: hub.fetch(self.name, effect.after, reply)  # noqa: E731
                world.call(self, ask, messages.FeedCame, messages.LinkFailed(False))
            case messages.Upload():
                commits = tuple(self.store.sealed_since(effect.after, world.dice.choice((1, 7, 100))))
                raw = write_upload(Upload(self.name, commits))
                bring = lambda reply: hub.upload(raw, self.key, reply)  # noqa: E731
                world.call(self, bring, self._receipt, messages.LinkFailed(True))
            case messages.Remember():
                self.store.set_link(effect.name, effect.value)
            case messages.Alarm():
                world.say(f"{self.name}'s alarm: {effect.what} {dict(effect.facts)}")

    def _receipt(self, answer: Receipt | Refused) -> messages.Acknowledged:
        return messages.Acknowledged(answer)

    def _performed(self, printer: str) -> None:
        order = self.under_way.pop(printer)
        result = perform(self.machines[printer], order, ART, 1_000)
        self.put(messages.Drove(printer, result))

    def persisted(self, token: int, answers: tuple[Any, ...]) -> None:
        """The answers of a commit go into the step."""
        self.put(messages.Persisted(token, answers))

    def ask(self, work: Work) -> None:
        """People at the station ask; they look at the station's page for the answer."""
        self.put(messages.AskArrived(next(self.requests), work))

    def crash(self) -> None:
        """An order under way may come to its end in the machine, or to any part of it."""
        for printer, order in self.under_way.items():
            machine = self.machines[printer]
            machine.budget = self.world.dice.choice((0, 1, 2, 9))
            perform(machine, order, ART, 1_000)
            machine.budget = None
        self.under_way = {}
        Node.crash(self)


@define(eq=False)
class World:
    """Clock, dice, network, and everybody in it."""

    seed: int
    bad: Bad = Factory(Bad)
    is_mixed: bool = False  # hoppers hold their blanks in another order than the serials
    now_ms: int = EPOCH_MS
    trace: list[str] = Factory(list)
    cards: dict[int, Card] = Factory(dict)
    stations: list[Station] = Factory(list)
    dice: Random = field(init=False)
    hub: Hub = field(init=False)
    watchers: list[Callable[[Node], None]] = Factory(list)
    _heap: list[tuple[int, int, Callable[[], None]]] = Factory(list)
    _order: Any = field(factory=itertools.count)

    def __attrs_post_init__(self) -> None:
        self.dice = Random(self.seed)
        self.hub = Hub(self, "the hub", MemoryStore(Decider(REGIONS), apply))

    def say(self, what: str) -> None:
        """One line of the story."""
        self.trace.append(f"{(self.now_ms - EPOCH_MS) / 1000:9.3f}  {what}")

    def chance(self, of: float) -> bool:
        """Throw the dice."""
        return self.dice.random() < of

    def at(self, in_ms: int, what: Callable[[], None]) -> None:
        """Do something later."""
        heapq.heappush(self._heap, (self.now_ms + in_ms, next(self._order), what))

    def run(self, for_ms: int, until: Callable[[], bool] = lambda: False) -> None:
        """Let time go by; `until` is asked once a second."""
        end, asked = self.now_ms + for_ms, self.now_ms
        while self._heap and self._heap[0][0] <= end:
            self.now_ms, _, what = heapq.heappop(self._heap)
            what()
            if self.now_ms >= asked + 1_000:
                asked = self.now_ms
                if until():
                    return
        self.now_ms = end

    def after_commit(self, node: Node) -> None:
        """Whoever watches looks at a book after each commit."""
        for watch in self.watchers:
            watch(node)

    def call(
        self,
        station: Station,
        at_hub: Callable[..., None],
        then: Callable[[Any], messages.Input],
        failed: messages.Input,
    ) -> None:
        """A request over the network: lost, doubled, late; its answer too. After three seconds it has failed."""
        epoch, done = station.epoch, [False]

        def put(what: messages.Input) -> None:
            done[0] = True
            if station.epoch == epoch:
                station.put(what)

        def answered(answer: Any) -> None:
            if not self.chance(self.bad.lost):
                self.at(self.dice.randint(1, self.bad.delay_ms), lambda: put(then(answer)))

        def arrive() -> None:
            if self.hub.is_up:
                at_hub(answered)

        for _ in range(1 + self.chance(self.bad.doubled)):
            if not self.chance(self.bad.lost):
                self.at(self.dice.randint(1, self.bad.delay_ms), arrive)
        self.at(3_000, lambda: None if done[0] else put(failed))

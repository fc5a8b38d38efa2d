"""A station of the simulated country (mesin cetak): the real keeper on a simulated machine, printers and line.

What the station's own shell does with threads and queues is done here with the world's clock:
inputs go to the keeper, its orders to printers and line, and it ticks when something is due.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import structlog
from attrs import Factory, define, field

from ektp_core.boundary.card_printer import Artwork, DriverError
from ektp_core.boundary.store import Answer, Store, Work
from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refused
from ektp_core.wire.upload import read_receipt
from ektp_station import door, messages
from ektp_station.acts import Act, Failed, Order, Result, perform
from ektp_station.config import StationConfig
from ektp_station.founding import check_identity, last_sealed_ms
from ektp_station.hub_word import NOTE, HubWord
from ektp_station.keeper import Keeper
from ektp_station.press_state import Phase
from ektp_station.steady import SteadyClock, read_note
from ektp_testing.sim.cast import key_of
from ektp_testing.sim.computer import Computer
from ektp_testing.sim.disk import Disk
from ektp_testing.sim.line import Line
from ektp_testing.sim.printer import Machine
from ektp_testing.sim.watched import WatchedStore
from ektp_testing.sim.world import World

#: The station ticks at least this often; in between, when something is due.
TICK_MS, _SOON_MS = 20_000, 100
_NEVER = 1 << 62


@define(eq=False)
class Said:
    """The station's log, as part of the story."""

    tell: Callable[[str], None]

    def warning(self, what: str, **facts: object) -> None:
        """Something people should see."""
        shown = {name: fact for name, fact in facts.items() if name != "why"}
        self.tell(f"{what} {shown}")

    info = error = critical = debug = warning


@define(eq=False)
class StationNode:
    """A station's program on its machine, with its printers.

    Attributes:
        name: its id; a copy of a station has the same. label: what the story calls it.
        wall_error_ms: how far its wall clock is off. _lag_ms: how far its time was behind when it started.
        was_set_back: whether its book is an older one than it had; set_back_from_n, set_back_to_n: what the
            hub had acknowledged then, and where the older book stands; heard_before: what its line had heard.
        most_acked_n: the last commit it ever had a receipt for; an old receipt that comes again takes nothing back.
        is_away: it works in a thief's house; its operator is a thief with the operator's key.
        is_retired: it was switched off for good.
        takes_ms: how long an order takes here; without it anything up to the option `act_ms`.
    """

    world: World
    name: str
    label: str
    disk: Disk
    line: Line
    committed: Callable[["StationNode", Sequence[Work], Sequence[Answer], int], None]
    machines: dict[str, Machine] = Factory(dict)
    wall_error_ms: int = 0
    was_set_back: bool = False
    set_back_from_n: int = 0
    set_back_to_n: int = 0
    heard_before: int = 0
    most_acked_n: int = 0
    is_away: bool = False
    is_retired: bool = False
    takes_ms: Callable[[Order], int] | None = None
    computer: Computer = field(init=False)
    keeper: Keeper | None = None
    _under_way: dict[str, Order] = Factory(dict)
    _next_tick_ms: int = _NEVER
    _clock: SteadyClock | None = None
    _lag_ms: int = 0

    def __attrs_post_init__(self) -> None:
        def told(works: Sequence[Work], answers: Sequence[Answer], at_ms: int) -> None:
            self.committed(self, works, answers, at_ms)

        self.computer = Computer(self.world, self.label, self.name, self.disk, self._begin, told, self._end_orders)

    @property
    def store(self) -> WatchedStore | None:
        """Its book, while it runs."""
        return self.computer.store

    def wall_ms(self) -> int:
        """Its wall clock, which may be wrong."""
        return self.world.now_ms + self.wall_error_ms

    @property
    def lags_ms(self) -> int:
        """How far its time may be behind: nothing since it heard the hub; before, no more than at its start."""
        return 0 if self._clock is None or self._clock.is_sure else self._lag_ms

    def _begin(self, store: WatchedStore) -> None:
        """Begin again from the book; the drivers come up one after the other."""
        signer, world = key_of(self.name), self.world
        check_identity(cast(Store, store), self.name, signer.key_id)
        floor_ms = last_sealed_ms(cast(Store, store))
        note = read_note(store.inner.link(NOTE))
        clock = SteadyClock(self.wall_ms, self.computer.passed_ms, floor_ms, note, f"boot {self.computer.boots}")
        self._clock, self._lag_ms = clock, max(0, world.now_ms - clock.now_ms())
        word = HubWord(cast(Store, store), clock, self.name)
        config = StationConfig(
            self.name, "http://hub", poll_ms=world.options.poll_ms, retry_ms=2_000, retry_most_ms=30_000
        )
        log = cast(structlog.stdlib.BoundLogger, Said(lambda text: world.say(f"{self.label}: {text}")))
        self._next_tick_ms = _NEVER
        self.keeper = Keeper(config, signer, cast(Store, store), log, self, clock.now_ms, self.wall_ms, word)
        for name in self.machines:
            self.computer.later(world.dice("drivers").randint(100, 2_000), partial(self._open, name))
        self._plan()

    def _open(self, name: str) -> None:
        machine = self.machines[name]
        if not machine.is_on:
            self.put(messages.PrinterAbsent(name))
            self.computer.later(2_000, lambda: self._open(name))
            return
        self.put(messages.PrinterUp(name, machine.capabilities(0)))

    def _end_orders(self) -> None:
        """An order that was under way may come to its end in the machine, or to any part of it."""
        self.keeper = None
        for printer, order in self._under_way.items():
            machine = self.machines[printer]
            machine.budget = self.world.dice("orders").choice((0, 1, 2, 9))
            perform(machine, order, Artwork(b"picture"), 1_000)
            machine.budget = None
        self._under_way = {}

    # -- the loop ---------------------------------------------------------------------------

    def put(self, *inputs: messages.Input) -> None:
        """Inputs for the keeper; what they moved may let something else begin at once."""
        keeper = self.keeper
        if keeper is None or not self.computer.is_up:
            return
        keeper.take(*inputs)
        self._plan()

    def _plan(self) -> None:
        """Tick when the next thing is due."""
        keeper = self.keeper
        assert keeper is not None, "a program without its keeper"
        self.most_acked_n = max(self.most_acked_n, keeper.state.acked_n)
        now_ms = self.world.now_ms
        at_ms = now_ms if keeper.has_moved else min(now_ms + TICK_MS, now_ms + self._due_in_ms(keeper))
        if at_ms < self._next_tick_ms:
            self._next_tick_ms = at_ms
            self.computer.later(at_ms - now_ms, lambda: self._tick(at_ms))

    def _tick(self, at_ms: int) -> None:
        if at_ms != self._next_tick_ms or self.keeper is None:
            return
        self._next_tick_ms = _NEVER
        self.keeper.has_moved = False
        self.put(messages.Ticked())

    def _due_in_ms(self, keeper: Keeper) -> int:
        state, time_ms = keeper.state, keeper.time_ms()
        waits = (Phase.RESTING, Phase.PAUSING)
        due = [press.until_ms for press in state.presses.values() if press.phase in waits]
        due += [state.next_fetch_ms] if not state.fetching and not state.stopped_why else []
        return max(_SOON_MS, min((one - time_ms for one in due), default=TICK_MS))

    # -- what the keeper orders ---------------------------------------------------------------

    def perform(self, printer: str, order: Order) -> None:
        """Give an order to a printer."""
        assert printer not in self._under_way, "two orders at once"
        self._under_way[printer] = order
        most = self.world.options.act_ms
        in_ms = self.takes_ms(order) if self.takes_ms else self.world.dice("acts").randint(most // 10, most)
        self.computer.later(in_ms, lambda: self._performed(printer))

    def _performed(self, printer: str) -> None:
        order = self._under_way.pop(printer)
        self.put(messages.Drove(printer, self._carried_out(printer, order)))

    def _carried_out(self, printer: str, order: Order) -> Result:
        """As a worker does it: the picture is drawn before the blank is fed."""
        art = None
        if order.act in (Act.FEED, Act.PREPARE):
            try:
                art = self._drawn(order.payload)
            except (DriverError, Refused) as error:
                return Failed(type(error).__name__)
        return perform(self.machines[printer], order, art, 1_000)

    def _drawn(self, digest: bytes) -> Artwork:
        """A stand-in for the picture; the personal data must be here and must open."""
        store = self.store
        payload = store.inner.payload(digest) if store else None
        if payload is None:
            raise DriverError("the personal data of this record is not here")
        return Artwork(door.record_in(payload).name.encode())

    def fetch(self, after: int, then: Callable[[list[door.Carried]], None]) -> None:
        """Fetch entries of the feed."""
        self.line.fetch(self.computer, after, self.wall_ms, lambda answer: self._fetched(answer, then))

    def _fetched(self, answer: Any, then: Callable[[list[door.Carried]], None]) -> None:
        if isinstance(answer, UplinkError | Refused):
            self.put(messages.LinkFailed(False))
            return
        then(answer)
        self._plan()

    def upload(self, message: bytes, then: Callable[[bytes], None]) -> None:
        """Bring commits to the hub."""
        self.line.upload(self.computer, message, lambda answer: self._receipted(answer, then))

    def _receipted(self, answer: Any, then: Callable[[bytes], None]) -> None:
        if isinstance(answer, UplinkError):
            self.put(messages.LinkFailed(True))
        elif isinstance(answer, Refused):
            self.put(messages.Acknowledged(answer))
        else:
            then(answer)
            self._plan()

    # -- people at the station ------------------------------------------------------------------

    def people_ask(self, raw: bytes) -> None:
        """A signed ask by people; they look at the page for the answer."""
        self.computer.work(lambda: self._people_ask(raw))

    def _people_ask(self, raw: bytes) -> None:
        keeper = self.keeper
        assert keeper is not None, "a program without its keeper"
        keeper.people_ask(raw, self._answered)
        self._plan()

    def _answered(self, answer: Answer) -> None:
        if isinstance(answer, Refused):
            self.world.say(f"{self.label} refuses: {answer.refusal.value}")

    def acknowledged_n(self) -> int:
        """The last commit the hub has taken, by the receipt that lies beside the book."""
        raw = self.store.inner.link("receipt") if self.store else None
        return read_receipt(raw).n if raw else 0

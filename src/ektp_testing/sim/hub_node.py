"""The hub of the simulated country (pusat): the real door, step and feed, on a simulated machine.

What the hub's own shell does with an event loop is done here with the world's clock: what waits
is one commit a little later, and nobody is answered before it returned.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from attrs import Factory, define, field

from ektp_core.boundary.store import Answer, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.wire.envelope import PayloadType, signed
from ektp_core.wire.upload import Receipt, write_receipt
from ektp_hub import step as hub_step
from ektp_hub.door import Door
from ektp_hub.feed_out import feed_out, now_out, payload_out
from ektp_keys.key_file import FileSigner
from ektp_testing.sim import cast
from ektp_testing.sim.computer import Computer
from ektp_testing.sim.disk import Disk
from ektp_testing.sim.founding import door
from ektp_testing.sim.watched import WatchedStore
from ektp_testing.sim.world import EPOCH_MS, World

Committed = Callable[[Sequence[Work], Sequence[Answer], int], None]
COMMIT_MS, TICK_MS = 20, 12_000


@define(eq=False)
class HubNode:
    """The hub's program on its machine.

    Attributes:
        receipt_given: told each receipt that leaves.
    """

    world: World
    disk: Disk
    committed: Committed
    receipt_given: Callable[[Receipt], None]
    computer: Computer = field(init=False)
    door: Door = field(init=False)
    _state: hub_step.HubState = field(init=False)
    _persists: list[hub_step.Persist] = Factory(list)
    _replies: dict[int, Callable[[Any], None]] = Factory(dict)
    _requests: Any = field(factory=lambda: itertools.count(1))

    def __attrs_post_init__(self) -> None:
        self.door = door(self.world.seed)
        self.computer = Computer(self.world, "the hub", "", self.disk, self._begin, self.committed)

    @property
    def signer(self) -> FileSigner:
        """The hub's key."""
        return cast.key_of(cast.HUB)

    @property
    def clock(self) -> "HubNode":
        """Its clock is right: it shows the world's time."""
        return self

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        now_ms: int = self.world.now_ms
        return now_ms

    def monotonic_ms(self) -> int:
        """Milliseconds since some moment."""
        return self.world.now_ms - EPOCH_MS

    @property
    def store(self) -> WatchedStore | None:
        """Its book, while it runs."""
        return self.computer.store

    def _begin(self, _: WatchedStore) -> None:
        self._state = hub_step.HubState(cast.key_of(cast.HUB).key_id)
        self._persists, self._replies = [], {}
        self._ticked()

    def _ticked(self) -> None:
        self._step(hub_step.Ticked())
        self.computer.later(TICK_MS, self._ticked)

    # -- what arrives -------------------------------------------------------------------------

    def ask(self, raws: Sequence[bytes], reply: Callable[[Any], None] = lambda _: None) -> None:
        """Signed asks of people; `reply` gets their answers."""
        self.computer.work(lambda: self._ask(raws, reply))

    def _ask(self, raws: Sequence[bytes], reply: Callable[[Any], None]) -> None:
        store = self.store
        assert store is not None, "a program without its book"
        with store.read() as view:
            works = tuple(self.door.open_ask(raw, view, self.world.now_ms) for raw in raws)
        self._step(hub_step.AsksArrived(self._waits(reply), works))

    def upload(self, raw: bytes, reply: Callable[[bytes | Refused], None]) -> None:
        """Commits of a station; `reply` gets the signed receipt, or why there is none."""
        self.computer.work(lambda: self._upload(raw, reply))

    def _upload(self, raw: bytes, reply: Callable[[bytes | Refused], None]) -> None:
        store = self.store
        assert store is not None, "a program without its book"
        try:
            with store.read() as view:
                arrived = self.door.open_upload(raw, view, self._waits(lambda answer: self._receipt(answer, reply)))
        except Refused as refused:
            reply(refused)
            return
        self._step(arrived)

    def _receipt(self, answer: Any, reply: Callable[[bytes | Refused], None]) -> None:
        if isinstance(answer, Refused):
            reply(answer)
        elif isinstance(answer, Receipt):
            self.receipt_given(answer)
            reply(signed(PayloadType.RECEIPT, write_receipt(answer), (self.signer,)).to_json())

    def feed(self, raw: bytes) -> Sequence[bytes]:
        """Feed entries for a signed fetch. Raises Refused."""
        store = self.store
        assert store is not None, "a program without its book"
        with store.read() as view:
            fetched = self.door.open_fetch(raw, view, self.world.now_ms)
            return (*feed_out(view, fetched.fetch, self.signer), *now_out(view, fetched.fetch, self))

    def payload(self, raw: bytes) -> bytes:
        """A sealed payload for a signed fetch. Raises Refused."""
        store = self.store
        assert store is not None, "a program without its book"
        with store.read() as view:
            fetched = self.door.open_fetch(raw, view, self.world.now_ms)
            return payload_out(view, store.inner.payload, fetched)

    # -- the step and its effects ---------------------------------------------------------------

    def _waits(self, reply: Callable[[Any], None]) -> int:
        request: int = next(self._requests)
        self._replies[request] = reply
        return request

    def _step(self, what: hub_step.Input) -> None:
        store = self.store
        assert store is not None, "a program without its book"
        with store.read() as view:
            self._state, effects = hub_step.step(self._state, view, what, self.world.now_ms)
        for effect in effects:
            self._do(effect)

    def _do(self, effect: hub_step.Effect) -> None:
        match effect:
            case hub_step.Persist():
                self._persists.append(effect)
                if len(self._persists) == 1:
                    self.computer.later(COMMIT_MS, self._commit)
            case hub_step.Reply():
                reply = self._replies.pop(effect.request, None)
                if reply:
                    reply(effect.answer)
            case hub_step.Alarm():
                self.world.say(f"the hub's alarm: {effect.what} {dict(effect.facts)}")

    def _commit(self) -> None:
        store = self.store
        assert store is not None, "a program without its book"
        group, self._persists = self._persists, []
        works = [work for one in group for work in one.works]
        try:
            answers: Sequence[Answer] = store.commit(works, self.world.now_ms)
        except Refused as refused:
            if refused.refusal is not Refusal.BOOK_FULL or self.disk.is_dead:
                raise
            answers = [refused] * len(works)
        for one in group:
            mine, answers = answers[: len(one.works)], answers[len(one.works) :]
            self._step(hub_step.Persisted(one.token, tuple(mine)))

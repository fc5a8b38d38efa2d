"""The line between one station and the hub (saluran): messages are lost, late, doubled and old.

Nobody here opens a message. The station's own courier asks the hub as it would over a network;
what comes back may be an answer of an earlier day. A partition takes everything for a while.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from attrs import Factory, define, evolve, field

from ektp_core.boundary.uplink import AskReply, UplinkError
from ektp_core.errors import Refused
from ektp_station.courier import Courier
from ektp_testing.sim import cast
from ektp_testing.sim.computer import Computer
from ektp_testing.sim.hub_node import HubNode
from ektp_testing.sim.world import World

TIMEOUT_MS, SOON_MS = 30_000, 3_000
_REMEMBERED = 4

Answered = Callable[[Any], None]


@define(eq=False)
class Line:
    """One station's line.

    Attributes:
        is_gone: nothing comes through for good: the station is no longer in its place.
        cut_until_ms: nothing comes through before. heard: how often a new answer for the feed came through.
    """

    world: World
    hub: HubNode
    station: str
    is_gone: bool = False
    cut_until_ms: int = 0
    heard: int = 0
    _old: dict[str, list[Any]] = field(factory=lambda: defaultdict(list))

    @property
    def is_cut(self) -> bool:
        """Whether nothing comes through now."""
        return self.is_gone or self.world.now_ms < self.cut_until_ms

    def call(self, kind: str, computer: Computer, at_hub: Callable[[Answered], None], then: Answered) -> None:
        """A request and its answer; `then` gets the answer, or an `UplinkError`, once."""
        world, epoch = self.world, computer.epoch
        done: list[bool] = []

        def put(answer: Any, is_new: bool = False) -> None:
            if not done and computer.epoch == epoch:
                done.append(True)
                self.heard += is_new and kind == "feed" and isinstance(answer, list)
                computer.work(lambda: then(answer))

        def answered(answer: Any) -> None:
            if self._is_lost():
                return
            old, is_new = self._old[kind], True
            if old and world.strikes("replay"):
                world.say(f"an old answer comes in place of the new one to {computer.label} ({kind})")
                answer, is_new = self._again(world.dice("replay which").choice(old), computer), False
            else:
                old.append(answer)
                del old[:-_REMEMBERED]
            world.at(self._delay(), lambda: put(answer, is_new))

        def arrive() -> None:
            if self.hub.computer.is_up and not self.is_cut:
                at_hub(answered)

        if not self._is_lost():
            world.at(self._delay(), arrive)
            if world.strikes("replay"):
                world.at(world.dice("replay when").randint(1_000, 90_000), arrive)
        world.at(TIMEOUT_MS, lambda: put(UplinkError("http://hub", "no answer")))

    def _again(self, answer: Any, computer: Computer) -> Any:
        """An old answer as the courier notes it: with the number and the moment of its own latest question."""
        if not isinstance(answer, list):
            return answer
        sent_ms = computer.passed_ms()
        return [evolve(one, nonce=self._nonce(), sent_ms=sent_ms) if one.nonce else one for one in answer]

    def _is_lost(self) -> bool:
        return self.is_cut or self.world.strikes("loss")

    def _delay(self) -> int:
        most = max(int(self.world.chance_of("delay_ms")), SOON_MS)
        delay_ms = self.world.dice("delay").randint(1, most)
        self.world.told["delay_ms"] += delay_ms > SOON_MS
        return delay_ms

    def fetch(self, computer: Computer, after: int, wall_ms: Callable[[], int], then: Answered) -> None:
        """Have the station's courier fetch entries of the feed, and the hub's word of now."""
        courier = Courier(
            _AtHub(self), cast.key_of(self.station), self.station, wall_ms, computer.passed_ms, self._nonce
        )

        def at_hub(reply: Answered) -> None:
            try:
                carried = courier.fetched(after)
            except UplinkError:
                return
            except Refused as refused:
                reply(refused)
                return
            for one in carried:
                self.world.note(one.raw)
            reply(carried)

        self.call("feed", computer, lambda reply: self.hub.computer.work(lambda: at_hub(reply)), then)

    def _nonce(self) -> str:
        return self.world.dice("nonces").randbytes(16).hex()

    def upload(self, computer: Computer, message: bytes, then: Answered) -> None:
        """Bring commits to the hub."""
        self.world.note(message)
        self.call("receipt", computer, lambda reply: self.hub.upload(message, reply), then)


@define(eq=False)
class _AtHub:
    """The hub as a courier meets it at one moment; the line may break between two of its calls."""

    line: Line
    calls: list[str] = Factory(list)

    def ask(self, envelopes: Sequence[bytes]) -> Sequence[AskReply]:
        """A courier asks nothing."""
        raise NotImplementedError

    def upload(self, envelope: bytes) -> bytes:
        """A courier brings nothing."""
        raise NotImplementedError

    def feed(self, envelope: bytes) -> Sequence[bytes]:
        """Entries of the feed."""
        return self.line.hub.feed(envelope)

    def payload(self, envelope: bytes) -> bytes:
        """A payload; the line may break here."""
        if self.line.world.strikes("loss"):
            raise UplinkError("http://hub", "the line broke")
        return self.line.hub.payload(envelope)

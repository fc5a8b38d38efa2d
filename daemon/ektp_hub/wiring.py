"""The hub as a process (rangkaian pusat): the only file here that knows loops, sockets and signals.

One event loop, one thread. What arrives is opened at the door, goes through `step`, and what
`step` wants persisted is gathered: everything that waits is one commit, made inline on the
loop, which is as fast as a writer thread and happens in one order. Nothing is answered before
its commit returned. A commit that did not say whether it was kept ends the process at once
(exit code 70): whoever starts it again reads the book and continues from what is there.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
import uvicorn
from attrs import define, field

from ektp_core.boundary.clock import Clock
from ektp_core.boundary.signer import Signer
from ektp_core.boundary.store import Answer, Store, StoreUnsure
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.decide import Decider
from ektp_core.wire.envelope import PayloadType, signed
from ektp_core.wire.question import answer_to_plain
from ektp_core.wire.upload import Receipt, write_receipt
from ektp_data.regions import load_regions
from ektp_hub import reads
from ektp_hub.config import HUB_KEY, PSEUDONYMS, read_settings
from ektp_hub.door import Door
from ektp_hub.enrolling import founding_export
from ektp_hub.feed_out import feed_out, now_out, payload_out
from ektp_hub.logs import configure_logs
from ektp_hub.question_door import answered
from ektp_hub.sealed_at import sealed_at
from ektp_hub.server import HubFault, Read, make_app
from ektp_hub.steady_clock import SteadyHubClock, last_seal_ms
from ektp_hub.step import (
    Alarm,
    AsksArrived,
    Effect,
    Failed,
    HubState,
    Input,
    NotPersisted,
    Persist,
    Persisted,
    Reply,
    Ticked,
    step,
)
from ektp_keys.key_file import load_key
from ektp_keys.pseudonym import Pseudonyms
from ektp_store.sqlite import SqliteStore

#: The exit code for "the disk did not say whether the last entry was kept", and for faults of this program.
UNSURE = 70

#: How many asks are opened before others get a turn on the loop.
_OPENED_AT_ONCE = 25

#: Most asks of one commit; the rest waits for the next.
_COMMITTED_AT_ONCE = 2_000

_LEAVE_S = 5
_CONNECTIONS = 512

Replied = tuple[Answer, ...] | Receipt | Refused | Failed
Log = structlog.stdlib.BoundLogger


class SystemClock:
    """The clock of this machine."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds since some moment of this process."""
        return time.monotonic_ns() // 1_000_000


@define(eq=False)
class Hub:
    """One hub: its book, its key, and everything that waits.

    Attributes:
        stop: ends the process at once with an exit code; it does not return.
    """

    store: Store
    door: Door
    signer: Signer
    log: Log
    clock: Clock = field(factory=SystemClock)
    stop: Callable[[int], Any] = os._exit
    _state: HubState = field(init=False)
    _requests: int = 0
    _replies: dict[int, asyncio.Future[Replied]] = field(factory=dict)
    _persists: list[Persist] = field(factory=list)
    _wake: asyncio.Event = field(factory=asyncio.Event)
    _supplied: reads.Supplied = field(factory=reads.Supplied)

    def __attrs_post_init__(self) -> None:
        self._state = HubState(self.signer.key_id)

    # -- what the addresses ask for -----------------------------------------------------

    async def asks(self, envelopes: Sequence[bytes]) -> Sequence[Answer]:
        """One answer an ask, in order."""
        works: list[Any] = []
        for start in range(0, len(envelopes), _OPENED_AT_ONCE):
            with self.store.read() as view:
                now_ms = self.clock.now_ms()
                works += [self.door.open_ask(raw, view, now_ms) for raw in envelopes[start : start + _OPENED_AT_ONCE]]
            await asyncio.sleep(0)
        if not works:
            return ()
        replied = await self._asked(lambda request: AsksArrived(request, tuple(works)))
        assert isinstance(replied, tuple), "asks answered with a receipt"
        return replied

    async def chain(self, envelope: bytes) -> bytes:
        """The receipt of an upload; for the same commit the same bytes for ever."""
        with self.store.read() as view:
            arrived = self.door.open_upload(envelope, view, self._new_request())
        replied = await self._asked(lambda _: arrived, arrived.request)
        if isinstance(replied, Refused):
            raise replied
        assert isinstance(replied, Receipt), "an upload answered with something else"
        return signed(PayloadType.RECEIPT, write_receipt(replied), (self.signer,)).to_json()

    async def feed(self, envelope: bytes) -> Sequence[bytes]:
        """Feed entries of the station that asks."""
        with self.store.read() as view:
            fetched = self.door.open_fetch(envelope, view, self.clock.now_ms())
            return (*feed_out(view, fetched.fetch, self.signer), *now_out(view, fetched.fetch, self))

    async def payload(self, envelope: bytes) -> bytes:
        """A payload for the station that asks."""
        with self.store.read() as view:
            fetched = self.door.open_fetch(envelope, view, self.clock.now_ms())
            return payload_out(view, self.store.payload, fetched)

    async def why(self, envelope: bytes) -> dict[str, Any]:
        """The answer to a counter's question; who asked is logged, about whom is not (rule 20)."""
        with self.store.read() as view:
            found = answered(envelope, view, self.door.pseudonyms, self.clock.now_ms())
        self.log.info("a counter asked", key=found.key, office=found.office, why=found.answer.why.value)
        return answer_to_plain(found.answer)

    async def founding(self, station: str) -> bytes:
        """What a station's book is founded from."""
        with self.store.read() as view:
            return founding_export(view, station, self.signer, self.clock.now_ms())

    async def accountability(self) -> dict[str, Any]:
        """Where every blank is; what was supplied is counted on from the last time."""
        with self.store.read() as view:
            self._supplied = reads.supplied(view, self._supplied)
            return reads.accountability(view, self._supplied)

    async def read(self, read: Read) -> dict[str, Any]:
        """A view of the book as last sealed."""
        with self.store.read() as view:
            return read(view)

    # -- the step and its effects ---------------------------------------------------------

    def tick(self) -> None:
        """Let the hub do what it does by itself."""
        self._step(Ticked())

    async def commit_forever(self) -> None:
        """Commit whatever waits, as often as something waits."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(0)  # whoever is ready now comes along
            self.commit_waiting()

    async def tick_forever(self, every_ms: int) -> None:
        """Tick, and rest."""
        while True:
            self.tick()
            await asyncio.sleep(every_ms / 1000)

    def commit_waiting(self) -> None:
        """Everything that waits, in one commit (or a few, when it is very much)."""
        while self._persists:
            group: list[Persist] = []
            size = 0
            while self._persists and (not group or size + len(self._persists[0].works) <= _COMMITTED_AT_ONCE):
                group.append(self._persists.pop(0))
                size += len(group[-1].works)
            self._commit(group)

    def _commit(self, group: Sequence[Persist]) -> None:
        works = [work for one in group for work in one.works]
        try:
            answers = list(self.store.commit(works, self.clock.now_ms()))
        except StoreUnsure:
            self.log.critical("the book did not say whether a commit was kept; ending now", exc_info=True)
            self.stop(UNSURE)
            raise
        except Refused as refused:
            self.log.error("the book takes nothing", refusal=str(refused))
            answers = [refused] * len(works)
        except Exception:
            # Nothing was written. One ask that meets a fault of ours must not take the others with it.
            if len(group) > 1:
                for one in group:
                    self._commit((one,))
                return
            self.log.exception("a commit failed and was taken back", kinds=[type(w.ask.body).__name__ for w in works])
            self._step(NotPersisted(group[0].token))
            return
        for one in group:
            mine, answers = answers[: len(one.works)], answers[len(one.works) :]
            self._step(Persisted(one.token, tuple(mine)))

    def _step(self, what: Input) -> None:
        with self.store.read() as view:
            self._state, effects = step(self._state, view, what, self.clock.now_ms())
        for effect in effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Persist():
                self._persists.append(effect)
                self._wake.set()
            case Reply():
                waiting = self._replies.pop(effect.request, None)
                if waiting and not waiting.done():
                    waiting.set_result(effect.answer)
            case Alarm():
                self.log.warning("alarm", what=effect.what, **effect.facts)

    def _new_request(self) -> int:
        self._requests += 1
        return self._requests

    async def _asked(self, what: Callable[[int], Input], request: int = 0) -> Replied:
        request = request or self._new_request()
        waiting: asyncio.Future[Replied] = asyncio.get_running_loop().create_future()
        self._replies[request] = waiting
        try:
            self._step(what(request))
            replied = await waiting
        finally:
            self._replies.pop(request, None)
        if isinstance(replied, Failed):
            raise HubFault
        return replied


class _Server(uvicorn.Server):
    """The web server: it says when it is ready, and a signal ends it without killing it, so that the book is closed."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit  # a second signal does not wait
        self.should_exit = True


def open_book(path: Path) -> SqliteStore:
    """The book of a hub, to be written by this process alone.

    Raises:
        Refused: BAD_FILE when there is none; BOOK_IN_USE, BOOK_DAMAGED, BOOK_NEWER, BOOK_TOO_OLD_ENGINE.
    """
    if not path.is_file():  # an empty new book would look like one whose content is gone
        facts = {"file": str(path), "shape": "there is no such file", "expected": "the book made by `ektp hub init`"}
        raise Refused(Refusal.BAD_FILE, facts)
    return SqliteStore(str(path), Decider(load_regions()), apply)


def serve(
    folder: Path, passphrase: str | None, ready: Callable[[str], None], host: str | None = None, port: int | None = None
) -> int:
    """Serve a hub's folder until a signal ends it; the exit code.

    Args:
        folder: made by `make_hub`.
        passphrase: of the hub's key; None for an unprotected one.
        ready: told the address once connections are taken.
        host, port: instead of what the settings say; port 0 takes any free one.

    Raises:
        Refused: what the folder, its key or its book is refused for; nothing was changed.
        OSError: the port is taken.
    """
    settings = read_settings(folder)
    log = configure_logs(settings.log_level)
    signer = load_key(folder / HUB_KEY, passphrase)
    if not signer.protected:
        log.warning("the hub's key lies open in its file: for demonstrations only", key=signer.key_id)
    pseudonyms = Pseudonyms.load(folder / PSEUDONYMS)
    store = open_book(folder / settings.book)
    try:
        with _listening(host or settings.host, settings.port if port is None else port) as listener:
            door = Door(pseudonyms, load_regions(), os.urandom, sealed_ms=partial(sealed_at, store), agree=signer.agree)
            clock = SteadyHubClock(SystemClock(), last_seal_ms(store), partial(_tell_clock, log))
            hub = Hub(store, door, signer, log, clock)
            return asyncio.run(_serving(hub, listener, settings.authorise_every_ms, ready))
    finally:
        store.close()


def _tell_clock(log: Log, what: str, by_ms: int) -> None:
    log.error("alarm", what=what, by_ms=by_ms)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's delay off only where it is: 40 ms an answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except BaseException:
        listener.close()
        raise
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serving(hub: Hub, listener: socket.socket, every_ms: int, ready: Callable[[str], None]) -> int:
    config = uvicorn.Config(
        make_app(hub),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LEAVE_S,
        limit_concurrency=_CONNECTIONS,
    )
    server = _Server(config, lambda: ready(_address(listener)))
    serving = asyncio.create_task(server.serve([listener]))
    work = {asyncio.create_task(hub.commit_forever()), asyncio.create_task(hub.tick_forever(every_ms))}
    done, _ = await asyncio.wait({serving, *work}, return_when=asyncio.FIRST_COMPLETED)
    broken = done - {serving}
    for task in broken:
        hub.log.critical("a part of the hub ended; ending now", exc_info=task.exception())
        server.should_exit = True
    await serving
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    hub.commit_waiting()
    hub.log.info("the hub ended", commits=hub.store.position().n)
    return UNSURE if broken else 0

"""What the station's page answers a counter (halaman loket): why a card can be printed now, and the queue.

A citizen's number comes in the body of a request and is in no address, log or answer. The person is
looked for among the records this station holds, by their own data; whom it does not hold, the hub is
asked about in a message this station signs. Without a line the cards that lie here are looked through too, by
what is kept of them, and else the answer says so.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec
from attrs import field, frozen
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ektp_core.boundary.store import Payload, Store
from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import from_json
from ektp_core.flow.counter_answer import CounterAnswer, Why
from ektp_core.flow.queueing import Turn
from ektp_core.flow.rows import Lease, Lock, Record
from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.problem import refused_to_plain, status_of
from ektp_core.wire.question import answer_from_plain, answer_to_plain
from ektp_station import door
from ektp_station.counter import queue_here, why_here
from ektp_station.erasing import label_digest, label_in
from ektp_station.messages import StationState

T = TypeVar("T")

#: Of these nothing is kept here; an authorised one is found by its lease.
_NOT_KEPT = frozenset({LockState.READY, LockState.AUTHORISED, LockState.IN_PRESS, LockState.WITHDRAWN})

#: A number and its field fit; whatever is longer is none.
LIMIT_BYTES = 1_024


@frozen
class Asked:
    """What the counter types: the number on the paper."""

    nik: str = field(repr=False)


class Working(Protocol):
    """What is needed of a station at work."""

    @property
    def state(self) -> StationState:
        """What the station remembers."""

    @property
    def store(self) -> Store:
        """Its book, which only its main thread may use."""

    def time_ms(self) -> int:
        """The time the station works by."""


AskMain = Callable[[Callable[[], Any]], Any]
AskHub = Callable[[bytes], dict[str, Any]]


@frozen
class Counter:
    """Answers a counter's questions.

    Attributes:
        ask_main: has the main thread, which owns the book, answer something.
        ask_hub: brings a NIK to the hub in a signed question; raises UplinkError or Refused.
    """

    working: Working
    ask_main: AskMain
    ask_hub: AskHub

    def why(self, nik: Nik) -> CounterAnswer:
        """Why the card of this person can or cannot be printed now."""
        here, unread = self.ask_main(lambda: self.looked_for(nik))
        if isinstance(here, CounterAnswer):
            return here
        try:
            return answer_from_plain(self.ask_hub(nik.reveal().encode()))
        except UplinkError:
            kept: CounterAnswer | None = self.ask_main(lambda: self.kept_card_of(nik))
            if kept:
                return kept
            if unread:
                return CounterAnswer(Why.NOT_READ, "", {"count": unread})
            return CounterAnswer(Why.NOT_HERE_NO_LINE)

    def looked_for(self, nik: Nik) -> tuple[CounterAnswer | None, int]:
        """The answer for a record held here; else how many records here cannot be read. In the main thread."""
        unread = 0
        state, store = self.working.state, self.working.store
        with store.read() as view:
            for lease in view.rows(Lease, state.settings.station):
                record = view.row(Record, lease.record)
                payload = store.payload(record.payload) if record else None
                if payload is None:
                    unread += 1
                elif _is_of(payload, nik):
                    return why_here(state, view, lease.record, self.working.time_ms()), unread
        return None, unread

    def kept_card_of(self, nik: Nik) -> CounterAnswer | None:
        """The answer for a card that is in doubt or lies here, by its record or label. In the main thread.

        Only asked for without a line: the hub knows more of a card that is out of the machine.
        """
        state, store = self.working.state, self.working.store
        with store.read() as view:
            for lock in view.rows(Lock):
                record = view.row(Record, lock.record) if lock.station == state.settings.station else None
                if record and lock.state not in _NOT_KEPT and self._is_kept_of(record, nik):
                    return why_here(state, view, lock.record, self.working.time_ms())
        return None

    def _is_kept_of(self, record: Record, nik: Nik) -> bool:
        whole = self.working.store.payload(record.payload)
        if whole:
            return _is_of(whole, nik)
        label = self.working.store.payload(label_digest(record.payload))
        return label is not None and _is_label_of(label, nik)

    def queue(self) -> dict[str, Any]:
        """What is held and not begun, the next first, and which printers are paused."""
        state = self.working.state
        with self.working.store.read() as view:
            now_ms = self.working.time_ms()
            turns = queue_here(state, view, now_ms)
            answers = [why_here(state, view, one.record, now_ms, turns) for one in turns]
        return {"queue": [_turn(turn, answer) for turn, answer in zip(turns, answers, strict=True)]}


def _is_of(payload: Payload, nik: Nik) -> bool:
    try:
        return door.record_in(payload).nik == nik
    except Refused:
        return False  # a payload that cannot be read names nobody


def _is_label_of(payload: Payload, nik: Nik) -> bool:
    try:
        return label_in(payload).nik == nik.reveal()
    except (Refused, msgspec.DecodeError):
        return False


def _turn(turn: Turn, answer: CounterAnswer) -> dict[str, Any]:
    told = {"record": turn.record, "n": turn.n, "class": turn.place, "since": turn.since_ms, "until": turn.until_ms}
    return {**told, "lifted": turn.lifted_because, "answer": answer_to_plain(answer)}


def counter_routes(counter: Counter) -> list[Route]:
    """The addresses of a counter: POST /v1/why and GET /v1/queue."""

    async def why(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LIMIT_BYTES:
                return _refused(Refused(Refusal.OVERSIZED, {"size": len(body), "limit": LIMIT_BYTES}))
        try:
            nik = Nik.parse(from_json(bytes(body), Asked, "question").nik)
            answer = await run_in_threadpool(counter.why, nik)
        except Refused as refused:
            return _refused(refused)
        return JSONResponse(answer_to_plain(answer), headers={"Cache-Control": "no-store"})

    async def queue(_: Request) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(counter.ask_main, counter.queue))
        except Refused as refused:
            return _refused(refused)

    return [Route("/v1/why", why, methods=["POST"]), Route("/v1/queue", queue)]


def _refused(refused: Refused) -> Response:
    body = msgspec.json.encode({"refused": refused_to_plain(refused)})
    return Response(body, status_of(refused), media_type="application/json")

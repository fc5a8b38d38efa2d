"""The hub over HTTP (layanan pusat): bytes in, bytes out; every decision is elsewhere.

Asks, chains and fetches are signed envelopes, so the way they take needs no trust; what is
read by GET holds no personal data. A body is counted while it arrives and refused as soon as
it is too long. An error says what kind it is and never what was sent; a citizen's number has
no place in an address, and addresses are not logged with their parameters.

| address            | takes                  | gives                                          |
|--------------------|------------------------|------------------------------------------------|
| POST /v1/asks      | `pack_envelopes`       | `{"answers": [{"accepted"} or {"refused"}]}`   |
| POST /v1/chain     | an envelope, CHAIN     | the signed receipt, exact bytes                |
| POST /v1/feed      | an envelope, FETCH     | `pack_envelopes` of entries signed by the hub  |
| POST /v1/payload   | an envelope, FETCH     | the payload, sealed to the station             |
| POST /v1/why       | an envelope, QUESTION  | why one person's card can or cannot be printed |
| GET /v1/founding   | `?id=` a station       | what its book is founded from, signed          |
| GET /v1/...        | at most `?id=`         | the views of `ektp_hub.reads`                  |
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.view import View
from ektp_core.wire.envelope import pack_envelopes, unpack_envelopes
from ektp_core.wire.problem import refused_to_plain, status_of
from ektp_hub import doubts, queue_reads, reads
from ektp_hub.door import FETCH_LIMIT_BYTES, UPLOAD_LIMIT_BYTES
from ektp_hub.plain import plain_event

ASKS_LIMIT_BYTES = 16 * 1024 * 1024

#: Most asks of one request: each costs a signature or more to check.
MOST_ASKS = 1_000

JSON = "application/json"
OCTETS = "application/octet-stream"

Read = Callable[[View], dict[str, Any]]


class HubFault(Exception):
    """The hub itself is at fault: nothing was done, and the same may be asked again."""


class ServedHub(Protocol):
    """What the addresses need of a hub."""

    async def asks(self, envelopes: Sequence[bytes]) -> Sequence[Answer]:
        """One answer an ask, in order. Raises HubFault."""

    async def chain(self, envelope: bytes) -> bytes:
        """The signed receipt. Raises Refused, HubFault."""

    async def feed(self, envelope: bytes) -> Sequence[bytes]:
        """Signed feed entries. Raises Refused."""

    async def payload(self, envelope: bytes) -> bytes:
        """A sealed payload. Raises Refused."""

    async def why(self, envelope: bytes) -> dict[str, Any]:
        """Why one person's card can or cannot be printed now. Raises Refused."""

    async def founding(self, station: str) -> bytes:
        """What a station's book is founded from, signed by the hub. Raises Refused."""

    async def accountability(self) -> dict[str, Any]:
        """Where every blank is."""

    async def read(self, read: Read) -> dict[str, Any]:
        """A view of the book as last sealed. Raises Refused."""


def make_app(hub: ServedHub) -> Starlette:
    """The application of a hub."""
    addresses = _Addresses(hub)
    routes = [
        Route("/v1/asks", addresses.asks, methods=["POST"]),
        Route("/v1/chain", addresses.chain, methods=["POST"]),
        Route("/v1/feed", addresses.feed, methods=["POST"]),
        Route("/v1/payload", addresses.payload, methods=["POST"]),
        Route("/v1/why", addresses.why, methods=["POST"]),
        Route("/v1/accountability", addresses.accountability),
        Route("/v1/founding", addresses.founding),
        Route("/v1/health", addresses.reading(reads.health)),
        Route("/v1/suspects", addresses.reading(reads.suspects)),
        Route("/v1/stations", addresses.reading(reads.stations)),
        Route("/v1/states", addresses.reading(reads.states)),
        Route("/v1/allotments", addresses.reading_one(reads.allotment_draft)),
        Route("/v1/reports", addresses.reading_one(reads.report_locks)),
        Route("/v1/exposed", addresses.reading_one(reads.exposed)),
        Route("/v1/records", addresses.reading_one(reads.record)),
        Route("/v1/closes", addresses.reading_one(doubts.closes)),
        Route("/v1/proposals", addresses.reading_one(queue_reads.proposal)),
    ]
    return Starlette(
        routes=routes,
        exception_handlers={Refused: _refused, HubFault: _fault, HTTPException: _not_here, Exception: _fault},
    )


class _Addresses:
    """One method for each address that writes or fetches."""

    def __init__(self, hub: ServedHub) -> None:
        self._hub = hub

    async def asks(self, request: Request) -> Response:
        envelopes = unpack_envelopes(await _body(request, ASKS_LIMIT_BYTES), ASKS_LIMIT_BYTES)
        if len(envelopes) > MOST_ASKS:
            facts = {"field": "envelopes", "expected": f"at most {MOST_ASKS}", "shape": f"{len(envelopes)}"}
            raise Refused(Refusal.MALFORMED, facts)
        answers = await self._hub.asks(envelopes)
        return _json({"answers": [_answer(one) for one in answers]})

    async def chain(self, request: Request) -> Response:
        return _octets(await self._hub.chain(await _body(request, UPLOAD_LIMIT_BYTES)))

    async def feed(self, request: Request) -> Response:
        entries = await self._hub.feed(await _body(request, FETCH_LIMIT_BYTES))
        return Response(pack_envelopes(entries), media_type=JSON)

    async def payload(self, request: Request) -> Response:
        return _octets(await self._hub.payload(await _body(request, FETCH_LIMIT_BYTES)))

    async def why(self, request: Request) -> Response:
        return _json(await self._hub.why(await _body(request, FETCH_LIMIT_BYTES)))

    async def founding(self, request: Request) -> Response:
        station = request.query_params.get("id", "")[:64]
        return Response(await self._hub.founding(station), media_type=JSON)

    async def accountability(self, _request: Request) -> Response:
        return _json(await self._hub.accountability())

    def reading(self, read: Read) -> Callable[[Request], Awaitable[Response]]:
        async def answer(_request: Request) -> Response:
            return _json(await self._hub.read(read))

        return answer

    def reading_one(self, read: Callable[[View, str], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            name = request.query_params.get("id", "")
            if not 1 <= len(name) <= 64:
                facts = {"field": "id", "expected": "1 to 64 characters", "shape": f"{len(name)} characters"}
                raise Refused(Refusal.MALFORMED, facts)
            return _json(await self._hub.read(lambda view: read(view, name)))

        return answer


async def _body(request: Request, limit: int) -> bytes:
    """The whole body; refused at the first byte too many, or before any when its length says so."""
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and len(said) < 19 and int(said) > limit:
        raise Refused(Refusal.OVERSIZED, {"size": int(said), "limit": limit})
    taken = bytearray()
    async for part in request.stream():
        taken += part
        if len(taken) > limit:
            raise Refused(Refusal.OVERSIZED, {"size": len(taken), "limit": limit})
    return bytes(taken)


def _answer(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Refused):
        return {"refused": refused_to_plain(answer)}
    events = [plain_event(event) for event in answer.events]
    return {"accepted": {"n": answer.n, "first": answer.is_first, "events": events}}


def _json(value: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type=JSON)


def _octets(value: bytes) -> Response:
    return Response(value, media_type=OCTETS)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _json({"refused": refused_to_plain(error)}, status_of(error))


async def _not_here(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: "there is no such address", 405: "this address is not used that way"}
    return _json({"error": words.get(error.status_code, "the request was not understood")}, error.status_code)


async def _fault(_request: Request, _error: Exception) -> Response:
    return _json({"error": "the hub could not do this; it was noted"}, 500)

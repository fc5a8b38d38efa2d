"""The station's own page (halaman setempat), on loopback only: what it does now, and people's asks.

A card's expected picture is shown to the operator who has to judge it; it is drawn anew
each time and kept nowhere.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.rows import Record
from ektp_core.flow.view import View
from ektp_core.wire.problem import refused_to_plain, status_of
from ektp_station.page_guard import PageGuard

LIMIT_BYTES = 1 << 20

#: By which names the page is asked for. A foreign name that was made to point here would let any
#: site in the operator's browser read the cards.
HOSTS = ("127.0.0.1", "localhost")

Ask = Callable[[bytes], Any]
Picture = Callable[[str], bytes]


def station_app(now: Callable[[], dict[str, Any]], ask: Ask, picture: Picture, more: Sequence[Route] = ()) -> Starlette:
    """The application: `now` gives the snapshot, `ask` answers an envelope, `picture` draws a card; `more` beside."""

    async def show_now(_: Request) -> Response:
        return JSONResponse(now())

    async def take_ask(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LIMIT_BYTES:
                return _refused(Refused(Refusal.OVERSIZED, {"size": len(body), "limit": LIMIT_BYTES}))
        answer = await run_in_threadpool(ask, bytes(body))
        if isinstance(answer, Accepted):
            events = [type(event).__name__ for event in answer.events]
            return JSONResponse({"accepted": {"n": answer.n, "first": answer.is_first, "events": events}})
        return _refused(answer)

    async def show_card(request: Request) -> Response:
        try:
            png = await run_in_threadpool(picture, request.path_params["record"])
        except Refused as refused:
            return _refused(refused)
        return Response(png, media_type="image/png", headers={"Cache-Control": "no-store"})

    routes = [
        Route("/v1/now", show_now),
        Route("/v1/asks", take_ask, methods=["POST"]),
        Route("/v1/cards/{record}.png", show_card),
        *more,
    ]
    guards = [Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS)), Middleware(PageGuard)]
    return Starlette(routes=routes, middleware=guards)


def _refused(refused: Refused) -> Response:
    body = msgspec.json.encode({"refused": refused_to_plain(refused)})
    return Response(body, status_of(refused), media_type="application/json")


def payload_of(view: View, record: str) -> bytes:
    """The digest of a record's personal data.

    Raises:
        Refused: UNKNOWN_RECORD.
    """
    row = view.row(Record, record)
    if row is None:
        raise Refused(Refusal.UNKNOWN_RECORD, {"record": record})
    return row.payload

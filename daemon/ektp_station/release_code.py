"""The code a station reads out for an authorisation it gave back (kode pelepasan di mesin cetak): rule 19.

Only after the book says that the authorisation was returned, unbegun: the code is that very fact,
in ten signs. It is the same each time it is asked for, so that it may be read out again.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.locks import attempt_of, lock_of
from ektp_core.flow.old_copy import why_kept
from ektp_core.flow.releasing import may_be_read_out
from ektp_core.flow.rows import Key
from ektp_core.flow.view import View
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.problem import refused_to_plain, status_of
from ektp_keys.public_keys import HALF_BYTES
from ektp_keys.release_code import CodeSecret, shown
from ektp_station.hub_word import HUB_KEY

if TYPE_CHECKING:
    from ektp_station.wiring import StationProcess


def code_of(
    view: View, signer: Any, station: str, record: str, *, stopped_why: str = "", hub_key: str = ""
) -> dict[str, Any]:
    """What to read out for a record: station, record, attempt and code.

    `stopped_why`: why this station prints no more. `hub_key`: the key the hub signs with now, where it was heard.

    Raises:
        Refused: STATION_FROZEN: the book of a station that is stopped may be an older copy; UNKNOWN_RECORD;
            BEGUN_ONCE for a card that was begun; NO_SUCH_STEP before the authorisation was given back;
            NOT_ALLOWED for a key that cannot make codes.
    """
    if stopped_why:
        raise Refused(Refusal.STATION_FROZEN, {"station": station, "why": stopped_why})
    if kept := why_kept(view, station):
        raise kept
    lock = lock_of(view, record)
    if not may_be_read_out(view, lock):
        attempt = attempt_of(view, lock) if lock.n else None
        if attempt and (attempt.started_ms or attempt.tries):
            raise Refused(Refusal.BEGUN_ONCE, {"record": record})
        allowed = "RETURN" if lock.state is LockState.AUTHORISED else "nothing"
        facts: dict[str, Fact] = {"record": record, "state": lock.state.name, "event": "RELEASE"}
        facts |= {"allowed": allowed, "n": lock.n}
        raise Refused(Refusal.NO_SUCH_STEP, facts)
    hubs = [key for key in view.rows(Key) if key.hand is Hand.HUB and not key.revoked]
    able = [key for key in hubs if len(key.public) == 2 * HALF_BYTES]
    # Only the key the hub works with now can check the code: while one takes the place of another, both are in force.
    hub = next((key for key in able if key.key == hub_key), able[0] if able else None)
    own = view.row(Key, signer.key_id)
    agree = getattr(signer, "agree", None)
    if hub is None or own is None or agree is None:
        raise Refused(Refusal.NOT_ALLOWED, {"who": station, "needs": "a key that codes are made with"})
    secret = CodeSecret.of(agree, hub.public, hub.public, own.public)
    return {"station": station, "record": record, "n": lock.n, "code": shown(secret.code(station, record, lock.n))}


def release_routes(process: "StationProcess") -> Sequence[Route]:
    """The address that gives a code: `GET /v1/release-codes/{record}`."""

    def found(record: str) -> dict[str, Any]:
        keeper = process.keeper
        with keeper.store.read() as view:
            hub_key = (keeper.store.link(HUB_KEY) or b"").decode()
            stopped_why = keeper.state.stopped_why
            return code_of(view, keeper.signer, keeper.config.station, record, stopped_why=stopped_why, hub_key=hub_key)

    async def give_code(request: Request) -> Response:
        record = request.path_params["record"]
        try:
            code = await run_in_threadpool(process.ask_main, lambda: found(record))
        except Refused as refused:
            return JSONResponse({"refused": refused_to_plain(refused)}, status_of(refused))
        return JSONResponse({"release": code}, headers={"Cache-Control": "no-store"})

    return (Route("/v1/release-codes/{record}", give_code),)

"""The HTTP client of a hub (klien pusat): the only place that knows a hub's addresses.

It carries bytes and decides nothing: what goes out was signed elsewhere, what comes in is
opened elsewhere. An upload is never repeated here, because when to upload again is the
station's own decision; every other call may be, since an ask has its id and a fetch changes
nothing.

Without `http`, a hub is reached directly, never through a proxy the environment names; an
office with a proxy or a certificate of its own passes the client it needs.
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, TypeVar

import httpx
import msgspec
from attrs import frozen

from ektp_client.exchange import JSON, LIMIT_BYTES, Call, Exchange, understood
from ektp_core.boundary.uplink import AskReply, AskTaken, UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_core.wire.envelope import pack_envelopes, unpack_envelopes

T = TypeVar("T")

TIMEOUT_MS = 10_000
TRIES = 3


@frozen
class _Taken:
    n: int
    first: bool
    events: tuple[dict[str, Any], ...] = ()


@frozen
class _Answer:
    accepted: _Taken | None = None
    refused: dict[str, Any] | None = None


@frozen
class _Answers:
    answers: tuple[_Answer, ...]


class HubClient:
    """A hub at `base_url`. Use it in a `with`, or `close` it.

    Every method may raise `UplinkError` (no answer understood; nothing may be concluded) and
    `Refused` (the hub said no to the call; nothing changed there).
    """

    def __init__(
        self,
        base_url: str,
        http: httpx.Client | None = None,
        timeout_ms: int = TIMEOUT_MS,
        tries: int = TRIES,
    ) -> None:
        address = _address(base_url)
        self._owns_http = http is None
        self._http = httpx.Client(trust_env=False) if http is None else http
        self._exchange = Exchange(address, self._http, timeout_ms, tries)

    def __enter__(self) -> "HubClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections, unless they belong to the `http` that was passed in."""
        if self._owns_http:
            self._http.close()

    def ask(self, envelopes: Sequence[bytes]) -> list[AskReply]:
        """Submit asks; one reply each, in order. A refused ask is a reply, not an exception."""
        call = Call("POST", "/v1/asks", pack_envelopes(envelopes), JSON)
        answers = self._read(call, _Answers).answers
        if len(answers) != len(envelopes):
            raise self._not_understood(call)
        return [self._reply(call, one) for one in answers]

    def upload(self, envelope: bytes) -> bytes:
        """Bring sealed commits; the hub's signed receipt. Tried once."""
        return self._exchange.call(Call("POST", "/v1/chain", envelope, can_repeat=False))

    def feed(self, envelope: bytes) -> list[bytes]:
        """Fetch feed entries, each an envelope as the hub signed it."""
        call = Call("POST", "/v1/feed", envelope)
        raw = self._exchange.call(call)
        try:
            return list(unpack_envelopes(raw, LIMIT_BYTES))
        except Refused:
            raise self._not_understood(call) from None

    def payload(self, envelope: bytes) -> bytes:
        """Fetch one payload, sealed for the station that signed the fetch."""
        return self._exchange.call(Call("POST", "/v1/payload", envelope))

    def why(self, envelope: bytes) -> dict[str, Any]:
        """Ask why one person's card can or cannot be printed now, in a signed question; reads only."""
        return self._read(Call("POST", "/v1/why", envelope), dict[str, Any])

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Read one of the hub's tables: a path under /v1/. Never put a NIK into `params`."""
        if not path.startswith("/v1/"):
            facts = {"field": "path", "expected": "a path under /v1/", "shape": "another path"}
            raise Refused(Refusal.BAD_VALUE, facts)
        return self._read(Call("GET", path, params=params or {}), dict[str, Any])

    def _read(self, call: Call, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(self._exchange.call(call), type=kind)
        except (msgspec.MsgspecError, RecursionError):
            raise self._not_understood(call) from None

    def _reply(self, call: Call, answer: _Answer) -> AskReply:
        match answer:
            case _Answer(accepted=_Taken() as taken, refused=None):
                return AskTaken(taken.n, taken.first, taken.events)
            case _Answer(accepted=None, refused=dict() as plain):
                return understood(plain)
            case _:
                raise self._not_understood(call)

    def _not_understood(self, call: Call) -> UplinkError:
        return UplinkError(self._exchange.where(call), "its answer is not understood")


def _address(base_url: str) -> httpx.URL:
    try:
        address = httpx.URL(base_url)
    except httpx.InvalidURL:
        address = httpx.URL()
    if address.scheme not in {"http", "https"} or not address.host:
        facts = {"field": "hub address", "expected": "http:// or https:// and a host", "shape": "another text"}
        raise Refused(Refusal.BAD_VALUE, facts)
    return address

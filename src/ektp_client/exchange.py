"""One call over HTTP, made safely (pertukaran): bounded in bytes, in time and in tries.

No answer is read beyond its cap, and none is waited for beyond its time, however slowly it
drips. Calls that may be repeated are, a few times, when the connection broke; which calls
these are is said by the caller. Whatever goes wrong ends as `UplinkError`, but a refusal in
the answer's body, which is raised as it is. What the bytes mean is not known here.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import msgspec
from attrs import field, frozen

from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_core.wire.problem import refused_from_plain

#: Most bytes sent in one body, and most bytes read of one answer.
LIMIT_BYTES = 16 * 1024 * 1024

JSON = "application/json"
OCTETS = "application/octet-stream"

_PAUSE_S = 0.2
_BROKEN = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
_WHY_LENGTH = 200


@frozen
class Call:
    """What is asked of the hub. `can_repeat`: doing it twice is doing it once."""

    method: str
    path: str
    body: bytes = field(default=b"", repr=False)
    media_type: str = OCTETS
    params: Mapping[str, str] = field(factory=dict)
    can_repeat: bool = True


@frozen
class _No:
    refused: dict[str, Any]


@frozen(eq=False)
class Exchange:
    """Calls to one hub.

    Attributes:
        pause, monotonic: how to wait and tell time, in seconds, as `time` does.
    """

    base_url: httpx.URL
    http: httpx.Client
    timeout_ms: int
    tries: int
    pause: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    def where(self, call: Call) -> str:
        """The place that is called: no user, no parameters."""
        return f"{self.base_url.scheme}://{self.base_url.netloc.decode('ascii')}{self._path(call)}"

    def call(self, call: Call) -> bytes:
        """The body of the hub's answer.

        Raises:
            Refused: OVERSIZED when the body is too long to send; whatever the hub refused.
            UplinkError: no answer, or none that is understood.
        """
        if len(call.body) > LIMIT_BYTES:
            raise Refused(Refusal.OVERSIZED, {"size": len(call.body), "limit": LIMIT_BYTES})
        until = self.monotonic() + self.timeout_ms / 1000
        left = self.tries if call.can_repeat else 1
        wait = _PAUSE_S
        while True:
            left -= 1
            try:
                status, raw = self._once(call, until)
                break
            except httpx.HTTPError as error:
                is_worth_it = isinstance(error, _BROKEN) and left > 0 and self.monotonic() + wait < until
                if not is_worth_it:
                    raise UplinkError(self.where(call), self._why(error)) from error
            self.pause(wait)
            wait *= 2
        if status != httpx.codes.OK:
            raise self._no(call, status, raw)
        return raw

    def _once(self, call: Call, until: float) -> tuple[int, bytes]:
        left = max(until - self.monotonic(), 0.001)
        url = self.base_url.copy_with(path=self._path(call))
        headers = {"accept-encoding": "identity"}  # so that a small answer cannot unfold into a large one
        if call.body:
            headers["content-type"] = call.media_type
        taken = bytearray()
        with self.http.stream(
            call.method, url, content=call.body or None, params=call.params or None, headers=headers, timeout=left
        ) as answer:
            for part in answer.iter_bytes():
                taken += part
                if len(taken) > LIMIT_BYTES:
                    raise UplinkError(self.where(call), f"the answer is longer than {LIMIT_BYTES} bytes")
                if self.monotonic() > until:
                    raise UplinkError(self.where(call), self._too_late())
        return answer.status_code, bytes(taken)

    def _path(self, call: Call) -> str:
        return self.base_url.path.rstrip("/") + call.path

    def _no(self, call: Call, status: int, raw: bytes) -> Refused | UplinkError:
        """What an answer other than 200 says: a refusal of ours, or that something else is there."""
        try:
            plain = msgspec.json.decode(raw, type=_No).refused
        except (msgspec.MsgspecError, RecursionError):
            return UplinkError(self.where(call), f"it answered with status {status}")
        return understood(plain)

    def _why(self, error: httpx.HTTPError) -> str:
        if isinstance(error, httpx.TimeoutException):
            return self._too_late()
        return (str(error) or type(error).__name__)[:_WHY_LENGTH]

    def _too_late(self) -> str:
        return f"no whole answer within {self.timeout_ms} ms"


def understood(plain: object) -> Refused:
    """The refusal in an answer; MALFORMED in place of one this version does not know."""
    try:
        return refused_from_plain(plain)
    except Refused as refused:
        return refused

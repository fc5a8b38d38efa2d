"""One call: bounded in bytes, time and tries, whatever the other side does."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from attrs import define, field, frozen

from ektp_client import exchange
from ektp_client.exchange import Call, Exchange
from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refusal, Refused

FETCH = Call("POST", "/v1/feed", b"signed")
UPLOAD = Call("POST", "/v1/chain", b"signed", can_repeat=False)


@define
class Time:
    """A clock that moves only when somebody waits."""

    now_s: float = 1_000.0
    pauses: list[float] = field(factory=list)

    def monotonic(self) -> float:
        return self.now_s

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now_s += seconds


@frozen
class Stream(httpx.SyncByteStream):
    """A body that comes in parts; `between` happens after each."""

    parts: tuple[bytes, ...]
    between: Callable[[], None]

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            yield part
            self.between()


def calling(answer: Callable[[httpx.Request], httpx.Response], clock: Time, tries: int = 3) -> Exchange:
    http = httpx.Client(transport=httpx.MockTransport(answer))
    return Exchange(httpx.URL("http://pusat.example/hub/"), http, 5_000, tries, clock.pause, clock.monotonic)


def broken(
    error: type[httpx.TransportError], times: int, seen: list[httpx.Request]
) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) <= times:
            raise error("cut")
        return httpx.Response(200, content=b"here")

    return answer


def test_a_call_goes_under_the_hubs_address_with_its_bytes() -> None:
    seen: list[httpx.Request] = []
    assert calling(broken(httpx.ConnectError, 0, seen), Time()).call(FETCH) == b"here"
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", "http://pusat.example/hub/v1/feed")
    assert request.content == b"signed"
    assert request.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadError, httpx.RemoteProtocolError]
)
def test_a_broken_connection_is_tried_again_with_growing_pauses(error: type[httpx.TransportError]) -> None:
    clock = Time()
    assert calling(broken(error, 2, []), clock).call(FETCH) == b"here"
    assert clock.pauses == [0.2, 0.4]


def test_after_the_last_try_the_hub_was_not_reached() -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(UplinkError) as caught:
        calling(broken(httpx.ConnectError, 9, seen), Time()).call(FETCH)
    assert len(seen) == 3
    assert (caught.value.where, caught.value.why) == ("http://pusat.example/hub/v1/feed", "cut")


def test_an_upload_is_tried_once() -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(UplinkError):
        calling(broken(httpx.ConnectError, 1, seen), Time()).call(UPLOAD)
    assert len(seen) == 1


def test_a_slow_answer_is_not_asked_for_again() -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(UplinkError, match="no whole answer within 5000 ms"):
        calling(broken(httpx.ReadTimeout, 1, seen), Time()).call(FETCH)
    assert len(seen) == 1


def test_tries_end_when_the_time_is_over() -> None:
    clock, seen = Time(), list[httpx.Request]()
    answer = broken(httpx.ConnectError, 9, seen)

    def slow(request: httpx.Request) -> httpx.Response:
        clock.now_s += 4.9
        return answer(request)

    with pytest.raises(UplinkError):
        calling(slow, clock).call(FETCH)
    assert len(seen) == 1


def test_a_dripping_answer_is_given_up_in_time() -> None:
    clock = Time()
    drops = 0

    def drip() -> None:
        nonlocal drops
        drops += 1
        clock.now_s += 1

    answer = httpx.Response(200, stream=Stream((b".",) * 60, drip))
    with pytest.raises(UplinkError, match="no whole answer"):
        calling(lambda _: answer, clock).call(FETCH)
    assert drops < 10


def test_an_answer_is_not_read_beyond_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "LIMIT_BYTES", 10)
    parts = 0

    def count() -> None:
        nonlocal parts
        parts += 1

    endless = httpx.Response(200, stream=Stream((b"12345",) * 1_000, count))
    with pytest.raises(UplinkError, match="longer than 10 bytes"):
        calling(lambda _: endless, Time()).call(FETCH)
    assert parts < 5


def test_a_body_over_the_cap_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "LIMIT_BYTES", 5)
    seen: list[httpx.Request] = []
    with pytest.raises(Refused, match="OVERSIZED: size=6, limit=5"):
        calling(broken(httpx.ConnectError, 0, seen), Time()).call(FETCH)
    assert seen == []


def test_a_refusal_comes_back_as_it_was() -> None:
    body = {"refused": {"code": "CHAIN_GAP", "facts": {"absorbed": 4, "found": 9, "next": 5}}}
    with pytest.raises(Refused) as caught:
        calling(lambda _: httpx.Response(409, json=body), Time()).call(UPLOAD)
    assert caught.value.refusal is Refusal.CHAIN_GAP
    assert caught.value.facts == {"absorbed": 4, "found": 9, "next": 5}


def test_a_refusal_of_a_newer_hub_is_malformed_not_a_crash() -> None:
    body = {"refused": {"code": "FROM_THE_FUTURE", "facts": {}}}
    with pytest.raises(Refused, match="MALFORMED: field=refused"):
        calling(lambda _: httpx.Response(409, json=body), Time()).call(UPLOAD)


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"{}", b"[" * 9_000, b'{"refused":"no"}', b"\xff"])
@pytest.mark.parametrize("status", [201, 204, 302, 404, 500, 503])
def test_an_answer_of_somebody_else_is_no_answer(status: int, body: bytes) -> None:
    with pytest.raises(UplinkError, match=f"status {status}"):
        calling(lambda _: httpx.Response(status, content=body), Time()).call(FETCH)


def test_no_password_and_no_parameter_is_shown() -> None:
    def cut(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("cut")

    http = httpx.Client(transport=httpx.MockTransport(cut))
    base_url = httpx.URL("https://budi:rahasia@pusat.example:8443")
    with pytest.raises(UplinkError) as caught:
        Exchange(base_url, http, 5_000, 1).call(Call("GET", "/v1/locks", params={"record": "secret"}))
    assert str(caught.value) == "https://pusat.example:8443/v1/locks: cut"


def test_not_being_reached_can_be_shown_as_a_refusal() -> None:
    refused = UplinkError("http://pusat.example", "cut").as_refused()
    assert (refused.refusal, refused.refusal.transient) == (Refusal.NOT_REACHED, True)
    assert refused.facts == {"where": "http://pusat.example", "why": "cut"}

"""The client against a hub that answers as agreed, and against one that does not."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ektp_client.hub_client import HubClient
from ektp_core.boundary.uplink import AskTaken, Uplink, UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_core.wire.envelope import pack_envelopes, unpack_envelopes

Answer = Callable[[httpx.Request], httpx.Response]


def hub(answer: Answer) -> HubClient:
    return HubClient("http://pusat.example", httpx.Client(transport=httpx.MockTransport(answer)))


def saying(content: Any, status: int = 200) -> HubClient:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return hub(lambda _: httpx.Response(status, content=raw))


def test_a_client_is_an_uplink() -> None:
    with HubClient("http://pusat.example") as client:
        uplink: Uplink = client
    with pytest.raises(RuntimeError, match="closed"):
        uplink.upload(b"")


def test_an_http_client_that_was_passed_in_is_left_open() -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=b"receipt")))
    with HubClient("http://pusat.example", http):
        pass
    assert HubClient("http://pusat.example", http).upload(b"signed") == b"receipt"


def test_each_ask_gets_its_own_reply_in_order() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/v1/asks")
        assert request.headers["content-type"] == "application/json"
        assert unpack_envelopes(request.content) == (b'{"a":1}', b'{"b":2}', b"{}")
        refused = {"code": "NO_BLANK", "facts": {"station": "station/52.03/1"}}
        answers = [
            {"accepted": {"n": 7, "first": True, "events": [{"kind": "Moved"}]}},
            {"refused": refused},
            {"refused": {"code": "FROM_THE_FUTURE", "facts": {}}},
        ]
        return httpx.Response(200, json={"answers": answers})

    taken, refused, unknown = hub(answer).ask([b'{"a":1}', b'{"b":2}', b"{}"])
    assert taken == AskTaken(7, True, ({"kind": "Moved"},))
    assert isinstance(refused, Refused)
    assert (refused.refusal, refused.facts) == (Refusal.NO_BLANK, {"station": "station/52.03/1"})
    assert isinstance(unknown, Refused)
    assert unknown.refusal is Refusal.MALFORMED


def test_bytes_that_are_no_text_are_not_sent_as_an_ask() -> None:
    with pytest.raises(Refused, match="MALFORMED"):
        saying({}).ask([b"\xff"])


@pytest.mark.parametrize(
    "content",
    [
        b"<html>",
        b"[" * 9_000,
        {},
        {"answers": []},
        {"answers": [{}]},
        {"answers": [{"accepted": {"n": 1, "first": True}, "refused": {"code": "NO_BLANK", "facts": {}}}]},
        {"answers": [{"accepted": {"n": "1", "first": True}}]},
        {"answers": [{"accepted": {"n": 1}}]},
        {"answers": [{"refused": "no"}]},
    ],
)
def test_replies_that_are_not_understood_are_no_replies(content: object) -> None:
    with pytest.raises(UplinkError, match="not understood"):
        saying(content).ask([b"{}"])


def test_an_upload_brings_exact_bytes_and_returns_exact_bytes() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path, request.content) == ("POST", "/v1/chain", b"\x00signed")
        return httpx.Response(200, content=b"receipt\x00")

    assert hub(answer).upload(b"\x00signed") == b"receipt\x00"


def test_only_an_upload_is_never_repeated() -> None:
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        raise httpx.ConnectError("cut")

    client = HubClient("http://pusat.example", httpx.Client(transport=httpx.MockTransport(answer)), tries=2)
    for ask in (
        lambda: client.upload(b"x"),
        lambda: client.ask([b"{}"]),
        lambda: client.feed(b"x"),
        lambda: client.payload(b"x"),
        lambda: client.get("/v1/locks"),
    ):
        with pytest.raises(UplinkError):
            ask()
    repeated = ("/v1/asks", "/v1/feed", "/v1/payload", "/v1/locks")
    assert paths == ["/v1/chain", *(path for path in repeated for _ in range(2))]


def test_a_feed_is_a_list_of_exact_envelopes() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.url.path, request.content) == ("/v1/feed", b"fetch")
        return httpx.Response(200, content=pack_envelopes([b'{"m":1}', b'{"m": 2}']))

    assert hub(answer).feed(b"fetch") == [b'{"m":1}', b'{"m": 2}']
    with pytest.raises(UplinkError, match="not understood"):
        saying({"envelopes": [7]}).feed(b"fetch")


def test_a_payload_is_bytes() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.url.path, request.content) == ("/v1/payload", b"fetch")
        return httpx.Response(200, content=b"\x00sealed")

    assert hub(answer).payload(b"fetch") == b"\x00sealed"


def test_a_table_is_read_with_its_parameters() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, str(request.url)) == ("GET", "http://pusat.example/v1/locks?office=52.03")
        assert request.content == b""
        return httpx.Response(200, json={"rows": [1, 2]})

    assert hub(answer).get("/v1/locks", {"office": "52.03"}) == {"rows": [1, 2]}
    with pytest.raises(UplinkError, match="not understood"):
        saying([1, 2]).get("/v1/locks")
    with pytest.raises(Refused, match="BAD_VALUE: field=path"):
        saying({}).get("/metrics")


def test_a_refused_call_raises_what_the_hub_said() -> None:
    with pytest.raises(Refused, match="STATION_FROZEN"):
        saying({"refused": {"code": "STATION_FROZEN", "facts": {"station": "s", "why": "w"}}}, 409).feed(b"fetch")


@pytest.mark.parametrize("base_url", ["", "pusat.example", "ftp://pusat.example", "http://", "http://a\x00b"])
def test_what_is_no_address_is_refused_at_once(base_url: str) -> None:
    with pytest.raises(Refused, match="BAD_VALUE: field=hub address"):
        HubClient(base_url)


def test_nobody_at_the_address_is_an_uplink_error() -> None:
    with HubClient("http://127.0.0.1:1", tries=1) as client, pytest.raises(UplinkError, match=r"127\.0\.0\.1:1"):
        client.get("/v1/health")

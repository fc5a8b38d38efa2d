"""No site in the operator's browser reads the page or asks anything of it; programs of the machine do."""

import asyncio
from typing import Any

import httpx
import pytest

from ektp_core.errors import Refusal, Refused
from ektp_station.api import station_app

NIK_FREE = {"station": "station/52.03/1"}
HOME = "http://127.0.0.1:8080"


def call(method: str, path: str, **headers: str) -> tuple[httpx.Response, list[bytes]]:
    asked: list[bytes] = []

    def ask(raw: bytes) -> Any:
        asked.append(raw)
        return Refused(Refusal.MALFORMED, {"field": "envelope", "expected": "x", "shape": "y"})

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(station_app(lambda: NIK_FREE, ask, lambda _: b"\x89PNG"))
        async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, content=b"{}" if method == "POST" else None, headers=named)

    return asyncio.run(once()), asked


FOREIGN = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "https://127.0.0.1:8080"},
    {"origin": "http://127.0.0.1:9999"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/asks"), ("GET", "/v1/now"), ("GET", "/v1/cards/x.png")])
def test_what_comes_from_another_site_is_refused(method: str, path: str, headers: dict[str, str]) -> None:
    answer, asked = call(method, path, **headers)
    assert (answer.status_code, asked) == (403, [])
    assert "station/52.03/1" not in answer.text


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_what_a_form_can_send_is_refused(kind: str) -> None:
    answer, asked = call("POST", "/v1/asks", content_type=kind)
    assert (answer.status_code, asked) == (403, [])


@pytest.mark.parametrize(
    "headers",
    [{}, {"content_type": "application/json"}, {"origin": HOME, "content_type": "application/json"}, {"sec_fetch_site": "same-origin"}, {"sec_fetch_site": "none"}],
    ids=str,
)
def test_programs_and_the_page_itself_are_let_in(headers: dict[str, str]) -> None:
    answer, asked = call("POST", "/v1/asks", **headers)
    assert (answer.status_code, asked) == (400, [b"{}"])


def test_no_answer_may_be_framed_guessed_or_read_by_another_site() -> None:
    for answer, _ in (call("GET", "/v1/now"), call("GET", "/v1/now", origin="http://evil.example")):
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers

"""The station's own page, spoken to as a browser or a script would."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.events import KeyRevoked
from ektp_station.api import LIMIT_BYTES, payload_of, station_app
from tests.station.station_bench import Office, people

NOW = {"station": "station/52.03/1", "held": 0}
NIK = people(1)[0].nik.reveal()


class Page:
    """The page, and what reached those behind it."""

    def __init__(self, answer: Any = None, base_url: str = "http://127.0.0.1:8080") -> None:
        self.asked: list[bytes] = []
        self.drawn: list[str] = []
        self.answer = answer
        self.base_url = base_url

    def ask(self, raw: bytes) -> Any:
        self.asked.append(raw)
        return self.answer

    def picture(self, record: str) -> bytes:
        self.drawn.append(record)
        if record == "52.03-000001":
            return b"\x89PNG"
        raise Refused(Refusal.UNKNOWN_RECORD, {"record": record})

    def call(self, method: str, path: str, content: Any = None) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(station_app(lambda: NOW, self.ask, self.picture))
            async with httpx.AsyncClient(transport=transport, base_url=self.base_url) as client:
                return await client.request(method, path, content=content)

        return asyncio.run(once())


def test_it_shows_what_the_station_does_now() -> None:
    shown = Page().call("GET", "/v1/now")
    assert (shown.status_code, shown.json()) == (200, NOW)


def test_an_accepted_ask_is_answered_with_its_commit() -> None:
    page = Page(Accepted(7, (KeyRevoked("k", "lost"),), False))
    answer = page.call("POST", "/v1/asks", b"envelope")
    assert answer.json() == {"accepted": {"n": 7, "first": False, "events": ["KeyRevoked"]}}
    assert page.asked == [b"envelope"]


def test_a_refused_ask_is_answered_with_code_and_facts() -> None:
    answer = Page(Refused(Refusal.STALE, {"age_s": 999, "limit_s": 900})).call("POST", "/v1/asks", b"x")
    assert answer.status_code == 409
    assert answer.json() == {"refused": {"code": "STALE", "facts": {"age_s": 999, "limit_s": 900}}}


def test_an_oversized_body_is_refused_while_it_still_comes() -> None:
    page, sent = Page(), []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            sent.append(1)
            assert len(sent) < 100, "nobody stopped reading"
            yield b" " * 65_536

    answer = page.call("POST", "/v1/asks", endless())
    assert answer.status_code == 413 and answer.json()["refused"]["code"] == "OVERSIZED"
    assert page.asked == []
    assert len(sent) <= LIMIT_BYTES // 65_536 + 2


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    page = Page(Refused(Refusal.MALFORMED, {"field": "envelope"}))
    assert page.call("POST", "/v1/asks", b" " * LIMIT_BYTES).status_code == 400
    assert len(page.asked[0]) == LIMIT_BYTES


def test_the_picture_of_a_card_is_kept_nowhere() -> None:
    shown = Page().call("GET", "/v1/cards/52.03-000001.png")
    assert shown.content == b"\x89PNG"
    assert (shown.headers["content-type"], shown.headers["cache-control"]) == ("image/png", "no-store")


def test_the_picture_of_an_unknown_record_is_refused() -> None:
    shown = Page().call("GET", "/v1/cards/52.03-999999.png")
    assert shown.status_code == 409 and shown.json()["refused"]["code"] == "UNKNOWN_RECORD"


def test_a_citizens_number_typed_for_a_record_is_not_repeated() -> None:
    shown = Page().call("GET", f"/v1/cards/{NIK}.png")
    assert shown.status_code == 409 and NIK not in shown.text


def test_no_address_takes_a_citizens_number_or_any_other_parameter() -> None:
    app = station_app(dict, lambda _: None, lambda _: b"")
    paths = [getattr(route, "path", "") for route in app.routes]
    assert paths == ["/v1/now", "/v1/asks", "/v1/cards/{record}.png"]


def test_a_site_whose_name_was_made_to_point_here_reads_nothing() -> None:
    page = Page(base_url="http://evil.example:8080")
    assert page.call("GET", "/v1/cards/52.03-000001.png").status_code == 400
    assert page.drawn == []
    assert Page(base_url="http://localhost:8080").call("GET", "/v1/now").status_code == 200


def test_an_ask_cannot_be_made_by_following_a_link() -> None:
    page = Page()
    assert page.call("GET", "/v1/asks").status_code == 405
    assert page.asked == []


def test_a_record_the_book_does_not_have_has_no_personal_data(tmp_path: Any) -> None:
    read: Callable[..., Any] = payload_of
    with Office(tmp_path / "hub").book().read() as view:
        try:
            read(view, "52.03-000001")
        except Refused as why:
            assert why == Refused(Refusal.UNKNOWN_RECORD, {"record": "52.03-000001"})
        else:
            raise AssertionError("a record out of nowhere")

"""The addresses of the hub, over a real hub and book, without a socket."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import pytest
import structlog

from ektp_core.boundary.store import StoreUnsure
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.feed import read_entry
from ektp_core.flow.printing import Authorise, Withdraw
from ektp_core.vocabulary.prr import PrintReadyRecord
from ektp_core.wire.envelope import Envelope, PayloadType, open_envelope, pack_envelopes, unpack_envelopes
from ektp_core.wire.upload import payload_context, read_receipt
from ektp_hub.door import FETCH_LIMIT_BYTES
from ektp_hub.server import ASKS_LIMIT_BYTES, MOST_ASKS, make_app
from ektp_hub.wiring import UNSURE, Hub
from ektp_keys.public_keys import PublicKeys

if TYPE_CHECKING:
    from tests.hub.conftest import Centre

NOW_MS = 1_800_000_000_000
STATION = "station/52.03/1"

People = Callable[[int], tuple[PrintReadyRecord, ...]]
T = TypeVar("T")


class StillClock:
    """A clock that shows one moment."""

    def now_ms(self) -> int:
        return NOW_MS

    def monotonic_ms(self) -> int:
        return 0


class Ended(BaseException):
    """In place of the end of the process."""


def end(code: int) -> None:
    raise Ended(code)


class Around:
    """The centre's book, to be disturbed."""

    def __init__(self, centre: "Centre") -> None:
        self._store = centre.store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class FailingOnce(Around):
    """Its first commit goes wrong."""

    def __init__(self, centre: "Centre", error: Exception) -> None:
        super().__init__(centre)
        self._errors = [error]

    def commit(self, group: Any, at_ms: int) -> Any:
        if self._errors:
            raise self._errors.pop()
        return self._store.commit(group, at_ms)


class Faulty(Around):
    """Every commit with a withdrawal in it meets a fault."""

    def commit(self, group: Any, at_ms: int) -> Any:
        if any(isinstance(work.ask.body, Withdraw) for work in group):
            raise ZeroDivisionError("5203054408999001")
        return self._store.commit(group, at_ms)


def hub_of(centre: "Centre", **other: Any) -> Hub:
    parts: dict[str, Any] = {
        "store": centre.store, "door": centre.door, "signer": centre.keys.hub,
        "log": structlog.get_logger(), "clock": StillClock(), "stop": end,
    }  # fmt: skip
    return Hub(**(parts | other))


def with_client(hub: Hub, talk: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    """Talk to a hub while it commits."""

    async def whole() -> T:
        transport = httpx.ASGITransport(make_app(hub))
        async with httpx.AsyncClient(transport=transport, base_url="http://pusat.example") as client:
            commits = asyncio.create_task(hub.commit_forever())
            said = asyncio.ensure_future(talk(client))
            done, pending = await asyncio.wait({commits, said}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            assert done, "no answer"
            return said.result() if said in done else commits.result()  # type: ignore[return-value]  # it raises

    return asyncio.run(whole())


def post(hub: Hub, path: str, body: bytes) -> httpx.Response:
    return with_client(hub, lambda client: client.post(path, content=body))


def get(hub: Hub, path: str) -> httpx.Response:
    return with_client(hub, lambda client: client.get(path))


def refused_in(answer: httpx.Response) -> str:
    code: str = answer.json()["refused"]["code"]
    return code


def test_asks_are_answered_one_by_one(centre: "Centre", some_people: People) -> None:
    one, two = some_people(2)
    asks = [centre.messages.enter(one), b"{}", centre.messages.enter(one), centre.messages.enter(two)]
    answer = post(hub_of(centre), "/v1/asks", pack_envelopes(asks))
    first, malformed, twice, second = answer.json()["answers"]
    assert answer.status_code == 200
    assert (first["accepted"]["first"], first["accepted"]["events"][0]["kind"]) == (True, "Entered")
    assert malformed["refused"]["code"] == "MALFORMED"
    assert twice["refused"] == {"code": "PERSON_HAS_OPEN_RECORD", "facts": {"record": "52.03-000001"}}
    assert second["accepted"]["events"][0]["record"] == "52.03-000002"
    assert second["accepted"]["n"] == first["accepted"]["n"]
    assert one.nik.reveal() not in answer.text and one.name not in answer.text


def test_requests_at_the_same_time_are_one_commit(centre: "Centre", some_people: People) -> None:
    async def talk(client: httpx.AsyncClient) -> list[int]:
        asks = [client.post("/v1/asks", content=pack_envelopes([centre.messages.enter(p)])) for p in some_people(8)]
        answers = await asyncio.gather(*asks)
        return [answer.json()["answers"][0]["accepted"]["n"] for answer in answers]

    commits = with_client(hub_of(centre), talk)
    assert len(commits) == 8 and len(set(commits)) < 8


def test_no_asks_are_no_answers(centre: "Centre") -> None:
    assert post(hub_of(centre), "/v1/asks", pack_envelopes([])).json() == {"answers": []}


def test_too_many_asks_are_refused_before_any_is_opened(centre: "Centre") -> None:
    answer = post(hub_of(centre), "/v1/asks", pack_envelopes([b"{}"] * (MOST_ASKS + 1)))
    assert (answer.status_code, refused_in(answer)) == (400, "MALFORMED")


def test_a_repeated_upload_gives_the_same_bytes(centre: "Centre", some_people: People) -> None:
    hub, upload = hub_of(centre), centre.messages.chain(centre.station_with_blanks(3).upload())
    first = post(hub, "/v1/chain", upload)
    centre.must_take(centre.messages.enter(some_people(1)[0]))
    assert post(hub_of(centre), "/v1/chain", upload).content == first.content
    keys = PublicKeys({centre.keys.hub.key_id: centre.keys.hub.public})
    receipt = read_receipt(open_envelope(first.content, PayloadType.RECEIPT, keys).payload)
    assert (receipt.station, receipt.n) == (STATION, 3)


def test_a_feed_is_signed_by_the_hub_and_starts_where_it_was_asked_to(centre: "Centre") -> None:
    centre.must_take(*centre.messages.blanks_to_station(3))
    keys = PublicKeys({centre.keys.hub.key_id: centre.keys.hub.public})
    answer = post(hub_of(centre), "/v1/feed", centre.messages.fetch())
    (entry,) = unpack_envelopes(answer.content)
    assert read_entry(open_envelope(entry, PayloadType.FEED, keys).payload).m == 1
    assert unpack_envelopes(post(hub_of(centre), "/v1/feed", centre.messages.fetch(after=1)).content) == ()


def test_a_payload_is_given_to_the_station_that_may_print_it(centre: "Centre", some_people: People) -> None:
    leased, waiting = (centre.messages.enter(person) for person in some_people(2))
    centre.must_take(leased, waiting)
    hub = hub_of(centre)
    post(hub, "/v1/chain", centre.messages.chain(centre.station_with_blanks(1).upload()))
    centre.must_take(centre.messages.ask(Authorise("52.03-000001", STATION), centre.keys.first))
    digest = Envelope.from_json(leased).digest
    answer = post(hub, "/v1/payload", centre.messages.fetch(digest=digest.hex()))
    assert centre.keys.station.unseal(answer.content, payload_context(STATION, digest)) == leased
    other = post(hub, "/v1/payload", centre.messages.fetch(digest=Envelope.from_json(waiting).digest.hex()))
    assert (other.status_code, refused_in(other)) == (403, "NOT_ALLOWED")
    assert refused_in(post(hub, "/v1/payload", centre.messages.fetch(digest="zz"))) == "MALFORMED"
    centre.store.erase(digest)
    erased = post(hub, "/v1/payload", centre.messages.fetch(digest=digest.hex()))
    assert refused_in(erased) == "PAYLOAD_ERASED"


@pytest.mark.parametrize("path", ["/v1/asks", "/v1/chain", "/v1/feed", "/v1/payload"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'{"envelopes": [1]}'])
def test_a_body_that_is_not_understood_is_refused(centre: "Centre", path: str, body: bytes) -> None:
    answer = post(hub_of(centre), path, body)
    assert (answer.status_code, refused_in(answer)) == (400, "MALFORMED")


@pytest.mark.parametrize(("path", "limit"), [("/v1/asks", ASKS_LIMIT_BYTES), ("/v1/feed", FETCH_LIMIT_BYTES)])
def test_a_body_that_never_ends_is_refused_while_it_arrives(centre: "Centre", path: str, limit: int) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 1 << 16
            yield b" " * (1 << 16)

    answer = with_client(hub_of(centre), lambda client: client.post(path, content=endless()))
    assert (answer.status_code, refused_in(answer)) == (413, "OVERSIZED")
    assert sent <= limit + (2 << 16)


def test_a_body_that_says_it_is_too_long_is_refused_unread(centre: "Centre") -> None:
    headers = {"content-length": str(ASKS_LIMIT_BYTES + 1)}
    answer = with_client(hub_of(centre), lambda c: c.post("/v1/asks", content=b"", headers=headers))
    facts = {"size": ASKS_LIMIT_BYTES + 1, "limit": ASKS_LIMIT_BYTES}
    assert answer.json() == {"refused": {"code": "OVERSIZED", "facts": facts}}


def test_an_unknown_address_is_plainly_not_there(centre: "Centre") -> None:
    answer = get(hub_of(centre), "/v1/5203054408999001")
    assert (answer.status_code, answer.json()) == (404, {"error": "there is no such address"})
    assert get(hub_of(centre), "/v1/asks").status_code == 405


@pytest.mark.parametrize("name", ["health", "accountability", "suspects", "stations", "states"])
def test_every_table_can_be_read(centre: "Centre", name: str) -> None:
    answer = get(hub_of(centre), f"/v1/{name}")
    assert answer.status_code == 200 and json.loads(answer.text)


def test_one_thing_is_read_by_its_id(centre: "Centre", some_people: People) -> None:
    centre.must_take(centre.messages.enter(some_people(1)[0]))
    hub = hub_of(centre)
    assert get(hub, "/v1/records?id=52.03-000001").json()["state"] == "READY"
    assert refused_in(get(hub, "/v1/records?id=52.03-000002")) == "UNKNOWN_RECORD"
    assert refused_in(get(hub, "/v1/allotments")) == "MALFORMED"
    asked_with_nik = get(hub, "/v1/records?id=5203054408999001")
    assert "5203054408999001" not in asked_with_nik.text


def test_a_fault_of_ours_takes_nobody_else_with_it(centre: "Centre", some_people: People) -> None:
    hub = hub_of(centre, store=Faulty(centre))
    poison = pack_envelopes([centre.messages.ask(Withdraw("52.03-000001", "moved"), centre.keys.first)])
    good = pack_envelopes([centre.messages.enter(some_people(1)[0])])

    async def talk(client: httpx.AsyncClient) -> tuple[httpx.Response, httpx.Response]:
        return await asyncio.gather(client.post("/v1/asks", content=poison), client.post("/v1/asks", content=good))

    failed, taken = with_client(hub, talk)
    assert (failed.status_code, failed.json()) == (500, {"error": "the hub could not do this; it was noted"})
    assert "accepted" in taken.json()["answers"][0]


def test_a_full_disk_refuses_everybody_and_goes_on(centre: "Centre", some_people: People) -> None:
    full = FailingOnce(centre, Refused(Refusal.BOOK_FULL, {"path": "book"}))
    hub = hub_of(centre, store=full)
    body = pack_envelopes([centre.messages.enter(some_people(1)[0])])
    assert post(hub, "/v1/asks", body).json()["answers"][0]["refused"]["code"] == "BOOK_FULL"
    assert "accepted" in post(hub_of(centre), "/v1/asks", body).json()["answers"][0]


def test_a_commit_that_may_or_may_not_be_kept_ends_the_process(centre: "Centre", some_people: People) -> None:
    hub = hub_of(centre, store=FailingOnce(centre, StoreUnsure("COMMIT said nothing")))
    with pytest.raises(Ended) as ended:
        post(hub, "/v1/asks", pack_envelopes([centre.messages.enter(some_people(1)[0])]))
    assert ended.value.args == (UNSURE,)

"""What the station answers a counter over its own page: a NIK comes in the body, and is in nothing that comes back."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from attrs import field, frozen

from ektp_core.boundary.store import Payload
from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.counter_answer import CounterAnswer, Why
from ektp_core.flow.events import Stepped
from ektp_core.vocabulary.prr import to_payload
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_core.wire.asks import HUB, EnterRecord, write_ask
from ektp_core.wire.envelope import PayloadType, signed
from ektp_core.wire.question import answer_from_plain, answer_to_plain
from ektp_keys.key_file import create_key
from ektp_keys.payload_box import lock_payload
from ektp_station.api import station_app
from ektp_station.counter_page import LIMIT_BYTES, Counter, counter_routes
from ektp_station.erasing import Label, label_digest
from ektp_station.messages import StationState
from tests.station.press_bench import FIRST, LEASE_MS, NOW, Bench
from tests.station.station_bench import people

pytestmark = [pytest.mark.rule(20), pytest.mark.rule(34)]

MINE, OTHERS = (one.nik.reveal() for one in people(2))
ELSEWHERE = CounterAnswer(Why.OPEN_ELSEWHERE, "", {"office": "office/52.01", "name": "Lombok Barat"})
AWAY = UplinkError("http://hub", "it is away")


@frozen
class Book:
    """The bench's book and state; the personal data of its records, or None where they cannot be read."""

    bench: Bench
    kept: Payload | None
    label: Payload | None = None

    @property
    def state(self) -> StationState:
        return self.bench.state

    @property
    def store(self) -> Any:
        return self

    def read(self) -> Any:
        return self.bench.store.read()

    def payload(self, digest: bytes) -> Payload | None:
        if digest == label_digest(b"payload"):
            return self.label
        return self.kept if digest == b"payload" else None

    def time_ms(self) -> int:
        return NOW


@frozen
class Hub:
    """A hub that answers so, and what it was asked."""

    answer: CounterAnswer | UplinkError | Refused = AWAY
    asked: list[bytes] = field(factory=list)

    def ask(self, nik: bytes) -> dict[str, Any]:
        self.asked.append(nik)
        if isinstance(self.answer, CounterAnswer):
            return dict(answer_to_plain(self.answer))
        raise self.answer


@pytest.fixture
def mine(tmp_path: Path) -> Payload:
    """My record as it was signed."""
    key = create_key(tmp_path / "registry.key", "registry", Hand.REGISTRY, None)
    body = EnterRecord("office/52.03", to_payload(people(1)[0]).decode(), NOW)
    raw = signed(PayloadType.ASK, write_ask("ask/1", HUB, NOW, body), [key]).to_json()
    return lock_payload(raw, b"payload")


def call(book: Book, hub: Hub, method: str, path: str, content: bytes = b"") -> httpx.Response:
    async def once() -> httpx.Response:
        counter = Counter(book, lambda question: question(), hub.ask)
        app = station_app(dict, lambda _: None, lambda _: b"", counter_routes(counter))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            return await client.request(method, path, content=content)

    return asyncio.run(once())


def why(book: Book, hub: Hub, nik: str) -> CounterAnswer:
    answer = call(book, hub, "POST", "/v1/why", json.dumps({"nik": nik}).encode())
    assert nik not in answer.text and nik not in str(answer.headers)
    return answer_from_plain(answer.json())


def test_a_person_whose_record_lies_here_is_answered_without_the_hub(mine: Payload) -> None:
    hub, bench = Hub(), Bench()
    bench.up()
    found = why(Book(bench, mine), hub, MINE)
    assert (found.why, found.record, found.facts["until"]) == (Why.NEXT_HERE, FIRST, NOW + LEASE_MS)
    assert hub.asked == []


def test_about_anybody_else_the_hub_is_asked(mine: Payload) -> None:
    hub = Hub(ELSEWHERE)
    assert why(Book(Bench(), mine), hub, OTHERS) == ELSEWHERE
    assert hub.asked == [OTHERS.encode()]


def test_without_a_line_the_answer_says_so(mine: Payload) -> None:
    assert why(Book(Bench(), mine), Hub(), OTHERS).why is Why.NOT_HERE_NO_LINE


@pytest.mark.parametrize(
    ("ended", "event", "reason"),
    [
        (LockState.SUSPECT, LockEvent.DOUBT, Why.SUSPECT),
        (LockState.PRINTED, LockEvent.VERDICT_GOOD, Why.TO_HAND_OVER),
        (LockState.MISPRINTED, LockEvent.VERDICT_BAD, Why.TO_REPORT),
    ],
)
@pytest.mark.parametrize("is_erased", [False, True])
def test_without_a_line_a_card_that_lies_here_is_known_by_its_record_or_its_label(
    mine: Payload, ended: LockState, event: LockEvent, reason: Why, is_erased: bool
) -> None:
    bench = Bench()
    bench.up()
    bench.happen(Stepped(FIRST, 1, LockEvent.START, LockState.IN_PRESS), Stepped(FIRST, 1, event, ended))
    label = Label(MINE, "X", "52.03.01.2001")
    kept = lock_payload(msgspec.json.encode(label), label_digest(b"payload"))
    book = Book(bench, None if is_erased else mine, kept if is_erased else None)
    assert why(book, Hub(), MINE).why is reason
    assert why(book, Hub(), OTHERS).why is Why.NOT_HERE_NO_LINE
    hub = Hub(ELSEWHERE)
    assert why(book, hub, MINE) == ELSEWHERE and hub.asked  # the hub knows more, while it answers


def test_without_a_line_a_label_that_cannot_be_opened_is_nobodys() -> None:
    bench = Bench()
    bench.up()
    bench.happen(
        Stepped(FIRST, 1, LockEvent.START, LockState.IN_PRESS), Stepped(FIRST, 1, LockEvent.DOUBT, LockState.SUSPECT)
    )
    book = Book(bench, None, lock_payload(b"no label", label_digest(b"payload")))
    assert why(book, Hub(), MINE).why is Why.NOT_HERE_NO_LINE


def test_without_a_line_and_with_data_that_cannot_be_read_nothing_is_claimed() -> None:
    found = why(Book(Bench(records=2), None), Hub(), MINE)
    assert (found.why, found.facts) == (Why.NOT_READ, {"count": 2})


def test_what_the_hub_refuses_is_told(mine: Payload) -> None:
    hub = Hub(Refused(Refusal.REVOKED_KEY, {"key": "k"}))
    answer = call(Book(Bench(), mine), hub, "POST", "/v1/why", json.dumps({"nik": OTHERS}).encode())
    assert answer.json()["refused"]["code"] == "REVOKED_KEY"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "MALFORMED"),
        (b"{}", "MALFORMED"),
        (b'{"nik": 5203054408990001}', "MALFORMED"),
        (b'{"nik": "520305440899"}', "BAD_NIK"),
        (b'{"nik": "5203054408990001", "name": "x"}', "MALFORMED"),
        (b" " * (LIMIT_BYTES + 1), "OVERSIZED"),
    ],
)
def test_what_is_no_question_is_refused_without_repeating_it(content: bytes, code: str, mine: Payload) -> None:
    answer = call(Book(Bench(), mine), Hub(), "POST", "/v1/why", content)
    assert answer.json()["refused"]["code"] == code
    assert "5203054408990001" not in answer.text


@pytest.mark.rule(31)
def test_the_queue_names_records_and_the_reason_of_each_place() -> None:
    bench = Bench(records=2)
    bench.up()
    found = call(Book(bench, None), Hub(), "GET", "/v1/queue").json()["queue"]
    assert [(one["record"], one["n"], one["answer"]["why"]) for one in found] == [
        (FIRST, 1, "next-here"), ("52.03-000002", 1, "waiting-here"),
    ]  # fmt: skip

"""Where a counter's question and a district's list reach the hub: who may ask, and that no NIK stays (rules 20, 34)."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.counter_answer import CounterAnswer, Why
from ektp_core.flow.founding import NewKey, NewOfficer, NewParty, Register
from ektp_core.flow.proposals import AnswerProposal, Propose
from ektp_core.vocabulary.prr import PrintReadyRecord
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.wire.envelope import PayloadType, signed
from ektp_core.wire.proposals import ProposalLine, ProposalList
from ektp_core.wire.question import answer_from_plain, answer_to_plain, read_question, write_question
from ektp_hub.question_door import answered
from ektp_hub.queue_reads import proposal
from ektp_hub.server import make_app
from ektp_hub.wiring import Hub
from ektp_keys.key_file import FileSigner, create_key

if TYPE_CHECKING:
    from tests.hub.conftest import Centre

pytestmark = [pytest.mark.rule(20), pytest.mark.rule(34)]

NOW_MS = 1_800_000_000_000
OFFICE, OTHER = "office/52.03", "office/52.01"

People = Callable[[int], tuple[PrintReadyRecord, ...]]


def question(nik: str, *signers: FileSigner, at_ms: int = NOW_MS) -> bytes:
    return signed(PayloadType.QUESTION, write_question(nik, at_ms), signers).to_json()


def asked(centre: "Centre", raw: bytes) -> CounterAnswer | Refusal:
    with centre.store.read() as view:
        try:
            return answered(raw, view, centre.door.pseudonyms, NOW_MS).answer
        except Refused as refused:
            return refused.refusal


def newcomer(centre: "Centre", name: str, unit: str, role: Role) -> FileSigner:
    """Somebody more who signs."""
    key = create_key(centre.made.folder / f"{name}.key", name, Hand.OFFICER, None)
    body = Register(
        parties=(NewParty(unit, unit),) if unit == OTHER else (),
        officers=(NewOfficer(name, name, unit, (role,)),),
        keys=(NewKey(key.key_id, name, Hand.OFFICER, key.public.hex()),),
    )
    centre.must_take(centre.messages.ask(body, centre.keys.first, centre.keys.second))
    return key


def test_the_own_office_its_station_the_centre_and_the_auditor_learn_of_a_person(
    centre: "Centre", some_people: People
) -> None:
    (one,) = some_people(1)
    nik = one.nik.reveal()
    keys = centre.keys
    assert asked(centre, question(nik, keys.operator)) == CounterAnswer(Why.NOT_KNOWN)
    centre.must_take(centre.messages.enter(one))
    auditor = newcomer(centre, "auditor", "inspectorate", Role.AUDITOR)
    for key in (keys.operator, keys.station, keys.first, auditor):
        found = asked(centre, question(nik, key))
        assert isinstance(found, CounterAnswer)
        assert (found.why, found.record) == (Why.NO_BLANKS, "52.03-000001")


def test_another_office_learns_whom_to_call(centre: "Centre", some_people: People) -> None:
    (one,) = some_people(1)
    centre.must_take(centre.messages.enter(one))
    clerk = newcomer(centre, "clerk", OTHER, Role.COUNTER)
    found = asked(centre, question(one.nik.reveal(), clerk))
    assert isinstance(found, CounterAnswer)
    assert (found.why, found.record, set(found.facts)) == (Why.OPEN_ELSEWHERE, "", {"office", "name"})
    # A signature of the centre beside it does not open another office's records to a clerk.
    assert asked(centre, question(one.nik.reveal(), clerk, centre.keys.first)) == found


@pytest.mark.parametrize("role", [Role.IT_ADMIN, Role.PROVINCE])
def test_who_has_no_business_with_a_person_is_refused(centre: "Centre", some_people: People, role: Role) -> None:
    nobody = newcomer(centre, "nobody", "elsewhere", role)
    assert asked(centre, question(some_people(1)[0].nik.reveal(), nobody)) is Refusal.NOT_ALLOWED


def test_a_question_is_fresh_signed_by_one_of_ours_and_about_a_nik(centre: "Centre", some_people: People) -> None:
    nik, keys = some_people(1)[0].nik.reveal(), centre.keys
    stranger = create_key(centre.made.folder / "stranger.key", "stranger", Hand.OFFICER, None)
    assert asked(centre, question(nik, keys.operator, at_ms=NOW_MS - 3_600_000)) is Refusal.STALE
    assert asked(centre, question(nik, stranger)) is Refusal.UNKNOWN_KEY
    assert asked(centre, question("12345", keys.operator)) is Refusal.BAD_NIK
    assert asked(centre, question(nik, keys.hub)) is Refusal.NOT_ALLOWED
    assert asked(centre, centre.messages.fetch()) is Refusal.MALFORMED
    assert asked(centre, b"{}") is Refusal.MALFORMED


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"v":2,"nik":"x","at_ms":1}', b'{"v":1,"nik":"x","at_ms":1,"y":1}'])
def test_bytes_that_are_no_question_are_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        read_question(raw)


def test_an_answer_comes_back_as_it_was_sent_and_an_unknown_reason_is_refused() -> None:
    sent = CounterAnswer(Why.AT_STATION, "52.03-000001", {"station": "station/52.03/1", "until": 7})
    assert answer_from_plain(answer_to_plain(sent)) == sent
    with pytest.raises(Refused):
        answer_from_plain({"why": "because", "record": "", "facts": {}})


def test_over_http_the_answer_and_the_log_name_no_person(centre: "Centre", some_people: People) -> None:
    (one,) = some_people(1)
    nik = one.nik.reveal()
    centre.must_take(centre.messages.enter(one))
    clock = type("Still", (), {"now_ms": lambda _: NOW_MS, "monotonic_ms": lambda _: 0})()
    hub = Hub(centre.store, centre.door, centre.keys.hub, structlog.get_logger(), clock, lambda _: None)

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(make_app(hub))
        async with httpx.AsyncClient(transport=transport, base_url="http://pusat.example") as client:
            return await client.post("/v1/why", content=question(nik, centre.keys.operator))

    with capture_logs() as logs:
        answer = asyncio.run(once())
    assert answer_from_plain(answer.json()).why is Why.NO_BLANKS
    assert [(one["event"], one["office"], one["why"]) for one in logs] == [("a counter asked", OFFICE, "no-blanks")]
    assert nik not in answer.text and nik not in str(logs)


def test_a_districts_list_loses_its_niks_at_the_door_and_is_shown_by_lines(
    centre: "Centre", some_people: People
) -> None:
    one, two = some_people(2)
    centre.must_take(centre.messages.enter(one))
    niks = [person.nik.reveal() for person in (one, two)]
    sent = ProposalList("USUL-1", OFFICE, tuple(ProposalLine(nik, "sakit") for nik in niks))
    raw = centre.messages.ask(sent, centre.keys.operator)
    work = centre.open(raw)
    assert isinstance(work, Work) and isinstance(work.ask.body, Propose)
    assert [person for person, _ in work.ask.body.lines] == [centre.door.pseudonyms.person(nik) for nik in niks]
    assert len(work.payloads) == 1 and not any(nik in repr(work.ask) for nik in niks)
    centre.must_take(raw)
    (waits,) = centre.view(proposal, OFFICE)["waiting"]
    assert (waits["proposal"], waits["lines"]) == ("operator/USUL-1", 2)
    head = newcomer(centre, "head", OFFICE, Role.SECTION_HEAD)
    centre.must_take(centre.messages.ask(AnswerProposal("USUL-1", OFFICE), head))
    shown: dict[str, Any] = centre.view(proposal, f"{OFFICE}:USUL-1")
    assert [(line["line"], line["answer"]) for line in shown["lines"]] == [(1, "lifted-now"), (2, "not-known")]
    assert not any(nik in str(shown) for nik in niks)
    assert centre.view(proposal, OFFICE)["waiting"] == [] and shown["proposal"] == "operator/USUL-1"


def test_a_list_with_what_is_no_nik_is_refused_by_its_line(centre: "Centre") -> None:
    sent = ProposalList("USUL-1", OFFICE, (ProposalLine("12345", "x"),))
    work = centre.open(centre.messages.ask(sent, centre.keys.operator))
    assert isinstance(work, Refused) and work.facts["field"] == "lines[1].nik"


def test_a_list_nobody_sent_is_not_shown(centre: "Centre") -> None:
    with pytest.raises(Refused):
        centre.view(proposal, f"{OFFICE}:USUL-9")

"""The door: what a signed message becomes, and every reason not to let it in."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ektp_core.boundary.store import Accepted, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Late
from ektp_core.flow.printing import Enter, Withdraw
from ektp_core.flow.reporting import FileReport
from ektp_core.flow.rows import Person
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.prr import PrintReadyRecord, to_payload
from ektp_core.vocabulary.region import RegionCode
from ektp_core.wire.asks import EnterRecord, ReportLine, SpoilageReport
from ektp_core.wire.envelope import LIMIT_BYTES, Envelope, PayloadType, signed
from ektp_core.wire.upload import Upload
from ektp_keys.payload_box import unlock_payload

if TYPE_CHECKING:
    from tests.hub.conftest import Centre

NOW_MS = 1_800_000_000_000
MINUTE_MS = 60_000
OFFICE = "office/52.03"

People = Callable[[int], tuple[PrintReadyRecord, ...]]


def refusal(answer: object) -> Refusal:
    assert isinstance(answer, Refused), answer
    return answer.refusal


def work(answer: object) -> Work:
    assert isinstance(answer, Work), answer
    return answer


def test_a_record_becomes_a_keyed_hash_and_its_envelope_a_payload(centre: "Centre", some_people: People) -> None:
    (person,) = some_people(1)
    raw = centre.messages.enter(person)
    opened = work(centre.open(raw))
    body = opened.ask.body
    assert isinstance(body, Enter)
    assert body.person == centre.door.pseudonyms.person(person.nik.reveal())
    assert body.payload == opened.ask.digest == Envelope.from_json(raw).digest
    assert [unlock_payload(one) for one in opened.payloads] == [raw]
    assert person.nik.reveal() not in repr(opened)


def test_another_signature_does_not_make_another_ask(centre: "Centre", some_people: People) -> None:
    raw = centre.messages.enter(some_people(1)[0])
    again = Envelope.from_json(raw).and_by(centre.keys.operator).to_json()
    first, second = centre.take(raw), centre.take(again)
    assert isinstance(first, Accepted) and isinstance(second, Accepted)
    assert (second.n, second.events, second.is_first) == (first.n, first.events, False)


def test_what_was_accepted_is_answered_again_however_late(centre: "Centre", some_people: People) -> None:
    raw = centre.messages.enter(some_people(1)[0])
    first = centre.take(raw)
    late = centre.take(raw, NOW_MS + 1_000 * MINUTE_MS)
    assert isinstance(first, Accepted) and isinstance(late, Accepted)
    assert (late.n, late.events, late.is_first) == (first.n, first.events, False)


@pytest.mark.parametrize("minutes", [16, -16])
def test_what_is_new_and_stale_is_refused(centre: "Centre", some_people: People, minutes: int) -> None:
    raw = centre.messages.enter(some_people(1)[0])
    now_ms = NOW_MS + minutes * MINUTE_MS
    assert isinstance(work(centre.open(raw, now_ms)).ask.body, Late)
    answer = centre.take(raw, now_ms)
    assert answer == Refused(Refusal.STALE, {"age_s": minutes * 60, "limit_s": 900})


def test_a_used_id_with_another_message_is_refused_even_when_late(centre: "Centre", some_people: People) -> None:
    one, other = some_people(2)
    centre.must_take(centre.messages.enter(one, ask_id="same"))
    assert refusal(centre.take(centre.messages.enter(other, ask_id="same"))) is Refusal.ID_REUSED
    late = centre.take(centre.messages.enter(other, ask_id="same"), NOW_MS + 60 * MINUTE_MS)
    assert refusal(late) is Refusal.ID_REUSED


def test_a_forged_ask_is_refused(centre: "Centre", some_people: People) -> None:
    one, other = some_people(2)
    outer = json.loads(centre.messages.enter(one))
    outer["payload"] = json.loads(centre.messages.enter(other))["payload"]
    assert refusal(centre.open(json.dumps(outer).encode())) is Refusal.BAD_SIGNATURE


def test_a_key_nobody_registered_is_refused(centre: "Centre") -> None:
    outer = json.loads(centre.messages.ask(Withdraw("52.03-000001", "moved"), centre.keys.first))
    outer["signatures"][0]["keyid"] = "0123456789abcdef"
    assert refusal(centre.open(json.dumps(outer).encode())) is Refusal.UNKNOWN_KEY


def test_an_oversized_ask_is_refused(centre: "Centre") -> None:
    assert refusal(centre.open(b" " * (LIMIT_BYTES + 1))) is Refusal.OVERSIZED


def test_an_ask_for_somebody_else_is_refused(centre: "Centre") -> None:
    raw = centre.messages.ask(Withdraw("52.03-000001", "moved"), centre.keys.first, to="station/52.03/1")
    assert refusal(centre.open(raw)) is Refusal.WRONG_ADDRESSEE


def test_an_envelope_of_another_kind_is_no_ask(centre: "Centre") -> None:
    assert refusal(centre.open(centre.messages.fetch())) is Refusal.MALFORMED


@pytest.mark.parametrize("raw", [b"", b"{}", b"[" * 9_000, b"\xff", b'{"payload": 1}'])
def test_bytes_that_are_no_envelope_are_refused(centre: "Centre", raw: bytes) -> None:
    assert refusal(centre.open(raw)) is Refusal.MALFORMED


def entering(centre: "Centre", person: PrintReadyRecord, old: str, new: str) -> Work | Refused:
    """The record with one text in it exchanged, rightly signed."""
    text = to_payload(person).decode()
    assert old in text
    return centre.open(centre.messages.ask(EnterRecord(OFFICE, text.replace(old, new), NOW_MS), centre.keys.registry))


def test_a_nik_with_letters_is_refused_and_never_shown(centre: "Centre", some_people: People) -> None:
    (person,) = some_people(1)
    digits = person.nik.reveal()
    mistyped = digits[:10] + "O" + digits[11:]
    answer = entering(centre, person, digits, mistyped)
    assert answer == Refused(Refusal.BAD_NIK, {"field": "nik", "shape": "letters"})
    assert digits[:10] not in f"{answer!r}{answer}"


@pytest.mark.rule(41)
def test_an_unknown_region_of_a_home_is_refused(centre: "Centre", some_people: People) -> None:
    person = evolve(some_people(1)[0], village=RegionCode.parse("52.03.99.2001"))
    answer = centre.open(centre.messages.enter(person))
    assert answer == Refused(Refusal.UNKNOWN_REGION, {"region": "52.03.99.2001", "field": "village"})


@pytest.mark.rule(41)
def test_an_unknown_region_of_an_office_is_refused(centre: "Centre", some_people: People) -> None:
    body = EnterRecord("office/52.99", to_payload(some_people(1)[0]).decode(), NOW_MS)
    answer = centre.open(centre.messages.ask(body, centre.keys.registry))
    assert answer == Refused(Refusal.UNKNOWN_REGION, {"region": "52.99", "field": "office"})


def test_a_check_dated_ahead_does_not_keep_a_record_fresh_for_ever(centre: "Centre", some_people: People) -> None:
    body = EnterRecord(OFFICE, to_payload(some_people(1)[0]).decode(), NOW_MS + 16 * MINUTE_MS)
    assert refusal(centre.open(centre.messages.ask(body, centre.keys.registry))) is Refusal.BAD_VALUE


def test_no_remark_carries_a_citizens_number_into_the_book(centre: "Centre", some_people: People) -> None:
    digits = some_people(1)[0].nik.reveal()
    raw = centre.messages.ask(Withdraw("52.03-000001", f"died, NIK {digits}."), centre.keys.first)
    answer = centre.open(raw)
    assert refusal(answer) is Refusal.BAD_VALUE
    assert "withdraw.why" in str(answer) and digits not in str(answer)
    named = centre.messages.ask(Withdraw("52.03-000001", "died"), centre.keys.first, ask_id=digits)
    assert refusal(centre.open(named)) is Refusal.BAD_VALUE


@pytest.mark.parametrize("text", ["NIK{0}", "{0}a", "{1} {2} {3} {4}", "{1}.{2}.{3}.{4}", "x-{1}/{2}-{3}-{4}-y"])
def test_a_citizens_number_in_another_writing_is_found_too(centre: "Centre", some_people: People, text: str) -> None:
    digits = some_people(1)[0].nik.reveal()
    why = text.format(digits, digits[:4], digits[4:8], digits[8:12], digits[12:])
    answer = centre.open(centre.messages.ask(Withdraw("52.03-000001", why), centre.keys.first))
    assert refusal(answer) is Refusal.BAD_VALUE and digits not in str(answer)


@pytest.mark.parametrize("ask_id", ["auto/52.03-000001/1", "founding/hub"])
def test_the_hubs_own_ids_are_nobody_elses(centre: "Centre", ask_id: str) -> None:
    raw = centre.messages.ask(Withdraw("52.03-000001", "died"), centre.keys.first, ask_id=ask_id)
    assert refusal(centre.open(raw)) is Refusal.BAD_VALUE


def reporting(centre: "Centre", *lines: ReportLine) -> Work | Refused:
    body = SpoilageReport("BA-1", "J-1", 1, Columns(), lines)
    return centre.open(centre.messages.ask(body, centre.keys.operator))


def test_the_niks_of_a_report_become_keyed_hashes(centre: "Centre", some_people: People) -> None:
    digits = some_people(1)[0].nik.reveal()
    opened = work(
        reporting(centre, ReportLine("A", 7, "", digits, 1, "macet"), ReportLine("A", 8, cause="cacat-pabrik"))
    )
    body = opened.ask.body
    assert isinstance(body, FileReport)
    assert [line.person for line in body.lines] == [centre.door.pseudonyms.person(digits).hex(), ""]
    assert len(opened.payloads) == 1 and digits not in repr(opened)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (ReportLine("A", 7, nik="52030544089900O1"), Refusal.BAD_NIK),
        (ReportLine("A", 7, cause="because"), Refusal.BAD_VALUE),
        (ReportLine(uid="04A1B2C3D4E5F6"), Refusal.BAD_VALUE),
        (ReportLine(uid="04a1"), Refusal.BAD_VALUE),
    ],
)
def test_a_line_that_cannot_be_right_is_named(centre: "Centre", line: ReportLine, expected: Refusal) -> None:
    answer = reporting(centre, ReportLine("A", 6), line)
    assert refusal(answer) is expected
    assert "lines[1]" in str(answer) and "52030544" not in str(answer)


def test_a_chain_is_taken_from_the_station_it_names_only(centre: "Centre") -> None:
    upload = centre.station_with_blanks(3).upload()
    with centre.store.read() as view:
        arrived = centre.door.open_upload(centre.messages.chain(upload), view, 5)
        assert (arrived.request, arrived.upload) == (5, upload)
        with pytest.raises(Refused, match="NOT_ALLOWED"):
            centre.door.open_upload(centre.messages.chain(upload, centre.keys.operator), view, 6)
        other = centre.messages.chain(Upload("station/52.03/2", upload.commits))
        with pytest.raises(Refused, match="NOT_ALLOWED"):
            centre.door.open_upload(other, view, 7)


def test_a_fetch_is_taken_fresh_and_from_the_station_only(centre: "Centre") -> None:
    payload = Envelope.from_json(centre.messages.fetch()).payload
    with centre.store.read() as view:
        assert centre.door.open_fetch(centre.messages.fetch(after=3), view, NOW_MS).fetch.after == 3
        with pytest.raises(Refused, match="STALE"):
            centre.door.open_fetch(centre.messages.fetch(), view, NOW_MS + 16 * MINUTE_MS)
        with pytest.raises(Refused, match="NOT_ALLOWED"):
            centre.door.open_fetch(signed(PayloadType.FETCH, payload, (centre.keys.first,)).to_json(), view, NOW_MS)
        with pytest.raises(Refused, match="OVERSIZED"):
            centre.door.open_fetch(b" " * 20_000, view, NOW_MS)


def test_a_refused_record_leaves_no_payload(centre: "Centre", some_people: People) -> None:
    (person,) = some_people(1)
    centre.must_take(centre.messages.enter(person))
    again = centre.messages.enter(person)
    assert refusal(centre.take(again)) is Refusal.PERSON_HAS_OPEN_RECORD
    assert centre.store.payload(Envelope.from_json(again).digest) is None
    with centre.store.read() as view:
        assert view.row(Person, centre.door.pseudonyms.person(person.nik.reveal())) is not None

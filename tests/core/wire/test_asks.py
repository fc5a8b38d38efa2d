"""Asks on the wire: every kind comes back as it went out; what is not as agreed is named, never quoted."""

import json

import pytest

from ektp_core.errors import Refused
from ektp_core.flow.custody import Grant, TakeSupply
from ektp_core.flow.reporting import Unlock
from ektp_core.spoilage.report import Columns
from ektp_core.wire.asks import HUB, KINDS, EnterRecord, ReportLine, SpoilageReport, read_ask, write_ask

NIK = "5203054408990001"
REPORT = SpoilageReport("B", "A", 9, Columns(received=1, bad_of_person=1), (ReportLine("S", 1, nik=NIK, n=1),))


@pytest.mark.parametrize(
    "body",
    [
        Grant("A-1", "office/52.03", "v5", 10_000),
        TakeSupply("supplier/PNRI", "v5", (("S", 1, 9),), "p", "2018-04-01", ("04A1B2C3",)),
        Unlock("52.03-000001", 1, "ab"),
        EnterRecord("office/52.03", "{}", 5),
        REPORT,
    ],
)
def test_an_ask_comes_back_as_it_went_out(body: object) -> None:
    message, found = read_ask(write_ask("id-1", HUB, 7, body))
    assert (message.id, message.to, message.at_ms, found) == ("id-1", HUB, 7, body)


def test_every_kind_has_one_name_and_one_class() -> None:
    assert len(set(KINDS.values())) == len(KINDS)


def changed(**fields: object) -> bytes:
    plain = json.loads(write_ask("id-1", HUB, 7, Grant("A-1", "office/52.03", "v5", 1)))
    return json.dumps({**plain, **fields}).encode()


@pytest.mark.parametrize(
    "raw",
    [
        changed(v=2),
        changed(id=""),
        changed(id="x" * 65),
        changed(kind="give-me-all"),
        changed(at_ms="now"),
        changed(extra=1),
        changed(body={"allotment": "A"}),
        changed(body={"allotment": "A", "party": "p", "blank_class": "v5", "count": NIK}),
        b'{"v":1,"v":1}',
        b"[]",
        b"\xff",
        b"",
    ],
)
def test_what_is_not_as_agreed_is_malformed_and_not_quoted(raw: bytes) -> None:
    with pytest.raises(Refused, match="MALFORMED") as refused:
        read_ask(raw)
    assert NIK not in str(refused.value)


def test_a_citizens_number_in_a_report_does_not_show() -> None:
    assert NIK not in repr(REPORT) and NIK not in repr(read_ask(write_ask("i", HUB, 1, REPORT))[0])

"""Asks on the wire: every kind comes back as it went out; what is not as agreed is named, never quoted."""

import json

import pytest

from ektp_core.allotment.policy import Policy, UsedUp
from ektp_core.errors import Refused
from ektp_core.flow.activating import Activate
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.allotting import RequestBlanks
from ektp_core.flow.complaints import Complain
from ektp_core.flow.custody import Grant, TakeSupply
from ektp_core.flow.daily import FileDaily
from ektp_core.flow.handing_over import HandOver
from ektp_core.flow.holds import PlaceHold
from ektp_core.flow.listing import MakeBatch
from ektp_core.flow.periods import ClosePeriod
from ektp_core.flow.reporting import Unlock
from ektp_core.handover.activation import Finding
from ektp_core.handover.delivery import Receiver
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.prr import Reason
from ektp_core.wire.asks import (
    HUB,
    KINDS,
    EnterLockedRecord,
    EnterRecord,
    ReportLine,
    SpoilageReport,
    read_ask,
    write_ask,
)
from ektp_core.wire.letters import SuketEntry

NIK = "5203054408990001"
REPORT = SpoilageReport("B", "A", 9, Columns(received=1, bad_of_person=1), (ReportLine("S", 1, nik=NIK, n=1),))


@pytest.mark.parametrize(
    "body",
    [
        Grant("A-1", "office/52.03", "v5", 10_000),
        Grant("A-1", "office/52.03", "v5", 1, request="U-1", push="SK-1", exception="SK-2"),
        RequestBlanks("U-1", "office/52.03", "v5", 10_000, "470/1", "2018-11-19", "stok habis"),
        SetAllotmentPolicy(Policy(name="2020", used_up=UsedUp.WEEKLY, priority_classes=("baru",)), "SE-1", "ab" * 32),
        TakeSupply("supplier/PNRI", "v5", (("S", 1, 9),), "p", "2018-04-01", ("04A1B2C3",)),
        Unlock("52.03-000001", 1, "ab"),
        EnterRecord("office/52.03", "{}", 5),
        EnterLockedRecord("office/52.03", "{}", 5, 7),
        HandOver("52.03-000001", 1, Receiver.PROXY, proxy_letter="K/1"),
        PlaceHold("52.03-000001", HoldKind.UNDER_AGE, "17 in May", "2019-05-01"),
        Activate(Finding.FITS, uid="04A1B2C3"),
        MakeBatch("Selong 1", "office/52.03", ("52.03-000001", "52.03-000002"), ("52.03-000002",)),
        ClosePeriod("office/52.03", "2018-11", "BA-1", (("station/52.03/1", "waste", "v5", 2),)),
        FileDaily("office/52.03", "2018-11-19", (("prr", 3), ("remaining", 1_234)), "pasted", 1),
        SuketEntry("office/52.03", "470/1", "2018-11-19", Reason.FIRST, "PRR", NIK),
        Complain("K-1", "office/52.03", "2018-11-19", "a newspaper"),
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

"""What the link fetches, over good lines and bad ones."""

from pathlib import Path

import pytest
from attrs import evolve

from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import to_json
from ektp_core.flow.feed import AUTHORISED, FORMAT, POLICY, Authorisation, FeedEntry
from ektp_core.wire.envelope import Envelope, PayloadType, signed
from ektp_core.wire.upload import read_fetch
from ektp_station.courier import Courier
from ektp_station.door import Carried
from tests.station.station_bench import NOW_MS, STATION, Office

LEAVE = Authorisation("a", "52.03-000001", 1, "00", "ab" * 32, STATION, "k", 0, NOW_MS, 1)
ENTRY = FeedEntry(FORMAT, STATION, 1, AUTHORISED, NOW_MS, 0, "", 1, "", (), LEAVE)
LINE = UplinkError("http://hub", "no answer")


class Hub:
    """A hub that answers as told: entries, and what becomes of each fetch of personal data."""

    def __init__(self, entries: list[bytes], payloads: list[bytes | Exception]) -> None:
        self.entries = entries
        self.payloads = payloads
        self.asked: list[bytes] = []

    def feed(self, envelope: bytes) -> list[bytes]:
        self.asked.append(envelope)
        return self.entries

    def payload(self, envelope: bytes) -> bytes:
        self.asked.append(envelope)
        answer = self.payloads.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ask(self, envelopes: object) -> list[Refused]:
        raise NotImplementedError

    def upload(self, envelope: bytes) -> bytes:
        raise NotImplementedError


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(Path(tmp_path_factory.mktemp("office")) / "hub")


def raw(office: Office, m: int, entry: FeedEntry = ENTRY) -> bytes:
    return signed(PayloadType.FEED, to_json(evolve(entry, m=m)), [office.keys["hub"]]).to_json()


def courier(office: Office, hub: Hub) -> Courier:
    return Courier(hub, office.keys["station"], STATION, lambda: NOW_MS)


def test_entries_come_with_their_personal_data(office: Office) -> None:
    policy = raw(office, 2, evolve(ENTRY, kind=POLICY, authorisation=None))
    hub = Hub([raw(office, 1), policy], [b"sealed"])
    assert courier(office, hub).fetched(0) == [Carried(raw(office, 1), b"sealed"), Carried(policy, None)]
    asked = [read_fetch(Envelope.from_json(one).payload) for one in hub.asked]
    assert [(one.after, one.digest, one.at_ms) for one in asked] == [(0, "", NOW_MS), (0, "ab" * 32, NOW_MS)]


@pytest.mark.parametrize("trouble", [LINE, Refused(Refusal.STALE, {"age_s": 999, "limit_s": 900})])
def test_a_line_that_breaks_half_way_delivers_what_came_before(office: Office, trouble: Exception) -> None:
    entries = [raw(office, m) for m in (1, 2, 3)]
    hub = Hub(entries, [b"first", b"second", trouble])
    assert courier(office, hub).fetched(0) == [Carried(entries[0], b"first"), Carried(entries[1], b"second")]


@pytest.mark.parametrize("trouble", [LINE, Refused(Refusal.STALE, {"age_s": 999, "limit_s": 900})])
def test_when_not_even_the_first_came_through_it_is_said(office: Office, trouble: Exception) -> None:
    with pytest.raises(type(trouble)):
        courier(office, Hub([raw(office, 1)], [trouble])).fetched(0)


@pytest.mark.parametrize("why", [Refusal.NOT_ALLOWED, Refusal.PAYLOAD_ERASED])
def test_an_entry_whose_data_are_no_longer_given_out_does_not_hold_up_what_follows(
    office: Office, why: Refusal
) -> None:
    entries = [raw(office, 1), raw(office, 2)]
    hub = Hub(entries, [Refused(why, {"who": STATION}), b"second"])
    assert courier(office, hub).fetched(0) == [Carried(entries[0], None), Carried(entries[1], b"second")]


def test_bytes_that_are_no_entry_are_refused(office: Office) -> None:
    with pytest.raises(Refused, match="MALFORMED"):
        courier(office, Hub([b"{}"], [])).fetched(0)
    entries = [raw(office, 1), b"{}"]
    assert len(courier(office, Hub(entries, [b"x"])).fetched(0)) == 1

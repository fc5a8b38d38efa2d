"""The station's door: what it lets in from the hub and from people, and every reason not to."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask, Late
from ektp_core.flow.codec import to_json
from ektp_core.flow.custody import Receive
from ektp_core.flow.feed import AUTHORISED, FORMAT, Authorisation, FeedEntry
from ektp_core.flow.lifting import LiftRecord
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.printing import Withdraw
from ektp_core.flow.queueing_here import CancelCard, PausePrinter
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter, TakeFeed
from ektp_core.vocabulary.prr import to_payload
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_core.wire.asks import HUB, EnterLockedRecord
from ektp_core.wire.envelope import LIMIT_BYTES, Envelope, PayloadType, signed
from ektp_core.wire.upload import Fetch, Receipt, payload_context, read_fetch, read_upload, write_receipt
from ektp_keys.payload_box import unlock_payload
from ektp_keys.public_keys import BookKeys
from ektp_keys.transit import KeySealer
from ektp_station import door
from ektp_station.door import Carried
from tests.station.station_bench import NOW_MS, OFFICE, STATION, Office, people, refused

MINUTE_MS = 60_000
VERDICT = Conclude("52.03-000001", 1, Outcome.GOOD, BlankPlace.OUTPUT, Certainty.OPERATOR)


class Desk:
    """The station's door, and a hub (or somebody else) that writes to it."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder)
        self.store = self.office.book()
        self.key = self.office.keys["station"]

    def entry(self, record: bytes, signer: str = "registry", **changed: Any) -> FeedEntry:
        """An authorisation that names the record and its signer."""
        digest = Envelope.from_json(record).digest.hex()
        leave = Authorisation(
            "a", "52.03-000001", 1, "00", digest, STATION, self.office.keys[signer].key_id, 0, NOW_MS, 1
        )
        leave = evolve(leave, **changed)
        return FeedEntry(FORMAT, STATION, 1, AUTHORISED, NOW_MS, 0, "", 1, "", (), leave)

    def sealed(self, plain: bytes, station: str = STATION, to: str = "station", digest: bytes | None = None) -> bytes:
        """Personal data as the hub seals it."""
        named = Envelope.from_json(plain).digest if digest is None else digest
        return KeySealer(self.office.keys[to].public).seal(plain, payload_context(station, named))

    def raw(self, entry: FeedEntry, *who: str) -> bytes:
        """The entry under signatures; the hub's unless others are named."""
        return signed(PayloadType.FEED, to_json(entry), [self.office.keys[name] for name in who or ("hub",)]).to_json()

    def open(self, raw: bytes, sealed: bytes | None = None) -> Any:
        """What the door makes of an entry."""
        with self.store.read() as view:
            return door.open_entry(Carried(raw, sealed), BookKeys(view), self.key, STATION)

    def refusal(self, raw: bytes, sealed: bytes | None = None) -> Refusal:
        """Why the door refuses an entry."""
        with pytest.raises(Refused) as why:
            self.open(raw, sealed)
        return why.value.refusal

    def receipt(self, signer: str = "hub", station: str = STATION, n: int = 1, head: str = "") -> bytes:
        """A receipt for the first commit."""
        body = write_receipt(Receipt(1, station, n, head or self.store.position().head.hex(), 9))
        return signed(PayloadType.RECEIPT, body, [self.office.keys[signer]]).to_json()

    def receive(self, raw: bytes) -> Receipt:
        """What the door makes of a receipt."""
        with self.store.read() as view:
            return door.open_receipt(raw, BookKeys(view), STATION)

    def hear(self, raw: bytes, now_ms: int = NOW_MS) -> Work:
        """What the door makes of an ask by people at the station."""
        with self.store.read() as view:
            return door.open_local_ask(raw, BookKeys(view), STATION, now_ms, 15 * MINUTE_MS)

    def not_heard(self, raw: bytes, now_ms: int = NOW_MS) -> Refused:
        """Why the door refuses an ask."""
        with pytest.raises(Refused) as why:
            self.hear(raw, now_ms)
        return why.value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "hub")


# -- from the hub -------------------------------------------------------------------------


@pytest.mark.parametrize("signer", ["registry", "operator"])
@pytest.mark.rule(42)
def test_a_record_and_its_authorisation_that_agree_are_let_in(desk: Desk, signer: str) -> None:
    (person,) = people(1)
    record = desk.office.record(person, signer)
    found = desk.open(desk.raw(desk.entry(record, signer)), desk.sealed(record))
    (payload,) = found.payloads
    assert unlock_payload(payload) == record
    assert door.record_in(payload) == person
    assert person.nik.reveal() not in repr(found)


def test_a_forged_entry_is_refused(desk: Desk) -> None:
    first, second = (desk.office.record(one) for one in people(2))
    outer = json.loads(desk.raw(desk.entry(first)))
    outer["payload"] = json.loads(desk.raw(desk.entry(second)))["payload"]
    assert desk.refusal(json.dumps(outer).encode(), desk.sealed(second)) is Refusal.BAD_SIGNATURE


def test_an_entry_under_a_key_nobody_registered_is_refused(desk: Desk) -> None:
    outer = json.loads(desk.raw(desk.entry(desk.office.record(people(1)[0]))))
    outer["signatures"][0]["keyid"] = "0123456789abcdef"
    assert desk.refusal(json.dumps(outer).encode()) is Refusal.UNKNOWN_KEY


@pytest.mark.parametrize("signer", ["registry", "operator", "verifier-1", "station"])
def test_an_entry_by_a_registered_key_that_is_not_the_hubs_is_not_taken(desk: Desk, signer: str) -> None:
    record = desk.office.record(people(1)[0])
    assert desk.refusal(desk.raw(desk.entry(record), signer), desk.sealed(record)) is Refusal.NOT_ALLOWED


def test_the_book_itself_takes_no_entry_from_anybody_but_the_hub(desk: Desk) -> None:
    entry = to_json(desk.entry(desk.office.record(people(1)[0])))
    digest = hashlib.sha256(entry).digest()
    ask = Ask("", TakeFeed(entry, digest), (desk.office.keys["registry"].key_id,), NOW_MS, digest)
    (answer,) = desk.store.commit((Work(ask),), NOW_MS)
    assert refused(answer).refusal is Refusal.NOT_ALLOWED


def test_the_hubs_word_is_the_hubs_whoever_signs_with_it(desk: Desk) -> None:
    record = desk.office.record(people(1)[0])
    found = desk.open(desk.raw(desk.entry(record), "verifier-1", "hub"), desk.sealed(record))
    assert found.signed_by == desk.office.keys["hub"].key_id


def test_an_envelope_of_another_kind_is_no_entry(desk: Desk) -> None:
    assert desk.refusal(desk.office.ask(STATION, VERDICT, "hub")) is Refusal.MALFORMED


@pytest.mark.rule(42)
def test_a_record_signed_by_another_key_than_the_one_named_is_refused(desk: Desk) -> None:
    record = desk.office.record(people(1)[0], "registry")
    raw = desk.raw(desk.entry(record, "operator"))
    assert desk.refusal(raw, desk.sealed(record)) is Refusal.NOT_BOTH_SIGNED


@pytest.mark.parametrize("signer", ["hub", "station"])
@pytest.mark.rule(42)
def test_a_record_signed_by_the_hubs_or_a_stations_own_key_is_refused(desk: Desk, signer: str) -> None:
    record = desk.office.record(people(1)[0], signer)
    raw = desk.raw(desk.entry(record, signer))
    assert desk.refusal(raw, desk.sealed(record)) is Refusal.NOT_BOTH_SIGNED


@pytest.mark.rule(4)
def test_a_half_finished_life_that_the_centre_opened_is_let_in_as_any_record(desk: Desk) -> None:
    (person,) = people(1)
    life = EnterLockedRecord(OFFICE, to_payload(person).decode(), desk.office.at_ms, 7)
    record = desk.office.ask(HUB, life, "registry")
    (payload,) = desk.open(desk.raw(desk.entry(record)), desk.sealed(record)).payloads
    assert door.record_in(payload) == person


@pytest.mark.rule(42)
def test_another_rightly_signed_record_in_its_place_is_refused(desk: Desk) -> None:
    first, second = (desk.office.record(one) for one in people(2))
    entry = desk.entry(first)
    sealed = desk.sealed(second, digest=Envelope.from_json(first).digest)
    assert desk.refusal(desk.raw(entry), sealed) is Refusal.NOT_BOTH_SIGNED


def test_a_rightly_signed_ask_that_is_no_record_is_refused(desk: Desk) -> None:
    other = desk.office.ask(HUB, Withdraw("52.03-000001", "moved"), "operator")
    raw = desk.raw(desk.entry(other, "operator"))
    assert desk.refusal(raw, desk.sealed(other)) is Refusal.MALFORMED


def test_a_forged_record_is_refused(desk: Desk) -> None:
    first, second = (desk.office.record(one) for one in people(2))
    outer = json.loads(first)
    outer["payload"] = json.loads(second)["payload"]
    forged = json.dumps(outer).encode()
    assert desk.refusal(desk.raw(desk.entry(second)), desk.sealed(forged)) is Refusal.BAD_SIGNATURE


def test_personal_data_sealed_for_another_station_is_refused(desk: Desk) -> None:
    record = desk.office.record(people(1)[0])
    raw = desk.raw(desk.entry(record))
    assert desk.refusal(raw, desk.sealed(record, "station/52.03/2")) is Refusal.MALFORMED
    assert desk.refusal(raw, desk.sealed(record, to="hub")) is Refusal.MALFORMED


@pytest.mark.parametrize("sealed", [b"", b"\x00" * 200])
def test_personal_data_that_came_mangled_is_not_taken_for_none(desk: Desk, sealed: bytes) -> None:
    record = desk.office.record(people(1)[0])
    assert desk.refusal(desk.raw(desk.entry(record)), sealed) is Refusal.MALFORMED


def test_an_entry_without_its_personal_data_brings_none(desk: Desk) -> None:
    assert desk.open(desk.raw(desk.entry(desk.office.record(people(1)[0]))), None).payloads == ()


def test_personal_data_with_an_entry_that_authorises_nothing_is_refused(desk: Desk) -> None:
    record = desk.office.record(people(1)[0])
    raw = desk.raw(evolve(desk.entry(record), authorisation=None))
    assert door.payload_digest(raw) == b""
    assert desk.refusal(raw, desk.sealed(record)) is Refusal.MALFORMED


def test_a_digest_that_is_none_is_malformed_before_anything_is_believed(desk: Desk) -> None:
    raw = desk.raw(desk.entry(desk.office.record(people(1)[0]), payload="not hexadecimal"))
    with pytest.raises(Refused, match="MALFORMED"):
        door.payload_digest(raw)
    assert desk.refusal(raw, b"x") is Refusal.MALFORMED


@given(
    raw=st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(lambda x: json.dumps(x).encode())
)
def test_no_bytes_from_the_line_do_more_than_be_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        door.payload_digest(raw)


def test_a_receipt_is_taken_for_this_stations_own_chain_only(desk: Desk) -> None:
    head = desk.store.position().head
    assert desk.receive(desk.receipt()).head == head.hex()
    with pytest.raises(Refused, match="WRONG_ADDRESSEE"):
        desk.receive(desk.receipt(station="station/52.03/2"))
    with pytest.raises(Refused, match="ROLLED_BACK"):
        desk.receive(desk.receipt(n=2))
    with pytest.raises(Refused, match="ROLLED_BACK"):
        desk.receive(desk.receipt(head="00" * 32))


@pytest.mark.parametrize("signer", ["operator", "registry", "station"])
def test_a_receipt_by_anybody_but_the_hub_is_refused(desk: Desk, signer: str) -> None:
    with pytest.raises(Refused, match="NOT_ALLOWED"):
        desk.receive(desk.receipt(signer))


# -- from people at the station -----------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [VERDICT, Receive("K-2", STATION, (("PNRI-2026", 1, 5),)), LoadPrinter("A", (("PNRI-2026", 1, 5),), 0), ClosePrinter("A", "smoke"),
     LiftRecord("52.03-000001", "sakit"), CancelCard("52.03-000001", 1, "not here"), PausePrinter("A", "dust")],
)  # fmt: skip
def test_what_people_at_a_station_may_ask_is_heard(desk: Desk, body: object) -> None:
    heard = desk.hear(desk.office.ask(STATION, body, "operator", "verifier-2"))
    assert heard.ask.body == body
    assert heard.ask.signed_by == (desk.office.keys["operator"].key_id, desk.office.keys["verifier-2"].key_id)


@pytest.mark.parametrize("to", [HUB, "station/52.03/2", ""])
def test_an_ask_for_somebody_else_is_refused(desk: Desk, to: str) -> None:
    assert desk.not_heard(desk.office.ask(to, VERDICT, "operator")).refusal is Refusal.WRONG_ADDRESSEE


@pytest.mark.parametrize("minutes", [16, -16])
def test_a_stale_ask_is_refused_unless_it_was_taken_before(desk: Desk, minutes: int) -> None:
    raw = desk.office.ask(STATION, VERDICT, "operator")
    late = desk.hear(raw, NOW_MS + minutes * MINUTE_MS).ask
    assert isinstance(late.body, Late) and late.body.why.refusal is Refusal.STALE
    in_time = desk.hear(raw).ask
    assert (late.id, late.digest) == (in_time.id, in_time.digest), "the store answers it by its id"


def test_what_only_the_hub_decides_is_not_heard_here(desk: Desk) -> None:
    why = desk.not_heard(desk.office.ask(STATION, Withdraw("52.03-000001", "moved"), "verifier-1"))
    assert why.refusal is Refusal.MALFORMED and why.facts["shape"] == "withdraw"


def test_a_kind_nobody_knows_is_refused(desk: Desk) -> None:
    payload = b'{"v":1,"id":"x","kind":"fly","to":"station/52.03/1","at_ms":1,"body":{}}'
    raw = signed(PayloadType.ASK, payload, [desk.office.keys["operator"]]).to_json()
    assert desk.not_heard(raw).refusal is Refusal.MALFORMED


def test_an_ask_under_a_key_nobody_knows_is_refused(desk: Desk, tmp_path: Path) -> None:
    stranger = Office(tmp_path / "another hub").keys["operator"]
    outer = json.loads(desk.office.ask(STATION, VERDICT, "operator"))
    outer["signatures"][0]["keyid"] = stranger.key_id
    assert desk.not_heard(json.dumps(outer).encode()).refusal is Refusal.UNKNOWN_KEY


def test_a_forged_verdict_is_refused(desk: Desk) -> None:
    outer = json.loads(desk.office.ask(STATION, VERDICT, "operator"))
    outer["payload"] = json.loads(desk.office.ask(STATION, evolve(VERDICT, n=2), "operator"))["payload"]
    assert desk.not_heard(json.dumps(outer).encode()).refusal is Refusal.BAD_SIGNATURE


def test_an_oversized_ask_is_refused(desk: Desk) -> None:
    assert desk.not_heard(b" " * (LIMIT_BYTES + 1)).refusal is Refusal.OVERSIZED


@pytest.mark.parametrize("where", ["why", "printer", "id"])
def test_a_citizens_number_in_any_text_is_refused_and_not_repeated(desk: Desk, where: str) -> None:
    nik = people(1)[0].nik.reveal()
    body = ClosePrinter("A", "smoke")
    raw = {
        "why": lambda: desk.office.ask(STATION, evolve(body, why=f"jam at {nik}."), "operator"),
        "printer": lambda: desk.office.ask(STATION, evolve(body, printer=nik), "operator"),
        "id": lambda: desk.office.ask(STATION, body, "operator", ask_id=nik),
    }[where]()
    why = desk.not_heard(raw)
    assert why.refusal is Refusal.BAD_VALUE and nik not in str(why)


# -- to the hub -----------------------------------------------------------------------------


def test_what_leaves_is_signed_by_the_station_and_says_what_was_meant(desk: Desk) -> None:
    keys, digest = desk.key.key_id, b"\x01" * 32
    fetch = Envelope.from_json(door.fetch_message(desk.key, STATION, 4, NOW_MS, digest))
    assert read_fetch(fetch.payload) == Fetch(1, STATION, NOW_MS, 4, door.FETCH_LIMIT, digest.hex())
    commits = desk.store.sealed_since(0, 10)
    upload = Envelope.from_json(door.upload_message(desk.key, STATION, commits))
    assert read_upload(upload.payload).commits == tuple(commits)
    assert [one.key_id for one in (*fetch.signatures, *upload.signatures)] == [keys, keys]

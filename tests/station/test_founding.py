"""A station's book begins with what the hub exported, and with nothing else."""

import base64
import json
from pathlib import Path

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Register
from ektp_core.flow.printing import Withdraw
from ektp_core.flow.rows import Key, Station
from ektp_core.vocabulary.role import Hand
from ektp_core.wire.asks import read_ask, write_ask
from ektp_core.wire.envelope import Envelope, PayloadType, signed
from ektp_data.regions import load_regions
from ektp_keys.key_file import create_key
from ektp_station.config import FOUNDING_FILE
from ektp_station.founding import check_identity, found_book, read_founding
from ektp_store.memory import MemoryStore
from tests.station.station_bench import NOW_MS, STATION, Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "hub")


def empty_book() -> MemoryStore:
    return MemoryStore(Decider(load_regions(), STATION), apply, STATION)


def refusal(office: Office, station: str = STATION) -> Refusal:
    store = empty_book()
    with pytest.raises(Refused) as why:
        found_book(store, office.folder, station, NOW_MS)
    assert store.position().n == 0
    return why.value.refusal


def exported(office: Office) -> tuple[bytes, Register]:
    raw = (office.folder / FOUNDING_FILE).read_bytes()
    _, body = read_ask(Envelope.from_json(raw).payload)
    assert isinstance(body, Register)
    return raw, body


def export(office: Office, body: object, signer: str = "hub") -> None:
    payload = write_ask("founding/x", STATION, NOW_MS, body)
    raw = signed(PayloadType.ASK, payload, [office.keys[signer]]).to_json()
    (office.folder / FOUNDING_FILE).write_bytes(raw)


def test_a_new_book_knows_the_station_and_whom_to_believe(office: Office) -> None:
    store = office.book()
    with store.read() as view:
        assert [one.station for one in view.rows(Station)] == [STATION]
        hands = {one.hand for one in view.rows(Key)}
    assert hands == {Hand.HUB, Hand.REGISTRY, Hand.OFFICER, Hand.STATION}
    assert store.position().n == 1


def test_an_existing_book_is_left_alone_even_when_the_export_is_gone(office: Office) -> None:
    store = office.book()
    before = store.position()
    (office.folder / FOUNDING_FILE).unlink()
    found_book(store, office.folder, STATION, NOW_MS + 1)
    assert store.position() == before


def test_a_folder_without_the_export_is_refused(office: Office) -> None:
    (office.folder / FOUNDING_FILE).unlink()
    assert refusal(office) is Refusal.BAD_FILE


def test_one_changed_byte_of_what_is_signed_is_a_bad_signature(office: Office) -> None:
    raw, _ = exported(office)
    outer = json.loads(raw)
    payload = base64.b64decode(outer["payload"])
    changed = payload.replace(b"Pendaftaran", b"Pendaftaram")
    assert changed != payload
    outer["payload"] = base64.b64encode(changed).decode()
    (office.folder / FOUNDING_FILE).write_text(json.dumps(outer), encoding="utf-8")
    assert refusal(office) is Refusal.BAD_SIGNATURE


def test_wherever_a_byte_is_changed_the_export_is_refused(office: Office) -> None:
    raw, _ = exported(office)
    payload = base64.b64decode(json.loads(raw)["payload"])
    store = empty_book()
    for place in range(0, len(payload), 97):
        outer = json.loads(raw)
        outer["payload"] = base64.b64encode(payload[:place] + b"~" + payload[place + 1 :]).decode()
        (office.folder / FOUNDING_FILE).write_text(json.dumps(outer), encoding="utf-8")
        with pytest.raises(Refused):
            found_book(store, office.folder, STATION, NOW_MS)
    assert store.position().n == 0


def test_an_export_for_another_station_is_refused(office: Office) -> None:
    assert refusal(office, "station/52.03/2") is Refusal.WRONG_ADDRESSEE


def test_an_export_signed_by_anybody_but_its_own_hub_is_refused(office: Office) -> None:
    _, body = exported(office)
    export(office, body, "verifier-1")
    assert refusal(office) is Refusal.UNKNOWN_KEY


def test_another_message_of_the_hub_is_no_export(office: Office) -> None:
    export(office, Withdraw("52.03-000001", "moved"))
    assert refusal(office) is Refusal.BAD_FILE


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff", b"[" * 5_000])
def test_bytes_that_are_no_message_are_refused(office: Office, raw: bytes) -> None:
    (office.folder / FOUNDING_FILE).write_bytes(raw)
    assert refusal(office) is Refusal.MALFORMED


def test_the_digest_founded_with_is_that_of_the_envelope(office: Office) -> None:
    raw, _ = exported(office)
    assert read_founding(office.folder, STATION)[1] == Envelope.from_json(raw).digest


def test_the_station_works_in_its_own_name_and_with_its_own_key_only(office: Office, tmp_path: Path) -> None:
    store = office.book()
    check_identity(store, STATION, office.keys["station"].key_id)
    with pytest.raises(Refused, match="WRONG_ADDRESSEE"):
        check_identity(store, "station/52.03/2", office.keys["station"].key_id)
    with pytest.raises(Refused, match="NOT_ALLOWED"):
        check_identity(store, STATION, office.keys["operator"].key_id)
    stranger = create_key(tmp_path / "new.key", STATION, Hand.STATION, None)
    with pytest.raises(Refused, match="UNKNOWN_KEY"):
        check_identity(store, STATION, stranger.key_id)

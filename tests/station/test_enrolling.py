"""A station makes its own key, two people at the centre enrol it, and it takes their answer."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.founding import NewKey, NewStation, Register
from ektp_core.vocabulary.role import Hand
from ektp_core.wire.asks import HUB, write_ask
from ektp_core.wire.envelope import PayloadType, signed
from ektp_hub.commands import hub
from ektp_hub.init import HubFolder, make_hub
from ektp_keys.enrolment import fingerprint_of, read_enrolment, write_enrolment
from ektp_keys.key_file import create_key, load_key, read_key
from ektp_station.commands import station
from ektp_station.config import BOOK_FILE, FOUNDING_FILE, KEY_FILE, load_config
from ektp_station.enrolling import Wanted, make_station, take_founding
from ektp_station.founding import read_founding
from tests.station.station_bench import HubHere, Office

NAME, NOW_MS, WORD = "station/52.03/7", 1_800_000_000_000, "gunung rinjani"
WANTED = Wanted(NAME, "http://127.0.0.1:1", "Mesin cetak 7", ("v5",))


def run(command: Any, *arguments: str) -> Any:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=True)


def refusal(result: Any) -> Refusal:
    assert isinstance(result.exception, Refused), result.exception or result.output
    return result.exception.refusal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_station(tmp_path / "mine", WANTED, WORD, NOW_MS)
    return tmp_path / "mine"


def test_the_key_is_made_where_it_is_used_and_its_private_half_is_in_no_request(folder: Path) -> None:
    request = (folder / "request.json").read_bytes()
    key = load_key(folder / KEY_FILE, WORD)
    wanted = read_enrolment(request)
    assert wanted.station == NewStation(NAME, "Mesin cetak 7", ("v5",))
    assert (wanted.key.key, wanted.key.hand, wanted.public) == (key.key_id, Hand.STATION, key.public)
    assert wanted.fingerprint == fingerprint_of(key.public)
    assert read_key(folder / KEY_FILE).protected
    assert load_config(folder).hub == "http://127.0.0.1:1"


def test_asking_a_second_time_keeps_the_key(folder: Path) -> None:
    first = read_enrolment((folder / "request.json").read_bytes()).fingerprint
    assert make_station(folder, WANTED, WORD, NOW_MS + 1) == first


def test_the_folder_of_another_station_is_left_alone(folder: Path) -> None:
    other = Wanted("station/52.03/8", "http://hub", "x", ("v5",))
    with pytest.raises(Refused) as caught:
        make_station(folder, other, WORD, NOW_MS)
    assert caught.value.refusal is Refusal.WRONG_ADDRESSEE


@pytest.mark.parametrize("name", ["office/52.03", "centre"])
def test_only_a_station_is_enrolled(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused) as caught:
        make_station(tmp_path / "x", Wanted(name, "http://hub", "x", ("v5",)), WORD, NOW_MS)
    assert caught.value.refusal is Refusal.BAD_VALUE
    assert not (tmp_path / "x").exists()


def test_a_request_is_signed_by_the_very_key_it_asks_for(tmp_path: Path) -> None:
    mine = create_key(tmp_path / "a.key", NAME, Hand.STATION, None)
    other = create_key(tmp_path / "b.key", NAME, Hand.STATION, None)
    raw = write_enrolment(NewStation(NAME, "x", ("v5",)), mine.public, other, NOW_MS)
    with pytest.raises(Refused) as caught:
        read_enrolment(raw)
    assert caught.value.refusal is Refusal.UNKNOWN_KEY


def test_a_request_asks_for_one_station_and_nothing_else(tmp_path: Path) -> None:
    key = create_key(tmp_path / "a.key", NAME, Hand.STATION, None)
    new, own = NewStation(NAME, "x", ("v5",)), NewKey(key.key_id, NAME, Hand.STATION, key.public.hex())
    hubs = NewKey(key.key_id, NAME, Hand.HUB, key.public.hex())
    more = (
        Register(stations=(new, new), keys=(own,)), Register(stations=(new,), keys=(hubs,)), Register(keys=(own,)),
        Register(stations=(new,), keys=(own,), revoked_keys=("x",)), Register(stations=(NewStation(NAME, "x", ("v5",), 3),), keys=(own,)),
    )  # fmt: skip
    for body in more:
        raw = signed(PayloadType.ASK, write_ask("a", HUB, NOW_MS, body), [key]).to_json()
        with pytest.raises(Refused) as caught:
            read_enrolment(raw)
        assert caught.value.refusal is Refusal.MALFORMED


# -- at the centre ----------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Office, HubHere]]:
    made = Office(tmp_path / "hub", at_ms=time.time_ns() // 1_000_000)
    here = HubHere(made)
    yield made, here
    here.close()


@pytest.fixture
def asked(office: tuple[Office, HubHere], monkeypatch: pytest.MonkeyPatch) -> None:
    """`ektp hub enrol` reaches the hub of this process."""
    from ektp_core.boundary.store import Accepted
    from ektp_core.boundary.uplink import AskTaken

    def ask(_: object, envelopes: list[bytes]) -> list[object]:
        found = office[1].ask(envelopes)
        return [AskTaken(one.n, one.is_first, ()) if isinstance(one, Accepted) else one for one in found]

    monkeypatch.setattr("ektp_client.hub_client.HubClient.ask", ask)


def enrol(made: HubFolder, request: Path, out: Path, *more: str, people: tuple[str, ...] = ("verifier-1", "verifier-2")) -> Any:
    keys = [part for name in people for part in ("--key", str(made.people[name]))]
    return run(hub, "enrol", str(made.folder), str(request), *keys, "--out", str(out), *more)


@pytest.mark.usefixtures("asked")
def test_two_people_enrol_it_and_it_takes_their_answer(office: tuple[Office, HubHere], folder: Path, tmp_path: Path) -> None:
    made, out = office[0].made, tmp_path / "founding.json"
    fingerprint = read_enrolment((folder / "request.json").read_bytes()).fingerprint
    done = enrol(made, folder / "request.json", out, "--fingerprint", fingerprint)
    assert done.exit_code == 0, done.exception
    again = enrol(made, folder / "request.json", out, "--fingerprint", fingerprint.upper())
    assert again.exit_code == 0, again.exception  # only the answer is written again
    taken = run(station, "enrol", str(folder), "--founding", str(out))
    assert taken.exit_code == 0, taken.exception
    assert fingerprint_of(office[0].keys["hub"].public) in taken.output
    first, _ = read_founding(folder, NAME)
    assert [one.station for one in first.stations] == [NAME]
    assert read_key(folder / KEY_FILE).key_id in {one.key for one in first.keys}


@pytest.mark.usefixtures("asked")
def test_one_person_alone_enrols_nobody(office: tuple[Office, HubHere], folder: Path, tmp_path: Path) -> None:
    fingerprint = read_enrolment((folder / "request.json").read_bytes()).fingerprint
    done = enrol(office[0].made, folder / "request.json", tmp_path / "f", "--fingerprint", fingerprint, people=("verifier-1",))
    assert refusal(done) is Refusal.NEEDS_PEOPLE and not (tmp_path / "f").exists()


@pytest.mark.usefixtures("asked")
def test_a_request_that_was_exchanged_on_the_way_is_refused(office: tuple[Office, HubHere], folder: Path, tmp_path: Path) -> None:
    done = enrol(office[0].made, folder / "request.json", tmp_path / "f", "--fingerprint", fingerprint_of(bytes(64)))
    assert refusal(done) is Refusal.BAD_VALUE and not (tmp_path / "f").exists()


def test_an_answer_for_another_station_or_key_changes_nothing(folder: Path, tmp_path: Path) -> None:
    made = make_hub(tmp_path / "other", at_ms=NOW_MS)
    answer = next(iter(made.stations.values())) / "founding.json"
    before = sorted(one.name for one in folder.iterdir())
    with pytest.raises(Refused):
        take_founding(folder, answer)
    assert sorted(one.name for one in folder.iterdir()) == before


def test_a_start_before_the_answer_makes_no_book(folder: Path, tmp_path: Path) -> None:
    early = run(station, "run", str(folder), "--passphrase-file", str(word_file(tmp_path)))
    assert refusal(early) is Refusal.BAD_FILE and not (folder / BOOK_FILE).exists()


def test_an_empty_book_of_an_earlier_start_bars_no_answer(folder: Path, tmp_path: Path) -> None:
    (folder / BOOK_FILE).write_bytes(b"")
    other = tmp_path / "other.json"
    other.write_bytes(b"no answer")
    with pytest.raises(Refused) as caught:
        take_founding(folder, other)
    assert caught.value.refusal is not Refusal.ALREADY_KNOWN
    (folder / FOUNDING_FILE).write_bytes(b"{}")  # it was founded: now there is a book
    with pytest.raises(Refused) as caught:
        take_founding(folder, other)
    assert caught.value.refusal is Refusal.ALREADY_KNOWN


def word_file(folder: Path) -> Path:
    """The passphrase, as the service reads it."""
    path = folder / "word"
    path.write_text(f"{WORD}\n", "utf-8")
    path.chmod(0o600)
    return path


def test_without_hub_and_station_nothing_is_made(tmp_path: Path) -> None:
    done = run(station, "enrol", str(tmp_path / "x"), "--unprotected")
    assert done.exit_code == 2 and not (tmp_path / "x").exists()



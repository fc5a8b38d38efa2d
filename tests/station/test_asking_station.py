"""Each key is opened with its owner's own passphrase, from a file or typed; nobody needs another's."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ektp_core.errors import Refused
from ektp_core.vocabulary.role import Hand
from ektp_core.wire.envelope import Envelope
from ektp_keys.key_file import create_key
from ektp_station import asking_station
from ektp_station.commands import station
from ektp_station.config import KEY_FILE, StationConfig, write_config

WORDS = {"station/52.03/1": "kata sandi mesin", "kepala": "kata sandi kepala", "verifikator": "kata sandi pusat"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A station and two people, each with a passphrase of his own, and a file for each passphrase."""
    here = tmp_path / "station"
    here.mkdir(mode=0o700)
    write_config(here, StationConfig("station/52.03/1", "http://hub"))
    create_key(here / KEY_FILE, "station/52.03/1", Hand.STATION, WORDS["station/52.03/1"])
    for owner in ("kepala", "verifikator"):
        create_key(tmp_path / f"{owner}.key", owner, Hand.OFFICER, WORDS[owner])
    for owner, word in WORDS.items():
        path = tmp_path / f"{owner.partition('/')[0]}.pass"
        path.write_text(f"{word}\n", "utf-8")
        path.chmod(0o600)
    return here


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What reached the station."""
    found: list[bytes] = []

    def take(_folder: Path, _method: str, _path: str, body: bytes | None = None) -> dict[str, Any]:
        found.append(body or b"")
        return {}

    monkeypatch.setattr(asking_station, "answer", take)
    return found


def opening(folder: Path, *more: str, typed: str = "") -> Result:
    """Two people open a printer."""
    keys = [word for name in ("kepala", "verifikator") for word in ("--key", str(folder.parent / f"{name}.key"))]
    return CliRunner().invoke(station, ["open", str(folder), "--printer", "A", "--counter", "0", *keys, *more], typed)


def files(folder: Path, *names: str) -> list[str]:
    return [word for name in names for word in ("--key-passphrase-file", str(folder.parent / f"{name}.pass"))]


def signatures(raw: bytes) -> int:
    return len(Envelope.from_json(raw).signatures)


def test_two_people_sign_each_with_his_own_file(folder: Path, sent: list[bytes]) -> None:
    done = opening(folder, *files(folder, "kepala", "verifikator"))
    assert done.exit_code == 0, done.exception
    assert [signatures(one) for one in sent] == [2]


def test_what_no_file_says_is_asked_for_by_the_owners_name(folder: Path, sent: list[bytes]) -> None:
    done = opening(folder, *files(folder, "kepala"), typed=f"{WORDS['verifikator']}\n")
    assert done.exit_code == 0 and "verifikator" in done.output and "kepala" not in done.output
    assert [signatures(one) for one in sent] == [2]


def test_files_in_another_order_open_nothing(folder: Path, sent: list[bytes]) -> None:
    done = opening(folder, *files(folder, "verifikator", "kepala"))
    assert isinstance(done.exception, Refused) and sent == []


def test_the_passphrase_of_the_station_is_tried_on_nobody_elses_key(folder: Path, sent: list[bytes]) -> None:
    done = opening(folder, "--passphrase-file", str(folder.parent / "station.pass"), typed="")
    assert done.exit_code != 0 and "kepala" in done.output and sent == []


@pytest.mark.parametrize("is_typed", [True, False])
def test_the_stations_own_word_is_signed_with_its_passphrase(folder: Path, sent: list[bytes], is_typed: bool) -> None:
    more = [] if is_typed else ["--passphrase-file", str(folder.parent / "station.pass")]
    asked = ["load", str(folder), "--printer", "A", "--blanks", "PNRI-18:1-5", *more]
    done = CliRunner().invoke(station, asked, f"{WORDS['station/52.03/1']}\n" if is_typed else "")
    assert done.exit_code == 0, done.exception
    assert [signatures(one) for one in sent] == [1]


def test_a_command_that_signs_twice_asks_once(folder: Path, sent: list[bytes]) -> None:
    """The end of the day sends the begin of the count and the close."""
    import click

    @click.command()
    @asking_station.KEYS
    def twice(keys: tuple[Path, ...]) -> None:
        for _ in range(2):
            asking_station.opened_keys(folder, keys, None)

    key = str(folder.parent / "kepala.key")
    assert CliRunner().invoke(twice, ["--key", key], f"{WORDS['kepala']}\n").exit_code == 0
    assert CliRunner().invoke(twice, ["--key", key, *files(folder, "kepala")]).exit_code == 0

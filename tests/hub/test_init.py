"""Making a hub's folder, and reading its settings."""

import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ektp_cli.main import main
from ektp_core.errors import Refused
from ektp_core.flow.codec import decode_event
from ektp_core.flow.founding import Register
from ektp_core.wire.asks import read_ask
from ektp_core.wire.envelope import PayloadType, open_envelope
from ektp_hub.commands import hub
from ektp_hub.config import FILE, Settings, read_settings, settings_toml
from ektp_hub.init import FOUNDING, HubFolder, OfficePlan, Plan, StationPlan, make_hub, read_plan
from ektp_keys.key_file import load_key, read_key
from ektp_keys.public_keys import PublicKeys
from ektp_station.config import load_config

if TYPE_CHECKING:
    from tests.hub.conftest import Keys, StationBook

NOW_MS = 1_800_000_000_000

TWO_OFFICES = """
[[office]]
party = "office/52.03"
name = "Dinas Lombok Timur"
operator = "Baiq Contoh"
station = [{station = "station/52.03/1", name = "Mesin 1", classes = ["v5", "v6"]}]

[[office]]
party = "office/52.71"
name = "Dinas Mataram"
station = [{station = "station/52.71/1"}]
"""


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(Refused, match="NO_ROOM"):
        make_hub(tmp_path, at_ms=NOW_MS)
    assert [one.name for one in tmp_path.iterdir()] == ["letter.txt"]


def test_secrets_are_for_their_owner_alone(founded: HubFolder) -> None:
    secrets = [*founded.folder.rglob("*.key"), founded.folder / "pseudonyms.secret", founded.book]
    assert len(secrets) == 8
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in secrets)


def test_a_key_made_with_a_passphrase_opens_with_it_only(tmp_path: Path) -> None:
    made = make_hub(tmp_path / "hub", None, lambda owner: f"passphrase of {owner}", at_ms=NOW_MS)
    assert load_key(made.people["operator"], "passphrase of operator").owner == "operator"
    assert read_key(made.hub_key).protected
    with pytest.raises(Refused, match="BAD_FILE"):
        load_key(made.hub_key, "passphrase of operator")


def test_a_station_is_founded_from_what_the_hub_signed(tmp_path: Path) -> None:
    plan_file = tmp_path / "offices.toml"
    plan_file.write_text(TWO_OFFICES)
    made = make_hub(tmp_path / "hub", read_plan(plan_file), at_ms=NOW_MS)
    hub_key = load_key(made.hub_key)
    raw = (made.stations["station/52.71/1"] / FOUNDING).read_bytes()
    opened = open_envelope(raw, PayloadType.ASK, PublicKeys({hub_key.key_id: hub_key.public}))
    message, register = read_ask(opened.payload)
    assert isinstance(register, Register)
    assert (message.to, [one.station for one in register.stations]) == ("station/52.71/1", ["station/52.71/1"])
    assert {one.party for one in register.parties} == {"centre", "province/52", "office/52.71"}
    owners = {"hub", "registry", "operator-52.71", "verifier-1", "verifier-2", "station/52.71/1"}
    assert {one.owner for one in register.keys} == owners


def test_a_stations_book_takes_its_founding(
    founded: HubFolder, centre_keys: "Keys", station_book: "type[StationBook]"
) -> None:
    (founding,) = station_book(founded, centre_keys).upload().commits
    kinds = Counter(type(decode_event(raw)).__name__ for raw in founding.events)
    assert kinds == {"PartyNamed": 4, "OfficerNamed": 3, "StationEnrolled": 1, "KeyTrusted": 6, "PolicySet": 1}


@pytest.mark.parametrize(
    ("office", "refused"),
    [
        (OfficePlan("office/52.99", "no such region"), "UNKNOWN_REGION"),
        (OfficePlan("province/52", "no office"), "BAD_VALUE"),
        (OfficePlan("office/52.03", "x", station=(StationPlan("station/52.71/1"),)), "BAD_VALUE"),
        (OfficePlan("office/52.03", "x", station=(StationPlan("station/52.03/1"),) * 2), "ALREADY_KNOWN"),
    ],
)
def test_a_plan_that_cannot_be_makes_no_folder(tmp_path: Path, office: OfficePlan, refused: str) -> None:
    with pytest.raises(Refused, match=refused):
        make_hub(tmp_path / "hub", Plan((office,)), at_ms=NOW_MS)
    assert not (tmp_path / "hub").exists()


@pytest.mark.parametrize(
    ("text", "named"), [("office = 3", "office"), ("[[ofice]]", "unknown"), ("= =", "TOML"), ("[[office]]", "missing")]
)
def test_an_offices_file_that_is_wrong_is_refused_by_field(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "offices.toml"
    file.write_text(text)
    with pytest.raises(Refused, match=f"BAD_FILE.*{named}"):
        read_plan(file)


# -- settings ----------------------------------------------------------------------------------


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    settings = Settings(port=0, authorise_every_ms=100, log_level="debug")
    (tmp_path / FILE).write_text(settings_toml(settings))
    assert read_settings(tmp_path) == settings
    (tmp_path / FILE).write_text("")
    assert read_settings(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot = 1", "prot is not known"),
        ("port = 'x'", "port"),
        ("port = 70000", "port"),
        ("authorise_every_ms = 0", "authorise_every_ms"),
        ("log_level = 'loud'", "log_level"),
        ("book = ''", "book"),
        ("port", "TOML"),
    ],
)
def test_a_setting_that_is_wrong_is_refused_by_its_key(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(Refused, match=f"BAD_FILE.*{named}"):
        read_settings(tmp_path)


# -- the command -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], ["init"], ["serve"]])
def test_every_help_teaches_with_an_example(command: list[str]) -> None:
    shown = CliRunner().invoke(hub, [*command, "--help"])
    assert shown.exit_code == 0
    assert "ektp hub serve" in shown.output or "[[office]]" in shown.output


def test_keys_without_passphrases_are_warned_of(tmp_path: Path) -> None:
    shown = CliRunner().invoke(hub, ["init", str(tmp_path / "hub"), "--unprotected"], color=True)
    assert shown.exit_code == 0
    assert "\x1b[31m" in shown.output and "For demonstrations only." in shown.output


def test_passphrases_are_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    typed = "".join("long enough\nlong enough\n" for _ in range(6))
    shown = CliRunner().invoke(hub, ["init", str(tmp_path / "hub")], input="short\nshort\n" + typed)
    assert shown.exit_code == 0, shown.output
    assert "At least 8 characters." in shown.output and "long enough" not in shown.output
    assert load_key(tmp_path / "hub" / "people" / "verifier-2.key", "long enough").owner == "verifier-2"


Refusing = Callable[[Path], list[str]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (lambda folder: ["init", str(folder), "--unprotected"], "NO_ROOM"),
        (lambda folder: ["serve", str(folder)], "BAD_FILE"),
    ],
)
def test_a_refusal_is_two_sentences_and_a_failure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: Refusing,
    said: str,
) -> None:
    (tmp_path / "letter.txt").write_text("dear")

    def shown(language: str) -> str:
        monkeypatch.setattr("sys.argv", ["ektp", "--lang", language, "hub", *arguments(tmp_path)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        return capsys.readouterr().err

    monkeypatch.setenv("EKTP_LANG", "")
    assert said in shown("en") and "Traceback" not in shown("en")
    assert shown("id") != shown("en")


def test_the_settings_exported_to_a_station_are_ones_it_can_read(founded: HubFolder) -> None:
    found = load_config(founded.stations["station/52.03/1"])
    assert (found.station, found.hub, found.printers) == ("station/52.03/1", f"http://127.0.0.1:{Settings().port}", ())

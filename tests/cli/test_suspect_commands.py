"""`ektp suspect exposed`: whose data lay with a lost station, by record and never by name or number."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ektp_cli.import_command import import_records
from ektp_cli.suspect_commands import closes, exposed, list_suspects, show
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.printing import Authorise
from ektp_core.flow.silence import DeclareStationLost
from ektp_core.flow.suspect_evidence import Known, Todo
from ektp_keys.key_file import load_key
from tests.cli.centre import OFFICE, STATION, UNKNOWN, Centre, Station

pytestmark = pytest.mark.rule(21)

DEMO = Path(__file__).parents[2] / "src" / "ektp_data" / "demo" / "people.csv"


def declare_lost(centre: Centre) -> None:
    keys = [load_key(Path(centre.person(name))).key_id for name in ("verifier-1", "verifier-2")]
    centre.take(DeclareStationLost(STATION, "470/12", "2018-11-19"), *keys, name="lost")


def test_the_persons_whose_data_lay_with_a_lost_station_are_listed(
    centre: Centre, supplied: Station, ask: Callable[..., Result], tmp_path: Path,
    read_json: Callable[[Path], dict[str, Any]],
) -> None:  # fmt: skip
    people = tmp_path / "people.csv"
    people.write_text("".join(DEMO.read_text("utf-8").splitlines(keepends=True)[:3]), "utf-8")
    ask(import_records, people, "--key", centre.person("operator"), "--office", OFFICE)
    centre.take(Authorise("52.03-000001", STATION), centre.hub_key, name="auto")
    declare_lost(centre)
    said = ask(exposed, "--station", STATION, "--json", tmp_path / "found.json").output
    assert "52.03-000001" in said and OFFICE in said and "470/12" in said
    assert "52.03-000002" not in said
    found = read_json(tmp_path / "found.json")
    assert [one["record"] for one in found["exposed"]] == ["52.03-000001"]
    assert "SAHRUL" not in (tmp_path / "found.json").read_text()


def test_a_lost_station_that_held_nobodys_data_says_so(
    centre: Centre, supplied: Station, ask: Callable[..., Result]
) -> None:
    declare_lost(centre)
    assert "No person" in ask(exposed, "--station", STATION).output


@pytest.mark.parametrize(
    ("station", "refusal"),
    [(STATION, Refusal.STATION_NOT_LOST), ("station/99.99/9", Refusal.UNKNOWN_STATION)],
)
def test_there_is_no_such_list_of_a_station_that_was_not_declared_lost(
    refused: Callable[..., tuple[Refused, str]], station: str, refusal: Refusal
) -> None:
    assert refused(exposed, "--station", station)[0].refusal is refusal


# -- cards in doubt, one by one ---------------------------------------------------------------


def in_doubt(centre: Centre, supplied: Station, ask: Callable[..., Result], folder: Path) -> str:
    """A record whose card was printed, and nobody knows how it ended."""
    people = folder / "people.csv"
    people.write_text("".join(DEMO.read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    ask(import_records, people, "--key", centre.person("operator"), "--office", OFFICE)
    supplied.print("52.03-000001", UNKNOWN)
    return "52.03-000001"


@pytest.mark.rule(39)
def test_each_card_in_doubt_has_a_sentence_of_what_is_known_and_one_of_what_to_do(
    centre: Centre, supplied: Station, ask: Callable[..., Result], tmp_path: Path,
    read_json: Callable[[Path], dict[str, Any]],
) -> None:  # fmt: skip
    record = in_doubt(centre, supplied, ask, tmp_path)
    said = " ".join(ask(list_suspects, "--json", tmp_path / "s.json").output.split())
    assert record in said
    (one,) = read_json(tmp_path / "s.json")["suspects"]
    assert (one["known"], one["todo"]) == ("CAME_OUT", "LOOK_IN_TRAYS")
    shown = ask(show, "--record", record).output
    assert Known.CAME_OUT.value in shown and Todo.LOOK_IN_TRAYS.value in shown


def test_a_record_that_is_not_in_doubt_is_said_to_be_in_none(ask: Callable[..., Result]) -> None:
    assert "52.03-000009 is not in doubt." in ask(show, "--record", "52.03-000009").output


@pytest.mark.rule(33)
def test_a_station_that_closed_no_day_says_so(supplied: Station, ask: Callable[..., Result]) -> None:
    assert "No day" in ask(closes, "--station", STATION).output

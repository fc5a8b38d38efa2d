"""`ektp release`: a code typed at the centre (rule 19)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import Result

from ektp_cli.import_command import import_records
from ektp_cli.release_command import release
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.printing import Authorise
from ektp_data.csv_records import write_records
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions
from ektp_hub import reads
from ektp_hub.init import STATION_KEY
from ektp_keys.key_file import load_key
from ektp_keys.release_code import CodeSecret, shown
from tests.cli.centre import OFFICE, STATION, Centre, Station

pytestmark = pytest.mark.rule(19)


@pytest.fixture
def waiting(centre: Centre, ask: Callable[..., Result], tmp_path: Path) -> str:
    """A record that waits."""
    path = tmp_path / "one.csv"
    path.write_bytes(write_records(synthetic_people(12, 1, "52.03", load_regions())))
    ask(import_records, path, "--key", centre.person("operator"), "--office", OFFICE)
    return "52.03-000001"


@pytest.fixture
def code(centre: Centre, waiting: str, supplied: Station) -> str:
    """The code the station would read out for a record it holds."""
    hub, station = load_key(centre.made.hub_key), load_key(centre.made.stations[STATION] / STATION_KEY)
    centre.door = evolve(centre.door, agree=hub.agree)
    centre.take(Authorise(waiting, STATION), centre.hub_key, name=f"auto/{waiting}")
    supplied.exchange()
    secret = CodeSecret.of(station.agree, hub.public, hub.public, station.public)
    return shown(secret.code(STATION, waiting, 1))


def options(centre: Centre, record: str, code: str) -> list[object]:
    """What is typed."""
    return ["--station", STATION, "--record", record, "--attempt", 1, "--code", code, "--key", centre.person("verifier-1")]


def test_a_code_frees_the_record(centre: Centre, waiting: str, code: str, ask: Callable[..., Result]) -> None:
    output = ask(release, *options(centre, waiting, code.lower())).output
    assert f"Record {waiting} is free again" in output
    assert centre.view(reads.record, waiting)["state"] == "READY"


def test_a_misheard_one_does_not_even_leave_the_machine(
    centre: Centre, waiting: str, code: str, refused: Callable[..., tuple[Refused, str]]
) -> None:
    sent = len(centre.sent)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    why, _ = refused(release, *options(centre, waiting, wrong))
    assert why.refusal is Refusal.BAD_VALUE and len(centre.sent) == sent

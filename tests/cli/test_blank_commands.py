"""`ektp blanks`, `ektp table` and `ektp suspect`: the ways of blanks by hand, and where they are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ektp_cli.blank_commands import blanks
from ektp_cli.import_command import import_records
from ektp_cli.suspect_commands import suspect
from ektp_cli.table_command import table
from ektp_client.hub_client import HubClient
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.events import Moved
from ektp_data.csv_records import write_records
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions
from ektp_hub import reads
from tests.cli.centre import OFFICE, UNKNOWN, URL, Centre, Line, Station


@pytest.fixture
def doubtful(centre: Centre, supplied: Station, ask: Callable[..., Result], tmp_path: Path) -> Station:
    """One card of which nobody knows."""
    path = tmp_path / "one.csv"
    path.write_bytes(write_records(synthetic_people(13, 1, "52.03", load_regions())))
    ask(import_records, path, "--key", centre.person("operator"), "--office", OFFICE)
    supplied.print("52.03-000001", UNKNOWN)
    return supplied


def buckets(centre: Centre) -> dict[str, dict[str, int]]:
    return {one["party"]: one["buckets"] for one in centre.view(reads.accountability)["parties"]}


def test_blanks_come_to_a_station_by_hand(centre: Centre, supplied: Station) -> None:
    assert buckets(centre) == {
        "centre": {"STOCK": 6},
        "office/52.03": {"WASTE_HELD": 1},
        "station/52.03/1": {"STOCK": 3},
    }


def test_what_moved_is_said_by_serial(centre: Centre, ask: Callable[..., Result]) -> None:
    first = centre.person("verifier-1")
    output = ask(blanks, "supply", "--supplier", "supplier/PNRI", "--blanks", "PNRI-18:1-10", "--key", first).output
    assert "PNRI-18 1-10  supplier/PNRI -> centre stock" in output
    output = ask(blanks, "grant", "--allotment", "J-1", "--party", OFFICE, "--count", 4, "--key", first).output
    assert "PNRI-18 1-4  centre stock -> centre reserved" in output


def test_chips_of_a_supply_are_read_from_a_file(centre: Centre, ask: Callable[..., Result], tmp_path: Path) -> None:
    from ektp_core.flow.rows import Chip

    chips = tmp_path / "chips.txt"
    chips.write_text("# box 7\n04a1b2c3d4e5f6\n\n04A1B2C3D4E5F7\n")
    first = centre.person("verifier-1")
    ask(blanks, "supply", "--supplier", "supplier/PNRI", "--blanks", "PNRI-18:1-2", "--chips", chips, "--key", first)
    with centre.store.read() as view:
        assert [(one.uid, one.number) for one in view.rows(Chip)] == [("04A1B2C3D4E5F6", 1), ("04A1B2C3D4E5F7", 2)]


@pytest.mark.parametrize(("blanks_named", "refusal", "fact"), [
    ("PNRI-18", Refusal.BAD_VALUE, "--blanks"),
    ("PNRI-18:9-1", Refusal.BAD_VALUE, "serials"),
    ("PNRI-18:5-12", Refusal.SERIAL_KNOWN, None),
])
def test_serials_that_cannot_be_supplied_are_refused(
    centre: Centre, supplied: Station, refused: Callable[..., tuple[Refused, str]], blanks_named: str, refusal: Refusal, fact: str | None
) -> None:
    key = centre.person("verifier-1")
    why, _ = refused(blanks, "supply", "--supplier", "supplier/PNRI", "--blanks", blanks_named, "--key", key)
    assert (why.refusal, why.facts.get("field")) == (refusal, fact)


def test_a_consignment_counted_by_one_person_is_refused(
    centre: Centre, supplied: Station, ask: Callable[..., Result], refused: Callable[..., tuple[Refused, str]]
) -> None:
    key = centre.person("verifier-1")
    signed = ("--exception", "SK-9/2018", "--key", key, "--key", centre.person("verifier-2"))
    ask(blanks, "grant", "--allotment", "J-2", "--party", OFFICE, "--count", 2, *signed)
    ask(blanks, "dispatch", "--consignment", "K-3", "--allotment", "J-2", "--key", key)
    counted = ["--consignment", "K-3", "--party", OFFICE, "--found", "PNRI-18:5-6", "--key", centre.person("operator")]
    assert refused(blanks, "receive", *counted)[0].refusal is Refusal.NEEDS_PEOPLE


def test_a_grant_is_reversed_by_two_people(
    centre: Centre, supplied: Station, ask: Callable[..., Result]
) -> None:
    first, second = centre.person("verifier-1"), centre.person("verifier-2")
    signed = ("--exception", "SK-9/2018", "--key", first, "--key", centre.person("verifier-2"))
    ask(blanks, "grant", "--allotment", "J-2", "--party", OFFICE, "--count", 2, *signed)
    seq = next(seq for seq, event in centre.store.events() if isinstance(event, Moved) and event.reference == "J-2")
    output = ask(blanks, "reverse", "--seq", seq, "--why", "wrong office", "--key", first, "--key", second).output
    assert "PNRI-18 5-6  centre reserved -> centre stock" in output
    assert buckets(centre)["centre"] == {"STOCK": 6}


def test_the_table_shows_each_party_and_that_all_is_conserved(
    supplied: Station, ask: Callable[..., Result], tmp_path: Path, read_json: Callable[[Path], dict[str, Any]]
) -> None:
    output = ask(table, "--json", tmp_path / "table.json").output
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines() if line.startswith("│")]
    assert rows == [
        ["centre", "6", "", "6"],
        ["office/52.03", "", "1", "1"],
        ["station/52.03/1", "3", "", "3"],
        ["all", "9", "1", "10"],
    ]
    assert output.endswith("PNRI-18: 10 supplied, 10 held\nconserved: yes\n")
    assert read_json(tmp_path / "table.json")["conserved"] is True


def test_a_table_that_does_not_add_up_fails(
    supplied: Station, line: Line, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = HubClient.get
    monkeypatch.setattr(HubClient, "get", lambda self, path: real(self, path) | {"conserved": False})
    result = run(table, "--hub", URL)
    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "conserved: NO")


def test_no_card_in_doubt_is_said_in_words(supplied: Station, ask: Callable[..., Result]) -> None:
    assert ask(suspect, "list").output == "No card is in doubt.\n"


def test_a_card_in_doubt_is_listed_and_closed_by_two_people(
    centre: Centre, doubtful: Station, ask: Callable[..., Result], tmp_path: Path, read_json: Callable[[Path], dict[str, Any]]
) -> None:
    output = ask(suspect, "list", "--json", tmp_path / "s.json").output
    (one,) = read_json(tmp_path / "s.json")["suspects"]
    assert one["record"] in output and one["serial"] in output
    two = ["--key", centre.person("verifier-1"), "--key", centre.person("verifier-2")]
    closing = ["settle", "--record", one["record"], "--attempt", one["n"], "--found", "bad", "--minutes", "BA-S-1"]
    output = ask(suspect, *closing, *two).output
    assert "52.03-000001 is now misprinted." in output
    assert ask(suspect, "list").output == "No card is in doubt.\n"


def test_a_card_in_doubt_is_not_closed_by_one_person_or_by_two_blanks(
    centre: Centre, doubtful: Station, refused: Callable[..., tuple[Refused, str]]
) -> None:
    closing = ["settle", "--record", "52.03-000001", "--attempt", 1, "--found", "bad", "--minutes", "BA-S-1", "--key"]
    assert refused(suspect, *closing, centre.person("verifier-1"))[0].refusal is Refusal.NEEDS_PEOPLE
    why, _ = refused(suspect, *closing, centre.person("verifier-1"), "--blank", "PNRI-18:1-2")
    assert why.facts["field"] == "--blank"


@pytest.mark.rule(27)
def test_a_second_grant_waits_for_the_first_ones_report(
    centre: Centre, supplied: Station, refused: Callable[..., tuple[Refused, str]]
) -> None:
    grant = ("grant", "--allotment", "J-2", "--party", OFFICE, "--count", 2, "--key", centre.person("verifier-1"))
    why, _ = refused(blanks, *grant)
    assert why.refusal is Refusal.ALLOTMENT_UNREPORTED and why.facts["allotment"] == "J-1"

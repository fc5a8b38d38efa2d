"""`ektp report`: the book is shown, a report that differs is set beside it, one that agrees is accepted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ektp_cli.import_command import import_records
from ektp_cli.report_command import report
from ektp_core.errors import Refusal, Refused
from ektp_data.csv_records import write_records
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions
from ektp_hub import reads
from tests.cli.centre import BAD, GOOD, OFFICE, UNKNOWN, URL, Centre, Line, Station

PEOPLE = synthetic_people(11, 3, "52.03", load_regions())


@pytest.fixture
def printed(centre: Centre, supplied: Station, ask: Callable[..., Result], tmp_path: Path) -> Station:
    """Three cards: one good, one bad, one in doubt; the fourth blank of the allotment came damaged."""
    path = tmp_path / "three.csv"
    path.write_bytes(write_records(PEOPLE))
    ask(import_records, path, "--key", centre.person("operator"), "--office", OFFICE)
    for number, ending in enumerate((GOOD, BAD, UNKNOWN), 1):
        supplied.print(f"52.03-{number:06}", ending)
    return supplied


@pytest.fixture
def bad_cards(printed: Station, centre: Centre, tmp_path: Path) -> Path:
    """The office's list: the misprint with its NIK, the damaged blank without one."""
    (bad,) = [line for line in centre.view(reads.allotment_draft, "J-1")["lines"] if line["record"]]
    path = tmp_path / "bad-cards.csv"
    path.write_text(
        f"seri;nomor;nik;sebab;percobaan;hilang\n"
        f"{bad['series']};{bad['number']};{PEOPLE[1].nik.reveal()};gagal-cetak;1;\n"
        f"PNRI-18;4;;cacat-pabrik;;\n"
    )
    return path


@pytest.fixture
def counted(bad_cards: Path, centre: Centre) -> list[object]:
    """What the office counted, rightly."""
    key = centre.person("operator")
    return ["--allotment", "J-1", "--report", "BA-1", "--good", 1, "--suspect", 1, "--lost", 0, "--remaining", 0,
            "--bad", bad_cards, "--key", key]  # fmt: skip


def changed(options: list[object], name: str, value: object) -> list[object]:
    place = options.index(name)
    return [*options[: place + 1], value, *options[place + 2 :]]


def test_a_draft_shows_what_the_book_says_and_files_nothing(
    centre: Centre, printed: Station, ask: Callable[..., Result], tmp_path: Path, read_json: Callable[[Path], dict[str, Any]]
) -> None:
    before = centre.store.position()
    output = ask(report, "--allotment", "J-1", "--draft", "--json", tmp_path / "draft.json").output
    found = read_json(tmp_path / "draft.json")
    assert "last accepted report: none" in output
    assert (found["cut"], found["party"], found["granted"]) == (before.seq, "office/52.03", 4)
    assert found["columns"]["good"] == found["columns"]["suspect"] == found["columns"]["bad_of_person"] == 1
    assert sorted((one["record"], one["needs_nik"]) for one in found["lines"]) == [("", False), ("52.03-000002", True)]
    assert "52.03-000002" in output
    assert centre.store.position() == before


def test_a_report_that_agrees_is_accepted_and_its_digest_shown(
    centre: Centre, counted: list[object], ask: Callable[..., Result], tmp_path: Path, read_json: Callable[[Path], dict[str, Any]]
) -> None:
    output = ask(report, *counted, "--paper", "BA/7", "--paper-date", "2018-11-20", "--json", tmp_path / "r.json").output
    stored = centre.view(reads.report_locks, "BA-1")
    found = read_json(tmp_path / "r.json")
    assert "Report BA-1 of J-1 is accepted" in output and stored["digest"] in output
    assert (found["report"], found["digest"], found["cut"]) == ("BA-1", stored["digest"], stored["cut"])
    assert found["columns"] | {"received": 4, "bad_of_person": 1, "bad_without": 1} == found["columns"]
    assert [one["record"] for one in stored["reported"]] == ["52.03-000002"]


@pytest.mark.rule(24)
def test_a_report_that_is_off_by_one_is_set_beside_the_book(
    centre: Centre, counted: list[object], refused: Callable[..., tuple[Refused, str]]
) -> None:
    before = centre.store.position()
    why, output = refused(report, *changed(counted, "--good", 2))
    assert why.refusal is Refusal.REPORT_DIFFERS
    (row,) = [line for line in output.splitlines() if line.startswith("│ good ")]
    assert [cell.strip() for cell in row.split("│")[1:-1]] == ["good", "2", "1", "+1"]
    assert "good: 2 reported, 1 in the book" in output
    assert "the report's own sum is off by -1" in output
    assert centre.store.position() == before


@pytest.mark.rule(24)
def test_a_report_that_leaves_a_card_out_names_the_blank(
    bad_cards: Path, counted: list[object], refused: Callable[..., tuple[Refused, str]]
) -> None:
    rows = bad_cards.read_text().splitlines(keepends=True)
    bad_cards.write_text(rows[0] + rows[2])
    why, output = refused(report, *counted)
    assert why.refusal is Refusal.REPORT_DIFFERS
    assert "(record 52.03-000002) is missing from the report" in output


def test_a_report_for_the_wrong_person_says_which_blank_and_no_number(
    bad_cards: Path, counted: list[object], refused: Callable[..., tuple[Refused, str]]
) -> None:
    bad_cards.write_text(bad_cards.read_text().replace(PEOPLE[1].nik.reveal(), PEOPLE[2].nik.reveal()))
    why, output = refused(report, *counted)
    assert "is reported for the wrong person" in output
    assert PEOPLE[2].nik.reveal() not in output + str(why)


def test_a_chip_or_a_final_report_the_book_knows_better_is_refused(
    counted: list[object], refused: Callable[..., tuple[Refused, str]]
) -> None:
    why, _ = refused(report, *counted, "--final")
    assert why.refusal is Refusal.REPORT_DIFFERS
    assert "a final report has no suspects (1)" in str(why)


def test_an_unknown_allotment_is_refused(
    supplied: Station, refused: Callable[..., tuple[Refused, str]]
) -> None:
    assert refused(report, "--allotment", "J-9", "--draft")[0].refusal is Refusal.UNKNOWN_ALLOTMENT


def test_what_is_missing_is_asked_for_by_name(supplied: Station, line: Line, run: Callable[..., Result]) -> None:
    result = run(report, "--hub", URL, "--allotment", "J-1", "--good", 1)
    assert result.exit_code == 2
    assert "--report, --suspect, --lost, --remaining, --key" in result.output

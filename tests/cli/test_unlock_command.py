"""`ektp unlock`: two people, at one machine or one after the other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ektp_cli.import_command import import_records
from ektp_cli.report_command import report
from ektp_cli.unlock_command import unlock
from ektp_core.errors import Refusal, Refused
from ektp_data.csv_records import write_records
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions
from ektp_hub import reads
from tests.cli.centre import BAD, OFFICE, URL, Centre, Line, Station

PEOPLE = synthetic_people(12, 3, "52.03", load_regions())
RECORDS = tuple(f"52.03-{number:06}" for number in (1, 2, 3))


@pytest.fixture
def reported(centre: Centre, supplied: Station, ask: Callable[..., Result], tmp_path: Path) -> Centre:
    """Three misprints stand in an accepted report."""
    path, cards, key = tmp_path / "three.csv", tmp_path / "bad.csv", centre.person("operator")
    path.write_bytes(write_records(PEOPLE))
    ask(import_records, path, "--key", key, "--office", OFFICE)
    for record in RECORDS:
        supplied.print(record, BAD)
    nik = {record: one.nik.reveal() for record, one in zip(RECORDS, PEOPLE, strict=True)}
    lines = centre.view(reads.allotment_draft, "J-1")["lines"]
    cards.write_text("series,number,nik,cause,attempt\n" + "".join(
        f"{one['series']},{one['number']},{nik.get(one['record'], '')},{one['cause'] or 'cacat-pabrik'},{one['n']}\n" for one in lines
    ))
    ask(report, "--allotment", "J-1", "--report", "BA-1", "--good", 0, "--suspect", 0, "--lost", 0, "--remaining", 0,
        "--bad", cards, "--key", key)  # fmt: skip
    return centre


@pytest.fixture
def two(reported: Centre) -> list[object]:
    return ["--key", reported.person("verifier-1"), "--key", reported.person("verifier-2")]


def state(centre: Centre, record: str) -> str:
    return str(centre.view(reads.record, record)["state"])


@pytest.mark.rule(25)
def test_two_people_unlock_all_that_waits_under_a_report(
    reported: Centre, two: list[object], ask: Callable[..., Result], tmp_path: Path, read_json: Callable[[Path], dict[str, Any]]
) -> None:
    output = ask(unlock, "--report", "BA-1", *two, "--json", tmp_path / "u.json").output
    assert "unlocked        3" in output
    assert {state(reported, record) for record in RECORDS} == {"READY"}
    assert read_json(tmp_path / "u.json") == {"report": "BA-1", "unlocked": [*RECORDS], "repeated": [], "refused": []}


def test_only_the_named_record_is_unlocked(reported: Centre, two: list[object], ask: Callable[..., Result]) -> None:
    ask(unlock, "--report", "BA-1", "--record", RECORDS[1], *two)
    assert [state(reported, record) for record in RECORDS] == ["REPORTED", "READY", "REPORTED"]


@pytest.mark.rule(25)
@pytest.mark.parametrize(("names", "refusal"), [
    (("verifier-1",), "NEEDS_PEOPLE"),
    (("verifier-1", "verifier-1"), "NEEDS_PEOPLE"),
    (("operator", "verifier-1"), "NOT_ALLOWED"),
])
def test_whoever_else_signs_unlocks_nothing(
    reported: Centre, line: Line, run: Callable[..., Result], names: tuple[str, ...], refusal: str
) -> None:
    keys = [word for name in names for word in ("--key", reported.person(name))]
    result = run(unlock, "--hub", URL, "--report", "BA-1", *keys)
    assert (result.exit_code, result.output.count(refusal)) == (1, 3)
    assert {state(reported, record) for record in RECORDS} == {"REPORTED"}


def test_a_record_that_is_not_in_the_report_is_refused(
    two: list[object], refused: Callable[..., tuple[Refused, str]]
) -> None:
    assert refused(unlock, "--report", "BA-1", "--record", "52.03-000009", *two)[0].refusal is Refusal.NOT_REPORTED


def test_a_report_nobody_accepted_is_refused(two: list[object], refused: Callable[..., tuple[Refused, str]]) -> None:
    why, _ = refused(unlock, "--report", "BA-9", *two)
    assert (why.refusal, why.facts) == (Refusal.UNKNOWN_REPORT, {"report": "BA-9"})


def test_two_people_sign_one_after_the_other(reported: Centre, ask: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "BA-1.unlock"
    ask(unlock, "--report", "BA-1", "--key", reported.person("verifier-1"), "--save", file)
    assert {state(reported, record) for record in RECORDS} == {"REPORTED"}
    output = ask(unlock, "--from", file, "--key", reported.person("verifier-2")).output
    assert f"Report BA-1: {', '.join(RECORDS)}" in output
    assert {state(reported, record) for record in RECORDS} == {"READY"}


def test_the_file_may_be_sent_again(reported: Centre, ask: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "BA-1.unlock"
    ask(unlock, "--report", "BA-1", "--key", reported.person("verifier-1"), "--save", file)
    ask(unlock, "--from", file, "--key", reported.person("verifier-2"))
    before = reported.store.position()
    output = ask(unlock, "--from", file, "--key", reported.person("verifier-2")).output
    assert "unlocked        0\nalready before  3" in output
    assert reported.store.position() == before


def test_a_file_nobody_saved_is_not_signed(
    reported: Centre, tmp_path: Path, refused: Callable[..., tuple[Refused, str]]
) -> None:
    file = tmp_path / "BA-1.unlock"
    key = reported.person("verifier-2")
    for text in ("", "{}", '{"format":"ektp-unlock/1","report":"BA-1","envelopes":[]}', '{"format":"x","report":"","envelopes":["{}"]}'):
        file.write_text(text)
        why, _ = refused(unlock, "--from", file, "--key", key)
        assert (why.refusal, why.facts["file"]) == (Refusal.BAD_FILE, str(file))


def test_another_ask_in_the_file_is_not_signed(
    reported: Centre, ask: Callable[..., Result], tmp_path: Path, refused: Callable[..., tuple[Refused, str]]
) -> None:
    """Somebody who changes the file must not get a signature for something else."""
    file = tmp_path / "BA-1.unlock"
    file.write_text(json.dumps({"format": "ektp-unlock/1", "report": "BA-1", "envelopes": [reported.sent[0].decode()]}))
    why, _ = refused(unlock, "--from", file, "--key", reported.person("verifier-2"))
    assert why.refusal is Refusal.BAD_FILE


def test_asks_about_another_report_are_not_signed(
    reported: Centre, ask: Callable[..., Result], tmp_path: Path, refused: Callable[..., tuple[Refused, str]]
) -> None:
    from ektp_cli.asking import signed_ask
    from ektp_core.flow.reporting import Unlock
    from ektp_keys.key_file import load_key

    signer = load_key(Path(reported.person("verifier-1")))
    digest = reported.view(reads.report_locks, "BA-1")["digest"]
    file, key = tmp_path / "BA-1.unlock", reported.person("verifier-2")
    for body, refusal in (
        (Unlock(RECORDS[0], 1, "00" * 32), Refusal.OTHER_REPORT),
        (Unlock(RECORDS[0], 2, digest), Refusal.STALE_ATTEMPT),
    ):
        one = signed_ask(body, [signer]).decode()
        file.write_text(json.dumps({"format": "ektp-unlock/1", "report": "BA-1", "envelopes": [one]}))
        assert refused(unlock, "--from", file, "--key", key)[0].refusal is refusal
    assert state(reported, RECORDS[0]) == "REPORTED"


def test_both_ways_at_once_are_refused(reported: Centre, line: Line, run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("")
    for more in ([], ["--report", "BA-1", "--from", file], ["--from", file, "--save", file]):
        assert run(unlock, "--hub", URL, "--key", reported.person("verifier-1"), *more).exit_code == 2

"""`ektp import`: good rows go in once and only once, bad rows are listed, nobody's number is said."""

import json
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ektp_cli import importing
from ektp_cli.asking import now_ms
from ektp_cli.import_command import import_records
from ektp_cli.importing import import_file
from ektp_client.hub_client import HubClient
from ektp_core.boundary.uplink import AskTaken
from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.wire.asks import read_ask
from ektp_core.wire.envelope import Envelope
from ektp_data.csv_records import Batch, read_records, write_records
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions
from ektp_hub import reads
from ektp_keys.key_file import load_key
from tests.cli.centre import OFFICE, URL, Centre, Line

DEMO = Path(str(files("ektp_data") / "demo"))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return Path(shutil.copy(DEMO / "people.csv", tmp_path))


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    return Path(shutil.copy(DEMO / "messy.csv", tmp_path))


@pytest.fixture
def bring(run: Callable[..., Result], line: Line, centre: Centre) -> Callable[..., Result]:
    def invoke(path: Path, *more: object) -> Result:
        return run(import_records, path, "--hub", URL, "--key", centre.person("operator"), "--office", OFFICE, *more)

    return invoke


def niks_in(path: Path) -> list[str]:
    return [row.record.nik.reveal() for row in read_records(path.read_bytes(), load_regions()).rows]


def ids(centre: Centre) -> list[str]:
    return [read_ask(Envelope.from_json(raw).payload)[0].id for raw in centre.sent]


def an_hour_goes_by(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    centre.late_ms = 3_600_000
    monkeypatch.setattr(importing, "now_ms", lambda: now_ms() + 3_600_000)


def records(centre: Centre) -> int:
    return int(centre.view(reads.states)["records"])


def test_every_row_of_a_clean_file_is_entered(centre: Centre, people: Path, bring: Callable[..., Result]) -> None:
    result = bring(people)
    assert result.exit_code == 0
    assert records(centre) == 200
    assert "entered         200 (52.03-000001 to 52.03-000200)" in result.output


@pytest.mark.rule(42)
def test_the_command_says_that_it_was_signed_at_import_and_by_whom(people: Path, bring: Callable[..., Result]) -> None:
    assert "Signed at import by operator (key " in bring(people).output


def test_a_second_import_enters_nothing_and_sends_the_same_bytes(
    centre: Centre, people: Path, bring: Callable[..., Result]
) -> None:
    bring(people)
    first, centre.sent = centre.sent, []
    result = bring(people)
    assert (result.exit_code, records(centre)) == (0, 200)
    assert "entered         0\nalready there   200" in result.output
    assert centre.sent == first


def test_after_a_lost_link_the_same_command_goes_on(
    centre: Centre, line: Line, people: Path, bring: Callable[..., Result]
) -> None:
    line.cut = 2
    broken = bring(people)
    assert isinstance(broken.exception, Refused)
    assert broken.exception.refusal is Refusal.NOT_REACHED
    assert "not sent        100" in broken.output
    line.cut = None
    result = bring(people)
    assert "entered         100 (52.03-000101 to 52.03-000200)\nalready there   100" in result.output
    assert records(centre) == 200


def test_an_answer_that_was_lost_on_its_way_enters_nobody_twice(
    centre: Centre, line: Line, people: Path, bring: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    through = Line.handle_request

    def lost(self: Line, request: Any) -> Any:
        import httpx

        through(self, request)
        raise httpx.ReadTimeout("the answer was lost", request=request)

    with monkeypatch.context() as during:
        during.setattr(Line, "handle_request", lost)
        assert bring(people).exit_code == 1
    assert records(centre) == 50
    assert "already there   50" in bring(people).output
    assert records(centre) == 200


def test_rows_never_taken_are_signed_anew_when_they_became_too_old(
    centre: Centre, line: Line, people: Path, bring: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    line.cut = 1
    bring(people)
    made = ids(centre)
    line.cut, centre.sent = None, []
    an_hour_goes_by(centre, monkeypatch)
    result = bring(people)
    assert "entered         150 (52.03-000051 to 52.03-000200)\nalready there   50" in result.output
    assert made == ids(centre)[:50]
    assert (records(centre), len(set(ids(centre)))) == (200, 200)


def test_a_row_first_sent_long_ago_keeps_its_id(
    centre: Centre, line: Line, people: Path, bring: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    line.cut = 0
    bring(people)
    journal = people.with_name("people.csv.sent.jsonl").read_text().splitlines()
    noted = [json.loads(one)["id"] for one in journal[1:]]
    line.cut = None
    an_hour_goes_by(centre, monkeypatch)
    bring(people)
    assert len(noted) == 50
    assert ids(centre)[:50] == ids(centre)[50:100] == noted
    assert records(centre) == 200


def test_bad_rows_are_listed_and_the_good_ones_proceed(
    centre: Centre, messy: Path, tmp_path: Path, bring: Callable[..., Result], read_json: Callable[[Path], dict[str, Any]]
) -> None:
    result = bring(messy, "--json", tmp_path / "found.json")
    found = read_json(tmp_path / "found.json")
    expected = read_records(messy.read_bytes(), load_regions())
    assert result.exit_code == 0
    assert found["counts"] == {"entered": 10, "repeated": 0, "twice": 0, "refused": 0, "bad": 16, "unsent": 0}
    assert [(one["line"], one["column"]) for one in found["bad"]] == [(one.line, one.column) for one in expected.bad]
    assert all(f" {one.line} " in result.output and one.column in result.output for one in expected.bad)
    assert len(found["warnings"]) == 2
    assert records(centre) == 10


def test_a_corrected_file_enters_only_what_is_new(centre: Centre, messy: Path, bring: Callable[..., Result]) -> None:
    bring(messy)
    text = messy.read_text("utf-8")
    assert text.count("3/5") == 1
    messy.write_text(text.replace("3/5", "003/005"), "utf-8")
    assert "entered         1 (52.03-000011 to 52.03-000011)\nalready there   10" in bring(messy).output
    assert records(centre) == 11


def test_what_the_hub_refuses_is_listed_with_its_line(
    centre: Centre, people: Path, messy: Path, tmp_path: Path, bring: Callable[..., Result]
) -> None:
    bring(people)
    result = bring(messy, "--json", tmp_path / "found.json")
    (one,) = json.loads((tmp_path / "found.json").read_text())["refused"]
    assert (one["code"], one["facts"]) == ("PERSON_HAS_OPEN_RECORD", {"record": "52.03-000001"})
    assert f" {one['line']} " in result.output and "PERSON_HAS_OPEN_RECORD" in result.output


def test_reasons_are_in_the_users_language(
    messy: Path, bring: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EKTP_LANG", "id")
    output = bring(messy).output
    assert "tidak mungkin benar" in output and "cannot be right" not in output


def test_nobodys_number_stands_in_what_is_said_or_written(
    people: Path, messy: Path, tmp_path: Path, bring: Callable[..., Result]
) -> None:
    for path in (people, messy, people):
        niks = niks_in(path)
        result = bring(path, "--json", tmp_path / "found.json")
        said = result.output + result.stderr + (tmp_path / "found.json").read_text("utf-8")
        said += path.with_name(f"{path.name}.sent.jsonl").read_text("utf-8")
        assert len(niks) >= 10
        assert [nik for nik in niks if nik in said] == []


def test_a_file_of_which_the_hub_has_nothing_fails(
    centre: Centre, messy: Path, bring: Callable[..., Result], run: Callable[..., Result]
) -> None:
    lines = messy.read_text("utf-8").splitlines(keepends=True)
    messy.write_text(lines[0] + lines[-1], "utf-8")
    result = bring(messy)
    assert (result.exit_code, centre.sent) == (1, [])
    assert "bad rows        1" in result.output


def test_a_file_that_is_none_is_refused_by_its_name(tmp_path: Path, bring: Callable[..., Result]) -> None:
    path = tmp_path / "photo.csv"
    path.write_bytes(b"\xff\xd8\xff\xe0")
    result = bring(path)
    assert isinstance(result.exception, Refused)
    assert (result.exception.refusal, result.exception.facts["file"]) == (Refusal.BAD_FILE, str(path))


def test_a_record_signed_by_somebody_without_the_role_is_refused(
    centre: Centre, people: Path, line: Line, run: Callable[..., Result]
) -> None:
    result = run(import_records, people, "--hub", URL, "--key", centre.person("verifier-1"), "--office", OFFICE)
    assert (result.exit_code, records(centre)) == (1, 0)
    assert "NOT_ALLOWED" in result.output


def test_two_keys_for_one_import_are_refused(
    centre: Centre, people: Path, line: Line, run: Callable[..., Result]
) -> None:
    key = centre.person("operator")
    result = run(import_records, people, "--hub", URL, "--key", key, "--key", key, "--office", OFFICE)
    assert isinstance(result.exception, Refused)
    assert (result.exception.facts["field"], centre.sent) == ("--key", [])


def test_the_same_is_had_without_a_terminal(centre: Centre, line: Line, people: Path) -> None:
    from ektp_client import hub_client

    signer = load_key(Path(centre.person("operator")))
    moved: list[tuple[int, int]] = []
    hub: HubClient = hub_client.HubClient(URL)
    found = import_file(hub, people, signer, OFFICE, progress=lambda done, total: moved.append((done, total)))
    assert (len(found.entered), found.entered[0].record, found.entered[0].line) == (200, "52.03-000001", 2)
    assert moved == [(50, 200), (100, 200), (150, 200), (200, 200)]


@pytest.mark.rule(20)
def test_a_person_from_elsewhere_is_served_for_a_lost_card_and_a_purpose(
    centre: Centre, bring: Callable[..., Result], tmp_path: Path
) -> None:
    away = tmp_path / "away.csv"
    made = synthetic_people(5, 40, "31.71", load_regions())
    lost = next(one for one in made if one.reason is Reason.LOST and one.previous is PreviousCard.DECLARED_LOST)
    away.write_bytes(write_records([lost]))
    result = bring(away)
    assert result.exit_code == 1 and "purpose" in result.output
    assert "entered         1 " in bring(away, "--purpose", "flies home tomorrow").output


@pytest.mark.rule(20)
def test_a_first_card_is_not_made_away_from_home(bring: Callable[..., Result], tmp_path: Path) -> None:
    away = tmp_path / "away.csv"
    made = synthetic_people(5, 40, "31.71", load_regions())
    away.write_bytes(write_records([next(one for one in made if one.reason is Reason.FIRST)]))
    result = bring(away, "--purpose", "because")
    assert result.exit_code == 1 and "NOT_HOME_OFFICE" in result.output


@pytest.mark.rule(2)
def test_a_person_recorded_elsewhere_first_is_listed_for_judgement(people: Path, centre: Centre) -> None:
    """The hub answers with a line to be judged and no record."""
    rows = read_records(people.read_bytes(), load_regions())
    noted = AskTaken(7, True, ({"kind": "DuplicateNoted", "record": "52.01-000009"},))
    batch = Batch(rows.rows[:1], ())
    found = importing._sorted_out(batch, [(2, noted)], None)  # what the command shows of it
    assert [(one.line, one.record) for one in found.twice] == [(2, "52.01-000009")]
    assert found.entered == found.repeated == ()


def test_an_example_file_of_made_up_people_is_one_that_is_taken(
    tmp_path: Path, bring: Callable[..., Result], centre: Centre
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(CliRunner().invoke(import_records, ["--example", "3"]).output, "utf-8")
    assert len(niks_in(path)) == 3
    assert bring(path).exit_code == 0
    assert centre.view(reads.states)["records"] == 3


def test_a_file_without_end_is_refused_by_its_name(
    bring: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LIMIT_BYTES", 1_000)
    result = bring(Path("/dev/zero"))
    assert isinstance(result.exception, Refused) and result.exception.facts["file"] == "/dev/zero"

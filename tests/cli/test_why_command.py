"""`ektp why` and `ektp proposals`: one plain sentence for a person, a list answered line by line (rules 20, 34)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ektp_cli.import_command import import_records
from ektp_cli.proposal_lines import read_proposal
from ektp_cli.proposals_command import answer, send, show, waiting
from ektp_cli.why_command import why
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.founding import NewKey, NewOfficer, Register
from ektp_core.vocabulary.role import Hand, Role
from ektp_keys.key_file import create_key, load_key
from tests.cli.centre import OFFICE, URL, Centre, Line

pytestmark = [pytest.mark.rule(20), pytest.mark.rule(34)]

DEMO = Path(__file__).parents[2] / "src" / "ektp_data" / "demo" / "people.csv"


def imported(centre: Centre, ask: Callable[..., Result], folder: Path, count: int) -> list[str]:
    """So many made-up people at the hub; their NIKs."""
    head, *rows = DEMO.read_text("utf-8").splitlines(keepends=True)
    people = folder / "people.csv"
    people.write_text("".join([head, *rows[:count]]), "utf-8")
    ask(import_records, people, "--key", centre.person("operator"), "--office", OFFICE)
    at = head.strip().lower().split(",").index("nik")
    return [row.split(",")[at] for row in rows[:count]]


def head_of_section(centre: Centre, folder: Path) -> Path:
    path = folder / "head.key"
    key = create_key(path, "head", Hand.OFFICER, None)
    body = Register(
        officers=(NewOfficer("head", "Kasi", OFFICE, (Role.SECTION_HEAD,)),),
        keys=(NewKey(key.key_id, "head", Hand.OFFICER, key.public.hex()),),
    )
    keys = [load_key(Path(centre.person(name))).key_id for name in ("verifier-1", "verifier-2")]
    centre.take(body, *keys, name="head")
    return path


def asked(centre: Centre, nik: str, *more: str) -> Result:
    arguments = ["--hub", URL, "--key", str(centre.person("operator")), *more]
    return CliRunner().invoke(why, arguments, input=f"{nik}\n")


def test_a_person_is_answered_in_one_sentence_and_what_to_do(
    centre: Centre, line: Line, ask: Callable[..., Result], tmp_path: Path
) -> None:
    nik, *_ = imported(centre, ask, tmp_path, 1)
    said = asked(centre, nik).stdout
    assert "station/52.03/1 has no free blank it can print on." in said
    assert "Issue blanks to the station, or ask for an allotment." in said
    assert nik not in said
    assert json.loads(asked(centre, nik, "--json").stdout)["why"] == "no-blanks"


def test_the_nik_has_no_place_on_the_command_line() -> None:
    assert not [one for one in why.params if one.param_type_name == "argument"]
    assert "nik" not in {one.name for one in why.params}


def test_what_is_no_nik_is_refused(centre: Centre, line: Line) -> None:
    found = asked(centre, "12345").exception
    assert isinstance(found, Refused) and found.refusal is Refusal.BAD_NIK


def test_a_list_is_sent_answered_and_shown_by_its_lines(
    centre: Centre, line: Line, ask: Callable[..., Result], tmp_path: Path, read_json: Callable[[Path], dict[str, Any]]
) -> None:
    first, second = imported(centre, ask, tmp_path, 2)
    listed = tmp_path / "usulan.csv"
    listed.write_text(f"NIK;alasan\n{first};berangkat haji\n{second};sakit\n5203054408999009;tugas\n", "utf-8")
    about = ("--office", OFFICE, "--proposal", "USUL-7")
    assert "with 3 lines" in ask(send, *about, "--key", centre.person("operator"), listed).output
    assert "not answered yet" in ask(show, *about).output
    waits = ask(waiting, "--office", OFFICE, "--json", tmp_path / "waiting.json")
    assert "operator/" in waits.output and len(read_json(tmp_path / "waiting.json")["waiting"]) == 1
    key = head_of_section(centre, tmp_path)
    said = " ".join(ask(answer, *about, "--key", key, "--decline", "2", "no papers").output.split())
    for sentence in (
        "Moved to the front: record 52.03-000001.",
        "The section head did not agree: no papers.",
        "Nothing waits to be printed for this person: no record was brought in.",
    ):
        assert sentence in said
    ask(show, *about, "--json", tmp_path / "found.json")
    assert [one["answer"] for one in read_json(tmp_path / "found.json")["lines"]] == [
        "lifted-now", "declined", "not-known",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected", "field"),
    [
        (b"\xff", Refusal.BAD_FILE, None),
        (b"", Refusal.BAD_FILE, None),
        (b"name,reason\n", Refusal.BAD_FILE, None),
        (b"nik\n", Refusal.BAD_FILE, None),
        (b"nik,reason\n5203054408999001\n", Refusal.BAD_VALUE, "line 2"),
        (b"nik,reason\n\n5.2E+15,x\n", Refusal.BAD_NIK, "line 3: nik"),
    ],
)
def test_what_is_no_list_is_refused_by_line(text: bytes, expected: Refusal, field: str | None) -> None:
    with pytest.raises(Refused) as raised:
        read_proposal(text, "usulan.csv")
    assert raised.value.refusal is expected
    assert raised.value.facts.get("field") == field

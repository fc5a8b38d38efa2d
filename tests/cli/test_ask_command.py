"""`ektp ask`: every kind of ask by a form."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ektp_cli.ask_command import ask as command
from ektp_cli.ask_forms import LIMIT_BYTES, about, blank_form, places, read_form, write_form
from ektp_cli.showing import show_named
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import fill
from ektp_core.flow.destroying import Destroy
from ektp_core.flow.printing import Withdraw
from ektp_core.flow.rows import LostStation
from ektp_core.flow.silence import DeclareStationLost
from ektp_core.wire.asks import KINDS
from ektp_data.texts import translator
from tests.cli.centre import Centre, Station


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_form_that_names_its_fields(kind: str) -> None:
    body = blank_form(kind)["body"]
    assert isinstance(body, dict)
    assert set(body) == {one.name for one in places(kind) if "." not in one.name}
    json.dumps(body)


def test_the_kinds_are_listed_with_what_they_do(run: Callable[..., Result]) -> None:
    output = run(command, "kinds").output
    assert output.count("\n") == len(KINDS)
    assert "declare-station-lost" in output and "Declare a station gone" in output


def test_kinds_and_places_of_a_form_are_told_in_indonesian(
    tmp_path: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EKTP_LANG", "id")
    assert "Menyatakan mesin cetak hilang: dicuri" in run(command, "kinds").output
    said = run(command, "form", "destroy", tmp_path / "destroy.json").output
    assert "daftar berisi: [teks, bilangan bulat, bilangan bulat]" in said
    assert "1 = CUT | 2 = BURN" in said and "Project-Id-Version" not in said


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_place_of_every_form_is_told_in_indonesian(kind: str) -> None:
    """But choices, which are written as they stand."""
    told = {one.expects for one in places(kind) if " | " not in one.expects}
    indonesian = translator("id")
    assert {one for one in told if indonesian.text("{form}", form=one) == one} <= {"base64"}


def test_a_form_filled_in_is_an_ask(tmp_path: Path, run: Callable[..., Result]) -> None:
    path = tmp_path / "lost.json"
    said = run(command, "form", "declare-station-lost", path).output
    assert "letter_date" in said and "text" in said
    form: dict[str, Any] = json.loads(path.read_text())
    form["body"].update(station="station/52.03/1", letter="470/12", letter_date="2018-11-19")
    path.write_text(json.dumps(form))
    assert read_form(path) == DeclareStationLost("station/52.03/1", "470/12", "2018-11-19")


def test_what_is_sent_is_written_and_said(
    tmp_path: Path, centre: Centre, supplied: Station, ask: Callable[..., Result]
) -> None:
    path = tmp_path / "lost.json"
    body = {"station": "station/52.03/1", "letter": "470/12", "letter_date": "2018-11-19"}
    path.write_text(json.dumps({"kind": "declare-station-lost", "body": body}))
    keys = ("--key", centre.person("verifier-1"), "--key", centre.person("verifier-2"))
    assert "Written as commit" in ask(command, "send", path, *keys).output
    with centre.store.read() as view:
        assert view.row(LostStation, "station/52.03/1") is not None


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("{", Refusal.BAD_FILE),
        ("[]", Refusal.BAD_FILE),
        ('{"kind": "destroy"}', Refusal.BAD_FILE),
        ('{"kind": "no-such-kind", "body": {}}', Refusal.MALFORMED),
        ('{"kind": "withdraw", "body": {}}', Refusal.MALFORMED),
        ('{"kind": "withdraw", "body": {"record": "52.03-000001", "why": "died", "extra": 1}}', Refusal.MALFORMED),
        ('{"kind": "withdraw", "body": {"record": 7, "why": "died"}}', Refusal.MALFORMED),
    ],
)
def test_a_form_that_does_not_fit_is_refused_by_field(tmp_path: Path, text: str, refusal: Refusal) -> None:
    path = tmp_path / "form.json"
    path.write_text(text)
    with pytest.raises(Refused) as caught:
        read_form(path)
    assert caught.value.refusal is refusal


@pytest.mark.parametrize(
    "text",
    ['{"kind": "withdraw", "body": ' + "[" * 200_000, '{"kind": "settle", "body": {"n": ' + "9" * 9_000 + "}}"],
    ids=["brackets", "digits"],
)
def test_brackets_and_digits_without_end_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "form.json"
    path.write_text(text)
    with pytest.raises(Refused):
        read_form(path)


def test_of_a_file_without_end_no_more_is_read_than_a_form_can_have() -> None:
    with pytest.raises(Refused) as caught:
        read_form(Path("/dev/zero"))
    assert (caught.value.refusal, caught.value.facts["shape"]) == (Refusal.BAD_FILE, f"{LIMIT_BYTES + 1} bytes")


def test_a_form_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "form.json"
    path.write_text('﻿{"kind": "withdraw", "body": {"record": "52.03-000001", "why": "died"}}', "utf-8")
    assert read_form(path) == Withdraw("52.03-000001", "died")


def test_a_form_is_never_written_over_a_file(tmp_path: Path, run: Callable[..., Result]) -> None:
    path = tmp_path / "lost.json"
    path.write_text("filled in")
    result = run(command, "form", "declare-station-lost", path)
    assert isinstance(result.exception, Refused) and result.exception.facts["shape"] == "it exists already"
    assert path.read_text() == "filled in"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_form_decides_nothing_beforehand(kind: str, tmp_path: Path) -> None:
    """Every choice, count and yes that must be given is an empty place, and sent so it is refused."""
    needed = {one.name: one.expects for one in places(kind) if not one.optional and "." not in one.name}
    body = blank_form(kind)["body"]
    assert isinstance(body, dict)
    assert all(body[name] in ("", None, []) or isinstance(body[name], dict) for name in needed)
    if any(body[name] in ("", None) and expects not in ("text", "base64") for name, expects in needed.items()):
        path = tmp_path / "form.json"
        write_form(kind, path)
        with pytest.raises(Refused) as caught:
            read_form(path)
        assert caught.value.refusal is Refusal.MALFORMED


@pytest.mark.parametrize("method", ["CUT", 1])
def test_a_numbered_choice_is_taken_by_its_name_too(method: object, tmp_path: Path) -> None:
    form = destruction(method)
    path = tmp_path / "form.json"
    path.write_text(json.dumps(form))
    assert read_form(path) == fill(destruction(1)["body"], Destroy, "destroy")


def test_a_name_that_is_none_of_the_choices_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "form.json"
    path.write_text(json.dumps(destruction("EAT")))
    with pytest.raises(Refused) as caught:
        read_form(path)
    assert caught.value.refusal is Refusal.MALFORMED


def destruction(method: object) -> dict[str, Any]:
    form: dict[str, Any] = blank_form("destroy")
    assert form["body"]["method"] == "" == form["body"]["old_cards"]
    return {**form, "body": {**form["body"], "method": method, "old_cards": 0}}


def test_on_a_screen_the_kinds_are_folded_between_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show_named([(kind, about(kind)) for kind in sorted(KINDS)])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    words = " ".join(lines).split()
    assert all(word in words for kind in KINDS for word in about(kind).split())


def test_a_form_of_an_unknown_kind_is_not_made(tmp_path: Path, run: Callable[..., Result]) -> None:
    result = run(command, "form", "no-such-kind", tmp_path / "x.json")
    assert isinstance(result.exception, Refused) and not (tmp_path / "x.json").exists()

"""`ektp daily read`: a report is read and added up without a hub; what is wrong is an exit code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ektp_cli.daily_command import read
from ektp_core.errors import Refusal, Refused
from ektp_data.daily_text import LIMIT_BYTES

pytestmark = pytest.mark.rule(32)

SOUND = "Tanggal: 19-11-2018\nStok awal: 1.250\nCetak baru: 10\nGagal cetak: 1\nSisa blangko: 1.239\n"

Run = Callable[..., Result]
ReadJson = Callable[[Path], list[dict[str, Any]]]


@pytest.fixture
def message(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "report.txt"
        path.write_text(text)
        return path

    return write


def test_a_report_that_adds_up_is_shown_and_the_exit_code_is_nought(
    run: Run, message: Callable[[str], Path], tmp_path: Path, read_json: ReadJson
) -> None:
    result = run(read, message(SOUND), "--json", tmp_path / "found.json")
    assert result.exit_code == 0
    assert "it adds up" in result.output and "1,239" in result.output and "2018-11-19" in result.output
    (found,) = read_json(tmp_path / "found.json")
    assert found["columns"] == {"printed_first": 10, "opening": 1_250, "spoiled": 1, "remaining": 1_239}
    assert (found["sums"]["blanks"]["difference"], found["not_understood"]) == (0, [])
    assert "received" in found["sums"]["blanks"]["unsaid"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SOUND.replace("1.239", "1.230"), "9 blanks are unaccounted for"),
        (SOUND.replace("1.239", "1.240"), "1 blanks more than there were"),
        (f"{SOUND}Total cetak: 12\n", "2 cards between the total and the reasons"),
        (f"{SOUND}Rusak: 3\n", "line 6 was not understood"),
    ],
)
def test_what_does_not_add_up_or_is_not_understood_is_said_and_is_exit_code_one(
    run: Run, message: Callable[[str], Path], text: str, said: str
) -> None:
    result = run(read, message(text))
    assert result.exit_code == 1 and said in result.output


def test_a_report_that_says_too_little_is_no_error_and_names_what_is_missing(
    run: Run, message: Callable[[str], Path]
) -> None:
    result = run(read, message("Sisa blangko: 5\n"))
    assert result.exit_code == 0
    assert "missing: blanks at the day's start, good cards" in result.output


def test_columns_have_their_names_of_the_forms_in_indonesian(
    run: Run, message: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EKTP_LANG", "id")
    result = run(read, message(SOUND))
    assert "Sisa blangko" in result.output and "1.239" in result.output


def test_a_sheet_of_several_offices_is_shown_one_by_one(run: Run, message: Callable[[str], Path]) -> None:
    result = run(read, message("Tanggal;Kode;PRR;Sisa\n2018-11-19;52.03;1;5\n2018-11-19;52.01;2;6\n"))
    assert result.exit_code == 0
    assert "office/52.03" in result.output and "office/52.01" in result.output


@pytest.mark.parametrize("text", ["Selamat sore", ""])
def test_a_file_without_a_report_is_refused_by_its_name(run: Run, message: Callable[[str], Path], text: str) -> None:
    result = run(read, message(text))
    assert isinstance(result.exception, Refused) and result.exception.refusal is Refusal.BAD_FILE
    assert str(result.exception.facts["file"]).endswith("report.txt")


def test_what_a_pasted_message_would_do_to_the_screen_is_not_done(run: Run, message: Callable[[str], Path]) -> None:
    """Escapes that clear the screen or name the window, and marks that turn a line round."""
    output = run(read, message("Sisa: 5\nx 5 \x1b[2J\x1b]0;pwn\x07 \x9b31m \u202e7\n")).output
    assert "line 2 was not understood" in output and "pwn" in output
    assert all(letter.isprintable() or letter == "\n" for letter in output)


@pytest.mark.rule(40)
def test_a_citizens_number_in_pieces_is_not_said_again(run: Run, message: Callable[[str], Path], tmp_path: Path) -> None:
    text = "Sisa: 5\nwarga 5203 0141 0190 0001 gagal\nwarga 52-03-01-410190-0001 gagal\n"
    result = run(read, message(text), "--json", tmp_path / "found.json")
    assert result.output.count("warga 5203************ gagal") == 2
    assert "0190" not in result.output + (tmp_path / "found.json").read_text()


def test_two_reports_in_one_message_are_not_added_up(
    run: Run, message: Callable[[str], Path], tmp_path: Path, read_json: ReadJson
) -> None:
    text = (
        "Tanggal: 19/11/2018\nDinas: 52.03\nStok awal: 100\nCetak baru: 10\n"
        "Tanggal: 19/11/2018\nDinas: 52.01\nGagal cetak: 0\nSisa: 90\n"
    )
    result = run(read, message(text), "--json", tmp_path / "found.json")
    assert result.exit_code == 1 and "it adds up" not in result.output
    assert "two reports in one" in result.output and "nothing is added up" in result.output
    (found,) = read_json(tmp_path / "found.json")
    assert (found["office"], found["date"], found["is_mixed"], found["sums"]) == ("", "2018-11-19", True, {})


def test_of_a_file_without_end_no_more_is_read_than_a_report_can_have(run: Run) -> None:
    result = run(read, "/dev/zero")
    assert isinstance(result.exception, Refused) and result.exception.refusal is Refusal.BAD_FILE
    assert result.exception.facts["file"] == "/dev/zero"
    assert result.exception.facts["shape"] == f"{LIMIT_BYTES + 1} bytes"


def test_a_file_that_is_not_there_is_refused_by_its_name(run: Run, tmp_path: Path) -> None:
    result = run(read, tmp_path / "nothing.txt")
    assert isinstance(result.exception, Refused)
    assert result.exception.facts["file"] == str(tmp_path / "nothing.txt")

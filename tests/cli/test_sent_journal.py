"""The journal of what was sent: on the disk before anything leaves, and silent about people."""

import json
import stat
from pathlib import Path

import pytest

from ektp_cli.sent_journal import Sent, SentJournal
from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.role import Hand
from ektp_keys.key_file import FileSigner, create_key

ROW = b'{"nik":"5203054408999001"}'


@pytest.fixture
def signer(tmp_path: Path) -> FileSigner:
    return create_key(tmp_path / "a.key", "operator", Hand.OFFICER, None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.csv.sent.jsonl"


def test_what_was_kept_is_found_again(path: Path, signer: FileSigner) -> None:
    SentJournal.open(path, signer).keep({ROW: Sent("id-1", 7)})
    journal = SentJournal.open(path, signer)
    assert (journal.find(ROW), journal.find(ROW + b" ")) == (Sent("id-1", 7), None)


def test_of_two_notes_the_later_holds(path: Path, signer: FileSigner) -> None:
    journal = SentJournal.open(path, signer)
    journal.keep({ROW: Sent("id-1", 7)})
    journal.keep({ROW: Sent("id-1", 8)})
    assert journal.find(ROW) == SentJournal.open(path, signer).find(ROW) == Sent("id-1", 8)


def test_the_journal_says_nothing_about_anybody_without_the_signers_key(path: Path, signer: FileSigner, tmp_path: Path) -> None:
    SentJournal.open(path, signer).keep({ROW: Sent("id-1", 7)})
    other = create_key(tmp_path / "b.key", "other", Hand.OFFICER, None)
    assert SentJournal.open(path, other).find(ROW) is None
    assert "5203" not in json.loads(path.read_text().splitlines()[1])["row"] or "54408999001" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("torn", ['{"row": "ab', '{"row": "abcd", "id": "id-2", "at_ms"', "[1]\n"])
def test_a_line_that_was_cut_off_is_passed_over(path: Path, signer: FileSigner, torn: str) -> None:
    SentJournal.open(path, signer).keep({ROW: Sent("id-1", 7)})
    with path.open("a") as file:
        file.write(torn)
    journal = SentJournal.open(path, signer)
    journal.keep({b"another": Sent("id-3", 9)})
    again = SentJournal.open(path, signer)
    assert (again.find(ROW), again.find(b"another")) == (Sent("id-1", 7), Sent("id-3", 9))


def test_another_file_of_that_name_is_refused_and_left_as_it_is(path: Path, signer: FileSigner) -> None:
    path.write_text("my notes\n")
    with pytest.raises(Refused) as caught:
        SentJournal.open(path, signer)
    assert (caught.value.refusal, path.read_text()) == (Refusal.BAD_FILE, "my notes\n")


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_sent(tmp_path: Path, signer: FileSigner) -> None:
    with pytest.raises(Refused) as caught:
        SentJournal.open(tmp_path / "nowhere" / "x", signer)
    assert "--journal" in str(caught.value)

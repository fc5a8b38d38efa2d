"""Private files: closed to others from the first byte, and refused when they are not."""

import os
import stat
from pathlib import Path

import pytest
from attrs import frozen

from ektp_core.errors import Refused
from ektp_keys.private_file import read_private, write_private


@frozen
class Note:
    text: str


def test_a_private_file_is_read_back_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "note"
    before = os.umask(0)
    try:
        write_private(path, Note("x"))
    finally:
        os.umask(before)
    assert read_private(path, Note) == Note("x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "note"
    write_private(path, Note("first"))
    with pytest.raises(Refused, match="exists already"):
        write_private(path, Note("second"))
    assert read_private(path, Note) == Note("first")


def test_a_folder_that_is_not_there_is_named_in_the_refusal(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="BAD_FILE") as caught:
        write_private(tmp_path / "missing" / "note", Note("x"))
    assert "missing" in str(caught.value.facts["file"])


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o610])
def test_a_file_others_can_use_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "note"
    write_private(path, Note("x"))
    path.chmod(mode)
    with pytest.raises(Refused, match="chmod 600"):
        read_private(path, Note)


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b'{"text":7}', b'{"text":"a","text":"b"}', b'{"text":"a","more":1}', b"x" * 70_000]
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "note"
    path.write_bytes(raw)
    path.chmod(0o600)
    with pytest.raises(Refused, match="BAD_FILE"):
        read_private(path, Note)


def test_what_is_missing_or_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("nothing", "pipe", "."):
        with pytest.raises(Refused, match="BAD_FILE"):
            read_private(tmp_path / name, Note)


def test_a_disk_that_refuses_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="No space left"):
        write_private(tmp_path / "note", Note("x"))
    assert list(tmp_path.iterdir()) == []

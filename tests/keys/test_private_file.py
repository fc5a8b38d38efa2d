"""Private files: closed to others from the first byte, and refused when they are not."""

import os
import stat
from pathlib import Path

import pytest
from attrs import frozen

from ektp_core.errors import Refused
from ektp_keys.private_file import read_private, replace_private, write_private


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


class Killed(BaseException):
    """A power cut: nothing after it is done, no tidying either."""


def die(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize("moment", ["fdopen", "fsync", "link", "unlink"])
def test_cut_off_at_any_moment_the_name_is_free_or_the_file_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    path = tmp_path / "note"
    with monkeypatch.context() as cut:
        where: object = Path if moment == "unlink" else os
        cut.setattr(where, moment, die)
        with pytest.raises(Killed):
            write_private(path, Note("first"))
    if path.exists():
        assert read_private(path, Note) == Note("first")
        path.unlink()
    write_private(path, Note("second"))
    assert read_private(path, Note) == Note("second")
    assert [one.name for one in tmp_path.iterdir()] == ["note"]  # what was left is gone


def test_where_a_file_system_knows_no_second_names_a_new_file_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", cannot)
    write_private(tmp_path / "note", Note("first"))
    with pytest.raises(Refused, match="exists already"):
        write_private(tmp_path / "note", Note("second"))
    assert read_private(tmp_path / "note", Note) == Note("first") and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("moment", ["fdopen", "fsync", "replace"])
def test_cut_off_while_it_is_replaced_the_old_file_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    path = tmp_path / "note"
    write_private(path, Note("old"))
    with monkeypatch.context() as cut:
        cut.setattr(os, moment, die)
        with pytest.raises(Killed):
            replace_private(path, Note("new"))
    assert read_private(path, Note) == Note("old")
    replace_private(path, Note("new"))
    assert read_private(path, Note) == Note("new") and len(list(tmp_path.iterdir())) == 1
    with monkeypatch.context() as full:
        full.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(Refused, match="No space left"):
            replace_private(path, Note("newer"))
    assert read_private(path, Note) == Note("new") and len(list(tmp_path.iterdir())) == 1

"""Power cuts under the real store: whatever the disk keeps, nothing that was acknowledged is lost."""

import random
from pathlib import Path

import apsw
import pytest

from ektp_store import opening
from ektp_testing.power_cut.books import cut_power, main
from ektp_testing.power_cut.images import Create, Delete, Image, Mark, Op, Sync, Truncate, Write, images
from ektp_testing.power_cut.recorder import the_recorder

OPEN, ENCRYPTED = 45_000, 5_000


# -- the promise ------------------------------------------------------------------------------


def test_no_power_cut_loses_what_was_acknowledged(capsys: pytest.CaptureFixture[str]) -> None:
    found = cut_power(OPEN, seed=20_260_101)
    with capsys.disabled():
        print(f" [{found.images} images of {found.recordings} days in {found.seconds:.0f} s] ", end="")
    assert (found.losses, found.images) == ([], OPEN)


def test_no_power_cut_below_the_cipher_loses_what_was_acknowledged(capsys: pytest.CaptureFixture[str]) -> None:
    found = cut_power(ENCRYPTED, seed=20_260_102, encrypted=True)
    with capsys.disabled():
        print(f" [{found.images} images of {found.recordings} days in {found.seconds:.0f} s] ", end="")
    assert (found.losses, found.images) == ([], ENCRYPTED)


# -- faults put in on purpose are found ----------------------------------------------------------


@pytest.mark.parametrize("encrypted", [False, True], ids=["open", "encrypted"])
def test_a_commit_that_is_not_synced_is_found(monkeypatch: pytest.MonkeyPatch, encrypted: bool) -> None:
    monkeypatch.setattr(opening, "_SETTINGS", opening._SETTINGS.replace("synchronous = FULL", "synchronous = NORMAL"))
    found = cut_power(400, seed=3, encrypted=encrypted, stop_after=20)
    assert len(found.losses) >= 20
    assert "was acknowledged and the book ends at" in found.losses[0]


def test_a_disk_that_drops_syncs_is_found() -> None:
    assert len(cut_power(200, seed=4, drops_syncs=True, stop_after=3).losses) >= 3


def test_an_erasure_that_keeps_the_key_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ektp_store.sqlite.SqliteStore.erase", lambda self, digest, instead=None: True)
    losses = cut_power(3_000, seed=5, stop_after=1).losses
    assert losses and ("is back" in losses[0] or "took the place" in losses[0])


# -- the disk ---------------------------------------------------------------------------------


def left_by(*ops: Op, found: dict[str, bytes] | None = None) -> set[bytes | None]:
    """What a cut after these operations may leave of the file `a`."""
    made = images((*ops, Mark()), found or {}, random.Random(1), 200)
    return {one.files.get("a") for one in made if one.marks == 1}


def test_what_was_synced_is_in_every_image() -> None:
    begun = (Create("a"), Write("a", 0, b"one"), Sync("a"))
    assert left_by(*begun) == {b"one"}
    assert left_by(*begun, Write("a", 0, b"two")) == {b"one", b"two"}


def test_a_new_name_may_be_gone_until_its_first_sync() -> None:
    assert left_by(Create("a"), Write("a", 0, b"one")) == {None, b"", b"one"}
    assert left_by(Create("a"), Write("a", 0, b"one"), Sync("a")) == {b"one"}


def test_sectors_are_written_whole_or_not() -> None:
    contents = left_by(Write("a", 100, b"x" * 1436), found={"a": b"o" * 1536})
    parts = {tuple(content[at : at + 512] for at in (0, 512, 1024)) for content in contents if content}
    new = (b"o" * 100 + b"x" * 412, b"x" * 512, b"x" * 512)
    assert len(parts) == 8 and all(one in (b"o" * 512, made) for three in parts for one, made in zip(three, new, strict=True))


def test_unsynced_writes_come_through_in_any_order() -> None:
    assert left_by(Write("a", 0, b"1"), Write("a", 0, b"2"), found={"a": b"0"}) == {b"0", b"1", b"2"}


def test_a_truncation_may_be_undone() -> None:
    assert left_by(Truncate("a", 2), found={"a": b"long"}) == {b"long", b"lo"}


def test_a_removed_file_may_come_back_until_its_folder_is_synced() -> None:
    found = {"a": b"old"}
    assert left_by(Delete("a", False), found=found) == {None, b"old"}
    assert left_by(Delete("a", False), Create("b"), Sync("b"), found=found) == {None}
    assert left_by(Delete("a", True), found=found) == {None}


def test_the_same_seed_gives_the_same_images() -> None:
    ops: list[Op] = [Write("a", at * 700, b"x" * 900) for at in range(9)]
    first, second = (list(images(ops, {"a": b""}, random.Random(7), 50)) for _ in range(2))
    assert first == second and len(first) == 50
    assert len({one.files["a"] for one in first}) == 50


def test_an_image_in_a_folder_is_all_there_is(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"left over")
    Image(1, 0, "kept", {"a": b"1"}).write(tmp_path)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"a": b"1"}


def test_the_recorder_notes_what_the_engine_does(tmp_path: Path) -> None:
    recorder = the_recorder()
    recorder.begin()
    connection = apsw.Connection(str(tmp_path / "x.db"), vfs=recorder.name)
    connection.execute("PRAGMA synchronous = EXTRA; CREATE TABLE t(x)").fetchall()
    recorder.mark()
    connection.close()
    kinds = [(type(op).__name__, getattr(op, "file", "")) for op in recorder.ops]
    assert kinds[0] == ("Create", "x.db") and kinds[-1] == ("Mark", "")
    assert kinds.index(("Sync", "x.db-journal")) < kinds.index(("Write", "x.db")) < kinds.index(("Sync", "x.db"))
    assert Delete("x.db-journal", True) in recorder.ops


def test_the_program_prints_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--images", "60", "--seed", "2"]) == 0
    said = capsys.readouterr().out
    assert "open book: 54 images" in said and "encrypted book: 6 images" in said and "planted" in said

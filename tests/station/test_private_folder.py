"""A station's folder is its owner's alone; what others can read is refused with the command that mends it."""

from pathlib import Path

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_station.private_folder import check_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    for name in ("station.key", "station.db", "station.db-key", "station.db-wal", "station.toml"):
        (tmp_path / name).touch(mode=0o600)
    return tmp_path


def test_a_folder_of_its_owner_alone_is_taken(folder: Path) -> None:
    (folder / "station.toml").chmod(0o644)  # settings are no secret
    check_folder(folder)
    (folder / "station.db-wal").unlink()
    check_folder(folder)


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711, 0o770])
def test_a_folder_open_to_others_is_refused(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    with pytest.raises(Refused, match=f"chmod 700 {folder}") as caught:
        check_folder(folder)
    folder.chmod(0o700)
    assert caught.value.refusal is Refusal.BAD_FILE and f"{mode:04o}" in str(caught.value)


@pytest.mark.parametrize("name", ["station.key", "station.db", "station.db-key", "station.db-wal"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_private_file_open_to_others_is_refused_by_name(folder: Path, name: str, mode: int) -> None:
    (folder / name).chmod(mode)
    with pytest.raises(Refused, match=f"chmod 600 {folder / name}"):
        check_folder(folder)

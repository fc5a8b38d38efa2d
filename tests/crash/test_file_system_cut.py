"""The power of a whole file system is cut under the writer of a book: a loop device, ext4, and its shutdown call."""

import fcntl
import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ektp_core.flow.apply import apply
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import decide

pytestmark = [pytest.mark.slow, pytest.mark.processes]

#: The call by which ext4 (and xfs) stops at once, and its flag for a journal that is not flushed before.
SHUTDOWN, NO_FLUSH = 0x8004587D, 2
CUTS = 12
WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from ektp_store import opening
opening._SETTINGS = opening._SETTINGS.replace("synchronous = FULL", f"synchronous = {sys.argv[3]}")
from tests.store.writer import main
main(sys.argv[1])
"""


@contextmanager
def _mounted(device: str, at: Path) -> Iterator[Path]:
    subprocess.run(["mount", "-t", "ext4", device, str(at)], check=True, capture_output=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True, capture_output=True)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[str]:
    """A loop device with an empty ext4 on it."""
    missing = [name for name in ("losetup", "mkfs.ext4", "mount", "umount") if shutil.which(name) is None]
    if os.geteuid() != 0 or missing:
        pytest.skip(f"a power cut of a file system needs root, a loop device and ext4 (missing: {missing or 'root'})")
    image = tmp_path / "disk"
    image.touch()
    os.truncate(image, 48 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True, capture_output=True)
    made = subprocess.run(["losetup", "-f", "--show", str(image)], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no loop device on this machine: {made.stderr.strip()}")
    name = made.stdout.strip()
    yield name
    subprocess.run(["losetup", "-d", name], check=True, capture_output=True)


def _write_until_the_cut(folder: Path, until: int, synchronous: str) -> int:
    """Let a writer work until it acknowledged so many commits, cut the power; the last one it acknowledged."""
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", WRITER, str(folder / "book"), root, synchronous]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment) as process:
        assert process.stdout is not None
        last = 0
        for line in process.stdout:
            last = int(line)
            if last == until:
                break
        assert last >= until, "the writer ended by itself"
        there = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.ioctl(there, SHUTDOWN, struct.pack("I", NO_FLUSH))
        os.close(there)
        process.kill()
        # What it said after that was still acknowledged: a sync returned before the cut.
        return max([last, *(int(line) for line in process.stdout if line.endswith("\n"))])


def _cut(device: str, at: Path, more: int, synchronous: str = "FULL") -> tuple[int, int]:
    """One cut: acknowledged, and found when the file system is mounted again."""
    at.mkdir(exist_ok=True)
    with _mounted(device, at):
        before = 0
        if (at / "book").exists():
            store = SqliteStore(str(at / "book"), decide, apply)
            before = store.position().n
            store.close()
        told = _write_until_the_cut(at, before + more, synchronous)
    with _mounted(device, at):
        store = SqliteStore(str(at / "book"), decide, apply)
        found = store.position().n
        store.close()
        assert verify(str(at / "book"), apply).commits == found
    return told, found


def test_no_power_cut_of_the_file_system_loses_what_was_acknowledged(device: str, tmp_path: Path) -> None:
    dice = random.Random(7)
    for _ in range(CUTS):
        told, found = _cut(device, tmp_path / "mnt", dice.randrange(3, 150))
        assert found >= told


def test_a_book_that_is_not_synced_at_each_commit_is_caught_by_the_same_cut(device: str, tmp_path: Path) -> None:
    """A test that finds nothing where there is something to find is none."""
    lost = 0
    for _ in range(4):
        told, found = _cut(device, tmp_path / "mnt", 40, "NORMAL")
        lost += found < told
    assert lost

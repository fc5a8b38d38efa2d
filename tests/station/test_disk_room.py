"""A full disk: no new card is begun, and the one in the machine is written down to its end."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import apsw
import pytest

from ektp_core.boundary.store import Accepted, Payload, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_station.disk_room import FILE, NEARLY_FULL, DiskRoom, RoomyStore
from ektp_station.step_link import STOPPED
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import Move, TakeIn, asked, decide

ROOM_BYTES = 6 << 20
KEY = bytes(range(32))
Find = Callable[[str, str], str]


class Clock:
    def __init__(self) -> None:
        self.ms = 0

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def small_disk(tmp_path: Path, needs_system: Find) -> Iterator[Path]:
    """A real disk of six megabytes."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    mount, umount = needs_system("mount", "mount"), needs_system("umount", "mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run([mount, "-t", "tmpfs", "-o", f"size={ROOM_BYTES},mode=700", "ektp", str(folder)], check=False)
    if made.returncode:
        pytest.skip("this machine lets nobody mount a disk")
    yield folder
    subprocess.run([umount, str(folder)], check=True)


def filled(folder: Path, leave: int = 0) -> Path:
    """Somebody else's file takes all room but `leave` bytes."""
    other = folder / "somebody-elses.log"
    with other.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - leave))
    return other


def big(name: str) -> list[Payload]:
    return [Payload(name.encode() * 8, f"key-{name}", b"k" * 32, b"c" * 40_000)]


# -- on a real disk -----------------------------------------------------------------------------


def test_a_card_under_way_is_written_to_its_end_on_a_full_disk(small_disk: Path) -> None:
    clock = Clock()
    room = DiskRoom(small_disk, clock, low_bytes=1 << 20, reserve_bytes=1 << 20)
    assert room.look() == "" and (small_disk / FILE).stat().st_size == 1 << 20
    store = RoomyStore(SqliteStore(str(small_disk / "book"), decide, apply, key=KEY), room, (Move,))
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    other = filled(small_disk)
    clock.ms += 10_000
    assert room.look() == NEARLY_FULL  # no new card is begun
    for step in range(1, 10):
        (answer,) = store.commit([asked(f"step-{step}", Move(step, step, "centre", "x"), big(f"p{step}"))], step)
        assert isinstance(answer, Accepted)
    assert not (small_disk / FILE).exists()
    refused: list[Refusal] = []
    for step in range(10, 99):  # until that is not enough either
        try:
            store.commit([asked(f"step-{step}", Move(step, step, "centre", "x"), big(f"p{step}"))], step)
        except Refused as why:
            refused.append(why.refusal)
    assert set(refused) == {Refusal.BOOK_FULL}
    kept = store.position().n
    store.close()
    other.unlink()
    again = SqliteStore(str(small_disk / "book"), decide, apply, key=KEY)
    assert again.position().n == kept
    again.close()
    assert verify(str(small_disk / "book"), apply, key=KEY).commits == kept
    clock.ms += 10_000
    assert room.look() == "" and (small_disk / FILE).exists()


def test_a_start_on_a_full_disk_uses_what_was_set_aside(small_disk: Path) -> None:
    room = DiskRoom(small_disk, Clock(), low_bytes=1 << 20, reserve_bytes=1 << 20)
    room.look()
    store = SqliteStore(str(small_disk / "book"), decide, apply)
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    store.close()
    filled(small_disk)
    again = room.with_room(lambda: SqliteStore(str(small_disk / "book"), decide, apply))
    (answer,) = RoomyStore(again, room, (Move,)).commit([asked("m", Move(1, 1, "centre", "x"), big("p"))], 2)
    assert isinstance(answer, Accepted)
    again.close()


# -- everywhere ---------------------------------------------------------------------------------


class FullDisk:
    """A store over which the disk is full as long as the reserve lies there, or for ever."""

    def __init__(self, folder: Path, for_ever: bool = False) -> None:
        self.folder, self.for_ever, self.tried = folder, for_ever, 0

    def write(self) -> str:
        self.tried += 1
        if self.for_ever or (self.folder / FILE).exists():
            raise Refused(Refusal.BOOK_FULL, {"path": "book"})
        return "written"


def test_what_did_not_fit_is_written_where_the_reserve_lay(tmp_path: Path) -> None:
    room, disk = DiskRoom(tmp_path, Clock(), 0, 1 << 16), FullDisk(tmp_path)
    room.look()
    assert room.with_room(disk.write) == "written" and disk.tried == 2
    assert room.why == NEARLY_FULL


def test_a_disk_that_is_full_even_so_is_told(tmp_path: Path) -> None:
    room, disk = DiskRoom(tmp_path, Clock(), 0, 1 << 16), FullDisk(tmp_path, for_ever=True)
    room.look()
    with pytest.raises(Refused) as caught:
        room.with_room(disk.write)
    assert caught.value.refusal is Refusal.BOOK_FULL and disk.tried == 2
    with pytest.raises(Refused):
        room.with_room(disk.write)
    assert disk.tried == 3  # there is nothing left to give up


def test_another_refusal_costs_no_reserve(tmp_path: Path) -> None:
    def refuses() -> None:
        raise Refused(Refusal.BOOK_DAMAGED, {"path": "book", "place": "a page", "found": "x"})

    room = DiskRoom(tmp_path, Clock(), 0, 1 << 16)
    room.look()
    with pytest.raises(Refused):
        room.with_room(refuses)
    assert (tmp_path / FILE).exists()


def test_low_water_holds_new_cards_until_there_is_room_again(tmp_path: Path) -> None:
    clock = Clock()
    room = DiskRoom(tmp_path, clock, low_bytes=1 << 60, reserve_bytes=1 << 16)
    assert room.look() == NEARLY_FULL
    room.low_bytes = 0
    assert room.look() == NEARLY_FULL  # looked at now and then, not all the time
    clock.ms += 1_000
    assert room.look() == "" and (tmp_path / FILE).stat().st_size == 1 << 16
    if os.name == "posix":
        assert (tmp_path / FILE).stat().st_blocks * 512 >= 1 << 16  # the room is really taken
        assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


class Quota(apsw.VFS):
    """A file system that takes so many bytes more, and those of the reserve when it is given up."""

    def __init__(self, folder: Path) -> None:
        super().__init__("quota", "")
        self.folder, self.left = folder, 1 << 30

    def xOpen(self, name: "str | apsw.URIFilename | None", flags: list[int]) -> "QuotaFile":  # apsw's name
        return QuotaFile(self, name, flags)


class QuotaFile(apsw.VFSFile):
    def __init__(self, disk: Quota, name: "str | apsw.URIFilename | None", flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:  # apsw's name
        grows = max(0, offset + len(data) - self.xFileSize())
        room = self._disk.left + (0 if (self._disk.folder / FILE).exists() else 1 << 20)
        if grows > room:
            raise apsw.FullError
        self._disk.left -= grows
        super().xWrite(data, offset)


def test_the_outcome_fits_whenever_the_disk_became_full(tmp_path: Path) -> None:
    """The disk is full from any byte of a card's commits on; the reserve takes them all."""
    disk = Quota(tmp_path)
    released = 0
    for at in range(0, 400_000, 20_000):
        room = DiskRoom(tmp_path, Clock(), 0, 1 << 20)
        room.look()
        path = tmp_path / f"book-{at}"
        disk.left = 1 << 30
        store = RoomyStore(SqliteStore(str(path), decide, apply, vfs="quota"), room, (Move,))
        store.commit([asked("supply", TakeIn(1, 100))], 1)
        disk.left = at
        for step in range(1, 5):
            (answer,) = store.commit([asked(f"s-{step}", Move(step, step, "centre", "x"), big(f"p{step}"))], step)
            assert isinstance(answer, Accepted)
        released += not (tmp_path / FILE).exists()
        store.close()
        assert verify(str(path), apply).commits == 5
    assert released > 8
    disk.unregister()


# -- who gets the reserve -------------------------------------------------------------------------


class FullFor:
    """A store that takes some of the bodies it is given only where the reserve lay; it notes what it took."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: list[object] = []

    def _check(self) -> None:
        if (self.folder / FILE).exists():
            raise Refused(Refusal.BOOK_FULL, {"path": "book"})

    def commit(self, group: Sequence[Work], at_ms: int, counters: object = ()) -> tuple[Accepted, ...]:
        self._check()
        self.taken += [work.ask.body for work in group]
        return tuple(Accepted(1, ()) for _ in group)

    def set_link(self, name: str, value: bytes) -> None:
        self._check()
        self.taken.append(name)


FEED, ENDING = TakeIn(1, 9), Move(1, 1, "centre", "x")


def full_station(tmp_path: Path) -> tuple[RoomyStore, FullFor, DiskRoom]:
    room, inner = DiskRoom(tmp_path, Clock(), 0, 1 << 16), FullFor(tmp_path)
    assert room.look() == ""
    return RoomyStore(inner, room, (Move,)), inner, room  # type: ignore[arg-type]  # only what is written


def test_what_ends_no_card_is_refused_on_a_full_disk_and_the_reserve_stays(tmp_path: Path) -> None:
    store, inner, room = full_station(tmp_path)
    (answer,) = store.commit([asked("feed", FEED)], 1)
    assert isinstance(answer, Refused) and answer.refusal is Refusal.BOOK_FULL
    assert (tmp_path / FILE).exists() and inner.taken == [] and room.why == NEARLY_FULL


def test_of_a_group_only_the_ending_takes_the_reserve(tmp_path: Path) -> None:
    store, inner, _ = full_station(tmp_path)
    first, second, third = store.commit([asked("a", FEED), asked("b", ENDING), asked("c", FEED)], 1)
    assert isinstance(first, Refused) and isinstance(second, Accepted) and isinstance(third, Refused)
    assert inner.taken == [ENDING] and not (tmp_path / FILE).exists()


def test_a_note_is_left_out_on_a_full_disk_but_not_that_printing_is_stopped(tmp_path: Path) -> None:
    store, inner, room = full_station(tmp_path)
    for name in ("clock", "receipt"):
        store.set_link(name, b"x")
    assert inner.taken == [] and (tmp_path / FILE).exists() and room.why == NEARLY_FULL
    store.set_link(STOPPED, b"x")
    assert inner.taken == [STOPPED]


def test_what_else_a_commit_is_refused_for_goes_on_to_whoever_asked(tmp_path: Path) -> None:
    class Damaged(FullFor):
        def _check(self) -> None:
            raise Refused(Refusal.BOOK_DAMAGED, {"path": "book", "place": "a page", "found": "x"})

    store = RoomyStore(Damaged(tmp_path), DiskRoom(tmp_path, Clock(), 0, 1 << 16), (Move,))  # type: ignore[arg-type]  # as above
    for write in (lambda: store.commit([asked("a", FEED)], 1), lambda: store.set_link("clock", b"x")):
        with pytest.raises(Refused, match="BOOK_DAMAGED"):
            write()


def test_the_feed_leaves_the_reserve_to_the_card_in_the_machine(small_disk: Path) -> None:
    room = DiskRoom(small_disk, Clock(), low_bytes=1 << 20, reserve_bytes=1 << 20)
    room.look()
    store = RoomyStore(SqliteStore(str(small_disk / "book"), decide, apply, key=KEY), room, (Move,))
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    filled(small_disk)
    refused = 0
    for n in range(200, 300):
        (answer,) = store.commit([asked(f"feed-{n}", TakeIn(n, n), big(f"p{n}"))], n)
        refused += isinstance(answer, Refused)
    (ending,) = store.commit([asked("outcome", Move(1, 1, "centre", "x"))], 999)
    assert isinstance(ending, Accepted) and refused > 50
    store.close()

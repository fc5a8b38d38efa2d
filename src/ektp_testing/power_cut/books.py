"""Power cuts under a book in SQLite (listrik padam): recorded, cut anywhere, opened again, judged.

A small office day is written to a book on a recording disk: commits, groups, payloads kept
and erased, notes, the book closed and opened. Every image of that disk is opened by the real
store and must

- open; only while the book is being made for the first time may it be refused;
- hold every commit that was acknowledged, with the head of then, and at most the one that was under way;
- hold every acknowledged note and no payload whose erasure was acknowledged;
- hold exactly the blanks that came in and did not go out;
- be whole, as `ektp verify` sees it.

Run it as a program to see the counts: `python -m ektp_testing.power_cut.books --images 50000`.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from attrs import define, evolve, field, frozen

from ektp_core.boundary.store import Accepted, Payload, Sealed, StoreError
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.power_cut.images import Image, images
from ektp_testing.power_cut.recorder import Recorder, the_recorder
from ektp_testing.small_book import GiveOut, Move, Name, TakeIn, asked, decide

BOOK = "book.db"
KEY = bytes(range(32))
A_DAY = 2_000  # images of one recording, at most

#: What was found wrong with an image, in plain words.
Loss = str


@frozen
class Known:
    """What somebody was told is kept."""

    sealed: tuple[Sealed, ...] = ()
    held: tuple[int, ...] = (0,)  # blanks in the book after each commit
    note: bytes | None = None
    erased: frozenset[bytes] = frozenset()
    labelled: frozenset[bytes] = frozenset()  # of these, another payload took the place


@define
class Counted:
    """What was tried and what was found."""

    images: int = 0
    refused: int = 0
    recordings: int = 0
    losses: list[Loss] = field(factory=list)
    seconds: float = 0.0


class Day:
    """A small day's work on a book; every act that returned is noted with what must now be kept."""

    def __init__(self, recorder: Recorder, path: Path, random: Random, key: bytes | None) -> None:
        self._recorder, self._path, self._random, self._key = recorder, path, random, key
        self.known = [Known()]
        self._next = 1
        self._kept: list[bytes] = []
        self._store = self._opened()

    def _opened(self) -> SqliteStore:
        vfs = self._recorder.below_cipher if self._key else self._recorder.name
        return SqliteStore(str(self._path), decide, apply, vfs=vfs, key=self._key)

    def work(self, acts: int = 9) -> None:
        """Each kind of act, some more than once, in an order chosen by the dice; then the end of the day."""
        self._told(self.known[-1])
        self._commit(TakeIn(1, 1_000))
        kinds = (self._move, self._pay, self._leave, self._note, self._erase, self._reopen)
        plan = [*kinds, *(self._random.choice(kinds) for _ in range(acts - len(kinds)))]
        self._random.shuffle(plan)
        for act in plan:
            act()
        self._store.close()

    def close(self) -> None:
        """Let go of the book."""
        self._store.close()

    def _told(self, known: Known) -> None:
        self.known.append(known)
        self._recorder.mark()

    def _commit(self, body: object, *payloads: Payload, change: int = 0) -> None:
        known = self.known[-1]
        n = len(known.sealed)
        group = [asked(f"ask-{n}", body, payloads), asked(f"name-{n}", Name((f"party-{n}",)))]
        answers = self._store.commit(group, n + 1)
        if not all(isinstance(one, Accepted) for one in answers):
            raise ValueError(f"the day's plan is refused: {answers}")
        if isinstance(body, TakeIn):
            change = body.hi - body.lo + 1
        sealed = (*known.sealed, *self._store.sealed_since(n, 1))
        self._told(evolve(known, sealed=sealed, held=(*known.held, known.held[-1] + change)))

    def _blanks(self) -> tuple[int, int]:
        first = self._next
        self._next += self._random.randint(1, 9)
        return first, self._next - 1

    def _move(self) -> None:
        lo, hi = self._blanks()
        self._commit(Move(lo, hi, "centre", f"office/{hi % 7}", self._random.choice((Bucket.STOCK, Bucket.LOST))))

    def _pay(self) -> None:
        lo, hi = self._blanks()
        digest = hashlib.sha256(b"%d" % lo).digest()
        self._kept.append(digest)
        sealed = self._random.randbytes(self._random.choice((200, 6_000)))
        self._commit(Move(lo, hi, "centre", "press"), Payload(digest, f"key-{lo}", b"k" * 32, sealed))

    def _leave(self) -> None:
        lo, hi = self._blanks()
        self._commit(GiveOut(lo, hi, "centre"), change=lo - hi - 1)

    def _note(self) -> None:
        note = self._random.randbytes(self._random.choice((8, 9_000)))
        self._store.set_link("receipt", note)
        self._told(evolve(self.known[-1], note=note))

    def _erase(self) -> None:
        if not self._kept:
            self._pay()
        digest = self._kept.pop(self._random.randrange(len(self._kept)))
        is_labelled = self._random.random() < 0.5
        label = Payload(_label(digest), f"label-{digest.hex()}", b"l" * 32, b"kept")
        self._store.erase(digest, label if is_labelled else None)
        known = self.known[-1]
        labelled = known.labelled | ({digest} if is_labelled else frozenset())
        self._told(evolve(known, erased=known.erased | {digest}, labelled=labelled))

    def _reopen(self) -> None:
        self._store.close()
        self._store = self._opened()


class Judge:
    """Opens images and says what is lost. What was verified once in the same bytes is not verified again."""

    def __init__(self, folder: Path, known: list[Known], key: bytes | None) -> None:
        self._folder, self._known, self._key = folder, known, key
        self._whole: set[bytes] = set()

    def judge(self, image: Image) -> tuple[bool, Loss | None]:
        """Whether the image opened, and what is lost."""
        image.write(self._folder)
        path = self._folder / BOOK
        told, coming = self._known[image.marks], self._known[min(image.marks + 1, len(self._known) - 1)]
        try:
            store = SqliteStore(str(path), decide, apply, key=self._key)
        except (Refused, StoreError) as refused:
            return False, None if image.marks == 0 else f"it does not open: {refused}"
        try:
            loss = _lost(store, told, coming)
        except (Refused, StoreError) as refused:
            loss = f"it cannot be read: {refused}"
        store.close()
        return True, loss or self._not_whole(path)

    def _not_whole(self, path: Path) -> Loss | None:
        bytes_now = hashlib.sha256(path.read_bytes()).digest()
        if bytes_now in self._whole:
            return None
        try:
            verify(str(path), apply, key=self._key)
        except Refused as refused:
            return f"it is not whole: {refused}"
        self._whole.add(bytes_now)
        return None


def _lost(store: SqliteStore, told: Known, coming: Known) -> Loss | None:
    n = store.position().n
    if not len(told.sealed) <= n <= len(coming.sealed):
        return f"commit {len(told.sealed)} was acknowledged and the book ends at {n}"
    if tuple(store.sealed_since(0, n + 1)) != coming.sealed[:n]:
        return f"the commits up to {n} are not those that were acknowledged"
    if store.link("receipt") not in {told.note, coming.note}:
        return "an acknowledged note is gone"
    if any(store.payload(digest) is not None for digest in told.erased):
        return "an erased payload is back"
    gone = told.labelled | {digest for digest in coming.labelled if store.payload(digest) is None}
    if any(store.payload(_label(digest)) is None for digest in gone):
        return "what took the place of an erased payload is gone"
    with store.read() as view:
        held = sum(run.hi - run.lo + 1 for run in view.rows(Holding))
    return None if held == coming.held[n] else f"{held} blanks in the book, and there should be {coming.held[n]}"


def _label(digest: bytes) -> bytes:
    return hashlib.sha256(b"label" + digest).digest()


def cut_power(
    wanted: int,
    seed: int = 1,
    *,
    encrypted: bool = False,
    drops_syncs: bool = False,
    each: int = A_DAY,
    stop_after: int | None = None,
) -> Counted:
    """Record days of work, cut the power `wanted` times, and count what is lost.

    Args:
        wanted: images to judge; all of one recording differ. seed: chooses days, cuts and damages.
        encrypted: the book has a key, and the power is cut below the cipher.
        drops_syncs: the disk lies, a planted bug. each: images of one day at most.
        stop_after: losses after which it is enough.
    """
    random, counted, began = Random(seed), Counted(), time.monotonic()
    key = KEY if encrypted else None
    with _folders() as (work, cut):
        while counted.images < wanted:
            counted.recordings += 1
            day = _recorded(work / f"{counted.recordings}", random, key, drops_syncs)
            recorder, judge = the_recorder(), Judge(cut, day.known, key)
            for image in images(recorder.ops, recorder.found, random, min(each, wanted - counted.images)):
                opened, loss = judge.judge(image)
                counted.images += 1
                counted.refused += not opened and loss is None
                if loss:
                    counted.losses.append(f"seed {seed}, day {counted.recordings}, cut {image.at}: {loss}")
                    if stop_after is not None and len(counted.losses) >= stop_after:
                        wanted = 0
                        break
    counted.seconds = time.monotonic() - began
    return counted


def _recorded(folder: Path, random: Random, key: bytes | None, drops_syncs: bool) -> Day:
    folder.mkdir()
    recorder = the_recorder()
    recorder.begin(drops_syncs=drops_syncs)
    day = Day(recorder, folder / BOOK, random, key)
    try:
        day.work()
    finally:
        day.close()
    return day


@contextmanager
def _folders() -> Iterator[tuple[Path, Path]]:
    """A folder to work in and one for images; in memory where the machine has such a place."""
    memory = Path("/dev/shm")  # noqa: S108  # speed only; the folder in it has a name of its own
    with TemporaryDirectory(prefix="ektp-power-", dir=memory if memory.is_dir() else None) as folder:
        work, cut = Path(folder) / "work", Path(folder) / "cut"
        work.mkdir()
        cut.mkdir()
        yield work, cut


def main(arguments: list[str] | None = None) -> int:
    """Cut the power of open and of encrypted books, and say what was found; the exit code."""
    parser = argparse.ArgumentParser(description="Cut the power under books, and count what is lost.")
    parser.add_argument("--images", type=int, default=50_000, help="images in all; a tenth of them of encrypted books")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    tries: tuple[tuple[str, Callable[[], Counted]], ...] = (
        ("open book", lambda: cut_power(chosen.images - chosen.images // 10, chosen.seed)),
        ("encrypted book", lambda: cut_power(chosen.images // 10, chosen.seed, encrypted=True)),
        ("planted: a disk that drops syncs", lambda: cut_power(1_000, chosen.seed, drops_syncs=True, stop_after=20)),
    )
    lost = 0
    for name, run in tries:
        found = run()
        is_planted = name.startswith("planted")
        lost += len(found.losses) == 0 if is_planted else len(found.losses)
        sys.stdout.write(
            f"{name}: {found.images} images of {found.recordings} days, {found.refused} refused before the first"
            f" word, {len(found.losses)} losses, {found.images / found.seconds:.0f} images a second\n"
        )
        for loss in found.losses[:3]:
            sys.stdout.write(f"  {loss}\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())

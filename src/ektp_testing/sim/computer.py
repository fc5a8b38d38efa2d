"""One machine that runs a program of ours (komputer): its disk stays, what the program remembers does not.

The program may die, its power may go, in the middle of a write or right after a commit; the disk
may be full or fail to sync. Whatever happens, the program is started again from its book after a
while. Which program it is is not known here.
"""

from collections.abc import Callable, Sequence

from attrs import define

from ektp_core.boundary.store import Answer, StoreError, Work
from ektp_core.errors import Refusal, Refused
from ektp_testing.sim import findings
from ektp_testing.sim.disk import Disk
from ektp_testing.sim.findings import Violation
from ektp_testing.sim.founding import open_book, path_on
from ektp_testing.sim.watched import Died, WatchedStore
from ektp_testing.sim.world import World

#: A disk that fails one sync may do so while a book is opened; whoever starts the program tries again.
_STARTS = 3


@define(eq=False)
class Computer:
    """A machine with a book.

    Attributes:
        label: what the story calls it. owner: the station whose book it keeps; nobody for the hub.
        begins: starts the program on an open book. ended: told when it ended. committed: told of each commit.
        boots, booted_ms: how often the machine itself was started, and when last.
        failed_starts: how often in a row the book could not be opened.
        epoch: rises whenever the program ends; what was meant for the old one is dropped.
    """

    world: World
    label: str
    owner: str
    disk: Disk
    begins: Callable[[WatchedStore], None]
    committed: Callable[[Sequence[Work], Sequence[Answer], int], None]
    ended: Callable[[], None] = lambda: None
    store: WatchedStore | None = None
    epoch: int = 0
    dies_after_commit: bool = False
    boots: int = 0
    booted_ms: int = 0
    failed_starts: int = 0

    @property
    def is_up(self) -> bool:
        """Whether the program runs."""
        return self.store is not None

    def passed_ms(self) -> int:
        """Milliseconds since the machine was started, as its own clock counts them."""
        return self.world.now_ms - self.booted_ms

    def later(self, in_ms: int, what: Callable[[], None]) -> None:
        """Let the program do something later, unless it ended meanwhile."""
        epoch = self.epoch
        self.world.at(in_ms, lambda: self.work(what) if self.epoch == epoch else None)

    def work(self, what: Callable[[], None]) -> None:
        """Let the program do something now, and bear what comes of it."""
        if not self.is_up:
            return
        try:
            what()
        except Died:
            self._ends("dies between commit and reply", 1_000)
        except (StoreError, Refused) as error:
            if self.disk.is_dead:
                self._cut()
            elif isinstance(error, StoreError):
                self._ends("does not know whether its book was kept, and ends", 1_000)
            elif error.refusal is Refusal.BOOK_FULL:
                self._ends("ends because its disk is full", 5_000)
            else:
                raise
        if self.disk.is_dead:
            self._cut()

    def start(self) -> None:
        """Open the book and begin."""
        path_on(self.label, self.disk)
        try:
            inner = open_book(self.label, self.disk, self.owner)
        except (StoreError, Refused) as error:
            self.failed_starts += 1
            if not self.disk.is_full and (isinstance(error, Refused) or self.failed_starts > _STARTS):
                shape = error.refusal.value if isinstance(error, Refused) else type(error).__name__
                raise Violation(findings.BOOK_DOES_NOT_OPEN, f"{self.label}: {shape}") from error
            self.world.at(5_000, self.start)
            return
        self.failed_starts = 0
        self.store = WatchedStore(inner, self.committed, self._dies_now)
        self.work(lambda: self.begins(self.store) if self.store else None)

    def _dies_now(self) -> bool:
        dies, self.dies_after_commit = self.dies_after_commit, False
        return dies

    def die(self) -> None:
        """The program is killed; what it had not written with it."""
        if self.is_up:
            self._ends("dies", 1_000)

    def lose_power(self) -> None:
        """The power goes now."""
        if self.is_up:
            self._cut()

    def _cut(self) -> None:
        self.world.say(f"{self.label} loses power")
        self._let_go()
        self.disk.power_cut()
        self.boots, self.booted_ms = self.boots + 1, self.world.now_ms
        self._again(3_000)

    def _ends(self, how: str, pause_ms: int) -> None:
        self.world.say(f"{self.label} {how}")
        self._let_go()
        self._again(pause_ms)

    def _let_go(self) -> None:
        store, self.store = self.store, None
        self.epoch += 1
        if store:
            self.disk.leave(store.inner.close)
            self.ended()

    def _again(self, pause_ms: int) -> None:
        most = 1 if self.world.is_healing else 10
        epoch = self.epoch
        pause = self.world.dice("restart").randint(pause_ms, pause_ms * most)
        self.world.at(pause, lambda: self.start() if self.epoch == epoch and not self.is_up else None)

    def stop(self) -> None:
        """End for good, with the story."""
        self._let_go()

"""The bench of this driver (meja uji antrean CUPS): a real cupsd, a real ippeveprinter, and plastic in a file.

Nothing of it is announced on a network. In `CardOnBench.job_keys` stand the names of jobs as
they reached the printer: digests of the job keys, for nothing else goes into a spool.
"""

import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from attrs import define, field
from ippx import Attribute, Tag

from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.driver_bench import CardOnBench, Lies, Moment, Strike
from ektp_driver_cups import bench_house
from ektp_driver_cups.bench_house import QUEUE, SOCKET, Manner
from ektp_driver_cups.bench_picture import picture_of
from ektp_driver_cups.bench_plastic import plastic
from ektp_driver_cups.desk import Desk
from ektp_driver_cups.hint import Hint
from ektp_driver_cups.queue import HELD, QueueState
from ektp_driver_cups.spooler import Ask, Spooler
from ektp_driving.deadline import Deadline

ASK_MS = 60_000
_AT_MARK = (
    Strike.HOPPER_EMPTY, Strike.BLANK_FEED, Strike.DOUBLE_FEED, Strike.JAM, Strike.RIBBON_OUT, Strike.MISPRINT,
    Strike.SPOOLER_KILLED,
)  # fmt: skip
_NOW = (Strike.SILENCE, Strike.FOREIGN_PRINT, Strike.SETTINGS_DRIFT, Strike.SPOOLER_KILLED)


@define(eq=False)
class CupsBench:
    """One spooler with one queue and one printer."""

    folder: Path
    manner: Manner = field(factory=Manner)
    serial: str = "CB-0001"
    card_ms: int = 300
    driver: str = "cups"
    strikes: frozenset[tuple[Strike, Moment]] = frozenset(
        [*((one, Moment.MARK) for one in _AT_MARK), *((one, Moment.NOW) for one in _NOW)]
    )
    place: Path = field(init=False)
    _desk: Desk | None = field(init=False, default=None)
    _pictures: dict[int, bytes] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        if lacks := bench_house.missing():
            raise DriverError(f"this bench needs {lacks}")
        # A socket's path is short, and a spooler that is not root must reach it.
        self.place = Path(tempfile.mkdtemp(prefix="ektp-cups-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with plastic(self.place) as held:
                held.card_ms = self.card_ms
            bench_house.furnish(self.place, self.manner, self.serial)
            bench_house.start_printer(self.place)
            bench_house.start_spooler(self.place)
        except BaseException:
            self.close()
            raise

    @property
    def hint(self) -> str:
        """Where the driver finds the queue."""
        return f"cups:{self.place / SOCKET}#{QUEUE}{'' if self.manner.is_guarded else '?unguarded'}"

    def load(self, blanks: int) -> None:
        """Put blanks into the hopper."""
        with plastic(self.place) as held:
            for number in range(len(held.cards) + 1, len(held.cards) + blanks + 1):
                card = {"number": number, "uid": f"{number:014X}", "lies": "hopper", "marks": 0, "whole": False}
                held.cards.append({**card, "job_keys": []})

    def strike(self, what: Strike, at: Moment) -> None:
        """Let it happen."""
        if (what, at) not in self.strikes:
            raise ValueError(f"this bench cannot do {what.value} at {at.value}")
        if at is Moment.MARK:
            with plastic(self.place) as held:
                held.strikes.append(what.value)
        elif what is Strike.SILENCE:
            bench_house.tell(self.place, "spooler", signal.SIGSTOP)
        elif what is Strike.SPOOLER_KILLED:
            self.kill_spooler()
        elif what is Strike.FOREIGN_PRINT:
            self.print_as_somebody_else()
        else:
            self.change(
                Attribute("printer-error-policy", Tag.NAME, ["retry-job"]),
                Attribute("number-up-default", Tag.INTEGER, [4]),
            )

    def mend(self) -> None:
        """What a person does: wake or start what does not run, free the jam, and let the queue go on."""
        bench_house.tell(self.place, "spooler", signal.SIGCONT)
        for name, start in (("printer", bench_house.start_printer), ("spooler", bench_house.start_spooler)):
            if not bench_house.is_running(self.place, name):
                start(self.place)
        with plastic(self.place) as held:
            is_troubled, held.is_troubled = held.is_troubled, False
            for card in held.cards if is_troubled else ():
                if card["lies"] == "inside":
                    card["lies"] = "taken"
        if is_troubled:  # off and on again: it forgets what it showed
            bench_house.kill_printer(self.place)
            bench_house.start_printer(self.place)
        with suppress(DriverError):
            self._free()

    def cards(self) -> tuple[CardOnBench, ...]:
        """Every card as it is now."""
        with plastic(self.place) as held:
            return tuple(
                CardOnBench(
                    one["number"],
                    one["uid"],
                    Lies(one["lies"]),
                    one["marks"],
                    one["whole"],
                    tuple(one["job_keys"]),
                    picture=self._picture(one["number"]) if one["marks"] else b"",
                )
                for one in held.cards
            )

    def close(self) -> None:
        """End both programs and take everything away but what was printed and said."""
        if self._desk is not None:
            self._desk.spooler.close()
        for name in ("spooler", "printer"):
            bench_house.tell(self.place, name, signal.SIGCONT)
        bench_house.kill_spooler(self.place)
        bench_house.kill_printer(self.place)
        with suppress(OSError):
            shutil.copytree(self.place / "log", self.folder / "log", dirs_exist_ok=True)
        shutil.rmtree(self.place, ignore_errors=True)

    def _picture(self, number: int) -> bytes:
        """What stands on a card; a card is printed once, or is no whole card any more."""
        if number not in self._pictures:
            self._pictures[number] = picture_of((self.place / f"card-{number}").read_bytes())
        return self._pictures[number]

    # -- what people and accidents do ------------------------------------------------------

    def kill_spooler(self, how: int = signal.SIGKILL) -> None:
        """End cupsd and start it again."""
        bench_house.kill_spooler(self.place, how)
        bench_house.start_spooler(self.place)

    def desk(self) -> Desk:
        """A person's hand at the spooler."""
        if self._desk is None:
            self._desk = Desk(Spooler(Hint(str(self.place / SOCKET), QUEUE), account="person"))
        return self._desk

    def change(self, *what: Attribute) -> None:
        """Change a setting of the queue."""
        self.desk().spooler.ask(Ask.CHANGE_QUEUE, Deadline.after(ASK_MS), of=what)

    def stop_queue(self, why: str = "Paused") -> None:
        """Do what `cupsdisable` does."""
        words = Attribute("printer-state-message", Tag.TEXT, [why])
        self.desk().spooler.ask(Ask.PAUSE_QUEUE, Deadline.after(ASK_MS), [words])

    def enable_queue(self) -> None:
        """Do what `cupsenable` does."""
        self.desk().resume(Deadline.after(ASK_MS))

    def print_as_somebody_else(self, name: str = "letter to the head") -> int:
        """Send a job of another program."""
        desk, deadline = self.desk(), Deadline.after(ASK_MS)
        job_id = desk.create(name, "", deadline)
        desk.send(job_id, "application/pdf", b"%PDF-1.4\n%%EOF\n", deadline)
        desk.release(job_id, deadline)
        return job_id

    def _free(self) -> None:
        desk, deadline = self.desk(), Deadline.after(ASK_MS)
        for job in desk.jobs("not-completed", deadline):
            if not job.is_ours:
                desk.cancel(job.job_id, deadline)
        queue = desk.queue(deadline)
        is_ours = queue.message.startswith(HELD) and set(queue.reasons) <= {"paused"}
        if queue.state is QueueState.STOPPED and not is_ours:
            desk.resume(deadline)


def make_bench(folder: str) -> CupsBench:
    """A fresh bench that keeps its log below the folder."""
    return CupsBench(Path(folder))

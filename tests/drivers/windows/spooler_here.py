"""A spooler within the test's own process: a queue, its jobs, and what comes between two questions."""

from collections.abc import Callable
from typing import Any

from attrs import define, evolve, field

from ektp_driver_windows.bits import Attribute, JobBit, JobControl, PrinterBit, PrinterControl
from ektp_driver_windows.picture import Bitmap
from ektp_driver_windows.queue import Job, Queue, held_words
from ektp_driving.deadline import Deadline
from ektp_driving.declined import NotAllowed, NotThere

HOLDER, OTHER = "0123456789abcdef", "fedcba9876543210"


def held(holder: str = HOLDER) -> Queue:
    """A queue that this holder has stopped."""
    return Queue("Card", "USB001", "Maker", comment=held_words(holder), status=PrinterBit.PAUSED, page=(5400, 8560))


@define(eq=False)
class SpoolerHere:
    """Does as it is told, but for what it is `deaf` to, or does not allow.

    `before` and `after`: what happens around the next question of that name. `way`: what becomes of the newest job
    while the queue runs, one part for each look at the list.
    """

    now: Queue = field(factory=lambda: Queue("Card", "USB001", "Maker", comment="second floor", page=(5400, 8560)))
    found: dict[int, Job] = field(factory=dict)
    way: list[dict[str, Any]] = field(factory=list)
    deaf: set[object] = field(factory=set)
    denied: set[object] = field(factory=set)
    before: dict[object, Callable[[], object]] = field(factory=dict)
    after: dict[object, Callable[[], object]] = field(factory=dict)
    asked: list[object] = field(factory=list)

    @property
    def names(self) -> list[str]:
        """What stands in the list."""
        return [one.name for one in self.found.values()]

    def add(self, name: str, bits: JobBit = JobBit.NOTHING) -> int:
        """A job that stands in the list."""
        number = len(self.asked) + len(self.found) + 1
        self.found[number] = Job(number, name, bits)
        return number

    def let(self, **values: Any) -> None:
        """Somebody changes the queue."""
        self.now = evolve(self.now, **values)

    def _is_done(self, what: object) -> bool:
        self.asked.append(what)
        self.before.pop(what, lambda: None)()
        if what in self.denied:
            raise NotAllowed("no")
        return what not in self.deaf

    def _over(self, what: object) -> None:
        self.after.pop(what, lambda: None)()

    # -- as the driver asks -----------------------------------------------------------------

    def queue(self, deadline: Deadline) -> Queue:
        self._is_done("queue")
        told = self.now
        self._over("queue")
        return told

    def jobs(self, deadline: Deadline) -> tuple[Job, ...]:
        self._is_done("jobs")
        if self.way and self.found and "let run" in self.asked:
            number = max(self.found)
            self.found[number] = evolve(self.found[number], **self.way.pop(0))
        told = tuple(self.found.values())
        self._over("jobs")
        return told

    def order(self, what: PrinterControl, deadline: Deadline) -> None:
        said = "stop" if what is PrinterControl.PAUSE else "let run"
        if self._is_done(said):
            others = self.now.status & ~PrinterBit.PAUSED
            self.let(status=others | (PrinterBit.PAUSED if said == "stop" else PrinterBit.NOTHING))
        self._over(said)

    def change(self, attributes: Attribute, comment: str, deadline: Deadline) -> None:
        if self._is_done("change"):
            self.let(attributes=attributes, comment=comment)
        self._over("change")

    def begin(self, name: str, deadline: Deadline) -> int:
        self._is_done("begin")
        number = self.add(name, JobBit.SPOOLING)
        self._over("begin")
        return number

    def page(self, picture: Bitmap, deadline: Deadline) -> None:
        self._is_done("page")
        number = max(self.found)
        self.found[number] = evolve(self.found[number], pages=self.found[number].pages + 1)
        self._over("page")

    def end(self, deadline: Deadline) -> None:
        self._is_done("end")
        number = max(self.found)
        self.found[number] = evolve(self.found[number], bits=self.found[number].bits & ~JobBit.SPOOLING)
        self._over("end")

    def order_job(self, job_id: int, what: JobControl, deadline: Deadline) -> None:
        if self._is_done(what):
            job = self.found.get(job_id)
            if job is None:
                raise NotThere("no such job")
            match what:
                case JobControl.PAUSE:
                    self.found[job_id] = evolve(job, bits=job.bits | JobBit.PAUSED)
                case JobControl.RESUME:
                    self.found[job_id] = evolve(job, bits=job.bits & ~JobBit.PAUSED)
                case JobControl.RETAIN:
                    self.found[job_id] = evolve(job, bits=job.bits | JobBit.RETAINED)
                case JobControl.RELEASE:
                    self.found[job_id] = evolve(job, bits=job.bits & ~JobBit.RETAINED)
                case JobControl.DELETE if JobBit.RETAINED not in job.bits:  # one that is kept stays in the list
                    del self.found[job_id]
        self._over(what)

    def close(self) -> None:
        self.asked.append("close")

"""A printer behind a Windows queue (pencetak di balik antrean Windows): blind, never surer than accepted bytes.

A queue says that a job was sent; what became of the card only a person or a chip can tell. So
`feed`, `move` and `deliver` do nothing here, the whole way of the card is inside `mark`, and no
verdict is more than UNKNOWN by TRANSPORT. What this driver can do is see to it that one leave to
print gives one job, begun once. Not run on Windows (README.md).
"""

from secrets import token_hex

from attrs import define, evolve, field

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Can,
    Capabilities,
    CardPosition,
    Condition,
    Counters,
    DriverError,
    DriverLost,
    Found,
    Identity,
    JobRecord,
    Look,
    Notice,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Severity,
    Station,
    Status,
    Supply,
)  # fmt: skip
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_driver_windows import conditions
from ektp_driver_windows.bits import Attribute
from ektp_driver_windows.hint import Hint, read_hint
from ektp_driver_windows.holding import Taken, digest, must_be_ours, must_be_ready, take
from ektp_driver_windows.marking import Marking
from ektp_driver_windows.opening import spooler_of
from ektp_driver_windows.picture import DPI, HEIGHT_PX, WIDTH_PX, Bitmap, bitmap
from ektp_driver_windows.queue import Job, Queue, foreign, job_name
from ektp_driver_windows.spooler import Spooler
from ektp_driving.deadline import Deadline

NAME = "windows"
#: Windows names no maker of a printer; this stands there instead, so that whoever reads it knows.
MAKE = "Windows queue (this driver was not run on Windows)"
#: Both dangers are real for any queue; `configure` switches them off and reads that back.
CAPABILITIES = Capabilities(
    can=Can.OPAQUE_QUEUE | Can.JOB_ID | Can.RETRIES_BY_ITSELF | Can.PRINTS_FROM_MEMORY,
    width_px=WIDTH_PX,
    height_px=HEIGHT_PX,
    dpi=DPI,
)


@define(eq=False)
class WindowsPrinter:
    """One queue, opened."""

    found: Found
    _hint: Hint = field(init=False)
    _spooler: Spooler = field(init=False)
    _holder: str = field(init=False, factory=lambda: token_hex(4))
    _taken: Taken | None = field(init=False, default=None)
    _prepared: Bitmap | None = field(init=False, default=None, repr=False)
    _used: set[str] = field(init=False, factory=set)

    def __attrs_post_init__(self) -> None:
        self._hint = read_hint(self.found.address)
        self._spooler = spooler_of(self._hint)

    # -- who and what ---------------------------------------------------------------------

    def identify(self, timeout_ms: int) -> Identity:
        """Who is there: the queue's name and port; Windows tells no serial number of a printer."""
        queue = self._queue(Deadline.after(timeout_ms))
        return Identity(MAKE, queue.driver, queue.serial)

    def capabilities(self, timeout_ms: int) -> Capabilities:
        """What it can do; known without asking, but only of a queue that is there."""
        self._queue(Deadline.after(timeout_ms))
        return CAPABILITIES

    def counters(self, timeout_ms: int) -> Counters:
        """None: a queue counts jobs, not cards."""
        self._queue(Deadline.after(timeout_ms))
        return Counters(())

    def supplies(self, timeout_ms: int) -> tuple[Supply, ...]:
        """None: a queue tells no levels."""
        self._queue(Deadline.after(timeout_ms))
        return ()

    # -- holding --------------------------------------------------------------------------

    def configure(self, settings: Settings, timeout_ms: int) -> Settings:
        """Delete leftovers, require settings, hold the queue; returns what was read back."""
        deadline = Deadline.after(timeout_ms)
        queue = self._queue(deadline)
        if self._taken and digest(queue) != self._taken.settings.digest:
            raise DriverLost(f"the settings of the queue {queue.name} were changed")
        self._taken = take(self._spooler, self._holder, settings, deadline)
        return self._taken.settings

    def reserve(self, owner: str, timeout_ms: int) -> None:
        """See that the queue is in our hands; `configure` took it."""
        if self._taken is None:
            raise DriverError("the queue was not configured")
        must_be_ours(self._queue(Deadline.after(timeout_ms)), self._holder)

    def release(self, timeout_ms: int) -> None:
        """The queue stays stopped: what waits in it was not ordered by this station. A person frees it."""
        self._queue(Deadline.after(timeout_ms))

    # -- looking --------------------------------------------------------------------------

    def status(self, timeout_ms: int) -> Status:
        """What keeps the next card from being begun, as far as the queue tells."""
        return self._status(Deadline.after(timeout_ms))

    def observe(self, job_id: str, timeout_ms: int) -> JobRecord:
        """What the spooler says of a job, by its number or the job key. Never more than UNKNOWN."""
        deadline = Deadline.after(timeout_ms)
        self._queue(deadline)
        return self._record(job_id, deadline)

    def look(self, job_id: str, timeout_ms: int) -> Look:
        """Status and job together."""
        deadline = Deadline.after(timeout_ms)
        status = self._status(deadline)
        return Look(status, Counters(()), self._record(job_id, deadline) if job_id else None)

    def _queue(self, deadline: Deadline) -> Queue:
        """The queue; it must still be the printer that was meant."""
        queue = self._spooler.queue(deadline)
        if self.found.serial and queue.serial != self.found.serial:
            raise DriverError(f"the queue leads to {queue.serial[:60]} now and not to {self.found.serial}")
        return queue

    def _must_be_ready(self, deadline: Deadline) -> Taken:
        if self._taken is None:
            raise DriverError("the queue was not configured")
        must_be_ready(self._spooler, self._holder, deadline)
        return self._taken

    def _status(self, deadline: Deadline) -> Status:
        queue = self._queue(deadline)
        found = [*conditions.notices(queue.status), *self._own_notices(queue, self._spooler.jobs(deadline))]
        return Status(tuple(found), CardPosition.UNKNOWN, session=0, rebooted=False)

    def _own_notices(self, queue: Queue, jobs: tuple[Job, ...]) -> list[Notice]:
        """What the queue's own state says, in words of ours."""
        found = list[Notice]()
        ours = [job for job in jobs if job.is_ours and not job.is_over]
        if ours:
            found.append(_notice(Condition.BUSY, "job", ours[0].state))
        if others := foreign(jobs):
            words = f"{others} jobs of others are in the queue {queue.name}"
            found.append(_notice(Condition.OTHER, "jobs-of-others", words))
        if Attribute.WORK_OFFLINE in queue.attributes:
            found.append(_notice(Condition.OFFLINE, "work-offline", f"the queue {queue.name} is set to work offline"))
        if self._taken is None:
            return found
        if not ours:
            must_be_ours(queue, self._holder)
        found += [_notice(Condition.OTHER, "leftover", one, Severity.REPORT) for one in self._taken.leftovers]
        return found

    def _record(self, job_id: str, deadline: Deadline) -> JobRecord:
        name = job_name(job_id)
        jobs = self._spooler.jobs(deadline)
        job = next((one for one in jobs if one.is_ours and (one.name == name or str(one.job_id) == job_id)), None)
        words = job.state if job else "the job is not in the spooler's list; that says nothing of the card"
        verdict = Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, words)
        return JobRecord(str(job.job_id) if job else job_id, 0, verdict)

    # -- the card -------------------------------------------------------------------------

    def prepare(self, art: Artwork, timeout_ms: int) -> None:
        """Read the picture; it goes to the spooler with the mark."""
        deadline = Deadline.after(timeout_ms)
        if art.back_png:
            raise DriverError("unsupported: a queue prints one side of a card here")
        self._prepared = None
        self._queue(deadline)
        self._prepared = bitmap(art.front_png)

    def feed(self, timeout_ms: int) -> None:
        """Nothing moves before `mark`; but the queue must be ready for one."""
        self._must_be_ready(Deadline.after(timeout_ms))

    def move(self, to: Station, timeout_ms: int) -> None:
        """Nothing: a queue moves its cards by itself."""
        self._queue(Deadline.after(timeout_ms))

    def deliver(self, to: Bin, timeout_ms: int) -> None:
        """Nothing: the card is out, or is where only people can see it."""
        self._queue(Deadline.after(timeout_ms))

    def mark(self, token: PrintToken, timeout_ms: int) -> str:
        """Print one card in one job. Returns the job's number when the spooler says that it was printed."""
        deadline = Deadline.after(timeout_ms)
        self._queue(deadline)
        name = job_name(token.job_key)
        if name in self._used:
            raise DriverError("this leave to print was used before")
        if self._prepared is None:
            raise DriverError("no picture was prepared")
        taken = self._must_be_ready(deadline)
        picture, self._prepared = self._prepared, None
        self._used.add(name)
        self._taken = evolve(taken, leftovers=())
        return str(Marking(self._spooler, self._holder, self._hint.is_guarded).run(name, picture, deadline).job_id)

    # -- what a queue cannot do -----------------------------------------------------------

    def flip(self, timeout_ms: int) -> None:
        """Not possible."""
        raise self._unsupported("a queue turns no card over on order", timeout_ms)

    def read_uid(self, timeout_ms: int) -> str:
        """Not possible: a reader stands beside the printer."""
        raise self._unsupported("a queue reads no chip", timeout_ms)

    def read_chip(self, timeout_ms: int) -> bytes | None:
        """Not possible."""
        raise self._unsupported("a queue reads no chip", timeout_ms)

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Not possible."""
        raise self._unsupported("a queue writes no chip", timeout_ms)

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """Not possible: what is wrong inside is put right at the printer."""
        raise self._unsupported("a queue takes no orders about a card inside", timeout_ms)

    def reset(self, level: ResetLevel, timeout_ms: int) -> None:
        """Not possible: a spooler that starts anew may print again."""
        raise self._unsupported("a queue is not reset: a spooler that starts anew may print a card again", timeout_ms)

    def _unsupported(self, what: str, timeout_ms: int) -> DriverError:
        self._queue(Deadline.after(timeout_ms))  # where nothing is, that is said first
        return DriverError(f"unsupported: {what}")

    def close(self) -> None:
        """Let go of the line; the queue stays stopped."""
        self._spooler.close()


def _notice(condition: Condition, code: str, words: str, severity: Severity = Severity.WARNING) -> Notice:
    return Notice(condition, severity, 2, code, words)

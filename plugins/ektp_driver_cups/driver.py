"""A printer behind a CUPS queue (pencetak di balik antrean CUPS): blind, and never surer than accepted bytes.

A queue says that a job ended; what became of the card only a person or a chip can tell. So
`feed`, `move` and `deliver` do nothing here, the whole way of the card is inside `mark`, and
no verdict is more than UNKNOWN by TRANSPORT. What this driver can do is see to it that one
leave to print gives one job, begun once (README.md).
"""

import os
import re
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
from ektp_driver_cups import conditions
from ektp_driver_cups.desk import Desk
from ektp_driver_cups.hint import Hint, read_hint
from ektp_driver_cups.holding import POLICY, Taken, foreign, take
from ektp_driver_cups.marking import Marking, is_held_by, must_be_ours
from ektp_driver_cups.picture import DPI, HEIGHT_PX, WIDTH_PX, document
from ektp_driver_cups.queue import Job, Queue, QueueState, job_name, owner_of
from ektp_driver_cups.spooler import Spooler
from ektp_driving.deadline import Deadline
from ektp_driving.declined import Declined

NAME = "cups"
#: Names the station in this process' environment: by it a station knows again what an earlier process of its own left.
STATION = "EKTP_STATION"
#: Both dangers are real for any queue; `configure` switches them off and reads that back.
CAPABILITIES = Capabilities(
    can=Can.OPAQUE_QUEUE | Can.JOB_ID | Can.RETRIES_BY_ITSELF | Can.PRINTS_FROM_MEMORY,
    width_px=WIDTH_PX,
    height_px=HEIGHT_PX,
    dpi=DPI,
)


@define(eq=False)
class CupsPrinter:
    """One queue, opened."""

    found: Found
    _hint: Hint = field(init=False)
    _desk: Desk = field(init=False)
    _holder: str = field(init=False, factory=lambda: new_holder(os.environ.get(STATION, "")))
    _taken: Taken | None = field(init=False, default=None)
    _prepared: tuple[str, bytes] | None = field(init=False, default=None, repr=False)
    _used: set[str] = field(init=False, factory=set)

    def __attrs_post_init__(self) -> None:
        self._hint = read_hint(self.found.address)
        self._desk = Desk(Spooler(self._hint), owner_of(self._holder))

    # -- who and what ---------------------------------------------------------------------

    def identify(self, timeout_ms: int) -> Identity:
        """Who is there: the printer's own serial where the queue shows it, else the queue's name and uuid."""
        queue = self._queue(Deadline.after(timeout_ms))
        firmware = next(iter(queue.values.get("printer-firmware-string-version", ())), "")
        firmware = firmware if isinstance(firmware, str) else ""
        make, _, model = queue.model.partition(" ")
        serial = queue.serial(self._hint.queue)
        return Identity(make, model or make, serial, firmware, ieee1284_id=queue.device_id)

    def capabilities(self, timeout_ms: int) -> Capabilities:
        """What it can do; known without asking, but only of a queue that is there."""
        self._queue(Deadline.after(timeout_ms))
        return CAPABILITIES

    def counters(self, timeout_ms: int) -> Counters:
        """None: a queue counts jobs, not cards."""
        self._queue(Deadline.after(timeout_ms))
        return Counters(())

    def supplies(self, timeout_ms: int) -> tuple[Supply, ...]:
        """What the queue tells of ribbon and film; forecasts, often old."""
        deadline = Deadline.after(timeout_ms)
        return conditions.supplies(self._queue(deadline).values)

    # -- holding --------------------------------------------------------------------------

    def configure(self, settings: Settings, timeout_ms: int) -> Settings:
        """Cancel leftovers, require settings, hold the queue; returns what was read back."""
        deadline = Deadline.after(timeout_ms)
        self._queue(deadline)
        self._taken = take(self._desk, self._hint, self._holder, settings, deadline)
        return self._taken.settings

    def reserve(self, owner: str, timeout_ms: int) -> None:
        """`configure` took the queue; see that it still is in our hands. Who else wants it is seen by its own cards."""
        deadline = Deadline.after(timeout_ms)
        queue = self._queue(deadline)
        if self._taken is not None:
            must_be_ours(queue, self._holder)

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
        queue = self._desk.queue(deadline)
        serial = queue.serial(self._hint.queue)
        if self.found.serial and serial != self.found.serial:
            raise DriverError(f"the queue leads to {serial[:60]} now and not to {self.found.serial}")
        return queue

    def _must_be_held(self, deadline: Deadline) -> Taken:
        if self._taken is None:
            raise DriverError("the queue was not configured")
        self._marking(self._taken).must_be_ready(deadline)
        return self._taken

    def _marking(self, taken: Taken) -> Marking:
        return Marking(self._desk, self._hint, self._holder, taken.medium)

    def _status(self, deadline: Deadline) -> Status:
        queue = self._queue(deadline)
        jobs = self._desk.jobs("not-completed", deadline)
        found = [*conditions.notices(queue.reasons), *self._own_notices(queue, jobs)]
        return Status(tuple(found), CardPosition.UNKNOWN, session=0, rebooted=False)

    def _own_notices(self, queue: Queue, jobs: tuple[Job, ...]) -> list[Notice]:
        """What the queue's own state says, in words of ours."""
        name, found = self._hint.queue, list[Notice]()
        ours = [job for job in jobs if job.is_ours and not job.is_over]
        if ours and self._taken is not None:  # this process waits for the end of its own in `mark`
            raise DriverLost(f"a card that nobody ordered now is in the queue: {ours[0].words}")
        if ours:
            found.append(_notice(Condition.BUSY, "job", ours[0].words))
        if others := foreign(jobs):
            found.append(_notice(Condition.OTHER, "jobs-of-others", f"{others} jobs of others are in the queue {name}"))
        if not queue.accepts:
            found.append(_notice(Condition.OTHER, "not-accepting", f"the queue takes no jobs; type: cupsaccept {name}"))
        if self._taken is None:
            return found
        if queue.state is QueueState.STOPPED and not queue.is_held:
            says = f"it says: {queue.message[:120]}"
            words = f"the queue was stopped; when that is settled type: cupsenable {name}; {says}"
            found.append(_notice(Condition.OTHER, "paused", words))
        elif not is_held_by(queue, self._holder):
            why = "somebody let it run" if queue.state is not QueueState.STOPPED else "another station has taken it"
            raise DriverLost(f"the queue {name} is not in our hands any more: {why}")
        if queue.policy != POLICY or queue.copies != 1 or queue.sheets:
            raise DriverLost(f"the settings of the queue {name} were changed")
        found += [_notice(Condition.OTHER, "leftover", one, Severity.REPORT) for one in self._taken.leftovers]
        return found

    def _record(self, job_id: str, deadline: Deadline) -> JobRecord:
        job = self._find(job_id, deadline)
        words = job.words if job else "the spooler knows no such job"
        verdict = Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, words)
        return JobRecord(str(job.job_id) if job else job_id, 0, verdict)

    def _find(self, job_id: str, deadline: Deadline) -> Job | None:
        if job_id.isascii() and job_id.isdigit() and len(job_id) < 10:
            try:
                return self._desk.job(int(job_id), deadline)
            except Declined:
                return None
        name = job_name(job_id)
        return next((job for job in self._desk.jobs("all", deadline) if job.name == name), None)

    # -- the card -------------------------------------------------------------------------

    def prepare(self, art: Artwork, timeout_ms: int) -> None:
        """Draw the document; it goes to the spooler with the mark."""
        deadline = Deadline.after(timeout_ms)
        if art.back_png:
            raise self._unsupported("a queue prints one side of a card here")
        self._prepared = None
        self._prepared = document(art.front_png, self._queue(deadline).formats)

    def feed(self, timeout_ms: int) -> None:
        """Nothing moves before `mark`; but the queue must be ready for one."""
        self._must_be_held(Deadline.after(timeout_ms))

    def move(self, to: Station, timeout_ms: int) -> None:
        """Nothing: a queue moves its cards by itself."""
        self._queue(Deadline.after(timeout_ms))

    def deliver(self, to: Bin, timeout_ms: int) -> None:
        """Nothing: the card is out, or is where only people can see it."""
        self._queue(Deadline.after(timeout_ms))

    def mark(self, token: PrintToken, timeout_ms: int) -> str:
        """Print one card in one job. Returns the job's number when the spooler says that it completed."""
        deadline = Deadline.after(timeout_ms)
        name = job_name(token.job_key)
        self._desk.spooler.must_be_open()
        if name in self._used:
            raise DriverError("this leave to print was used before")
        if self._prepared is None:
            raise DriverError("no picture was prepared")
        taken = self._must_be_held(deadline)
        (kind, data), self._prepared = self._prepared, None
        self._used.add(name)
        self._taken = evolve(taken, leftovers=())
        return str(self._marking(taken).run(name, kind, data, deadline).job_id)

    # -- what a queue cannot do -----------------------------------------------------------

    def flip(self, timeout_ms: int) -> None:
        """Not possible."""
        raise self._unsupported("a queue turns no card over on order")

    def read_uid(self, timeout_ms: int) -> str:
        """Not possible: a reader stands beside the printer."""
        raise self._unsupported("a queue reads no chip")

    def read_chip(self, timeout_ms: int) -> bytes | None:
        """Not possible."""
        raise self._unsupported("a queue reads no chip")

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Not possible."""
        raise self._unsupported("a queue writes no chip")

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """Not possible: what is wrong inside is put right at the printer."""
        raise self._unsupported("a queue takes no orders about a card inside")

    def reset(self, level: ResetLevel, timeout_ms: int) -> None:
        """Not possible: a spooler that starts anew may print again."""
        raise self._unsupported("a queue is not reset: a spooler that starts anew may print a card again")

    def _unsupported(self, what: str) -> DriverError:
        self._desk.spooler.must_be_open()
        return DriverError(f"unsupported: {what}")

    def close(self) -> None:
        """Let go of the line; the queue stays stopped."""
        self._desk.spooler.close()


def new_holder(station: str) -> str:
    """A mark of this process, behind one of its station where that was told in the form it has."""
    told = f"{station}." if re.fullmatch(r"[0-9a-f]{1,32}", station) else ""
    return f"{told}{token_hex(8)}"


def _notice(condition: Condition, code: str, words: str, severity: Severity = Severity.WARNING) -> Notice:
    return Notice(condition, severity, 2, code, words)

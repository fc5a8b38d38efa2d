"""The one job of a card (tugas cetak satu kartu): made held, let go, and watched to its end.

The queue runs for this one job and is stopped again afterwards, whatever came. A job that was
under way and is begun anew, or goes back among those that wait, is cancelled at once: the
spooler wants to print it a second time. At the deadline the job is cancelled too, so that it
cannot go on unwatched; whether its card stopped is not known from that, and nothing here says so.
Where the printer's own program stopped the queue, its words stay there: a person reads them.
"""

from contextlib import suppress
from time import sleep

from attrs import define

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_cups.desk import Desk
from ektp_driver_cups.hint import Hint
from ektp_driver_cups.holding import foreign, must_be_guarded
from ektp_driver_cups.queue import Job, JobState, Queue, QueueState
from ektp_driving.deadline import Deadline

POLL_S = 0.1
#: What is left of a deadline for cancelling the job and stopping the queue.
LAST_S = 3.0


class LeftStopped(DriverError):
    """The printer's program gave up and left the queue stopped, with the reason beside it."""


@define(eq=False)
class Marking:
    """One card's job in a queue that `holder` holds."""

    desk: Desk
    hint: Hint
    holder: str
    medium: str

    def run(self, name: str, kind: str, data: bytes, deadline: Deadline) -> Job:
        """Print it.

        Raises:
            DriverTimeout: it had not ended at the deadline, and was cancelled.
            DriverLost: the spooler is gone, or somebody else has the queue now.
            DriverError: it was not begun, or did not end as completed, or its picture was kept.
        """
        must_stay_stopped = False
        self.must_be_ready(deadline)
        if any(job.name == name for job in self.desk.jobs("all", deadline)):
            raise DriverError("a job of this card stands in the spooler's list already; it is not sent again")
        job_id = self.desk.create(name, self.medium, deadline)
        try:
            self.desk.send(job_id, kind, data, deadline)
            self.must_be_ready(deadline, but=job_id)  # somebody may have come while the picture went over
            self.desk.release(job_id, deadline)
            self.desk.resume(deadline)
            watched_until = deadline.earlier(min(LAST_S, deadline.left_s / 3))
            return _not_kept(self._watch(job_id, watched_until))
        except LeftStopped:
            must_stay_stopped = True
            raise
        finally:
            self._end(job_id, must_stay_stopped, deadline)

    def must_be_ready(self, deadline: Deadline, but: int = 0) -> None:
        """The queue is stopped by us and no job is in it, `but` the one that is being sent.

        Raises:
            DriverLost: it is not in our hands any more, or an older card would be made. DriverError: something else
                is in the way.
        """
        queue = self.desk.queue(deadline)
        must_be_ours(queue, self.holder)
        must_be_guarded(queue, self.hint)
        jobs = [job for job in self.desk.jobs("not-completed", deadline) if not job.is_over and job.job_id != but]
        if others := foreign(tuple(jobs)):
            raise DriverError(f"{others} jobs of others are in the queue; they would be printed on blanks")
        if jobs:  # one that is over was begun again by hand: the next opening cancels it
            raise DriverLost(f"a card that nobody ordered now is in the queue: {jobs[0].words}")

    def _watch(self, job_id: int, until: Deadline) -> Job:
        """Follow it to its end."""
        began: int | None = None
        while True:
            job = self.desk.job(job_id, until)
            if job.is_over:
                return _completed(job)
            if job.state is not JobState.PROCESSING:
                self._must_not_be_left_stopped(job_id, until)  # it may have begun and given up between two looks
            if began is not None and (job.state is not JobState.PROCESSING or job.began_s != began):
                raise DriverError(f"the spooler wants to print it a second time: {job.words}")
            if job.state is JobState.PROCESSING:
                began = job.began_s
            elif job.state is not JobState.PENDING:
                raise DriverError(f"it did not begin: {job.words}")
            if until.is_over:
                raise DriverTimeout(f"no end before the deadline: {job.words}")
            sleep(POLL_S)

    def _must_not_be_left_stopped(self, job_id: int, until: Deadline) -> None:
        queue = self.desk.queue(until)
        if queue.state is not QueueState.STOPPED or queue.is_held:
            return
        job = self.desk.job(job_id, until)  # it may just have begun: `ektp-once` stops the queue then
        if not job.is_over and job.state is not JobState.PROCESSING:
            raise LeftStopped(f"the printer's program stopped the queue: {queue.message[:160]}")

    def _end(self, job_id: int, must_stay_stopped: bool, deadline: Deadline) -> None:
        """Nothing of ours goes on unwatched, and the queue is ours again, or waits for a person."""
        with suppress(DriverError):
            if not self.desk.job(job_id, deadline).is_over:
                self.desk.cancel(job_id, deadline)
        with suppress(DriverError):
            if not must_stay_stopped:
                self._stop(deadline)

    def _stop(self, deadline: Deadline) -> None:
        """Stop the queue; not while it works on a job of somebody else, which would be begun anew."""
        queue = self.desk.queue(deadline)
        is_others = queue.state is QueueState.PROCESSING and foreign(self.desk.jobs("not-completed", deadline))
        is_taken = queue.is_held and not is_held_by(queue, self.holder)
        if not is_others and not is_taken:
            self.desk.pause(self.holder, deadline)


def is_held_by(queue: Queue, holder: str) -> bool:
    """Whether the words beside the queue are those of this holder."""
    return queue.is_held and queue.holder == holder


def must_be_ours(queue: Queue, holder: str) -> None:
    """The queue is stopped, and by this holder.

    Raises:
        DriverLost: it is not; the line has to be opened anew, which looks at everything again.
    """
    if queue.state is not QueueState.STOPPED:
        raise DriverLost("somebody let the queue run")
    if queue.is_held and not is_held_by(queue, holder):
        raise DriverLost("another station has taken this queue; a queue belongs to one station")
    if not is_held_by(queue, holder):
        raise DriverLost(f"the queue was stopped by somebody else: {queue.message[:80] or 'no reason given'}")


def _not_kept(job: Job) -> Job:
    """Its picture is gone from the spool, as it was when the queue was opened.

    Raises:
        DriverLost: it is kept, so the card can be printed again by a click; the next opening says what to type.
    """
    if job.documents or job.is_kept:
        raise DriverLost("the spooler keeps the card's picture now and can print it again: PreserveJobFiles changed")
    return job


def _completed(job: Job) -> Job:
    if job.state is not JobState.COMPLETED:
        raise DriverError(f"it did not end as completed: {job.words}")
    return job

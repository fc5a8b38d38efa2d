"""The one job of a card (tugas cetak satu kartu): made held, let go, and watched to its end.

A job is held before its page is drawn, and let go while the queue is still stopped. The queue runs
until the job is under way and is stopped again at once, so that a service that starts anew
finds it stopped. A job that stands still for a person is deleted: it would print by
itself once he has put the matter right. A job that is gone from the list without having said that
it printed is unknown: it may have been printed, and it may have been deleted. At the deadline it is
deleted too; whether its card stopped is not known from that, and nothing here says so.
"""

from contextlib import suppress
from time import sleep

from attrs import define

from ektp_core.boundary.card_printer import DriverError, DriverTimeout
from ektp_driver_windows.bits import JobBit, JobControl, PrinterControl
from ektp_driver_windows.conditions import stops
from ektp_driver_windows.holding import must_be_ready, remove
from ektp_driver_windows.picture import Bitmap
from ektp_driver_windows.queue import STUCK, Job
from ektp_driver_windows.spooler import Spooler
from ektp_driving.deadline import Deadline

POLL_S = 0.05
#: What is left of a deadline for deleting the job and stopping the queue.
LAST_S = 3.0


@define(eq=False)
class Marking:
    """One card's job in a queue that `holder` holds. `is_guarded`: stop the queue once the job is under way."""

    spooler: Spooler
    holder: str
    is_guarded: bool

    def run(self, name: str, picture: Bitmap, deadline: Deadline) -> Job:
        """Print it.

        Raises:
            DriverTimeout: it had not ended at the deadline, and was deleted.
            DriverLost: the spooler is gone, or somebody else has the queue now.
            DriverError: it was not begun, or did not end as printed.
        """
        until = deadline.earlier(min(LAST_S, deadline.left_s / 3))  # the rest is for putting things in order
        must_be_ready(self.spooler, self.holder, until)
        if any(job.name == name for job in self.spooler.jobs(until)):
            raise DriverError("a job of this card stands in the spooler's list already; it is not sent again")
        try:
            return self._printed(self.spooler.begin(name, until), picture, until)
        finally:
            self._end(name, deadline)

    def _printed(self, job_id: int, picture: Bitmap, until: Deadline) -> Job:
        self.spooler.order_job(job_id, JobControl.PAUSE, until)
        if JobBit.PAUSED not in self._job(job_id, until).bits:
            raise DriverError("the spooler does not hold a job when told to")
        self.spooler.page(picture, until)
        self.spooler.end(until)
        _must_be_one_page(self._job(job_id, until))
        must_be_ready(self.spooler, self.holder, until)  # somebody may have come meanwhile
        for what in (JobControl.RETAIN, JobControl.RESUME):
            self.spooler.order_job(job_id, what, until)
        self.spooler.order(PrinterControl.RESUME, until)
        return self._watch(job_id, until)

    def _watch(self, job_id: int, until: Deadline) -> Job:
        """Follow it to its end."""
        began = False
        while True:
            job = self._job(job_id, until)
            if JobBit.RESTART in job.bits or (began and not job.is_over and JobBit.PRINTING not in job.bits):
                raise DriverError(f"the spooler wants to print it a second time: {job.state}")
            _must_be_one_page(job)
            if job.is_over:
                return job
            self._must_go_on(job, until)
            if JobBit.PRINTING in job.bits and not began:
                began = True
                if self.is_guarded:
                    self.spooler.order(PrinterControl.PAUSE, until)
            sleep(POLL_S)
            if until.is_over:
                raise DriverTimeout(f"no end before the deadline: {job.state}")

    def _must_go_on(self, job: Job, until: Deadline) -> None:
        if job.bits & STUCK:
            raise DriverError(f"it stands still: {job.state}")
        if why := stops(self.spooler.queue(until).status):
            raise DriverError(f"the printer stands still ({why}): {job.state}")

    def _job(self, job_id: int, until: Deadline) -> Job:
        found = next((job for job in self.spooler.jobs(until) if job.job_id == job_id), None)
        if found is None:
            raise DriverError(f"job {job_id} is gone from the list, and did not say that it printed")
        return found

    def _end(self, name: str, deadline: Deadline) -> None:
        """Nothing of ours goes on unwatched or stays in the list, and the queue is ours again."""
        with suppress(DriverError):
            for job in self.spooler.jobs(deadline):
                if job.name == name:
                    remove(self.spooler, job, deadline)
        with suppress(DriverError):
            self._stop(deadline)

    def _stop(self, deadline: Deadline) -> None:
        """Stop the queue; not while it works on a job of somebody else."""
        is_others = any(JobBit.PRINTING in job.bits and not job.is_ours for job in self.spooler.jobs(deadline))
        if not is_others and not self.spooler.queue(deadline).is_paused:
            self.spooler.order(PrinterControl.PAUSE, deadline)


def _must_be_one_page(job: Job) -> None:
    if max(job.pages, job.printed) > 1:
        raise DriverError(f"one card became {max(job.pages, job.printed)} pages: {job.state}")

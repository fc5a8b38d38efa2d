"""Taking a queue into our hands (menahan antrean): leftovers first, then settings, then a hold.

The order matters. A job of ours that an earlier process left in the list is deleted before
anything else, whatever its state: its card is in doubt already, and a spooler that starts
anew begins such a job again by itself. Only then are settings required and read back. The
queue is stopped, with our words in its comment, and runs only inside `mark`. A queue that a person
stopped stays as it is, and jobs of others are never touched.
"""

from contextlib import suppress
from hashlib import blake2b

from attrs import evolve, frozen

from ektp_core.boundary.card_printer import DriverError, DriverLost, Settings
from ektp_driver_windows.bits import Attribute, JobControl, PrinterControl
from ektp_driver_windows.conditions import stops
from ektp_driver_windows.queue import Job, Queue, foreign, held_words
from ektp_driver_windows.spooler import Spooler
from ektp_driving.deadline import Deadline
from ektp_driving.declined import Declined, NotAllowed

#: Where a person sets what this account may not.
_WHERE = "in the printer's properties, Advanced"
_MANAGE = "give the station's account the right «Manage this printer», in the printer's properties, Security"


@frozen
class Taken:
    """A queue in our hands: its settings as read back, and which leftovers were deleted."""

    settings: Settings
    leftovers: tuple[str, ...]


def take(spooler: Spooler, holder: str, wanted: Settings, deadline: Deadline) -> Taken:
    """Make the queue safe and hold it.

    Raises:
        DriverError: why it cannot be used, and what a person does to mend it.
    """
    leftovers = tuple(delete_ours(spooler, deadline))
    queue = spooler.queue(deadline)
    _must_be_free(spooler, queue, bool(leftovers), deadline)
    queue = _required(spooler, queue, holder, deadline)
    keeps = Attribute.KEEP_PRINTED_JOBS in queue.attributes
    read_back = evolve(
        wanted, host_handles_errors=True, device_retries=0, copies=queue.copies, keeps_bitmaps=keeps,
        digest=digest(queue),
    )  # fmt: skip
    return Taken(read_back, leftovers)


def delete_ours(spooler: Spooler, deadline: Deadline) -> list[str]:
    """Delete every job of ours; says in which state each unfinished one was found."""
    found = [job for job in spooler.jobs(deadline) if job.is_ours]
    for job in found:
        remove(spooler, job, deadline)
    return [job.state for job in found if not job.is_over]


def remove(spooler: Spooler, job: Job, deadline: Deadline) -> None:
    """Delete one job; one that is kept in the list is given up first, or it stays there."""
    for what in (JobControl.RELEASE, JobControl.DELETE):
        with suppress(Declined):  # it ended meanwhile, or was never kept
            spooler.order_job(job.job_id, what, deadline)


def digest(queue: Queue) -> str:
    """Of everything that changes what the queue does with a card."""
    parts = (
        queue.name, queue.port, queue.driver, queue.processor, str(int(queue.attributes)), str(queue.copies),
        str(queue.page),
    )  # fmt: skip
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def must_be_ready(spooler: Spooler, holder: str, deadline: Deadline) -> None:
    """The queue is stopped by us, set as it was, able to print, and nobody else's job is in it.

    Raises:
        DriverLost: it is not in our hands any more. DriverError: something else is in the way.
    """
    queue = spooler.queue(deadline)
    must_be_ours(queue, holder)
    if why := cannot_print(queue):
        raise DriverError(f"the queue cannot print: {why}")
    if others := foreign(spooler.jobs(deadline)):
        raise DriverError(f"{others} jobs of others are in the queue; they would be printed on blanks")


def must_be_ours(queue: Queue, holder: str) -> None:
    """The queue is stopped, by this holder, and set as it has to be.

    Raises:
        DriverLost: it is not; the line has to be opened anew, which looks at everything again.
    """
    if not queue.is_paused:
        raise DriverLost(f"somebody let the queue {queue.name} run")
    if not queue.is_held_by(holder):
        who = "another station has taken it" if queue.is_held else "somebody else stopped it"
        raise DriverLost(f"the queue {queue.name} is not in our hands any more: {who}")
    if not queue.is_as_wanted:
        raise DriverLost(f"the settings of the queue {queue.name} were changed")


def cannot_print(queue: Queue) -> str:
    """Why nothing comes out of it now; empty if nothing says so."""
    offline = ["set to work offline"] if Attribute.WORK_OFFLINE in queue.attributes else []
    return ", ".join([*offline, *filter(None, [stops(queue.status)])])


def _must_be_free(spooler: Spooler, queue: Queue, had_leftovers: bool, deadline: Deadline) -> None:
    if queue.is_paused and not queue.is_held and not had_leftovers:
        raise DriverError(
            f"the queue {queue.name} was paused by a person; when that is settled choose Resume in its window"
        )
    if not queue.is_paused and foreign(spooler.jobs(deadline)):
        raise DriverError(f"the queue {queue.name} works on a job of somebody else; it is waited for")
    if not queue.is_of_cards:
        width, height = (side / 100 for side in queue.page)
        raise DriverError(f"the page of the queue {queue.name} is {width} x {height} mm, and a card is 85.6 x 54 mm")
    if queue.copies != 1:
        raise DriverError(f"the queue {queue.name} prints {queue.copies} copies; set 1 in Printing Defaults")


def _required(spooler: Spooler, queue: Queue, holder: str, deadline: Deadline) -> Queue:
    """Set what is not as it must be, stop the queue, and read back."""
    attributes = (queue.attributes | Attribute.QUEUED) & ~(Attribute.DIRECT | Attribute.KEEP_PRINTED_JOBS)
    comment = held_words(holder) + (f" | {queue.own_comment}" if queue.own_comment else "")
    try:
        spooler.order(PrinterControl.PAUSE, deadline)
        spooler.change(attributes, comment, deadline)
    except NotAllowed:
        raise NotAllowed(f"this account may not stop and set the queue {queue.name}; {_MANAGE}") from None
    queue = spooler.queue(deadline)
    if not queue.is_as_wanted:
        raise DriverError(
            f"the queue {queue.name} keeps other settings; {_WHERE}: start printing after the last page is"
            " spooled, and do not keep printed documents"
        )
    if not queue.is_held_by(holder):
        raise DriverError(f"the queue {queue.name} does not stay stopped; somebody else starts it")
    return queue

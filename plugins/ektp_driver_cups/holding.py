"""Taking a queue into our hands (menahan antrean): leftovers first, then settings, then a hold, then a proof.

The order matters. A job of ours that an earlier process left in the queue is cancelled
before anything else, whatever its state: its card is in doubt already, and a spooler that
died begins such a job again by itself. Only then are settings required and read back. The
queue is stopped, with our words beside it, and runs only inside `mark`. A queue that a
person stopped stays as it is, jobs of others are never touched, and a queue that another station
holds is left to it, with the card it may be making.
"""

from hashlib import blake2b

from attrs import evolve, frozen

from ektp_core.boundary.card_printer import DriverError, Settings
from ektp_driver_cups.desk import Desk, lpadmin_line
from ektp_driver_cups.hint import Hint
from ektp_driver_cups.picture import PDF, PNG
from ektp_driver_cups.queue import PROBE, Job, Queue, QueueState, owner_of
from ektp_driving.deadline import Deadline
from ektp_driving.declined import Declined, NotAllowed, NotThere

POLICY = "abort-job"
_PROBE_DOCUMENT = b"%PDF-1.4\n%EOF\n"
#: How much of the words beside a queue is passed on.
_WORDS = 160


@frozen
class Taken:
    """A queue in our hands: its settings as read back, its medium, and which leftovers were cancelled."""

    settings: Settings
    medium: str
    formats: tuple[str, ...]
    leftovers: tuple[str, ...]


def take(desk: Desk, hint: Hint, holder: str, wanted: Settings, deadline: Deadline) -> Taken:
    """Make the queue safe and hold it.

    Raises:
        DriverError: why it cannot be used, and what a person types to mend it.
    """
    _must_be_no_other_stations(desk, hint, owner_of(holder), deadline)
    leftovers = tuple(_cancel_ours(desk, owner_of(holder), deadline))
    queue = desk.queue(deadline)
    _must_be_free(desk, queue, hint, bool(leftovers), deadline)
    queue = _required(desk, queue, hint, deadline)
    _hold(desk, hint, holder, queue, deadline)
    is_kept = _keeps_documents(desk, hint, deadline)
    read_back = evolve(
        wanted,
        host_handles_errors=queue.policy == POLICY,
        device_retries=0 if queue.policy == POLICY else 1,
        copies=queue.copies,
        keeps_bitmaps=is_kept,
        digest=digest(queue, is_kept),
    )
    return Taken(read_back, queue.card_medium, queue.formats, leftovers)


def _must_be_no_other_stations(desk: Desk, hint: Hint, owner: str, deadline: Deadline) -> None:
    """Nothing here belongs to another station: it may be at work on a card this very moment.

    Raises:
        DriverError: something does, and only a person knows whether that station is gone.
    """
    queue = desk.queue(deadline)
    if queue.is_held and owner_of(queue.holder) != owner:
        raise DriverError(
            f"another station holds the queue {hint.queue}, and a queue belongs to one station;"
            f" if that station is gone type: cupsenable {hint.queue}"
        )
    theirs = [job for job in desk.jobs("not-completed", deadline) if _is_a_card(job) and job.owner != owner]
    if theirs:
        raise DriverError(
            f"a card of another station is in the queue {hint.queue}: {theirs[0].words};"
            f" if that station is gone type: cancel {hint.queue}-{theirs[0].job_id}"
        )


def _is_a_card(job: Job) -> bool:
    return job.is_ours and not job.is_over and job.name != PROBE


def _cancel_ours(desk: Desk, owner: str, deadline: Deadline) -> list[str]:
    """Cancel every unfinished job of this station; says in which state each was found."""
    jobs = desk.jobs("not-completed", deadline)
    found = [job for job in jobs if job.is_ours and (job.name == PROBE or job.owner == owner)]
    for job in found:
        try:
            desk.cancel(job.job_id, deadline)
        except NotAllowed:
            raise
        except Declined:
            continue  # it ended meanwhile
    return [job.words for job in found if job.name != PROBE]


def foreign(jobs: tuple[Job, ...]) -> int:
    """How many jobs of others wait or run."""
    return sum(not job.is_ours and not job.is_over for job in jobs)


def digest(queue: Queue, is_kept: bool) -> str:
    """Of everything that changes what the queue does with a card."""
    parts = (
        queue.policy, *queue.sheets, str(queue.copies), queue.hold, str(queue.is_guarded), queue.device_uri,
        queue.model, queue.card_medium, str(is_kept), *map(str, queue.values.get("number-up-default", ())),
        *map(str, queue.values.get("printer-op-policy", ())),
    )  # fmt: skip
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def must_be_guarded(queue: Queue, hint: Hint) -> None:
    """`ektp-once` stands before the printer, or the office said that it need not.

    Raises:
        DriverError: it does not.
    """
    if hint.is_guarded and not queue.is_guarded:
        uri = queue.device_uri or "ADDRESS"
        raise DriverError(
            "a spooler that dies in the middle of a card prints it again when it starts, and nothing hinders it here;"
            f" install the backend ektp-once and type: lpadmin -p {hint.queue} -v 'ektp-once:{uri}'"
        )


def _must_be_free(desk: Desk, queue: Queue, hint: Hint, had_leftovers: bool, deadline: Deadline) -> None:
    must_be_guarded(queue, hint)
    is_stopped = queue.state is QueueState.STOPPED
    if is_stopped and not queue.is_held and not had_leftovers:
        words = f": {queue.message[:_WORDS]}" if queue.message else ""
        raise DriverError(
            f"the queue {hint.queue} was stopped{words}; when that is settled type: cupsenable {hint.queue}"
        )
    if not queue.accepts:
        raise DriverError(f"the queue {hint.queue} takes no jobs; type: cupsaccept {hint.queue}")
    if not is_stopped and foreign(desk.jobs("not-completed", deadline)):
        raise DriverError(f"the queue {hint.queue} works on a job of somebody else; it is waited for")
    if queue.media and not queue.card_medium:
        raise DriverError(f"the queue {hint.queue} names no medium of a card's size, 85.6 x 54 mm")
    if not {PDF, PNG} & set(queue.formats):
        raise DriverError(f"the queue {hint.queue} takes neither {PDF} nor {PNG}")


def _is_as_wanted(queue: Queue) -> bool:
    return queue.policy == POLICY and not queue.sheets and queue.copies == 1 and queue.hold == "no-hold"


def _required(desk: Desk, queue: Queue, hint: Hint, deadline: Deadline) -> Queue:
    """Set what is not as it must be, and read back."""
    if _is_as_wanted(queue):
        return queue
    try:
        desk.require(deadline)
    except NotAllowed:
        raise NotAllowed(
            f"the queue {hint.queue} repeats failed jobs or changes them, and this account may not set it;"
            f" type: {lpadmin_line(hint.queue)}"
        ) from None
    queue = desk.queue(deadline)
    if not _is_as_wanted(queue):
        raise DriverError(f"the queue {hint.queue} keeps other settings; type: {lpadmin_line(hint.queue)}")
    return queue


def _hold(desk: Desk, hint: Hint, holder: str, queue: Queue, deadline: Deadline) -> None:
    try:
        if queue.state is not QueueState.STOPPED and queue.reasons:
            desk.forget_reasons(deadline)  # a person let it run again: what was the matter is put right
        desk.pause(holder, deadline)
    except NotAllowed:
        raise NotAllowed(
            f"this account may not stop and start the queue {hint.queue};"
            f" make it a member of the spooler's group, such as: usermod -aG lpadmin {desk.spooler.account}"
        ) from None
    queue = desk.queue(deadline)
    if queue.state is not QueueState.STOPPED or queue.holder != holder:
        raise DriverError(f"the queue {hint.queue} does not stay stopped; somebody else starts it")


def _keeps_documents(desk: Desk, hint: Hint, deadline: Deadline) -> bool:
    """Put an empty job into the stopped queue, cancel it, and see what the spooler keeps of it.

    Raises:
        DriverError: it keeps no jobs at all, or keeps their documents.
    """
    job_id = desk.create(PROBE, "", deadline)
    try:
        desk.send(job_id, "application/octet-stream", _PROBE_DOCUMENT, deadline)
    finally:
        desk.cancel(job_id, deadline)
    try:
        job = desk.job(job_id, deadline)
    except NotThere:
        raise DriverError(
            "the spooler keeps no history of jobs, so nothing can be asked of one; type: cupsctl PreserveJobHistory=Yes"
        ) from None
    if not job.is_over:
        raise DriverError("the spooler does not cancel a job when told to")
    if job.documents or job.is_kept:
        raise DriverError(
            "the spooler keeps the pictures of finished jobs and can print them again;"
            " type: cupsctl PreserveJobFiles=No"
        )
    return False

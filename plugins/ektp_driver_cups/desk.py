"""What this driver asks of a queue (permintaan ke antrean): each a question or an order of its own.

Nothing here decides. Names of operations are IPP's; a job is always created held, one copy,
without a banner, before all others, and under the name it is given.
"""

from attrs import define
from ippx import Attribute, Tag

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_cups.queue import HELD, Job, Queue, read_job
from ektp_driver_cups.spooler import Ask, Spooler
from ektp_driving.deadline import Deadline

_QUEUE = (
    "copies-default", "device-uri", "document-format-supported", "job-hold-until-default", "job-sheets-default",
    "marker-levels", "marker-names", "marker-types", "media-default", "media-supported", "number-up-default",
    "printer-device-id", "printer-error-policy", "printer-firmware-string-version", "printer-is-accepting-jobs",
    "printer-make-and-model", "printer-op-policy", "printer-state", "printer-state-message", "printer-state-reasons",
    "printer-uuid",
)  # fmt: skip
_JOB = (
    "job-id", "job-name", "job-state", "job-state-reasons", "time-at-processing", "number-of-documents",
    "job-preserved", "job-billing",
)  # fmt: skip
#: More jobs of a history than an office makes in a month are not looked through.
_MOST_JOBS = 5_000


@define(eq=False)
class Desk:
    """One queue, asked one thing at a time. `owner`: whose jobs are made here, beside their names."""

    spooler: Spooler
    owner: str = ""

    def queue(self, deadline: Deadline) -> Queue:
        """How the queue is."""
        found = self.spooler.ask(Ask.GET_QUEUE, deadline, [_keywords("requested-attributes", _QUEUE)])
        return Queue(found[0] if found else {})

    def jobs(self, which: str, deadline: Deadline) -> tuple[Job, ...]:
        """Its jobs: `not-completed` or `all`."""
        asked = [
            _keywords("which-jobs", (which,)),
            _keywords("requested-attributes", _JOB),
            Attribute("limit", Tag.INTEGER, [_MOST_JOBS]),
        ]
        found = (read_job(one) for one in self.spooler.ask(Ask.GET_JOBS, deadline, asked))
        return tuple(one for one in found if one is not None)

    def job(self, job_id: int, deadline: Deadline) -> Job:
        """One job. Raises NotThere, as every order about a job does."""
        asked = [_job(job_id), _keywords("requested-attributes", _JOB)]
        found = self.spooler.ask(Ask.GET_JOB, deadline, asked)
        seen = read_job(found[0]) if found else None
        return seen if seen and seen.job_id == job_id else Job(job_id, "", None)  # another job's end is not this one's

    def create(self, name: str, medium: str, deadline: Deadline) -> int:
        """Make a held job.

        Raises:
            DriverError: also when the spooler does not say which job it made: nothing can be asked of it then.
        """
        of = [
            Attribute("copies", Tag.INTEGER, [1]),
            Attribute("job-hold-until", Tag.KEYWORD, ["indefinite"]),
            Attribute("job-priority", Tag.INTEGER, [100]),
            Attribute("job-sheets", Tag.NAME, ["none"]),
            Attribute("number-up", Tag.INTEGER, [1]),
        ]
        if self.owner:
            of.append(Attribute("job-billing", Tag.TEXT, [self.owner]))
        if medium:
            of.append(Attribute("media", Tag.KEYWORD, [medium]))
        asked = [Attribute("job-name", Tag.NAME, [name])]
        found = self.spooler.ask(Ask.CREATE_JOB, deadline, asked, of)
        made = read_job(found[0]) if found else None
        if made is None or made.job_id < 1:
            raise DriverError("the spooler did not say which job it made")
        return made.job_id

    def send(self, job_id: int, kind: str, data: bytes, deadline: Deadline) -> None:
        """Give a job its only document."""
        asked = [
            _job(job_id),
            Attribute("document-format", Tag.MIME_TYPE, [kind]),
            Attribute("last-document", Tag.BOOLEAN, [True]),
        ]
        self.spooler.ask(Ask.SEND_DOCUMENT, deadline, asked, data=data)

    def release(self, job_id: int, deadline: Deadline) -> None:
        """Let a held job begin as soon as the queue runs."""
        self.spooler.ask(Ask.RELEASE_JOB, deadline, [_job(job_id)])

    def cancel(self, job_id: int, deadline: Deadline) -> None:
        """Cancel a job; a card under way may stop or come out."""
        self.spooler.ask(Ask.CANCEL_JOB, deadline, [_job(job_id)])

    def pause(self, holder: str, deadline: Deadline) -> None:
        """Stop the queue and say beside it who did."""
        words = Attribute("printer-state-message", Tag.TEXT, [f"{HELD} [{holder}]"])
        self.spooler.ask(Ask.PAUSE_QUEUE, deadline, [words])

    def resume(self, deadline: Deadline) -> None:
        """Let the queue run."""
        self.spooler.ask(Ask.RESUME_QUEUE, deadline)

    def require(self, deadline: Deadline) -> None:
        """Set what this driver needs of a queue (`lpadmin_line` says the same for a person to type)."""
        of = [
            Attribute("printer-error-policy", Tag.NAME, ["abort-job"]),
            Attribute("job-sheets-default", Tag.NAME, ["none", "none"]),
            Attribute("copies-default", Tag.INTEGER, [1]),
            Attribute("job-hold-until-default", Tag.KEYWORD, ["no-hold"]),
        ]
        self.spooler.ask(Ask.CHANGE_QUEUE, deadline, of=of)

    def forget_reasons(self, deadline: Deadline) -> None:
        """Take away what the last job left beside the queue, after a person put it right."""
        of = [Attribute("printer-state-reasons", Tag.KEYWORD, ["none"])]
        self.spooler.ask(Ask.CHANGE_QUEUE, deadline, of=of)


def lpadmin_line(queue: str) -> str:
    """What a person types where this account may not set the queue."""
    return (
        f"lpadmin -p {queue} -o printer-error-policy=abort-job -o job-sheets-default=none,none"
        " -o copies-default=1 -o job-hold-until-default=no-hold"
    )


def _job(job_id: int) -> Attribute:
    return Attribute("job-id", Tag.INTEGER, [job_id])


def _keywords(name: str, values: tuple[str, ...]) -> Attribute:
    return Attribute(name, Tag.KEYWORD, list(values))

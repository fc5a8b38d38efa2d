"""What a spooler says of a queue and its jobs (keadaan antrean), as plain values.

Pure. Jobs of ours are known by their names, which are digests: no NIK, no name of a person and no
number of a record stands in a spool.
"""

import re
from hashlib import blake2b

from attrs import field, frozen

from ektp_driver_windows.bits import Attribute, JobBit, PrinterBit, words

#: What stands in the queue's comment while this driver holds it; behind it stands who holds it.
HELD = "Held by EKTP"
JOB_PREFIX = "ektp-"
_OURS = re.compile(r"ektp-[0-9a-f]{32}")
#: The card of ISO 7810 in hundredths of a millimetre, and how far a page's size may differ.
CARD, NEAR = (5398, 8560), 250
OVER = JobBit.PRINTED | JobBit.COMPLETE
#: While one of these is set, the spooler waits for a person and would go on by itself afterwards.
STUCK = (
    JobBit.ERROR | JobBit.OFFLINE | JobBit.PAPER_OUT | JobBit.BLOCKED | JobBit.USER_INTERVENTION
    | JobBit.DELETING | JobBit.DELETED
)  # fmt: skip


@frozen
class Job:
    """One job as the spooler shows it. `pages`: how many it has; `printed`: how many came out, as it says."""

    job_id: int
    name: str
    bits: JobBit = JobBit.NOTHING
    pages: int = 0
    printed: int = 0

    @property
    def is_ours(self) -> bool:
        """Whether a driver of this kind made it: by its exact name, as anybody may call a document `ektp-x`."""
        return _OURS.fullmatch(self.name) is not None

    @property
    def is_over(self) -> bool:
        """Whether the spooler says that it was sent to its end."""
        return bool(self.bits & OVER)

    @property
    def state(self) -> str:
        """Its state for a person to read."""
        return f"job {self.job_id} is {words(self.bits)}"


@frozen
class Queue:
    """One queue as the spooler shows it.

    Attributes:
        page: width and height of the page it prints on, hundredths of a millimetre; zeros if it does not say.
    """

    name: str
    port: str
    driver: str
    processor: str = ""
    comment: str = ""
    status: PrinterBit = PrinterBit.NOTHING
    attributes: Attribute = Attribute.QUEUED
    copies: int = 1
    page: tuple[int, int] = field(default=(0, 0))

    @property
    def is_paused(self) -> bool:
        """Whether it is stopped."""
        return PrinterBit.PAUSED in self.status

    @property
    def is_as_wanted(self) -> bool:
        """Whether it spools whole jobs first, keeps none that printed, and prints one copy."""
        bad = Attribute.DIRECT | Attribute.KEEP_PRINTED_JOBS
        return Attribute.QUEUED in self.attributes and not self.attributes & bad and self.copies == 1

    @property
    def is_of_cards(self) -> bool:
        """Whether its page is as large as a card; one that does not say is not refused."""
        return not any(self.page) or all(abs(a - b) <= NEAR for a, b in zip(sorted(self.page), CARD, strict=True))

    @property
    def serial(self) -> str:
        """Its name and its port: Windows tells no serial number of a printer."""
        return f"{self.name}@{self.port}"

    def is_held_by(self, holder: str) -> bool:
        """Whether it is stopped, by this holder."""
        return self.is_paused and self.comment.startswith(held_words(holder))

    @property
    def is_held(self) -> bool:
        """Whether a driver of this kind has taken it."""
        return self.comment.startswith(HELD)

    @property
    def own_comment(self) -> str:
        """The office's own comment, without what we put before it."""
        return self.comment.partition(" | ")[2] if self.is_held else self.comment


def held_words(holder: str) -> str:
    """What a driver of this kind puts before the queue's comment."""
    return f"{HELD} [{holder}]"


def foreign(jobs: tuple[Job, ...]) -> int:
    """How many jobs of others are in the queue; those that printed and are kept do not count."""
    return sum(not job.is_ours and not job.is_over for job in jobs)


def job_name(job_key: str) -> str:
    """The name under which a card's job stands in the spool: a digest of the job key."""
    return JOB_PREFIX + blake2b(job_key.encode(), digest_size=16, person=b"ektp-win-job").hexdigest()

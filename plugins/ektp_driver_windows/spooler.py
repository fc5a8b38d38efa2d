"""What this driver asks of a print spooler (permintaan ke spooler): each a question or an order of its own.

Two things stand behind it: Windows itself (`winspool`), and a spooler made of software
(`scripted`). Nothing here decides, and nothing is asked twice.
"""

from typing import Protocol

from ektp_driver_windows.bits import Attribute, JobControl, PrinterControl
from ektp_driver_windows.picture import Bitmap
from ektp_driver_windows.queue import Job, Queue
from ektp_driving.deadline import Deadline


class Spooler(Protocol):
    """One queue of a spooler.

    Raises (each operation):
        DriverTimeout, DriverLost: as their names say. NotAllowed, NotThere, Declined: its own word.
    """

    def queue(self, deadline: Deadline) -> Queue:
        """How the queue is."""

    def jobs(self, deadline: Deadline) -> tuple[Job, ...]:
        """All jobs in its list, in their order."""

    def order(self, what: PrinterControl, deadline: Deadline) -> None:
        """Stop the queue, or let it run."""

    def change(self, attributes: Attribute, comment: str, deadline: Deadline) -> None:
        """Set how the queue works, and its comment."""

    def begin(self, name: str, deadline: Deadline) -> int:
        """Begin a document of one page. Returns the job's number."""

    def page(self, picture: Bitmap, deadline: Deadline) -> None:
        """Draw its page."""

    def end(self, deadline: Deadline) -> None:
        """End the document: the spooler has all of it."""

    def order_job(self, job_id: int, what: JobControl, deadline: Deadline) -> None:
        """Hold, let go, keep, give up or delete one job. A card under way may stop or come out."""

    def close(self) -> None:
        """Let go of it; an unfinished document is given up."""

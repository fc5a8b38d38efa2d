"""A spooler made of software, reached by its socket (spooler buatan): for the bench, training and tests.

One question, one line of JSON, on a connection of its own; one line comes back. What stands behind the
socket is `bench_server`.
"""

import base64
import json
import socket
import zlib
from typing import Any

from attrs import define

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_windows.bits import Attribute, JobBit, JobControl, PrinterBit, PrinterControl
from ektp_driver_windows.picture import Bitmap
from ektp_driver_windows.queue import Job, Queue
from ektp_driving.deadline import Deadline
from ektp_driving.declined import Declined, NotAllowed, NotThere

LIMIT_BYTES = 16 << 20
_REFUSED = {"not-allowed": NotAllowed, "not-there": NotThere}


@define(eq=False)
class ScriptedSpooler:
    """Implements `Spooler` over a unix socket."""

    path: str
    _document: int = 0
    _is_open: bool = True

    def queue(self, deadline: Deadline) -> Queue:
        """How the queue is."""
        found = self._ask(deadline, "queue")
        return Queue(
            str(found["name"]), str(found["port"]), str(found["driver"]), "winprint", str(found["comment"]),
            PrinterBit(int(found["status"])), Attribute(int(found["attributes"])), int(found["copies"]), (5400, 8560),
        )  # fmt: skip

    def jobs(self, deadline: Deadline) -> tuple[Job, ...]:
        """All jobs in its list."""
        found = self._ask(deadline, "jobs")["jobs"]
        return tuple(Job(int(a), str(b), JobBit(int(c)), int(d), int(e)) for a, b, c, d, e in found)

    def order(self, what: PrinterControl, deadline: Deadline) -> None:
        """Stop the queue, or let it run."""
        self._ask(deadline, "order", what=int(what))

    def change(self, attributes: Attribute, comment: str, deadline: Deadline) -> None:
        """Set how the queue works, and its comment."""
        self._ask(deadline, "change", attributes=int(attributes), comment=comment)

    def begin(self, name: str, deadline: Deadline) -> int:
        """Begin a document."""
        self._document = int(self._ask(deadline, "begin", name=name)["job_id"])
        return self._document

    def page(self, picture: Bitmap, deadline: Deadline) -> None:
        """Draw its page."""
        rows = base64.b64encode(zlib.compress(picture.rows, 1)).decode("ascii")
        size = [picture.width_px, picture.height_px]
        self._ask(deadline, "page", job_id=self._document, size=size, rows=rows)

    def end(self, deadline: Deadline) -> None:
        """End the document."""
        self._ask(deadline, "end", job_id=self._document)

    def order_job(self, job_id: int, what: JobControl, deadline: Deadline) -> None:
        """Order something about one job."""
        self._ask(deadline, "order_job", job_id=job_id, what=int(what))

    def close(self) -> None:
        """Let go of it."""
        self._is_open = False

    def _ask(self, deadline: Deadline, asked: str, /, **more: Any) -> dict[str, Any]:
        if not self._is_open:
            raise DriverLost("the queue was closed")
        return ask(self.path, {"ask": asked, **more}, deadline.left_s)


def ask(path: str, question: dict[str, Any], within_s: float) -> dict[str, Any]:
    """One question to a scripted spooler, or to the panel beside it.

    Raises:
        DriverLost, DriverTimeout, Declined, DriverError: as their names say.
    """
    family = getattr(socket, "AF_UNIX", None)
    if family is None:
        raise DriverLost("a scripted spooler can be reached from POSIX only")
    trouble: DriverError
    try:
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.settimeout(within_s)
            line.connect(path)
            line.sendall(json.dumps(question).encode() + b"\n")
            with line.makefile("rb") as answers:
                raw = answers.readline(LIMIT_BYTES)
    except TimeoutError:
        trouble = DriverTimeout("the spooler did not answer in time")
    except OSError as error:
        trouble = DriverLost(f"no spooler answers ({type(error).__name__})")
    else:
        return _read(raw)
    raise trouble


def _read(raw: bytes) -> dict[str, Any]:
    if not raw.endswith(b"\n"):
        raise DriverLost("the spooler went away in the middle of an answer")
    try:
        found = json.loads(raw)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DriverError("the spooler's answer cannot be read")
    if "refused" in found:
        kind = _REFUSED.get(str(found["refused"]), Declined)
        raise kind(f"the spooler declined: {str(found.get('words', ''))[:120]}")
    return found

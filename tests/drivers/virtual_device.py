"""A virtual printer without a process: no time passes, the folder is real."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ektp_core.boundary.card_printer import Bin, JobRecord, Status
from ektp_driver_virtual import eye, messages, panel
from ektp_driver_virtual.body import Body
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.device import Device
from ektp_driver_virtual.messages import Declined, Done, FaultKind, Flaw, Reason, Step
from ektp_driver_virtual.truth_log import Pictures, TruthLog


class Machine:
    """A device without a process: no time passes, the folder is real."""

    def __init__(self, folder: Path, picture: bytes, during: Callable[[float], None] = lambda _ms: None) -> None:
        self.folder, self.picture = folder, picture
        self.log = TruthLog.open(folder)
        self.device = Device(Body("VP-1", self.log, Pictures(folder), lambda: 0, during))
        self.device.start()

    @property
    def body(self) -> Body:
        return self.device.body

    def do(self, command: object) -> Any:
        return self.device.perform(command)

    def load(self, count: int, first: int = 1) -> Any:
        uids = tuple(uid_of("T-1", n, "seed") for n in range(first, first + count))
        return panel.perform(self.body, messages.LoadBlanks("T-1", first, uids))

    def fault(self, kind: FaultKind, step: Step, at_card: int = 1, flaw: Flaw = Flaw.ANY) -> Any:
        return panel.perform(self.body, messages.SetFault(kind, step, at_card, flaw))

    def feed(self) -> Any:
        return self.do(messages.Feed())

    def mark(self, key: str = "r1/1/1") -> Any:
        self.do(messages.Prepare(self.picture))
        return self.do(messages.Mark(key))

    def card(self, key: str = "r1/1/1", to: Bin = Bin.OUTPUT) -> Any:
        assert self.feed() == Done()
        marked = self.mark(key)
        return marked if isinstance(marked, Declined) else self.do(messages.Deliver(to))

    def observe(self, job: str = "r1/1/1") -> JobRecord:
        record = self.do(messages.Observe(job))
        assert isinstance(record, JobRecord)
        return record

    def status(self) -> Status:
        status = self.do(messages.AskStatus())
        assert isinstance(status, Status)
        return status

    def looks(self, serial: str = "T-1 1") -> str:
        found = self.body.truth.cards[serial].picture
        return eye.what_is_wrong(self.picture, (self.folder / found).read_bytes() if found else b"")

    def killed(self) -> "Machine":
        """The process ends without a word, and another one starts in the folder."""
        self.log.close()
        return Machine(self.folder, self.picture)


@pytest.fixture
def machine(tmp_path: Path, picture: bytes) -> Machine:
    made = Machine(tmp_path, picture)
    made.load(5)
    made.status()
    return made


def reason(answer: object) -> Reason:
    assert isinstance(answer, Declined), answer
    return answer.reason

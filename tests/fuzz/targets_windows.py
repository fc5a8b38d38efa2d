"""The bits of a Windows spooler (bit antrean Windows): what stops a card is never lost, an end never made up."""

from typing import Any

from ektp_core.boundary.card_printer import Notice, Severity
from ektp_driver_windows import conditions
from ektp_driver_windows.bits import Attribute, JobBit, PrinterBit
from ektp_driver_windows.queue import Job, Queue
from tests.fuzz.engine import Target

#: Bits of PRINTER_STATUS that report and do not stop: moving, busy, low on ribbon, asleep; and paused, told of otherwise.
_MAY_GO_ON = 0x1 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x20000 | 0x1000000
#: PRINTED and COMPLETE: without one of them no job is over.
_ENDS = 0x80 | 0x1000
_WORDS = tuple((1 << bit).to_bytes(4, "little") for bit in range(32))


def _read(data: bytes) -> tuple[int, int, int, tuple[Notice, ...], Job, Queue]:
    status, job, attributes = (int.from_bytes(data[at : at + 4], "little") for at in (0, 4, 8))
    queue = Queue("card", "USB001", "HDP", status=PrinterBit(status), attributes=Attribute(attributes))
    conditions.stops(queue.status)
    one = Job(7, "x", JobBit(job))
    assert one.state and isinstance(queue.is_as_wanted, bool)
    return status, job, attributes, conditions.notices(queue.status), one, queue


def _law(_data: bytes, value: Any) -> str:
    status, job, attributes, notices, one, queue = value
    if status & ~_MAY_GO_ON and all(notice.severity is Severity.REPORT for notice in notices):
        return "a bit that stops was lost"
    if one.is_over and not job & _ENDS:
        return "a job is over without the bit that means it"
    if queue.is_paused != bool(status & 1):
        return "paused without its bit, or running with it"
    return "a queue as wanted that is not" if queue.is_as_wanted and (attributes & 0x102 or not attributes & 1) else ""


def targets() -> tuple[Target, ...]:
    """One: status, job and attributes, four bytes each."""
    seeds = (bytes(12), b"\x00\x04\0\0\x10\0\0\0\x01\0\0\0", b"\x09\0\0\0\x80\x10\0\0\x01\x01\0\0", b"\x10\0\x40\0\x40\0\0\0\x02\0\0\0")
    return (Target("windows bits", 8, lambda: seeds, _read, _law, _WORDS, lines=200_000),)

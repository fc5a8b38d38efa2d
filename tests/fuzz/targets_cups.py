"""What a print spooler answers (jawaban spooler): IPP's bytes, a queue's attributes, and a whole card.

A spooler may say anything. No word of it makes a card good, and a mark comes back as done only
where the spooler said of this very job that it completed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, cast
from unittest import mock

from attrs import define, field
from ippx import Attribute, IppMessage, Tag, decode, encode

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout, Found, Look, PrintToken, Severity
from ektp_core.vocabulary.verdict import Certainty, Outcome
from ektp_driver_cups import conditions, marking, spooler
from ektp_driver_cups.desk import Desk
from ektp_driver_cups.driver import CAPABILITIES, CupsPrinter
from ektp_driver_cups.hint import Hint
from ektp_driver_cups.holding import Taken
from ektp_driver_cups.marking import is_held_by
from ektp_driver_cups.queue import HELD, Job, Queue, QueueState, job_name, read_job
from ektp_driver_cups.spooler import Ask, Spooler
from ektp_driving import deadline as time_left
from ektp_driving.deadline import Deadline
from tests.fuzz.engine import Meter, Target
from tests.fuzz.targets_frames import concludes_good

URI = "ektp-once:usb://HID/Fargo?serial=C1"
TOKEN = PrintToken("r1", 1, 1)
JOB_ID = 17
HOLDER = "0123456789abcdef"
STATES = b"\x00\x04\x00\x00\x00\x09"
WORDS = (STATES, b"\x00\x04\x00\x00\x00\x05", b"\x00\x04\x00\x00\x00\x03", b"job-state", b"job-id", b"\x00\x04\x00\x00\x00\x11", b"\x23", b"\x21", b"\x13\x00\x00\x00\x00", b"\x34", b"\x37\x00\x00\x00\x00", b"\x4a", b"\x03", b"\x02", b"\x01", b"\xff\xff", b"\x31\x00\x00\x00\x0b", b"media-empty-error", b"none", b"stopped")  # fmt: skip


def _ipp(code: int, *groups: tuple[Tag, list[Attribute]]) -> bytes:
    return encode(IppMessage((2, 0), code, 1, [(Tag.OPERATION_ATTRS, [Attribute("attributes-charset", Tag.CHARSET, ["utf-8"])]), *groups]))


def _job(state: int, job_id: int = JOB_ID, began: int | None = 100) -> list[Attribute]:
    return [
        Attribute("job-id", Tag.INTEGER, [job_id]),
        Attribute("job-name", Tag.NAME, [job_name(TOKEN.job_key)]),
        Attribute("job-state", Tag.ENUM, [state]),
        Attribute("job-state-reasons", Tag.KEYWORD, ["none"]),
        Attribute("time-at-processing", Tag.INTEGER if began else Tag.NO_VALUE, [began]),
        Attribute("number-of-documents", Tag.INTEGER, [0]),
        Attribute("job-preserved", Tag.BOOLEAN, [False]),
    ]


def _queue(state: int = 5, holder: str = HOLDER) -> list[Attribute]:
    return [
        Attribute("printer-state", Tag.ENUM, [state]),
        Attribute("printer-state-reasons", Tag.KEYWORD, ["media-low-warning", "paused"]),
        Attribute("printer-state-message", Tag.TEXT, [f"{HELD} [{holder}]"]),
        Attribute("printer-is-accepting-jobs", Tag.BOOLEAN, [True]),
        Attribute("printer-error-policy", Tag.NAME, ["abort-job"]),
        Attribute("copies-default", Tag.INTEGER, [1]),
        Attribute("device-uri", Tag.URI, [URI]),
        Attribute("printer-make-and-model", Tag.TEXT, ["HID HDP5000"]),
        Attribute("document-format-supported", Tag.MIME_TYPE, ["application/pdf", "image/png"]),
        Attribute("marker-names", Tag.NAME, ["ribbon", "film"]),
        Attribute("marker-types", Tag.KEYWORD, ["ribbon", "film"]),
        Attribute("marker-levels", Tag.INTEGER, [37, -2]),
        Attribute("media-supported", Tag.KEYWORD, ["om_cr80_53.98x85.6mm", "iso_a4_210x297mm"]),
    ]


QUEUE = _ipp(0, (Tag.PRINTER_ATTRS, _queue()))
SEEDS = (
    QUEUE, *(_ipp(0, (Tag.JOB_ATTRS, _job(one))) for one in (3, 5, 6, 7, 8, 9)), _ipp(0),
    _ipp(0, (Tag.JOB_ATTRS, _job(9, 3)), (Tag.JOB_ATTRS, _job(5, 4))), _ipp(0x0406), _ipp(0x0401), _ipp(0x0506),
)  # fmt: skip


def _answered(data: bytes) -> tuple[Any, ...]:
    return spooler._read(Ask.GET_JOB, 200, data)


def _is_said(data: bytes, groups: tuple[Any, ...]) -> str:
    """A good code, and each text that came is in the bytes."""
    if int.from_bytes(data[2:4], "big") >= 0x100:
        return "a spooler's no was taken for a yes"
    for values in groups:
        job, queue = read_job(values), Queue(values)
        if why := _job_law(data, job) or _queue_law(data, queue):
            return why
    return ""


def _job_law(data: bytes, job: Job | None) -> str:
    if job is None or not job.is_over:
        return ""
    ends = [data.find(bytes([0, 4, 0, 0, 0, one])) >= 0 for one in (7, 8, 9)]
    return "" if any(ends) else "a job is over without the number that means it"


def _queue_law(data: bytes, queue: Queue) -> str:
    if queue.state is QueueState.STOPPED and b"\0\x04\0\0\0\x05" not in data:
        return "a queue is stopped without the number that means it"
    if queue.accepts and b"\x22" not in data:
        return "a queue takes jobs without the word that means it"
    if is_held_by(queue, HOLDER) and HOLDER.encode() not in data:
        return "a queue is ours without our words"
    notices = conditions.notices(queue.reasons)
    errors = [one for one in queue.reasons if one.endswith("-error") and not one.startswith(("paused", "none", "cups-"))]
    if errors and all(one.severity is Severity.REPORT for one in notices):
        return "an error of the printer was lost"
    told = conditions.supplies(queue.values)
    queue.serial("card")
    return "" if all(one.remaining is None for one in told) and isinstance(queue.card_medium, str) else "a level nobody said"


# -- a whole card --------------------------------------------------------------------------------


@define(eq=False)
class FedSpooler:
    """A spooler that follows a job, until the bytes fed say otherwise. One edit: answer number, kind, bytes."""

    edits: dict[int, bytes]
    meter: Meter = field(factory=lambda: Meter(400))
    now: float = 0.0
    asked: list[Ask] = field(factory=list)
    answers: list[bytes] = field(factory=list)
    states: list[int] = field(factory=lambda: [3, 5, 5, 9])

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.meter.step()
        self.now += max(seconds, 0.0)

    def post(self, what: Ask) -> tuple[int, bytes]:
        self.meter.step()
        self.now += 0.01
        edit = self.edits.get(len(self.asked))
        self.asked.append(what)
        if edit is None:
            body = self._usual(what)
        elif edit[:1] in (b"\xfe", b"\xff"):
            raise (DriverTimeout("late") if edit[0] == 0xFE else DriverLost("gone"))
        else:
            body = edit
        self.answers.append(body)
        return 200, body

    def _usual(self, what: Ask) -> bytes:
        match what:
            case Ask.GET_QUEUE:
                return QUEUE
            case Ask.GET_JOB:
                return _ipp(0, (Tag.JOB_ATTRS, _job(self.states.pop(0) if len(self.states) > 1 else self.states[0])))
            case Ask.CREATE_JOB:
                return _ipp(0, (Tag.JOB_ATTRS, _job(4, began=None)))
            case _:
                return _ipp(0)


class FedLine(Spooler):
    """A line to it."""

    fed: FedSpooler

    def _post(self, what: Ask, body: bytes, deadline: Deadline) -> tuple[int, bytes]:
        deadline.check()
        return self.fed.post(what)


@define(eq=False)
class Card:
    """What came of one card."""

    fed: FedSpooler
    job_id: str = ""
    look: Look | None = None


@contextmanager
def _time_of(fed: FedSpooler) -> Iterator[None]:
    with mock.patch.object(time_left, "monotonic", fed.clock), mock.patch.object(marking, "sleep", fed.sleep):
        yield


def edits_of(data: bytes) -> dict[int, bytes]:
    """Parts between marks: the first byte of each says in place of which answer the rest comes."""
    return {one[0] & 0x1F: one[1:] for one in data.split(b"\xf7\xf7") if one}


def _card(data: bytes) -> Card:
    fed = FedSpooler(edits_of(data))
    printer = CupsPrinter.__new__(CupsPrinter)
    with _time_of(fed):
        _set_up(printer, fed)
        done = Card(fed)
        try:
            done.job_id = printer.mark(TOKEN, 60_000)
        finally:
            released = fed.asked.count(Ask.RELEASE_JOB)
            assert fed.asked.count(Ask.CREATE_JOB) <= 1 and released <= 1, "more than one job for one token"
            _again(printer, fed)
        done.look = printer.look(done.job_id, 60_000)
    return done


def _set_up(printer: CupsPrinter, fed: FedSpooler) -> None:
    """As after `configure` and `prepare`."""
    hint = Hint("/nowhere", "card")
    line = object.__new__(FedLine)
    line.hint, line.account, line._http, line._numbers, line.fed = hint, "x", cast(Any, fed), count(1), fed
    printer.found = Found("cups", "cups:/nowhere#card", "")
    printer._hint, printer._desk, printer._holder = hint, Desk(line), HOLDER
    taken: Any = Taken(cast(Any, None), "", (), ())
    printer._taken, printer._prepared, printer._used = taken, ("image/png", b"png"), set()


def _again(printer: CupsPrinter, fed: FedSpooler) -> None:
    """The same token once more: refused before the spooler hears of it, if a job was ever made for it."""
    if Ask.CREATE_JOB not in fed.asked:
        return
    asked = len(fed.asked)
    printer._prepared = ("image/png", b"png")
    try:
        printer.mark(TOKEN, 60_000)
    except DriverError:
        assert len(fed.asked) == asked, "a used token reached the spooler"
        return
    raise AssertionError("a used token was taken")


def _card_law(_data: bytes, done: Card) -> str:
    assert done.look is not None, "a look that gave nothing"
    if concludes_good(done.look, CAPABILITIES):
        return "a queue's word made a card good"
    verdict = done.look.job.verdict if done.look.job else None
    if verdict and (verdict.outcome is not Outcome.UNKNOWN or verdict.certainty is not Certainty.TRANSPORT):
        return "a queue's word is more than bytes that were accepted"
    mine = done.job_id.isdigit() and any(_completed(one, int(done.job_id)) for one in done.fed.answers)
    made = [_made(one) for one, what in zip(done.fed.answers, done.fed.asked, strict=False) if what is Ask.CREATE_JOB]
    if not mine:
        return "a mark came back as done, and nothing said that its job completed"
    return "" if made == [done.job_id] else "a mark came back as done by another job's end"


def _completed(answer: bytes, job_id: int) -> bool:
    """Whether an answer says that this job completed, by its bytes."""
    return b"\x00\x04\x00\x00\x00\x09" in answer and job_id.to_bytes(4, "big", signed=True) in answer if job_id < 2**31 else False


def _made(answer: bytes) -> str:
    """The number the spooler gave the job when it was made."""
    found = [one for tag, group in decode(answer).groups if tag in (Tag.JOB_ATTRS, Tag.PRINTER_ATTRS) for one in group if one.name == "job-id"]
    return str(found[0].values[0]) if found else ""


def targets() -> tuple[Target, ...]:
    """Answers of a spooler alone, and in place of some of a whole card's."""
    bodies = [*SEEDS, b"\xfe", b"\xff", _ipp(0, (Tag.JOB_ATTRS, _job(9, 99))), _ipp(0, (Tag.JOB_ATTRS, _job(5, JOB_ID, 200)))]
    cards = [bytes([at]) + body for at in range(1, 14) for body in bodies]
    pairs = [bytes([at]) + bodies[at] + b"\xf7\xf7" + bytes([at + 3]) + bodies[-at] for at in range(1, 12)]
    return (
        Target("cups answer", 25, lambda: SEEDS, _answered, _is_said, WORDS, plain=0.03),
        Target("cups whole card", 4, lambda: (b"", *cards, *pairs), _card, _card_law, (*WORDS, b"\xf7\xf7"), plain=0.01),
    )

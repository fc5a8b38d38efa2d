"""Frames of a driver's process and of the virtual printer, up to what the press would conclude (bingkai).

GOOD is the one conclusion no byte may give by accident: whatever a frame holds, the press may
call a card good only if a plain reading of the same bytes finds those very words in it.
"""

import io
from typing import Any

from attrs import define, field

from ektp_core.boundary import card_printer
from ektp_core.boundary.card_printer import (
    Artwork,
    CardPosition,
    Condition,
    Counter,
    CounterName,
    Counters,
    DriverError,
    Found,
    Identity,
    JobRecord,
    Look,
    Notice,
    PrintToken,
    Settings,
    Severity,
    Status,
    Supply,
)
from ektp_core.errors import Refused
from ektp_core.flow.rows import Attempt
from ektp_core.press.recover import recover
from ektp_core.vocabulary.state import PressStep
from ektp_core.vocabulary.uid import checked_uid
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_driver_virtual import messages, protocol
from ektp_driver_virtual.driver import CAPABILITIES, VirtualPrinter
from ektp_driver_virtual.protocol import Frame
from ektp_station import driver_frames
from ektp_station.acts import Done
from ektp_station.driver_frames import Answer, Call, operation, pack, read_frame, unpack, unpack_arguments
from ektp_station.driver_words import PRINTED_LINES, Lines
from ektp_station.judging import evidence, fed_count
from ektp_station.press import device_says
from ektp_station.press_state import Press
from tests.fuzz import plain_msgpack
from tests.fuzz.engine import Meter, Target, at_call
from tests.fuzz.targets_usb import FedSocket

GOOD = Verdict(Outcome.GOOD, BlankPlace.OUTPUT, Certainty.DEVICE_JOB_RECORD, "done")
COUNTS = Counters((Counter(CounterName.FED, 7, "feed"), Counter(CounterName.PRINTED, 6, "mark", "power", 16)))
JAM = Notice(Condition.JAM, Severity.ERROR, 8, "J1", "jammed")
STATUSES = (Status((), CardPosition.NONE, 1, rebooted=False), Status((JAM,), CardPosition.JAMMED, 2, rebooted=True, temperature_c=41))
JOBS = tuple(JobRecord("17", 1, Verdict(one, BlankPlace.OUTPUT, sure, "x")) for one, sure in ((Outcome.GOOD, Certainty.DEVICE_JOB_RECORD), (Outcome.UNKNOWN, Certainty.TRANSPORT), (Outcome.SPOILED, Certainty.COUNTER), (Outcome.NOT_STARTED, Certainty.DEVICE_JOB_RECORD)))  # fmt: skip
LOOKS = (*(Look(STATUSES[0], COUNTS, job, "04A1B2C3D4E5F6") for job in JOBS), Look(STATUSES[1], Counters(())))
WORDS = (b"\xa4good", b"\xa7spoiled", b"\xa7unknown", b"\xa7outcome", b"\xa9certainty", b"\x05", b"\x06", b"\x01", b"\xc0", b"\xc2", b"\xc3", b"\x80", b"\x90", b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xc6\x7f\xff\xff\xff", b"\xcf" + b"\xff" * 8, b"\xd3" + b"\x80" + b"\0" * 7, b"\xcb\x7f\xf8" + b"\0" * 6, b"\xa0", b"\x91" * 40, b"\x81\xa1a" * 40)  # fmt: skip
#: What a station reads of a driver process's answer, by the operation it asked.
GIVES = ("identify", "status", "counters", "supplies", "look", "observe", "configure", "capabilities", "read_uid", "read_chip", "encode", "mark", "feed")  # fmt: skip


def concludes_good(look: Look, can: card_printer.Capabilities = CAPABILITIES) -> bool:
    """Whether the real press would call the card good from this look."""
    seen = Done(look)
    for step in PressStep:  # the crash matrix gets through with whatever it is shown
        recover(step, evidence(Attempt("r", 1, "station/52.03/1", 0, counter=fed_count(look), uid="04A1B2C3D4E5F6"), seen, can))
    return device_says(Press("p", record="r", n=1, can=can, seen=seen)) is not None


def says_good(plain: object) -> bool:
    """Whether a plain reading of a look finds a good job, known by position, record or a person."""
    try:
        verdict = plain["job"]["verdict"]  # type: ignore[index]  # whatever it is
        return verdict["outcome"] == "good" and type(verdict["certainty"]) is int and 4 <= verdict["certainty"] <= 6
    except (TypeError, KeyError, IndexError):
        return False


class FedPipe(io.BytesIO):
    """A pipe that counts how often it is asked."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.meter = Meter(64)

    def read(self, most: int | None = -1, /) -> bytes:
        self.meter.step()
        return super().read(min(most, 4096) if most and most > 0 else most)


def _from_process(data: bytes) -> Any:
    """The first byte chooses the operation asked; what follows is the child's standard output."""
    known = operation(GIVES[data[0] % len(GIVES)] if data else "look")
    answer = unpack(read_frame(FedPipe(data[1:])), Answer)
    if answer.failed:
        raise DriverError("said so itself")
    return known.name, unpack(answer.value, known.gives)


def _process_law(data: bytes, value: tuple[str, Any]) -> str:
    name, found = value
    if name == "look" and concludes_good(found):
        answer = plain_msgpack.read(data[5 : 5 + int.from_bytes(data[1:5], "big")])
        if not says_good(plain_msgpack.read(answer["value"])):
            return "a card is good without the bytes that mean it"
    if name == "read_uid":
        try:
            checked_uid(found)
        except Refused:
            return ""
        return "" if found.encode() in data else "a UID that did not come"
    return ""


def _look(data: bytes) -> Look:
    return driver_frames.unpack(data, Look)


def _look_law(data: bytes, look: Look) -> str:
    if concludes_good(look) and not says_good(plain_msgpack.read(data)):
        return "a card is good without the bytes that mean it"
    plain = plain_msgpack.read(data)
    counter = look.counters.get(CounterName.FED)
    if counter and fed_count(look) >= 0 and not 8 <= counter.width_bits <= 64:
        return "a counter that cannot be is taken for evidence"
    return "" if plain["status"]["position"] == look.status.position.value else "a position that was not said"


def _call(data: bytes) -> tuple[Call, tuple[Any, ...]]:
    call = unpack(data, Call)
    return call, unpack_arguments(operation(call.operation), call.arguments)


def _mark_law(_data: bytes, value: tuple[Call, tuple[Any, ...]]) -> str:
    call, arguments = value
    if call.operation == "mark" and not (len(arguments) == 1 and isinstance(arguments[0], PrintToken)):
        return "a mark without a token"
    return ""


# -- the virtual printer -----------------------------------------------------------------------


def sealed(data: bytes, number: int = 1) -> bytes:
    """A frame that is true in everything but its content: kind, then body."""
    kind, body = data[:1] or b"\x81", data[1:]
    seal = protocol._checksum(kind[0], number, body)
    return protocol.HEADER.pack(protocol.MAGIC, protocol.VERSION, kind[0], number, len(body), seal) + body


def _content(data: bytes) -> Frame:
    return protocol.decode(sealed(data))


def _content_law(data: bytes, frame: Frame) -> str:
    if frame.number != 1:
        return "another number than the frame's"
    found = frame.message
    if isinstance(found, Look) and concludes_good(found) and not says_good(plain_msgpack.read(data[1:])):
        return "a card is good without the bytes that mean it"
    return ""


def _frame_law(data: bytes, frame: Frame) -> str:
    same = protocol.encode(frame) == data or protocol.decode(protocol.encode(frame)) == frame
    return "" if same and data[:3] == b"VP\x01" and frame.number == int.from_bytes(data[4:8], "big") else "a frame that did not come"


@define(eq=False)
class Printed:
    """What a whole card on a fed line came to."""

    marks: int = 0
    looks: list[Look] = field(factory=list)
    fed: bytes = b""


def _card(data: bytes) -> Printed:
    """Answers, one byte of number before each content, to a driver that makes a whole card."""
    stream, number = bytearray(), 0
    for part in data.split(b"\xf7\xf7"):
        number = number + 1 if not part or part[0] < 0xF8 else part[0] - 0xF8
        stream += sealed(part[1:], number) if part[1:2] != b"\xff" else part[1:]
    socket = FedSocket(bytes(stream), 4096)
    printer: Any = object.__new__(VirtualPrinter)
    printer.found, printer.connect_ms, printer._line, printer._number = Found("virtual", "x", "VP-1"), 1, socket, 0
    done, token = Printed(fed=bytes(stream)), PrintToken("r1", 1, 1)
    steps: tuple[Any, ...] = (
        lambda: printer.configure(Settings(), 60_000),
        lambda: printer.feed(60_000),
        lambda: printer.prepare(Artwork(b"png"), 60_000),
        lambda: printer.mark(token, 60_000),
        lambda: printer.deliver(card_printer.Bin.OUTPUT, 60_000),
        lambda: done.looks.append(printer.look("1", 60_000)),
    )
    try:
        for step in steps:
            step()
    finally:
        done.marks = _marks(bytes(socket.sent))
        assert done.marks <= 1, "more than one mark for one token"
    return done


def _marks(sent: bytes) -> int:
    marks, kind = 0, protocol._NUMBERS[messages.Mark]
    while len(sent) >= protocol.HEADER.size:
        whole = protocol.HEADER.size + protocol.body_length(sent)
        marks += sent[3] == kind
        sent = sent[whole:]
    return marks


def _card_law(_data: bytes, done: Printed) -> str:
    """Good only by the content of the answer that bears the question's own number."""
    answers: dict[int, bytes] = {}
    rest = done.fed
    while len(rest) >= protocol.HEADER.size:
        whole = protocol.HEADER.size + protocol.body_length(rest)
        answers.setdefault(int.from_bytes(rest[4:8], "big"), rest[protocol.HEADER.size : whole])
        rest = rest[whole:]
    for look in done.looks:
        if concludes_good(look) and not says_good(plain_msgpack.read(answers.get(6, b"\xc0"))):
            return "a card is good by an answer to another question"
    return ""


def _lines(data: bytes) -> list[str]:
    told: list[str] = []
    lines = Lines(told.append)
    for at in range(0, len(data), 97):
        lines.take(data[at : at + 97])
    lines.end()
    return told


def _lines_law(_data: bytes, told: list[str]) -> str:
    if len(told) > PRINTED_LINES:
        return "more lines than are kept"
    runs = ("".join(sign if sign.isascii() and sign.isdigit() else " " for sign in one).split() for one in told)
    if any(len(run) >= 16 for one in runs for run in one):
        return "a number as long as a citizen's stands in the log"
    return "" if all(one.isprintable() for one in told) else "a sign that does not print stands in the log"


# -- all of them --------------------------------------------------------------------------------

MESSAGES: tuple[object, ...] = (
    messages.Done(), messages.Text("17"), messages.Content(b"EK"), messages.ChipContent(None), *JOBS, *LOOKS, *STATUSES,
    messages.Declined(messages.Reason.JAM, "stuck"), Settings(digest="d"), COUNTS, (Supply("ribbon", 5),),
    Identity("Virtual", "VP", "VP-1"),
)  # fmt: skip


def contents(recorded: tuple[object, ...]) -> tuple[bytes, ...]:
    """Kind and body of each message."""
    frames = [protocol.encode(Frame(1, one)) for one in (*recorded, *MESSAGES)]
    return tuple(one[3:4] + one[protocol.HEADER.size :] for one in frames)


def targets(recorded: tuple[object, ...]) -> tuple[Target, ...]:
    """Frames of a driver's process, its prints, and the virtual printer's."""
    made = contents(recorded)
    whole = tuple(protocol.encode(Frame(at, one)) for at, one in enumerate((*recorded, *MESSAGES)))
    values = {"look": LOOKS[0], "observe": JOBS[0], "status": STATUSES[0], "counters": COUNTS, "read_uid": "04A1B2C3D4E5F6", "mark": "17", "feed": None, "read_chip": b"EK"}  # fmt: skip
    outputs = []
    for name, value in values.items():
        body = pack(Answer(3, pack(value)))
        outputs.append(bytes([GIVES.index(name)]) + len(body).to_bytes(4, "big") + body)
    declined = pack(Answer(3, failed="timeout", text="late"))
    outputs.append(b"\x04" + len(declined).to_bytes(4, "big") + declined)
    calls = tuple(pack(Call(1, name, pack(given), 50)) for name, given in (("mark", (PrintToken("r", 1, 1),)), ("feed", ()), ("look", ("1",)), ("configure", (Settings(),)), ("__init__", ())))  # fmt: skip
    done, text, settings, look = (made[len(recorded) + MESSAGES.index(one)] for one in (MESSAGES[0], MESSAGES[1], Settings(digest="d"), LOOKS[0]))
    parts = (settings, done, done, text, done, look)
    card = b"\xf7\xf7".join(b"\0" + one for one in parts)
    late = b"\xf7\xf7".join((*(b"\0" + one for one in parts[:5]), b"\xfa" + look, b"\xfe" + made[len(recorded) + MESSAGES.index(LOOKS[1])]))
    prints = (b"libusb: device gone\n" * 4, b"NIK 3201054408990001 of a person\n", b"3201 0544 0899 0001\xff\x00\n", b"x" * 3000 + b"\n")
    return (
        Target("station driver answer", 40, lambda: tuple(outputs), _from_process, _process_law, WORDS, plain=0.03),
        Target("station look", 60, lambda: tuple(pack(one) for one in LOOKS), _look, _look_law, WORDS, plain=0.03),
        Target("station call", 20, lambda: calls, _call, _mark_law, (*WORDS, b"\xa4mark", b"\xa4feed")),
        Target("station driver prints", 2, lambda: prints, _lines, _lines_law, (b"\n", b"3201054408990001", b"3201.05", b"\xf0\x9f")),
        Target("virtual frame", 40, lambda: whole, at_call(protocol, "decode"), _frame_law, WORDS),
        Target("virtual content", 60, lambda: made, _content, _content_law, WORDS, plain=0.03),
        Target("virtual whole card", 6, lambda: (card, late), _card, _card_law, (*WORDS, b"\xf7\xf7", b"\xf7\xf7\xfe", b"\xf7\xf7\xf9"), plain=0.01),
    )

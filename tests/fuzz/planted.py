"""Broken parsers (pengurai yang sengaja dirusak): each does a plausible wrong thing, and a target's law must notice."""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import msgspec
from attrs import evolve, frozen

from ektp_core.boundary.card_printer import DriverError, DriverTimeout, JobRecord
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_driver_cups import desk
from ektp_driver_cups.desk import Desk
from ektp_driver_cups.driver import CupsPrinter
from ektp_driver_cups.queue import Job, read_job
from ektp_driver_cups.spooler import Ask
from ektp_driver_evolis import cards, conditions, job, replies
from ektp_driver_evolis.conversation import Conversation
from ektp_driver_evolis.driver import EvolisPrinter
from ektp_driver_virtual import protocol
from ektp_driver_virtual.driver import VirtualPrinter
from ektp_driver_windows import conditions as windows
from ektp_driving.deadline import Deadline
from ektp_encoder_pcsc import running
from ektp_station import driver_frames, judging
from ektp_usb import device_id, port_status, transport
from ektp_usb.device_id import DeviceId
from ektp_usb.port_status import PortStatus
from tests.fuzz import targets_frames


@frozen
class Planted:
    """What is broken, where, and by which target it must be caught."""

    name: str
    target: str
    where: tuple[Any, str]
    broken: Any
    inputs: int = 20_000


@contextmanager
def put(planted: Planted) -> Iterator[None]:
    """Break it for a while."""
    owner, name = planted.where
    before = owner.__dict__[name]
    setattr(owner, name, planted.broken)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _counter(raw: bytes) -> int:
    """Takes whatever Python takes for a number: blanks, signs, underscores, digits of every script."""
    try:
        return int(raw.decode())
    except ValueError:
        raise DriverError("no number") from None


def _presence(raw: bytes) -> bool:
    """Looks for a word somewhere."""
    return b"CARD" in raw and b"NO" not in raw


def _done(raw: bytes, doing: str) -> None:
    if b"OK" not in raw:
        raise DriverError("not OK")


def _two_numbers(raw: bytes) -> tuple[int, int]:
    """The first digits it finds, and the same again where there is but one."""
    found = [int(one) for one in "".join(chr(one) if 48 <= one <= 57 else " " for one in raw).split()]
    if not found:
        raise DriverError("no numbers")
    return found[0], found[-1]


def _device_id(data: bytes) -> DeviceId:
    """Trusts the length, and each field to have a colon."""
    (length,) = struct.unpack(">H", data[:2])
    fields = (one.split(":") for one in data[2:length].decode("ascii").split(";") if one)
    return DeviceId(tuple((key, value) for key, value in fields))


def _port(data: bytes) -> PortStatus:
    """Believes that a byte with no error bit set is fine."""
    raw = data[0] if data else 0x18
    return PortStatus(paper_empty=False, selected=True, error=False, raw=raw)


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    """Forgets that a closed pipe gives nothing, again and again."""
    data = b""
    while len(data) < count:
        data += pipe.read(count - len(data))
    return data


def _unpack(data: bytes, kind: Any) -> Any:
    """Puts a good job where none can be read."""
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except (ValueError, RecursionError):
        if getattr(kind, "__name__", "") == "Look":
            return targets_frames.LOOKS[0]
        raise DriverError("another shape") from None


def _decode(data: bytes) -> protocol.Frame:
    """Does not look at the checksum, nor at the length."""
    _magic, _version, kind, number, _length, _seal = protocol.HEADER.unpack_from(data)
    try:
        return protocol.Frame(number, msgspec.msgpack.decode(data[protocol.HEADER.size :], type=protocol.KINDS[kind]))
    except (ValueError, RecursionError):
        raise DriverError("another shape") from None


def _ask_any(self: VirtualPrinter, command: object, answers: Any, timeout_ms: int) -> Any:
    """Takes whatever answer comes next."""
    from ektp_driver_virtual import wire

    if self._line is None:
        raise DriverError("closed")
    self._number += 1
    wire.send(self._line, protocol.Frame(self._number, command))
    answer = wire.receive(self._line).message
    if not isinstance(answer, answers):
        raise DriverError("something else")
    return answer


def _good_by_counters(done: job.Job, now: Any, card_inside: bool) -> JobRecord:
    """Calls a card good since all its panels were counted."""
    good = now.panels_since(done.before) == done.panels
    outcome = Outcome.GOOD if good else Outcome.UNKNOWN
    return JobRecord(done.key, 0, Verdict(outcome, BlankPlace.OUTPUT, Certainty.COUNTER_POSITION))


_MARK = cards.mark


def _mark_twice(talk: Conversation, panels: Any, before: Any, deadline: Any) -> bool:
    """Tries again when no answer came."""
    try:
        return _MARK(talk, panels, before, deadline)
    except DriverTimeout:
        return _MARK(talk, panels, before, Deadline.after(20_000))


_ASK = Conversation.ask


def _ask_twice(self: Conversation, command: Any, parser: Callable[[bytes], Any], deadline: Any) -> Any:
    """Says every command once more when its reply is lost, also the one that takes a card."""
    try:
        return _ASK(self, command, parser, deadline)
    except DriverTimeout:
        return _ASK(self, command, parser, Deadline.after(20_000))


def _silence(self: Conversation, deadline: Any) -> None:
    """Waits for a silence, and does not look at the clock."""
    while True:
        try:
            self.line.read(0)
        except DriverTimeout:
            continue


def _unseal(sealed: bytes) -> bytes | None:
    """Believes the length, and leaves the digest for another day."""
    return sealed[39:] or None


def _record(self: CupsPrinter, job_id: str, deadline: Any) -> JobRecord:
    """Takes a job that completed for a good card."""
    found = self._find(job_id, deadline)
    good = found is not None and found.is_over
    verdict = Verdict(Outcome.GOOD if good else Outcome.UNKNOWN, BlankPlace.OUTPUT, Certainty.DEVICE_JOB_RECORD)
    return JobRecord(job_id, 0, verdict)


def _any_job(self: Desk, job_id: int, deadline: Any) -> Job:
    """Takes whichever job the spooler tells of."""
    found = self.spooler.ask(Ask.GET_JOB, deadline, [desk._job(job_id)])
    return (read_job(found[0]) if found else None) or Job(job_id, "", None)


def _no_error_words(words: Any) -> Any:
    """Throws away the bits of the error word that nobody named."""
    return _OF_WORDS(evolve(words, error=words.error & 0x2FF00000, warning=0))


_OF_WORDS = conditions.of_words
_MARK_OF = EvolisPrinter.mark


def _forgets(self: EvolisPrinter, token: Any, timeout_ms: int) -> str:
    """Forgets a token when the mark failed, so that the card can be tried again."""
    try:
        return _MARK_OF(self, token, timeout_ms)
    except DriverError:
        self._used.discard(token)
        raise


_NOTICES = windows.notices


def _named_bits(status: Any) -> Any:
    """Shows the bits it knows, and no others."""
    return _NOTICES(type(status)(int(status) & 0x7FFFFFF))


PLANTED: tuple[Planted, ...] = (
    Planted("a counter read by int()", "evolis counter", (replies, "number"), _counter),
    Planted("a card seen by a word", "evolis presence", (replies, "presence"), _presence),
    Planted("OK somewhere is OK", "evolis order", (replies, "done"), _done),
    Planted("half an error mode", "evolis error mode", (replies, "two_numbers"), _two_numbers),
    Planted("an error bit thrown away", "evolis status words", (conditions, "of_words"), _no_error_words),
    Planted("a device id split by hand", "usb device id", (device_id, "parse"), _device_id),
    Planted("a port that is always fine", "usb port status", (port_status, "parse"), _port),
    Planted("struct's error let out", "usb listing", (transport, "ODD"), (OSError, ValueError)),
    Planted("a closed pipe read on", "station driver answer", (driver_frames, "_exactly"), _exactly),
    Planted("a good job by default", "station look", (driver_frames, "unpack"), _unpack),
    Planted("a frame without its checksum", "virtual frame", (protocol, "decode"), _decode),
    Planted("an answer to another question", "virtual whole card", (VirtualPrinter, "_ask"), _ask_any, 60_000),
    Planted("good by the counters", "evolis whole card", (job, "record"), _good_by_counters, 2_000),
    Planted("a mark tried again", "evolis whole card", (cards, "mark"), _mark_twice, 4_000),
    Planted("a command said again", "evolis whole card", (Conversation, "ask"), _ask_twice, 8_000),
    Planted("a silence without an end", "evolis whole card", (Conversation, "_wait_for_silence"), _silence, 10),
    Planted("a token forgotten", "evolis whole card", (EvolisPrinter, "mark"), _forgets, 2_000),
    Planted("a seal not looked at", "chip reading", (running, "unseal"), _unseal),
    Planted("a completed job is a good card", "cups whole card", (CupsPrinter, "_record"), _record, 2_000),
    Planted("another job's end", "cups whole card", (Desk, "job"), _any_job, 10_000),
    Planted("a counter of any width", "station look", (judging, "_can_be"), lambda _counter: True, 40_000),
    Planted("only the bits with a name", "windows bits", (windows, "notices"), _named_bits),
)

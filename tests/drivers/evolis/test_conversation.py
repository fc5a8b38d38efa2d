"""In step or not: what is believed on the line, and what is not."""

from collections.abc import Callable
from time import monotonic, sleep

import pytest
from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_evolis import language, replies
from ektp_driver_evolis.conversation import Conversation
from ektp_driver_evolis.replies import Declined
from ektp_driving.deadline import Deadline
from tests.drivers.evolis.scripted_line import SERIAL, ScriptedLine


@pytest.fixture
def talk(line: ScriptedLine) -> Conversation:
    return Conversation(line, SERIAL)


def asked(talk: Conversation) -> int:
    return talk.ask(language.counter("c"), replies.number, Deadline.after(2_000))


def test_the_first_words_on_a_line_find_the_step(talk: Conversation, line: ScriptedLine) -> None:
    assert asked(talk) == 7
    assert line.said == ["Rsn", "Rlr", "Rco;c"]
    assert asked(talk) == 7
    assert line.said[3:] == ["Rco;c"]


@pytest.mark.parametrize("stale", [b"OK\0", b"99\0", b"OK\0ERR RIBBON\0", b"\xff\xfe\0", b"half a rep"])
def test_what_was_left_over_from_another_process_is_thrown_away(
    talk: Conversation, line: ScriptedLine, stale: bytes
) -> None:
    line.out += stale
    assert asked(talk) == 7


def test_a_lost_reply_is_never_replaced_by_the_next(talk: Conversation, line: ScriptedLine) -> None:
    asked(talk)
    line.lose("Rco;c")
    with pytest.raises(DriverTimeout):
        asked(talk)
    line.out += b"1234\0"  # it was only late
    assert asked(talk) == 7
    assert line.said[-3:] == ["Rsn", "Rlr", "Rco;c"]


@pytest.mark.parametrize(
    "change",
    [
        lambda reply: b"\0",
        lambda reply: b"\x80\x81\0",
        lambda reply: b"x" * 400,
        lambda reply: reply[:-1],
        lambda reply: reply + reply,
        lambda reply: b"OK\0",
    ],
)
def test_after_a_garbled_reply_the_step_is_found_again(
    talk: Conversation, line: ScriptedLine, change: Callable[[bytes], bytes]
) -> None:
    asked(talk)
    line.garble("Rco;c", change)
    with pytest.raises(DriverError):
        asked(talk)
    assert asked(talk) == 7
    assert line.said[-3:] == ["Rsn", "Rlr", "Rco;c"]


def test_a_printer_that_declines_is_still_in_step(talk: Conversation, line: ScriptedLine) -> None:
    asked(talk)
    line.answers["Si"] = "ERR FEEDER"
    with pytest.raises(Declined):
        talk.order(language.FEED, Deadline.after(2_000))
    said = len(line.said)
    asked(talk)
    assert line.said[said:] == ["Rco;c"]


def test_after_half_a_command_nothing_more_is_said(talk: Conversation, line: ScriptedLine) -> None:
    asked(talk)
    line.short_after = 2
    with pytest.raises(DriverTimeout):
        asked(talk)
    said = len(line.said)
    for _ in range(3):
        with pytest.raises(DriverLost, match="cut off"):
            asked(talk)
    assert len(line.said) == said


def test_a_write_of_which_nothing_went_out_cuts_nothing(talk: Conversation, line: ScriptedLine) -> None:
    asked(talk)
    line.short_after = 0
    with pytest.raises(DriverTimeout):
        asked(talk)
    assert asked(talk) == 7


def test_a_flush_that_people_ordered_mends_a_cut(talk: Conversation, line: ScriptedLine) -> None:
    line.short_after = 2
    with pytest.raises(DriverTimeout):
        asked(talk)
    talk.flush(Deadline.after(1_000))
    assert line.resets == 1
    assert asked(talk) == 7


def test_a_printer_inside_a_download_is_waited_for(talk: Conversation, line: ScriptedLine) -> None:
    line.swallows = True
    assert asked(talk) == 7


def test_a_silent_printer_is_asked_once_and_then_only_waited_for(talk: Conversation, line: ScriptedLine) -> None:
    line.lose("Rsn")
    for _ in range(3):
        with pytest.raises(DriverTimeout):
            asked(talk)
    assert line.said == ["Rsn"]
    line.out += SERIAL.encode() + b"\0"
    assert asked(talk) == 7


@define
class SlowAtFirst:
    """Answers in order: what it is asked before it is warm comes late, each answer some while after the one before."""

    said: list[str] = field(factory=list)
    waiting: list[tuple[float, bytes]] = field(factory=list)

    def write(self, data: bytes, timeout_ms: int) -> None:
        name = data[1:-1].decode()
        before = self.waiting[-1][0] if self.waiting else 0.0
        self.said.append(name)
        late_s = {1: 0.35, 2: 0.2}.get(len(self.said), 0.0)
        reply = SERIAL.encode() if name == "Rsn" else b"OK"
        self.waiting.append((max(before, monotonic()) + late_s, reply + b"\0"))

    def read(self, timeout_ms: int, most: int = 4096) -> bytes:
        end = monotonic() + timeout_ms / 1000
        while monotonic() < end:
            if self.waiting and self.waiting[0][0] <= monotonic():
                return self.waiting.pop(0)[1]
            sleep(0.002)
        raise DriverTimeout("nothing")


def test_of_two_questions_for_the_serial_both_answers_are_heard(line: ScriptedLine) -> None:
    slow = SlowAtFirst(waiting=[(0.0, b"OK\0")])  # left over, and nothing for a while: the serial is asked for again
    line.write, line.read = slow.write, slow.read  # type: ignore[method-assign]  # this line alone is slow
    talk = Conversation(line, SERIAL)
    talk.catch_up(Deadline.after(5_000))
    assert slow.said == ["Rsn", "Rsn", "Rlr"]
    assert talk.last_answer == "OK" and not slow.waiting


@pytest.mark.parametrize("said", ["NO CARD", "ymcko", "120"])
def test_a_last_answer_that_is_neither_ok_nor_an_error_is_not_believed(
    talk: Conversation, line: ScriptedLine, said: str
) -> None:
    line.garble("Rlr", lambda _: said.encode() + b"\0")
    with pytest.raises(DriverError, match="neither OK nor an error"):
        asked(talk)
    assert asked(talk) == 7


def test_another_serial_than_the_one_on_the_bus_is_never_believed(line: ScriptedLine) -> None:
    line.answers["Rsn"] = "EV-0002"
    talk = Conversation(line, SERIAL)
    with pytest.raises(DriverError, match=SERIAL):
        asked(talk)
    assert line.said == ["Rsn"] * 4


def test_a_closed_line_says_so(talk: Conversation, line: ScriptedLine) -> None:
    talk.close()
    talk.close()
    assert line.closed
    with pytest.raises(DriverLost):
        asked(talk)


def test_a_deadline_that_is_over_ends_everything(talk: Conversation) -> None:
    with pytest.raises(DriverTimeout):
        talk.ask(language.SERIAL, replies.serial, Deadline(0.0))
